/* Questions about one symbol or file: what it is, who uses it, what it uses. */
#include "command/graph_request.h"

#include "flywheel/graph_metric.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES 64 /* of one ambiguous call that are looked at */

/* A walk along calls; what was opened once is not opened again, so that a dense graph stays short.
 */
struct walk {
	const struct graph *graph;
	struct graph_links links;
	bool callers;
	long depth;
	bool *opened;
};

/* The other end of a call, as seen from the question; GRAPH_NONE outside of any definition. */
static uint32_t other_end(const struct walk *walk, const struct graph_edge *edge)
{
	return walk->callers ? edge->from : edge->to;
}

static void print_call(const struct walk *walk, const struct graph_edge *edge, long level)
{
	uint32_t other = other_end(walk, edge);

	printf("%*s%-9s ", (int)(4 * level), "", confidence_name(edge->confidence));
	if (other == GRAPH_NONE && !walk->callers)
		print_foreign("", edge->name, "  ");
	else
		print_foreign("", symbol_label(walk->graph, other), "  ");
	print_place(walk->graph, edge->file, edge->line);
	puts(edge->kind == EDGE_VALUE ? "  (named, not called)" : "");
}

static struct js *call_json(const struct walk *walk, const struct graph_edge *edge)
{
	uint32_t other = other_end(walk, edge);
	struct js *item = other == GRAPH_NONE ? js_object() : symbol_json(walk->graph, other);

	js_set_text(item, "written", edge->name);
	js_set_text(item, "edge", edge_kind_name(edge->kind));
	js_set_text(item, "confidence", confidence_name(edge->confidence));
	js_set_text(item, "callPath", walk->graph->files[edge->file].path);
	js_set_number(item, "callLine", edge->line);
	return item;
}

static void list_calls(struct walk *walk, uint32_t symbol, long level, struct js *out);

static void follow(struct walk *walk, const struct graph_edge *edge, long level, struct js *out)
{
	uint32_t other = other_end(walk, edge);
	struct js *item = NULL, *below = NULL;

	if (out) {
		item = call_json(walk, edge);
		js_add(out, item);
	} else {
		print_call(walk, edge, level);
	}
	if (other == GRAPH_NONE || level >= walk->depth || walk->opened[other])
		return;
	if (item) {
		below = js_array();
		js_set(item, "calls", below);
	}
	list_calls(walk, other, level + 1, below);
}

static void list_calls(struct walk *walk, uint32_t symbol, long level, struct js *out)
{
	const struct graph *graph = walk->graph;
	uint32_t first = 0, end;

	walk->opened[symbol] = true;
	if (walk->callers) {
		for (uint32_t i = walk->links.first_in[symbol];
			i < walk->links.first_in[symbol + 1]; i++)
			follow(walk, &graph->edges[walk->links.in[i]], level, out);
		return;
	}
	end = graph_edges_of(graph, symbol, &first); /* with what is outside of the repository */
	for (uint32_t i = first; i < end; i++)
		if (GRAPH_CALLS & GRAPH_KIND(graph->edges[i].kind))
			follow(walk, &graph->edges[i], level, out);
}

static bool may_mean(const struct graph *graph, const struct graph_edge *edge, uint32_t symbol)
{
	uint32_t candidates[CANDIDATES];
	uint32_t count = graph_candidates(graph, edge, candidates, CANDIDATES);

	for (uint32_t i = 0; i < count && i < CANDIDATES; i++)
		if (candidates[i] == symbol)
			return true;
	return false;
}

/* Ambiguous calls stand at their nearest candidate; the others may be what is asked for. */
static void list_possible(struct walk *walk, uint32_t symbol, struct js *out)
{
	const struct graph *graph = walk->graph;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		if (edge->kind == EDGE_CALL && edge->confidence == EDGE_AMBIGUOUS &&
			edge->to != GRAPH_NONE && edge->to != symbol &&
			!strcmp(graph->symbols[edge->to].name, graph->symbols[symbol].name) &&
			may_mean(graph, edge, symbol))
			follow(walk, edge, 1, out);
	}
}

static int ask_calls(struct graph_request *request, bool callers)
{
	struct walk walk = {.graph = request->graph,
		.callers = callers,
		.depth = request->depth < 0 ? 1 : request->depth};
	struct js *all = request->json ? js_array() : NULL;
	struct symbol_set set = {NULL, 0, 0};
	bool found = graph_find_words(request, request->words[0], &set);

	graph_links_init(&walk.links, request->graph, GRAPH_CALLS, EDGE_AMBIGUOUS);
	for (size_t i = 0; i < set.count; i++) {
		struct js *item = NULL, *calls = NULL;

		walk.opened = xcalloc(request->graph->symbol_count + (size_t)1, sizeof(bool));
		if (all) {
			item = symbol_json(request->graph, set.items[i]);
			calls = js_array();
			js_set(item, "calls", calls);
			js_add(all, item);
		} else {
			print_symbol(request->graph, set.items[i]);
		}
		list_calls(&walk, set.items[i], 1, calls);
		if (callers)
			list_possible(&walk, set.items[i], calls);
		free(walk.opened);
	}
	if (found && all)
		print_json(all);
	else
		js_free(all);
	graph_links_release(&walk.links);
	free(set.items);
	return found ? EXIT_OK : EXIT_NO;
}

int graph_ask_callers(struct graph_request *request)
{
	return ask_calls(request, true);
}

int graph_ask_callees(struct graph_request *request)
{
	return ask_calls(request, false);
}

/* The symbols around some, and the calls between them. */
static void draw_around(const struct graph_request *request, const struct symbol_set *set)
{
	const struct graph *graph = request->graph;
	uint32_t depth = request->depth < 0 ? 1 : (uint32_t)request->depth, *up, *down;
	struct drawing drawing = draw_begin(request);
	struct graph_links links;

	graph_links_init(&links, graph, GRAPH_CALLS, EDGE_AMBIGUOUS);
	up = graph_reach(&links, set->items, set->count, true, depth);
	down = graph_reach(&links, set->items, set->count, false, depth);
	for (uint32_t i = 0; i < graph->symbol_count; i++)
		if (up[i] != GRAPH_NONE || down[i] != GRAPH_NONE)
			draw_node(&drawing, i, graph->symbols[i].qualified,
				graph->files[graph->symbols[i].file].path, !up[i] || !down[i]);
	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		if (up[i] == GRAPH_NONE && down[i] == GRAPH_NONE)
			continue;
		for (uint32_t k = links.first_out[i]; k < links.first_out[i + 1]; k++) {
			const struct graph_edge *edge = &graph->edges[links.out[k]];
			bool again = false;

			if (up[edge->to] == GRAPH_NONE && down[edge->to] == GRAPH_NONE)
				continue;
			for (uint32_t l = links.first_out[i]; l < k && !again; l++)
				again = graph->edges[links.out[l]].to == edge->to;
			if (!again)
				draw_edge(&drawing, i, edge->to, NULL,
					edge->kind == EDGE_CALL && edge->confidence <= EDGE_LIKELY);
		}
	}
	draw_end(&drawing);
	graph_links_release(&links);
	free(up);
	free(down);
}

/* Place in the order of importance, from 1. */
static uint32_t place_of(const struct graph_metrics *metrics, uint32_t count, uint32_t symbol)
{
	uint32_t place = 1;

	for (uint32_t i = 0; i < count; i++)
		place += metrics->rank[i] > metrics->rank[symbol];
	return place;
}

/* Uses that are no calls: who inherits it, tests it, names it. */
static void print_uses(const struct graph_links *links, uint32_t symbol)
{
	static const struct {
		enum edge_kind kind;
		bool backward;
		const char *words;
	} rows[] = {{EDGE_INHERIT, false, "inherits"}, {EDGE_INHERIT, true, "inherited by"},
		{EDGE_TEST, true, "tested by"}, {EDGE_VALUE, true, "named in"},
		{EDGE_TYPE, true, "type used in"}};

	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		const uint32_t *first = rows[r].backward ? links->first_in : links->first_out;
		const uint32_t *edges = rows[r].backward ? links->in : links->out;
		uint32_t count = 0;

		for (uint32_t i = first[symbol]; i < first[symbol + 1]; i++) {
			const struct graph_edge *edge = &links->graph->edges[edges[i]];
			uint32_t other = rows[r].backward ? edge->from : edge->to;

			if (edge->kind != rows[r].kind || ++count > 5)
				continue;
			printf(count > 1 ? ", " : "    %s ", rows[r].words);
			print_foreign("", symbol_label(links->graph, other), "");
		}
		if (count > 5)
			printf(" and %u more", count - 5);
		if (count)
			putchar('\n');
	}
}

static struct js *uses_json(const struct graph_links *links, uint32_t symbol)
{
	struct js *out = js_array();

	for (uint32_t i = links->first_in[symbol]; i < links->first_in[symbol + 1]; i++) {
		const struct graph_edge *edge = &links->graph->edges[links->in[i]];
		struct js *item = js_object();

		js_set_text(item, "edge", edge_kind_name(edge->kind));
		js_set_text(item, "confidence", confidence_name(edge->confidence));
		js_set_text(item, "path", links->graph->files[edge->file].path);
		js_set_number(item, "line", edge->line);
		if (edge->from != GRAPH_NONE)
			js_set(item, "from", symbol_json_short(links->graph, edge->from));
		js_add(out, item);
	}
	return out;
}

struct telling {
	struct graph_request *request;
	struct graph_metrics metrics;
	struct graph_links links;
	struct graph_history *history; /* NULL: not asked for */
};

static void print_role(const struct telling *self, uint32_t at)
{
	uint32_t count = self->request->graph->symbol_count;

	fputs("    ", stdout);
	if (self->metrics.roles[at] != ROLE_NONE)
		printf("role %s, ", role_name(self->metrics.roles[at]));
	printf("importance %u of %u\n", place_of(&self->metrics, count, at), count);
}

static struct js *whole_json(const struct telling *self, uint32_t at)
{
	const struct graph_metrics *metrics = &self->metrics;
	struct js *item = symbol_json(self->request->graph, at);

	js_set_text(item, "role", role_name(metrics->roles[at]));
	js_set_real(item, "pageRank", metrics->rank[at]);
	js_set_number(
		item, "importance", place_of(metrics, self->request->graph->symbol_count, at));
	js_set_number(item, "callers", metrics->callers[at]);
	js_set_number(item, "callees", metrics->callees[at]);
	js_set(item, "uses", uses_json(&self->links, at));
	return item;
}

static int tell_symbols(struct graph_request *request, const struct symbol_set *set)
{
	struct telling self = {.request = request};
	struct js *all = request->json ? js_array() : NULL;
	int rc = request->history
			 ? graph_history_open(&request->session, request->graph, &self.history)
			 : 0;

	graph_metrics_init(&self.metrics, request->graph);
	graph_links_init(&self.links, request->graph, GRAPH_USES, EDGE_AMBIGUOUS);
	for (size_t i = 0; i < set->count && !rc; i++) {
		struct js *item = all ? whole_json(&self, set->items[i]) : NULL;

		if (!all) {
			print_symbol(request->graph, set->items[i]);
			print_role(&self, set->items[i]);
			print_uses(&self.links, set->items[i]);
		}
		if (self.history)
			rc = tell_history(request, self.history, set->items[i], item);
		if (item)
			js_add(all, item);
	}
	if (all && !rc)
		print_json(all);
	else
		js_free(all);
	graph_history_free(self.history);
	graph_links_release(&self.links);
	graph_metrics_release(&self.metrics);
	return rc ? command_fail(rc) : EXIT_OK;
}

int graph_ask_symbol(struct graph_request *request)
{
	struct symbol_set set = {NULL, 0, 0};
	int code = graph_find_words(request, request->words[0], &set) ? EXIT_OK : EXIT_NO;

	if (code == EXIT_OK && (request->dot || request->mermaid))
		draw_around(request, &set);
	else if (code == EXIT_OK)
		code = tell_symbols(request, &set);
	free(set.items);
	return code;
}
