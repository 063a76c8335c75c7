/*
 * Parsing a file's next version out of the tree of the last one. Units are nodes whose findings are
 * kept: the root's children, and those of whatever is large. What stands in a unit that the parser
 * took over unchanged is not looked for again, but moved to where it stands now, when what was
 * looked at of its siblings is the same too. The facts are those of a whole parse, byte for byte:
 * texts are named in the same order.
 */
#include "parse/children.h"
#include "parse/lists.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define NODE_BYTES 100 /* of a tree, about, for each node */
/* Where more than one byte of so many differs, a whole parse is no dearer. */
#define ALTERED_MAX 3
#define UNIT_DEPTH 12
#define SOUGHT 500 /* siblings that a unit may have lost before it */

struct unit {
	TSNode node;
	const void *subtree; /* the same in two trees: nothing in it differs */
	uint32_t start, end, row, column;
	TSFieldId field;
	bool broken, erroneous; /* holds an error; is one */
	uint8_t depth;
	uint32_t first, count;             /* it and its siblings */
	uint32_t inner_first, inner_count; /* what it holds; count 0: is no matter */
	uint32_t beyond;                   /* of its siblings none from here on was looked at */
	bool counted;                      /* it hangs on how many stand before it */
	uint64_t steps;
	struct places from, to; /* of what was found in it */
	/* In the version that is being made: */
	uint32_t old; /* the unit of the last version that it is, or PARSE_NONE */
	uint32_t run; /* its siblings before this one follow each other there too */
};

struct version {
	struct buf text, blanked; /* blanked: what was parsed; empty: the text itself */
	TSTree *tree;
	struct unit *units;
	uint32_t count, room, top; /* top: the root's children */
	uint64_t steps;            /* to parse it, no less than a whole parse takes */
	struct findings found;     /* as the query gave them */
	struct facts facts;        /* of version_parse; its text is found's */
};

struct making {
	struct version *old, *new;
	uint32_t *texts; /* offset in the old pool to one in the new pool; 0: not named yet */
};

/* Appends the children of a node; returns how many. */
static uint32_t list_inside(
	struct version *version, struct children *children, TSNode parent, unsigned depth)
{
	uint32_t first = version->count, count = ts_node_child_count(parent);
	struct kid *kids = xmalloc((count + (size_t)1) * sizeof(*kids));

	count = children_fill(children, parent, kids, count);
	for (uint32_t i = 0; i < count; i++) {
		TSNode node = kids[i].node;
		TSPoint point = ts_node_start_point(node);
		struct unit unit = {.node = node,
			.start = ts_node_start_byte(node),
			.end = ts_node_end_byte(node),
			.row = point.row,
			.column = point.column,
			.field = kids[i].field,
			.erroneous = ts_node_is_error(node) || ts_node_is_missing(node),
			.broken = ts_node_has_error(node) || ts_node_is_missing(node),
			.depth = (uint8_t)depth,
			.first = first,
			.count = count,
			.old = PARSE_NONE};

		/* A node's id is the address of a handle, and trees that share a part share it. */
		memcpy(&unit.subtree, node.id, sizeof(unit.subtree));
		GROW(version->units, version->count, version->room);
		version->units[version->count++] = unit;
	}
	free(kids);
	return count;
}

/* Level by level, so that siblings stand together. */
static void list_units(struct version *version)
{
	struct children children = {.open = NULL};

	version->count = 0;
	version->top = list_inside(version, &children, ts_tree_root_node(version->tree), 0);
	for (uint32_t i = 0; i < version->count; i++) {
		struct unit *unit = &version->units[i];
		uint32_t first = version->count, count;

		if (unit->end - unit->start < UNIT_MIN || unit->depth == UNIT_DEPTH)
			continue;
		count = list_inside(version, &children, unit->node, unit->depth + 1U);
		version->units[i].inner_first = first;
		version->units[i].inner_count = count;
	}
	children_release(&children);
}

static bool same_node(const TSTreeCursor *a, const TSTreeCursor *b, uint32_t moved)
{
	TSNode one = ts_tree_cursor_current_node(a), other = ts_tree_cursor_current_node(b);

	return ts_node_symbol(one) == ts_node_symbol(other) &&
	       ts_node_start_byte(one) + moved == ts_node_start_byte(other) &&
	       ts_node_end_byte(one) + moved == ts_node_end_byte(other) &&
	       ts_node_child_count(one) == ts_node_child_count(other) &&
	       ts_node_is_missing(one) == ts_node_is_missing(other) &&
	       ts_tree_cursor_current_field_id(a) == ts_tree_cursor_current_field_id(b);
}

/* To the next node of a walk through all; false behind the last. */
static bool walk_on(TSTreeCursor *cursor)
{
	if (ts_tree_cursor_goto_first_child(cursor))
		return true;
	while (!ts_tree_cursor_goto_next_sibling(cursor))
		if (!ts_tree_cursor_goto_parent(cursor))
			return false;
	return true;
}

/* Errors are never taken over: the parser found them again, or something else. */
static bool same_structure(const struct unit *was, const struct unit *is)
{
	TSTreeCursor a = ts_tree_cursor_new(was->node), b = ts_tree_cursor_new(is->node);
	bool same, more = true, both = true;

	while ((same = same_node(&a, &b, is->start - was->start)) && more) {
		more = walk_on(&a);
		both = walk_on(&b);
		if (more != both || !more)
			break;
	}
	ts_tree_cursor_delete(&a);
	ts_tree_cursor_delete(&b);
	return same && more == both;
}

static bool is_taken_over(const struct version *old, const struct unit *was,
	const struct version *new, const struct unit *unit)
{
	if (was->subtree != unit->subtree && !(was->broken && unit->broken))
		return false;
	return was->column == unit->column && was->field == unit->field &&
	       was->end - was->start == unit->end - unit->start &&
	       !memcmp(old->text.ptr + was->start, new->text.ptr + unit->start,
		       unit->end - unit->start) &&
	       (was->subtree == unit->subtree || same_structure(was, unit));
}

static bool take_over(const struct version *old, uint32_t at, struct version *new, uint32_t unit)
{
	if (!is_taken_over(old, &old->units[at], new, &new->units[unit]))
		return false;
	new->units[unit].old = at;
	return true;
}

/* Whether the next unit is the next one in both versions, as far away. */
static bool is_joined(const struct version *old, const struct unit *unit)
{
	const struct unit *was = &old->units[unit->old], *after = unit + 1;

	return after->old == unit->old + 1 &&
	       after->start - unit->start == was[1].start - was->start &&
	       after->row - unit->row == was[1].row - was->row;
}

struct level {
	uint32_t first, end;
};

/* Units keep their order: from the end as long as all are the same, then from the beginning. */
static void match_siblings(
	const struct version *old, struct level were, struct version *new, struct level are)
{
	uint32_t old_end = were.end, end = are.end;

	while (old_end > were.first && end > are.first &&
		take_over(old, old_end - 1, new, end - 1)) {
		old_end--;
		end--;
	}
	for (uint32_t i = are.first, next = were.first; i < end; i++) {
		uint32_t at = next;

		while (at < old_end && at - next < SOUGHT && !take_over(old, at, new, i))
			at++;
		next = new->units[i].old != PARSE_NONE ? at + 1 : next;
	}
	for (uint32_t i = are.end; i-- > are.first;) {
		struct unit *unit = &new->units[i];

		unit->run = i + (unit->old != PARSE_NONE);
		if (unit->old != PARSE_NONE && i + 1 < are.end && is_joined(old, unit))
			unit->run = unit[1].run;
	}
}

static struct level inside(const struct unit *unit)
{
	return (struct level){unit->inner_first, unit->inner_first + unit->inner_count};
}

/* Units that were edited in the middle are told by their order between those that were not. */
static void match_level(
	const struct version *old, struct level were, struct version *new, struct level are)
{
	uint32_t at = were.first;

	match_siblings(old, were, new, are);
	for (uint32_t i = are.first; i < are.end; i++) {
		const struct unit *unit = &new->units[i];

		if (unit->old != PARSE_NONE) {
			at = unit->old + 1;
			continue;
		}
		if (!unit->inner_count)
			continue;
		while (at < were.end &&
			(!old->units[at].inner_count ||
				ts_node_symbol(old->units[at].node) != ts_node_symbol(unit->node)))
			at++;
		if (at < were.end)
			match_level(old, inside(&old->units[at++]), new, inside(unit));
	}
}

/* Whether all that was looked at to know what is in a unit is as it was. */
static bool is_same(const struct making *making, const struct unit *unit, uint32_t at)
{
	const struct unit *was;
	uint32_t place;

	if (!making->old || unit->old == PARSE_NONE)
		return false;
	was = &making->old->units[unit->old];
	place = unit->old - was->first;
	if (was->counted)
		return false;
	if (was->beyond > was->count) /* that there are no more was looked at */
		return unit->run == unit->first + unit->count &&
		       was->count - place == unit->count - (at - unit->first);
	return unit->run - at >= was->beyond - place;
}

/* What is known of a unit that was taken over, and of the units in it. */
static void take_unit(struct making *making, struct unit *unit, const struct unit *was,
	const struct unit *outer, const struct unit *outer_was)
{
	for (int list = 0; list < LIST_COUNT; list++) {
		unit->from.at[list] =
			was->from.at[list] - outer_was->from.at[list] + outer->from.at[list];
		unit->to.at[list] =
			was->to.at[list] - outer_was->from.at[list] + outer->from.at[list];
	}
	unit->steps = was->steps;
	for (uint32_t i = 0; i < unit->inner_count; i++) {
		struct unit *inner = &making->new->units[unit->inner_first + i];

		const struct unit *inner_was = &making->old->units[was->inner_first + i];

		inner->beyond = inner_was->beyond;
		inner->counted = inner_was->counted;
		take_unit(making, inner, inner_was, outer, outer_was);
	}
}

static bool on_known(uint32_t at, uint64_t *steps, void *payload)
{
	struct making *making = payload;
	struct unit *unit = &making->new->units[at];
	const struct unit *was;
	struct shift by;

	lists_places(&making->new->found, &unit->from);
	if (!is_same(making, unit, at)) {
		if (making->old && unit->old != PARSE_NONE && unit->inner_count)
			match_level(making->old, inside(&making->old->units[unit->old]),
				making->new, inside(unit));
		return false;
	}
	was = &making->old->units[unit->old];
	by = (struct shift){unit->start - was->start, unit->row - was->row, making->texts};
	lists_append(&making->new->found, &making->old->found, &was->from, &was->to, &by);
	unit->beyond = at - unit->first + was->beyond - (unit->old - was->first);
	take_unit(making, unit, was, unit, was);
	*steps = was->steps;
	return true;
}

/* A parameter's and an argument's index counts what stands before it. */
static bool is_counted(const struct findings *found, const struct unit *unit)
{
	for (uint32_t i = unit->from.at[LIST_BINDINGS]; i < unit->to.at[LIST_BINDINGS]; i++) {
		const struct fact_binding *at = &found->bindings[i];
		unsigned kind = (unsigned)at->kind & ~BINDING_BARE;

		if (at->start == unit->start &&
			(kind == BINDING_PARAMETER || kind == BINDING_ARGUMENT))
			return true;
	}
	return false;
}

static void on_walked(uint32_t at, uint32_t beyond, uint64_t steps, void *payload)
{
	struct making *making = payload;
	struct unit *unit = &making->new->units[at];

	lists_places(&making->new->found, &unit->to);
	unit->beyond = beyond;
	unit->counted = unit->depth && is_counted(&making->new->found, unit);
	unit->steps = steps;
}

static uint32_t on_inside(uint32_t at, void *payload)
{
	const struct making *making = payload;
	const struct unit *unit = &making->new->units[at];

	return unit->inner_count ? unit->inner_first : TAGS_NO_UNIT;
}

static const char *parsed(const struct version *version)
{
	return version->blanked.len ? version->blanked.ptr : version->text.ptr;
}

struct cursor {
	const char *text;
	uint32_t at;
	TSPoint point;
};

static TSPoint point_at(struct cursor *cursor, uint32_t at)
{
	while (cursor->at < at) {
		const char *from = cursor->text + cursor->at;
		const char *end = memchr(from, '\n', at - cursor->at);

		if (!end) {
			cursor->point.column += at - cursor->at;
			cursor->at = at;
			break;
		}
		cursor->at += (uint32_t)(end - from) + 1;
		cursor->point = (TSPoint){cursor->point.row + 1, 0};
	}
	return cursor->point;
}

/* Backwards: what stands before an edit is where it was, and what follows was moved already. */
static void edit_tree(
	TSTree *tree, const char *old, const char *new, const struct text_edit *edits, size_t count)
{
	struct cursor cursor = {.text = old};
	TSInputEdit *all = xcalloc(count + 1, sizeof(*all));

	for (size_t i = 0; i < count; i++) {
		const struct text_edit *edit = &edits[i];
		struct cursor inserted;

		all[i].start_byte = edit->old_start;
		all[i].old_end_byte = edit->old_end;
		all[i].new_end_byte = edit->old_start + edit->new_end - edit->new_start;
		all[i].start_point = point_at(&cursor, edit->old_start);
		inserted = (struct cursor){new, edit->new_start, all[i].start_point};
		all[i].old_end_point = point_at(&cursor, edit->old_end);
		all[i].new_end_point = point_at(&inserted, edit->new_end);
	}
	while (count)
		ts_tree_edit(tree, &all[--count]);
	free(all);
}

/* The last version's tree, edited; NULL: too little of it is left. */
static TSTree *edited_tree(const struct version *old, const struct version *new)
{
	size_t count, altered = 0;
	struct text_edit *edits;
	TSTree *tree = NULL;

	if (!old)
		return NULL;
	edits = edits_between(parsed(old), (uint32_t)old->text.len, parsed(new),
		(uint32_t) new->text.len, &count);
	for (size_t i = 0; i < count; i++)
		altered += edits[i].old_end - edits[i].old_start + edits[i].new_end -
			   edits[i].new_start;
	if (altered <= (old->text.len + new->text.len) / ALTERED_MAX) {
		tree = ts_tree_copy(old->tree);
		edit_tree(tree, parsed(old), parsed(new), edits, count);
	}
	free(edits);
	return tree;
}

static void parse_whole(struct grammar *grammar, struct version *new)
{
	ts_tree_delete(new->tree);
	new->count = 0;
	new->steps = 0;
	new->tree = parse_tree(
		grammar->parser, parsed(new), (uint32_t) new->text.len, NULL, &new->steps);
	if (new->tree)
		list_units(new);
}

/*
 * How a parser recovers from an error hangs on what it had read and kept before. So where an error
 * stands in what was parsed anew, all is: an error that was taken over is what it was.
 */
static bool is_sound(const struct version *new, struct level level)
{
	for (uint32_t i = level.first; i < level.end; i++) {
		const struct unit *unit = &new->units[i];

		if (unit->old != PARSE_NONE || !unit->broken)
			continue;
		if (unit->erroneous || !unit->inner_count || !is_sound(new, inside(unit)))
			return false;
	}
	return true;
}

static void version_make_tree(struct grammar *grammar, struct version *new, struct version *old)
{
	TSTree *edited;

	source_blank(grammar, new->text.ptr, new->text.len, &new->blanked);
	edited = edited_tree(old, new);
	if (edited) {
		new->steps = old->steps;
		new->tree = parse_tree(grammar->parser, parsed(new), (uint32_t) new->text.len,
			edited, &new->steps);
		ts_tree_delete(edited);
	}
	if (new->tree) {
		list_units(new);
		match_level(old, (struct level){0, old->top}, new, (struct level){0, new->top});
	}
	if (!new->tree || ts_node_is_error(ts_tree_root_node(new->tree)) ||
		!is_sound(new, (struct level){0, new->top}))
		parse_whole(grammar, new);
}

static bool version_take(const struct grammar *grammar, struct version *new, struct version *old)
{
	struct making making = {old, new, NULL};
	struct tags_units units = {on_known, on_walked, on_inside, &making};
	bool done;

	if (old)
		making.texts = xcalloc(old->found.pool.len + 1, sizeof(*making.texts));
	new->found.listening = true;
	done = findings_take(grammar, &new->found, new->tree, &units);
	new->found.listening = false;
	free(making.texts);
	return done;
}

/* What texts only facts name goes to the pool: it does no harm there, and is named again. */
static void give_back(struct version *version, struct findings *copy)
{
	version->found.pool = copy->pool;
	version->found.known = copy->known;
	version->found.known_count = copy->known_count;
	version->found.known_room = copy->known_room;
	copy->pool = (struct buf)BUF_INIT;
	copy->known = NULL;
	findings_release(copy);
}

/* Where a whole parse would find them. */
static void find_seams(
	const struct version *version, const struct grammar *grammar, struct findings *found)
{
	struct parted parted = seams_between(grammar, ts_tree_root_node(version->tree));
	struct level level = parted.guard ? inside(&version->units[parted.child])
					  : (struct level){0, version->top};
	bool *closed = xcalloc(level.end - level.first + (size_t)1, sizeof(*closed));
	uint32_t furthest = 0;
	uint64_t looks = 0;

	for (uint32_t i = 0; i < version->top; i++)
		looks += version->units[i].steps;
	for (uint32_t i = level.first; i < level.end; i++) {
		closed[i - level.first] = furthest <= i - level.first;
		if (version->units[i].beyond > furthest)
			furthest = version->units[i].beyond;
	}
	if (seams_afford(version->steps, looks))
		seams_find(found, &parted, closed);
	free(closed);
}

/* The raw findings are kept; facts are made from a copy. */
static void encode(struct version *version, const struct grammar *grammar, struct buf *out)
{
	struct findings found = lists_copy(&version->found);

	if (grammar->local)
		find_seams(version, grammar, &found);
	findings_build(&found, grammar->separator);
	facts_encode(&found, PARSE_OK, content_lines(found.text, found.len), out);
	give_back(version, &found);
}

/* The same in memory, less what no comparison of two versions asks for. */
static void build(struct version *version, const struct grammar *grammar)
{
	struct findings some = version->found, found;
	struct facts *facts = &version->facts;

	some.binding_count = some.comment_count = some.said_count = 0;
	found = lists_copy(&some);
	for (uint32_t i = 0; i < found.definition_count; i++)
		found.definitions[i].doc_end = 0;
	findings_build(&found, grammar->separator);
	*facts = (struct facts){.lines = content_lines(found.text, found.len),
		.size = found.len,
		.definitions = xcalloc(found.definition_count, sizeof(*facts->definitions)),
		.references = found.references,
		.imports = found.imports,
		.definition_count = found.definition_count,
		.reference_count = found.reference_count,
		.import_count = found.import_count};
	for (uint32_t i = 0; i < found.definition_count; i++)
		facts->definitions[i] = found.definitions[i].fact;
	found.references = NULL;
	found.imports = NULL;
	give_back(version, &found);
	facts->text = version->found.pool.ptr;
}

/* NULL: it cannot be parsed, or not within the budget. */
static struct version *make(
	struct grammar *grammar, const char *text, size_t len, struct version *old)
{
	struct version *new;

	if (len > INT32_MAX || content_check(text, len) != PARSE_OK)
		return NULL;
	new = xcalloc(1, sizeof(*new));
	buf_init(&new->text);
	buf_init(&new->blanked);
	buf_init(&new->found.pool);
	new->found.workshop = grammar->workshop;
	buf_add(&new->text, text, len);
	findings_empty(&new->found, new->text.ptr, len);
	version_make_tree(grammar, new, old);
	if (new->tree && version_take(grammar, new, old))
		return new;
	version_free(new);
	return NULL;
}

void parse_version(struct grammar *grammar, const char *text, size_t len, struct version **version,
	struct buf *out)
{
	struct version *old = *version;

	*version = make(grammar, text, len, old);
	if (*version)
		encode(*version, grammar, out);
	else
		parse_text(grammar, text, len, out);
	version_free(old);
}

struct version *version_parse(
	struct grammar *grammar, const char *text, size_t len, struct version *near)
{
	struct version *version = make(grammar, text, len, near);

	if (version)
		build(version, grammar);
	return version;
}

const struct facts *version_facts(const struct version *version)
{
	return &version->facts;
}

void versions_begin(struct grammar *grammar)
{
	grammar->kept = grammar->parser;
	pool_enter(grammar->workshop->pool);
	grammar->parser = ts_parser_new();
	ts_parser_set_language(grammar->parser, ts_parser_language(grammar->kept));
}

void versions_end(struct grammar *grammar)
{
	ts_parser_delete(grammar->parser); /* for what a scanner may hold elsewhere */
	pool_leave(grammar->workshop->pool);
	grammar->parser = grammar->kept;
	grammar->kept = NULL;
}

size_t version_size(const struct version *version)
{
	const struct findings *found = &version->found;

	return version->text.len + version->blanked.len + found->pool.len * 2 +
	       ts_node_descendant_count(ts_tree_root_node(version->tree)) * (size_t)NODE_BYTES +
	       found->reference_count * sizeof(*found->references) +
	       found->binding_count * sizeof(*found->bindings) +
	       found->definition_count * sizeof(*found->definitions) +
	       version->count * sizeof(*version->units);
}

void version_free(struct version *version)
{
	if (version)
		ts_tree_delete(version->tree);
	version_abandon(version);
}

void version_abandon(struct version *version)
{
	if (!version)
		return;
	free(version->facts.definitions);
	free(version->facts.references);
	free(version->facts.imports);
	buf_release(&version->text);
	buf_release(&version->blanked);
	findings_release(&version->found);
	free(version->units);
	free(version);
}
