/* git flywheel schedule: revolutions with no one there. */
#define _GNU_SOURCE
#include "flywheel/command.h"

#include "flywheel/hook.h"
#include "flywheel/schedule.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE 600 /* seconds of the tick for one repository's worker */

struct words {
	const char *every, *scheduler;
	bool json;
};

static void print_js(struct js *value)
{
	struct buf text = BUF_INIT;

	js_write_pretty(value, &text);
	puts(text.ptr);
	buf_release(&text);
	js_free(value);
}

static struct js *change_js(const struct schedule_change *change)
{
	struct js *out = js_object();

	js_set_text(out, "repository", change->repository);
	js_set_text(out, "scheduler", change->scheduler);
	js_set_number(out, "minute", change->minute);
	js_set_number(out, "repositories", (int64_t)change->left);
	return out;
}

static void print_started(const struct schedule_change *change, bool json)
{
	struct buf path = BUF_INIT;

	if (json) {
		struct js *out = change_js(change);

		js_set_text(out, "every", change->every);
		js_set_bool(out, "added", change->listed);
		js_set_bool(out, "installed", change->unit);
		print_js(out);
		return;
	}
	buf_add_printable(&path, change->repository, strlen(change->repository));
	printf("  %-13s %s\n", "repository", path.ptr);
	printf("  %-13s %s\n", "every", change->every);
	printf("  %-13s %s, once an hour at :%02u%s\n", "tick", change->scheduler, change->minute,
		change->unit ? "" : " (already there)");
	buf_release(&path);
	puts("\nUndo: git flywheel schedule stop");
}

static int start(const struct command *self, const struct words *words)
{
	struct schedule_change change = {0};
	struct session session;
	int64_t seconds;
	int code, rc;

	if (words->every && (every_parse(words->every, &seconds) || !seconds))
		return command_usage(self, "--every: %s",
			*words->every ? error_message() : "want a time: 30m, 12h, 1d");
	code = session_open(&session, false);
	if (code)
		return code;
	rc = schedule_start(
		&session, words->scheduler ? words->scheduler : "auto", words->every, &change);
	if (rc)
		code = command_fail(rc);
	else
		print_started(&change, words->json);
	schedule_change_release(&change);
	session_close(&session);
	return code;
}

static void print_stopped(const struct schedule_change *change, bool json)
{
	if (json) {
		struct js *out = change_js(change);

		js_set_bool(out, "removed", change->listed);
		js_set_bool(out, "uninstalled", change->unit);
		print_js(out);
		return;
	}
	printf("  %-13s %s\n", "repository",
		change->listed ? "taken out of the schedule" : "was not in the schedule");
	if (change->unit)
		printf("  %-13s removed from %s: no repository is left\n", "tick",
			change->scheduler);
	else if (change->left)
		printf("  %-13s stays for %zu other %s\n", "tick", change->left,
			change->left == 1 ? "repository" : "repositories");
	else
		printf("  %-13s none\n", "tick");
}

static int stop(const struct words *words)
{
	struct schedule_change change = {0};
	struct repo *repo = NULL;
	int code = EXIT_OK;
	int rc = repo_open(".", &repo);

	if (!rc)
		rc = schedule_stop(repo, &change);
	if (rc)
		code = command_fail(rc);
	else
		print_stopped(&change, words->json);
	schedule_change_release(&change);
	repo_free(repo);
	return code;
}

static struct js *time_js(int64_t when)
{
	char text[21];

	clock_format(when, text);
	return when ? js_text(text) : js_null();
}

static struct js *row_js(const struct schedule_row *row)
{
	struct js *out = js_object();

	js_set_text(out, "path", row->repository);
	js_set_bool(out, "exists", row->exists);
	js_set_text(out, "problem", row->problem);
	js_set_text(out, "every", row->every);
	js_set_bool(out, "enabled", row->enabled);
	js_set(out, "last", time_js(row->due.last));
	js_set(out, "next", time_js(row->next));
	js_set_bool(out, "due", row->due.now);
	return out;
}

static void print_status_js(const struct schedule_status *status)
{
	struct js *out = js_object(), *rows = js_array();

	js_set_text(out, "scheduler", status->scheduler);
	js_set_bool(out, "outdated", status->outdated);
	js_set_number(out, "minute", status->minute);
	js_set_text(out, "repository", status->here);
	for (size_t i = 0; i < status->count; i++)
		js_add(rows, row_js(&status->rows[i]));
	js_set(out, "repositories", rows);
	print_js(out);
}

static void print_row(const struct schedule_row *row)
{
	char last[21], next[21];

	putchar('\n');
	command_print_foreign(row->repository, "");
	if (row->problem) {
		command_print_foreign(row->problem, "  problem  ");
		return;
	}
	clock_format(row->due.last, last);
	clock_format(row->next, next);
	printf("  every    %s\n", row->due.every ? row->every : "never: flywheel.every is not set");
	printf("  last     %s\n", row->due.last ? last : "never");
	if (!row->enabled)
		puts("  next     never: flywheel.enabled is false");
	else if (row->next)
		printf("  next     %s%s\n", next, row->due.now ? " (due)" : "");
}

static void print_status(const struct schedule_status *status)
{
	bool listed = false;

	if (!status->scheduler)
		printf("tick       none%s\n",
			status->count ? ": `git flywheel schedule start` installs it again" : "");
	else
		printf("tick       %s, once an hour at :%02u%s\n", status->scheduler,
			status->minute,
			status->outdated ? " (outdated: `git flywheel schedule start` renews it)"
					 : "");
	for (size_t i = 0; i < status->count; i++) {
		listed |= status->here && !strcmp(status->here, status->rows[i].repository);
		print_row(&status->rows[i]);
	}
	if (status->here && !listed)
		puts("\nThis repository is not in the schedule: git flywheel schedule start");
}

static int show(const struct words *words)
{
	struct schedule_status status = {0};
	struct repo *repo = NULL;
	int code = EXIT_OK;
	int rc = repo_open(".", &repo);

	/* Outside a repository there is still a list to show. */
	if (!rc || rc == E_NOTFOUND)
		rc = schedule_status(repo, clock_now(), &status);
	if (rc)
		code = command_fail(rc);
	else if (words->json)
		print_status_js(&status);
	else
		print_status(&status);
	schedule_status_release(&status);
	repo_free(repo);
	return code;
}

static void print_problem(const char *repository, const char *what, void *payload)
{
	struct buf text = BUF_INIT;

	(void)payload;
	buf_add_printable(&text, repository, strlen(repository));
	buf_addstr(&text, ": ");
	buf_add_printable(&text, what, strlen(what));
	fprintf(stderr, "git-flywheel: %s\n", text.ptr);
	buf_release(&text);
}

/*
 * cron and launchd search little more than /usr/bin. Last, so that what they say comes first: where
 * we lie ourselves, and where programs of the machine's owner do.
 */
static void widen_path(const char *program)
{
	const char *path = getenv("PATH");
	char *wide = xstrfmt("%s:%.*s:/usr/local/bin:/opt/homebrew/bin",
		path && *path ? path : "/usr/bin:/bin", (int)(path_base(program) - program) - 1,
		program);

	setenv("PATH", wide, 1);
	free(wide);
}

/* Silent where all goes well: cron mails what is printed. */
static int tick(void)
{
	char *program = NULL, *trampoline = NULL;
	size_t problems = 0;
	int rc = hook_programs(&program, &trampoline);

	interrupt_watch();
	if (nice(10) < 0)
		error_clear(); /* slower for others, but right */
	if (!rc)
		widen_path(program);
	if (!rc)
		rc = schedule_run(program, PATIENCE, print_problem, NULL, &problems);
	free(program);
	free(trampoline);
	if (rc)
		return command_fail(rc);
	return problems ? EXIT_BROKEN : EXIT_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct words words = {0};
	const struct option_spec specs[] = {
		{OPTION_TEXT, 0, "every", "time", "start: time between revolutions (12h)",
			&words.every},
		{OPTION_TEXT, 0, "scheduler", "name",
			"start: systemd, crontab, launchd or auto (auto)", &words.scheduler},
		{OPTION_FLAG, 0, "json", NULL, "print the result as JSON", &words.json},
		OPTIONS_END,
	};
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left != 1)
		return command_usage(self, "say start, stop or status");
	if (!strcmp(argv[0], "start"))
		return start(self, &words);
	if (words.every || words.scheduler)
		return command_usage(self, "--every and --scheduler go with start");
	if (!strcmp(argv[0], "stop"))
		return stop(&words);
	if (!strcmp(argv[0], "status"))
		return show(&words);
	if (!strcmp(argv[0], "run"))
		return tick();
	return command_usage(self, "schedule has no '%s': say start, stop or status", argv[0]);
}

const struct command command_schedule = {
	.name = "schedule",
	.summary = "turn the wheel at set times, with no one there",
	.usage = "schedule (start [--every <time>] [--scheduler <name>] | stop | status) [--json]",
	.group = "turn",
	.run = run,
};
