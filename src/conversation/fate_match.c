/* Whose are the lines that a commit adds: proposed as they stand, in other words, or back again. */
#include "conversation/fate_walk.h"

#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 256
#define LIKE_ENOUGH 0.6 /* Dice's coefficient of pairs of characters */
#define COMPARED_BYTES 300
#define COMPARED_PAIRS 200000 /* of lines, in one file of one commit */

static bool is_open(const struct fate_line *line)
{
	return line->state == LINE_PENDING || line->state == LINE_PASSED;
}

static void set_state(struct fates *fates, uint32_t number, enum line_state state)
{
	fates->lines[number].state = (uint8_t)state;
}

/* Keeps what still waits, in its order. */
static void compact(struct fates *fates, struct fate_path *path)
{
	uint32_t kept = 0, active = path->active;

	for (uint32_t i = 0; i < path->pending_count; i++) {
		const struct fate_line *line = &fates->lines[path->pending[i]];

		if (is_open(line))
			path->pending[kept++] = path->pending[i];
		else if (i < path->active)
			active--;
	}
	path->pending_count = kept;
	path->active = active;
	if (kept)
		return;
	free(path->pending);
	path->pending = NULL;
	path->pending_capacity = 0;
}

/* Line numbers by hash; the last one in is the first one out. */
struct stack {
	uint32_t *list;
	uint32_t count, capacity;
};

static void push(struct stack *stack, uint32_t line)
{
	GROW(stack->list, stack->count, stack->capacity);
	stack->list[stack->count++] = line;
}

void stack_push(struct map *map, uint64_t hash, uint32_t line)
{
	bool added = false;
	struct map_entry *entry = map_put(map, (const char *)&hash, sizeof(hash), &added);

	if (added)
		entry->value.ptr = xcalloc(1, sizeof(struct stack));
	push(entry->value.ptr, line);
}

uint32_t stack_pop(struct map *map, uint64_t hash)
{
	struct map_entry *entry = map_get(map, (const char *)&hash, sizeof(hash));
	struct stack *stack = entry ? entry->value.ptr : NULL;

	return stack && stack->count ? stack->list[--stack->count] : FATE_NONE;
}

void stacks_release(struct map *map)
{
	for (size_t i = 0; i < map->count; i++) {
		free(((struct stack *)map->entries[i].value.ptr)->list);
		free(map->entries[i].value.ptr);
	}
	map_release(map);
}

static void count_before(const struct text_lines *before, struct map *counts)
{
	for (uint32_t i = 0; before && i < before->count; i++) {
		size_t len;
		const char *text = line_text(before, i, &len);
		bool trivial;
		uint64_t hash = fate_hash(text, len, &trivial);

		if (!trivial)
			map_put(counts, (const char *)&hash, sizeof(hash), NULL)->value.num++;
	}
}

/*
 * An edit whose tool does not say what it replaces may repeat what the file held, or what an edit
 * before it proposed: such lines are nobody's news. `again` takes what was proposed, which the next
 * edit may repeat as well.
 */
static bool is_repeat(struct map *before, struct map *proposed, uint64_t hash, struct stack *again)
{
	struct map_entry *entry = map_get(before, (const char *)&hash, sizeof(hash));
	uint32_t earlier;

	if (entry && entry->value.num > 0) {
		entry->value.num--;
		return true;
	}
	earlier = stack_pop(proposed, hash);
	if (earlier == FATE_NONE)
		return false;
	push(again, earlier);
	return true;
}

/* The first edit of those that write from one place of the list on, and take out from another. */
static uint32_t next_edit(
	const struct fates *fates, const struct fate_path *path, uint32_t at, uint32_t out)
{
	uint32_t writes =
		at < path->pending_count ? fates->lines[path->pending[at]].origin : FATE_NONE;
	uint32_t takes = out < path->replaced_count ? path->replaced[out].origin : FATE_NONE;

	return writes < takes ? writes : takes;
}

static bool due_edit(const struct fates *fates, uint32_t origin, int64_t until)
{
	return origin != FATE_NONE && fates->origins[origin].at <= until;
}

/* The lines of one edit, which stand together from `*at` and `*out` on. */
static void activate_edit(struct fates *fates, struct fate_path *path, uint32_t origin,
	uint32_t *at, uint32_t *out, struct map *proposed, const struct text_lines *before)
{
	bool whole = fates->origins[origin].evidence == BY_WRITE;
	struct map held = MAP_INIT;
	struct stack again = {0};
	uint32_t from = *at;

	if (whole)
		count_before(before, &held);
	for (; *out < path->replaced_count && path->replaced[*out].origin == origin; ++*out) {
		uint32_t own = stack_pop(proposed, path->replaced[*out].hash);

		if (own != FATE_NONE)
			set_state(fates, own, LINE_DROPPED);
	}
	for (; *at < path->pending_count && fates->lines[path->pending[*at]].origin == origin;
		++*at) {
		struct fate_line *line = &fates->lines[path->pending[*at]];

		if (is_open(line) && whole && is_repeat(&held, proposed, line->hash, &again))
			line->state = LINE_CONTEXT;
	}
	for (uint32_t i = 0; i < again.count; i++)
		stack_push(proposed, fates->lines[again.list[i]].hash, again.list[i]);
	free(again.list);
	map_release(&held);
	for (uint32_t i = from; i < *at; i++)
		if (is_open(&fates->lines[path->pending[i]]))
			stack_push(proposed, fates->lines[path->pending[i]].hash, path->pending[i]);
}

bool is_due(const struct fates *fates, const struct fate_path *path, int64_t until)
{
	return due_edit(fates, next_edit(fates, path, path->active, 0), until);
}

static void drop_replaced(struct fate_path *path, uint32_t count)
{
	path->replaced_count -= count;
	if (path->replaced_count) {
		memmove(path->replaced, path->replaced + count,
			path->replaced_count * sizeof(*path->replaced));
		return;
	}
	free(path->replaced);
	path->replaced = NULL;
	path->replaced_capacity = 0;
}

void activate(
	struct fates *fates, struct fate_path *path, const struct text_lines *before, int64_t until)
{
	struct map proposed = MAP_INIT;
	uint32_t at = path->active, out = 0, edit = next_edit(fates, path, at, out);

	if (!due_edit(fates, edit, until))
		return;
	for (uint32_t i = 0; i < at; i++)
		stack_push(&proposed, fates->lines[path->pending[i]].hash, path->pending[i]);
	for (; due_edit(fates, edit, until); edit = next_edit(fates, path, at, out))
		activate_edit(fates, path, edit, &at, &out, &proposed, before);
	path->active = at;
	drop_replaced(path, out);
	stacks_release(&proposed);
	compact(fates, path);
}

/* ---- as it stands ---- */

static void give(struct fates *fates, struct change *change, struct added *added, uint32_t number,
	enum line_state state, const struct commit *commit)
{
	struct fate_line *line = &fates->lines[number];

	line->commit = origin_commit(
		fates, &fates->origins[line->origin], &commit->id, commit->commit_time);
	line->path = change->number;
	set_state(fates, number, state);
	added->taken = true;
	change->owners[added->line] = number;
}

void match_pending(
	struct fates *fates, struct change *change, const struct commit *commit, bool *any)
{
	struct fate_path *path = &fates->paths[change->number];
	struct map waiting = MAP_INIT;

	for (uint32_t i = 0; i < path->active; i++) {
		uint32_t number = path->pending[i];

		if (fates->origins[fates->lines[number].origin].at >=
			commit->commit_time - FATE_HORIZON)
			stack_push(&waiting, fates->lines[number].hash, number);
	}
	for (uint32_t i = 0; waiting.count && i < change->added_count; i++) {
		struct added *added = &change->added[i];
		uint32_t number = added->trivial || added->taken ? FATE_NONE
								 : stack_pop(&waiting, added->hash);

		if (number == FATE_NONE)
			continue;
		give(fates, change, added, number, LINE_KEPT, commit);
		*any = true;
	}
	stacks_release(&waiting);
}

/* ---- in other words ---- */

struct pairs {
	unsigned char count[BUCKETS];
	unsigned total;
};

static void pairs_of(const char *text, size_t len, struct pairs *out)
{
	unsigned char last = 0;

	memset(out, 0, sizeof(*out));
	if (len > COMPARED_BYTES)
		len = COMPARED_BYTES;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (isspace(c))
			continue;
		if (last) {
			unsigned char *count = &out->count[(last * 31u + c) % BUCKETS];

			*count = (unsigned char)(*count + (*count < 255));
			out->total++;
		}
		last = c;
	}
}

static double likeness(const struct pairs *a, const struct pairs *b)
{
	unsigned same = 0, less = a->total < b->total ? a->total : b->total;

	if (!less || 2.0 * less / (a->total + b->total) < LIKE_ENOUGH)
		return 0;
	for (size_t i = 0; i < BUCKETS; i++)
		same += a->count[i] < b->count[i] ? a->count[i] : b->count[i];
	return 2.0 * same / (a->total + b->total);
}

/* The text of one edit: its lines are asked for one after the other. */
struct words {
	uint32_t origin;
	struct buf text;
};

/* The words of a proposed line, from the text of its edit. */
static bool words_of(struct fates *fates, uint32_t number, struct words *words, struct pairs *out)
{
	const struct fate_line *line = &fates->lines[number];
	const struct origin *origin = &fates->origins[line->origin];

	if (words->origin != line->origin) {
		words->origin = line->origin;
		buf_clear(&words->text);
		if (talk_link_edit_text(
			    fates->session->store, origin->turn, origin->position, &words->text))
			error_clear();
	}
	for (const char *at = words->text.ptr; *at;) {
		size_t len = strcspn(at, "\n");
		bool trivial;

		if (fate_hash(at, len, &trivial) == line->hash) {
			pairs_of(at, len, out);
			return true;
		}
		at += len + (at[len] == '\n');
	}
	return false;
}

struct wanting {
	uint32_t *lines;
	size_t count, capacity;
};

/* Lines that this commit may have in other words: of edits that it is the first one after. */
static void find_wanting(struct fates *fates, const struct change *change,
	const struct commit *commit, struct wanting *out)
{
	struct fate_path *path = &fates->paths[change->number];

	for (uint32_t i = 0; i < path->active; i++) {
		struct fate_line *line = &fates->lines[path->pending[i]];
		const struct origin *origin = &fates->origins[line->origin];
		const struct fate_commit *last =
			origin->commit_count
				? origin_landed(fates, origin, origin->commit_count - 1)
				: NULL;

		if (!is_open(line) || origin->at < commit->commit_time - FATE_HORIZON)
			continue;
		if (line->state == LINE_PASSED && !(last && oid_equal(&last->id, &commit->id)))
			continue;
		GROW(out->lines, out->count, out->capacity);
		out->lines[out->count++] = path->pending[i];
	}
}

static void match_line(struct fates *fates, struct change *change, const struct commit *commit,
	uint32_t number, const struct pairs *words, const struct pairs *others)
{
	struct added *best = NULL;
	double most = 0;

	for (uint32_t i = 0; i < change->added_count; i++) {
		struct added *added = &change->added[i];
		double like = added->trivial || added->taken ? 0 : likeness(words, &others[i]);

		if (like >= LIKE_ENOUGH && like > most) {
			most = like;
			best = added;
		}
	}
	if (best)
		give(fates, change, best, number, LINE_EDITED, commit);
}

static void match_words(struct fates *fates, struct change *change, const struct commit *commit,
	const struct wanting *wanting)
{
	struct words texts = {FATE_NONE, BUF_INIT};
	struct text_lines lines;
	struct pairs *others, words;

	if (!fate_text(fates, &change->new, &lines))
		return;
	others = xcalloc(change->added_count + 1, sizeof(*others));
	for (uint32_t i = 0; i < change->added_count; i++) {
		size_t len;
		const char *text = line_text(&lines, change->added[i].line, &len);

		pairs_of(text, len, &others[i]);
	}
	text_release(&lines);
	for (size_t i = 0; i < wanting->count; i++)
		if (words_of(fates, wanting->lines[i], &texts, &words))
			match_line(fates, change, commit, wanting->lines[i], &words, others);
	buf_release(&texts.text);
	free(others);
}

int match_similar(struct fates *fates, struct change *change, const struct commit *commit)
{
	struct fate_path *path = &fates->paths[change->number];
	struct wanting wanting = {0};

	find_wanting(fates, change, commit, &wanting);
	if (wanting.count && change->added_count &&
		(size_t)change->added_count * wanting.count <= COMPARED_PAIRS)
		match_words(fates, change, commit, &wanting);
	for (size_t i = 0; i < wanting.count; i++) {
		struct fate_line *line = &fates->lines[wanting.lines[i]];
		struct origin *origin = &fates->origins[line->origin];

		if (line->state != LINE_PENDING)
			continue;
		set_state(fates, wanting.lines[i], LINE_PASSED);
		if (!origin->commit_count && commit->commit_time - origin->at <= FATE_NEAR)
			origin_commit(fates, origin, &commit->id, commit->commit_time);
	}
	compact(fates, path);
	free(wanting.lines);
	return 0;
}

/* ---- back again ---- */

void match_lost(struct fates *fates, struct change *change)
{
	struct fate_path *path = &fates->paths[change->number];
	struct map lost = MAP_INIT;
	uint32_t kept = 0;

	if (!path->lost_count || !change->added_count)
		return;
	for (uint32_t i = 0; i < path->lost_count; i++)
		stack_push(&lost, fates->lines[path->lost[i]].hash, path->lost[i]);
	for (uint32_t i = 0; i < change->added_count; i++) {
		struct added *added = &change->added[i];
		uint32_t number =
			added->trivial || added->taken ? FATE_NONE : stack_pop(&lost, added->hash);

		if (number == FATE_NONE)
			continue;
		fate_set_gone(fates, &fates->lines[number], 0);
		fates->lines[number].end = END_NONE;
		added->taken = true;
		change->owners[added->line] = number;
	}
	for (uint32_t i = 0; i < path->lost_count; i++)
		if (fates->lines[path->lost[i]].gone)
			path->lost[kept++] = path->lost[i];
	path->lost_count = kept;
	stacks_release(&lost);
}
