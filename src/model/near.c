/* Finding near pieces by an inverted index, which the suffix array is: a token's places are a
 * range. */
#include "model/near.h"

#include "util/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 256   /* tokens of the longest piece */
#define PIECES 64   /* that are looked at, at most, and */
#define TOKENS 4096 /* about so many in all */
#define BLOCK 64    /* places of the stream that share an entry of the table of pieces */
/* Longer contexts would find what the house's own counts find. */
#define NEAR_KINDS (CONTEXT_3 + 1)

struct piece {
	double score;
	uint32_t round;         /* when it was last scored */
	uint32_t token;         /* the last that was counted for it */
	uint32_t start, tokens; /* in the stream */
	bool hidden;
};

struct near {
	struct piece *pieces;
	uint32_t *piece_of; /* by place / BLOCK: that where the block starts */
	uint32_t *touched;
	uint32_t count, touched_count, round;
};

void near_free(struct near *near)
{
	if (!near)
		return;
	free(near->pieces);
	free(near->piece_of);
	free(near->touched);
	free(near);
}

static void cut_pieces(const struct model *model, struct near *near)
{
	size_t most = (size_t)model->facts.stream / PIECE + model->facts.texts + 1;

	near->pieces = xcalloc(most, sizeof(*near->pieces));
	for (uint32_t i = 0; i < model->facts.texts; i++) {
		uint32_t end = model->starts[i + 1] - 1;

		for (uint32_t at = model->starts[i]; at < end; at += PIECE)
			near->pieces[near->count++] = (struct piece){
				.start = at, .tokens = end - at < PIECE ? end - at : PIECE};
	}
}

static struct near *near_of(struct model *model)
{
	uint32_t stream = model->facts.stream, piece = 0;
	struct near *near = model->near;

	if (near)
		return near;
	near = model->near = xcalloc(1, sizeof(*near));
	cut_pieces(model, near);
	near->touched = xcalloc((size_t)near->count + 1, sizeof(uint32_t));
	near->piece_of = xcalloc((size_t)stream / BLOCK + 1, sizeof(uint32_t));
	for (uint32_t at = 0; at < stream; at += BLOCK) {
		while (piece + 1 < near->count && near->pieces[piece + 1].start <= at)
			piece++;
		near->piece_of[at / BLOCK] = piece;
	}
	return near;
}

static uint32_t piece_at(const struct near *near, uint32_t place)
{
	uint32_t piece = near->piece_of[place / BLOCK];

	while (piece + 1 < near->count && near->pieces[piece + 1].start <= place)
		piece++;
	return piece;
}

void near_hide(struct model *model, uint32_t start, bool hidden)
{
	struct near *near = near_of(model);
	uint32_t at = piece_at(near, start);

	/* An end mark stands between texts, nothing between the pieces of one. */
	do
		near->pieces[at++].hidden = hidden;
	while (at < near->count && near->pieces[at].start == near->pieces[at - 1].start + PIECE);
}

static bool is_text(const struct model *model, uint32_t start, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (suffixes_symbol(&model->tokens, start + i) != ids[i])
			return false;
	return suffixes_symbol(&model->tokens, start + count) == MODEL_END;
}

uint32_t near_find(struct model *model, const uint32_t *ids, size_t count, bool hidden)
{
	const struct suffixes *s = &model->tokens;
	struct range range = suffixes_extend(s, (struct range){0, s->count}, 0, MODEL_END);
	struct near *near = near_of(model);

	if (!count || !near->count)
		return 0;
	for (unsigned k = 0; k < count && k + 1 < SUFFIX_DEPTH; k++)
		range = suffixes_extend(s, range, k + 1, ids[k]);
	for (; range.lo < range.hi; range.lo++) {
		uint32_t start = suffixes_at(s, range.lo) + 1;

		if (start < s->count && near->pieces[piece_at(near, start)].hidden == hidden &&
			is_text(model, start, ids, count))
			return start;
	}
	return 0;
}

static void score_token(struct near *near, const struct model *model, uint32_t id)
{
	const struct suffixes *s = &model->tokens;
	uint32_t lo, hi;
	double worth;

	if (id >= s->alphabet)
		return;
	lo = s->first[id];
	hi = s->first[id + 1];
	if (lo == hi || hi - lo > MODEL_COMMON)
		return;
	worth = log2((double)s->count / (hi - lo));
	for (; lo < hi; lo++) {
		uint32_t place = suffixes_at(s, lo), which;
		struct piece *piece;

		if (place >= s->count) /* a forged file */
			continue;
		which = piece_at(near, place);
		piece = &near->pieces[which];
		if (piece->hidden)
			continue;
		if (piece->round != near->round) {
			piece->score = 0;
			piece->token = MODEL_END;
			piece->round = near->round;
			near->touched[near->touched_count++] = which;
		}
		if (piece->token != id)
			piece->score += worth;
		piece->token = id;
	}
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static void score_pieces(
	struct near *near, const struct model *model, const uint32_t *ids, size_t count)
{
	uint32_t sorted[NEAR_WINDOW];

	near->round++;
	near->touched_count = 0;
	memcpy(sorted, ids, count * sizeof(*ids));
	qsort(sorted, count, sizeof(*sorted), by_number);
	for (size_t i = 0; i < count; i++)
		if (!i || sorted[i] != sorted[i - 1])
			score_token(near, model, sorted[i]);
	for (uint32_t i = 0; i < near->touched_count; i++) {
		struct piece *piece = &near->pieces[near->touched[i]];

		piece->score /= PIECE + piece->tokens;
	}
}

/* Of equals the first in the stream is better. */
static bool is_better(const struct near *near, uint32_t a, uint32_t b)
{
	double left = near->pieces[a].score, right = near->pieces[b].score;

	return left > right || (!(left < right) && a < b);
}

static unsigned choose(const struct near *near, uint32_t best[PIECES])
{
	unsigned count = 0;

	for (uint32_t i = 0; i < near->touched_count; i++) {
		uint32_t which = near->touched[i];
		unsigned at = count < PIECES ? count++ : PIECES - 1;

		if (at == PIECES - 1 && i >= PIECES && !is_better(near, which, best[at]))
			continue;
		for (; at > 0 && is_better(near, which, best[at - 1]); at--)
			best[at] = best[at - 1];
		best[at] = which;
	}
	return count;
}

static void count_piece(const struct model *model, const struct piece *piece, struct counts *out)
{
	uint64_t keys[CONTEXT_COUNT];
	struct place place;

	place_start(&place, suffixes_symbol(&model->tokens, piece->start - 1) == MODEL_END);
	for (uint32_t i = piece->start; i < piece->start + piece->tokens; i++) {
		uint32_t id = suffixes_symbol(&model->tokens, i);
		size_t len;
		const char *text;

		if (id >= model->facts.vocabulary) /* a forged file */
			return;
		text = model_text(model, id, &len);
		place_keys(&place, keys);
		for (unsigned kind = 0; kind < NEAR_KINDS; kind++)
			if (keys[kind])
				counts_add(out, keys[kind], id, 1, 0);
		if (model_is_name(model, id))
			counts_add(out, NAMES_KEY, id, 1, 0);
		place_step(&place, model_mark(model, id), token_kind(text, len));
	}
}

void near_count(struct model *model, const uint32_t *ids, size_t count, struct counts *out)
{
	struct near *near = near_of(model);
	uint32_t best[PIECES], tokens = 0;
	unsigned found;

	counts_clear(out);
	if (!near->count)
		return;
	score_pieces(near, model, ids, count);
	found = choose(near, best);
	for (unsigned i = 0; i < found && tokens < TOKENS; i++) {
		count_piece(model, &near->pieces[best[i]], out);
		tokens += near->pieces[best[i]].tokens;
	}
}
