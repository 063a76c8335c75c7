/* What the files of src/graph/ share: the whole graph behind `struct graph`, and its making. */
#ifndef GRAPH_INTERNAL_H
#define GRAPH_INTERNAL_H

#include "flywheel/graph.h"
#include "flywheel/graph_comment.h"
#include "flywheel/language.h"
#include "flywheel/store_graph.h"
#include "util/map.h"
#include "util/strings.h"

/* One file of a tree with what its blob says. Facts own the texts that the graph borrows. */
struct source_file {
	char *path; /* first, for find_by_path */
	struct oid blob;
	const struct language *language; /* NULL: none */
	const char *skipped;             /* static; NULL: parsed */
	struct facts facts;
	uint32_t first_symbol; /* of its definitions in the graph */
};

struct snapshot {
	struct languages *languages;
	struct source_file *files; /* by path */
	uint32_t count, capacity;
	size_t parsed; /* blobs parsed in this call, not taken from the sidecar */
};

/* `store_facts`: take what the sidecar knows and keep what is new there; else parse everything. */
int snapshot_load(
	struct session *session, const struct oid *tree, bool store_facts, struct snapshot *out);
void snapshot_release(struct snapshot *snapshot);

/* A file to be parsed by parse_jobs. */
struct job {
	const struct language *language;
	struct oid blob;
	const struct oid
		*near; /* a blob whose facts are known, or NULL: the work may begin there */
	const struct facts *known; /* its facts */
	struct buf encoded;        /* facts; empty when not read */
	struct buf packed;         /* the same as it is stored, where somebody packed it */
	struct facts facts;        /* the same */
	uint32_t files;            /* that wait for them */
	bool done;
	const char *skipped; /* why it could not be read */
};
struct job_calls {
	/* Told of jobs that are done, each once and in order; one call at a time, on any thread. */
	int (*done)(struct job *jobs, size_t count, void *payload);
	/* Before that, on the thread that parsed it, beside others. */
	int (*parsed)(struct job *job, void *payload);
	void *payload;
};
/* Reads and parses on some threads. The outcome does not depend on their number. `calls`: or NULL.
 */
int parse_jobs(struct session *session, const struct languages *languages, struct job *jobs,
	size_t count, const struct job_calls *calls);
/* By path, or by the first line of a script without an extension. NULL: no language. */
const struct language *language_of(struct session *session, const struct languages *languages,
	const char *path, const struct oid *blob);

/* Facts of single blobs, out of the sidecar where it has them. */
struct fact_source;
/* `keep`: what had to be parsed goes to the sidecar, inside the caller's transaction. */
int fact_source_open(struct session *session, bool keep, struct fact_source **out);
void fact_source_free(struct fact_source *source);
/* Keeps some tens of MB of facts: for walks along history, where neighbours share their blobs. */
void fact_source_remember(struct fact_source *source);
/* No facts (all counts 0) for a blob that is not parsed. */
int fact_source_read(
	struct fact_source *source, const char *path, const struct oid *blob, struct facts *out);

/* A file of HEAD's graph out of the sidecar; E_INVALID where it is not whole. Release the facts. */
int stored_facts(
	struct store_facts *stored, const struct store_graph_file *file, struct facts *out);
int stored_edges(struct session *session, const struct store_graph_file *file,
	const struct facts *facts, store_graph_edge_fn fn, void *payload);
/* A definition as a row. */
void fact_row(const struct facts *facts, uint32_t at, struct store_graph_symbol *out);
/* Whether the resolver finds the same in two versions of a file, though it stands elsewhere. */
bool same_names(const struct facts *old, const struct facts *new);
/*
 * Brings the rows of the files that differ between two trees to the newer one, where no edge
 * differs. `*done` false: some may. Inside the caller's transaction.
 */
int graph_follow(struct session *session, const struct oid *from, const struct oid *to, bool *done);
/* What the sidecar finds the definitions of a name by. */
uint32_t name_hash(const char *name);

/* The trees of the versions seen last, a file each; some tens of MB. */
struct versions;
struct versions *versions_new(void);
void versions_free(struct versions *versions);
/* Where a file's version is kept, to be handed to parse_version. Then what is too much goes. */
struct version **versions_of(
	struct versions *versions, const struct language *language, const char *path);
void versions_settle(struct versions *versions);

/* Rules of .gitattributes (linguist-*) and .flywheelignore files in a tree. */
struct ignore;
struct ignore *ignore_new(void);
void ignore_free(struct ignore *ignore);
bool ignore_is_rules(const char *path);
void ignore_add(struct ignore *ignore, const char *path, const char *text);
const char *ignore_reason(const struct ignore *ignore, const char *path); /* NULL: not ignored */
/* The rules of a file of the repository; none where it cannot be read. */
void ignore_read(
	struct session *session, const char *path, const struct oid *blob, struct ignore *ignore);
/* Why a file is not parsed that no rule speaks of. */
#define NO_LANGUAGE "no language"
/* `*` and `?` stop at '/', `**` does not. */
bool pattern_match(const char *pattern, const char *text);

/* Index of a snapshot's paths by their last component, to find what an import means. */
struct import_index;
struct import_index *import_index_new(const struct snapshot *snapshot);
void import_index_free(struct import_index *index);
/* The file that an import of `module` in file `from` means, or GRAPH_NONE. */
uint32_t import_find(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence);

/* The same for languages that import by qualified names. */
struct qualified_index;
struct qualified_index *qualified_index_new(const struct snapshot *snapshot);
void qualified_index_free(struct qualified_index *index);
uint32_t qualified_find(const struct qualified_index *index, uint32_t from, const char *module,
	enum confidence *confidence);

struct whole {
	struct graph graph; /* first: `struct graph *` is a `struct whole *` */
	struct snapshot snapshot;
	struct map names;        /* a name to its number */
	uint32_t *name_of;       /* per symbol: the number of its name */
	uint32_t *first_named;   /* per name: where its symbols begin in `named` */
	uint32_t *named;         /* symbols by name, then in order */
	bool *wanted;            /* per file: its edges are made; NULL: all are */
	struct session *session; /* docs are read with it; NULL: there are none */
	struct docs *docs;       /* NULL: none was asked for */
};
void docs_free(struct docs *docs);

/* The graph of a snapshot: symbols, then edges. E_STOPPED. */
int whole_make(struct whole *whole);

/* Like graph_open; see snapshot_load. */
int whole_open(
	struct session *session, const struct oid *tree, bool store_facts, struct whole **out);
/* Makes the edges; E_STOPPED. Raise the version when the same facts give other edges. */
#define RESOLVER_VERSION "6"
int resolve(struct whole *whole);

/* All symbols of one name, in order; those of one file are together. */
struct span {
	const uint32_t *symbols;
	uint32_t count;
};
struct span named(const struct whole *whole, const char *name);
/* The number of a name, NAME_UNKNOWN when no symbol has it. */
#define NAME_UNKNOWN UINT32_MAX
uint32_t name_number(const struct whole *whole, const char *name, size_t len);
struct span numbered(const struct whole *whole, uint32_t number);
/* Of a span those in the file; `named_in`: of all that have the name. */
struct span of_file(const struct whole *whole, struct span span, uint32_t file);
struct span named_in(const struct whole *whole, const char *name, uint32_t file);

/* Brings the sidecar's graph to this one, inside the caller's transaction. */
int graph_write(struct session *session, const struct whole *whole);

/* Rows of one file, as the sidecar keeps them. Texts are borrowed until the next call. */
struct rows;
struct rows *rows_new(const struct graph *graph);
void rows_free(struct rows *rows);
uint32_t rows_edge_count(const struct rows *rows, uint32_t file);
void rows_file(const struct rows *rows, uint32_t file, struct store_graph_file *out);
void rows_symbol(
	const struct rows *rows, uint32_t file, uint32_t at, struct store_graph_symbol *out);
void rows_edge(struct rows *rows, uint32_t file, uint32_t at, struct store_graph_edge *out);
const struct graph_edge *rows_edge_at(const struct rows *rows, uint32_t file, uint32_t at);
/* How many symbols of its file that come before it have the same qualified name. */
uint32_t rows_ordinal(const struct rows *rows, uint32_t symbol);
/* Of a file's rows with the targets of its edges: equal rows have equal digests, and the reverse.
 * On any thread, each with a scratch of its own. */
void rows_digest(const struct rows *rows, uint32_t file, struct buf *scratch,
	unsigned char digest[HASH_WIDE]);
/* Canonical lines, for people: equal rows give equal lines. */
void line_file(struct buf *out, const struct store_graph_file *file);
void line_symbol(struct buf *out, const char *path, const struct store_graph_symbol *symbol);
void line_edge(struct buf *out, const char *path, const struct store_graph_edge *edge);
void rows_lines(struct rows *rows, uint32_t file, struct buf *out);

/*
 * Writes the graph notes of the commits that HEAD gained since the last call. Notes that git
 * refuses are no error: the index stands without them, the sidecar keeps why, and the next call
 * tries again.
 */
int graph_note(struct session *session, const struct oid *head);
/* The note of one commit; "" when it changed no definition. */
int note_text(struct session *session, struct fact_source *facts, const struct commit *commit,
	struct buf *out);

#define NOTES_REF "refs/notes/flywheel/graph"
#define META_HEAD "graph.head"       /* what the index stands for */
#define META_KNOWN "graph.known"     /* tips whose ancestors are noted, or older than the index */
#define META_NOTED "graph.noted"     /* the commit up to which notes are written */
#define META_PROBLEM "graph.problem" /* why they could not be, or "" */

#endif
