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

/* Whole numbers of one width, one after another; unless it is 8 or 32, eight bytes stand behind. */
struct packed {
	const void *bytes;
	unsigned width; /* bits, 1 to 32 */
};
unsigned packed_width(uint32_t most); /* of numbers up to this one */
size_t packed_size(uint64_t count, unsigned width);
void packed_write(const uint32_t *numbers, uint64_t count, unsigned width, void *out);
/* The same bytes on every machine; compilers make one instruction of it where they can. */
static inline uint64_t packed_word(const unsigned char *at)
{
	return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
	       (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 |
	       (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}
static inline uint32_t packed_at(struct packed packed, uint64_t index)
{
	uint64_t bit = index * packed.width;

	if (packed.width == 8)
		return ((const unsigned char *)packed.bytes)[index];
	if (packed.width == 32)
		return ((const uint32_t *)packed.bytes)[index];
	return (uint32_t)(packed_word((const unsigned char *)packed.bytes + bit / 8) >> bit % 8 &
			  (((uint64_t)1 << packed.width) - 1));
}

struct suffixes {
	struct packed symbols;
	uint32_t count, alphabet;
	struct packed suffix;  /* positions in the stream, in order */
	const uint8_t *shared; /* symbols shared with the suffix before, at most SUFFIX_DEPTH */
	const uint32_t *first; /* [alphabet + 1]: where the suffixes of each symbol start */
};

struct range {
	uint32_t lo, hi; /* hi is past the end; lo == hi is none */
};

/* Past the end stands symbol 0, which ends and starts every text. Safe for any index. */
static inline uint32_t suffixes_symbol(const struct suffixes *s, uint64_t index)
{
	return index < s->count ? packed_at(s->symbols, index) : 0;
}
static inline uint32_t suffixes_at(const struct suffixes *s, uint32_t index)
{
	return packed_at(s->suffix, index);
}

/* Fills suffix[count], shared[count] and first[alphabet + 1] for s->symbols, and sets them. */
void suffixes_build(struct suffixes *s, uint32_t *suffix, uint8_t *shared, uint32_t *first);
/* Of the suffixes in `range`, which share `depth` symbols, those that go on with `symbol`. */
struct range suffixes_extend(
	const struct suffixes *s, struct range range, unsigned depth, uint32_t symbol);
/* How many different symbols follow in `range`, whose suffixes share `depth` symbols. */
uint32_t suffixes_distinct(const struct suffixes *s, struct range range, unsigned depth);

#endif
