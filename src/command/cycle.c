/* git flywheel cycle: one revolution, from what is new to a verdict. */
#include "flywheel/command.h"

#include "command/scores.h"
#include "flywheel/config.h"
#include "flywheel/cycle.h"
#include "flywheel/hook.h"
#include "flywheel/queue.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/js.h"
#include "util/options.h"
#include "util/progress.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void show_stage(const char *stage, const char *said, double seconds, void *payload)
{
	const bool *json = payload;
	struct buf text = BUF_INIT;

	if (*json)
		return;
	buf_add_printable(&text, said, strlen(said));
	printf("%-10s %-62s %6.1f s\n", stage, text.ptr, seconds);
	fflush(stdout);
	buf_release(&text);
}

/* A remote job goes on: said on a terminal only, over the same line. */
static void show_waiting(const char *stage, const char *said, void *payload)
{
	struct buf text = BUF_INIT;
	char *line = first_line(said, 70);

	(void)payload;
	buf_add_printable(&text, line, strlen(line));
	if (isatty(2))
		fprintf(stderr, "\r%-10s %-70s\r", stage, text.ptr);
	buf_release(&text);
	free(line);
}

static void show_pruned(const char *file, const char *why, void *payload)
{
	const bool *json = payload;

	if (!*json)
		printf("pruned     %s: %s\n", file, why);
}

/* The report with the result on top of it. */
static void print_json(const struct cycle_result *result)
{
	struct js *object = report_parse(result->report);
	struct buf text = BUF_INIT;

	if (!object)
		object = js_object();
	js_set_number(object, "run_id", result->run);
	js_set_bool(object, "skipped", result->skipped);
	js_set_text(object, "model", js_get_text(object, "candidate"));
	js_set_text(object, "verdict", result->outcome);
	js_set_text(object, "reason", result->reason);
	js_set_text(object, "tag", result->tag);
	js_write_pretty(object, &text);
	puts(text.ptr);
	buf_release(&text);
	js_free(object);
}

static void print_result(const struct cycle_result *result)
{
	struct js *report = report_parse(result->report);

	if (result->skipped) {
		printf("nothing is new since run %lld: commit, or --force\n",
			(long long)result->run);
	} else {
		putchar('\n');
		scores_print(report);
		putchar('\n');
	}
	printf("%s%s", result->skipped ? "its verdict was " : "verdict: ", result->outcome);
	if (result->tag)
		printf(" as %s (`git flywheel rollback` takes it back)", result->tag);
	putchar('\n');
	fputs("  ", stdout);
	print_wrapped(result->reason, 2, 88);
	js_free(report);
}

/* What can still come to an end does so without the person. */
static void leave_to_worker(struct session *session, int rc)
{
	if (rc == E_LOCKED || !queue_transient(rc) || !config_bool(session->config, "enabled"))
		return;
	if (!worker_start())
		fputs("the run goes on in the background: `git flywheel jobs` shows it\n", stderr);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct cycle_options options = {
		.fn = show_stage, .waiting = show_waiting, .pruned = show_pruned};
	bool json = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 'f', "force", NULL,
			"turn also when nothing is new; give up an unfinished run", &options.force},
		{OPTION_TEXT, 0, "candidate", "<file>",
			"judge this embedded model instead of training one", &options.candidate},
		{OPTION_FLAG, 0, "json", NULL, "print the result as JSON", &json}, OPTIONS_END};
	struct cycle_result result = {0};
	struct session session;
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "cycle takes no '%s'", argv[0]);
	code = session_open(&session, false);
	if (code)
		return code;
	options.payload = &json;
	interrupt_watch();
	rc = cycle_run(&session, &options, &result);
	if (rc) {
		code = command_fail(rc);
		leave_to_worker(&session, rc);
	} else {
		if (json)
			print_json(&result);
		else
			print_result(&result);
		code = !result.skipped && result.verdict == GATE_BLOCKED ? EXIT_NO : EXIT_OK;
	}
	cycle_result_release(&result);
	session_close(&session);
	return code;
}

const struct command command_cycle = {
	.name = "cycle",
	.summary = "turn once: index, curate, train, benchmark, and let the gate decide",
	.usage = "cycle [--force] [--candidate <file>] [--json]",
	.group = "turn",
	.run = run,
};
