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

void overlay_add(struct model *model, const uint32_t *ids, size_t count, int by)
{
	struct range found[PLACE_REACH + 1];
	struct walk walk;

	walk_start(model, true, &walk);
	for (size_t i = 0; i < count; i++) {
		walk_look(model, &walk, ids[i], found);
		count_here(model, &walk, found, ids[i], by);
		walk_step(model, &walk, ids[i], found);
	}
	/* One end mark comes with each text. */
	walk_look(model, &walk, MODEL_END, found);
	count_here(model, &walk, found, MODEL_END, by);
	model->learned_tokens += by * (int64_t)count;
}

static void change(struct model *model, const char *text, size_t len, int by)
{
	uint32_t *ids = NULL;
	size_t count = 0, capacity = 0;
	struct lexer lexer;
	struct token token;
	uint32_t start;

	lexer_init(&lexer);
	lexer_feed(&lexer, text, len);
	while (lexer_next(&lexer, &token)) {
		GROW(ids, count, capacity);
		ids[count++] = model_intern(model, token.text, token.len);
	}
	overlay_add(model, ids, count, by);
	start = near_find(model, ids, count, by > 0);
	if (start)
		near_hide(model, start, by < 0);
	free(ids);
}

void model_learn(struct model *model, const char *text, size_t len)
{
	change(model, text, len, 1);
}

void model_forget(struct model *model, const char *text, size_t len)
{
	change(model, text, len, -1);
}
