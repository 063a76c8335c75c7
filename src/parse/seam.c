/*
 * Seams: lines where a text can be parted, so that a version that differs between two of them need
 * not be parsed elsewhere, see near.c. tree-sitter takes a node over into another tree where it
 * comes to it in the state in which it made it, unless it had another way open then; the children
 * of a root are made in one state but for the first, and so are those of a guard, `#ifndef X_H`
 * around a header. What is found in them is found in one walk, which says how far beyond each was
 * looked.
 */
#include "parse/internal.h"

#include "util/memory.h"

#include <stdlib.h>

#define STATE_NONE UINT16_MAX /* tree-sitter's: it was made while another way was open */
#define GUARD_HEAD 2          /* children: the directive and the name */

/* What is behind a seam has to be sound: that is known at the first child that is no comment. */
struct seaming {
	struct findings *found;
	uint32_t sure; /* seams; those from here on wait */
	bool before;   /* whether the last child that is no comment is sound */
	TSNode last;   /* the child before this one */
};

static bool is_settled(TSNode node)
{
	return ts_node_child_count(node) && ts_node_parse_state(node) != STATE_NONE;
}

static bool is_sound(TSNode node)
{
	return !ts_node_has_error(node) && is_settled(node);
}

/* Comments on lines that follow each other are read as one. */
static bool stands_alone(TSNode before, TSNode comment)
{
	return ts_node_start_point(comment).row > ts_node_end_point(before).row + 1;
}

/* An error in one of the guard's children is no more matter than in one of the root's. */
struct parted seams_between(const struct grammar *grammar, TSNode root)
{
	TSTreeCursor cursor = ts_tree_cursor_new(root);
	struct parted parted = {.node = root};
	uint32_t at = 0;

	for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
		more = ts_tree_cursor_goto_next_sibling(&cursor), at++) {
		TSNode node = ts_tree_cursor_current_node(&cursor);

		if (ts_node_is_extra(node))
			continue;
		if (parted.guard || ts_node_symbol(node) != grammar->guard || !is_settled(node) ||
			ts_node_end_byte(node) - ts_node_start_byte(node) < UNIT_MIN) {
			parted = (struct parted){.node = root};
			break;
		}
		parted = (struct parted){node, true, at};
	}
	ts_tree_cursor_delete(&cursor);
	return parted;
}

static void come_to(struct seaming *self, TSNode node, bool closed, bool sound)
{
	struct findings *found = self->found;
	bool extra = ts_node_is_extra(node);

	if (closed && self->before && ts_node_start_point(node).column == 0 &&
		(!extra || stands_alone(self->last, node))) {
		GROW(found->seams, found->seam_count, found->seam_room);
		found->seams[found->seam_count++] = ts_node_start_byte(node);
	}
	if (!extra) {
		if (!sound)
			found->seam_count = self->sure;
		self->sure = found->seam_count;
		self->before = !ts_node_has_error(node);
	}
	self->last = node;
}

/* The last seam in a guard is its `#endif`: by that near.c knows it. */
void seams_find(struct findings *found, const struct parted *parted, const bool *closed)
{
	TSTreeCursor cursor = ts_tree_cursor_new(parted->node);
	struct seaming self = {.found = found, .before = true};
	uint32_t at = 0, count = ts_node_child_count(parted->node);

	found->seam_count = 0;
	for (bool more = ts_tree_cursor_goto_first_child(&cursor);
		more && !ts_node_is_error(parted->node);
		more = ts_tree_cursor_goto_next_sibling(&cursor), at++) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		bool end = parted->guard && at + 1 == count && !ts_node_is_missing(node);

		if (parted->guard && at < GUARD_HEAD)
			self.last = node;
		else
			come_to(&self, node, at && closed[at], end || is_sound(node));
	}
	found->seam_count = self.sure;
	if (parted->guard && self.sure &&
		found->seams[self.sure - 1] != ts_node_start_byte(self.last))
		found->seam_count = 0;
	ts_tree_cursor_delete(&cursor);
}

/* How far the walk has looked. */
struct looking {
	bool *closed;
	uint32_t count, room, furthest;
	uint64_t looks;
	uint32_t top, guard; /* units: as many are the root's; the guard, or TAGS_NO_UNIT */
};

/* Of the units between which the seams are. */
static bool is_parted(const struct looking *self, uint32_t unit)
{
	return self->guard == TAGS_NO_UNIT || unit >= self->top;
}

static bool on_known(uint32_t unit, uint64_t *steps, void *payload)
{
	struct looking *self = payload;

	(void)steps;
	if (!is_parted(self, unit))
		return false;
	GROW(self->closed, self->count, self->room);
	self->closed[self->count] = self->furthest <= self->count;
	self->count++;
	return false;
}

static void on_walked(uint32_t unit, uint32_t beyond, uint64_t steps, void *payload)
{
	struct looking *self = payload;

	if (unit < self->top)
		self->looks += steps;
	if (is_parted(self, unit) && beyond > self->furthest)
		self->furthest = beyond;
}

static uint32_t on_inside(uint32_t unit, void *payload)
{
	const struct looking *self = payload;

	return unit == self->guard ? self->top : TAGS_NO_UNIT;
}

bool findings_take_seams(
	const struct grammar *grammar, struct findings *found, TSTree *tree, uint64_t steps)
{
	TSNode root = ts_tree_root_node(tree);
	struct parted parted = seams_between(grammar, root);
	struct looking looking = {.top = ts_node_child_count(root),
		.guard = parted.guard ? parted.child : TAGS_NO_UNIT};
	struct tags_units units = {on_known, on_walked, on_inside, &looking};
	bool done;

	if (!grammar->local)
		return findings_take(grammar, found, tree, NULL);
	done = findings_take(grammar, found, tree, &units);
	if (done && seams_afford(steps, looking.looks))
		seams_find(found, &parted, looking.closed);
	free(looking.closed);
	return done;
}
