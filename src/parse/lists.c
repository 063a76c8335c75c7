/* The lists of raw findings, all treated alike. */
#include "parse/lists.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

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

void lists_places(struct findings *found, struct places *out)
{
	for (int list = 0; list < LIST_COUNT; list++)
		out->at[list] = *array_of(found, (enum list)list).count;
}

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

static void append(struct findings *found, struct findings *old, enum list list,
	const struct places *from, const struct places *to, const struct shift *by)
{
	struct array before = array_of(old, list), now = array_of(found, list);
	uint32_t count = to->at[list] - from->at[list], first = *now.count;
	char *items;

	if (!count)
		return;
	if (first + count > *now.room) {
		*now.room = (first + count) * 2;
		*now.items = xrealloc(*now.items, *now.room * now.size);
	}
	items = (char *)*now.items + first * now.size;
	memcpy(items, (const char *)*before.items + from->at[list] * before.size,
		count * before.size);
	for (uint32_t i = 0; i < count; i++)
		shift_item(list, items + i * now.size, by);
	*now.count += count;
}

/* Names the texts again, in their order. */
static void say_again(struct findings *found, const struct findings *old, const struct places *from,
	const struct places *to, uint32_t *texts)
{
	for (uint32_t i = from->at[LIST_SAID]; i < to->at[LIST_SAID]; i++) {
		uint32_t at = old->said[i];
		const char *text = old->pool.ptr + at;

		if (!at || !texts[at]) {
			texts[at] = findings_text(found, text, strlen(text));
			continue;
		}
		GROW(found->said, found->said_count, found->said_room);
		found->said[found->said_count++] = texts[at];
	}
}

void lists_append(struct findings *found, struct findings *old, const struct places *from,
	const struct places *to, const struct shift *by)
{
	say_again(found, old, from, to, by->texts);
	for (int list = 0; list < LIST_SAID; list++)
		append(found, old, (enum list)list, from, to, by);
}

struct findings lists_copy(struct findings *found)
{
	struct findings copy = *found;

	buf_init(&copy.joined);
	for (int list = 0; list < LIST_COUNT; list++) {
		struct array array = array_of(&copy, (enum list)list);
		size_t len = *array.count * array.size;

		*array.items = len ? memcpy(xmalloc(len), *array.items, len) : NULL;
		*array.room = *array.count;
	}
	return copy;
}
