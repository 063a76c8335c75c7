/*
 * How many tokens a place holds likelier than the one that came. Only those need to be looked at
 * whose components can add up to as much: what follows the longest contexts, then shorter ones
 * while all that is left below could still reach it, then the most frequent tokens of all.
 */
#include "model/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct ranker {
	struct model *model;
	uint32_t *seen; /* by token: the round in which it was looked at */
	uint32_t seen_len, round;
	uint32_t frequent[RANK_MAX + 1];
	unsigned frequent_count;
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
	return ranker;
}

void ranker_free(struct ranker *ranker)
{
	if (!ranker)
		return;
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

static void successors(
	struct question *q, struct range range, unsigned depth, double each, double below)
{
	const struct suffixes *s = &q->ranker->model->tokens;
	uint32_t start = range.lo;

	for (uint32_t i = range.lo; i < range.hi && q->better < RANK_MAX; i++) {
		if (i + 1 < range.hi && s->shared[i + 1] != depth)
			continue;
		consider(q, suffixes_symbol(s, (uint64_t)s->suffix[i] + depth),
			each * (i + 1 - start) + below);
		start = i + 1;
	}
}

unsigned ranker_rank(struct ranker *ranker, const struct trie *cache, const struct walk *walk,
	const struct frame *frame, uint32_t id)
{
	struct question q = {ranker, cache, walk, frame, id, 0, 0};
	const struct trie *learned = &ranker->model->learned;
	double below[COMPONENTS + 1] = {0}; /* the weight of all components under each */
	/* Rounding must not make a bound fall short of what it bounds. */
	const double slack = 1e-12;
	struct walk found;

	walk_look(ranker->model, cache, walk, id, &found);
	q.p = frame_counts(ranker->model, cache, frame, &found);
	if (q.p <= 0)
		return 0;
	ranker->round++;
	first_look(ranker, id);
	for (unsigned c = 0; c < COMPONENTS; c++)
		below[c + 1] = below[c] + frame->weight[c];
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
