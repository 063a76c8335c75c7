/* The diff of two trees in definitions: pairs by name, then what moved or got another name. */
#include "flywheel/graph_diff.h"

#include "graph/internal.h"
#include "graph/query/entity.h"
#include "graph/query/shape.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define LIKE_SAME_NAME 0.5
#define LIKE_OTHER_NAME 0.7
#define LIKE_TOKENS 20 /* shorter texts are alike by chance */

/* One file that differs; `lone_of` gives a definition without a partner its lone + 1. */
struct differing {
	char *path;
	struct oid blob[2];
	struct facts facts[2];
	uint32_t *lone_of[2];
};

/* A definition of one side only, and what it was matched with. */
struct lone {
	uint32_t file, fact;
	bool new;
	uint32_t tokens;
	uint64_t shape; /* of the text without its own name */
	size_t partner; /* lone + 1; 0: none */
	double likeness;
};

struct diff {
	struct graph_diff diff; /* first: what callers see */
	struct session *session;
	struct differing *files;
	size_t file_count, file_room;
	struct lone *lones;
	struct signature *signatures; /* of the lones */
	size_t lone_count, lone_room, signature_room, entity_room;
	struct progress *progress;
};

const char *entity_change_name(enum entity_change change)
{
	static const char *const names[] = {"added", "removed", "changed", "moved", "renamed"};

	return names[change];
}

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct diff *self = payload;
	struct differing *file;

	GROW(self->files, self->file_count, self->file_room);
	file = &self->files[self->file_count++];
	memset(file, 0, sizeof(*file));
	file->path = xstrdup(path);
	if (old)
		file->blob[0] = *old;
	if (new)
		file->blob[1] = *new;
	return 0;
}

static const struct fact_definition *fact_of(const struct diff *self, const struct lone *lone)
{
	return &self->files[lone->file].facts[lone->new].definitions[lone->fact];
}

static const char *text_of(const struct diff *self, const struct lone *lone, uint32_t offset)
{
	return self->files[lone->file].facts[lone->new].text + offset;
}

static struct entity_side side_of(
	const struct differing *file, bool new, const struct fact_definition *fact)
{
	return (struct entity_side){file->path, file->facts[new].text + fact->qualified, fact->line,
		fact->end_line, fact->cyclomatic, fact->cognitive};
}

static struct entity *add_entity(struct diff *self, enum entity_change change)
{
	struct entity *entity;

	GROW(self->diff.items, self->diff.count, self->entity_room);
	entity = &self->diff.items[self->diff.count++];
	*entity = (struct entity){.change = change, .likeness = 1};
	return entity;
}

/* A file that only changed its path is one move, not one for each thing in it. */
static void match_files(struct diff *self)
{
	struct map gone = MAP_INIT;

	for (size_t i = 0; i < self->file_count; i++)
		if (oid_is_zero(&self->files[i].blob[1]))
			map_put(&gone, (const char *)self->files[i].blob[0].raw, OID_RAW, NULL)
				->value.num = (int64_t)i + 1;
	for (size_t i = 0; i < self->file_count; i++) {
		struct differing *to = &self->files[i], *from;
		struct map_entry *entry;
		struct entity *entity;

		if (!oid_is_zero(&to->blob[0]))
			continue;
		entry = map_get(&gone, (const char *)to->blob[1].raw, OID_RAW);
		if (!entry || !entry->value.num)
			continue;
		from = &self->files[entry->value.num - 1];
		entry->value.num = 0;
		memset(&from->blob[0], 0, sizeof(from->blob[0]));
		memset(&to->blob[1], 0, sizeof(to->blob[1]));
		entity = add_entity(self, ENTITY_MOVED);
		entity->whole_file = true;
		entity->old = (struct entity_side){.path = from->path, .qualified = ""};
		entity->new = (struct entity_side){.path = to->path, .qualified = ""};
	}
	map_release(&gone);
}

static int read_facts(struct diff *self)
{
	struct fact_source *source = NULL;
	int rc = fact_source_open(self->session, false, &source);

	for (size_t i = 0; i < self->file_count && !rc; i++) {
		struct differing *file = &self->files[i];

		progress_set(self->progress, i);
		if (interrupted())
			rc = fail(E_STOPPED, "stopped");
		for (int side = 0; side < 2 && !rc; side++)
			if (!oid_is_zero(&file->blob[side]))
				rc = fact_source_read(
					source, file->path, &file->blob[side], &file->facts[side]);
	}
	fact_source_free(source);
	return rc;
}

static void add_lone(struct diff *self, uint32_t file, uint32_t fact, bool new)
{
	struct differing *of = &self->files[file];

	GROW(self->lones, self->lone_count, self->lone_room);
	self->lones[self->lone_count++] = (struct lone){.file = file, .fact = fact, .new = new};
	of->lone_of[new][fact] = (uint32_t)self->lone_count;
}

static void pair_file(struct diff *self, uint32_t index)
{
	struct differing *file = &self->files[index];
	const struct facts *old = &file->facts[0], *new = &file->facts[1];
	bool *paired;
	uint32_t *partner = pair_definitions(old, new, &paired);

	for (int side = 0; side < 2; side++)
		file->lone_of[side] =
			xcalloc(file->facts[side].definition_count + (size_t)1, sizeof(uint32_t));
	for (uint32_t i = 0; i < old->definition_count; i++) {
		if (partner[i] == PARSE_NONE) {
			add_lone(self, index, i, false);
		} else if (definition_differs(old, i, new, partner[i])) {
			struct entity *entity = add_entity(self, ENTITY_CHANGED);

			entity->kind = old->definitions[i].kind;
			entity->edited = true;
			entity->old = side_of(file, false, &old->definitions[i]);
			entity->new = side_of(file, true, &new->definitions[partner[i]]);
		}
	}
	for (uint32_t i = 0; i < new->definition_count; i++)
		if (!paired[i])
			add_lone(self, index, i, true);
	free(partner);
	free(paired);
}

/* Lones come by file and side: each text is read once. */
static int read_shapes(struct diff *self)
{
	struct buf text = BUF_INIT;
	struct shape shape;
	int rc = 0;

	self->signatures = xcalloc(self->lone_count + 1, sizeof(*self->signatures));
	for (size_t i = 0; i < self->lone_count && !rc; i++) {
		struct lone *lone = &self->lones[i];
		const struct differing *file = &self->files[lone->file];
		const struct fact_definition *fact = fact_of(self, lone);

		if (!i || lone[-1].file != lone->file || lone[-1].new != lone->new) {
			buf_clear(&text);
			rc = repo_blob_read(self->session->repo, &file->blob[lone->new],
				file->facts[lone->new].size, &text);
		}
		if (rc)
			break;
		shape_init(&shape, text.ptr, fact->start, fact->end, &file->facts[lone->new],
			text_of(self, lone, fact->name));
		lone->shape = shape.hash;
		lone->tokens = shape.tokens;
		self->signatures[i] = shape.signature;
	}
	buf_release(&text);
	return rc;
}

static bool same_name(const struct diff *self, const struct lone *a, const struct lone *b)
{
	return !strcmp(
		text_of(self, a, fact_of(self, a)->name), text_of(self, b, fact_of(self, b)->name));
}

static void match(struct diff *self, size_t old, size_t new, double likeness)
{
	self->lones[old].partner = new + 1;
	self->lones[new].partner = old + 1;
	self->lones[old].likeness = self->lones[new].likeness = likeness;
}

/* By equal text, or up to the own name: the nearest of several, by name, then by path. */
static void match_equal(struct diff *self, bool shapes)
{
	uint32_t *next = xcalloc(self->lone_count + 1, sizeof(*next));
	struct map known = MAP_INIT;

	for (size_t i = self->lone_count; i--;) {
		const struct lone *lone = &self->lones[i];
		const uint64_t *key = shapes ? &lone->shape : &fact_of(self, lone)->body;
		struct map_entry *entry;

		if (!lone->new || lone->partner)
			continue;
		entry = map_put(&known, (const char *)key, sizeof(*key), NULL);
		next[i] = (uint32_t)entry->value.num;
		entry->value.num = (int64_t)i + 1;
	}
	for (size_t i = 0; i < self->lone_count; i++) {
		const struct lone *from = &self->lones[i];
		const uint64_t *key = shapes ? &from->shape : &fact_of(self, from)->body;
		struct map_entry *entry = map_get(&known, (const char *)key, sizeof(*key));
		size_t best = 0;
		int best_near = -1;

		if (from->new || from->partner || !entry)
			continue;
		for (size_t at = (size_t)entry->value.num; at; at = next[at - 1]) {
			const struct lone *to = &self->lones[at - 1];
			int near = 2 * same_name(self, from, to) + (from->file == to->file);

			if (to->partner || fact_of(self, from)->kind != fact_of(self, to)->kind ||
				near <= best_near || (near < 2 && from->tokens < LIKE_TOKENS / 2))
				continue;
			best = at;
			best_near = near;
		}
		if (best)
			match(self, i, best - 1, 1);
	}
	map_release(&known);
	free(next);
}

struct alike {
	size_t old, new;
	double likeness;
};
struct alikes {
	struct diff *diff;
	struct alike *items;
	size_t count, capacity;
};

static int on_pair(size_t a, size_t b, void *payload)
{
	struct alikes *alikes = payload;
	struct diff *self = alikes->diff;
	size_t old = self->lones[a].new ? b : a, new = self->lones[a].new ? a : b;
	const struct lone *from = &self->lones[old], *to = &self->lones[new];
	double likeness;

	if (from->new || !to->new || from->partner || to->partner || from->tokens < LIKE_TOKENS ||
		to->tokens < LIKE_TOKENS || fact_of(self, from)->kind != fact_of(self, to)->kind)
		return 0;
	likeness = signature_similarity(&self->signatures[old], &self->signatures[new]);
	if (likeness < LIKE_OTHER_NAME && !same_name(self, from, to))
		return 0;
	GROW(alikes->items, alikes->count, alikes->capacity);
	alikes->items[alikes->count++] = (struct alike){old, new, likeness};
	return interrupted() ? fail(E_STOPPED, "stopped") : 0;
}

static int compare_alikes(const void *left, const void *right)
{
	const struct alike *a = left, *b = right;

	if (a->likeness < b->likeness || a->likeness > b->likeness)
		return a->likeness > b->likeness ? -1 : 1;
	if (a->old != b->old)
		return a->old < b->old ? -1 : 1;
	return (a->new > b->new) - (a->new < b->new);
}

static int match_alike(struct diff *self)
{
	struct alikes alikes = {.diff = self};
	int rc = lsh_pairs(
		self->signatures, NULL, self->lone_count, LIKE_SAME_NAME, on_pair, &alikes);

	if (!rc && alikes.count)
		qsort(alikes.items, alikes.count, sizeof(*alikes.items), compare_alikes);
	for (size_t i = 0; i < alikes.count && !rc; i++) {
		const struct alike *pair = &alikes.items[i];

		if (!self->lones[pair->old].partner && !self->lones[pair->new].partner)
			match(self, pair->old, pair->new,
				pair->likeness < 1 ? pair->likeness : 0.99);
	}
	free(alikes.items);
	return rc;
}

/* It went with the definition around it, as it was. */
static bool moved_along(const struct diff *self, const struct lone *from, const struct lone *to)
{
	uint32_t outer = fact_of(self, from)->parent, other = fact_of(self, to)->parent;
	uint32_t a, b;

	if (outer == PARSE_NONE || other == PARSE_NONE || from->likeness < 1 ||
		!same_name(self, from, to))
		return false;
	a = self->files[from->file].lone_of[0][outer];
	b = self->files[to->file].lone_of[1][other];
	return a && b && self->lones[a - 1].partner == b;
}

static void tell_lones(struct diff *self)
{
	for (size_t i = 0; i < self->lone_count; i++) {
		const struct lone *lone = &self->lones[i];
		const struct lone *to = lone->partner ? &self->lones[lone->partner - 1] : NULL;
		const struct fact_definition *fact = fact_of(self, lone);
		struct entity *entity;

		if (to && (lone->new || moved_along(self, lone, to)))
			continue;
		entity = add_entity(self, to          ? ENTITY_RENAMED
					  : lone->new ? ENTITY_ADDED
						      : ENTITY_REMOVED);
		entity->kind = fact->kind;
		if (lone->new) {
			entity->new = side_of(&self->files[lone->file], true, fact);
			continue;
		}
		entity->old = side_of(&self->files[lone->file], false, fact);
		if (!to)
			continue;
		if (same_name(self, lone, to))
			entity->change = ENTITY_MOVED;
		entity->new = side_of(&self->files[to->file], true, fact_of(self, to));
		entity->likeness = lone->likeness;
		entity->edited = lone->likeness < 1;
	}
}

static int compare_entities(const void *left, const void *right)
{
	const struct entity *a = left, *b = right;
	const struct entity_side *x = a->new.path ? &a->new : &a->old;
	const struct entity_side *y = b->new.path ? &b->new : &b->old;
	int order = strcmp(x->path, y->path);

	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	order = strcmp(x->qualified, y->qualified);
	return order ? order : (x->end_line > y->end_line) - (x->end_line < y->end_line);
}

int graph_diff_open(struct session *session, const struct oid *from, const struct oid *to,
	struct graph_diff **out)
{
	struct diff *self = xcalloc(1, sizeof(*self));
	int rc = 0;

	*out = NULL;
	self->session = session;
	rc = repo_tree_diff(session->repo, from, to, on_change, self);
	self->progress = progress_start("Comparing", self->file_count);
	if (!rc) {
		match_files(self);
		rc = read_facts(self);
	}
	for (uint32_t i = 0; i < self->file_count && !rc; i++)
		pair_file(self, i);
	if (!rc)
		rc = read_shapes(self);
	if (!rc) {
		match_equal(self, false);
		match_equal(self, true);
		rc = match_alike(self);
	}
	progress_finish(self->progress);
	if (rc) {
		graph_diff_free(&self->diff);
		return rc;
	}
	tell_lones(self);
	if (self->diff.count)
		qsort(self->diff.items, self->diff.count, sizeof(*self->diff.items),
			compare_entities);
	*out = &self->diff;
	return 0;
}

void graph_diff_free(struct graph_diff *diff)
{
	struct diff *self = (struct diff *)diff;

	if (!diff)
		return;
	for (size_t i = 0; i < self->file_count; i++)
		for (int side = 0; side < 2; side++) {
			facts_release(&self->files[i].facts[side]);
			free(self->files[i].lone_of[side]);
		}
	for (size_t i = 0; i < self->file_count; i++)
		free(self->files[i].path);
	free(self->files);
	free(self->lones);
	free(self->signatures);
	free(self->diff.items);
	free(self);
}
