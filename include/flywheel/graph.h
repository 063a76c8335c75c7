/*
 * The code graph of one tree, in memory: definitions, and the edges between them. It is a pure
 * function of the tree: facts are kept per blob in the sidecar and parsed once, edges are
 * resolved from them. Arrays are sorted (files by path; symbols by file, then position; edges by
 * `from`, then line), so the same tree always gives the same graph, byte for byte.
 */
#ifndef FLYWHEEL_GRAPH_H
#define FLYWHEEL_GRAPH_H

#include "flywheel/parse.h"
#include "flywheel/repo.h"
#include "flywheel/session.h"

#define GRAPH_NONE UINT32_MAX

enum edge_kind {
	EDGE_CALL, /* also of a constructor: to its method, or to the type where it has none */
	EDGE_IMPORT,
	EDGE_INHERIT,
	EDGE_TYPE, /* names a type; one for each target of a symbol */
	EDGE_TEST, /* from a test to what it tests */
	EDGE_VALUE /* names a function without calling it: a callback, a table's entry */
};
enum confidence { EDGE_RESOLVED, EDGE_LIKELY, EDGE_AMBIGUOUS, EDGE_EXTERNAL };

struct graph_file {                  /* path comes first, for find_by_path */
	const char *path, *language; /* language NULL: not parsed, `skipped` says why */
	const char *skipped;
	struct oid blob;
	uint32_t first_symbol, symbol_count;
	uint32_t lines;
};

struct graph_symbol {
	uint32_t file;   /* index into files */
	uint32_t parent; /* index of the enclosing symbol, or GRAPH_NONE */
	enum symbol_kind kind;
	enum visibility visibility;
	const char *name, *qualified, *signature;
	uint32_t line, end_line; /* from 1 */
	uint32_t start, end;     /* bytes in the blob */
	uint16_t cyclomatic, cognitive, nesting, parameters;
	uint64_t body;            /* hash of the text: equal means unchanged */
	uint32_t fan_in, fan_out; /* resolved and likely call edges */
};

struct graph_edge {
	uint32_t from; /* symbol; for imports and what stands at the top GRAPH_NONE */
	uint32_t file; /* the file it stands in */
	uint32_t to;   /* file for imports, else a symbol; GRAPH_NONE when external; when ambiguous
			* the candidate nearest to the caller, see graph_candidates */
	enum edge_kind kind : 8; /* there are many edges */
	enum confidence confidence : 8;
	uint32_t line, start;       /* of the reference; bytes in the blob */
	const char *name, *package; /* as written; of an external target its import's, or NULL */
};

struct graph {
	struct graph_file *files;
	struct graph_symbol *symbols;
	struct graph_edge *edges;
	uint32_t *incoming; /* edge indexes sorted by (to, from, line); calls with a target only */
	uint32_t file_count, symbol_count, edge_count, incoming_count;
};

/* Parses what is not in the sidecar, if the session has one, then resolves. Shows progress. */
int graph_open(struct session *session, const struct oid *tree, struct graph **out);
void graph_free(struct graph *graph);
/* Doc comment or "", valid as long as the graph; read in its session when first asked of a file. */
const char *graph_doc(const struct graph *graph, const struct graph_symbol *symbol);

/* SHA-256 over a line for each file, symbol and edge. */
void graph_digest(const struct graph *graph, char hex[65]);

/* Brings the sidecar to HEAD: facts, symbols and edges, graph notes. Cheap when current. */
int graph_catch_up(struct session *session);

uint32_t graph_find_file(const struct graph *graph, const char *path); /* or GRAPH_NONE */
/* Innermost symbol that covers a line (from 1), or GRAPH_NONE. */
uint32_t graph_symbol_at(const struct graph *graph, uint32_t file, uint32_t line);
/* For each symbol whose name or qualified name is `name`; without any, for those whose qualified
 * name ends with its parts, however they are joined: `Parser::run` finds `lib.Parser.run`. */
typedef int (*graph_symbol_fn)(const struct graph *graph, uint32_t symbol, void *payload);
int graph_find(const struct graph *graph, const char *name, graph_symbol_fn fn, void *payload);

/* Range of edges that leave a symbol: [*first, return) in graph->edges. */
uint32_t graph_edges_of(const struct graph *graph, uint32_t symbol, uint32_t *first);
/* Range of indexes into graph->incoming of the calls that reach it. */
uint32_t graph_calls_to(const struct graph *graph, uint32_t symbol, uint32_t *first);
/* Up to `max` meanings of an ambiguous edge (else its target), nearest first. Returns all. */
uint32_t graph_candidates(const struct graph *graph, const struct graph_edge *edge,
	uint32_t *candidates, uint32_t max);
/* Folder that stands for a path's module: its directory, "." at the top. The caller frees. */
char *graph_module(const char *path);
const char *symbol_kind_name(enum symbol_kind kind);
const char *edge_kind_name(enum edge_kind kind);
const char *confidence_name(enum confidence confidence);

#endif
