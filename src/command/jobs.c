/* git flywheel jobs: the queue of runs; their state, logs, end and second chance. */
#include "flywheel/command.h"

#include "command/scores.h"
#include "flywheel/hook.h"
#include "flywheel/queue.h"
#include "flywheel/revolution.h"
#include "flywheel/store_run.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct listing {
	struct js *rows;
};

static void set_time(struct js *object, const char *key, int64_t when)
{
	char text[21];

	clock_format(when, text);
	js_set_text(object, key, when ? text : NULL);
}

static void set_word(struct js *object, const char *key, const char *word)
{
	js_set_text(object, key, *word ? word : NULL);
}

static struct js *job_json(const struct run_row *run)
{
	struct js *object = js_object();
	char hex[OID_HEX + 1];
	struct oid head;

	memcpy(head.raw, run->head, OID_RAW);
	oid_hex(&head, hex);
	js_set_number(object, "id", run->id);
	js_set_text(object, "state", run->state);
	js_set_text(object, "stage", run->stage);
	set_word(object, "verdict", run->verdict);
	set_word(object, "reason", run->reason);
	set_word(object, "error", run->error);
	js_set_text(object, "origin", run->origin);
	set_word(object, "ref", run->ref);
	js_set_text(object, "commit", hex);
	set_word(object, "trainer", run->trainer);
	set_word(object, "key", run->key);
	set_word(object, "remote", run->remote);
	set_word(object, "model", run->model);
	set_word(object, "dataset", run->dataset);
	js_set_number(object, "attempts", run->attempts);
	js_set_real(object, "cost", run->cost);
	set_time(object, "started", run->started);
	set_time(object, "submitted", run->submitted);
	set_time(object, "next", run->next_at);
	set_time(object, "finished", run->finished);
	return object;
}

static int add_row(const struct run_row *run, void *payload)
{
	struct listing *listing = payload;

	js_add(listing->rows, job_json(run));
	return 0;
}

/* What a person wants to know of a run in one line. */
static void print_line(const struct js *job)
{
	static const char *const reasons[] = {"error", "reason", "remote"};
	const char *verdict = js_get_text(job, "verdict"), *why = NULL;
	char *line;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(reasons) && !why; i++)
		why = js_get_text(job, reasons[i]);
	line = first_line(why ? why : "", 60);
	buf_add_printable(&text, line, strlen(line));
	printf("%4lld  %-8s %-10s %-9s %-8s %.10s  %s\n", (long long)js_get_number(job, "id", 0),
		js_get_text(job, "state"), verdict ? verdict : js_get_text(job, "stage"),
		js_get_text(job, "trainer") ? js_get_text(job, "trainer") : "-",
		js_get_text(job, "origin"), js_get_text(job, "commit"), text.ptr);
	buf_release(&text);
	free(line);
}

static void print_json(const struct js *value)
{
	struct buf text = BUF_INIT;

	js_write_pretty(value, &text);
	puts(text.ptr);
	buf_release(&text);
}

static int list(struct session *session, bool json)
{
	struct listing listing = {.rows = js_array()};
	int rc = run_each(session->store, add_row, &listing);

	if (rc) {
		js_free(listing.rows);
		return command_fail(rc);
	}
	if (json)
		print_json(listing.rows);
	else if (!js_count(listing.rows))
		puts("no runs yet: a push, the schedule or `git flywheel cycle` makes one");
	for (size_t i = js_count(listing.rows); !json && i--;)
		print_line(js_at(listing.rows, i));
	js_free(listing.rows);
	return EXIT_OK;
}

static void print_detail(const struct js *job)
{
	static const char *const keys[] = {"state", "stage", "verdict", "reason", "error", "origin",
		"ref", "commit", "trainer", "key", "remote", "model", "dataset", "started",
		"submitted", "next", "finished"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = js_get_text(job, keys[i]);

		printf("%-10s ", keys[i]);
		command_print_foreign(value ? value : "-", "");
	}
	printf("%-10s %lld\n%-10s %.2f\n", "attempts", (long long)js_get_number(job, "attempts", 0),
		"cost", js_get_real(job, "cost", 0));
}

static int show(struct session *session, int64_t id, bool json)
{
	struct run_row run;
	struct js *job;
	int rc = run_get(session->store, id, &run);

	if (rc)
		return command_fail(rc);
	job = job_json(&run);
	if (json)
		print_json(job);
	else
		print_detail(job);
	js_free(job);
	run_release(&run);
	return EXIT_OK;
}

/* The trainer's log of a run's job. E_NOTFOUND: there is none. */
static int read_log(struct session *session, const struct run_row *run, struct buf *out)
{
	const struct trainer *trainer = trainer_find(run->trainer);
	struct train_job job = {.session = session, .key = run->key, .dataset = run->dataset};

	if (!trainer || !trainer->log || !run->submitted)
		return fail(E_NOTFOUND,
			"run %lld has no job with a remote trainer: see `git flywheel jobs show "
			"%lld`",
			(long long)run->id, (long long)run->id);
	return trainer->log(&job, out);
}

/*
 * Prints what is new of the log since `shown` bytes. A trainer keeps only the end of a long log, so
 * what was shown is looked for rather than counted.
 */
static void print_new(const struct buf *log, struct buf *shown)
{
	size_t start = 0;

	if (shown->len && log->len >= shown->len && !memcmp(log->ptr, shown->ptr, shown->len))
		start = shown->len;
	command_print_foreign(log->ptr + start, "");
	buf_clear(shown);
	buf_add(shown, log->ptr, log->len);
	fflush(stdout);
}

static int print_log(struct session *session, int64_t id, bool follow)
{
	const struct timespec pause = {.tv_sec = 2};
	struct buf log = BUF_INIT, shown = BUF_INIT;
	struct run_row run = {0};
	bool going = false;
	int rc;

	do {
		run_release(&run);
		buf_clear(&log);
		rc = run_get(session->store, id, &run);
		if (rc)
			break;
		rc = read_log(session, &run, &log);
		going = !strcmp(run.state, "running") || !strcmp(run.state, "waiting");
		if (!rc && log.len > shown.len)
			print_new(&log, &shown);
		if (follow && going && queue_transient(rc))
			rc = 0;
		if (!rc && follow && going)
			nanosleep(&pause, NULL);
	} while (!rc && follow && going && !interrupted());
	buf_release(&log);
	buf_release(&shown);
	run_release(&run);
	return rc ? command_fail(rc) : EXIT_OK;
}

static int change(struct session *session, const char *verb, int64_t id)
{
	int rc = !strcmp(verb, "cancel") ? queue_cancel(session, id) : queue_retry(session, id);

	if (rc)
		return command_fail(rc);
	printf("run %lld %s\n", (long long)id,
		!strcmp(verb, "cancel") ? "is being cancelled" : "waits to go on");
	worker_start();
	return EXIT_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const char *const verbs[] = {"list", "show", "log", "cancel", "retry"};
	bool json = false, follow = false, known = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "with list and show: print JSON", &json},
		{OPTION_FLAG, 'f', "follow", NULL, "with log: go on until the run ends", &follow},
		OPTIONS_END};
	const char *verb = "list";
	struct session session;
	char *end = NULL;
	long long id = 0;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left > 0)
		verb = argv[0];
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		known = known || !strcmp(verb, verbs[i]);
	if (!known)
		return command_usage(self, "'%s' is not list, show, log, cancel or retry", verb);
	if (left > 1)
		id = strtoll(argv[1], &end, 10);
	if (left != (strcmp(verb, "list") ? 2 : left > 0) || (end && (*end || id <= 0)))
		return command_usage(self, "want list, or show, log, cancel or retry and a "
					   "number that list prints");
	code = session_open(&session, false);
	if (code)
		return code;
	interrupt_watch();
	if (!strcmp(verb, "list"))
		code = list(&session, json);
	else if (!strcmp(verb, "show"))
		code = show(&session, id, json);
	else if (!strcmp(verb, "log"))
		code = print_log(&session, id, follow);
	else
		code = change(&session, verb, id);
	session_close(&session);
	return code;
}

const struct command command_jobs = {
	.name = "jobs",
	.summary = "list, show, follow, cancel and retry runs",
	.usage =
		"jobs [list | show <id> | log <id> [--follow] | cancel <id> | retry <id>] [--json]",
	.group = "turn",
	.run = run,
};
