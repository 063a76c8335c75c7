/*
 * The graph as some units see it: all paths of the tree, and the facts of those files only that the
 * names of these units lead to. What the resolver says of them is what it says of the whole tree.
 */
#ifndef GRAPH_VIEW_H
#define GRAPH_VIEW_H

#include "graph/follow/seen.h"

/* A file with units whose edges are wanted. */
struct view_file {
	const char *path;
	const unsigned char *blob;
	const struct facts *facts;
	const struct units *units;
	const bool *wanted; /* per unit */
};

struct view;
/*
 * NULL where names alone do not say all: then the whole tree is to be resolved. Of the edges those
 * of other units of these files mean nothing. What is borrowed must outlive the view.
 */
int view_open(struct session *session, const struct languages *languages,
	struct store_facts *stored, const struct view_file *files, size_t count, struct view **out);
void view_free(struct view *view);
const struct whole *view_whole(const struct view *view);

#endif
