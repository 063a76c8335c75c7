/* Two arrays and a hash table over each: contexts, and the symbols counted in them. */
#include "model/counts.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u

/* Fibonacci hashing (Knuth, volume 3, 6.4): the high bits of the product are well mixed. */
static uint32_t spread(uint64_t key, uint32_t slots)
{
	return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (slots - 1);
}

static uint32_t gram_slot(uint32_t context, uint32_t symbol, uint32_t slots)
{
	return spread((uint64_t)context << 32 | symbol, slots);
}

void counts_init(struct counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	counts->context_slot_count = counts->gram_slot_count = FIRST_SLOTS;
	counts->context_slots = xcalloc(FIRST_SLOTS, sizeof(uint32_t));
	counts->gram_slots = xcalloc(FIRST_SLOTS, sizeof(uint32_t));
}

void counts_release(struct counts *counts)
{
	free(counts->contexts);
	free(counts->grams);
	free(counts->context_slots);
	free(counts->gram_slots);
	free(counts->journal);
	memset(counts, 0, sizeof(*counts));
}

void counts_clear(struct counts *counts)
{
	memset(counts->context_slots, 0, counts->context_slot_count * sizeof(uint32_t));
	memset(counts->gram_slots, 0, counts->gram_slot_count * sizeof(uint32_t));
	counts->context_count = counts->gram_count = 0;
	counts->journal_len = 0;
}

/* The slot that holds the context, or the free one where it belongs. */
static uint32_t find_context(const struct counts *counts, uint64_t key)
{
	uint32_t slot = spread(key, counts->context_slot_count);

	while (counts->context_slots[slot] &&
		counts->contexts[counts->context_slots[slot] - 1].key != key)
		slot = (slot + 1) & (counts->context_slot_count - 1);
	return slot;
}

static uint32_t find_gram(const struct counts *counts, uint32_t context, uint32_t symbol)
{
	uint32_t slot = gram_slot(context, symbol, counts->gram_slot_count);

	while (counts->gram_slots[slot]) {
		const struct counts_gram *gram = &counts->grams[counts->gram_slots[slot] - 1];

		if (gram->context == context && gram->symbol == symbol)
			break;
		slot = (slot + 1) & (counts->gram_slot_count - 1);
	}
	return slot;
}

uint32_t counts_find(const struct counts *counts, uint64_t key)
{
	return counts->context_slots[find_context(counts, key)] - 1; /* COUNTS_NONE from 0 */
}

int32_t counts_of(const struct counts *counts, uint32_t context, uint32_t symbol)
{
	uint32_t gram;

	if (context == COUNTS_NONE)
		return 0;
	gram = counts->gram_slots[find_gram(counts, context, symbol)];
	return gram ? counts->grams[gram - 1].count : 0;
}

static void grow(struct counts *counts)
{
	if (counts->context_count >= counts->context_slot_count / 2) {
		free(counts->context_slots);
		counts->context_slot_count *= 2;
		counts->context_slots = xcalloc(counts->context_slot_count, sizeof(uint32_t));
		for (uint32_t i = 0; i < counts->context_count; i++)
			counts->context_slots[find_context(counts, counts->contexts[i].key)] =
				i + 1;
	}
	if (counts->gram_count >= counts->gram_slot_count / 2) {
		free(counts->gram_slots);
		counts->gram_slot_count *= 2;
		counts->gram_slots = xcalloc(counts->gram_slot_count, sizeof(uint32_t));
		for (uint32_t i = 0; i < counts->gram_count; i++)
			counts->gram_slots[find_gram(
				counts, counts->grams[i].context, counts->grams[i].symbol)] = i + 1;
	}
}

static uint32_t context_of(struct counts *counts, uint64_t key)
{
	uint32_t slot = find_context(counts, key);

	if (!counts->context_slots[slot]) {
		GROW(counts->contexts, counts->context_count, counts->context_capacity);
		counts->contexts[counts->context_count++] = (struct counts_context){.key = key};
		counts->context_slots[slot] = counts->context_count;
	}
	return counts->context_slots[slot] - 1;
}

static uint32_t gram_of(struct counts *counts, uint32_t context, uint32_t symbol)
{
	uint32_t slot = find_gram(counts, context, symbol);
	struct counts_context *home = &counts->contexts[context];

	if (!counts->gram_slots[slot]) {
		GROW(counts->grams, counts->gram_count, counts->gram_capacity);
		counts->grams[counts->gram_count++] =
			(struct counts_gram){context, symbol, 0, home->last};
		home->last = counts->gram_count;
		home->grams++;
		counts->gram_slots[slot] = counts->gram_count;
	}
	return counts->gram_slots[slot] - 1;
}

void counts_add(struct counts *counts, uint64_t key, uint32_t symbol, int32_t by, uint32_t base)
{
	struct counts_context *context;
	struct counts_gram *gram;
	struct counts_step step = {.by = by};
	uint32_t home;
	int64_t before;

	grow(counts);
	home = context_of(counts, key);
	step.gram = gram_of(counts, home, symbol);
	context = &counts->contexts[home];
	gram = &counts->grams[step.gram];
	before = (int64_t)base + gram->count;
	step.distinct = (before + by > 0) - (before > 0);
	gram->count += by;
	context->total += by;
	context->distinct += step.distinct;
	if (gram->count > context->most)
		context->most = gram->count;
	if (!counts->journaled)
		return;
	GROW(counts->journal, counts->journal_len, counts->journal_capacity);
	counts->journal[counts->journal_len++] = step;
}

void counts_undo(struct counts *counts, size_t mark)
{
	while (counts->journal_len > mark) {
		const struct counts_step *step = &counts->journal[--counts->journal_len];
		struct counts_gram *gram = &counts->grams[step->gram];
		struct counts_context *context = &counts->contexts[gram->context];

		gram->count -= step->by;
		context->total -= step->by;
		context->distinct -= step->distinct;
	}
}
