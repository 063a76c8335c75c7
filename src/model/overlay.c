/*
 * What changed since the file was written: texts learned and forgotten, as differences of counts.
 * The file's counts and these together are exactly those of a model that was trained on what is
 * there now; its weights and its spelling stay those of the file until it is written again.
 */
#include "model/internal.h"

#include "model/lexer.h"
#include "model/near.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static uint32_t base_of(const struct model *model, enum context_kind kind, uint64_t key,
	const struct range *found, uint32_t id)
{
	int length = context_length(kind);
	const struct table *table;

	if (length >= 0)
		return found[length].hi - found[length].lo;
	table = &model->sparse[-1 - length];
	return table_hits(table, table_group(table, (uint32_t)key), id);
}

static void count_here(struct model *model, const struct walk *walk, const struct range *found,
	uint32_t id, int by)
{
	uint64_t keys[CONTEXT_COUNT];

	place_keys(&walk->place, keys);
	for (unsigned kind = 0; kind < CONTEXT_COUNT; kind++) {
		int length = context_length(kind);

		/* The end of a text is no symbol of the sparse contexts. */
		if (!keys[kind] || (id == MODEL_END && length < 0))
			continue;
		counts_add(&model->learned, keys[kind], id, by,
			base_of(model, kind, keys[kind], found, id));
	}
}

void overlay_add(struct model *model, const uint32_t *ids, size_t count, int by, const bool *wanted)
{
	static const struct range nothing[PLACE_REACH + 1];
	struct range found[PLACE_REACH + 1];
	size_t due = 0; /* the first place not before this one that is wanted */
	struct walk walk;

	walk_start(model, true, &walk);
	/* One end mark comes with each text. */
	for (size_t i = 0; i <= count; i++) {
		uint32_t id = i < count ? ids[i] : MODEL_END;

		while (wanted && due <= count && (due < i || !wanted[due]))
			due++;
		if (!wanted)
			due = i;
		if (due > count)
			break;
		if (due > i + PLACE_REACH) {
			walk_step(model, &walk, id, nothing);
			continue;
		}
		walk_look(model, &walk, id, found);
		if (due == i)
			count_here(model, &walk, found, id, by);
		walk_step(model, &walk, id, found);
	}
	model->learned_tokens += by * (int64_t)count;
}

/* -- texts ------------------------------------------------------------------------------------ */

/* A text as it is counted: what stands at each place, its context and the token, as one number. */
struct counted {
	uint32_t *ids;
	uint64_t *marks; /* [count + 1] */
	bool *wanted;    /* [count + 1] what the other text has not at all, or not so often */
	size_t count;
};

static void counted_init(struct model *model, const char *text, size_t len, struct counted *out)
{
	size_t capacity = 0;
	struct lexer lexer;
	struct token token;

	memset(out, 0, sizeof(*out));
	lexer_init(&lexer);
	lexer_feed(&lexer, text, len);
	while (lexer_next(&lexer, &token)) {
		GROW(out->ids, out->count, capacity);
		out->ids[out->count++] = model_intern(model, token.text, token.len);
	}
}

static void counted_release(struct counted *counted)
{
	free(counted->ids);
	free(counted->marks);
	free(counted->wanted);
}

static void mark_places(const struct model *model, struct counted *counted)
{
	uint64_t keys[CONTEXT_COUNT];
	struct place place;

	counted->marks = xcalloc(counted->count + 1, sizeof(*counted->marks));
	counted->wanted = xcalloc(counted->count + 1, sizeof(*counted->wanted));
	place_start(&place, true);
	for (size_t i = 0; i <= counted->count; i++) {
		uint32_t id = i < counted->count ? counted->ids[i] : MODEL_END;
		size_t len;
		const char *text = model_text(model, id, &len);

		place_keys(&place, keys);
		counted->marks[i] = hash_bytes(keys, sizeof(keys), id);
		place_step(&place, model_mark(model, id), token_kind(text, len));
	}
}

struct spot {
	uint64_t mark;
	size_t at;
};

static int by_mark(const void *left, const void *right)
{
	const struct spot *a = left, *b = right;

	if (a->mark != b->mark)
		return a->mark < b->mark ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static struct spot *sort_places(const struct counted *counted, size_t from, size_t to)
{
	struct spot *spots = xcalloc(to - from + 1, sizeof(*spots));

	for (size_t i = from; i < to; i++)
		spots[i - from] = (struct spot){counted->marks[i], i};
	qsort(spots, to - from, sizeof(*spots), by_mark);
	return spots;
}

/* What both texts have need not be counted off and on again. */
static void compare(struct counted *old, struct counted *new)
{
	size_t from = 0, old_end = old->count + 1, new_end = new->count + 1, i = 0, k = 0;
	struct spot *gone, *come;

	while (from < old_end && from < new_end && old->marks[from] == new->marks[from])
		from++;
	while (old_end > from && new_end > from &&
		old->marks[old_end - 1] == new->marks[new_end - 1])
		old_end--, new_end--;
	gone = sort_places(old, from, old_end);
	come = sort_places(new, from, new_end);
	old_end -= from;
	new_end -= from;
	while (i < old_end || k < new_end) {
		if (k == new_end || (i < old_end && gone[i].mark < come[k].mark))
			old->wanted[gone[i++].at] = true;
		else if (i == old_end || come[k].mark < gone[i].mark)
			new->wanted[come[k++].at] = true;
		else
			i++, k++;
	}
	free(gone);
	free(come);
}

/* A text of the file is found near by unless it was forgotten. */
static void show(struct model *model, const struct counted *counted, bool shown)
{
	uint32_t start = near_find(model, counted->ids, counted->count, shown);

	if (start)
		near_hide(model, start, !shown);
}

static void change(struct model *model, const char *text, size_t len, int by)
{
	struct counted counted;

	counted_init(model, text, len, &counted);
	overlay_add(model, counted.ids, counted.count, by, NULL);
	show(model, &counted, by > 0);
	counted_release(&counted);
}

void model_learn(struct model *model, const char *text, size_t len)
{
	change(model, text, len, 1);
}

void model_forget(struct model *model, const char *text, size_t len)
{
	change(model, text, len, -1);
}

void model_replace(
	struct model *model, const char *old_text, size_t old_len, const char *text, size_t len)
{
	struct counted old, new;

	counted_init(model, old_text, old_len, &old);
	counted_init(model, text, len, &new);
	mark_places(model, &old);
	mark_places(model, &new);
	compare(&old, &new);
	overlay_add(model, old.ids, old.count, -1, old.wanted);
	overlay_add(model, new.ids, new.count, 1, new.wanted);
	show(model, &old, false);
	show(model, &new, true);
	counted_release(&old);
	counted_release(&new);
}

uint64_t model_changed(const struct model *model)
{
	return model->learned.gram_count / CONTEXT_COUNT;
}
