/*
 * How often each token followed each key of 32 bits, packed to be mapped from a file. Entries are
 * ordered by key and token. The directory holds as many of a key's upper bits as a token has, so
 * that what is left of the key and the token fit one word.
 */
#ifndef MODEL_TABLE_H
#define MODEL_TABLE_H

#include "model/suffix.h"

#define TABLE_BLOCK 64 /* entries between two running sums */
#define TABLE_MANY 255 /* a count of this many or more stands in the overflow */

struct table_overflow {
	uint32_t entry, count;
};

struct table {
	unsigned bits; /* of a token, and of the directory */
	uint32_t count, overflow_count;
	const uint32_t *directory; /* [(1 << bits) + 1] into the entries */
	const uint32_t *entries;   /* the key's lower bits, then the token */
	const uint8_t *counts;
	const uint32_t *sums; /* of all counts before each block */
	const struct table_overflow *overflow;
};

unsigned table_bits(uint32_t vocabulary);
/* Packs pairs of (key << 32 | token), in any order, which are sorted in place with `scratch` of the
 * same size. What `out` points to afterwards is to be freed by table_release. */
void table_build(
	uint64_t *pairs, uint64_t *scratch, size_t pair_count, unsigned bits, struct table *out);
void table_release(struct table *table);

/* The entries of a key. */
struct range table_group(const struct table *table, uint32_t key);
uint32_t table_total(const struct table *table, struct range group);
uint32_t table_count(const struct table *table, uint32_t entry);
/* How often `token` is counted in a group. */
uint32_t table_hits(const struct table *table, struct range group, uint32_t token);
static inline uint32_t table_token(const struct table *table, uint32_t entry)
{
	return table->entries[entry] & (((uint32_t)1 << table->bits) - 1);
}

#endif
