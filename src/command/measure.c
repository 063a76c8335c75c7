/* The measuring behind `assess`: code, history, talk, and what the house model makes of new code.
 */
#include "command/measure.h"

#include "flywheel/config.h"
#include "flywheel/decision.h"
#include "flywheel/gate.h"
#include "flywheel/graph.h"
#include "flywheel/model.h"
#include "flywheel/repo.h"
#include "flywheel/split.h"
#include "flywheel/store.h"
#include "flywheel/store_run.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/map.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/regex.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NEW_FILES 40 /* enough for two decimals of bits a token */
#define MIN_CLONE_LINES 4

static double percent(size_t part, size_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

enum naming { SNAKE, CAMEL, PASCAL, OTHER, NAMINGS };

/* One-word names fit every style and say nothing. */
static enum naming naming_of(const char *name)
{
	bool upper = false, lower = false, underscore = false;

	while (*name == '_')
		name++;
	for (const char *c = name; *c; c++) {
		upper |= isupper((unsigned char)*c) != 0;
		lower |= islower((unsigned char)*c) != 0;
		underscore |= *c == '_';
	}
	if (underscore)
		return upper ? OTHER : SNAKE;
	if (!upper || !lower)
		return OTHER;
	return isupper((unsigned char)*name) ? PASCAL : CAMEL;
}

static void measure_names(const struct graph *graph, struct js *facts)
{
	size_t styles[NAMINGS] = {0}, most = 0, all = 0, documented = 0, twins = 0, bodies = 0;
	struct map seen = MAP_INIT;

	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		const struct graph_symbol *symbol = &graph->symbols[i];
		bool code = symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_METHOD;

		documented += *graph_doc(graph, symbol) != '\0';
		if (!code)
			continue;
		styles[naming_of(symbol->name)]++;
		if (symbol->end_line - symbol->line + 1 < MIN_CLONE_LINES)
			continue;
		bodies++;
		map_put(&seen, (const char *)&symbol->body, sizeof(symbol->body), NULL)
			->value.num++;
	}
	for (int i = 0; i < OTHER; i++) {
		all += styles[i];
		most = styles[i] > most ? styles[i] : most;
	}
	for (size_t i = 0; i < seen.count; i++)
		if (seen.entries[i].value.num > 1)
			twins += (size_t)seen.entries[i].value.num;
	js_set_real(facts, "naming", percent(most, all));
	js_set_real(facts, "documented", percent(documented, graph->symbol_count));
	js_set_real(facts, "clones", percent(twins, bodies));
	map_release(&seen);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct map_entry *)a)->key, ((const struct map_entry *)b)->key);
}

static void measure_lines(const struct graph *graph, struct js *facts)
{
	struct js *languages = js_object();
	struct map lines = MAP_INIT;
	size_t all = 0, parsed = 0;

	for (uint32_t i = 0; i < graph->file_count; i++) {
		const struct graph_file *file = &graph->files[i];

		if (!file->language)
			continue;
		parsed++;
		all += file->lines;
		map_put_str(&lines, file->language, NULL)->value.num += file->lines;
	}
	qsort(lines.entries, lines.count, sizeof(*lines.entries), by_name);
	for (size_t i = 0; i < lines.count; i++)
		js_set_number(languages, lines.entries[i].key, lines.entries[i].value.num);
	js_set_real(facts, "size", (double)all);
	js_set_number(facts, "files", graph->file_count);
	js_set_number(facts, "files_read", (int64_t)parsed);
	js_set(facts, "languages", languages);
	map_release(&lines);
}

struct history {
	struct regex *reason;
	struct map authors;
	size_t commits, reasons;
	int64_t first, last;
};

static int take_commit(const struct commit *commit, void *payload)
{
	struct history *history = payload;

	if (interrupted())
		return fail(E_STOPPED, "stopped");
	if (!history->commits || commit->commit_time < history->first)
		history->first = commit->commit_time;
	if (!history->commits || commit->commit_time > history->last)
		history->last = commit->commit_time;
	history->commits++;
	history->reasons += regex_test(history->reason, commit->message, strlen(commit->message));
	map_put_str(&history->authors, commit->email, NULL);
	return 0;
}

static int measure_history(struct session *session, struct js *facts)
{
	const struct log_options options = {0};
	struct history history = {0};
	int rc =
		regex_compile("\\b(because|so that|instead of|rather than|otherwise|in order to|to "
			      "avoid|the reason|due to|since (?!\\d|v))",
			REGEX_CASELESS, &history.reason);

	if (!rc)
		rc = repo_log(session->repo, &options, take_commit, &history);
	js_set_real(facts, "commits", (double)history.commits);
	js_set_real(facts, "span", (double)((history.last - history.first) / CLOCK_DAY));
	js_set_number(facts, "authors", (int64_t)history.authors.count);
	js_set_real(facts, "reasons", percent(history.reasons, history.commits));
	regex_free(history.reason);
	map_release(&history.authors);
	return rc;
}

static int measure_talk(struct session *session, struct js *facts)
{
	size_t decisions = 0, turns = 0, sessions = 0;
	int rc = decision_count(session, &decisions);

	if (!rc)
		rc = run_count_turns(session->store, &turns, &sessions);
	js_set_real(facts, "decisions", (double)decisions);
	js_set_real(facts, "talk", (double)turns);
	return rc;
}

/* The model in force, or else the last candidate; E_NOTFOUND when there is neither. */
static int open_house(struct session *session, struct model **out)
{
	struct production production;
	struct model_row row = {0};
	struct run_row run = {0};
	char *path = NULL;
	int rc = gate_production(session, &production);

	if (rc)
		return rc;
	if (*production.model)
		rc = model_row_get(session->store, production.model, &row);
	else
		rc = run_last(session->store, "done", &run);
	if (!rc && !*production.model)
		rc = model_row_get(session->store, run.model, &row);
	if (!rc) {
		path = path_join(store_folder(session->store), row.file);
		rc = model_open(path, out);
	}
	free(path);
	model_row_release(&row);
	run_release(&run);
	production_release(&production);
	return rc;
}

struct scoring {
	struct model *house, *generic;
	struct model_score house_score, generic_score;
	size_t files;
};

static int score_file(
	struct session *session, const struct graph_file *file, struct scoring *scoring)
{
	size_t max = (size_t)config_number(session->config, "maxFileBytes");
	struct buf text = BUF_INIT;
	int rc = repo_blob_read(session->repo, &file->blob, max, &text);

	if (!rc)
		rc = model_evaluate(
			scoring->house, text.ptr, text.len, false, &scoring->house_score);
	if (!rc)
		rc = model_evaluate(
			scoring->generic, text.ptr, text.len, false, &scoring->generic_score);
	scoring->files++;
	buf_release(&text);
	return rc;
}

/* Files that are new since the cutoff: what the model has surely not seen; evenly chosen. */
static int score_new(struct session *session, const struct graph *graph, const struct split *split,
	struct scoring *scoring)
{
	uint32_t *new = xcalloc(graph->file_count + (size_t)1, sizeof(*new)), count = 0, take;
	struct oid blob;
	int rc = 0;

	for (uint32_t i = 0; i < graph->file_count; i++)
		if (graph->files[i].language && repo_tree_file(session->repo, &split->cutoff_tree,
							graph->files[i].path, &blob))
			new[count++] = i;
	take = count < MAX_NEW_FILES ? count : MAX_NEW_FILES;
	for (uint32_t i = 0; !rc && i < take; i++)
		rc = score_file(session, &graph->files[new[(uint64_t)i * count / take]], scoring);
	if (!rc)
		error_clear(); /* what a path that is new had no older blob for */
	free(new);
	return rc;
}

static int measure_model(struct session *session, const struct graph *graph, struct js *facts)
{
	struct scoring scoring = {0};
	struct split split;
	int rc = split_compute(session, &split);

	if (!rc)
		rc = open_house(session, &scoring.house);
	if (rc == E_NOTFOUND) {
		js_set_text(facts, "no_house", "unknown until the first `git flywheel cycle`");
		return 0;
	}
	if (!rc && model_open_generic(&scoring.generic)) {
		js_set_text(facts, "no_house", error_message());
		error_clear();
		goto out;
	}
	if (!rc)
		rc = score_new(session, graph, &split, &scoring);
	if (!rc && scoring.house_score.tokens) {
		js_set_real(facts, "house_bits",
			scoring.house_score.bits / (double)scoring.house_score.tokens);
		js_set_real(facts, "generic_bits",
			scoring.generic_score.bits / (double)scoring.generic_score.tokens);
		js_set_number(facts, "new_files", (int64_t)scoring.files);
	} else if (!rc) {
		js_set_text(facts, "no_house", "no file is new since the cutoff: nothing to ask");
	}
out:
	model_free(scoring.house);
	model_free(scoring.generic);
	return rc;
}

int measure(struct session *session, struct js *facts)
{
	struct graph *graph = NULL;
	struct commit commit = {0};
	struct oid head;
	int rc = repo_head(session->repo, &head);

	if (!rc)
		rc = repo_commit_read(session->repo, &head, &commit);
	if (!rc)
		rc = graph_open(session, &commit.tree, &graph);
	if (!rc) {
		measure_lines(graph, facts);
		measure_names(graph, facts);
		rc = measure_history(session, facts);
	}
	if (!rc)
		rc = measure_talk(session, facts);
	if (!rc)
		rc = measure_model(session, graph, facts);
	graph_free(graph);
	commit_release(&commit);
	return rc;
}
