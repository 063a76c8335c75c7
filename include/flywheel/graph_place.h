/* Questions to the sidecar's graph of HEAD that do not need all of it: no tree is resolved. */
#ifndef FLYWHEEL_GRAPH_PLACE_H
#define FLYWHEEL_GRAPH_PLACE_H

#include "flywheel/session.h"

#include <stddef.h>
#include <stdint.h>

struct symbol_place {
	const char *path, *name, *qualified; /* borrowed during the call */
	uint32_t line, end_line;
};
typedef int (*symbol_place_fn)(const struct symbol_place *place, void *payload);

/* Symbols whose name or qualified name is `name`, or, without any, whose qualified name ends with
 * its parts, however they are joined; by path and line; `limit` 0: all. */
int graph_place_find(
	struct session *session, const char *name, size_t limit, symbol_place_fn fn, void *payload);
/* All symbols of a file, by line, an outer one before those inside of it. */
int graph_place_each(struct session *session, const char *path, symbol_place_fn fn, void *payload);
/* The innermost symbol that covers a line, or that begins within `below` lines after it. */
int graph_place_at(struct session *session, const char *path, uint32_t line, uint32_t below,
	symbol_place_fn fn, void *payload);
/* One edge away from it: what it uses anywhere, and what uses it in the same file. */
int graph_place_near(struct session *session, const char *path, uint32_t line, size_t limit,
	symbol_place_fn fn, void *payload);

#endif
