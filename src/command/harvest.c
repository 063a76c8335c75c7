/* git flywheel harvest: reads new talk of this repository, scrubbed before it is stored. */
#include "flywheel/command.h"

#include "flywheel/conversation.h"
#include "util/js.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>

static void print_json(const struct js *value)
{
	struct buf text = BUF_INIT;

	js_write(value, &text);
	puts(text.ptr);
	buf_release(&text);
}

static int add_listing(const struct source_listing *listing, void *payload)
{
	struct js *object = js_object();

	js_set_text(object, "source", listing->name);
	js_set_text(object, "title", listing->title);
	js_set_number(object, "files", (int64_t)listing->files);
	js_set_number(object, "ours", (int64_t)listing->ours);
	js_add(payload, object);
	return 0;
}

static int print_listing(const struct source_listing *listing, void *payload)
{
	(void)payload;
	printf("%-14s %6zu files, %zu of this repository   (%s)\n", listing->name, listing->files,
		listing->ours, listing->title);
	return 0;
}

static int list(struct session *session, bool json)
{
	struct js *array = js_array();
	int rc = conversation_sources(session, json ? add_listing : print_listing, array);

	if (!rc && json)
		print_json(array);
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
}

static int run(const struct command *self, int argc, char **argv)
{
	const char *source = NULL;
	bool dry_run = false, listing = false, json = false;
	const struct option_spec specs[] = {
		{OPTION_TEXT, 0, "source", "name", "read only this source", &source},
		{OPTION_FLAG, 'n', "dry-run", NULL, "count, but store nothing", &dry_run},
		{OPTION_FLAG, 'l', "list", NULL, "show the sources and what they hold", &listing},
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &json},
		OPTIONS_END,
	};
	struct harvest_report report;
	struct session session;
	int code = EXIT_OK, left = command_options(self, argc, argv, specs, &code), rc;

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "'%s' is one word too many", argv[0]);
	code = session_open(&session, false);
	if (code)
		return code;
	interrupt_watch();
	if (listing) {
		rc = list(&session, json);
	} else {
		rc = conversation_harvest(&session, source, dry_run, &report);
		if (!rc && json)
			report_json(&report, dry_run);
		else if (!rc)
			report_text(&report, dry_run);
	}
	if (rc)
		code = command_fail(rc);
	session_close(&session);
	return code;
}

const struct command command_harvest = {
	.name = "harvest",
	.summary = "read new talk about this repository, scrubbed before it is stored",
	.usage = "harvest [--source <name>] [--dry-run] [--list] [--json]",
	.group = "turn",
	.run = run,
};
