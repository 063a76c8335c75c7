/* Following a text, and the keys of its contexts. */
#include "model/place.h"

#include <string.h>

static bool is_letter(unsigned char c)
{
	return c == '_' || c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

enum token_kind token_kind(const char *text, size_t len)
{
	static const uint8_t kinds[128] = {['\n'] = TOKEN_BREAKS,
		['('] = TOKEN_OPENS,
		[')'] = TOKEN_CLOSES,
		['.'] = TOKEN_DOT,
		[','] = TOKEN_COMMA,
		['"'] = TOKEN_QUOTE,
		['\''] = TOKEN_QUOTE,
		['='] = TOKEN_EQUALS,
		['/'] = TOKEN_REMARKS,
		['*'] = TOKEN_REMARKS,
		['#'] = TOKEN_REMARKS};
	unsigned char first = len ? (unsigned char)text[0] : 0;

	if (is_letter(first))
		return len < 3 ? TOKEN_SHORT : TOKEN_NAME;
	if (first >= '0' && first <= '9')
		return TOKEN_NUMBER;
	if (len == 1 && strchr(";{}", first))
		return TOKEN_ENDS;
	return kinds[first] ? (enum token_kind)kinds[first] : TOKEN_OTHER;
}

void place_start(struct place *place, bool at_start)
{
	memset(place, 0, sizeof(*place));
	if (!at_start)
		return;
	place->recent[0] = PLACE_END;
	place->known = 1;
}

void place_step(struct place *place, uint64_t mark, enum token_kind kind)
{
	memmove(place->recent + 1, place->recent, (PLACE_REACH - 1) * sizeof(*place->recent));
	place->recent[0] = mark;
	if (place->known < PLACE_REACH)
		place->known++;
	place->last_but_one = place->last;
	place->last = kind;
	if (kind == TOKEN_ENDS || kind == TOKEN_BREAKS) {
		/* A line break after the end of a statement starts nothing new. */
		if (place->into)
			place->before = place->first;
		place->first = 0;
		place->into = 0;
		return;
	}
	if (!place->into)
		place->first = mark;
	if (place->into < PLACE_FAR_IN)
		place->into++;
}

/* The finaliser of MurmurHash3 (Appleby), over a running sum. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash ^= value + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) + (hash >> 2);
	hash *= UINT64_C(0xff51afd7ed558ccd);
	return hash ^ hash >> 33;
}

static uint64_t sparse(enum context_kind kind, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t hash = mix(mix(mix((uint64_t)kind << 40, a), b), c);

	/* The upper half is mixed best. The kind tells sparse contexts apart in one table. */
	return (uint64_t)kind << 32 | hash >> 32;
}

void place_keys(const struct place *place, uint64_t keys[CONTEXT_COUNT])
{
	static const enum context_kind by_length[PLACE_REACH + 1] = {CONTEXT_0, CONTEXT_1,
		CONTEXT_2, CONTEXT_3, CONTEXT_4, CONTEXT_5, CONTEXT_COUNT, CONTEXT_7, CONTEXT_COUNT,
		CONTEXT_COUNT, CONTEXT_10};
	const uint64_t *recent = place->recent;
	uint64_t hash = 1;

	memset(keys, 0, CONTEXT_COUNT * sizeof(*keys));
	for (unsigned len = 0;; hash = mix(hash, recent[len++])) {
		if (by_length[len] != CONTEXT_COUNT)
			keys[by_length[len]] = hash | UINT64_C(1) << 63;
		if (len >= place->known)
			break;
	}
	keys[CONTEXT_SKIP] = sparse(CONTEXT_SKIP, recent[1], recent[2], 0);
	keys[CONTEXT_STATEMENT] = sparse(CONTEXT_STATEMENT, place->first, place->into, recent[0]);
	keys[CONTEXT_PREVIOUS] = sparse(CONTEXT_PREVIOUS, place->before, place->first, recent[0]);
}
