/* Whether two versions of a file say the same to the resolver, wherever in it that stands. */
#include "graph/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct pair {
	const struct facts *old, *new;
};

static bool same_text(const struct pair *pair, uint32_t old, uint32_t new)
{
	return !strcmp(pair->old->text + old, pair->new->text + new);
}

static bool same_definitions(const struct pair *pair)
{
	for (uint32_t i = 0; i < pair->old->definition_count; i++) {
		const struct fact_definition *a = &pair->old->definitions[i];
		const struct fact_definition *b = &pair->new->definitions[i];

		if (a->kind != b->kind || a->visibility != b->visibility ||
			a->parent != b->parent || a->parameters != b->parameters ||
			!same_text(pair, a->name, b->name) ||
			!same_text(pair, a->qualified, b->qualified) ||
			!same_text(pair, a->signature, b->signature) ||
			!same_text(pair, a->owner, b->owner) ||
			!same_text(pair, a->returns, b->returns))
			return false;
	}
	return true;
}

static bool same_references(const struct pair *pair)
{
	for (uint32_t i = 0; i < pair->old->reference_count; i++) {
		const struct fact_reference *a = &pair->old->references[i];
		const struct fact_reference *b = &pair->new->references[i];

		if (a->kind != b->kind || a->from != b->from || a->arguments != b->arguments ||
			!same_text(pair, a->name, b->name) ||
			!same_text(pair, a->receiver, b->receiver))
			return false;
	}
	return true;
}

static bool same_imports(const struct pair *pair)
{
	for (uint32_t i = 0; i < pair->old->import_count; i++) {
		const struct fact_import *a = &pair->old->imports[i];
		const struct fact_import *b = &pair->new->imports[i];

		if (a->again != b->again || !same_text(pair, a->module, b->module) ||
			!same_text(pair, a->name, b->name) || !same_text(pair, a->alias, b->alias))
			return false;
	}
	return true;
}

static bool same_bindings(const struct pair *pair)
{
	for (uint32_t i = 0; i < pair->old->binding_count; i++) {
		const struct fact_binding *a = &pair->old->bindings[i];
		const struct fact_binding *b = &pair->new->bindings[i];

		if (a->kind != b->kind || a->from != b->from || a->index != b->index ||
			!same_text(pair, a->name, b->name) || !same_text(pair, a->value, b->value))
			return false;
	}
	return true;
}

/* Where something begins or ends, in both versions. */
struct place {
	uint32_t old_line, old_start, new_line, new_start;
	uint32_t list; /* things of one list that begin together stay so */
};

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->old_line != b->old_line)
		return a->old_line < b->old_line ? -1 : 1;
	if (a->old_start != b->old_start)
		return a->old_start < b->old_start ? -1 : 1;
	return (a->list > b->list) - (a->list < b->list);
}

static size_t list_places(const struct pair *pair, struct place *places)
{
	const struct facts *a = pair->old, *b = pair->new;
	size_t count = 0;

#define LIST(items, item_count, number)                                                            \
	for (uint32_t i = 0; i < a->item_count; i++)                                               \
	places[count++] = (struct place){                                                          \
		a->items[i].line, a->items[i].start, b->items[i].line, b->items[i].start, number}
	LIST(definitions, definition_count, 0);
	LIST(references, reference_count, 1);
	LIST(imports, import_count, 2);
	LIST(bindings, binding_count, 3);
#undef LIST
	return count;
}

static int sign(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* Edges are put in order by line and place, and a decorator is told by what it stands before. */
static bool same_order(const struct pair *pair)
{
	size_t room = (size_t)pair->old->definition_count + pair->old->reference_count +
		      pair->old->import_count + pair->old->binding_count,
	       count;
	struct place *places = xcalloc(room + 1, sizeof(*places));
	bool same = true;

	count = list_places(pair, places);
	if (count)
		qsort(places, count, sizeof(*places), compare_places);
	for (size_t i = 1; i < count && same; i++) {
		const struct place *a = &places[i - 1], *b = &places[i];

		same = sign(a->old_line, b->old_line) == sign(a->new_line, b->new_line) &&
		       sign(a->old_start, b->old_start) == sign(a->new_start, b->new_start);
	}
	free(places);
	return same;
}

/* A decorator is of the first definition of its name that does not end before it. */
static bool same_decorators(const struct pair *pair)
{
	const struct facts *a = pair->old, *b = pair->new;

	for (uint32_t i = 0; i < a->binding_count; i++) {
		if (a->bindings[i].kind != BINDING_NAME || a->text[a->bindings[i].value] != '@')
			continue;
		for (uint32_t k = 0; k < a->definition_count; k++)
			if ((a->definitions[k].end_line >= a->bindings[i].line) !=
				(b->definitions[k].end_line >= b->bindings[i].line))
				return false;
	}
	return true;
}

bool same_names(const struct facts *old, const struct facts *new)
{
	const struct pair pair = {old, new};

	return old->skip == new->skip && old->definition_count == new->definition_count &&
	       old->reference_count == new->reference_count &&
	       old->import_count == new->import_count &&
	       old->binding_count == new->binding_count &&same_definitions(&pair) &&
	       same_references(&pair) && same_imports(&pair) && same_bindings(&pair) &&
	       same_order(&pair) && same_decorators(&pair);
}
