/* Which files define a name, and which look at it, as the sidecar keeps that. */
#ifndef GRAPH_NAMES_H
#define GRAPH_NAMES_H

#include "graph/internal.h"

/* Brings a file's definitions from one version's to the other's; NULL: it has none. */
void names_write(
	struct store_graph *store, int64_t file, const struct facts *old, const struct facts *now);

/*
 * A Bloom filter of the names that a file looks at: it may hold one that the file does not, and
 * lacks none. Appends.
 */
void mentions_of(const struct facts *facts, struct buf *out);
bool mentions_hold(const void *filter, size_t len, const char *name, size_t name_len);
/* Whether files of this language are asked what they mention: see seen.h. */
bool is_asked(const struct languages *languages, const struct language *language);

#endif
