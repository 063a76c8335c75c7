/*
 * A suffix array over a stream of symbols: every n-gram with its exact count and its places, from
 * one array. Contexts are ranges of it. Source: Manber & Myers 1990; sorted by multikey quicksort
 * (Bentley & Sedgewick 1997), only as deep as an n-gram can reach.
 */
#ifndef MODEL_SUFFIX_H
#define MODEL_SUFFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUFFIX_DEPTH 12 /* symbols by which suffixes are ordered; equal ones stand by position */

struct suffixes {
	const void *symbols; /* uint32_t, or unsigned char when narrow */
	bool narrow;
	uint32_t count, alphabet;
	const uint32_t *suffix; /* positions in the stream, in order */
	const uint8_t *shared;  /* symbols shared with the suffix before, at most SUFFIX_DEPTH */
	const uint32_t *first;  /* [alphabet + 1]: where the suffixes of each symbol start */
};

struct range {
	uint32_t lo, hi; /* hi is past the end; lo == hi is none */
};

/* Past the end stands symbol 0, which ends and starts every text. Safe for any index. */
static inline uint32_t suffixes_symbol(const struct suffixes *s, uint64_t index)
{
	if (index >= s->count)
		return 0;
	return s->narrow ? ((const unsigned char *)s->symbols)[index]
			 : ((const uint32_t *)s->symbols)[index];
}

/* Fills suffix[count], shared[count] and first[alphabet + 1] for s->symbols, and sets them. */
void suffixes_build(struct suffixes *s, uint32_t *suffix, uint8_t *shared, uint32_t *first);
/* Of the suffixes in `range`, which share `depth` symbols, those that go on with `symbol`. */
struct range suffixes_extend(
	const struct suffixes *s, struct range range, unsigned depth, uint32_t symbol);
/* How many different symbols follow in `range`, whose suffixes share `depth` symbols. */
uint32_t suffixes_distinct(const struct suffixes *s, struct range range, unsigned depth);

#endif
