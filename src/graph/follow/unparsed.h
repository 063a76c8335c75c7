/*
 * Files that are not parsed: without a language, or left out by rules. Such a file has a row of its
 * own, and is nothing to others unless an import spells its name.
 */
#ifndef GRAPH_UNPARSED_H
#define GRAPH_UNPARSED_H

#include "graph/internal.h"

/*
 * Why a snapshot of the tree would not parse a file that has no language: `*reason` is static.
 * NULL: it has one.
 */
int unparsed_reason(struct session *session, const struct languages *languages,
	const struct oid *tree, const char *path, const struct oid *blob, const char **reason);
/* Whether a file that was not parsed for this reason is not with that blob either. */
bool unparsed_stays(struct session *session, const struct languages *languages, const char *reason,
	const char *path, const struct oid *blob);

/* Adds the names of files that imports spell, each behind a '/', which no other name begins with.
 */
void imports_spelled(const struct language *language, const struct facts *facts, struct map *names);
/* Whether imports of the index may mean one of these files. Only imports that spell paths count. */
int are_imported(struct session *session, const struct languages *languages,
	struct store_facts *stored, const struct strings *paths, bool *out);

#endif
