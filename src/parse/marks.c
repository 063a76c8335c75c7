/*
 * Marks: what a query says of a place instead of a node. A section gives its visibility to what
 * follows it, a close ends a definition that the grammar leaves open, a local says that a name is
 * a variable and no call, a word that it is neither here.
 */
#include "parse/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_places(const void *left, const void *right)
{
	const struct raw_mark *a = left, *b = right;

	if (a->start != b->start)
		return COMPARE(a->start, b->start);
	if (a->kind != b->kind)
		return COMPARE(a->kind, b->kind);
	return a->name != b->name ? COMPARE(a->name, b->name) : COMPARE(a->detail, b->detail);
}

/* By (definition, name, place), to look a variable up. */
static int compare_names(const void *left, const void *right)
{
	const struct raw_mark *a = left, *b = right;

	if (a->from != b->from)
		return COMPARE(a->from, b->from);
	if (a->name != b->name)
		return COMPARE(a->name, b->name);
	return COMPARE(a->start, b->start);
}

static void sort(struct findings *found, int (*compare)(const void *, const void *))
{
	if (found->mark_count)
		qsort(found->marks, found->mark_count, sizeof(*found->marks), compare);
}

/* To the first close behind it, unless another open definition begins before that. */
void marks_close(struct findings *found)
{
	uint32_t next = 0;

	sort(found, compare_places);
	for (uint32_t i = 0; i < found->definition_count; i++) {
		struct raw_definition *raw = &found->definitions[i], *later = raw + 1;
		struct raw_definition *end = found->definitions + found->definition_count;

		if (!raw->open)
			continue;
		while (next < found->mark_count &&
			(found->marks[next].kind != MARK_CLOSE ||
				found->marks[next].start < raw->fact.end))
			next++;
		while (later < end && !later->open)
			later++;
		if (next == found->mark_count ||
			(later < end && later->fact.start < found->marks[next].start))
			continue;
		raw->fact.end = found->marks[next].end;
		raw->fact.end_line = found->marks[next].line;
	}
}

void marks_sections(struct findings *found)
{
	struct sweep sweep = {found, 0, PARSE_NONE};
	uint32_t next = 0;
	uint8_t *current; /* by parent + 1 */

	if (!found->mark_count)
		return;
	current = xcalloc(found->definition_count + (size_t)1, 1);
	for (uint32_t i = 0; i < found->definition_count; i++) {
		struct fact_definition *fact = &found->definitions[i].fact;

		for (; next < found->mark_count && found->marks[next].start <= fact->start; next++)
			if (found->marks[next].kind == MARK_SECTION)
				current[sweep_to(&sweep, found->marks[next].start) + 1] =
					found->marks[next].detail;
		if (fact->kind != SYMBOL_TYPE && fact->kind != SYMBOL_CONSTANT &&
			!found->definitions[i].has_visibility)
			fact->visibility = current[fact->parent + 1];
	}
	free(current);
}

static bool is_bound(const struct findings *found, uint32_t from, uint32_t name, uint32_t start)
{
	const struct raw_mark key = {.from = from, .name = name};
	uint32_t low = 0, high = found->mark_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare_names(&found->marks[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < found->mark_count && found->marks[low].from == from &&
		found->marks[low].name == name && found->marks[low].start <= start;
		low++)
		if (found->marks[low].kind == MARK_LOCAL ||
			(found->marks[low].kind == MARK_WORD && found->marks[low].start == start))
			return true;
	return false;
}

/* A block of tests sees the variables of the block around it, a method sees its own alone. */
static bool is_variable(const struct findings *found, uint32_t from, uint32_t name, uint32_t start)
{
	while (!is_bound(found, from, name, start)) {
		if (from == PARSE_NONE || found->definitions[from].fact.kind != SYMBOL_TEST)
			return false;
		from = found->definitions[from].fact.parent;
	}
	return true;
}

/* The text of a call of `name`, or `name` where it is a variable. */
static uint32_t called(struct findings *found, uint32_t from, uint32_t name, uint32_t start)
{
	char *call;

	if (is_variable(found, from, name, start))
		return name;
	call = xstrfmt("%s()", found->pool.ptr + name);
	name = findings_text(found, call, strlen(call));
	free(call);
	return name;
}

static void call_bare_values(struct findings *found)
{
	for (uint32_t i = 0; i < found->binding_count; i++) {
		struct fact_binding *at = &found->bindings[i];

		if (!((unsigned)at->kind & BINDING_BARE))
			continue;
		at->kind = (enum binding_kind)((unsigned)at->kind & ~BINDING_BARE);
		at->value = called(found, at->from, at->value, at->start);
	}
}

void marks_variables(struct findings *found)
{
	struct sweep sweep = {found, 0, PARSE_NONE};
	uint32_t kept = 0;

	for (uint32_t i = 0; i < found->mark_count; i++)
		found->marks[i].from = sweep_to(&sweep, found->marks[i].start);
	sort(found, compare_names);
	for (uint32_t i = 0; i < found->reference_count; i++) {
		struct fact_reference reference = found->references[i];
		bool weak = (unsigned)reference.kind & REFERENCE_WEAK;

		if (weak && ((kept && found->references[kept - 1].start == reference.start) ||
				    is_variable(found, reference.from, reference.name,
					    reference.start)))
			continue;
		if ((unsigned)reference.kind & REFERENCE_BARE)
			reference.receiver =
				called(found, reference.from, reference.receiver, reference.start);
		reference.kind = (enum reference_kind)(
			(unsigned)reference.kind & ~(REFERENCE_WEAK | REFERENCE_BARE));
		found->references[kept++] = reference;
	}
	found->reference_count = kept;
	call_bare_values(found);
}
