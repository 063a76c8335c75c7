/* call-graph: which function a later change calls here. */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static int list(struct material *material, struct candidates *out)
{
	const struct graph *graph = material->head;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = graph->edges + i;
		char *key;

		if (edge->kind != EDGE_CALL || edge->from == GRAPH_NONE || edge->to == GRAPH_NONE ||
			edge->confidence > EDGE_LIKELY || edge->to == edge->from ||
			!material_is_fresh(material, edge->file, edge->line))
			continue;
		key = xstrfmt("%s\n%s", graph->symbols[edge->from].qualified, edge->name);
		candidates_add(out,
			material_order(material, edge->file, material_hash(material, key, 21)), i,
			0);
		free(key);
	}
	return 0;
}

/* Where the callee's own name starts within the reference. */
static size_t name_offset(const struct buf *text, const struct graph_edge *edge, const char *name)
{
	size_t end = edge->start + 200 < text->len ? edge->start + 200 : text->len;
	size_t len = strlen(name);

	for (size_t i = edge->start; i + len <= end && text->ptr[i] != '\n'; i++)
		if (!memcmp(text->ptr + i, name, len) && (!i || !is_name_char(text->ptr[i - 1])) &&
			!is_name_char(text->ptr[i + len]))
			return i;
	return SIZE_MAX;
}

/* Names are as written: `self.dialect.name` calls `name`. */
static bool calls(const struct graph *graph, uint32_t from, const char *name)
{
	uint32_t first, end = graph_edges_of(graph, from, &first);

	for (uint32_t i = first; i < end; i++)
		if (graph->edges[i].kind == EDGE_CALL && ends_with(graph->edges[i].name, name))
			return true;
	return false;
}

static size_t common_prefix(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	return i;
}

/* The file's own functions and what it calls elsewhere, same prefix first. */
static void add_others(
	const struct graph *graph, const struct graph_edge *edge, struct draft *draft)
{
	const struct graph_file *file = graph->files + edge->file;
	const struct graph_symbol *truth = graph->symbols + edge->to;
	struct map seen = MAP_INIT;
	uint32_t last = file->first_symbol + file->symbol_count;

	for (uint32_t s = file->first_symbol; s < last; s++) {
		const struct graph_symbol *symbol = graph->symbols + s;
		uint32_t first, end;

		if (symbol->kind > SYMBOL_METHOD)
			continue;
		if (s != edge->from)
			map_put_str(&seen, symbol->name, NULL)->value.num = symbol->kind;
		end = graph_edges_of(graph, s, &first);
		for (uint32_t i = first; i < end; i++)
			if (graph->edges[i].kind == EDGE_CALL && graph->edges[i].to != GRAPH_NONE)
				map_put_str(&seen, graph->symbols[graph->edges[i].to].name, NULL)
					->value.num = graph->symbols[graph->edges[i].to].kind;
	}
	for (size_t i = 0; i < seen.count; i++) {
		const struct map_entry *entry = seen.entries + i;
		bool alike = common_prefix(entry->key, truth->name) >= 4;

		/* A method where a function stands gives itself away. */
		if (!calls(graph, edge->from, entry->key))
			draft_other(draft, entry->key, entry->len,
				entry->value.num != truth->kind ? 2
				: alike                         ? 0
								: 1);
	}
	map_release(&seen);
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	const struct graph_edge *edge = material->head->edges + candidate->a;
	const char *name = material->head->symbols[edge->to].name;
	const struct buf *text = material_text(material, edge->file);
	struct place place = {.file = edge->file, .line = edge->line, .symbol = edge->from};
	size_t at = name_offset(text, edge, name);

	if (at == SIZE_MAX || strlen(name) < 3)
		return NO_ITEM;
	draft_from(draft, material, &place, at);
	draft_answer(draft, name, strlen(name));
	add_others(material->head, edge, draft);
	return 0;
}

const struct category category_call_graph = {
	.name = "call-graph",
	.about = "which function of the repository is called at this point",
	.list = list,
	.make = make,
};
