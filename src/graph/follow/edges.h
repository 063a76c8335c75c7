/* The edges of one file as rows, of which some stay and some were made anew. */
#ifndef GRAPH_EDGES_H
#define GRAPH_EDGES_H

#include "graph/follow/unit.h"

/* What became of a file: its units now, those that they were, and whose edges are made anew. */
struct unit_change {
	const char *path;
	struct units old, now;
	uint32_t *partner; /* per unit of now, see units_pair */
	bool *wanted;      /* per unit of now */
};

struct edge_rows {
	struct store_graph_edge *items;
	uint32_t count, room;
	struct map texts; /* that the items borrow */
};
void edge_rows_release(struct edge_rows *rows);
/* Adds those that stay, out of what was packed of the old version. E_INVALID: damaged. */
int edge_rows_keep(
	struct edge_rows *rows, const struct buf *packed, const struct unit_change *change);
/* Adds those that were made, out of a graph. */
void edge_rows_make(
	struct edge_rows *rows, struct rows *made, uint32_t file, const struct unit_change *change);
/* Puts them in the order that a file's edges have. */
void edge_rows_sort(struct edge_rows *rows);

#endif
