/* Printing the funnel of a curation and one example with its fate, for people and as JSON. */
#include "command/funnel.h"

#include "flywheel/command.h"
#include "flywheel/example.h"
#include "flywheel/store_example.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR 30

static void print_bar(size_t part, size_t whole)
{
	size_t filled = whole ? (part * BAR + whole - 1) / whole : 0;

	for (size_t i = 0; i < BAR; i++)
		putchar(i < filled ? '#' : '.');
}

struct table {
	size_t raw, left;
	struct buf silent; /* names of filters that never fired */
};

static int print_filter(const struct filter_report *report, void *payload)
{
	struct table *print = payload;

	print->left -= report->rejected;
	printf("  %-16s %8zu ", report->name, report->rejected);
	print_bar(print->left, print->raw);
	printf(" %8zu  %s\n", print->left, *report->note ? report->note : report->summary);
	if (!report->rejected && !*report->note)
		buf_addf(&print->silent, "%s%s", print->silent.len ? ", " : "", report->name);
	return 0;
}

static int print_kind(const char *kind, size_t raw, size_t kept, void *payload)
{
	struct buf name = BUF_INIT;

	(void)payload;
	buf_add_printable(&name, kind, strlen(kind));
	printf("  %-16s %8zu ", name.ptr, raw);
	print_bar(kept, raw);
	printf(" %8zu%s\n", kept, kept ? "" : "  warning: nothing of this kind was kept");
	buf_release(&name);
	return 0;
}

int funnel_print_problem(const char *place, const char *message, void *payload)
{
	struct buf out = BUF_INIT;

	(void)payload;
	buf_add_printable(&out, place, strlen(place));
	buf_addstr(&out, ": ");
	buf_add_printable(&out, message, strlen(message));
	fprintf(stderr, "git-flywheel: warning: %s\n", out.ptr);
	buf_release(&out);
	return 0;
}

int funnel_print(struct session *session, const struct dataset *dataset)
{
	const struct funnel *funnel = &dataset->funnel;
	struct table print = {funnel->raw, funnel->raw, BUF_INIT};
	int rc;

	printf("%-18s %8zu\n", "raw examples", funnel->raw);
	rc = curate_each_filter(session, print_filter, &print);
	printf("%-18s %8zu  %.1f %% rejected\n\nby kind\n", "kept", funnel->kept,
		funnel->raw ? 100.0 * (double)(funnel->raw - funnel->kept) / (double)funnel->raw
			    : 0);
	if (!rc)
		rc = store_curated_kinds(session->store, print_kind, NULL);
	if (print.silent.len)
		printf("\nwarning: these filters rejected nothing, look whether they still fit: "
		       "%s\n",
			print.silent.ptr);
	printf("\ndataset %.12s\n  %s\n", dataset->sha256, dataset->path);
	buf_release(&print.silent);
	return rc;
}

static int add_filter(const struct filter_report *report, void *payload)
{
	struct js *item = js_object();

	js_set_text(item, "filter", report->name);
	js_set_number(item, "rejected", (int64_t)report->rejected);
	if (*report->note)
		js_set_text(item, "did_not_run", report->note);
	js_add(payload, item);
	return 0;
}

static int add_kind(const char *kind, size_t raw, size_t kept, void *payload)
{
	struct js *item = js_object();

	js_set_text(item, "kind", kind);
	js_set_number(item, "raw", (int64_t)raw);
	js_set_number(item, "kept", (int64_t)kept);
	js_add(payload, item);
	return 0;
}

static void print_js(struct js *value)
{
	struct buf out = BUF_INIT;

	js_write_pretty(value, &out);
	puts(out.ptr);
	buf_release(&out);
	js_free(value);
}

int funnel_print_json(struct session *session, const struct dataset *dataset)
{
	struct js *object = js_object(), *reasons = js_array(), *kinds = js_array();
	int rc = curate_each_filter(session, add_filter, reasons);

	if (!rc)
		rc = store_curated_kinds(session->store, add_kind, kinds);
	js_set_number(object, "raw", (int64_t)dataset->funnel.raw);
	js_set_number(object, "kept", (int64_t)dataset->funnel.kept);
	js_set(object, "reasons", reasons);
	js_set(object, "kinds", kinds);
	js_set_text(object, "dataset", dataset->sha256);
	js_set_text(object, "path", dataset->path);
	js_set_text(object, "manifest", dataset->manifest);
	print_js(object);
	return rc;
}

struct explaining {
	struct session *session;
	bool json;
	const char *filter, *reason; /* "" and "": kept; NULL: not curated yet */
};

static int explain_json(const struct example *example, const struct explaining *explaining)
{
	struct js *object = js_object();
	char hex[OID_HEX + 1];

	js_set_text(object, "id", example->id);
	js_set_text(object, "kind", example->kind);
	js_set_text(object, "source", example->source);
	oid_hex(&example->commit, hex);
	js_set_text(object, "commit", oid_is_zero(&example->commit) ? "" : hex);
	oid_hex(&example->blob, hex);
	js_set_text(object, "blob", oid_is_zero(&example->blob) ? "" : hex);
	js_set_text(object, "path", example->path);
	js_set_text(object, "symbol", example->symbol);
	js_set_bool(object, "kept", explaining->filter && !*explaining->filter);
	js_set_text(object, "filter", explaining->filter);
	js_set_text(object, "reason", explaining->reason);
	js_set_text(object, "prompt", example->prompt);
	js_set_text(object, "answer", example->answer);
	print_js(object);
	return 0;
}

static int explain_text(const struct example *example, void *payload)
{
	const struct explaining *explaining = payload;
	char hex[OID_HEX + 1], when[21];
	struct buf line = BUF_INIT;

	if (explaining->json)
		return explain_json(example, explaining);
	clock_format(example->at, when);
	buf_addf(&line, "%s  %s\nfrom     %s\n", example->id, example->kind, example->source);
	if (!oid_is_zero(&example->commit)) {
		oid_hex(&example->commit, hex);
		buf_addf(&line, "commit   %s of %s\n", hex, when);
	}
	if (!explaining->filter)
		buf_addstr(&line, "verdict  not curated yet: run `git flywheel curate`\n");
	else if (!*explaining->filter)
		buf_addstr(&line, "verdict  kept: no filter rejects it\n");
	else
		buf_addf(&line, "verdict  rejected by %s: %s\n", explaining->filter,
			explaining->reason);
	command_print_foreign(line.ptr, "");
	puts("prompt");
	command_print_foreign(example->prompt, "    | ");
	puts("answer");
	command_print_foreign(example->answer, "    > ");
	buf_release(&line);
	return 0;
}

int example_explain(struct session *session, const char *id, bool json)
{
	struct explaining explaining = {session, json, NULL, NULL};
	char *filter = NULL, *reason = NULL;
	int rc = store_curated_get(session->store, id, &filter, &reason);

	if (rc && rc != E_NOTFOUND)
		return rc;
	explaining.filter = filter;
	explaining.reason = reason;
	rc = example_find(session, id, explain_text, &explaining);
	free(filter);
	free(reason);
	return rc;
}
