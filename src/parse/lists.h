/* Raw findings list by list, to keep and move what was found in a part of a text. */
#ifndef PARSE_LISTS_H
#define PARSE_LISTS_H

#include "parse/internal.h"

enum list {
	LIST_DEFINITIONS,
	LIST_DECISIONS,
	LIST_REFERENCES,
	LIST_IMPORTS,
	LIST_COMMENTS,
	LIST_BINDINGS,
	LIST_VISIBILITIES,
	LIST_MARKS,
	LIST_SAID, /* the texts that they name */
	LIST_COUNT
};

/* How much each list holds. */
struct places {
	uint32_t at[LIST_COUNT];
};
void lists_places(struct findings *found, struct places *out);

/* How far a part has moved, and where its texts lie now: by their offset before. */
struct shift {
	uint32_t bytes, lines;
	uint32_t *texts;
};
/* Appends what stands in all lists between two places of an older text, moved. */
void lists_append(struct findings *found, struct findings *old, const struct places *from,
	const struct places *to, const struct shift *by);
/* A copy whose lists are its own; pool and known texts are shared. */
struct findings lists_copy(struct findings *found);

#endif
