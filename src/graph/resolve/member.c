/* Types: what they hold, what they inherit, and what type a definition stands in. */
#include "graph/resolve/resolver.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BIT(name) ((uint64_t)1 << ((name)&63U))

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

/* Range of a type's own bases. */
static uint32_t bases_of(const struct resolver *self, uint32_t type, uint32_t *end)
{
	uint32_t low = 0, high = self->base_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (self->bases[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	for (*end = low; *end < self->base_count && self->bases[*end].type == type;)
		++*end;
	return low;
}

static void line_add(struct resolver *self, uint32_t type)
{
	GROW(self->lines, self->line_count, self->line_room);
	self->lines[self->line_count++] = type;
}

static bool holds(struct span span, uint32_t first, uint32_t type)
{
	for (uint32_t i = first; i < span.count; i++)
		if (span.symbols[i] == type)
			return true;
	return false;
}

#define MERGED_MAX 32

/*
 * The C3 linearization (Barrett et al., 1996), which Python uses and which agrees with single
 * inheritance: the next type is a head that stands in no other list's tail. Where there is none,
 * the first head is taken.
 */
static void merge_lines(struct resolver *self, struct span *lists, uint32_t count)
{
	uint32_t at[MERGED_MAX] = {0};

	for (;;) {
		uint32_t next = GRAPH_NONE;

		for (uint32_t i = 0; i < count && next == GRAPH_NONE; i++) {
			bool tail = at[i] == lists[i].count;

			for (uint32_t k = 0; k < count && !tail; k++)
				tail = holds(lists[k], at[k] + 1, lists[i].symbols[at[i]]);
			if (!tail)
				next = lists[i].symbols[at[i]];
		}
		for (uint32_t i = 0; i < count && next == GRAPH_NONE; i++)
			if (at[i] < lists[i].count)
				next = lists[i].symbols[at[i]];
		if (next == GRAPH_NONE)
			return;
		line_add(self, next);
		for (uint32_t i = 0; i < count; i++)
			while (at[i] < lists[i].count && lists[i].symbols[at[i]] == next)
				at[i]++;
	}
}

/* A line in `lines` is its length and its types. The two first places hold none. */
#define LINE_UNKNOWN 0U
#define LINE_EMPTY 1U
static void make_line(struct resolver *self, uint32_t type, int depth)
{
	struct span lists[MERGED_MAX];
	uint32_t copy[MERGED_MAX * MERGED_MAX], copied = 0, count = 0, start, end;
	uint32_t first = bases_of(self, type, &end), own[MERGED_MAX], owned = 0;

	if (first == end || self->line_of[type] != LINE_UNKNOWN)
		return;
	self->line_of[type] = LINE_EMPTY;
	for (uint32_t i = first; i < end && i - first < MERGED_MAX - 1 && depth < 4 * MAX_DEPTH;
		i++)
		make_line(self, self->bases[i].target, depth + 1);
	for (uint32_t i = first; i < end && count < MERGED_MAX - 1; i++) {
		struct span line = ancestors_of(self, self->bases[i].target);
		uint32_t room = MERGED_MAX * MERGED_MAX - copied;

		line.count = line.count < room ? line.count : room;
		for (uint32_t k = 0; k < line.count; k++)
			copy[copied + k] = line.symbols[k];
		if (!line.count)
			copy[copied] = self->bases[i].target;
		lists[count++] = (struct span){copy + copied, line.count ? line.count : 1};
		copied += lists[count - 1].count;
		own[owned++] = self->bases[i].target;
		if (copied >= MERGED_MAX * MERGED_MAX - 1)
			break;
	}
	lists[count++] = (struct span){own, owned};
	start = self->line_count;
	line_add(self, 0);
	line_add(self, type);
	merge_lines(self, lists, count);
	self->lines[start] = self->line_count - start - 1;
	self->line_of[type] = start;
}

void bases_finish(struct resolver *self)
{
	if (self->base_count)
		qsort(self->bases, self->base_count, sizeof(*self->bases), compare_bases);
	self->line_of = xcalloc(self->graph->symbol_count + (size_t)1, sizeof(uint32_t));
	line_add(self, 0);
	line_add(self, 0);
	for (uint32_t i = 0; i < self->base_count; i++)
		make_line(self, self->bases[i].type, 0);
}

/* Of a type without bases, or one that is among its own, the line is empty: it stands alone. */
struct span ancestors_of(const struct resolver *self, uint32_t type)
{
	uint32_t at = self->line_of ? self->line_of[type] : LINE_EMPTY;

	if (at <= LINE_EMPTY)
		return (struct span){NULL, 0};
	return (struct span){self->lines + at + 1, self->lines[at]};
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
	self->has = xcalloc(graph->symbol_count + (size_t)1, sizeof(*self->has));
	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		const struct graph_symbol *symbol = &graph->symbols[i];
		const struct fact_definition *fact = fact_of(self, i);
		uint32_t type = symbol->parent;

		/* A type within `impl T` (Rust) may have T's own name. */
		if (fact->owner && symbol->kind != SYMBOL_TYPE)
			type = owner_type(self, symbol->file,
				self->snapshot->files[symbol->file].facts.text + fact->owner);
		else if (type != GRAPH_NONE && graph->symbols[type].kind != SYMBOL_TYPE)
			type = GRAPH_NONE;
		self->owners[i] = type;
		if (type == GRAPH_NONE)
			continue;
		/* The last one counts: overloads and conditional definitions come before. */
		memo_put(&self->members, type, self->whole->name_of[i], 0, i);
		self->has[type] |= BIT(self->whole->name_of[i]);
	}
}

bool is_method(const struct resolver *self, uint32_t symbol)
{
	const struct graph_symbol *at = &self->graph->symbols[symbol];

	return at->kind != SYMBOL_TYPE &&
	       (self->owners[symbol] != GRAPH_NONE || at->kind == SYMBOL_METHOD);
}

static uint32_t own_member(const struct resolver *self, uint32_t type, uint32_t name)
{
	uint32_t found;

	if (!(self->has[type] & BIT(name)))
		return GRAPH_NONE;
	return memo_get(&self->members, type, name, 0, &found) ? found : GRAPH_NONE;
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
	span = numbered(self->whole, self->whole->name_of[type]);
	for (uint32_t i = 0; i < span.count && found == GRAPH_NONE; i++) {
		const struct graph_symbol *other = &graph->symbols[span.symbols[i]];

		if (span.symbols[i] != type && other->kind == SYMBOL_TYPE &&
			!strcmp(other->qualified, graph->symbols[type].qualified) &&
			language_related(self->snapshot->files[other->file].language, language))
			found = own_member(self, span.symbols[i], name);
	}
	return found;
}

bool has_foreign_base(const struct resolver *self, uint32_t type)
{
	struct span line = ancestors_of(self, type);
	bool foreign = self->foreign[type];

	for (uint32_t i = 1; i < line.count && !foreign; i++)
		foreign = self->foreign[line.symbols[i]];
	return foreign;
}

static uint32_t search(const struct resolver *self, uint32_t type, uint32_t number, bool own)
{
	struct span line = ancestors_of(self, type);
	uint32_t found = GRAPH_NONE;

	if (number == NAME_UNKNOWN)
		return GRAPH_NONE;
	if (own)
		found = member_of_parts(self, type, number);
	for (uint32_t i = 1; i < line.count && found == GRAPH_NONE; i++)
		found = member_of_parts(self, line.symbols[i], number);
	return found;
}

uint32_t member_of(const struct resolver *self, uint32_t type, const char *name)
{
	return search(self, type, name_number(self->whole, name, strlen(name)), true);
}

uint32_t member_numbered(const struct resolver *self, uint32_t type, uint32_t number)
{
	return search(self, type, number, true);
}

uint32_t inherited_member(const struct resolver *self, uint32_t type, const char *name)
{
	return search(self, type, name_number(self->whole, name, strlen(name)), false);
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
