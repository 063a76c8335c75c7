/*
 * The bytes that a file's digest is made over, part by part: the file, its symbols, its edges. Made
 * from a graph in memory (rows.c) or from what is stored (follow.c), they are the same.
 */
#ifndef GRAPH_RECORD_H
#define GRAPH_RECORD_H

#include "graph/internal.h"

struct file_record {
	const char *path, *language, *skipped; /* the last two may be NULL */
	const unsigned char *blob;
	uint32_t lines, symbols;
};
struct edge_record {
	uint32_t from, kind, confidence, line, start; /* from: a position, or GRAPH_NONE */
	uint64_t file, symbol; /* hashes of the target's path and qualified name, or 0 */
	uint32_t ordinal;
	const char *name, *package; /* package: NULL where there is none */
};
void record_file(struct buf *out, const struct file_record *file);
void record_symbol(struct buf *out, const struct store_graph_symbol *symbol);
void record_edge(struct buf *out, const struct edge_record *edge);

#endif
