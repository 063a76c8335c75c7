/*
 * Our own compiler and executor of query files. tree-sitter's own takes seconds to load a query for
 * the larger grammars, because it proves every pattern possible, and walks its states at each node;
 * we trust the tests for the first and look up the patterns of a node by its symbol.
 *
 * The language is tree-sitter's: nodes, fields, `!field`, `_` and `(_)`, "literals", alternations,
 * groups, `.` anchors, `?` `*` `+`, captures, predicates. Not there: supertypes and MISSING.
 */
#ifndef PARSE_TAGS_H
#define PARSE_TAGS_H

#include "util/strings.h"

#include <stdbool.h>
#include <stdint.h>
#include <tree_sitter/api.h>

enum tags_kind { TAGS_NODE, TAGS_ANY, TAGS_CHOICE, TAGS_GROUP };

/* A sequence of siblings. */
struct tags_list {
	struct tags_element *items;
	uint32_t count, room;
	bool ends; /* a `.` stands behind the last: no named sibling may follow */
};

struct tags_element {
	enum tags_kind kind;
	TSSymbol symbol;                  /* of a NODE */
	bool named;                       /* ANY: `(_)`, not `_` */
	bool anchored;                    /* a `.` stands before it */
	bool optional, repeats, captures; /* captures: it or something in it does */
	TSFieldId field;                  /* or 0 */
	uint32_t *ids;                    /* its captures */
	uint32_t id_count, id_room;
	TSFieldId *without; /* fields that it must not have */
	uint32_t without_count, without_room;
	struct tags_list list; /* children of a node, members of a group, or choices */
};

struct tags_pattern {
	struct tags_list list; /* siblings; most often one */
	TSQueryPredicateStep *steps;
	uint32_t step_count, step_room;
};

/* A pattern that a node may begin, and what must be among the node's children for it to match. */
struct tags_try {
	uint32_t pattern;
	/* As tags_bit tells: all of these; one of those, where a choice stands, or 0. */
	uint64_t symbols, fields, either;
};

struct tags {
	const TSLanguage *language;
	struct tags_pattern *patterns;
	uint32_t pattern_count, pattern_room;
	struct strings captures, texts; /* by id; texts are the predicates' strings */
	struct tags_try **by_symbol;    /* what a node may begin, ended by pattern UINT32_MAX */
	uint32_t symbol_count;
};

/* Of a set of numbers in 64 bits: that it lacks one is certain, that it has one is not. */
static inline uint64_t tags_bit(uint32_t number)
{
	return (uint64_t)1 << (number & 63U);
}

/* E_INVALID says the line and what is wrong. */
int tags_new(const TSLanguage *language, const char *name, const char *text, struct tags **out);
void tags_free(struct tags *tags);

typedef void (*tags_fn)(const TSQueryMatch *match, void *payload);
/*
 * The walk as it comes past units, whose matches can be kept: the root's children are units from 0
 * on, and those of a unit may be.
 */
struct tags_units {
	/* True: it is known what is found in it, and that it took so many steps. */
	bool (*known)(uint32_t unit, uint64_t *steps, void *payload);
	/* It was walked, and of its siblings, from 0, none from `beyond` on was looked at. */
	void (*walked)(uint32_t unit, uint32_t beyond, uint64_t steps, void *payload);
	/* The unit that its first child is, or TAGS_NO_UNIT. */
	uint32_t (*inside)(uint32_t unit, void *payload);
	void *payload;
};
#define TAGS_NO_UNIT UINT32_MAX
/*
 * Calls `fn` for each match in the tree. `units` may be NULL. False: more than `budget` steps, and
 * it gave up.
 */
bool tags_run(const struct tags *tags, TSNode root, uint64_t budget, tags_fn fn, void *payload,
	const struct tags_units *units);

#endif
