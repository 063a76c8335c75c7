/*
 * Parsing a file's next version out of the tree of the last one. What stands in a child of the root
 * that the parser took over unchanged is not looked for again: the raw findings are kept child by
 * child, with what of its siblings was looked at, and moved to where it stands now. The facts are
 * those of a whole parse, byte for byte: texts are named in the same order.
 */
#include "parse/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define NODE_BYTES 80 /* of a tree, about, for each node */
#define ALTERED_MAX                                                                                \
	3 /* where more than one byte of so many differs, a whole parse is no dearer               \
	   */

enum list {
	LIST_DEFINITIONS,
	LIST_DECISIONS,
	LIST_REFERENCES,
	LIST_IMPORTS,
	LIST_COMMENTS,
	LIST_BINDINGS,
	LIST_VISIBILITIES,
	LIST_MARKS,
	LIST_SAID,
	LIST_COUNT
};

/* A child of the root. */
struct child {
	TSNode node;
	const void *subtree; /* the same in two trees: nothing in it differs */
	uint32_t start, end, row, column;
	uint32_t beyond; /* of its siblings none from here on was looked at */
	uint64_t steps;
	uint32_t first[LIST_COUNT], end_of[LIST_COUNT]; /* of what was found in it */
	/* In the version that is being made: */
	bool broken;  /* holds an error */
	uint32_t old; /* the child of the last version that it is, or PARSE_NONE */
	uint32_t run; /* its siblings up to here follow each other there too */
};

struct version {
	struct buf text, blanked; /* blanked: what was parsed; empty: the text itself */
	TSTree *tree;
	struct child *children;
	uint32_t count, room;
	struct findings found; /* as the query gave them */
};

struct making {
	struct version *old, *new;
	uint32_t *texts; /* offset in the old pool to one in the new pool; 0: not named yet */
};

/* Where the arrays of findings lie, to treat them alike. */
struct array {
	void **items;
	uint32_t *count, *room;
	size_t size;
};

static struct array array_of(struct findings *found, enum list list)
{
	switch (list) {
#define ARRAY(items, count, room)                                                                  \
	(struct array)                                                                             \
	{                                                                                          \
		(void **)&found->items, &found->count, &found->room, sizeof(*found->items)         \
	}
	case LIST_DEFINITIONS:
		return ARRAY(definitions, definition_count, definition_room);
	case LIST_DECISIONS:
		return ARRAY(decisions, decision_count, decision_room);
	case LIST_REFERENCES:
		return ARRAY(references, reference_count, reference_room);
	case LIST_IMPORTS:
		return ARRAY(imports, import_count, import_room);
	case LIST_COMMENTS:
		return ARRAY(comments, comment_count, comment_room);
	case LIST_BINDINGS:
		return ARRAY(bindings, binding_count, binding_room);
	case LIST_VISIBILITIES:
		return ARRAY(visibilities, visibility_count, visibility_room);
	case LIST_MARKS:
		return ARRAY(marks, mark_count, mark_room);
	default:
		return ARRAY(said, said_count, said_room);
#undef ARRAY
	}
}

static void note_places(struct findings *found, uint32_t places[LIST_COUNT])
{
	for (int list = 0; list < LIST_COUNT; list++)
		places[list] = *array_of(found, (enum list)list).count;
}

/* How far a child has moved. */
struct shift {
	uint32_t bytes, lines;
	const uint32_t *texts;
};

static void shift_definition(struct raw_definition *raw, const struct shift *by)
{
	struct fact_definition *fact = &raw->fact;

	fact->start += by->bytes;
	fact->end += by->bytes;
	fact->line += by->lines;
	fact->end_line += by->lines;
	fact->name = by->texts[fact->name];
	fact->owner = by->texts[fact->owner];
	fact->returns = by->texts[fact->returns];
	fact->signature = by->texts[fact->signature];
	raw->doc_start += raw->doc_end ? by->bytes : 0;
	raw->doc_end += raw->doc_end ? by->bytes : 0;
}

static void shift_reference(struct fact_reference *at, const struct shift *by)
{
	at->start += by->bytes;
	at->line += by->lines;
	at->name = by->texts[at->name];
	at->receiver = by->texts[at->receiver];
}

static void shift_import(struct fact_import *at, const struct shift *by)
{
	at->start += by->bytes;
	at->line += by->lines;
	at->module = by->texts[at->module];
	at->name = by->texts[at->name];
	at->alias = by->texts[at->alias];
}

static void shift_binding(struct fact_binding *at, const struct shift *by)
{
	at->start += by->bytes;
	at->line += by->lines;
	at->name = by->texts[at->name];
	at->value = by->texts[at->value];
}

static void shift_comment(struct fact_comment *at, const struct shift *by)
{
	at->start += by->bytes;
	at->end += by->bytes;
	at->line += by->lines;
	at->end_line += by->lines;
}

static void shift_mark(struct raw_mark *at, const struct shift *by)
{
	at->start += by->bytes;
	at->end += by->bytes;
	at->line += by->lines;
	at->name = by->texts[at->name];
}

static void shift_item(enum list list, void *item, const struct shift *by)
{
	struct raw_visibility *visibility = item;
	struct raw_decision *decision = item;

	switch (list) {
	case LIST_DEFINITIONS:
		shift_definition(item, by);
		break;
	case LIST_DECISIONS:
		decision->start += by->bytes;
		decision->end += by->bytes;
		break;
	case LIST_REFERENCES:
		shift_reference(item, by);
		break;
	case LIST_IMPORTS:
		shift_import(item, by);
		break;
	case LIST_COMMENTS:
		shift_comment(item, by);
		break;
	case LIST_BINDINGS:
		shift_binding(item, by);
		break;
	case LIST_VISIBILITIES:
		visibility->start += by->bytes;
		visibility->end += by->bytes;
		break;
	case LIST_MARKS:
		shift_mark(item, by);
		break;
	default:
		break;
	}
}

static void copy_items(
	struct making *making, enum list list, const struct child *from, const struct shift *by)
{
	struct array old = array_of(&making->old->found, list);
	struct array new = array_of(&making->new->found, list);
	uint32_t count = from->end_of[list] - from->first[list], first = *new.count;
	char *items;

	if (!count)
		return;
	if (first + count > *new.room) {
		*new.room = (first + count) * 2;
		*new.items = xrealloc(*new.items, *new.room *new.size);
	}
	items = (char *)*new.items + first *new.size;
	memcpy(items, (const char *)*old.items + from->first[list] * old.size, count * old.size);
	for (uint32_t i = 0; i < count; i++)
		shift_item(list, items + i * new.size, by);
	*new.count += count;
}

/* Names the texts of a child again, in their order. */
static void say_again(struct making *making, const struct child *from)
{
	const struct findings *old = &making->old->found;
	struct findings *new = &making->new->found;

	for (uint32_t i = from->first[LIST_SAID]; i < from->end_of[LIST_SAID]; i++) {
		uint32_t at = old->said[i];
		const char *text = old->pool.ptr + at;

		if (!at || !making->texts[at]) {
			making->texts[at] = findings_text(new, text, strlen(text));
			continue;
		}
		GROW(new->said, new->said_count, new->said_room);
		new->said[new->said_count++] = making->texts[at];
	}
}

/* Whether all that was looked at to know what is in a child is as it was. */
static bool is_same(const struct making *making, uint32_t at)
{
	const struct version *old = making->old, *new = making->new;
	const struct child *child = &new->children[at], *was;
	uint32_t looked;

	if (!old || child->old == PARSE_NONE)
		return false;
	was = &old->children[child->old];
	looked = was->beyond - child->old; /* itself, those behind it, their end */
	if (was->beyond > old->count)
		return child->run == new->count && old->count - child->old == new->count - at;
	return child->run - at >= looked;
}

static bool on_known(uint32_t at, uint64_t *steps, void *payload)
{
	struct making *making = payload;
	struct child *child = &making->new->children[at];
	const struct child *from;
	struct shift by;

	note_places(&making->new->found, child->first);
	if (!is_same(making, at))
		return false;
	from = &making->old->children[child->old];
	say_again(making, from);
	by = (struct shift){child->start - from->start, child->row - from->row, making->texts};
	for (int list = 0; list < LIST_SAID; list++)
		copy_items(making, (enum list)list, from, &by);
	note_places(&making->new->found, child->end_of);
	child->beyond = at + (from->beyond - child->old);
	child->steps = *steps = from->steps;
	return true;
}

static void on_walked(uint32_t at, uint32_t beyond, uint64_t steps, void *payload)
{
	struct making *making = payload;
	struct child *child = &making->new->children[at];

	note_places(&making->new->found, child->end_of);
	child->beyond = beyond;
	child->steps = steps;
}

static void list_children(struct version *version)
{
	TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(version->tree));

	for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
		more = ts_tree_cursor_goto_next_sibling(&cursor)) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		TSPoint point = ts_node_start_point(node);
		struct child child = {.node = node,
			.start = ts_node_start_byte(node),
			.end = ts_node_end_byte(node),
			.row = point.row,
			.column = point.column,
			.broken = ts_node_has_error(node) || ts_node_is_missing(node),
			.old = PARSE_NONE};

		/* A node's id is the address of a handle, and trees that share a part share it. */
		memcpy(&child.subtree, node.id, sizeof(child.subtree));
		GROW(version->children, version->count, version->room);
		version->children[version->count++] = child;
	}
	ts_tree_cursor_delete(&cursor);
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
static bool same_structure(const struct child *was, const struct child *is)
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

static bool is_taken_over(const struct version *old, const struct child *was,
	const struct version *new, const struct child *child)
{
	if (was->subtree != child->subtree && !(was->broken && child->broken))
		return false;
	return was->column == child->column && was->end - was->start == child->end - child->start &&
	       !memcmp(old->text.ptr + was->start, new->text.ptr + child->start,
		       child->end - child->start) &&
	       (was->subtree == child->subtree || same_structure(was, child));
}

static bool take_over(const struct version *old, uint32_t at, struct version *new, uint32_t child)
{
	if (!is_taken_over(old, &old->children[at], new, &new->children[child]))
		return false;
	new->children[child].old = at;
	return true;
}

/* Whether the next child is the next one in both versions, as far away. */
static bool is_joined(const struct version *old, const struct child *child)
{
	const struct child *was = &old->children[child->old], *after = child + 1;

	return after->old == child->old + 1 &&
	       after->start - child->start == was[1].start - was->start &&
	       after->row - child->row == was[1].row - was->row;
}

/* Children keep their order: from the end as long as all are the same, then from the beginning. */
static void match_children(const struct version *old, struct version *new)
{
	uint32_t old_end = old->count, end = new->count;

	while (old_end && end && take_over(old, old_end - 1, new, end - 1)) {
		old_end--;
		end--;
	}
	for (uint32_t i = 0, next = 0; i < end; i++) {
		uint32_t at = next;

		while (at < old_end && !take_over(old, at, new, i))
			at++;
		next = at < old_end ? at + 1 : next;
	}
	for (uint32_t i = new->count; i--;) {
		struct child *child = &new->children[i];

		child->run = i + (child->old != PARSE_NONE);
		if (child->old != PARSE_NONE && i + 1 < new->count &&is_joined(old, child))
			child->run = child[1].run;
	}
}

static const char *parsed(const struct version *version)
{
	return version->blanked.len ? version->blanked.ptr : version->text.ptr;
}

struct places {
	const char *text;
	uint32_t at;
	TSPoint point;
};

static TSPoint point_at(struct places *places, uint32_t at)
{
	while (places->at < at) {
		const char *from = places->text + places->at;
		const char *end = memchr(from, '\n', at - places->at);

		if (!end) {
			places->point.column += at - places->at;
			places->at = at;
			break;
		}
		places->at += (uint32_t)(end - from) + 1;
		places->point = (TSPoint){places->point.row + 1, 0};
	}
	return places->point;
}

/* Backwards: what stands before an edit is where it was, and what follows was moved already. */
static void edit_tree(
	TSTree *tree, const char *old, const char *new, const struct text_edit *edits, size_t count)
{
	struct places places = {.text = old};
	TSInputEdit *all = xcalloc(count + 1, sizeof(*all));

	for (size_t i = 0; i < count; i++) {
		const struct text_edit *edit = &edits[i];
		struct places inserted;

		all[i].start_byte = edit->old_start;
		all[i].old_end_byte = edit->old_end;
		all[i].new_end_byte = edit->old_start + edit->new_end - edit->new_start;
		all[i].start_point = point_at(&places, edit->old_start);
		inserted = (struct places){new, edit->new_start, all[i].start_point};
		all[i].old_end_point = point_at(&places, edit->old_end);
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
	new->tree = parse_tree(grammar->parser, parsed(new), (uint32_t) new->text.len, NULL);
	if (new->tree)
		list_children(new);
}

/*
 * How a parser recovers from an error hangs on what it had read and kept before. So where an error
 * stands in what was parsed anew, all is: an error that was taken over is what it was.
 */
static bool is_sound(const struct version *new)
{
	for (uint32_t i = 0; i < new->count; i++)
		if (new->children[i].old == PARSE_NONE &&new->children[i].broken)
			return false;
	return !ts_node_is_error(ts_tree_root_node(new->tree));
}

static void version_parse(struct grammar *grammar, struct version *new, struct version *old)
{
	TSTree *edited;

	source_blank(grammar, new->text.ptr, new->text.len, &new->blanked);
	edited = edited_tree(old, new);
	if (edited) {
		new->tree =
			parse_tree(grammar->parser, parsed(new), (uint32_t) new->text.len, edited);
		ts_tree_delete(edited);
	}
	if (new->tree) {
		list_children(new);
		match_children(old, new);
	}
	if (!new->tree || !is_sound(new))
		parse_whole(grammar, new);
}

static bool version_take(const struct grammar *grammar, struct version *new, struct version *old)
{
	struct making making = {old, new, NULL};
	struct tags_parts parts = {on_known, on_walked, &making};
	bool done;

	if (old)
		making.texts = xcalloc(old->found.pool.len + 1, sizeof(*making.texts));
	new->found.listening = true;
	done = findings_take(grammar, &new->found, new->tree, &parts);
	new->found.listening = false;
	free(making.texts);
	return done;
}

/* The raw findings are kept; facts are made from a copy. */
static void build(struct version *version, const struct grammar *grammar, struct buf *out)
{
	struct findings found = version->found;

	for (int list = 0; list < LIST_COUNT; list++) {
		struct array array = array_of(&found, (enum list)list);
		size_t len = *array.count * array.size;

		*array.items = len ? memcpy(xmalloc(len), *array.items, len) : NULL;
		*array.room = *array.count;
	}
	findings_build(&found, grammar->separator);
	facts_encode(
		&found, PARSE_OK, content_lines(found.text, found.len), grammar->compressor, out);
	/* Texts that only facts name are in the pool now: they do no harm, and are named again. */
	version->found.pool = found.pool;
	version->found.known = found.known;
	found.pool = (struct buf)BUF_INIT;
	found.known = (struct map)MAP_INIT;
	findings_release(&found);
}

void parse_version(struct grammar *grammar, const char *text, size_t len, struct version **version,
	struct buf *out)
{
	struct version *old = *version, *new;

	*version = NULL;
	if (len > INT32_MAX || content_check(text, len) != PARSE_OK) {
		parse_text(grammar, text, len, out);
		version_free(old);
		return;
	}
	new = xcalloc(1, sizeof(*new));
	buf_init(&new->text);
	buf_init(&new->blanked);
	buf_init(&new->found.pool);
	buf_add(&new->text, text, len);
	findings_empty(&new->found, new->text.ptr, len);
	version_parse(grammar, new, old);
	if (new->tree && version_take(grammar, new, old)) {
		build(new, grammar, out);
		*version = new;
	} else {
		parse_text(grammar, text, len, out);
		version_free(new);
	}
	version_free(old);
}

size_t version_size(const struct version *version)
{
	const struct findings *found = &version->found;

	return version->text.len + version->blanked.len + found->pool.len * 2 +
	       ts_node_descendant_count(ts_tree_root_node(version->tree)) * (size_t)NODE_BYTES +
	       found->reference_count * sizeof(*found->references) +
	       found->binding_count * sizeof(*found->bindings) +
	       found->definition_count * sizeof(*found->definitions);
}

void version_free(struct version *version)
{
	if (!version)
		return;
	ts_tree_delete(version->tree);
	buf_release(&version->text);
	buf_release(&version->blanked);
	findings_release(&version->found);
	free(version->children);
	free(version);
}
