/*
 * From bytes to facts: what one blob says by itself, whatever tree it stands in. src/parse/ is the
 * only user of tree-sitter. Facts are encoded compactly for the sidecar; a file that cannot be
 * parsed is a fact too, with the reason. Work is bounded by counting the parser's steps, not by
 * the clock, so that a slow machine gives the same facts as a fast one.
 */
#ifndef FLYWHEEL_PARSE_H
#define FLYWHEEL_PARSE_H

#include "flywheel/facts.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* A grammar with its query, compiled; of one thread. */
struct grammar;
struct TSLanguage;
struct grammar_source {
	const char *name, *tags;
	const struct TSLanguage *(*language)(void);
	const char *separator; /* between the parts of a qualified name; "" does not qualify */
	const char *const *receivers; /* parameters that are not counted (self); NULL-terminated */
	bool fragments;               /* it has #if, which may stand around a part of anything */
	bool macros;                  /* it has macros, which may stand anywhere in a declaration */
};

/*
 * `beside`: another grammar of the thread, to share with it what is of no language, or NULL.
 * E_INVALID names the language and the line of a capture or predicate that is not known.
 */
int grammar_open(
	const struct grammar_source *source, const struct grammar *beside, struct grammar **out);
void grammar_free(struct grammar *grammar);

/* Appends the encoded facts of a text. Broken code gives what can be had; never fails on input. */
void parse_text(struct grammar *grammar, const char *text, size_t len, struct buf *out);

/*
 * The same out of the facts of a text that is near, for much less; `near` is borrowed. False:
 * nothing is appended, the text has to be parsed as a whole.
 */
struct near_text {
	const char *text;
	size_t len;
	const struct facts *facts; /* of that text */
};
bool parse_near(struct grammar *grammar, const struct near_text *near, const char *text, size_t len,
	struct buf *out);

/*
 * The same along the versions of a file, for much less: `*version` is one that is near, or NULL,
 * and is replaced by this one, or by NULL where nothing can be gone on from.
 */
struct version;
void parse_version(struct grammar *grammar, const char *text, size_t len, struct version **version,
	struct buf *out);
size_t version_size(const struct version *version); /* about what it takes of memory; bytes */
void version_free(struct version *version);

/*
 * To compare many versions of one file: all of their trees lie in the grammar's own memory, and go
 * at once. Between begin and end this thread parses nothing else, and frees what it parsed before
 * the end: by version_free, or by version_abandon, which leaves the tree to the end.
 */
void versions_begin(struct grammar *grammar);
void versions_end(struct grammar *grammar);
/* `near` is left as it is, or NULL. NULL: the text gives no facts, as it is said of parse_text. */
struct version *version_parse(
	struct grammar *grammar, const char *text, size_t len, struct version *near);
/* Definitions without their docs, references and imports; no bindings, no comments. Borrowed. */
const struct facts *version_facts(const struct version *version);
void version_abandon(struct version *version);

const char *parse_skip_name(enum parse_skip skip); /* NULL for PARSE_OK */

/* The leaves of a text's tree, in order: bytes from `start` to before `end`. What is data or prose
 * (comments, strings) comes as one, `whole`. `fn` returns non-zero to stop; 0 for a text that could
 * not be parsed. */
typedef int (*parse_leaf_fn)(size_t start, size_t end, bool whole, void *payload);
int parse_leaves(
	struct grammar *grammar, const char *text, size_t len, parse_leaf_fn fn, void *payload);

/* Appends a comment's words without its markers and margins. */
void comment_words(const char *text, size_t len, struct buf *out);

/* Appends the words of a definition's doc, which stands in the text of its blob: nothing of a doc
 * that does not. No secret is in them, and no more than some thousands of bytes. */
struct scrubber;
void doc_words(struct scrubber *scrubber, const char *text, size_t len,
	const struct fact_definition *definition, struct buf *out);

#endif
