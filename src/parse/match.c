/*
 * Executing a query in one walk over the tree. At each node the patterns that its symbol may begin
 * are tried; what they ask of children and grandchildren is read once, when it is first asked for,
 * and serves the walk too.
 */
#include "parse/children.h"
#include "parse/tags.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define CAPTURES_MAX 64 /* of one match */
#define CHUNK 1024      /* nodes */

/* Nodes are let go in the order in which they came, reversed. */
struct chunk {
	struct chunk *before;
	uint32_t used, room;
	struct kid kids[];
};

/* What is left to match, from the innermost list outwards. */
struct rest {
	const struct tags_list *list;
	uint32_t at;              /* the next element */
	struct kid *kids;         /* the siblings among which it is looked for */
	uint32_t kid_count, from; /* those before `from` are taken */
	const struct rest *up;
	bool group; /* `up` goes on among the same siblings */
};

struct walk {
	const struct tags *tags;
	struct children children;
	struct chunk *chunk;
	uint64_t steps, budget;
	tags_fn fn;
	void *payload;
	uint32_t pattern;
	TSQueryCapture captures[CAPTURES_MAX];
	uint16_t capture_count;
	const struct kid *level; /* the siblings of the node whose patterns are tried */
	uint32_t touched;        /* the last of them that was read */
	uint32_t beyond;         /* of them none from here on was looked at */
	const struct tags_units *units;
	TSQueryCapture *seen; /* captures of the matches that this pattern had at this node */
	uint32_t seen_count, seen_room;
};

static struct kid *reserve(struct walk *walk, uint32_t count)
{
	struct chunk *chunk = walk->chunk;
	uint32_t room = count > CHUNK ? count : CHUNK;

	if (!chunk || chunk->used + count > chunk->room) {
		chunk = xmalloc(sizeof(*chunk) + room * sizeof(struct kid));
		chunk->before = walk->chunk;
		chunk->used = 0;
		chunk->room = room;
		walk->chunk = chunk;
	}
	chunk->used += count;
	return &chunk->kids[chunk->used - count];
}

struct mark {
	struct chunk *chunk;
	uint32_t used;
};

static struct mark mark_here(const struct walk *walk)
{
	return (struct mark){walk->chunk, walk->chunk ? walk->chunk->used : 0};
}

static inline void release_to(struct walk *walk, struct mark mark)
{
	while (walk->chunk != mark.chunk) {
		struct chunk *before = walk->chunk->before;

		free(walk->chunk);
		walk->chunk = before;
	}
	if (walk->chunk)
		walk->chunk->used = mark.used;
}

static void fill(struct kid *kid, TSNode node, TSFieldId field)
{
	*kid = (struct kid){.node = node,
		.symbol = ts_node_symbol(node),
		.kid_count = ts_node_child_count(node),
		.field = field,
		.named = ts_node_is_named(node)};
}

static void load(struct walk *walk, struct kid *kid)
{
	if (kid->loaded)
		return;
	kid->loaded = true;
	if (!kid->kid_count)
		return;
	kid->kids = reserve(walk, kid->kid_count);
	kid->kid_count = children_fill(&walk->children, kid->node, kid->kids, kid->kid_count);
	walk->steps += kid->kid_count;
}

static bool has_field(const struct kid *kid, TSFieldId field)
{
	for (uint32_t i = 0; i < kid->kid_count; i++)
		if (kid->kids[i].field == field)
			return true;
	return false;
}

static bool fits(struct walk *walk, const struct tags_element *element, struct kid *kid)
{
	walk->steps++;
	if (element->field && element->field != kid->field)
		return false;
	if (element->kind == TAGS_ANY) {
		if (kid->symbol == (TSSymbol)-1 || (element->named && !kid->named))
			return false;
	} else if (element->symbol != kid->symbol) {
		return false;
	}
	if (element->without_count || element->list.count)
		load(walk, kid);
	for (uint32_t i = 0; i < element->without_count; i++)
		if (has_field(kid, element->without[i]))
			return false;
	return true;
}

static bool is_new(struct walk *walk)
{
	uint32_t each = (uint32_t)walk->capture_count;

	for (uint32_t i = 0; i < walk->seen_count;) {
		const TSQueryCapture *seen = &walk->seen[i + 1];
		uint32_t count = walk->seen[i].index, k = 0;

		while (count == each && k < count && seen[k].index == walk->captures[k].index &&
			ts_node_eq(seen[k].node, walk->captures[k].node))
			k++;
		if (count == each && k == count)
			return false;
		i += count + 1;
	}
	for (uint32_t i = 0; i <= each; i++) {
		GROW(walk->seen, walk->seen_count, walk->seen_room);
		if (i)
			walk->seen[walk->seen_count] = walk->captures[i - 1];
		else
			walk->seen[walk->seen_count].index = each;
		walk->seen_count++;
	}
	return true;
}

static bool tell(struct walk *walk)
{
	TSQueryMatch match = {.pattern_index = (uint16_t)walk->pattern,
		.capture_count = walk->capture_count,
		.captures = walk->captures};

	if (is_new(walk))
		walk->fn(&match, walk->payload);
	return true;
}

static bool go(struct walk *walk, const struct rest *rest);

/* The element is this node; then its children, then what is behind it. */
static bool match_at(struct walk *walk, const struct tags_element *element, const struct rest *rest,
	uint32_t at, const struct rest *next)
{
	struct kid *kid = &rest->kids[at];
	uint16_t before = walk->capture_count;
	bool fitting = fits(walk, element, kid), matched;

	/* Its children may have been read to see that it does not fit. */
	if (kid->loaded && rest->kids == walk->level && at > walk->touched)
		walk->touched = at;
	if (!fitting)
		return false;
	for (uint32_t i = 0; i < element->id_count && walk->capture_count < CAPTURES_MAX; i++)
		walk->captures[walk->capture_count++] =
			(TSQueryCapture){kid->node, element->ids[i]};
	if (element->list.count) {
		struct rest inner = {&element->list, 0, kid->kids, kid->kid_count, 0, next, false};

		matched = go(walk, &inner);
	} else {
		matched = go(walk, next);
	}
	walk->capture_count = before;
	return matched;
}

/* Also that there is no sibling more is something that was looked at. */
static void looked(struct walk *walk, const struct kid *among, uint32_t beyond)
{
	if (among == walk->level && beyond > walk->beyond)
		walk->beyond = beyond;
}

/* Of every place where it fits, unless nothing in it is captured: then one does for all. */
static bool match_one(struct walk *walk, const struct tags_element *element, bool anchored,
	const struct rest *rest, struct rest *next)
{
	bool matched = false;
	uint32_t at;

	if (element->kind == TAGS_CHOICE) {
		for (uint32_t i = 0; i < element->list.count; i++) {
			if (match_one(walk, &element->list.items[i], anchored, rest, next)) {
				matched = true;
				if (!element->captures)
					break;
			}
		}
		return matched;
	}
	if (element->kind == TAGS_GROUP) {
		struct rest inner = *rest;

		inner.list = &element->list;
		inner.at = 0;
		inner.up = next;
		inner.group = true;
		return go(walk, &inner);
	}
	for (at = rest->from; at < rest->kid_count && walk->steps <= walk->budget; at++) {
		next->from = at + 1;
		if (match_at(walk, element, rest, at, next)) {
			matched = true;
			if (!element->captures)
				break;
		}
		if (anchored && rest->kids[at].named)
			break;
	}
	looked(walk, rest->kids, at + 1);
	return matched;
}

static bool end_of_list(struct walk *walk, const struct rest *rest)
{
	struct rest up;

	if (rest->list->ends) {
		looked(walk, rest->kids, rest->kid_count + 1);
		for (uint32_t i = rest->from; i < rest->kid_count; i++)
			if (rest->kids[i].named)
				return false;
	}
	if (!rest->up)
		return tell(walk);
	if (!rest->group)
		return go(walk, rest->up);
	up = *rest->up;
	up.from = rest->from;
	return go(walk, &up);
}

static bool go(struct walk *walk, const struct rest *rest)
{
	const struct tags_element *element;
	struct rest next, again;
	bool matched;

	if (!rest)
		return tell(walk);
	if (rest->at == rest->list->count)
		return end_of_list(walk, rest);
	element = &rest->list->items[rest->at];
	next = *rest;
	next.at++;
	if (element->repeats) {
		/* One more of it, and then as many as come; or, behind the last, what follows. */
		struct tags_element more = *element;
		struct tags_list rewound = {&more, 1, 1, false};

		more.optional = true;
		again = *rest;
		again.list = &rewound;
		again.at = 0;
		again.up = &next;
		again.group = true;
		matched = match_one(walk, element, element->anchored, rest, &again);
	} else {
		matched = match_one(walk, element, element->anchored, rest, &next);
	}
	if (matched || !element->optional)
		return matched;
	next = *rest;
	next.at++;
	return go(walk, &next);
}

/* The first element is this node, whatever stands before it among its siblings. */
static void try_pattern(
	struct walk *walk, uint32_t pattern, struct kid *kids, uint32_t count, uint32_t at)
{
	const struct tags_list *list = &walk->tags->patterns[pattern].list;
	struct tags_list left = *list;

	walk->pattern = pattern;
	walk->seen_count = 0;
	/* A leading element that may be missing: the pattern may begin with the next one, here. */
	for (uint32_t first = 0; first < list->count; first++) {
		struct rest rest = {&left, 0, kids, count, at, NULL, false}, next;
		struct tags_element one = list->items[first];

		left.items = list->items + first;
		left.count = list->count - first;
		one.optional = one.repeats = false;
		next = rest;
		next.at = 1;
		rest.kid_count = at + 1; /* this node and no later one */
		if (one.kind != TAGS_GROUP) {
			match_one(walk, &one, true, &rest, &next);
		} else {
			rest.kid_count = count;
			match_one(walk, &one, true, &rest, &next);
		}
		if (!list->items[first].optional)
			break;
	}
}

/* Most patterns of most nodes are told from the children alone: the node's are loaded. */
static void try_patterns(struct walk *walk, struct kid *kids, uint32_t count, uint32_t at)
{
	const struct tags *tags = walk->tags;
	const struct kid *kid = &kids[at];
	const struct tags_try *try =
		tags->by_symbol[kid->symbol < tags->symbol_count - 1 ? kid->symbol
								     : tags->symbol_count - 1];
	uint64_t symbols = 0, fields = 0;

	if (!try)
		return;
	for (uint32_t i = 0; i < kid->kid_count; i++) {
		symbols |= tags_bit(kid->kids[i].symbol);
		fields |= tags_bit(kid->kids[i].field);
	}
	for (; try->pattern != UINT32_MAX; try++)
		if (!(try->symbols & ~symbols) && !(try->fields & ~fields) &&
			(!try->either || try->either & symbols))
			try_pattern(walk, try->pattern, kids, count, at);
}

struct level {
	struct kid *kids;
	uint32_t count, at, touched;
	struct mark mark; /* before the children of the node at `at` */
	uint64_t steps;   /* when that node was come to */
	uint32_t unit;    /* that the first node is, or TAGS_NO_UNIT */
	uint32_t beyond;  /* for the node at `at` */
};

/* What the patterns of this node read of its later siblings goes with its own children. */
static void leave(struct walk *walk, struct level *level)
{
	if (level->unit != TAGS_NO_UNIT)
		walk->units->walked(level->unit + level->at, level->beyond,
			walk->steps - level->steps, walk->units->payload);
	release_to(walk, level->mark);
	for (uint32_t i = level->at + 1; i <= level->touched && i < level->count; i++)
		level->kids[i].loaded = false;
	level->at++;
}

/* Whether the node that the walk has come to need not be walked. */
static bool is_known(struct walk *walk, const struct level *level)
{
	uint64_t steps = 0;

	if (level->unit == TAGS_NO_UNIT ||
		!walk->units->known(level->unit + level->at, &steps, walk->units->payload))
		return false;
	walk->steps += steps;
	return true;
}

/* The unit that the first child of a level's node is. */
static uint32_t unit_inside(struct walk *walk, const struct level *level, size_t depth)
{
	if (!walk->units)
		return TAGS_NO_UNIT;
	if (depth == 1)
		return 0;
	return level->unit == TAGS_NO_UNIT
		       ? TAGS_NO_UNIT
		       : walk->units->inside(level->unit + level->at, walk->units->payload);
}

/* A tree may be deeper than a stack: the levels lie on the heap. */
static void walk_tree(struct walk *walk, struct kid *root)
{
	struct level *levels = NULL;
	size_t depth = 0, room = 0;

	GROW(levels, depth, room);
	levels[depth++] = (struct level){
		.kids = root, .count = 1, .mark = mark_here(walk), .unit = TAGS_NO_UNIT};
	while (depth && walk->steps <= walk->budget) {
		struct level *level = &levels[depth - 1];
		struct kid *kid;
		uint32_t unit;

		if (level->at == level->count) {
			if (--depth)
				leave(walk, &levels[depth - 1]);
			continue;
		}
		if (is_known(walk, level)) {
			level->at++;
			continue;
		}
		kid = &level->kids[level->at];
		level->steps = walk->steps;
		level->mark = mark_here(walk);
		walk->level = level->kids;
		walk->beyond = level->at + 1;
		walk->touched = level->at;
		load(walk, kid);
		try_patterns(walk, level->kids, level->count, level->at);
		if (!kid->kid_count && !walk->units && walk->touched == level->at) {
			level->at++; /* a leaf: there is nothing to leave */
			continue;
		}
		level->touched = walk->touched;
		level->beyond = walk->beyond;
		if (!kid->kid_count) {
			leave(walk, level);
			continue;
		}
		unit = unit_inside(walk, level, depth);
		GROW(levels, depth, room);
		levels[depth++] = (struct level){.kids = kid->kids,
			.count = kid->kid_count,
			.mark = mark_here(walk),
			.unit = unit};
	}
	free(levels);
}

bool tags_run(const struct tags *tags, TSNode root, uint64_t budget, tags_fn fn, void *payload,
	const struct tags_units *units)
{
	struct walk walk = {
		.tags = tags, .budget = budget, .fn = fn, .payload = payload, .units = units};
	struct kid kid;

	fill(&kid, root, 0);
	walk_tree(&walk, &kid);
	release_to(&walk, (struct mark){NULL, 0});
	children_release(&walk.children);
	free(walk.seen);
	return walk.steps <= budget;
}
