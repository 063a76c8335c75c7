/* git flywheel survival: what became of the lines that assistants wrote. */
#include "flywheel/command.h"

#include "command/print_decision.h"
#include "command/survival.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double share(int64_t part, int64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

struct js *survival_json(const struct survival *row)
{
	struct js *object = js_object();
	double correction = survival_correction(row);

	if (row->tool) {
		js_set_text(object, "tool", row->tool);
		js_set_text(object, "model", *row->model ? row->model : NULL);
		js_set_text(object, "week", *row->week ? row->week : NULL);
		js_set_text(object, "evidence", row->claimed ? "commit" : "transcript");
	}
	js_set_number(object, "proposed", row->proposed);
	js_set_number(object, "committed", row->kept + row->edited);
	js_set_number(object, "unchanged", row->kept);
	js_set_number(object, "edited", row->edited);
	js_set_number(object, "dropped", row->dropped);
	js_set_number(object, "waiting", row->waiting);
	js_set_number(object, "rewritten14", row->rewritten_14);
	js_set_number(object, "rewritten90", row->rewritten_90);
	js_set_number(object, "reverted", row->reverted);
	js_set_number(object, "gone", row->gone);
	js_set_number(object, "alive", row->alive);
	js_set_number(object, "older14", row->aged_14);
	js_set_number(object, "older90", row->aged_90);
	js_set(object, "correction", correction < 0 ? js_null() : js_real(correction));
	return object;
}

static void print_row(const struct survival *row, const char *title)
{
	int64_t committed = row->kept + row->edited;
	double correction = survival_correction(row);

	fputs(title, stdout);
	printf("%*s %8lld %7.1f %7.1f %7.1f ", (int)(strlen(title) < 38 ? 38 - strlen(title) : 0),
		"", (long long)row->proposed, share(row->kept, row->proposed),
		share(row->edited, row->proposed), share(row->dropped, row->proposed));
	if (committed)
		printf("%8lld %7.1f %7.1f %7.1f %7.1f\n", (long long)committed,
			share(row->rewritten_14, committed), share(row->rewritten_90, committed),
			share(row->reverted, committed), 100 * correction);
	else
		printf("%8d %7s %7s %7s %7s\n", 0, "-", "-", "-", "-");
}

static char *title_of(const struct survival *row)
{
	struct buf title = BUF_INIT;

	if (*row->week) {
		buf_addf(&title, "  week of %s", row->week);
	} else {
		buf_add_printable(&title, row->tool, strlen(row->tool));
		if (*row->model) {
			buf_addch(&title, ' ');
			buf_add_printable(&title, row->model, strlen(row->model));
		}
		if (row->claimed)
			buf_addstr(&title, " *");
	}
	return buf_detach(&title);
}

static void print_report(const struct survival_report *report, bool weeks)
{
	bool claimed = false;

	if (!report->count) {
		puts("no line of an assistant is known: neither transcripts that were harvested "
		     "nor commits that name one");
		return;
	}
	printf("%-38s %8s %7s %7s %7s %8s %7s %7s %7s %7s\n", "lines in %", "written", "as is",
		"edited", "dropped", "in git", "out 14d", "out 90d", "revert", "corr.");
	for (size_t i = 0; i < report->count; i++) {
		const struct survival *row = &report->rows[i];
		char *title = title_of(row);

		claimed |= row->claimed;
		if (weeks || !*row->week)
			print_row(row, title);
		free(title);
	}
	if (report->all.proposed)
		print_row(&report->all, "all with transcripts");
	puts("corr.: edited before the commit, or out of the code within 14 days after it");
	if (claimed)
		puts("* by git-ai's notes or Co-authored-by: what was edited or dropped before is "
		     "not known");
}

static int report_all(struct session *session, bool weeks, bool json)
{
	struct survival_report report;
	struct buf text = BUF_INIT;
	int rc = survival_report(session, &report);

	if (rc)
		return command_fail(rc);
	if (json) {
		struct js *object = js_object(), *rows = js_array();

		for (size_t i = 0; i < report.count; i++)
			js_add(rows, survival_json(&report.rows[i]));
		js_set(object, "transcripts", survival_json(&report.all));
		js_set(object, "commits", survival_json(&report.claims));
		js_set(object, "rows", rows);
		js_write_pretty(object, &text);
		puts(text.ptr);
		js_free(object);
	} else {
		print_report(&report, weeks);
	}
	buf_release(&text);
	survival_report_release(&report);
	return EXIT_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false, weeks = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "weeks", NULL, "a row for each week as well", &weeks},
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &json}, OPTIONS_END};
	struct session session;
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "survival takes no '%s'", argv[0]);
	interrupt_watch();
	code = session_open_current(&session);
	if (code)
		return code;
	rc = conversation_link(&session);
	code = rc ? command_fail(rc) : report_all(&session, weeks, json);
	session_close(&session);
	return code;
}

const struct command command_survival = {
	.name = "survival",
	.summary = "show what became of the lines that assistants wrote",
	.usage = "survival [--weeks] [--json]",
	.group = "look",
	.run = run,
};
