/* PageRank of symbols and of files, and how many different callers and callees a symbol has. */
#include "graph/query/metric.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DAMPING 0.85
#define ROUNDS 40

/* Weight flows from `from` to `to`; pairs may repeat. */
struct flow {
	uint32_t from, to;
};

static double *page_rank(const struct flow *flows, size_t flow_count, uint32_t count)
{
	double *rank = xcalloc(count + (size_t)1, sizeof(*rank));
	double *next = xcalloc(count + (size_t)1, sizeof(*next)), *swap;
	uint32_t *degree = xcalloc(count + (size_t)1, sizeof(*degree));

	for (size_t i = 0; i < flow_count; i++)
		degree[flows[i].from]++;
	for (uint32_t i = 0; i < count; i++)
		rank[i] = 1.0 / count;
	for (int round = 0; round < ROUNDS; round++) {
		double loose = 0;

		for (uint32_t i = 0; i < count; i++)
			if (!degree[i])
				loose += rank[i];
		for (uint32_t i = 0; i < count; i++)
			next[i] = (1 - DAMPING + DAMPING * loose) / count;
		for (size_t i = 0; i < flow_count; i++)
			next[flows[i].to] += DAMPING * rank[flows[i].from] / degree[flows[i].from];
		swap = rank;
		rank = next;
		next = swap;
	}
	free(next);
	free(degree);
	return rank;
}

static bool counts(const struct graph_edge *edge)
{
	return edge->confidence <= EDGE_LIKELY && edge->to != GRAPH_NONE &&
	       (edge->kind == EDGE_CALL || edge->kind == EDGE_VALUE || edge->kind == EDGE_INHERIT);
}

static void rank_symbols(struct graph_metrics *metrics, const struct graph *graph)
{
	struct flow *flows = xcalloc(graph->edge_count + (size_t)1, sizeof(*flows));
	size_t count = 0;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		if (counts(edge) && edge->from != GRAPH_NONE && edge->from != edge->to)
			flows[count++] = (struct flow){edge->from, edge->to};
	}
	metrics->rank = page_rank(flows, count, graph->symbol_count);
	free(flows);
}

static void rank_files(struct graph_metrics *metrics, const struct graph *graph)
{
	struct flow *flows = xcalloc(graph->edge_count + (size_t)1, sizeof(*flows));
	size_t count = 0;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		uint32_t to;

		if (edge->to == GRAPH_NONE || edge->confidence > EDGE_LIKELY ||
			edge->kind == EDGE_TEST)
			continue;
		to = edge->kind == EDGE_IMPORT ? edge->to : graph->symbols[edge->to].file;
		if (to != edge->file)
			flows[count++] = (struct flow){edge->file, to};
	}
	metrics->file_rank = page_rank(flows, count, graph->file_count);
	free(flows);
}

/* Different ends only: `seen` holds, per symbol, the last one that counted it. */
static void count_ends(uint32_t *counted, const struct graph_links *links, bool backward)
{
	const struct graph *graph = links->graph;
	const uint32_t *first = backward ? links->first_in : links->first_out;
	const uint32_t *edges = backward ? links->in : links->out;
	uint32_t *seen = xcalloc(graph->symbol_count + (size_t)1, sizeof(*seen));

	for (uint32_t at = 0; at < graph->symbol_count; at++)
		for (uint32_t i = first[at]; i < first[at + 1]; i++) {
			const struct graph_edge *edge = &graph->edges[edges[i]];
			uint32_t other = backward ? edge->from : edge->to;

			if (other == GRAPH_NONE || other == at || seen[other] == at + 1)
				continue;
			seen[other] = at + 1;
			counted[at]++;
		}
	free(seen);
}

void graph_metrics_init(struct graph_metrics *metrics, const struct graph *graph)
{
	struct graph_links links;

	graph_links_init(&links, graph, GRAPH_KIND(EDGE_CALL), EDGE_LIKELY);
	rank_symbols(metrics, graph);
	rank_files(metrics, graph);
	metrics->callers = xcalloc(graph->symbol_count + (size_t)1, sizeof(uint32_t));
	metrics->callees = xcalloc(graph->symbol_count + (size_t)1, sizeof(uint32_t));
	count_ends(metrics->callers, &links, true);
	count_ends(metrics->callees, &links, false);
	metrics->roles = find_roles(&links, metrics);
	graph_links_release(&links);
}

void graph_metrics_release(struct graph_metrics *metrics)
{
	free(metrics->rank);
	free(metrics->file_rank);
	free(metrics->roles);
	free(metrics->callers);
	free(metrics->callees);
	memset(metrics, 0, sizeof(*metrics));
}
