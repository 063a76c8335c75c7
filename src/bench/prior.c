/*
 * How likely a text is before any prompt: token bigrams of the tree at the cutoff, counted in
 * fixed tables (a collision only blurs). Used to choose wrong answers as likely as the right one.
 */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/memory.h"

#include <math.h>
#include <stdlib.h>

#define SINGLES ((size_t)1 << 20)
#define PAIRS ((size_t)1 << 22)
#define SPELL_BITS 4.0 /* for each character of a token never seen */

struct prior {
	uint32_t *singles, *pairs;
	uint64_t total;
};

struct prior *prior_new(void)
{
	struct prior *prior = xcalloc(1, sizeof(*prior));

	prior->singles = xcalloc(SINGLES, sizeof(*prior->singles));
	prior->pairs = xcalloc(PAIRS, sizeof(*prior->pairs));
	return prior;
}

void prior_free(struct prior *prior)
{
	if (!prior)
		return;
	free(prior->singles);
	free(prior->pairs);
	free(prior);
}

static size_t pair_slot(uint64_t before, uint64_t hash)
{
	return (size_t)((before * 0x9e3779b97f4a7c15u ^ hash) * 0xff51afd7ed558ccdu >> 42);
}

void prior_add(struct prior *prior, const char *text, size_t len)
{
	struct piece piece;
	uint64_t before = 0;
	size_t at = 0;

	while (code_piece(text, len, &at, &piece)) {
		uint64_t hash;

		/* Words of a comment or a string are likely or not one by one. */
		if (piece.kind == PIECE_COMMENT || piece.kind == PIECE_STRING)
			piece.end = at = piece.start + 1;
		hash = hash_bytes(text + piece.start, piece.end - piece.start, 1);
		prior->singles[hash >> 44]++;
		prior->pairs[pair_slot(before, hash)]++;
		prior->total++;
		before = hash;
	}
}

double prior_bits(const struct prior *prior, const char *text, size_t len)
{
	struct piece piece;
	uint64_t before = 0;
	uint32_t seen = 0;
	double bits = 0;
	size_t at = 0;

	while (code_piece(text, len, &at, &piece)) {
		uint64_t hash;
		double p;

		if (piece.kind == PIECE_COMMENT || piece.kind == PIECE_STRING)
			piece.end = at = piece.start + 1;
		hash = hash_bytes(text + piece.start, piece.end - piece.start, 1);
		p = 0.05 * exp2(-SPELL_BITS * (double)(piece.end - piece.start));
		p += 0.25 * prior->singles[hash >> 44] / (double)(prior->total + 1);
		if (seen)
			p += 0.7 * fmin(1, prior->pairs[pair_slot(before, hash)] / (double)seen);
		bits -= log2(p);
		seen = prior->singles[hash >> 44];
		before = hash;
	}
	return bits;
}
