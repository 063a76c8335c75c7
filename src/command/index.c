/* git flywheel index: bring the index to HEAD, say what it holds, prove that it is right. */
#include "flywheel/command.h"

#include "flywheel/graph.h"
#include "flywheel/graph_index.h"
#include "util/js.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <string.h>

struct wishes {
	bool verify, json, quiet, history, force;
	const char *range;  /* of history; NULL: all */
	size_t seen, noted; /* of it */
};

static void print_edges(const char *title, const size_t counts[4])
{
	printf("%-8s", title);
	for (int i = 0; i < 4; i++)
		printf("%s %zu %s", i ? "," : "", counts[i], confidence_name((enum confidence)i));
	putchar('\n');
}

static void print_report(const struct graph_report *report)
{
	const struct store_graph_counts *counts = &report->counts;

	printf("files    %zu: %zu parsed", counts->files, counts->parsed);
	for (size_t i = 0; i < counts->skipped_count; i++)
		printf(", %zu %s", counts->skipped[i].files, counts->skipped[i].reason);
	printf("\nsymbols  %zu\n", counts->symbols);
	print_edges("calls", counts->calls);
	print_edges("imports", counts->imports);
	printf("digest   %s\n", report->digest);
}

static struct js *edges_json(const size_t counts[4])
{
	struct js *object = js_object();

	for (int i = 0; i < 4; i++)
		js_set_number(object, confidence_name((enum confidence)i), (int64_t)counts[i]);
	return object;
}

static void print_json(const struct graph_report *report, const struct wishes *wishes,
	const struct strings *differences, size_t total)
{
	const struct store_graph_counts *counts = &report->counts;
	struct js *out = js_object(), *skipped = js_object(), *list = js_array();
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < counts->skipped_count; i++)
		js_set_number(
			skipped, counts->skipped[i].reason, (int64_t)counts->skipped[i].files);
	js_set_number(out, "files", (int64_t)counts->files);
	js_set_number(out, "parsed", (int64_t)counts->parsed);
	js_set(out, "skipped", skipped);
	js_set_number(out, "symbols", (int64_t)counts->symbols);
	js_set(out, "calls", edges_json(counts->calls));
	js_set(out, "imports", edges_json(counts->imports));
	js_set_text(out, "digest", report->digest);
	js_set_text(out, "notesProblem", report->problem);
	for (size_t i = 0; i < differences->count; i++)
		js_add(list, js_text(differences->items[i]));
	if (wishes->history) {
		js_set_number(out, "historyCommits", (int64_t)wishes->seen);
		js_set_number(out, "historyNotes", (int64_t)wishes->noted);
	}
	if (wishes->verify) {
		js_set_number(out, "differences", (int64_t)total);
		js_set(out, "firstDifferences", list);
	} else {
		js_free(list);
	}
	js_write_pretty(out, &text);
	puts(text.ptr);
	buf_release(&text);
	js_free(out);
}

static void print_line(FILE *out, const char *text)
{
	struct buf line = BUF_INIT;

	buf_add_printable(&line, text, strlen(text));
	fprintf(out, "%s\n", line.ptr);
	buf_release(&line);
}

static void print_verdict(const struct strings *differences, size_t total)
{
	if (!total) {
		puts("verified: a clean index of this commit is the same");
		return;
	}
	printf("NOT the same as a clean index: %zu differences\n", total);
	for (size_t i = 0; i < differences->count; i++)
		print_line(stdout, differences->items[i]);
	puts("run `git flywheel rebuild`, and please report this");
}

static int index_head(struct session *session, struct wishes *wishes)
{
	struct graph_report report = {.problem = NULL};
	struct strings differences = STRINGS_INIT;
	size_t total = 0;
	int rc = graph_catch_up(session);

	if (!rc && wishes->history)
		rc = graph_note_history(
			session, wishes->range, wishes->force, &wishes->seen, &wishes->noted);
	if (!rc && wishes->verify)
		rc = graph_verify(session, &differences, &total);
	if (!rc)
		rc = wishes->quiet && !wishes->json ? graph_problem(session, &report.problem)
						    : graph_report(session, &report);
	if (!rc && wishes->json)
		print_json(&report, wishes, &differences, total);
	else if (!rc && !wishes->quiet)
		print_report(&report);
	if (!rc && wishes->history && !wishes->quiet && !wishes->json)
		printf("history  %zu commits, %zu notes written\n", wishes->seen, wishes->noted);
	if (!rc && !wishes->json && wishes->verify && (!wishes->quiet || total))
		print_verdict(&differences, total);
	if (!rc && report.problem) {
		fputs("git-flywheel: warning: graph notes are not written: ", stderr);
		print_line(stderr, report.problem);
	}
	graph_report_release(&report);
	strings_release(&differences);
	if (rc)
		return command_fail(rc);
	return total ? EXIT_NO : EXIT_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {.verify = false};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "verify", NULL, "compare with an index made from nothing",
			&wishes.verify},
		{OPTION_FLAG, 0, "history", NULL,
			"note what older commits changed: a range, or all that HEAD has",
			&wishes.history},
		{OPTION_FLAG, 'f', "force", NULL, "with --history, also those that have a note",
			&wishes.force},
		{OPTION_FLAG, 0, "json", NULL, "print one JSON object", &wishes.json},
		{OPTION_FLAG, 'q', "quiet", NULL, "print nothing but problems", &wishes.quiet},
		OPTIONS_END,
	};
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left > (wishes.history ? 1 : 0))
		return command_usage(self, "'%s' is too much", argv[left - 1]);
	if (wishes.force && !wishes.history)
		return command_usage(self, "--force goes with --history");
	interrupt_watch();
	code = session_open(&session, false);
	if (code)
		return code;
	wishes.range = left ? argv[0] : NULL;
	code = index_head(&session, &wishes);
	session_close(&session);
	return code;
}

const struct command command_index = {
	.name = "index",
	.summary = "bring the code graph to HEAD and say what it holds",
	.usage = "index [--verify] [--json] [--quiet]\n   or: index --history [<range>] [--force] "
		 "[--quiet]",
	.group = "plumbing",
	.run = run,
};
