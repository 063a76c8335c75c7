/*
 * Counts of what followed which context, in memory: the cache of the text at hand, and the
 * difference between what the file knows and what was learned or forgotten since, whose counts may
 * be negative. Contexts go by a key of 64 bits; two that share it are one.
 */
#ifndef MODEL_COUNTS_H
#define MODEL_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTS_NONE UINT32_MAX

struct counts_context {
	uint64_t key;
	int32_t total;    /* sum of the counts */
	int32_t distinct; /* symbols counted here and nowhere below, less those that are gone */
	uint32_t last;    /* newest gram + 1; 0: none */
	uint32_t grams;   /* how many, those of count 0 included */
	int32_t most;     /* no count is higher */
};

struct counts_gram {
	uint32_t context, symbol;
	int32_t count;
	uint32_t older; /* next gram of the context + 1 */
};

struct counts_step {
	uint32_t gram;
	int32_t by, distinct;
};

struct counts {
	struct counts_context *contexts;
	struct counts_gram *grams;
	uint32_t context_count, context_capacity, gram_count, gram_capacity;
	uint32_t *context_slots, *gram_slots; /* index + 1; 0 is free */
	uint32_t context_slot_count, gram_slot_count;
	bool journaled; /* set to be able to go back */
	struct counts_step *journal;
	size_t journal_len, journal_capacity;
};

void counts_init(struct counts *counts);
void counts_release(struct counts *counts);
void counts_clear(struct counts *counts);
/* The context of a key, or COUNTS_NONE. */
uint32_t counts_find(const struct counts *counts, uint64_t key);
/* How often `symbol` was counted; `context` may be COUNTS_NONE. */
int32_t counts_of(const struct counts *counts, uint32_t context, uint32_t symbol);
/* Adds `by` to a count. `base` is the count that stands below this one, in the file; it decides
 * whether a symbol is a new one. */
void counts_add(struct counts *counts, uint64_t key, uint32_t symbol, int32_t by, uint32_t base);
/* Takes back everything since the journal had `mark` entries (counts->journal_len then). */
void counts_undo(struct counts *counts, size_t mark);

#endif
