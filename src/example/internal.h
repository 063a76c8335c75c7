/*
 * Inside example generation: what every kind works on (graph and history up to the cutoff), the
 * structural context that goes into prompts, and the table of kinds.
 */
#ifndef EXAMPLE_INTERNAL_H
#define EXAMPLE_INTERNAL_H

#include "flywheel/example.h"
#include "flywheel/graph.h"
#include "flywheel/repo.h"
#include "flywheel/scrub.h"
#include "util/buf.h"
#include "util/map.h"

#define EXAMPLE_CODE_MAX 32768   /* bytes; a longer function or diff makes no example */
#define EXAMPLE_COMMITS 5000     /* newest before the cutoff whose changes are read */
#define EXAMPLE_COMMIT_FILES 20  /* a commit that touches more is a sweep, not a change */
#define EXAMPLE_CONTEXT_NAMES 10 /* callers or callees named in one prompt */

struct change_file {
	char *path;
	struct oid old, new; /* zero: not there */
};

/* A commit with one parent that touched at least one and at most EXAMPLE_COMMIT_FILES files. */
struct change {
	struct oid id;
	int64_t time;
	char *message; /* without trailers */
	char *author;  /* "author-" and 8 hex digits: groups, does not name */
	struct change_file *files;
	size_t count, capacity;
};

/* The newest commits up to the cutoff, newest first, and who touched each path last. */
struct history {
	struct change *changes;
	size_t count, capacity;
	struct map touched; /* path -> index + 1 into touches */
	struct touch {
		struct oid commit;
		int64_t time;
	} * touches;
	size_t touch_count, touch_capacity;
	int64_t oldest; /* time of the oldest commit that was read */
};

/* True when a message says why, not only what. */
bool change_gives_reason(const char *message);
int history_load(struct session *session, const struct split *split, struct history *out);
void history_release(struct history *history);

struct generator {
	struct session *session;
	const struct split *split;
	const struct graph *graph;
	struct history history;
	const struct example_kind *kind; /* the one at work */
	struct example_insert *insert;
	struct scrubber *scrubber;
	struct buf *texts; /* by file; emptied between symbols when they grow too large */
	size_t text_bytes;
	struct buf prompt, answer, source; /* of the example being made */
	size_t raw;
};

/* A kind of example: what a model is to learn from it. */
struct example_kind {
	const char *name, *summary;
	int (*generate)(struct generator *generator); /* required; 0 or an error */
};
extern const struct example_kind *const example_kinds[]; /* NULL-terminated */

extern const struct example_kind kind_function, kind_explain, kind_chain, kind_edge,
	kind_change_intent, kind_change_message, kind_decision, kind_middle, kind_check, kind_test,
	kind_pattern, kind_handwritten;

/* Where an example comes from; `emit` takes prompt, answer and source from the generator. */
struct origin {
	const char *kind;                   /* NULL: the kind at work */
	const char *path, *symbol, *author; /* NULL means "" */
	struct oid commit, blob;
	int64_t at;
	int cyclomatic;
	unsigned context;
};
int generator_emit(struct generator *generator, const struct origin *origin);
void generator_begin(struct generator *generator); /* clears prompt, answer and source */
/* The origin of code in a symbol: path, name, blob, last commit on its file; fills `source` too. */
struct origin generator_origin(struct generator *generator, uint32_t symbol);

/* Calls `fn` for every function, method and test of a sane size, with progress. */
typedef int (*symbol_fn)(struct generator *generator, uint32_t symbol);
int generator_each_function(struct generator *generator, symbol_fn fn);
bool symbol_is_code(const struct graph *graph, uint32_t symbol); /* function, method or test */

/* A file's bytes at the cutoff: "" when it cannot be read; borrowed until the next symbol. */
const struct buf *generator_text(struct generator *generator, uint32_t file);
/* A symbol's lines, from the start of its first one; borrowed like the file's. */
const char *symbol_text(struct generator *generator, uint32_t symbol, size_t *len);
/* Appends text with the first line's indentation taken off every line. */
void add_dedented(struct buf *out, const char *text, size_t len);

/* Structure in words. Each returns the EXAMPLE_HAS_* flags of what it added. */
const char *symbol_role(const struct graph *graph, uint32_t symbol);
unsigned add_callers(const struct graph *graph, uint32_t symbol, struct buf *out);
unsigned add_callees(const struct graph *graph, uint32_t symbol, struct buf *out);
/* Path, callers, callees, role and first sentence of the doc comment, as comments. */
unsigned add_context(struct generator *generator, uint32_t symbol, bool doc, struct buf *out);
void add_comment(struct buf *out, const struct graph_file *file, const char *text);
/* First paragraph of a doc comment, on one line, at most `max` bytes. */
void add_summary(struct buf *out, const char *doc, size_t max);

/* The source line on which a reference stands, without its margins. */
void add_reference_line(
	struct generator *generator, const struct graph_edge *edge, struct buf *out);
/* Rough cyclomatic complexity of a fragment: one and the branch words in it. */
int count_branches(const char *text, size_t len);

/* Lines of a text, for kinds that cut code into parts. The caller frees. */
struct line {
	size_t start, end; /* bytes; `end` is after the newline */
	int indent;        /* columns, a tab counting to the next multiple of 8; -1: blank */
};
struct line *split_lines(const char *text, size_t len, size_t *count);
/* Lines [first, return) that hang on line `first`: deeper ones, and the bracket that closes them.
 */
size_t block_end(const char *text, const struct line *lines, size_t count, size_t first);

/* Appends a file's unified diff, hunk headers included; false when it is binary or too large. */
bool add_diff(struct generator *generator, const struct change_file *file, struct buf *out);

#endif
