/*
 * How likely a text is before any prompt: token 4-grams of the tree at the cutoff, counted in
 * fixed tables (a collision only blurs) and interpolated as by Witten and Bell. Used to choose
 * wrong answers as likely as the right one.
 */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/memory.h"

#include <math.h>
#include <stdlib.h>

#define ORDER 4
#define SLOT_BITS 22
#define SPELL_BITS 4.0 /* for each character of a token never seen */

struct prior {
	uint32_t *counts[ORDER]; /* by hash of 1..ORDER tokens */
	uint64_t total;
};

struct prior *prior_new(void)
{
	struct prior *prior = xcalloc(1, sizeof(*prior));

	for (int n = 0; n < ORDER; n++)
		prior->counts[n] = xcalloc((size_t)1 << SLOT_BITS, sizeof(*prior->counts[n]));
	return prior;
}

void prior_free(struct prior *prior)
{
	if (!prior)
		return;
	for (int n = 0; n < ORDER; n++)
		free(prior->counts[n]);
	free(prior);
}

/* The last tokens of a text, newest first, as slots of the tables of 1..ORDER tokens. */
struct tail {
	uint64_t hashes[ORDER];
	size_t slots[ORDER];
};

static void tail_push(struct tail *tail, const char *token, size_t len)
{
	uint64_t hash = 0;

	for (int n = ORDER - 1; n; n--)
		tail->hashes[n] = tail->hashes[n - 1];
	tail->hashes[0] = hash_bytes(token, len, 1);
	for (int n = 0; n < ORDER; n++) {
		hash = (hash ^ tail->hashes[n]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
		tail->slots[n] = (size_t)(hash >> (64 - SLOT_BITS));
	}
}

/* The next token; words of a comment or a string are likely or not one by one. */
static bool next_token(const char *text, size_t len, size_t *at, struct piece *piece)
{
	if (!code_piece(text, len, at, piece))
		return false;
	if (piece->kind == PIECE_COMMENT || piece->kind == PIECE_STRING)
		piece->end = *at = piece->start + 1;
	return true;
}

void prior_add(struct prior *prior, const char *text, size_t len)
{
	struct tail tail = {{0}, {0}};
	struct piece piece;
	size_t at = 0;

	while (next_token(text, len, &at, &piece)) {
		tail_push(&tail, text + piece.start, piece.end - piece.start);
		for (int n = 0; n < ORDER; n++)
			prior->counts[n][tail.slots[n]]++;
		prior->total++;
	}
}

size_t prior_unseen(const struct prior *prior, const char *text, size_t len)
{
	struct piece piece;
	size_t at = 0, unseen = 0;

	while (next_token(text, len, &at, &piece)) {
		struct tail tail = {{0}, {0}};

		tail_push(&tail, text + piece.start, piece.end - piece.start);
		unseen += !prior->counts[0][tail.slots[0]];
	}
	return unseen;
}

double prior_bits(const struct prior *prior, const char *text, size_t len)
{
	struct tail tail = {{0}, {0}}, before;
	struct piece piece;
	double bits = 0;
	size_t at = 0, seen = 0;

	for (; next_token(text, len, &at, &piece); seen++) {
		double p = exp2(-SPELL_BITS * (double)(piece.end - piece.start));
		double context = (double)prior->total;

		before = tail;
		tail_push(&tail, text + piece.start, piece.end - piece.start);
		for (size_t n = 0; n < ORDER && n <= seen; n++) {
			double count = prior->counts[n][tail.slots[n]];

			if (n)
				context = prior->counts[n - 1][before.slots[n - 1]];
			/* The weight of a context grows with how often it was seen. */
			p = (fmin(count, context) + 2 * p) / (context + 2);
		}
		bits -= log2(p);
	}
	return bits;
}
