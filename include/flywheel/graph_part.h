/* The definitions of one blob with their text, of any commit: what a symbol was like then. */
#ifndef FLYWHEEL_GRAPH_PART_H
#define FLYWHEEL_GRAPH_PART_H

#include "flywheel/repo.h"
#include "flywheel/session.h"
#include "util/strings.h"

#include <stddef.h>
#include <stdint.h>

struct graph_part {
	const char *name, *qualified;
	const char *text; /* not NUL-terminated */
	size_t len;
	uint32_t line, end_line; /* from 1 */
};
/* Parses what the sidecar does not know; holds grammars and some facts, so keep it for a pass. */
struct graph_parts;
int graph_parts_open(struct session *session, struct graph_parts **out);
void graph_parts_free(struct graph_parts *parts);
typedef int (*graph_part_fn)(const struct graph_part *part, void *payload);
/* In order; borrowed during the call. `path` says the language; none for what is not parsed. */
int graph_parts_each(struct graph_parts *parts, const char *path, const struct oid *blob,
	graph_part_fn fn, void *payload);
/* Only those that are called, qualified or not, by one of `names`: a text without them is not
 * parsed. */
int graph_parts_named(struct graph_parts *parts, const char *path, const struct oid *blob,
	const struct strings *names, graph_part_fn fn, void *payload);

#endif
