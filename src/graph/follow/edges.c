/* Bringing together the edges of a file that stay and those that were made anew. */
#include "graph/follow/edges.h"

#include "graph/row/pack.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define GONE (PARSE_NONE - 1) /* where a fact that is no more stood */

void edge_rows_release(struct edge_rows *rows)
{
	free(rows->items);
	map_release(&rows->texts);
	memset(rows, 0, sizeof(*rows));
}

/* Keys of a map stay where they are. */
static const char *own(struct edge_rows *rows, const char *text)
{
	return text ? map_put_str(&rows->texts, text, NULL)->key : NULL;
}

static void add(struct edge_rows *rows, const struct store_graph_edge *edge)
{
	struct store_graph_edge *row;

	GROW(rows->items, rows->count, rows->room);
	row = &rows->items[rows->count];
	*row = *edge;
	row->position = rows->count++;
	row->to_path = own(rows, edge->to_path);
	row->to_symbol = own(rows, edge->to_symbol);
	row->name = own(rows, edge->name);
}

static bool is_wanted(const struct unit_change *change, int64_t from)
{
	return change->wanted[from < 0 ? 0 : unit_of(&change->now, (uint32_t)from)];
}

struct keeping {
	struct edge_rows *rows;
	const struct unit_change *change;
};

static int on_kept(const struct store_graph_edge *edge, void *payload)
{
	struct keeping *self = payload;

	if (edge->from != (int64_t)GONE && !is_wanted(self->change, edge->from))
		add(self->rows, edge);
	return 0;
}

/* The facts of the new version in the places that they had in the old one: edges tell them so. */
static void place_facts(const struct unit_change *change, struct facts *out)
{
	const struct units *old = &change->old, *now = &change->now;

	*out = *now->facts;
	out->reference_count = old->facts->reference_count;
	out->binding_count = old->facts->binding_count;
	out->references = xcalloc(out->reference_count + (size_t)1, sizeof(*out->references));
	out->bindings = xcalloc(out->binding_count + (size_t)1, sizeof(*out->bindings));
	for (uint32_t i = 0; i < out->reference_count; i++)
		out->references[i].from = GONE;
	for (uint32_t i = 0; i < out->binding_count; i++)
		out->bindings[i].from = GONE;
	for (uint32_t unit = 0; unit < now->count; unit++) {
		uint32_t was = change->partner[unit];

		if (was == PARSE_NONE)
			continue;
		for (uint32_t i = now->references.first[unit], k = old->references.first[was];
			i < now->references.first[unit + 1]; i++, k++)
			out->references[old->references.items[k]] =
				now->facts->references[now->references.items[i]];
		for (uint32_t i = now->bindings.first[unit], k = old->bindings.first[was];
			i < now->bindings.first[unit + 1]; i++, k++)
			out->bindings[old->bindings.items[k]] =
				now->facts->bindings[now->bindings.items[i]];
	}
}

int edge_rows_keep(
	struct edge_rows *rows, const struct buf *packed, const struct unit_change *change)
{
	struct keeping self = {rows, change};
	struct facts facts;
	int rc = 0;

	place_facts(change, &facts);
	if (packed->len)
		rc = edges_unpack(packed->ptr, packed->len, change->path, &facts, on_kept, &self);
	free(facts.references);
	free(facts.bindings);
	return rc;
}

void edge_rows_make(
	struct edge_rows *rows, struct rows *made, uint32_t file, const struct unit_change *change)
{
	for (uint32_t i = 0; i < rows_edge_count(made, file); i++) {
		struct store_graph_edge edge;

		rows_edge(made, file, i, &edge);
		if (is_wanted(change, edge.from))
			add(rows, &edge);
	}
}

/* By symbol, those of none last; what leaves one symbol was in order before. */
static int compare(const void *left, const void *right)
{
	const struct store_graph_edge *a = left, *b = right;
	uint64_t from = (uint64_t)a->from, other = (uint64_t)b->from;

	if (from != other)
		return from < other ? -1 : 1;
	return (a->position > b->position) - (a->position < b->position);
}

void edge_rows_sort(struct edge_rows *rows)
{
	if (rows->count)
		qsort(rows->items, rows->count, sizeof(*rows->items), compare);
	for (uint32_t i = 0; i < rows->count; i++)
		rows->items[i].position = i;
}
