/* The sidecar's tables of the code graph: facts per blob, and HEAD's symbols and edges. */
#ifndef FLYWHEEL_STORE_GRAPH_H
#define FLYWHEEL_STORE_GRAPH_H

#include "flywheel/store.h"
#include "util/buf.h"

#include <stddef.h>
#include <stdint.h>

/* A version of grammar, query and parser; `*id` is 0 when it is not known and not created. */
int store_version_id(struct store *store, const char *version, bool create, int64_t *id);
/* Forgets the facts of all versions but these. */
int store_versions_keep(struct store *store, const int64_t *ids, size_t count);

/* Facts of many blobs, read or written one after the other. Blobs are 20 raw bytes. */
struct store_facts;
struct store_facts *store_facts_open(struct store *store);
/* Appends the bytes; false when there are none, or on an error, which close reports. */
bool store_facts_read(
	struct store_facts *facts, const unsigned char *blob, int64_t version, struct buf *out);
void store_facts_write(struct store_facts *facts, const unsigned char *blob, int64_t version,
	const void *bytes, size_t len);
int store_facts_close(struct store_facts *facts); /* 0 or the first error; NULL is fine */

/*
 * HEAD's graph. A file's symbols are in its blob's facts, its edges in bytes that are made and read
 * by src/graph/. `digest` is that of both, so that equal is equal.
 */
struct store_graph_file {
	int64_t id;
	const char *path, *language, *skipped; /* language and skipped may be NULL */
	unsigned char blob[20];
	int64_t version; /* of its facts; 0: it has none */
	uint32_t lines, symbols, edges;
	uint32_t calls[4], imports[4]; /* edges by enum confidence */
	unsigned char digest[16];
};

/* A symbol and an edge as they are compared and shown. */
struct store_graph_symbol {
	uint32_t position; /* in the file */
	int64_t parent;    /* position, or -1 */
	uint32_t kind, line, end_line, start, end;
	uint32_t cyclomatic, cognitive, nesting, parameters;
	const char *name, *qualified, *signature;
	int64_t body;
};
struct store_graph_edge {
	uint32_t position; /* in the file */
	int64_t from;      /* position of a symbol of this file, or -1 */
	uint32_t kind, confidence, line, start;
	const char *to_path, *to_symbol; /* NULL; symbols by qualified name and ordinal, "f#1";
					  * without a path an external target's package */
	const char *name;
};
typedef int (*store_graph_edge_fn)(const struct store_graph_edge *edge, void *payload);
typedef int (*store_graph_file_fn)(const struct store_graph_file *file, void *payload);
/* All by path; or in no order, their ids, paths, blobs, versions, languages and reasons alone. */
int store_graph_files(struct store *store, store_graph_file_fn fn, void *payload);
int store_graph_paths(struct store *store, store_graph_file_fn fn, void *payload);
int store_graph_file(struct store *store, const char *path, store_graph_file_fn fn, void *payload);
/* Those in which names with these hashes are defined: of one by path, of many their ids. */
int store_graph_defining(struct store *store, uint32_t name, store_graph_file_fn fn, void *payload);
int store_graph_definers(struct store *store, const uint32_t *names, size_t count,
	int (*fn)(int64_t file, void *payload), void *payload);
int store_graph_mentions(struct store *store,
	int (*fn)(const char *path, const void *, size_t len, void *payload), void *payload);
int store_graph_edges(struct store *store, int64_t file, struct buf *out); /* appends */

#define STORE_SKIP_REASONS 16
struct store_graph_counts {
	size_t files, parsed, symbols, edges;
	size_t calls[4], imports[4]; /* edges by enum confidence */
	struct {
		char reason[24];
		size_t files;
	} skipped[STORE_SKIP_REASONS]; /* by reason */
	size_t skipped_count;
};
int store_graph_count(struct store *store, struct store_graph_counts *out);

/* Writing, inside the caller's transaction. */
struct store_graph;
struct store_graph *store_graph_open(struct store *store);
/* Removes a file with its edges; its names go one by one, or by store_graph_forget_names. */
void store_graph_remove(struct store_graph *graph, int64_t file);
/* In the place of the one of its path, with its id, or a new one; the id. `edges`: packed. */
int64_t store_graph_put(struct store_graph *graph, const struct store_graph_file *file,
	const void *edges, size_t len);
/* A filter of what a file mentions; len 0: it has none. */
void store_graph_mention(struct store_graph *graph, int64_t file, const void *names, size_t len);
/* That a file defines a name, by its hash, kept until the close. To forget all looks at all. */
void store_graph_add_name(struct store_graph *graph, int64_t file, uint32_t name);
void store_graph_remove_name(struct store_graph *graph, int64_t file, uint32_t name);
void store_graph_forget_names(struct store_graph *graph, int64_t file);
int store_graph_close(struct store_graph *graph); /* 0 or the first error; NULL is fine */

#endif
