/* What an ambiguous edge may mean: definitions of its name that its language would reach. */
#include "graph/internal.h"

#include <string.h>

static uint32_t shared_length(const char *a, const char *b)
{
	uint32_t shared = 0;

	for (; *a && *a == *b; a++, b++)
		shared += *a == '/';
	return shared;
}

static uint32_t nearness(const struct graph *graph, const struct graph_edge *edge, uint32_t symbol)
{
	uint32_t file = graph->symbols[symbol].file;

	return file == edge->file
		       ? UINT32_MAX
		       : shared_length(graph->files[edge->file].path, graph->files[file].path);
}

/* Like the one that was chosen: of its kind, its language, seen where the edge stands. */
static bool is_like(const struct whole *whole, const struct graph_edge *edge, uint32_t symbol)
{
	const struct graph_symbol *symbols = whole->graph.symbols;
	const struct source_file *file = &whole->snapshot.files[symbols[symbol].file];
	const struct fact_definition *fact = &file->facts.definitions[symbol - file->first_symbol];
	bool method = symbols[edge->to].kind == SYMBOL_METHOD;

	if (symbols[symbol].file != edge->file && fact->visibility == VISIBLE_FILE)
		return false;
	return language_related(file->language, whole->snapshot.files[edge->file].language) &&
	       (symbols[symbol].kind == SYMBOL_METHOD) == method &&
	       (symbols[symbol].kind == SYMBOL_TYPE) == (symbols[edge->to].kind == SYMBOL_TYPE) &&
	       symbols[symbol].kind != SYMBOL_CONSTANT;
}

uint32_t graph_candidates(const struct graph *graph, const struct graph_edge *edge,
	uint32_t *candidates, uint32_t max)
{
	const struct whole *whole = (const struct whole *)graph;
	struct span span;
	uint32_t total = 0, kept = 0;

	if (edge->to == GRAPH_NONE)
		return 0;
	if (edge->confidence != EDGE_AMBIGUOUS) {
		if (max)
			candidates[0] = edge->to;
		return 1;
	}
	span = named(whole, graph->symbols[edge->to].name);
	for (uint32_t i = 0; i < span.count; i++) {
		uint32_t near, at;

		if (!is_like(whole, edge, span.symbols[i]))
			continue;
		total++;
		near = nearness(graph, edge, span.symbols[i]);
		for (at = kept; at && nearness(graph, edge, candidates[at - 1]) < near; at--)
			if (at < max)
				candidates[at] = candidates[at - 1];
		if (at < max)
			candidates[at] = span.symbols[i];
		kept += kept < max;
	}
	return total;
}
