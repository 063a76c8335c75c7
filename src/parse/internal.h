/* What the files of src/parse/ share: roles of captures, compiled predicates, raw findings. */
#ifndef PARSE_INTERNAL_H
#define PARSE_INTERNAL_H

#include "flywheel/parse.h"
#include "parse/pool.h"
#include "parse/tags.h"
#include "util/buf.h"

#include <tree_sitter/api.h>

/* What a capture means; the table of names is in grammar.c. */
enum role {
	ROLE_HELPER, /* begins with '_': for predicates only */
	/* The first of these in a match says what the match is; `detail` refines it. */
	ROLE_DEFINITION, /* detail: enum symbol_kind */
	ROLE_REFERENCE,  /* detail: enum reference_kind */
	ROLE_IMPORT,     /* detail 1: handed on */
	ROLE_BINDING,    /* detail: enum binding_kind */
	ROLE_SCOPE,      /* detail: enum scope_kind; qualifies what it holds, is no symbol */
	ROLE_DECISION,   /* detail: index into decision_weights */
	ROLE_VISIBILITY, /* detail: enum visibility; of the definition with the same node */
	ROLE_SECTION,    /* detail: enum visibility; of what follows it */
	ROLE_LOCAL,      /* a name that is a variable from here on */
	ROLE_WORD,       /* a name that is no reference here */
	ROLE_CLOSE,      /* the end of a definition with ROLE_OPEN */
	ROLE_COMMENT,
	/* Parts of a match. */
	ROLE_NAME,
	ROLE_DOC,
	ROLE_PARAMETERS,
	ROLE_MODULE,
	ROLE_ALIAS,
	ROLE_RECEIVER,
	ROLE_OWNER,
	ROLE_RETURNS,
	ROLE_VALUE,
	ROLE_ARGUMENTS,
	ROLE_OPEN, /* says only that the definition goes on to the next ROLE_CLOSE */
	ROLE_COUNT
};

enum scope_kind {
	SCOPE_NAMESPACE, /* a block that qualifies */
	SCOPE_REST,      /* qualifies what follows it in what encloses it: `package a.b;` */
	SCOPE_TYPE       /* a block whose functions are methods of the type it names */
};
#define SYMBOL_SCOPE 0x80    /* a raw definition's kind, with enum scope_kind */
#define BINDING_BARE 0x80U   /* a raw binding's kind: its value is called unless it is a variable */
#define REFERENCE_BARE 0x40U /* a raw reference's kind: so is its receiver */
#define REFERENCE_WEAK 0x80U /* a raw reference's kind: none where another stands or a variable */

/*
 * Branch points. Cyclomatic is McCabe's count; cognitive follows Campbell (SonarSource, 2018):
 * structures that nest cost one more per level, runs of one logical operator cost one.
 */
struct decision_weight {
	const char *name;
	uint8_t cyclomatic, cognitive;
	bool by_nesting; /* costs its nesting level on top */
	bool nests;      /* what it holds is one level deeper */
	bool run;        /* a direct chain of it costs its cognitive weight once */
};
extern const struct decision_weight decision_weights[];

/* What the grammars of a thread have together: each would take a megabyte of its own. */
struct workshop {
	unsigned users;
	struct pool *pool;         /* of the trees that are not kept */
	struct scrubber *scrubber; /* see workshop_scrubber; NULL: not asked for yet */
};

/* Opened when it is first asked for, which takes as long as a small file. NULL: it cannot be. */
struct scrubber *workshop_scrubber(struct workshop *workshop);

struct predicate;
struct grammar {
	TSParser *parser, *kept; /* kept: the parser, while one of versions_begin stands for it */
	struct workshop *workshop;
	struct tags *tags;
	char *separator;
	const char *const *receivers;
	bool fragments, macros;
	bool local;               /* what is found in one child of a root hangs on no other */
	TSFieldId body, type;     /* fields that a definition and its parameters may have; or 0 */
	TSSymbol guard;           /* what may stand around all of a header, or 0 */
	uint8_t *roles, *details; /* per capture id */
	struct predicate **predicates; /* per pattern: a NULL-terminated list, or NULL */
};

/* A match's parts while it is looked at; predicates may drop or shorten them. */
struct part {
	bool set;           /* else nothing else is */
	bool bare;          /* a word that is a call unless it is a variable */
	bool prefix_joined; /* by the separator of qualified names */
	TSNode node;
	uint32_t start, end;         /* bytes; strip! narrows them */
	const char *prefix, *suffix; /* of prepend!, append!; not NUL-terminated */
	uint32_t prefix_len, suffix_len;
};

/* Compiles the predicates of a pattern. E_INVALID: unknown, or with wrong arguments. */
int predicates_compile(struct grammar *grammar, uint32_t pattern, const char *language);
void predicates_free(struct grammar *grammar);
/* False when the match is to be dropped. `parts` is indexed by role, filled from the match. */
bool predicates_hold(const struct grammar *grammar, const TSQueryMatch *match, const char *text,
	struct part parts[ROLE_COUNT]);

struct raw_definition {
	struct fact_definition fact;
	uint32_t body_start; /* where the signature ends */
	uint32_t doc_start, doc_end;
	uint32_t owner; /* of the scope around it, which has qualified it already */
	bool open;      /* goes on to the next MARK_CLOSE */
	bool has_visibility;
};
struct raw_visibility {
	uint32_t start, end;
	uint8_t visibility;
};
struct raw_decision {
	uint32_t start, end;
	uint8_t weight;
};

enum mark_kind { MARK_SECTION, MARK_LOCAL, MARK_WORD, MARK_CLOSE };
struct raw_mark {
	uint32_t start, end, line;
	uint32_t name; /* of a local */
	uint32_t from; /* innermost definition around it, once places are known */
	uint8_t kind, detail;
};

/* Of a text in the pool; hash 0: free. */
struct text_slot {
	uint32_t hash, offset, len;
};

/* Everything found in one text, in the order of matches until facts_build sorts it. */
struct findings {
	const char *text;
	uint32_t len;
	struct workshop *workshop; /* borrowed */
	struct buf pool;           /* texts of the facts; offset 0 is "" */
	struct text_slot *known;   /* the texts in it, by hash; as many as a power of two, or 0 */
	uint32_t known_count, known_room;
	struct buf joined; /* scratch */
	bool listening;    /* `said` takes the offset of each text that is named */
	uint32_t *said;
	uint32_t said_count, said_room;
	struct raw_definition *definitions;
	struct raw_decision *decisions;
	struct fact_reference *references;
	struct fact_import *imports;
	struct fact_comment *comments;
	struct fact_binding *bindings;
	struct raw_visibility *visibilities;
	struct raw_mark *marks;
	uint32_t definition_count, decision_count, reference_count, import_count, comment_count,
		binding_count, visibility_count, mark_count;
	uint32_t definition_room, decision_room, reference_room, import_room, comment_room,
		binding_room, visibility_room, mark_room;
	uint32_t *seams; /* bytes, rising; see seam.c */
	uint32_t seam_count, seam_room;
};

uint32_t findings_text(struct findings *findings, const char *text, size_t len);
#define BYTES_A_STEP 32u /* a sound text takes one of the parser's callbacks for twice as many */
/* Parses; `old`: a tree of another version, edited to fit, or NULL. Adds the steps that it took,
 * `steps` may be NULL. NULL: too much work. */
TSTree *parse_tree(
	TSParser *parser, const char *text, uint32_t len, const TSTree *old, uint64_t *steps);
/* Runs the query. False: too much work. */
bool findings_take(const struct grammar *grammar, struct findings *findings, TSTree *tree,
	const struct tags_units *units);
/* The same, and finds the seams; `steps` were taken to parse. */
bool findings_take_seams(
	const struct grammar *grammar, struct findings *findings, TSTree *tree, uint64_t steps);

#define UNIT_MIN 2048 /* bytes of a node whose children matter each for itself */
/* Whose children the seams are between: the root, or the guard that holds all but comments. */
struct parted {
	TSNode node;
	bool guard;
	uint32_t child; /* of the root the guard is this one, from 0 */
};
struct parted seams_between(const struct grammar *grammar, TSNode root);
/*
 * `closed` says of each of the children whether those before it were found without looking at it or
 * beyond it.
 */
void seams_find(struct findings *findings, const struct parted *parted, const bool *closed);
/* A text that took more than half of what it may has none: what is parsed in parts must not get
 * along with more than it would in one. */
bool seams_afford(uint64_t steps, uint64_t looks);
/* Of a text that is not parsed: nothing but the reason. */
void findings_empty(struct findings *findings, const char *text, size_t len);
/* Sorts, merges, nests and counts; what is left are facts. */
void findings_build(struct findings *findings, const char *separator);
void findings_release(struct findings *findings);

/* The innermost definition around each position; positions must come in rising order. */
struct sweep {
	const struct findings *found;
	uint32_t next, open;
};
uint32_t sweep_to(struct sweep *sweep, uint32_t start);

/* Each takes what findings_build has done so far: sorted definitions, nested ones, references. */
void marks_close(struct findings *found);
void marks_sections(struct findings *found);
void marks_variables(struct findings *found);

/* Appends the text with `#if` around fragments made blank, of the same length; false: has none. */
bool fragments_blank(const char *text, size_t len, struct buf *out);
/* The same for macros where C has no place for one. */
bool macros_blank(const char *text, size_t len, struct buf *out);

/* Either, as the grammar wants it. */
bool source_blank(const struct grammar *grammar, const char *text, size_t len, struct buf *out);

/* One place where two versions of a text differ; edits come in order and do not touch. */
struct text_edit {
	uint32_t old_start, old_end, new_start, new_end;
};
/* The caller frees. */
struct text_edit *edits_between(
	const char *old, uint32_t old_len, const char *new, uint32_t new_len, size_t *count);

/* The reason not to parse, from the bytes alone. */
enum parse_skip content_check(const char *text, size_t len);
uint32_t content_lines(const char *text, size_t len);

/* Appends; the definitions' qualified names are used up. */
void facts_encode(struct findings *findings, enum parse_skip skip, uint32_t lines, struct buf *out);

#endif
