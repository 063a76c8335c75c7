/* The children of a node, read from tree-sitter's own tree. */
#ifndef PARSE_CHILDREN_H
#define PARSE_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>
#include <tree_sitter/api.h>

/* A node with what queries ask of it. */
struct kid {
	TSNode node;
	struct kid *kids;   /* its children, once they are loaded */
	uint32_t kid_count; /* loaded or not */
	TSSymbol symbol;
	TSFieldId field;
	bool named, loaded;
};

/* Memory of a walk over hidden nodes, to be used again. Begins as zeros. */
struct children {
	struct hidden *open;
	uint32_t depth, room;
	struct kid *kids; /* of children_read */
	uint32_t kid_room;
};
void children_release(struct children *children);

/*
 * Fills `kids` with as many as ts_node_child_count says and returns their number. Does what a
 * cursor would do in a quarter of the time, because it does not come back: the children of one node
 * are all that it keeps a place in.
 */
uint32_t children_fill(struct children *children, TSNode parent, struct kid *kids, uint32_t count);
/* All of them, until the next call. */
const struct kid *children_read(struct children *children, TSNode parent, uint32_t *count);

#endif
