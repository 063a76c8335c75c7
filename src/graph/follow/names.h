/* Which files define a name, and which look at it, as the sidecar keeps that. */
#ifndef GRAPH_NAMES_H
#define GRAPH_NAMES_H

#include "graph/internal.h"

/* Brings a file's definitions from one version's to the other's; NULL: it has none. */
void names_write(
	struct store_graph *store, int64_t file, const struct facts *old, const struct facts *now);

/*
 * A Bloom filter of the names that a file looks at, if its language is asked for them, and of those
 * of files that its imports spell: it may hold one that the file does not, and lacks none. Appends.
 */
void mentions_of(const struct languages *languages, const struct language *language,
	const struct facts *facts, struct buf *out);
/* Whether it holds one of these. */
bool mentions_hold(const void *filter, size_t len, const struct map *names);

#endif
