/* Telling what `fit` found. SARIF: OASIS, Static Analysis Results Interchange Format 2.1.0. */
#include "command/fit_print.h"

#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULE "unlike-this-house"
#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
#define SHOWN 160 /* bytes of a line */

void fit_report_start(struct fit_report *report, enum fit_form form, double least)
{
	report->form = form;
	report->least = least;
	report->instead = true;
	if (form == FIT_SARIF)
		report->results = js_array();
}

void fit_report_release(struct fit_report *report)
{
	free(report->subject);
	js_free(report->results);
	buf_release(&report->out);
}

void fit_report_commit(struct fit_report *report, const struct commit *commit)
{
	report->commit = commit->id;
	free(report->subject);
	report->subject = xstrndup(commit->message, strcspn(commit->message, "\n"));
	report->headed = false;
}

static void print(struct fit_report *report)
{
	puts(report->out.ptr);
	buf_clear(&report->out);
}

static void print_head(struct fit_report *report)
{
	char hex[OID_HEX + 1];

	if (report->headed || oid_is_zero(&report->commit))
		return;
	oid_hex(&report->commit, hex);
	buf_addf(&report->out, "%s%.12s ", report->odd > 1 ? "\n" : "", hex);
	buf_add_printable(&report->out, report->subject, strlen(report->subject));
	print(report);
	report->headed = true;
}

/* The line without its indentation, cut to what fits a terminal. */
static void add_text(struct fit_report *report, const struct fit_line *line, size_t from, size_t to)
{
	size_t start = from;

	while (!from && start < to && (line->text[start] == ' ' || line->text[start] == '\t'))
		start++;
	buf_add_printable(
		&report->out, line->text + start, to - start > SHOWN ? SHOWN : to - start);
}

/* Downwards, and never "more than 100 %". */
static int percent(double share)
{
	return (int)(99.99 * share);
}

static void print_line(struct fit_report *report, const struct fit_line *line)
{
	print_head(report);
	buf_add_printable(&report->out, line->path, strlen(line->path));
	buf_addf(&report->out, ":%u  costs more than %d %% of the house's lines: %.1f bits a token",
		line->line, percent(line->share), line->house);
	if (line->generic >= 0)
		buf_addf(&report->out, ", elsewhere %.1f", line->generic);
	print(report);
	buf_addstr(&report->out, "    ");
	add_text(report, line, 0, line->len);
	print(report);
	if (!line->instead)
		return;
	buf_addstr(&report->out, "  ~ ");
	add_text(report, line, 0, line->instead_at < line->len ? line->instead_at : line->len);
	buf_add_printable(&report->out, line->instead, strlen(line->instead));
	if (line->as) {
		buf_addstr(&report->out, "   as ");
		buf_add_printable(&report->out, line->as, strlen(line->as));
	}
	print(report);
}

static void print_json(struct fit_report *report, const struct fit_line *line)
{
	struct js *object = js_object();
	char hex[OID_HEX + 1];

	oid_hex(&report->commit, hex);
	js_set_text(object, "commit", oid_is_zero(&report->commit) ? NULL : hex);
	js_set_text(object, "path", line->path);
	js_set_number(object, "line", line->line);
	js_set(object, "text", js_text_len(line->text, line->len));
	js_set_number(object, "tokens", line->tokens);
	js_set_real(object, "house", line->house);
	js_set(object, "generic", line->generic < 0 ? js_null() : js_real(line->generic));
	js_set_real(object, "share", line->share);
	js_set_bool(object, "odd", line->share > report->least);
	js_set(object, "token", js_text_len(line->text + line->odd, line->odd_len));
	js_set_number(object, "column", (int64_t)line->odd + 1);
	js_set_real(object, "token_bits", line->odd_bits);
	js_set_text(object, "instead", line->instead);
	js_set(object, "instead_column",
		line->instead ? js_number((int64_t)line->instead_at + 1) : js_null());
	js_set(object, "instead_p", line->instead ? js_real(line->instead_p) : js_null());
	js_set_text(object, "as", line->as);
	js_write(object, &report->out);
	js_free(object);
	print(report);
}

static struct js *location(const char *path, uint32_t line, size_t column, size_t len)
{
	struct js *place = js_object(), *file = js_object(), *region = js_object();
	struct js *outer = js_object();

	js_set_text(file, "uri", path);
	js_set_number(region, "startLine", line);
	if (column) {
		js_set_number(region, "startColumn", (int64_t)column);
		js_set_number(region, "endColumn", (int64_t)(column + len));
	}
	js_set(place, "artifactLocation", file);
	js_set(place, "region", region);
	js_set(outer, "physicalLocation", place);
	return outer;
}

static struct js *message(const char *text)
{
	struct js *object = js_object();

	js_set_text(object, "text", text);
	return object;
}

static void add_result(struct fit_report *report, const struct fit_line *line)
{
	struct js *result = js_object(), *places = js_array(), *related;
	const char *colon = line->as ? strrchr(line->as, ':') : NULL;

	buf_addf(
		&report->out, "Costs more than %d %% of this house's lines.", percent(line->share));
	if (line->instead)
		buf_addf(&report->out, " The house would go on with: %s", line->instead);
	js_set_text(result, "ruleId", RULE);
	js_set_text(result, "level", "note");
	js_set(result, "message", message(report->out.ptr));
	buf_clear(&report->out);
	js_add(places, location(line->path, line->line, line->odd + 1, line->odd_len));
	js_set(result, "locations", places);
	if (colon) {
		char *path = xstrndup(line->as, (size_t)(colon - line->as));
		struct js *place = location(path, (uint32_t)strtoul(colon + 1, NULL, 10), 0, 0);

		js_set(place, "message", message("the house does so here"));
		related = js_array();
		js_add(related, place);
		js_set(result, "relatedLocations", related);
		free(path);
	}
	js_set_real(result, "rank", 100 * line->share);
	js_add(report->results, result);
}

int fit_report_line(const struct fit_line *line, void *payload)
{
	struct fit_report *report = payload;
	bool odd = line->share > report->least;

	report->lines++;
	report->odd += odd;
	report->house += line->house;
	if (line->generic >= 0) {
		report->generic += line->generic;
		report->compared++;
	}
	if (report->form == FIT_JSON)
		print_json(report, line);
	else if (odd && report->form == FIT_TEXT)
		print_line(report, line);
	else if (odd)
		add_result(report, line);
	return 0;
}

static void print_sarif(struct fit_report *report)
{
	struct js *log = js_object(), *runs = js_array(), *run = js_object();
	struct js *tool = js_object(), *driver = js_object(), *rules = js_array();
	struct js *rule = js_object();

	js_set_text(rule, "id", RULE);
	js_set(rule, "shortDescription", message("A line that this house would not write so"));
	js_add(rules, rule);
	js_set_text(driver, "name", "git-flywheel fit");
	js_set_text(driver, "version", VERSION);
	js_set(driver, "rules", rules);
	js_set(tool, "driver", driver);
	js_set(run, "tool", tool);
	js_set(run, "columnKind", js_text("utf16CodeUnits"));
	js_set(run, "results", report->results);
	report->results = NULL;
	js_add(runs, run);
	js_set_text(log, "$schema", SCHEMA);
	js_set_text(log, "version", "2.1.0");
	js_set(log, "runs", runs);
	js_write_pretty(log, &report->out);
	print(report);
	js_free(log);
}

void fit_report_finish(struct fit_report *report)
{
	double lines = report->lines ? (double)report->lines : 1;

	if (report->form == FIT_SARIF) {
		print_sarif(report);
		return;
	}
	if (report->form == FIT_JSON)
		return;
	if (!report->lines) {
		puts("no new line of code that says anything");
		return;
	}
	printf("%s%zu of %zu lines are unlike this house; on average %.1f bits a token",
		report->odd ? "\n" : "", report->odd, report->lines, report->house / lines);
	if (report->compared)
		printf(", %.1f for a stranger", report->generic / (double)report->compared);
	putchar('\n');
}
