/*
 * How many tokens a place holds likelier than the one that came. Only those need to be looked at
 * whose components can add up to as much: what follows the longest contexts, then shorter ones
 * while the most frequent successors below could together still reach it, then the most frequent
 * tokens of all.
 */
#include "model/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

/* The successors of a wide range, the most frequent first: they are asked for again and again. */
struct successor {
	uint32_t symbol, count;
};

struct listing {
	struct range range;
	unsigned depth;
	struct successor *items;
	uint32_t count;
};

#define LISTINGS 4096
#define WIDE 128 /* suffixes; narrower ranges are read as they stand */

struct ranker {
	struct model *model;
	struct listing *listings; /* by hash; a newcomer takes the place */
	uint32_t *seen;           /* by token: the round in which it was looked at */
	uint32_t seen_len, round;
	uint32_t frequent[RANK_MAX + 1];
	unsigned frequent_count;
	uint32_t most_frequent; /* the count of the first, MODEL_END apart */
};

/* One question: the place, the token's own probability, and what was found so far. */
struct question {
	struct ranker *ranker;
	const struct trie *cache;
	const struct walk *walk;
	const struct frame *frame;
	uint32_t id;
	double p;
	unsigned better;
};

static uint32_t frequency(const struct model *model, uint32_t id)
{
	struct range range = suffixes_extend(&model->tokens, (struct range){0, 1}, 0, id);
	uint32_t child = trie_child(&model->learned, TRIE_ROOT, id);

	return range.hi - range.lo + (child == TRIE_NONE ? 0 : model->learned.nodes[child].count);
}

struct ranker *ranker_new(struct model *model)
{
	struct ranker *ranker = xcalloc(1, sizeof(*ranker));

	ranker->model = model;
	ranker->listings = xcalloc(LISTINGS, sizeof(*ranker->listings));
	for (uint32_t id = MODEL_END + 1; id < model_vocabulary(model); id++) {
		uint32_t count = frequency(model, id);
		unsigned place = ranker->frequent_count;

		while (place > 0 && frequency(model, ranker->frequent[place - 1]) < count)
			place--;
		if (place > RANK_MAX)
			continue;
		if (ranker->frequent_count <= RANK_MAX)
			ranker->frequent_count++;
		memmove(ranker->frequent + place + 1, ranker->frequent + place,
			(ranker->frequent_count - place - 1) * sizeof(*ranker->frequent));
		ranker->frequent[place] = id;
	}
	if (ranker->frequent_count)
		ranker->most_frequent = frequency(model, ranker->frequent[0]);
	return ranker;
}

void ranker_free(struct ranker *ranker)
{
	if (!ranker)
		return;
	for (unsigned i = 0; i < LISTINGS; i++)
		free(ranker->listings[i].items);
	free(ranker->listings);
	free(ranker->seen);
	free(ranker);
}

/* False when the token was looked at before. */
static bool first_look(struct ranker *ranker, uint32_t id)
{
	if (id >= ranker->seen_len) {
		uint32_t old = ranker->seen_len;

		ranker->seen_len = id + 1024 > 2 * old ? id + 1024 : 2 * old;
		ranker->seen = xrealloc(ranker->seen, ranker->seen_len * sizeof(*ranker->seen));
		memset(ranker->seen + old, 0, (ranker->seen_len - old) * sizeof(*ranker->seen));
	}
	if (ranker->seen[id] == ranker->round)
		return false;
	ranker->seen[id] = ranker->round;
	return true;
}

/* Looks at a candidate whose probability is at most `bound`. */
static void consider(struct question *q, uint32_t id, double bound)
{
	struct model *model = q->ranker->model;
	struct walk found;

	if (id == MODEL_END || id >= model_vocabulary(model) || !first_look(q->ranker, id) ||
		bound < q->p)
		return;
	walk_look(model, q->cache, q->walk, id, &found);
	q->better += frame_counts(model, q->cache, q->frame, &found) >= q->p;
}

static void children(
	struct question *q, const struct trie *trie, uint32_t node, double each, double below)
{
	if (node == TRIE_NONE)
		return;
	for (uint32_t child = trie->nodes[node].child; child && q->better < RANK_MAX;
		child = trie->nodes[child].sibling)
		consider(q, trie->nodes[child].symbol, each * trie->nodes[child].count + below);
}

static int by_count(const void *a, const void *b)
{
	const struct successor *left = a, *right = b;

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return left->symbol < right->symbol ? -1 : left->symbol > right->symbol;
}

static const struct listing *list_successors(
	struct ranker *ranker, struct range range, unsigned depth)
{
	const struct suffixes *s = &ranker->model->tokens;
	uint64_t key = ((uint64_t)range.lo << 32 | range.hi) * UINT64_C(0x9e3779b97f4a7c15) + depth;
	struct listing *listing = &ranker->listings[(key >> 40) & (LISTINGS - 1)];
	uint32_t start = range.lo;
	size_t capacity = 0;

	if (listing->count && listing->depth == depth && listing->range.lo == range.lo &&
		listing->range.hi == range.hi)
		return listing;
	free(listing->items);
	*listing = (struct listing){.range = range, .depth = depth};
	for (uint32_t i = range.lo; i < range.hi; i++) {
		if (i + 1 < range.hi && s->shared[i + 1] != depth)
			continue;
		GROW(listing->items, listing->count, capacity);
		listing->items[listing->count++] = (struct successor){
			suffixes_symbol(s, (uint64_t)s->suffix[i] + depth), i + 1 - start};
		start = i + 1;
	}
	qsort(listing->items, listing->count, sizeof(*listing->items), by_count);
	return listing;
}

static void successors(
	struct question *q, struct range range, unsigned depth, double each, double below)
{
	const struct suffixes *s = &q->ranker->model->tokens;
	const struct listing *listing;
	uint32_t start = range.lo;

	if (range.hi - range.lo > WIDE) {
		listing = list_successors(q->ranker, range, depth);
		for (uint32_t i = 0; i < listing->count && q->better < RANK_MAX; i++) {
			double bound = each * listing->items[i].count + below;

			/* The rest is rarer here, and what it gains elsewhere is in the bound. */
			if (bound < q->p)
				return;
			consider(q, listing->items[i].symbol, bound);
		}
		return;
	}
	for (uint32_t i = range.lo; i < range.hi && q->better < RANK_MAX; i++) {
		if (i + 1 < range.hi && s->shared[i + 1] != depth)
			continue;
		consider(q, suffixes_symbol(s, (uint64_t)s->suffix[i] + depth),
			each * (i + 1 - start) + below);
		start = i + 1;
	}
}

/* The hits of the most frequent successor in one component: no token has more. */
static uint32_t most_hits(const struct question *q, unsigned component)
{
	const struct trie *learned = &q->ranker->model->learned;
	unsigned k = component / SOURCE_COUNT;
	struct range range = q->walk->house[k];
	uint32_t most = range.hi - range.lo;

	if (component % SOURCE_COUNT == SOURCE_CACHE)
		return q->cache->nodes[q->walk->cache[k]].most;
	if (k == 0)
		most = q->ranker->frequent_count ? q->ranker->most_frequent : 0;
	else if (most > WIDE)
		most = list_successors(q->ranker, range, k)->items[0].count;
	if (k > 0 && q->walk->learned[k] != TRIE_NONE)
		most += learned->nodes[q->walk->learned[k]].most;
	return most;
}

unsigned ranker_rank(struct ranker *ranker, const struct trie *cache, const struct walk *walk,
	const struct frame *frame, uint32_t id)
{
	struct question q = {ranker, cache, walk, frame, id, 0, 0};
	const struct trie *learned = &ranker->model->learned;
	double below[COMPONENTS + 1] = {0}; /* the most that the components under each can add */
	/* Rounding must not make a bound fall short of what it bounds. */
	const double slack = 1e-12;
	struct walk found;

	walk_look(ranker->model, cache, walk, id, &found);
	q.p = frame_counts(ranker->model, cache, frame, &found);
	if (q.p <= 0)
		return 0;
	ranker->round++;
	first_look(ranker, id);
	for (unsigned c = 0; c < COMPONENTS; c++) {
		below[c + 1] = below[c];
		if (frame->total[c])
			below[c + 1] += frame->weight[c] * most_hits(&q, c) / frame->total[c];
	}
	for (unsigned c = COMPONENTS; c-- > 1 && q.better < RANK_MAX;) {
		unsigned k = c / SOURCE_COUNT;
		double each;

		if (below[c + 1] + slack < q.p)
			break;
		if (!frame->total[c])
			continue;
		each = frame->weight[c] / frame->total[c];
		if (c % SOURCE_COUNT == SOURCE_CACHE) {
			children(&q, cache, walk->cache[k], each, below[c] + slack);
			continue;
		}
		/* What was learned adds to the house's own count: no bound from either alone. */
		children(&q, learned, walk->learned[k], each, 1);
		successors(&q, walk->house[k], k, each, below[c] + slack);
	}
	for (unsigned i = 0; i < ranker->frequent_count && below[1] + slack >= q.p; i++)
		consider(&q, ranker->frequent[i], 1);
	return q.better < RANK_MAX ? q.better + 1 : 0;
}
