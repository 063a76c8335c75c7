/* Hot spots: what is complex and changes often. First files, then what in them is hot. */
#include "command/graph_request.h"

#include "flywheel/graph_history.h"
#include "util/clock.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES 10
#define FUNCTIONS 3 /* of each file */

/* A file or a symbol with its score: commits times complexity. */
struct hot {
	uint32_t index, commits;
	uint64_t complexity, score;
};

static int compare_hot(const void *left, const void *right)
{
	const struct hot *a = left, *b = right;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static uint64_t file_complexity(const struct graph *graph, const struct graph_file *file)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < file->symbol_count; i++)
		sum += graph->symbols[file->first_symbol + i].cyclomatic;
	return sum;
}

static size_t rank_files(
	const struct graph_request *request, const struct graph_history *history, struct hot *out)
{
	const struct graph *graph = request->graph;
	size_t count = 0;

	for (uint32_t i = 0; i < graph->file_count; i++) {
		struct hot hot = {i, history->files[i].count, 0, 0};

		if (request->count && !path_is_inside(graph->files[i].path, request->words[0]))
			continue;
		hot.complexity = file_complexity(graph, &graph->files[i]);
		hot.score = hot.commits * hot.complexity;
		if (hot.score)
			out[count++] = hot;
	}
	if (count)
		qsort(out, count, sizeof(*out), compare_hot);
	return count;
}

static size_t rank_symbols(const struct graph *graph, const struct graph_file *file,
	const struct symbol_history *histories, struct hot *out)
{
	size_t count = 0;

	for (uint32_t i = 0; i < file->symbol_count; i++) {
		const struct graph_symbol *symbol = &graph->symbols[file->first_symbol + i];
		struct hot hot = {i, histories[i].changes, symbol->cyclomatic, 0};

		hot.score = hot.commits * hot.complexity;
		if (hot.score && symbol->kind != SYMBOL_TYPE)
			out[count++] = hot;
	}
	if (count)
		qsort(out, count, sizeof(*out), compare_hot);
	return count;
}

void print_shares(const struct graph_history *history, const struct history_share *shares,
	uint32_t count, uint32_t commits)
{
	for (uint32_t i = 0; i < count && i < 3; i++) {
		print_foreign(i ? ", " : "", history->authors[shares[i].author], "");
		printf(" %u %%", shares[i].commits * 100 / commits);
	}
	if (count > 3)
		printf(" and %u more", count - 3);
	putchar('\n');
}

struct js *shares_json(
	const struct graph_history *history, const struct history_share *shares, uint32_t count)
{
	struct js *out = js_array();

	for (uint32_t i = 0; i < count; i++) {
		struct js *item = js_object();

		js_set_text(item, "author", history->authors[shares[i].author]);
		js_set_number(item, "commits", shares[i].commits);
		js_add(out, item);
	}
	return out;
}

static void print_day(const char *before, int64_t at)
{
	char text[21];

	clock_format(at, text);
	printf("%s%.10s", before, text);
}

int tell_history(struct graph_request *request, const struct graph_history *history,
	uint32_t symbol, struct js *out)
{
	const struct graph *graph = request->graph;
	uint32_t file = graph->symbols[symbol].file;
	struct symbol_history *all, *of;
	int rc = graph_symbol_histories(&request->session, graph, history, file, &all);

	if (rc)
		return rc;
	of = &all[symbol - graph->files[file].first_symbol];
	if (out) {
		js_set_number(out, "changes", of->changes);
		js_set_number(out, "first", of->first);
		js_set_number(out, "last", of->last);
		js_set_bool(out, "cut", of->cut);
		js_set(out, "authors", shares_json(history, of->shares, of->share_count));
	} else if (of->changes) {
		printf("    changed %u times%s", of->changes, of->cut ? " or more" : "");
		print_day(", first ", of->first);
		print_day(", last ", of->last);
		fputs("; ", stdout);
		print_shares(history, of->shares, of->share_count, of->changes);
	}
	symbol_histories_free(all, graph->files[file].symbol_count);
	return 0;
}

static void print_file(
	const struct graph *graph, const struct graph_history *history, const struct hot *hot)
{
	const struct file_history *of = &history->files[hot->index];
	struct history_share *shares;
	uint32_t count;

	shares = file_history_shares(history, hot->index, &count);
	print_foreign("", graph->files[hot->index].path, "");
	printf("  %u commits x complexity %llu; ", hot->commits,
		(unsigned long long)hot->complexity);
	print_shares(history, shares, count, of->count);
	free(shares);
}

static struct js *file_json(
	const struct graph *graph, const struct graph_history *history, const struct hot *hot)
{
	const struct file_history *of = &history->files[hot->index];
	struct history_share *shares;
	struct js *out = js_object();
	uint32_t count;

	shares = file_history_shares(history, hot->index, &count);
	js_set_text(out, "path", graph->files[hot->index].path);
	js_set_number(out, "commits", hot->commits);
	js_set_number(out, "complexity", (int64_t)hot->complexity);
	js_set_number(out, "score", (int64_t)hot->score);
	js_set_number(out, "first", of->versions[of->count - 1].at);
	js_set_number(out, "last", of->versions[0].at);
	js_set(out, "authors", shares_json(history, shares, count));
	free(shares);
	return out;
}

/* The hot symbols of one file: printed, or into `out`. */
static int tell_symbols(struct graph_request *request, const struct graph_history *history,
	uint32_t index, struct js *out)
{
	const struct graph *graph = request->graph;
	const struct graph_file *file = &graph->files[index];
	struct hot *hot = xcalloc(file->symbol_count + (size_t)1, sizeof(*hot));
	struct symbol_history *histories = NULL;
	int rc = graph_symbol_histories(&request->session, graph, history, index, &histories);
	size_t count = rc ? 0 : rank_symbols(graph, file, histories, hot);

	for (size_t i = 0; i < count && i < FUNCTIONS; i++) {
		uint32_t symbol = file->first_symbol + hot[i].index;
		const struct symbol_history *of = &histories[hot[i].index];
		struct js *item;

		if (!out) {
			printf("    %u changes%s x complexity %llu  ", of->changes,
				of->cut ? " or more" : "", (unsigned long long)hot[i].complexity);
			print_foreign("", graph->symbols[symbol].qualified, "");
			printf(":%u\n", graph->symbols[symbol].line);
			continue;
		}
		item = symbol_json_short(graph, symbol);
		js_set_number(item, "changes", of->changes);
		js_set_bool(item, "cut", of->cut);
		js_set_number(item, "complexity", (int64_t)hot[i].complexity);
		js_set_number(item, "score", (int64_t)hot[i].score);
		js_set(item, "authors", shares_json(history, of->shares, of->share_count));
		js_add(out, item);
	}
	symbol_histories_free(histories, file->symbol_count);
	free(hot);
	return rc;
}

int graph_ask_hotspots(struct graph_request *request)
{
	struct hot *hot = xcalloc(request->graph->file_count + (size_t)1, sizeof(*hot));
	struct js *all = request->json ? js_array() : NULL;
	struct graph_history *history = NULL;
	size_t count = 0, limit = request->limit < 0 ? FILES : (size_t)request->limit;
	int rc = graph_history_open(&request->session, request->graph, &history);

	if (!rc)
		count = rank_files(request, history, hot);
	for (size_t i = 0; i < count && i < limit && !rc; i++) {
		struct js *item = NULL, *symbols = NULL;

		if (all) {
			item = file_json(request->graph, history, &hot[i]);
			symbols = js_array();
			js_set(item, "symbols", symbols);
			js_add(all, item);
		} else {
			print_file(request->graph, history, &hot[i]);
		}
		rc = tell_symbols(request, history, hot[i].index, symbols);
	}
	if (all && !rc)
		print_json(all);
	else
		js_free(all);
	graph_history_free(history);
	free(hot);
	return rc ? command_fail(rc) : EXIT_OK;
}
