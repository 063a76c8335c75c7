/*
 * The likeliest tokens of a place. What follows the narrow contexts is added up in full; of the
 * wide ones only the most frequent successors are, and the next one bounds what the others can
 * gain. Where that bound leaves a doubt, everything is added up.
 */
#include "model/internal.h"

#include "util/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDE 128      /* suffixes, entries or counts; narrower contexts are read as they stand */
#define LISTED 48     /* successors kept of a wide one */
#define LISTINGS 8192 /* wide contexts remembered; a newcomer takes the place */
#define OF_TABLE 64u  /* depth of a listing that is not of suffixes: this and the table's number */

struct successor {
	uint32_t symbol, count;
};

struct listing {
	struct range range;
	unsigned depth, count;
	struct successor items[LISTED + 1]; /* the last one only bounds the rest */
};

struct predictor {
	struct listing **listings;
	double *scores;
	uint32_t *rounds; /* by token: when its score was last set */
	uint32_t size, round;
	uint32_t *candidates;
	size_t count, capacity;
	double slack; /* the most that any token can have beyond its score */
	double floor; /* tokens below this P are of no interest */
	bool all;
	const struct prediction_wish *wish;
};

void predictor_free(struct predictor *predictor)
{
	if (!predictor)
		return;
	for (unsigned i = 0; i < LISTINGS; i++)
		free(predictor->listings[i]);
	free(predictor->listings);
	free(predictor->scores);
	free(predictor->rounds);
	free(predictor->candidates);
	free(predictor);
}

static struct predictor *predictor_of(struct model *model)
{
	struct predictor *predictor = model->predictor;
	uint32_t needed = model_vocabulary(model);

	if (!predictor) {
		predictor = model->predictor = xcalloc(1, sizeof(*predictor));
		predictor->listings = xcalloc(LISTINGS, sizeof(struct listing *));
	}
	if (predictor->size < needed) {
		uint32_t old = predictor->size;

		predictor->size = needed + needed / 4 + 1024;
		predictor->scores = xrealloc(predictor->scores, predictor->size * sizeof(double));
		predictor->rounds = xrealloc(predictor->rounds, predictor->size * sizeof(uint32_t));
		memset(predictor->rounds + old, 0, (predictor->size - old) * sizeof(uint32_t));
	}
	return predictor;
}

static void add(struct predictor *predictor, uint32_t id, double p)
{
	if (id == MODEL_END || id >= predictor->size)
		return;
	if (predictor->rounds[id] != predictor->round) {
		GROW(predictor->candidates, predictor->count, predictor->capacity);
		predictor->candidates[predictor->count++] = id;
		predictor->rounds[id] = predictor->round;
		predictor->scores[id] = 0;
	}
	predictor->scores[id] += p;
}

/* -- what follows a context of the file ------------------------------------------------------- */

typedef void (*successor_fn)(uint32_t symbol, uint32_t count, void *payload);

static void each_successor(const struct model *model, const struct part *part, int length,
	successor_fn fn, void *payload)
{
	const struct suffixes *s = &model->tokens;
	const struct table *table = length < 0 ? &model->sparse[-1 - length] : NULL;
	uint32_t start = part->house.lo;

	if (length == 0) {
		for (uint32_t id = 1; id < s->alphabet; id++)
			if (s->first[id + 1] > s->first[id])
				fn(id, s->first[id + 1] - s->first[id], payload);
		return;
	}
	for (uint32_t i = part->house.lo; i < part->house.hi; i++) {
		if (table) {
			fn(table_token(table, i), table_count(table, i), payload);
		} else if (i + 1 == part->house.hi || s->shared[i + 1] == length) {
			fn(suffixes_symbol(s, (uint64_t)suffixes_at(s, i) + (unsigned)length),
				i + 1 - start, payload);
			start = i + 1;
		}
	}
}

static void list_one(uint32_t symbol, uint32_t count, void *payload)
{
	struct listing *listing = payload;
	unsigned at = listing->count;

	if (symbol == MODEL_END || (at > LISTED && listing->items[LISTED].count >= count))
		return;
	if (at <= LISTED)
		listing->count++;
	else
		at = LISTED;
	for (; at > 0 && listing->items[at - 1].count < count; at--)
		listing->items[at] = listing->items[at - 1];
	listing->items[at] = (struct successor){symbol, count};
}

static const struct listing *listing_of(
	struct predictor *predictor, const struct model *model, const struct part *part, int length)
{
	unsigned depth = length < 0 ? OF_TABLE - (unsigned)length : (unsigned)length;
	uint64_t key = ((uint64_t)part->house.lo << 32 | part->house.hi) + depth;
	struct listing **place =
		&predictor->listings[(key * UINT64_C(0x9e3779b97f4a7c15) >> 40) % LISTINGS];

	if (*place && (*place)->depth == depth && (*place)->range.lo == part->house.lo &&
		(*place)->range.hi == part->house.hi)
		return *place;
	if (!*place)
		*place = xmalloc(sizeof(**place));
	(*place)->range = part->house;
	(*place)->depth = depth;
	(*place)->count = 0;
	each_successor(model, part, length, list_one, *place);
	return *place;
}

/* -- adding up -------------------------------------------------------------------------------- */

struct share {
	struct predictor *predictor;
	double each;
};

static void add_one(uint32_t symbol, uint32_t count, void *payload)
{
	const struct share *share = payload;

	add(share->predictor, symbol, share->each * count);
}

static void add_house(struct predictor *predictor, const struct model *model,
	const struct part *part, int length, double each)
{
	struct share share = {predictor, each};
	const struct listing *listing;

	if (part->house.hi - part->house.lo <= WIDE || predictor->all) {
		each_successor(model, part, length, add_one, &share);
		return;
	}
	listing = listing_of(predictor, model, part, length);
	for (unsigned i = 0; i < listing->count && i < LISTED; i++)
		add(predictor, listing->items[i].symbol, each * listing->items[i].count);
	if (listing->count > LISTED)
		predictor->slack += each * listing->items[LISTED].count;
}

static void add_counted(
	struct predictor *predictor, const struct counts *counts, uint32_t context, double each)
{
	const struct counts_context *home;

	if (context == COUNTS_NONE)
		return;
	home = &counts->contexts[context];
	if (home->grams > WIDE && !predictor->all) {
		predictor->slack += each * (home->most > 0 ? home->most : 0);
		return;
	}
	for (uint32_t at = home->last; at; at = counts->grams[at - 1].older)
		if (counts->grams[at - 1].count)
			add(predictor, counts->grams[at - 1].symbol,
				each * counts->grams[at - 1].count);
}

static void add_part(struct predictor *predictor, const struct model *model,
	const struct shown *shown, const struct frame *frame, unsigned c)
{
	const struct part *part = &frame->parts[c];
	double each = part->weight / part->total;

	if (c % SOURCE_COUNT != SOURCE_HOUSE) {
		add_counted(predictor, shown_by(shown, c % SOURCE_COUNT), part->counted, each);
		return;
	}
	add_house(predictor, model, part, context_length(c / SOURCE_COUNT), each);
	add_counted(predictor, &model->learned, part->counted, each);
}

static bool wanted(const struct predictor *predictor, const struct model *model, uint32_t id)
{
	const struct prediction_wish *wish = predictor->wish;
	const char *text;
	size_t len;

	if (id == wish->skip)
		return false;
	if (!wish->begins_len)
		return true;
	text = model_text(model, id, &len);
	return len >= wish->begins_len && !memcmp(text, wish->begins, wish->begins_len);
}

/* The score of the token that is the last so far: what comes can only be added. */
static double score_of_last(const struct predictor *predictor, const struct model *model)
{
	unsigned most = predictor->wish->most;
	double best[PREDICT_MAX];
	unsigned count = 0;

	for (size_t i = 0; i < predictor->count; i++) {
		uint32_t id = predictor->candidates[i];
		double score = predictor->scores[id];
		unsigned at = count;

		if ((count == most && score <= best[count - 1]) || !wanted(predictor, model, id))
			continue;
		if (count < most)
			count++;
		else
			at--;
		for (; at > 0 && best[at - 1] < score; at--)
			best[at] = best[at - 1];
		best[at] = score;
	}
	return count == most ? best[most - 1] : 0;
}

/* From the strongest part down, until what is left cannot lift a token over the floor. */
static void add_up(struct predictor *predictor, const struct model *model,
	const struct shown *shown, const struct frame *frame)
{
	double left = 0;

	predictor->round++;
	predictor->count = 0;
	predictor->slack = 1e-12; /* rounding must not make a bound fall short */
	for (unsigned c = 0; c < COMPONENTS; c++)
		left += frame->parts[c].total ? frame->parts[c].weight : 0;
	for (unsigned c = COMPONENTS; c-- > 0;) {
		if (!frame->parts[c].total)
			continue;
		/* Forgotten counts can lower a score again: no floor from a part of the sum. */
		if (c < CONTEXT_3 * SOURCE_COUNT && !predictor->all && !model->learned_tokens &&
			c % SOURCE_COUNT == SOURCE_CACHE && predictor->floor < left)
			predictor->floor = fmax(predictor->floor, score_of_last(predictor, model));
		if (left + predictor->slack < predictor->floor) {
			predictor->slack += left;
			return;
		}
		add_part(predictor, model, shown, frame, c);
		left -= frame->parts[c].weight;
	}
}

/* -- the best --------------------------------------------------------------------------------- */

struct best {
	struct prediction *items;
	unsigned count, most;
};

static void keep(struct best *best, uint32_t id, double p)
{
	unsigned at = best->count;

	if (at == best->most) {
		if (p <= best->items[at - 1].p)
			return;
		at--;
	} else {
		best->count++;
	}
	for (; at > 0 && (best->items[at - 1].p < p ||
				 (!(best->items[at - 1].p > p) && best->items[at - 1].id > id));
		at--)
		best->items[at] = best->items[at - 1];
	best->items[at] = (struct prediction){id, p};
}

/* Asks the promising ones for their exact P. False when one that was never seen may be better. */
static bool choose(struct predictor *predictor, const struct model *model,
	const struct shown *shown, const struct frame *frame, struct best *best)
{
	struct prediction first[PREDICT_MAX];
	struct best likely = {first, 0, best->most};
	double least;

	for (size_t i = 0; i < predictor->count; i++)
		if (wanted(predictor, model, predictor->candidates[i]))
			keep(&likely, predictor->candidates[i],
				predictor->scores[predictor->candidates[i]]);
	for (unsigned i = 0; i < likely.count; i++) {
		predictor->rounds[first[i].id] = 0; /* done */
		if (first[i].p + predictor->slack >= predictor->floor)
			keep(best, first[i].id,
				frame_counts(model, shown, frame, NULL, first[i].id));
	}
	for (size_t i = 0; i < predictor->count; i++) {
		uint32_t id = predictor->candidates[i];

		least = best->count == best->most ? best->items[best->most - 1].p
						  : predictor->floor;
		if (predictor->rounds[id] == predictor->round &&
			predictor->scores[id] + predictor->slack >= least &&
			wanted(predictor, model, id))
			keep(best, id, frame_counts(model, shown, frame, NULL, id));
	}
	least = best->count == best->most ? best->items[best->most - 1].p : predictor->floor;
	return predictor->all || predictor->slack <= 2e-12 || least >= predictor->slack;
}

unsigned predict(struct model *model, const struct shown *shown, const struct frame *frame,
	const struct prediction_wish *wish, struct prediction *out)
{
	struct predictor *predictor = predictor_of(model);
	struct best best = {out, 0, wish->most};

	predictor->wish = wish;
	for (int all = 0; all < 2; all++) {
		best.count = 0;
		predictor->floor = wish->floor;
		predictor->all = all;
		add_up(predictor, model, shown, frame);
		if (choose(predictor, model, shown, frame, &best))
			break;
	}
	while (best.count && out[best.count - 1].p <= 0)
		best.count--;
	return best.count;
}
