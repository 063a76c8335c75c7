/* Walking over a text, and what each place predicts. */
#include "model/internal.h"

#include <math.h>
#include <string.h>

static uint32_t width(struct range range)
{
	return range.hi - range.lo;
}

void walk_start(const struct model *model, bool at_start, struct walk *walk)
{
	memset(walk, 0, sizeof(*walk));
	for (unsigned k = 1; k < MODEL_ORDER; k++)
		walk->learned[k] = walk->cache[k] = TRIE_NONE;
	walk->lengths = 1;
	walk->house[0].hi = model->tokens.count;
	if (!at_start)
		return;
	walk->lengths = 2;
	walk->house[1] = suffixes_extend(&model->tokens, walk->house[0], 0, MODEL_END);
	walk->learned[1] = trie_child(&model->learned, TRIE_ROOT, MODEL_END);
}

void walk_look(const struct model *model, const struct trie *cache, const struct walk *walk,
	uint32_t id, struct walk *found)
{
	bool learned = model->learned.count > 1;

	found->lengths = walk->lengths;
	for (unsigned k = 0; k < walk->lengths; k++) {
		/* A longer context can only be followed by what follows a shorter one. */
		if (k && !width(found->house[k - 1]))
			found->house[k] = (struct range){0, 0};
		else
			found->house[k] = suffixes_extend(&model->tokens, walk->house[k], k, id);
		found->learned[k] =
			learned ? trie_child(&model->learned, walk->learned[k], id) : TRIE_NONE;
		found->cache[k] = trie_child(cache, walk->cache[k], id);
	}
}

void walk_step(struct walk *walk, struct trie *cache, uint32_t id, const struct walk *found)
{
	unsigned lengths = walk->lengths < MODEL_ORDER ? walk->lengths + 1 : MODEL_ORDER;
	uint32_t next[MODEL_ORDER];

	for (unsigned k = 0; k < walk->lengths; k++)
		next[k] = walk->cache[k] == TRIE_NONE ? TRIE_NONE
						      : trie_add(cache, walk->cache[k], id);
	for (unsigned k = 1; k < lengths; k++) {
		walk->house[k] = found->house[k - 1];
		walk->learned[k] = found->learned[k - 1];
		walk->cache[k] = next[k - 1];
	}
	walk->lengths = lengths;
}

static uint16_t bucket_of(uint32_t total, uint32_t distinct)
{
	double share = (double)distinct / total;
	unsigned level = 0;
	unsigned variety;

	while (level + 1 < BUCKET_LEVELS && total >> (level + 1))
		level++;
	if (distinct == 1)
		variety = 0;
	else if (distinct == total)
		variety = 5;
	else
		variety = share < 0.1 ? 1 : share < 0.3 ? 2 : share < 0.6 ? 3 : 4;
	return (uint16_t)(level * BUCKET_SHARES + variety);
}

void frame_open(
	struct model *model, const struct trie *cache, const struct walk *walk, struct frame *frame)
{
	memset(frame->total, 0, sizeof(frame->total));
	for (unsigned k = 0; k < walk->lengths; k++) {
		unsigned house = k * SOURCE_COUNT + SOURCE_HOUSE;
		unsigned near = k * SOURCE_COUNT + SOURCE_CACHE;
		uint32_t distinct = 0;

		frame->total[house] = width(walk->house[k]);
		if (frame->total[house])
			distinct =
				distinct_in(&model->tokens, model->token_memo, walk->house[k], k);
		if (walk->learned[k] != TRIE_NONE) {
			frame->total[house] += model->learned.nodes[walk->learned[k]].total;
			distinct += model->learned.nodes[walk->learned[k]].distinct;
		}
		if (frame->total[house])
			frame->bucket[house] = bucket_of(frame->total[house], distinct);
		if (walk->cache[k] == TRIE_NONE)
			continue;
		frame->total[near] = cache->nodes[walk->cache[k]].total;
		if (frame->total[near])
			frame->bucket[near] = bucket_of(
				frame->total[near], cache->nodes[walk->cache[k]].distinct);
	}
	frame->rest = 1;
	for (unsigned c = COMPONENTS; c-- > 0;) {
		double escape;

		frame->weight[c] = 0;
		if (!frame->total[c])
			continue;
		escape = model->escape[c * BUCKETS + frame->bucket[c]];
		frame->weight[c] = frame->rest * (1 - escape);
		frame->rest *= escape;
	}
}

uint32_t frame_hits(const struct model *model, const struct trie *cache, const struct walk *found,
	unsigned component)
{
	unsigned k = component / SOURCE_COUNT;
	uint32_t hits;

	if (k >= found->lengths)
		return 0;
	if (component % SOURCE_COUNT == SOURCE_CACHE)
		return found->cache[k] == TRIE_NONE ? 0 : cache->nodes[found->cache[k]].count;
	hits = width(found->house[k]);
	if (found->learned[k] != TRIE_NONE)
		hits += model->learned.nodes[found->learned[k]].count;
	return hits;
}

double frame_counts(const struct model *model, const struct trie *cache, const struct frame *frame,
	const struct walk *found)
{
	double p = 0;

	for (unsigned c = 0; c < COMPONENTS; c++)
		if (frame->total[c])
			p += frame->weight[c] * frame_hits(model, cache, found, c) /
			     frame->total[c];
	return p;
}

double frame_bits(double counted, double rest, double spelled)
{
	/* The spelling of a long token underflows on its own. */
	if (counted <= 0)
		return -(log2(rest) + spelled);
	return -log2(counted + rest * exp2(spelled));
}
