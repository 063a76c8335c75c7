/* What of a file others can see, and which names a part of a file looks at. */
#ifndef GRAPH_SEEN_H
#define GRAPH_SEEN_H

#include "graph/follow/unit.h"

/*
 * Adds the names whose meaning to others differs between two versions: of definitions, of
 * prototypes, of a file's variables that are defined besides. To `own` those of its other
 * variables, which only the file itself sees (in C the parameters of prototypes are among them).
 * False where types or what stands in them differ: what lies behind a dot may be another thing
 * then, for whoever comes there by whatever names.
 */
bool seen_changes(
	const struct facts *old, const struct facts *now, struct map *names, struct map *own);
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
