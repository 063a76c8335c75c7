/* Tokens to numbers and back: those of the file, then novel ones as they come. */
#include "model/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define MEMO_SIZE (1u << 14)

void model_start(struct model *model)
{
	counts_init(&model->learned);
	model->token_memo = xcalloc(MEMO_SIZE, sizeof(*model->token_memo));
	model->letter_memo = xcalloc(MEMO_SIZE, sizeof(*model->letter_memo));
}

void model_stop(struct model *model)
{
	map_release(&model->extra);
	counts_release(&model->learned);
	predictor_free(model->predictor);
	near_free(model->near);
	free(model->spelled);
	free(model->token_memo);
	free(model->letter_memo);
}

uint32_t model_lookup(const struct model *model, const char *text, size_t len)
{
	const char *letters = model->letters.symbols.bytes;
	uint32_t mask = model->facts.slots - 1;
	uint32_t slot = (uint32_t)hash_bytes(text, len, 0) & mask;
	const struct map_entry *entry;

	for (uint32_t id; (id = model->slots[slot]); slot = (slot + 1) & mask) {
		uint32_t start = model->offsets[id];

		if (model->offsets[id + 1] - start == len + 1 &&
			!memcmp(letters + start, text, len))
			return id;
	}
	entry = map_get(&model->extra, text, len);
	return entry ? (uint32_t)entry->value.num : MODEL_NOVEL;
}

uint32_t model_intern(struct model *model, const char *text, size_t len)
{
	uint32_t id = model_lookup(model, text, len);

	if (id == MODEL_NOVEL) {
		id = model_vocabulary(model);
		map_put(&model->extra, text, len, NULL)->value.num = id;
	}
	return id;
}

const char *model_text(const struct model *model, uint32_t id, size_t *len)
{
	const struct map_entry *entry;

	if (id < model->facts.vocabulary) {
		*len = model->offsets[id + 1] - model->offsets[id] - 1;
		return (const char *)model->letters.symbols.bytes + model->offsets[id];
	}
	entry = &model->extra.entries[id - model->facts.vocabulary];
	*len = entry->len;
	return entry->key;
}

uint64_t model_mark(const struct model *model, uint32_t id)
{
	if (id < model->facts.vocabulary)
		return model->marks[id];
	return model->extra.entries[id - model->facts.vocabulary].hash;
}

enum model_gap model_gap_at(const struct model *model, uint32_t position)
{
	unsigned gap;

	if (position >= model->facts.stream)
		return GAP_NONE;
	gap = model->gaps[position / 4] >> (position % 4 * 2) & 3;
	return gap > GAP_LINE ? GAP_LINE : (enum model_gap)gap;
}

uint32_t model_vocabulary(const struct model *model)
{
	return model->facts.vocabulary + (uint32_t)model->extra.count;
}

bool model_is_name(const struct model *model, uint32_t id)
{
	size_t len;
	const char *text = model_text(model, id, &len);
	int64_t seen = 0;

	if (token_kind(text, len) != TOKEN_NAME)
		return false;
	if (id < model->tokens.alphabet)
		seen = model->tokens.first[id + 1] - model->tokens.first[id];
	if (model->learned.context_count)
		seen += counts_of(&model->learned, counts_find(&model->learned, PLACE_KEY_0), id);
	return seen <= MODEL_COMMON;
}

uint64_t model_tokens(const struct model *model)
{
	return model->facts.tokens;
}

uint32_t distinct_in(
	const struct suffixes *s, struct distinct_memo *memo, struct range range, unsigned depth)
{
	struct distinct_memo *place;
	uint64_t key;

	if (range.hi - range.lo <= 256)
		return suffixes_distinct(s, range, depth);
	key = ((uint64_t)range.lo << 32 | range.hi) * UINT64_C(0x9e3779b97f4a7c15) + depth;
	place = &memo[(key >> 40) & (MEMO_SIZE - 1)];
	if (place->range.lo != range.lo || place->range.hi != range.hi || place->depth != depth)
		*place = (struct distinct_memo){range, depth, suffixes_distinct(s, range, depth)};
	return place->distinct;
}
