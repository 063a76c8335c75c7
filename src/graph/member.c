/* Types: what they hold, what they inherit, and what type a definition stands in. */
#include "graph/resolver.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return (a->symbol > b->symbol) - (a->symbol < b->symbol);
}

static int compare_bases(const void *left, const void *right)
{
	const struct base *a = left, *b = right;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

void bases_add(struct resolver *self, uint32_t type, uint32_t target)
{
	GROW(self->bases, self->base_count, self->base_room);
	self->bases[self->base_count] = (struct base){type, self->base_count, target};
	self->base_count++;
}

void bases_sort(struct resolver *self)
{
	if (self->base_count)
		qsort(self->bases, self->base_count, sizeof(*self->bases), compare_bases);
}

/* "ns::Foo<T>" is the Foo whose qualified name ends so; the nearest one when there are several. */
static uint32_t owner_type(const struct resolver *self, uint32_t file, const char *owner)
{
	const struct graph *graph = self->graph;
	const struct language *language = self->snapshot->files[file].language;
	size_t len = strcspn(owner, "<[("), start;
	uint32_t best = GRAPH_NONE, best_score = 0;
	char *name, *path;
	struct span span;

	while (len && !isalnum((unsigned char)owner[len - 1]) && owner[len - 1] != '_')
		len--;
	for (start = len; start && (isalnum((unsigned char)owner[start - 1]) ||
					   owner[start - 1] == '_' || owner[start - 1] < 0);)
		start--;
	path = xstrndup(owner, len);
	name = xstrndup(owner + start, len - start);
	span = named(self->whole, name);
	for (uint32_t i = 0; i < span.count; i++) {
		uint32_t symbol = span.symbols[i], other = graph->symbols[symbol].file;
		uint32_t score;

		if (graph->symbols[symbol].kind != SYMBOL_TYPE ||
			!language_related(self->snapshot->files[other].language, language))
			continue;
		score = 1 + 2 * shared_folders(graph->files[file].path, graph->files[other].path);
		score += same_folder(graph->files[file].path, graph->files[other].path);
		score += other == file ? 1000 : 0;
		score += ends_with(graph->symbols[symbol].qualified, path) ? 10000 : 0;
		if (score > best_score) {
			best_score = score;
			best = symbol;
		}
	}
	free(name);
	free(path);
	return best;
}

void members_build(struct resolver *self)
{
	const struct graph *graph = self->graph;

	self->owners = xmalloc((graph->symbol_count + (size_t)1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		const struct graph_symbol *symbol = &graph->symbols[i];
		const struct fact_definition *fact = fact_of(self, i);
		uint32_t type = symbol->parent;

		if (fact->owner)
			type = owner_type(self, symbol->file,
				self->snapshot->files[symbol->file].facts.text + fact->owner);
		else if (type != GRAPH_NONE && graph->symbols[type].kind != SYMBOL_TYPE)
			type = GRAPH_NONE;
		self->owners[i] = type;
		if (type == GRAPH_NONE)
			continue;
		GROW(self->members, self->member_count, self->member_room);
		self->members[self->member_count++] =
			(struct member){type, self->whole->name_of[i], i};
	}
	if (self->member_count)
		qsort(self->members, self->member_count, sizeof(*self->members), compare_members);
}

bool is_method(const struct resolver *self, uint32_t symbol)
{
	const struct graph_symbol *at = &self->graph->symbols[symbol];

	return at->kind != SYMBOL_TYPE &&
	       (self->owners[symbol] != GRAPH_NONE || at->kind == SYMBOL_METHOD);
}

/* The last one counts: overloads and conditional definitions come before. */
static uint32_t own_member(const struct resolver *self, uint32_t type, uint32_t name)
{
	uint32_t low = 0, high = self->member_count, found = GRAPH_NONE;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct member *at = &self->members[middle];

		if (at->type < type || (at->type == type && at->name < name))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < self->member_count && self->members[low].type == type &&
		self->members[low].name == name;
		low++)
		found = self->members[low].symbol;
	return found;
}

/* Where a type may be written in parts (C#, Ruby, a C++ header), the other parts of it. */
static uint32_t member_of_parts(const struct resolver *self, uint32_t type, uint32_t name)
{
	const struct graph *graph = self->graph;
	const struct language *language = self->snapshot->files[graph->symbols[type].file].language;
	uint32_t found = own_member(self, type, name);
	struct span span;

	if (found != GRAPH_NONE || language_scope(language) == LANGUAGE_SCOPE_FILE ||
		!*language_separator(language))
		return found;
	span = named(self->whole, graph->symbols[type].name);
	for (uint32_t i = 0; i < span.count && found == GRAPH_NONE; i++) {
		const struct graph_symbol *other = &graph->symbols[span.symbols[i]];

		if (span.symbols[i] != type && other->kind == SYMBOL_TYPE &&
			!strcmp(other->qualified, graph->symbols[type].qualified) &&
			language_related(self->snapshot->files[other->file].language, language))
			found = own_member(self, span.symbols[i], name);
	}
	return found;
}

static uint32_t search(
	const struct resolver *self, uint32_t type, uint32_t name, bool own, int depth)
{
	uint32_t low = 0, high = self->base_count, found = GRAPH_NONE;

	if (own)
		found = member_of_parts(self, type, name);
	if (found != GRAPH_NONE || depth > MAX_DEPTH)
		return found;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (self->bases[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	for (; found == GRAPH_NONE && low < self->base_count && self->bases[low].type == type;
		low++)
		found = search(self, self->bases[low].target, name, true, depth + 1);
	return found;
}

uint32_t member_of(const struct resolver *self, uint32_t type, const char *name)
{
	struct span span = named(self->whole, name);

	return span.count ? search(self, type, self->whole->name_of[span.symbols[0]], true, 0)
			  : GRAPH_NONE;
}

uint32_t inherited_member(const struct resolver *self, uint32_t type, const char *name)
{
	struct span span = named(self->whole, name);

	return span.count ? search(self, type, self->whole->name_of[span.symbols[0]], false, 0)
			  : GRAPH_NONE;
}

uint32_t type_around(const struct resolver *self, uint32_t symbol)
{
	while (symbol != GRAPH_NONE && self->graph->symbols[symbol].kind != SYMBOL_TYPE)
		symbol = self->owners[symbol] != GRAPH_NONE ? self->owners[symbol]
							    : self->graph->symbols[symbol].parent;
	return symbol;
}

uint32_t constructor_of(const struct resolver *self, uint32_t type)
{
	const struct graph_symbol *symbol = &self->graph->symbols[type];
	const char *name = language_constructor(self->snapshot->files[symbol->file].language);
	uint32_t found;

	/* One that is named as its type is not inherited. */
	found = *name ? member_of(self, type, name)
		      : member_of_parts(self, type, self->whole->name_of[type]);
	return found != GRAPH_NONE && self->graph->symbols[found].kind != SYMBOL_TYPE ? found
										      : type;
}
