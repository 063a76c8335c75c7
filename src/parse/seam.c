/*
 * Seams: lines where a text can be parted, so that a version that differs between two of them need
 * not be parsed elsewhere, see near.c. tree-sitter takes a node over into another tree where it
 * comes to it in the state in which it made it, unless it had another way open then; the children
 * of a root are made in one state but for the first. What is found in them is found in one walk,
 * which says how far beyond each was looked.
 */
#include "parse/internal.h"

#include "util/memory.h"

#include <stdlib.h>

#define STATE_NONE UINT16_MAX /* tree-sitter's: it was made while another way was open */

/* What is behind a seam has to be sound: that is known at the first child that is no comment. */
struct seaming {
	struct findings *found;
	uint32_t sure; /* seams; those from here on wait */
	bool before;   /* whether the last child that is no comment is sound */
	TSNode last;   /* the child before this one */
};

static bool is_sound(TSNode node)
{
	return !ts_node_has_error(node) && ts_node_child_count(node) &&
	       ts_node_parse_state(node) != STATE_NONE;
}

/* Comments on lines that follow each other are read as one. */
static bool stands_alone(TSNode before, TSNode comment)
{
	return ts_node_start_point(comment).row > ts_node_end_point(before).row + 1;
}

static void come_to(struct seaming *self, TSNode node, bool closed)
{
	struct findings *found = self->found;
	bool extra = ts_node_is_extra(node);

	if (closed && self->before && ts_node_start_point(node).column == 0 &&
		(!extra || stands_alone(self->last, node))) {
		GROW(found->seams, found->seam_count, found->seam_room);
		found->seams[found->seam_count++] = ts_node_start_byte(node);
	}
	if (!extra) {
		if (!is_sound(node))
			found->seam_count = self->sure;
		self->sure = found->seam_count;
		self->before = !ts_node_has_error(node);
	}
	self->last = node;
}

void seams_find(struct findings *found, TSNode root, const bool *closed)
{
	TSTreeCursor cursor = ts_tree_cursor_new(root);
	struct seaming self = {.found = found, .before = true};
	uint32_t at = 0;

	found->seam_count = 0;
	for (bool more = ts_tree_cursor_goto_first_child(&cursor); more && !ts_node_is_error(root);
		more = ts_tree_cursor_goto_next_sibling(&cursor), at++)
		come_to(&self, ts_tree_cursor_current_node(&cursor), at && closed[at]);
	found->seam_count = self.sure;
	ts_tree_cursor_delete(&cursor);
}

/* How far the walk has looked. */
struct looking {
	bool *closed;
	uint32_t count, room, furthest;
	uint64_t looks;
};

static bool on_known(uint32_t unit, uint64_t *steps, void *payload)
{
	struct looking *self = payload;

	(void)unit;
	(void)steps;
	GROW(self->closed, self->count, self->room);
	self->closed[self->count] = self->furthest <= self->count;
	self->count++;
	return false;
}

static void on_walked(uint32_t unit, uint32_t beyond, uint64_t steps, void *payload)
{
	struct looking *self = payload;

	(void)unit;
	self->looks += steps;
	if (beyond > self->furthest)
		self->furthest = beyond;
}

static uint32_t on_inside(uint32_t unit, void *payload)
{
	(void)unit;
	(void)payload;
	return TAGS_NO_UNIT;
}

bool findings_take_seams(
	const struct grammar *grammar, struct findings *found, TSTree *tree, uint64_t steps)
{
	struct looking looking = {.closed = NULL};
	struct tags_units units = {on_known, on_walked, on_inside, &looking};
	bool done;

	if (!grammar->local)
		return findings_take(grammar, found, tree, NULL);
	done = findings_take(grammar, found, tree, &units);
	if (done && seams_afford(steps, looking.looks))
		seams_find(found, ts_tree_root_node(tree), looking.closed);
	free(looking.closed);
	return done;
}
