/* git flywheel harvest: reads new talk of this repository, scrubbed before it is stored. */
#include "flywheel/command.h"

#include "command/print_decision.h"
#include "flywheel/conversation.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_json(const struct js *value)
{
	struct buf text = BUF_INIT;

	js_write(value, &text);
	puts(text.ptr);
	buf_release(&text);
}

static const char *const reaches[] = {"repository", "machine", "remote"};

static int add_listing(const struct source_listing *listing, void *payload)
{
	struct js *object = js_object();

	js_set_text(object, "source", listing->name);
	js_set_text(object, "title", listing->title);
	js_set_text(object, "reach", reaches[listing->reach]);
	js_set_bool(object, "allowed", listing->allowed);
	js_set_bool(object, "mined", listing->mined);
	if (listing->mined) {
		js_set_number(object, "decisions", (int64_t)listing->ours);
	} else {
		js_set_number(object, "places", (int64_t)listing->places);
		js_set_number(object, "sessions", (int64_t)listing->sessions);
		js_set_number(object, "ours", (int64_t)listing->ours);
	}
	js_add(payload, object);
	return 0;
}

static int print_listing(const struct source_listing *listing, void *payload)
{
	char *found = NULL;

	(void)payload;
	if (listing->mined)
		found = xstrfmt("%zu decisions", listing->ours);
	else if (!listing->allowed)
		found = xstrdup("not allowed");
	else if (!listing->places)
		found = xstrdup("none here");
	else
		found = xstrfmt("%zu of %zu sessions", listing->ours, listing->sessions);
	printf("%-16s %-20s %-11s %s\n", listing->name, found, reaches[listing->reach],
		listing->title);
	free(found);
	return 0;
}

static int list(struct session *session, bool json)
{
	struct js *array = js_array();
	int rc;

	if (!json)
		printf("%-16s %-20s %-11s %s\n", "SOURCE", "OF THIS REPOSITORY", "WHERE", "WHAT");
	rc = conversation_sources(session, json ? add_listing : print_listing, array);
	if (!rc && json)
		print_json(array);
	else if (!rc)
		puts("\nAll of it is kept in this repository's sidecar only. `git config "
		     "flywheel.harvest.<source> true|false` allows or forbids a source; what lies "
		     "on another machine is read only when allowed.");
	js_free(array);
	return rc;
}

static void report_json(const struct harvest_report *report, bool dry_run)
{
	struct js *object = js_object();

	js_set_bool(object, "dryRun", dry_run);
	js_set_number(object, "files", (int64_t)report->files);
	js_set_number(object, "turns", (int64_t)report->turns);
	js_set_number(object, "edits", (int64_t)report->edits);
	js_set_number(object, "findings", (int64_t)report->findings);
	js_set_number(object, "dropped", (int64_t)report->dropped);
	js_set_number(object, "malformed", (int64_t)report->malformed);
	js_set_number(object, "passed", (int64_t)report->passed);
	js_set_text(object, "problem", *report->problem ? report->problem : NULL);
	print_json(object);
	js_free(object);
}

static void report_text(const struct harvest_report *report, bool dry_run)
{
	printf("%s%zu new turns and %zu edits from %zu files; %zu secrets and personal data "
	       "replaced\n",
		dry_run ? "would store " : "", report->turns, report->edits, report->files,
		report->findings);
	if (report->dropped)
		printf("%zu turns dropped: they could not be scrubbed\n", report->dropped);
	if (report->malformed)
		printf("%zu records passed over: they could not be read\n", report->malformed);
	if (*report->problem) {
		if (report->passed > 1)
			printf("%zu places passed over, the last one: ", report->passed);
		else
			fputs("passed over: ", stdout);
		print_text(report->problem);
		putchar('\n');
	}
}

/* A day, a time, or how long ago: 2026-01-31, 2026-01-31T10:00:00Z, 30d. */
static int parse_since(const char *text, int64_t *out)
{
	char *day = NULL;
	int64_t seconds;
	int rc = 0;

	if (!duration_parse(text, &seconds)) {
		*out = clock_now() - seconds;
		return 0;
	}
	error_clear();
	if (strlen(text) == strlen("2026-01-31"))
		day = xstrfmt("%sT00:00:00Z", text);
	if (clock_parse(day ? day : text, out))
		rc = fail(E_USAGE,
			"--since '%s': want a day (2026-01-31), a time (2026-01-31T10:00:00Z) or "
			"how long ago (30d)",
			text);
	free(day);
	return rc;
}

static int read_talk(struct session *session, const struct harvest_options *options, bool json)
{
	struct harvest_report report;
	int rc = conversation_harvest(session, options, &report);

	if (!rc && json)
		report_json(&report, options->dry_run);
	else if (!rc)
		report_text(&report, options->dry_run);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct harvest_options harvest = {0};
	const char *since = NULL;
	bool listing = false, json = false;
	const struct option_spec specs[] = {
		{OPTION_TEXT, 0, "source", "name", "read only this source", &harvest.source},
		{OPTION_TEXT, 0, "since", "time", "leave older turns for another time", &since},
		{OPTION_FLAG, 'n', "dry-run", NULL, "count, but store nothing", &harvest.dry_run},
		{OPTION_FLAG, 'l', "list", NULL, "show the sources and what they hold", &listing},
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &json},
		OPTIONS_END,
	};
	struct session session;
	int code = EXIT_OK, left = command_options(self, argc, argv, specs, &code), rc;

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "'%s' is one word too many", argv[0]);
	if (since && parse_since(since, &harvest.since))
		return command_usage(self, "%s", error_message());
	code = session_open(&session, false);
	if (code)
		return code;
	interrupt_watch();
	rc = listing ? list(&session, json) : read_talk(&session, &harvest, json);
	if (rc)
		code = command_fail(rc);
	session_close(&session);
	return code;
}

const struct command command_harvest = {
	.name = "harvest",
	.summary = "read new talk about this repository, scrubbed before it is stored",
	.usage = "harvest [--source <name>] [--since <time>] [--dry-run] [--list] [--json]",
	.group = "turn",
	.run = run,
};
