/* Packing and reading the counts of sparse contexts. */
#include "model/table.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DIGIT 11 /* bits sorted by at a time */
#define DIGITS (1u << DIGIT)

unsigned table_bits(uint32_t vocabulary)
{
	unsigned bits = 8;

	while (bits < 31 && (vocabulary - 1) >> bits)
		bits++;
	return bits;
}

/* Least digit first; returns where the result is. Only the bits that are used are looked at. */
static uint64_t *sort_pairs(uint64_t *pairs, uint64_t *scratch, size_t count, unsigned token_bits)
{
	for (unsigned done = 0; done < 64; done += DIGIT) {
		size_t starts[DIGITS] = {0}, sum = 0;
		uint64_t *swapped = pairs;

		if (done < 32 && done >= token_bits) {
			done = 32;
		}
		for (size_t i = 0; i < count; i++)
			starts[pairs[i] >> done & (DIGITS - 1)]++;
		for (unsigned d = 0; d < DIGITS; d++) {
			size_t here = starts[d];

			starts[d] = sum;
			sum += here;
		}
		for (size_t i = 0; i < count; i++)
			scratch[starts[pairs[i] >> done & (DIGITS - 1)]++] = pairs[i];
		pairs = scratch;
		scratch = swapped;
	}
	return pairs;
}

static void add_overflow(struct table *out, uint32_t entry, uint32_t count, uint32_t *capacity)
{
	struct table_overflow *overflow = (void *)out->overflow;

	GROW(overflow, out->overflow_count, *capacity);
	overflow[out->overflow_count++] = (struct table_overflow){entry, count};
	out->overflow = overflow;
}

void table_build(
	uint64_t *pairs, uint64_t *scratch, size_t pair_count, unsigned bits, struct table *out)
{
	const uint64_t *sorted = sort_pairs(pairs, scratch, pair_count, bits);
	uint32_t *directory = xcalloc(((size_t)1 << bits) + 1, sizeof(*directory));
	uint32_t *entries, *sums, sum = 0, capacity = 0;
	uint8_t *counts;
	size_t distinct = 0;

	for (size_t i = 0; i < pair_count; i++)
		distinct += !i || sorted[i] != sorted[i - 1];
	entries = xcalloc(distinct + 1, sizeof(*entries));
	counts = xcalloc(distinct + 1, 1);
	sums = xcalloc(distinct / TABLE_BLOCK + 1, sizeof(*sums));
	memset(out, 0, sizeof(*out));
	for (size_t i = 0, end; i < pair_count; i = end) {
		uint32_t key = (uint32_t)(sorted[i] >> 32), entry = out->count++, count;

		for (end = i + 1; end < pair_count && sorted[end] == sorted[i];)
			end++;
		count = (uint32_t)(end - i);
		directory[(key >> (32 - bits)) + 1]++;
		entries[entry] = key << bits | (uint32_t)sorted[i];
		counts[entry] = count < TABLE_MANY ? (uint8_t)count : TABLE_MANY;
		if (count >= TABLE_MANY)
			add_overflow(out, entry, count, &capacity);
		if (entry % TABLE_BLOCK == 0)
			sums[entry / TABLE_BLOCK] = sum;
		sum += count;
	}
	if (out->count % TABLE_BLOCK == 0)
		sums[out->count / TABLE_BLOCK] = sum;
	for (size_t i = 0; i < (size_t)1 << bits; i++)
		directory[i + 1] += directory[i];
	out->bits = bits;
	out->directory = directory;
	out->entries = entries;
	out->counts = counts;
	out->sums = sums;
}

void table_release(struct table *table)
{
	free((void *)table->directory);
	free((void *)table->entries);
	free((void *)table->counts);
	free((void *)table->sums);
	free((void *)table->overflow);
	memset(table, 0, sizeof(*table));
}

/* The first entry in lo..hi that is not less than `word`. */
static uint32_t lower_bound(const struct table *table, uint32_t lo, uint32_t hi, uint64_t word)
{
	while (lo < hi) {
		uint32_t middle = lo + (hi - lo) / 2;

		if (table->entries[middle] < word)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

struct range table_group(const struct table *table, uint32_t key)
{
	uint32_t bucket = key >> (32 - table->bits);
	uint32_t first = key << table->bits;
	struct range bounds = {table->directory[bucket], table->directory[bucket + 1]};
	struct range found;

	found.lo = lower_bound(table, bounds.lo, bounds.hi, first);
	found.hi = lower_bound(
		table, found.lo, bounds.hi, (uint64_t)first + ((uint64_t)1 << table->bits));
	return found;
}

uint32_t table_count(const struct table *table, uint32_t entry)
{
	uint32_t lo = 0, hi = table->overflow_count;

	if (table->counts[entry] < TABLE_MANY)
		return table->counts[entry];
	while (lo < hi) {
		uint32_t middle = lo + (hi - lo) / 2;

		if (table->overflow[middle].entry < entry)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo < table->overflow_count && table->overflow[lo].entry == entry
		       ? table->overflow[lo].count
		       : TABLE_MANY;
}

/* The counts of all entries before one. */
static uint32_t sum_before(const struct table *table, uint32_t entry)
{
	uint32_t at = entry - entry % TABLE_BLOCK;
	uint32_t sum = table->sums[entry / TABLE_BLOCK];

	for (; at < entry; at++)
		sum += table_count(table, at);
	return sum;
}

uint32_t table_total(const struct table *table, struct range group)
{
	uint32_t sum = 0;

	if (group.hi - group.lo > TABLE_BLOCK)
		return sum_before(table, group.hi) - sum_before(table, group.lo);
	for (uint32_t i = group.lo; i < group.hi; i++)
		sum += table_count(table, i);
	return sum;
}

uint32_t table_hits(const struct table *table, struct range group, uint32_t token)
{
	uint32_t word, at;

	if (group.lo >= group.hi || token >> table->bits)
		return 0;
	word = (table->entries[group.lo] & ~(((uint32_t)1 << table->bits) - 1)) | token;
	at = lower_bound(table, group.lo, group.hi, word);
	return at < group.hi && table->entries[at] == word ? table_count(table, at) : 0;
}
