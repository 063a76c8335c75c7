/* Walks over the graph: edges by either end, what is in reach, shortest paths, importers. */
#include "flywheel/graph_query.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static uint32_t end_of(
	const struct graph_edge *edge, unsigned kinds, enum confidence worst, bool backward)
{
	bool linked = edge->kind != EDGE_IMPORT && (kinds & GRAPH_KIND(edge->kind)) &&
		      edge->to != GRAPH_NONE && edge->confidence <= worst;

	return !linked ? GRAPH_NONE : backward ? edge->to : edge->from;
}

/* A counting sort: edges keep their order within each symbol. */
static uint32_t *sort_by_end(const struct graph *graph, unsigned kinds, enum confidence worst,
	bool backward, uint32_t **first)
{
	uint32_t *place = xcalloc(graph->symbol_count + (size_t)2, sizeof(*place)), *edges;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		uint32_t end = end_of(&graph->edges[i], kinds, worst, backward);

		if (end != GRAPH_NONE)
			place[end + 2]++;
	}
	for (uint32_t i = 0; i <= graph->symbol_count; i++)
		place[i + 1] += place[i];
	edges = xcalloc(place[graph->symbol_count + 1] + (size_t)1, sizeof(*edges));
	for (uint32_t i = 0; i < graph->edge_count; i++) {
		uint32_t end = end_of(&graph->edges[i], kinds, worst, backward);

		if (end != GRAPH_NONE)
			edges[place[end + 1]++] = i;
	}
	*first = place;
	return edges;
}

void graph_links_init(
	struct graph_links *links, const struct graph *graph, unsigned kinds, enum confidence worst)
{
	links->graph = graph;
	links->out = sort_by_end(graph, kinds, worst, false, &links->first_out);
	links->in = sort_by_end(graph, kinds, worst, true, &links->first_in);
}

void graph_links_release(struct graph_links *links)
{
	free(links->out);
	free(links->first_out);
	free(links->in);
	free(links->first_in);
	memset(links, 0, sizeof(*links));
}

uint32_t *graph_reach(const struct graph_links *links, const uint32_t *from, size_t count,
	bool backward, uint32_t depth)
{
	const struct graph *graph = links->graph;
	const uint32_t *first = backward ? links->first_in : links->first_out;
	const uint32_t *edges = backward ? links->in : links->out;
	uint32_t *steps = xmalloc((graph->symbol_count + (size_t)1) * sizeof(*steps));
	uint32_t *queue = xmalloc((graph->symbol_count + (size_t)1) * sizeof(*queue));
	uint32_t head = 0, tail = 0;

	memset(steps, 0xff, (graph->symbol_count + (size_t)1) * sizeof(*steps));
	for (size_t i = 0; i < count; i++)
		if (steps[from[i]] == GRAPH_NONE) {
			steps[from[i]] = 0;
			queue[tail++] = from[i];
		}
	while (head < tail) {
		uint32_t at = queue[head++];

		for (uint32_t i = first[at]; i < first[at + 1] && steps[at] < depth; i++) {
			const struct graph_edge *edge = &graph->edges[edges[i]];
			uint32_t next = backward ? edge->from : edge->to;

			if (next == GRAPH_NONE || steps[next] != GRAPH_NONE)
				continue;
			steps[next] = steps[at] + 1;
			queue[tail++] = next;
		}
	}
	free(queue);
	return steps;
}

uint32_t *graph_path(const struct graph_links *links, const uint32_t *from, size_t from_count,
	const uint32_t *to, size_t to_count, size_t *length)
{
	/* Distances to the goal; then downhill from the start, by the lowest symbol each time. */
	uint32_t *steps = graph_reach(links, to, to_count, true, GRAPH_NONE), *path = NULL;
	uint32_t at = GRAPH_NONE;

	*length = 0;
	for (size_t i = 0; i < from_count; i++)
		if (steps[from[i]] != GRAPH_NONE &&
			(at == GRAPH_NONE || steps[from[i]] < steps[at] ||
				(steps[from[i]] == steps[at] && from[i] < at)))
			at = from[i];
	if (at != GRAPH_NONE && steps[at])
		path = xmalloc(steps[at] * sizeof(*path));
	while (path && steps[at]) {
		uint32_t best = GRAPH_NONE;

		for (uint32_t i = links->first_out[at]; i < links->first_out[at + 1]; i++) {
			const struct graph_edge *edge = &links->graph->edges[links->out[i]];

			if (steps[edge->to] == steps[at] - 1 &&
				(best == GRAPH_NONE || edge->to < links->graph->edges[best].to))
				best = links->out[i];
		}
		path[(*length)++] = best;
		at = links->graph->edges[best].to;
	}
	free(steps);
	return path;
}

static int compare_importers(const void *left, const void *right)
{
	const struct graph_importer *a = left, *b = right;

	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	return (a->file > b->file) - (a->file < b->file);
}

struct graph_importer *graph_importers(
	const struct graph *graph, uint32_t file, uint32_t depth, size_t *count)
{
	struct graph_importer *found = xcalloc(graph->file_count + (size_t)1, sizeof(*found));
	uint32_t *level = xmalloc((graph->file_count + (size_t)1) * sizeof(*level));
	size_t before = SIZE_MAX;

	memset(level, 0xff, (graph->file_count + (size_t)1) * sizeof(*level));
	level[file] = 0;
	*count = 0;
	/* A pass over all edges for each level: files import each other a few levels deep. */
	for (uint32_t round = 1; round <= depth && *count != before; round++) {
		before = round == 1 ? SIZE_MAX : *count;
		for (uint32_t i = 0; i < graph->edge_count; i++) {
			const struct graph_edge *edge = &graph->edges[i];

			if (edge->kind != EDGE_IMPORT || edge->to == GRAPH_NONE ||
				level[edge->to] != round - 1 || level[edge->file] != GRAPH_NONE)
				continue;
			level[edge->file] = round;
			found[(*count)++] = (struct graph_importer){edge->file, i, round};
		}
	}
	if (*count)
		qsort(found, *count, sizeof(*found), compare_importers);
	free(level);
	return found;
}
