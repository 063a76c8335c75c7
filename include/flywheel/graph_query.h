/* Questions to the graph of one tree: what leads from where to where, and what nothing uses. */
#ifndef FLYWHEEL_GRAPH_QUERY_H
#define FLYWHEEL_GRAPH_QUERY_H

#include "flywheel/graph.h"

#define EDGE_KIND_COUNT 6
#define GRAPH_KIND(kind) (1u << (kind))
/* Calls, and functions that are named to be called later. */
#define GRAPH_CALLS (GRAPH_KIND(EDGE_CALL) | GRAPH_KIND(EDGE_VALUE))
#define GRAPH_USES (~GRAPH_KIND(EDGE_IMPORT))

/* Edges between symbols by either end. Imports join files, external edges have no far end: both
 * are left out. */
struct graph_links {
	const struct graph *graph;
	uint32_t *first_out, *out; /* edges that leave s: out[first_out[s]] to first_out[s + 1] */
	uint32_t *first_in, *in;   /* edges that reach s, those of no symbol included */
};

/* `kinds`: a set of GRAPH_KIND; `worst`: the least sure edge that counts. */
void graph_links_init(struct graph_links *links, const struct graph *graph, unsigned kinds,
	enum confidence worst);
void graph_links_release(struct graph_links *links);

/*
 * Steps from any of `from` to each symbol, GRAPH_NONE where it is further than `depth` or not
 * reached; against the edges with `backward`. One number per symbol; the caller frees.
 */
uint32_t *graph_reach(const struct graph_links *links, const uint32_t *from, size_t count,
	bool backward, uint32_t depth);

/*
 * A shortest path from any of `from` to any of `to`: its edges in order, the caller frees. Of
 * several the one with the lowest symbols. NULL and a `*length` of 0 where there is none, or where
 * a symbol is in both.
 */
uint32_t *graph_path(const struct graph_links *links, const uint32_t *from, size_t from_count,
	const uint32_t *to, size_t to_count, size_t *length);

/* A file that imports another, by way of `level` - 1 others; `edge` is its own import. */
struct graph_importer {
	uint32_t file, edge, level;
};
/* Nearest first, then by path. The caller frees; `*count` may be 0. */
struct graph_importer *graph_importers(
	const struct graph *graph, uint32_t file, uint32_t depth, size_t *count);

/*
 * Functions, methods and types that nothing of the repository seems to use. Conservative: no edge
 * reaches them but from themselves, and their name stands nowhere else in its text (strings, macros
 * and other languages count; comments, documents and declarations do not). Never listed: tests and
 * what stands in their files, entry points, what a language calls by itself, decorated functions,
 * enumerations, types with a base outside and their members, names that may be put together at run
 * time ("visit_") or are never written (operators, setters).
 */
struct graph_dead {
	uint32_t symbol;
	bool visible; /* from outside of its file or type: another repository may use it */
	uint32_t lines;
};
/* By file, then line. The caller frees. E_STOPPED. */
int graph_dead(
	struct session *session, const struct graph *graph, struct graph_dead **out, size_t *count);

#endif
