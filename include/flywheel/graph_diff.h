/* What two trees differ in, told in definitions instead of lines. */
#ifndef FLYWHEEL_GRAPH_DIFF_H
#define FLYWHEEL_GRAPH_DIFF_H

#include "flywheel/graph.h"

enum entity_change {
	ENTITY_ADDED,
	ENTITY_REMOVED,
	ENTITY_CHANGED, /* the same path and name, another text of its own */
	ENTITY_MOVED,   /* the same name in another file or inside of another definition */
	ENTITY_RENAMED  /* another name, there or elsewhere */
};
const char *entity_change_name(enum entity_change change);

struct entity_side {
	const char *path, *qualified; /* path NULL: not on this side */
	uint32_t line, end_line;
	uint16_t cyclomatic, cognitive;
};
struct entity {
	enum entity_change change;
	enum symbol_kind kind;
	bool whole_file; /* a file that only moved: no single definitions, qualified is "" */
	bool edited;     /* moved or renamed, and its text differs too */
	double likeness; /* of the texts, where edited: shares of their runs of seven tokens */
	struct entity_side old, new;
};
struct graph_diff {
	struct entity *items; /* by path and line of the new side, else of the old one */
	size_t count;
};

/*
 * From one tree (NULL: the empty one) to another. Definitions are the same when kind, path and
 * qualified name are; what is left over is matched by equal text, then by equal text up to its own
 * name, then by likeness (0.5 with the same name, else 0.7). What moves along inside of a
 * definition that moved is not told by itself. E_STOPPED.
 */
int graph_diff_open(struct session *session, const struct oid *from, const struct oid *to,
	struct graph_diff **out);
void graph_diff_free(struct graph_diff *diff);

#endif
