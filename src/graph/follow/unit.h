/*
 * The units of a file: each outermost definition with all that stands in it, and what stands in
 * none. Edges leave one unit and are made from what that one refers to, so that a unit which says
 * the same as before keeps its edges as long as the names that it mentions mean the same.
 */
#ifndef GRAPH_UNIT_H
#define GRAPH_UNIT_H

#include "graph/internal.h"

/* Indices of facts, by unit and then in order. */
struct unit_list {
	uint32_t *items, *first; /* first[count] is their number */
};

struct units {
	const struct facts *facts; /* borrowed */
	uint32_t count;            /* unit 0: what stands in no definition */
	uint32_t *of, *place;      /* per definition: its unit, and its place in that */
	struct unit_list definitions, references, bindings;
};
void units_init(struct units *units, const struct facts *facts);
void units_release(struct units *units);
/* The unit of a definition's index, or of PARSE_NONE. */
uint32_t unit_of(const struct units *units, uint32_t definition);
/*
 * For each unit of `now` the one of `old` that says the same to the resolver, or PARSE_NONE. The
 * caller frees.
 */
uint32_t *units_pair(const struct units *old, const struct units *now);
/* Whether two versions import the same, between the same references of unit 0. */
bool units_import_same(const struct units *old, const struct units *now);

#endif
