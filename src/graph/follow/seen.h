/* What of a file others can see, and which names a part of a file looks at. */
#ifndef GRAPH_SEEN_H
#define GRAPH_SEEN_H

#include "graph/follow/unit.h"

/* What means something else to others than it did. */
struct seen {
	struct map names; /* of definitions, of prototypes, of variables that are defined besides */
	struct map types; /* those of them that are types */
	struct map fields; /* what stands in types */
};
void seen_release(struct seen *seen);
/*
 * Adds what differs between two versions of a file; to `own` those of its other variables, which
 * only the file itself sees (in C the parameters of prototypes are among them). False where methods
 * differ: what lies behind a dot may be another thing then, for whoever comes there by whatever
 * names.
 */
bool seen_changes(
	const struct facts *old, const struct facts *now, struct seen *seen, struct map *own);
/*
 * Adds what a file declares to be of these types, or to give one: what lies behind a dot there is
 * another thing now.
 */
void seen_spread(const struct facts *facts, struct seen *seen, struct map *own);
/* Adds the words of a text: its names, and what looks like one. */
void add_words(struct map *names, const char *text);
/* Adds all names that the meaning of a unit's references hangs on. */
void unit_names(const struct units *units, uint32_t unit, struct map *names);
/* One space of names for all files, whose names mean the same wherever in a file they stand. */
bool language_is_plain(const struct language *language);
/* Adds the names that a unit calls or reaches into: those whose values count. */
void unit_calls(const struct units *units, uint32_t unit, struct map *names);
/*
 * Whether names alone say what a unit refers to: its language has one space of names for all files,
 * no value goes from name to name, and what stands behind a dot is only called. (`new` behind a dot
 * makes an object of what stands before.)
 */
bool unit_is_plain(const struct units *units, uint32_t unit, const struct language *language);

#endif
