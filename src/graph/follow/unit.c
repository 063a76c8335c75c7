/* What of a file's facts stands together, and which of it two versions have in common. */
#include "graph/follow/unit.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

uint32_t unit_of(const struct units *units, uint32_t definition)
{
	return definition == PARSE_NONE ? 0 : units->of[definition];
}

/* By counting, which keeps the order. `first` has the numbers of each unit's, shifted by two. */
static void start_list(const struct units *units, struct unit_list *list, uint32_t total)
{
	list->items = xmalloc((total + (size_t)1) * sizeof(*list->items));
	for (uint32_t i = 0; i < units->count; i++)
		list->first[i + 2] += list->first[i + 1];
}

#define LIST(units, list, count_of, unit)                                                          \
	do {                                                                                       \
		(list).first = xcalloc((units)->count + (size_t)2, sizeof(uint32_t));              \
		for (uint32_t i = 0; i < (count_of); i++)                                          \
			(list).first[(unit) + 2]++;                                                \
		start_list((units), &(list), (count_of));                                          \
		for (uint32_t i = 0; i < (count_of); i++)                                          \
			(list).items[(list).first[(unit) + 1]++] = i;                              \
	} while (0)

void units_init(struct units *units, const struct facts *facts)
{
	*units = (struct units){.facts = facts, .count = 1};
	units->of = xcalloc(facts->definition_count + (size_t)1, sizeof(*units->of));
	units->place = xcalloc(facts->definition_count + (size_t)1, sizeof(*units->place));
	for (uint32_t i = 0; i < facts->definition_count; i++) {
		uint32_t parent = facts->definitions[i].parent;

		units->of[i] = parent == PARSE_NONE ? units->count++ : units->of[parent];
	}
	LIST(units, units->definitions, facts->definition_count, units->of[i]);
	LIST(units, units->references, facts->reference_count,
		unit_of(units, facts->references[i].from));
	LIST(units, units->bindings, facts->binding_count, unit_of(units, facts->bindings[i].from));
	for (uint32_t i = 0; i < facts->definition_count; i++)
		units->place[units->definitions.items[i]] =
			i - units->definitions.first[units->of[units->definitions.items[i]]];
}

static void release_list(struct unit_list *list)
{
	free(list->items);
	free(list->first);
}

void units_release(struct units *units)
{
	free(units->of);
	free(units->place);
	release_list(&units->definitions);
	release_list(&units->references);
	release_list(&units->bindings);
	memset(units, 0, sizeof(*units));
}

/* One unit of each of two files. */
struct pair {
	const struct units *old, *now;
	uint32_t a, b;
};

static bool same_text(const struct pair *pair, uint32_t a, uint32_t b)
{
	return !strcmp(pair->old->facts->text + a, pair->now->facts->text + b);
}

/* The same definition of the unit, by its place there. */
static bool same_place(const struct pair *pair, uint32_t a, uint32_t b)
{
	if (a == PARSE_NONE || b == PARSE_NONE)
		return a == b;
	return pair->old->place[a] == pair->now->place[b];
}

static bool same_definition(const struct pair *pair, uint32_t old, uint32_t now)
{
	const struct fact_definition *a = &pair->old->facts->definitions[old];
	const struct fact_definition *b = &pair->now->facts->definitions[now];

	return a->kind == b->kind && a->visibility == b->visibility &&
	       a->parameters == b->parameters && same_place(pair, a->parent, b->parent) &&
	       same_text(pair, a->name, b->name) && same_text(pair, a->qualified, b->qualified) &&
	       same_text(pair, a->signature, b->signature) && same_text(pair, a->owner, b->owner) &&
	       same_text(pair, a->returns, b->returns);
}

static bool same_reference(const struct pair *pair, uint32_t old, uint32_t now)
{
	const struct fact_reference *a = &pair->old->facts->references[old];
	const struct fact_reference *b = &pair->now->facts->references[now];

	return a->kind == b->kind && a->arguments == b->arguments &&
	       same_place(pair, a->from, b->from) && same_text(pair, a->name, b->name) &&
	       same_text(pair, a->receiver, b->receiver);
}

static bool same_binding(const struct pair *pair, uint32_t old, uint32_t now)
{
	const struct fact_binding *a = &pair->old->facts->bindings[old];
	const struct fact_binding *b = &pair->now->facts->bindings[now];

	return a->kind == b->kind && a->index == b->index && same_place(pair, a->from, b->from) &&
	       same_text(pair, a->name, b->name) && same_text(pair, a->value, b->value);
}

static bool same_list(const struct pair *pair, const struct unit_list *old,
	const struct unit_list *now,
	bool (*same)(const struct pair *pair, uint32_t old, uint32_t now))
{
	const uint32_t *a = old->items + old->first[pair->a];
	const uint32_t *b = now->items + now->first[pair->b];
	uint32_t count = old->first[pair->a + 1] - old->first[pair->a];

	if (count != now->first[pair->b + 1] - now->first[pair->b])
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!same(pair, a[i], b[i]))
			return false;
	return true;
}

/* What refers from one place has its edges put in order by what they say, not by where. */
static bool same_ties(const struct pair *pair)
{
	const struct unit_list *a = &pair->old->references, *b = &pair->now->references;
	const struct fact_reference *old = pair->old->facts->references;
	const struct fact_reference *now = pair->now->facts->references;

	for (uint32_t i = a->first[pair->a], k = b->first[pair->b]; i + 1 < a->first[pair->a + 1];
		i++, k++)
		if ((old[a->items[i]].start == old[a->items[i + 1]].start) !=
			(now[b->items[k]].start == now[b->items[k + 1]].start))
			return false;
	return true;
}

static bool same_unit(const struct pair *pair)
{
	const struct units *old = pair->old, *now = pair->now;

	return same_list(pair, &old->definitions, &now->definitions, same_definition) &&
	       same_list(pair, &old->references, &now->references, same_reference) &&
	       same_list(pair, &old->bindings, &now->bindings, same_binding) && same_ties(pair);
}

/* The units of one qualified name stand for one another in their order. */
uint32_t *units_pair(const struct units *old, const struct units *now)
{
	uint32_t *partner = xmalloc(now->count * sizeof(*partner));
	uint32_t *next = xcalloc(old->count, sizeof(*next));
	struct map names = MAP_INIT;

	for (uint32_t unit = old->count; --unit;) {
		uint32_t root = old->definitions.items[old->definitions.first[unit]];
		struct map_entry *entry = map_put_str(
			&names, old->facts->text + old->facts->definitions[root].qualified, NULL);

		next[unit] = (uint32_t)entry->value.num;
		entry->value.num = unit;
	}
	for (uint32_t unit = 0; unit < now->count; unit++) {
		struct pair pair = {old, now, 0, unit};
		struct map_entry *entry = NULL;

		if (unit) {
			uint32_t root = now->definitions.items[now->definitions.first[unit]];

			entry = map_get_str(
				&names, now->facts->text + now->facts->definitions[root].qualified);
			pair.a = entry ? (uint32_t)entry->value.num : 0;
		}
		if (pair.a)
			entry->value.num = next[pair.a];
		partner[unit] = (!unit || pair.a) && same_unit(&pair) ? pair.a : PARSE_NONE;
	}
	map_release(&names);
	free(next);
	return partner;
}

/* How many references of unit 0 stand before each import, one after the other. */
static uint32_t references_before(const struct units *units, uint32_t import, uint32_t from)
{
	const struct facts *facts = units->facts;
	uint32_t end = units->references.first[1];

	while (from < end && facts->references[units->references.items[from]].start <
				     facts->imports[import].start)
		from++;
	return from;
}

bool units_import_same(const struct units *old, const struct units *now)
{
	struct pair pair = {old, now, 0, 0};
	uint32_t a = 0, b = 0;

	if (old->facts->import_count != now->facts->import_count)
		return false;
	for (uint32_t i = 0; i < old->facts->import_count; i++) {
		const struct fact_import *was = &old->facts->imports[i];
		const struct fact_import *is = &now->facts->imports[i];

		a = references_before(old, i, a);
		b = references_before(now, i, b);
		if (was->again != is->again || !same_text(&pair, was->module, is->module) ||
			!same_text(&pair, was->name, is->name) ||
			!same_text(&pair, was->alias, is->alias))
			return false;
		if (a != b && same_unit(&pair))
			return false;
	}
	return true;
}
