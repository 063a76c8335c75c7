/* Building a suffix array and narrowing ranges of it. */
#include "model/suffix.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

/* Two symbols are compared at a time, from a copy beside the position: the stream itself is only
 * read in order to fill these keys. */
struct entry {
	uint64_t key;
	uint32_t position;
};

static void swap(struct entry *a, struct entry *b)
{
	struct entry held = *a;

	*a = *b;
	*b = held;
}

static void insertion_sort(struct entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct entry held = entries[i];
		size_t j = i;

		for (; j > 0 && held.key < entries[j - 1].key; j--)
			entries[j] = entries[j - 1];
		entries[j] = held;
	}
}

static uint64_t median(uint64_t a, uint64_t b, uint64_t c)
{
	if (a < b)
		return b < c ? b : (a < c ? c : a);
	return a < c ? a : (b < c ? c : b);
}

/* Recurses into the smaller part, so the stack stays logarithmic for any input. */
static void sort_keys(struct entry *entries, size_t count)
{
	while (count > 16) {
		uint64_t pivot =
			median(entries[0].key, entries[count / 2].key, entries[count - 1].key);
		size_t low = 0, high = count, i = 0;

		while (i < high)
			if (entries[i].key < pivot)
				swap(&entries[low++], &entries[i++]);
			else if (entries[i].key > pivot)
				swap(&entries[i], &entries[--high]);
			else
				i++;
		if (low < count - high) {
			sort_keys(entries, low);
			entries += high;
			count -= high;
		} else {
			sort_keys(entries + high, count - high);
			count = low;
		}
	}
	insertion_sort(entries, count);
}

static void sort_from(const struct suffixes *s, struct entry *entries, size_t count, unsigned depth)
{
	if (count < 2)
		return;
	for (size_t i = 0; i < count; i++) {
		uint64_t at = (uint64_t)entries[i].position + depth;

		if (depth >= SUFFIX_DEPTH)
			entries[i].key = entries[i].position;
		else
			entries[i].key =
				(uint64_t)suffixes_symbol(s, at) << 32 | suffixes_symbol(s, at + 1);
	}
	sort_keys(entries, count);
	if (depth >= SUFFIX_DEPTH)
		return;
	for (size_t start = 0, end; start < count; start = end) {
		for (end = start + 1; end < count && entries[end].key == entries[start].key;)
			end++;
		sort_from(s, entries + start, end - start, depth + 2);
	}
}

static void sort_by_first_symbol(const struct suffixes *s, uint32_t *suffix, uint32_t *first)
{
	memset(first, 0, ((size_t)s->alphabet + 1) * sizeof(*first));
	for (uint32_t i = 0; i < s->count; i++)
		first[suffixes_symbol(s, i) + 1]++;
	for (uint32_t i = 0; i < s->alphabet; i++)
		first[i + 1] += first[i];
	for (uint32_t i = 0; i < s->count; i++)
		suffix[first[suffixes_symbol(s, i)]++] = i;
	memmove(first + 1, first, (size_t)s->alphabet * sizeof(*first));
	first[0] = 0;
}

static uint8_t shared_symbols(const struct suffixes *s, uint64_t a, uint64_t b)
{
	uint8_t depth = 0;

	while (depth < SUFFIX_DEPTH &&
		suffixes_symbol(s, a + depth) == suffixes_symbol(s, b + depth))
		depth++;
	return depth;
}

void suffixes_build(struct suffixes *s, uint32_t *suffix, uint8_t *shared, uint32_t *first)
{
	struct entry *entries = NULL;
	size_t largest = 0;

	sort_by_first_symbol(s, suffix, first);
	for (uint32_t i = 0; i < s->alphabet; i++)
		if (first[i + 1] - first[i] > largest)
			largest = first[i + 1] - first[i];
	entries = xmalloc((largest + 1) * sizeof(*entries));
	for (uint32_t symbol = 0; symbol < s->alphabet; symbol++) {
		uint32_t *bucket = suffix + first[symbol];
		size_t count = first[symbol + 1] - first[symbol];

		for (size_t i = 0; i < count; i++)
			entries[i].position = bucket[i];
		/* Ordered by symbols 1..SUFFIX_DEPTH: the last pair reaches one further. */
		sort_from(s, entries, count, 1);
		for (size_t i = 0; i < count; i++)
			bucket[i] = entries[i].position;
	}
	for (uint32_t i = 0; i < s->count; i++)
		shared[i] = i ? shared_symbols(s, suffix[i - 1], suffix[i]) : 0;
	free(entries);
	s->suffix = (struct packed){suffix, 32};
	s->shared = shared;
	s->first = first;
}

/* The first index in lo..hi whose symbol at `depth` is not less than `symbol`. */
static uint32_t lower_bound(
	const struct suffixes *s, uint32_t lo, uint32_t hi, unsigned depth, uint32_t symbol)
{
	while (lo < hi) {
		uint32_t middle = lo + (hi - lo) / 2;

		if (suffixes_symbol(s, (uint64_t)suffixes_at(s, middle) + depth) < symbol)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

struct range suffixes_extend(
	const struct suffixes *s, struct range range, unsigned depth, uint32_t symbol)
{
	struct range found = {range.lo, range.lo};
	uint32_t step = 1;

	if (range.lo >= range.hi || symbol >= s->alphabet)
		return found;
	if (depth == 0)
		return (struct range){s->first[symbol], s->first[symbol + 1]};
	found.lo = lower_bound(s, range.lo, range.hi, depth, symbol);
	found.hi = found.lo;
	/* Most extensions are far narrower than their range: gallop to the end of this one. */
	while (found.hi < range.hi &&
		suffixes_symbol(s, (uint64_t)suffixes_at(s, found.hi) + depth) == symbol) {
		found.hi = range.hi - found.hi > step ? found.hi + step : range.hi;
		step *= 2;
	}
	if (found.hi > found.lo)
		found.hi = lower_bound(s, found.lo, found.hi, depth, symbol + 1);
	return found;
}

/* In blocks of a fixed size, which compilers turn into a few wide instructions. */
static uint32_t count_equal(const uint8_t *items, uint32_t count, uint8_t wanted)
{
	uint32_t equal = 0, at = 0;

	for (; count - at >= 64; at += 64) {
		uint8_t here = 0;

		for (unsigned i = 0; i < 64; i++)
			here = (uint8_t)(here + (items[at + i] == wanted));
		equal += here;
	}
	for (; at < count; at++)
		equal += items[at] == wanted;
	return equal;
}

uint32_t suffixes_distinct(const struct suffixes *s, struct range range, unsigned depth)
{
	if (range.lo >= range.hi)
		return 0;
	return 1 + count_equal(s->shared + range.lo + 1, range.hi - range.lo - 1, (uint8_t)depth);
}

unsigned packed_width(uint32_t most)
{
	unsigned width = 1;

	while (width < 32 && most >> width)
		width++;
	return width;
}

size_t packed_size(uint64_t count, unsigned width)
{
	return (size_t)((count * width + 7) / 8 + sizeof(uint64_t));
}

void packed_write(const uint32_t *numbers, uint64_t count, unsigned width, void *out)
{
	if (width == 32) {
		memcpy(out, numbers, (size_t)count * sizeof(*numbers));
		return;
	}
	for (uint64_t i = 0; i < count; i++) {
		uint64_t bit = i * width, word = (uint64_t)numbers[i] << bit % 8;

		for (unsigned char *place = (unsigned char *)out + bit / 8; word; word >>= 8)
			*place++ |= (unsigned char)word;
	}
}
