/* The edges of one file as bytes, beside the facts that they were made from. */
#ifndef GRAPH_PACK_H
#define GRAPH_PACK_H

#include "graph/internal.h"

/*
 * Most edges stand where a reference or an import does and are told by its number: what that says
 * (place, name, definition around it) is not said again. A target is its path and qualified name,
 * of which only what stands before the edge's own name is written, each once in a file.
 */
struct packer;
struct packer *packer_new(const struct whole *whole, const struct rows *rows);
void packer_free(struct packer *packer);
/* Appends. */
void edges_pack(struct packer *packer, uint32_t file, struct buf *out);
/* The same of rows; the packer may have been made of NULL and NULL then. */
void edges_pack_rows(struct packer *packer, const char *path, const struct facts *facts,
	const struct store_graph_edge *edges, uint32_t count, struct buf *out);
/* The number behind a target's "qualified#1", or 0; `*len`: of what stands before it. */
uint32_t target_ordinal(const char *symbol, size_t *len);

/* The edges in order, as rows; texts are borrowed during the call. E_INVALID: damaged. */
int edges_unpack(const void *bytes, size_t len, const char *path, const struct facts *facts,
	store_graph_edge_fn fn, void *payload);

/* Whether some stand where no fact does: they say by themselves where that is. */
bool edges_have_places(const void *bytes, size_t len);

#endif
