/* Clone families: equal shapes first, then near ones by their signatures. */
#include "flywheel/graph_clone.h"

#include "graph/internal.h"
#include "graph/query/shape.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

struct body {
	uint32_t symbol, tokens;
	uint64_t hash;
};

struct like {
	uint32_t a, b; /* shapes */
};

/* One entry for each different shape; signatures lie apart, as lsh_pairs wants them. */
struct shapes {
	struct body *bodies; /* by symbol */
	size_t body_count, body_room;
	struct map known;   /* hash to shape */
	uint32_t *shape_of; /* per body */
	struct signature *signatures;
	size_t count, room, shape_room;
	struct like *pairs;
	size_t pair_count, pair_room;
	uint32_t *leader; /* per shape: the one that it is alike, or itself */
};

static bool is_compared(const struct graph *graph, const struct graph_symbol *symbol)
{
	const struct graph_symbol *outer =
		symbol->parent == GRAPH_NONE ? NULL : &graph->symbols[symbol->parent];

	return (symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_METHOD ||
		       symbol->kind == SYMBOL_TEST) &&
	       !(outer && (outer->kind == SYMBOL_FUNCTION || outer->kind == SYMBOL_METHOD));
}

/* Overloads and variants under conditions are meant to be alike: the last stands for all. */
static bool is_last(const struct graph *graph, uint32_t symbol)
{
	const struct graph_symbol *at = &graph->symbols[symbol];
	const struct graph_symbol *next = at + 1, *end = graph->symbols + graph->symbol_count;

	while (next < end && next->file == at->file && next->start < at->end)
		next++;
	return next >= end || next->file != at->file || strcmp(next->qualified, at->qualified) != 0;
}

static void add_shape(struct shapes *self, uint32_t symbol, const struct shape *shape)
{
	bool added;
	struct map_entry *entry =
		map_put(&self->known, (const char *)&shape->hash, sizeof(shape->hash), &added);

	if (added) {
		entry->value.num = (int64_t)self->count;
		GROW(self->signatures, self->count, self->room);
		self->signatures[self->count++] = shape->signature;
	}
	GROW(self->shape_of, self->body_count, self->shape_room);
	self->shape_of[self->body_count] = (uint32_t)entry->value.num;
	GROW(self->bodies, self->body_count, self->body_room);
	self->bodies[self->body_count++] = (struct body){symbol, shape->tokens, shape->hash};
}

static int read_shapes(
	struct session *session, const struct whole *whole, uint32_t least, struct shapes *self)
{
	const struct graph *graph = &whole->graph;
	struct progress *progress = progress_start("Comparing", graph->file_count);
	struct buf text = BUF_INIT;
	struct shape shape;
	int rc = 0;

	for (uint32_t i = 0; i < graph->file_count && !rc; i++) {
		const struct source_file *file = &whole->snapshot.files[i];

		progress_set(progress, i);
		if (interrupted())
			rc = fail(E_STOPPED, "stopped");
		if (rc || !file->facts.definition_count)
			continue;
		buf_clear(&text);
		rc = repo_blob_read(session->repo, &file->blob, file->facts.size, &text);
		for (uint32_t k = 0; k < file->facts.definition_count && !rc; k++) {
			const struct graph_symbol *at = &graph->symbols[file->first_symbol + k];

			if (!is_last(graph, file->first_symbol + k) || !is_compared(graph, at) ||
				at->end - at->start < least)
				continue;
			shape_init(&shape, text.ptr, at->start, at->end, &file->facts, NULL);
			if (shape.tokens >= least)
				add_shape(self, file->first_symbol + k, &shape);
		}
	}
	progress_finish(progress);
	buf_release(&text);
	return rc;
}

static int on_pair(size_t a, size_t b, void *payload)
{
	struct shapes *self = payload;

	GROW(self->pairs, self->pair_count, self->pair_room);
	self->pairs[self->pair_count++] = (struct like){(uint32_t)a, (uint32_t)b};
	return interrupted() ? fail(E_STOPPED, "stopped") : 0;
}

static int compare_pairs(const void *left, const void *right)
{
	const struct like *x = left, *y = right;

	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return (x->a > y->a) - (x->a < y->a);
}

/* All of a family are alike its first: chains of likeness would end far from where they began. */
static void find_leaders(struct shapes *self)
{
	self->leader = xcalloc(self->count + 1, sizeof(*self->leader));
	for (uint32_t i = 0; i < self->count; i++)
		self->leader[i] = i;
	if (self->pair_count)
		qsort(self->pairs, self->pair_count, sizeof(*self->pairs), compare_pairs);
	for (size_t i = 0; i < self->pair_count; i++) {
		uint32_t b = self->pairs[i].b, leader = self->leader[self->pairs[i].a];

		if (self->leader[b] == b && signature_similarity(&self->signatures[leader],
						    &self->signatures[b]) >= CLONE_LIKENESS)
			self->leader[b] = leader;
	}
}

/* Bodies by family, then symbol. */
struct member {
	size_t family;
	size_t body;
};

static int compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return (a->body > b->body) - (a->body < b->body);
}

static int compare_families(const void *left, const void *right)
{
	const struct clone_family *a = left, *b = right;
	uint64_t m = (uint64_t)a->tokens * (a->count - 1);
	uint64_t n = (uint64_t)b->tokens * (b->count - 1);

	if (m != n)
		return m > n ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

static void add_family(struct shapes *self, const struct graph *graph, const struct member *members,
	uint32_t count, struct clones *out)
{
	struct clone_family *family = &out->families[out->count++];
	const struct body *lead = &self->bodies[members[0].body];
	const struct signature *signature = &self->signatures[self->shape_of[members[0].body]];

	*family = (struct clone_family){out->member_count, count, lead->tokens, 1, true};
	for (uint32_t i = 0; i < count; i++) {
		size_t at = members[i].body;
		double like = self->bodies[at].hash == lead->hash
				      ? 1
				      : signature_similarity(
						signature, &self->signatures[self->shape_of[at]]);

		family->likeness = like < family->likeness ? like : family->likeness;
		family->same_text &= graph->symbols[self->bodies[at].symbol].body ==
				     graph->symbols[lead->symbol].body;
		out->members[out->member_count++] = self->bodies[at].symbol;
	}
}

static void collect(struct shapes *self, const struct graph *graph, struct clones *out)
{
	struct member *members = xcalloc(self->body_count + 1, sizeof(*members));

	for (size_t i = 0; i < self->body_count; i++)
		members[i] = (struct member){self->leader[self->shape_of[i]], i};
	if (self->body_count)
		qsort(members, self->body_count, sizeof(*members), compare_members);
	out->families = xcalloc(self->body_count + 1, sizeof(*out->families));
	out->members = xcalloc(self->body_count + 1, sizeof(*out->members));
	for (size_t i = 0, end; i < self->body_count; i = end) {
		for (end = i + 1;
			end < self->body_count && members[end].family == members[i].family;)
			end++;
		if (end - i > 1)
			add_family(self, graph, members + i, (uint32_t)(end - i), out);
	}
	if (out->count)
		qsort(out->families, out->count, sizeof(*out->families), compare_families);
	free(members);
}

int graph_clones(
	struct session *session, const struct graph *graph, uint32_t least, struct clones *out)
{
	struct shapes shapes = {.known = MAP_INIT};
	int rc = read_shapes(session, (const struct whole *)graph, least, &shapes);

	memset(out, 0, sizeof(*out));
	if (!rc)
		rc = lsh_pairs(
			shapes.signatures, NULL, shapes.count, CLONE_LIKENESS, on_pair, &shapes);
	if (!rc) {
		find_leaders(&shapes);
		collect(&shapes, graph, out);
	}
	free(shapes.pairs);
	free(shapes.leader);
	map_release(&shapes.known);
	free(shapes.bodies);
	free(shapes.shape_of);
	free(shapes.signatures);
	return rc;
}

void graph_clones_release(struct clones *clones)
{
	free(clones->families);
	free(clones->members);
	memset(clones, 0, sizeof(*clones));
}
