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
	place_start(&walk->place, at_start);
	walk->lengths = at_start ? 2 : 1;
	walk->house[0] = (struct range){0, model->tokens.count};
	if (at_start)
		walk->house[1] = suffixes_extend(&model->tokens, walk->house[0], 0, MODEL_END);
}

void walk_look(const struct model *model, const struct walk *walk, uint32_t id,
	struct range found[PLACE_REACH + 1])
{
	unsigned k = 0;

	for (; k < walk->lengths; k++) {
		found[k] = suffixes_extend(&model->tokens, walk->house[k], k, id);
		/* A longer context can only be followed by what follows a shorter one. */
		if (!width(found[k]))
			break;
	}
	for (; k < walk->lengths; k++)
		found[k] = (struct range){0, 0};
}

void walk_step(const struct model *model, struct walk *walk, uint32_t id,
	const struct range found[PLACE_REACH + 1])
{
	size_t len;
	const char *text = model_text(model, id, &len);

	if (walk->lengths <= PLACE_REACH)
		walk->lengths++;
	memcpy(walk->house + 1, found, (walk->lengths - 1) * sizeof(*found));
	place_step(&walk->place, model_mark(model, id), token_kind(text, len));
}

static uint16_t bucket_of(uint32_t total, uint32_t distinct)
{
	double share = (double)distinct / total;
	unsigned level = 0;
	unsigned variety;

	while (level + 1 < BUCKET_LEVELS && total >> (level + 1))
		level++;
	if (distinct <= 1)
		variety = 0;
	else if (distinct >= total)
		variety = 5;
	else
		variety = share < 0.1 ? 1 : share < 0.3 ? 2 : share < 0.6 ? 3 : 4;
	return (uint16_t)(level * BUCKET_SHARES + variety);
}

/* The house's part: what the file counts, and what was learned or forgotten since. */
static void open_house(struct model *model, const struct walk *walk, enum context_kind kind,
	uint64_t key, struct part *part)
{
	int length = context_length(kind);
	int64_t total, distinct;

	if (length >= 0) {
		part->house = walk->house[length];
		total = width(part->house);
		distinct = total ? distinct_in(&model->tokens, model->token_memo, part->house,
					   (unsigned)length)
				 : 0;
	} else {
		part->house = table_group(&model->sparse[-1 - length], (uint32_t)key);
		total = table_total(&model->sparse[-1 - length], part->house);
		distinct = width(part->house);
	}
	part->counted = COUNTS_NONE;
	if (model->learned.context_count)
		part->counted = counts_find(&model->learned, key);
	if (part->counted != COUNTS_NONE) {
		total += model->learned.contexts[part->counted].total;
		distinct += model->learned.contexts[part->counted].distinct;
	}
	/* Only a forged file can make these disagree. */
	part->total = total > 0 ? (uint32_t)total : 0;
	if (part->total)
		part->bucket = bucket_of(part->total, distinct > 0 ? (uint32_t)distinct : 0);
}

static void open_cache(const struct counts *cache, uint64_t key, struct part *part)
{
	part->counted = counts_find(cache, key);
	part->total = 0;
	if (part->counted == COUNTS_NONE || cache->contexts[part->counted].total <= 0)
		return;
	part->total = (uint32_t)cache->contexts[part->counted].total;
	part->bucket = bucket_of(part->total, (uint32_t)cache->contexts[part->counted].distinct);
}

void frame_open(struct model *model, const struct counts *cache, const struct walk *walk,
	struct frame *frame)
{
	place_keys(&walk->place, frame->keys);
	for (unsigned kind = 0; kind < CONTEXT_COUNT; kind++) {
		struct part *parts = &frame->parts[kind * SOURCE_COUNT];

		parts[SOURCE_HOUSE].total = parts[SOURCE_CACHE].total = 0;
		if (!frame->keys[kind])
			continue;
		open_house(model, walk, kind, frame->keys[kind], &parts[SOURCE_HOUSE]);
		open_cache(cache, frame->keys[kind], &parts[SOURCE_CACHE]);
	}
	frame->rest = 1;
	for (unsigned c = COMPONENTS; c-- > 0;) {
		struct part *part = &frame->parts[c];
		double escape;

		part->weight = 0;
		if (!part->total)
			continue;
		escape = model->escape[c * BUCKETS + part->bucket];
		part->weight = frame->rest * (1 - escape);
		frame->rest *= escape;
	}
}

uint32_t frame_hits(const struct model *model, const struct counts *cache,
	const struct frame *frame, const struct range *found, unsigned component, uint32_t id)
{
	const struct part *part = &frame->parts[component];
	int length = context_length(component / SOURCE_COUNT);
	int64_t hits;

	if (component % SOURCE_COUNT == SOURCE_CACHE)
		return (uint32_t)counts_of(cache, part->counted, id);
	if (length < 0)
		hits = table_hits(&model->sparse[-1 - length], part->house, id);
	else if (found)
		hits = width(found[length]);
	else
		hits = width(suffixes_extend(&model->tokens, part->house, (unsigned)length, id));
	hits += counts_of(&model->learned, part->counted, id);
	return hits > 0 ? (uint32_t)hits : 0;
}

double frame_counts(const struct model *model, const struct counts *cache,
	const struct frame *frame, const struct range *found, uint32_t id)
{
	double p = 0;

	for (unsigned c = 0; c < COMPONENTS; c++)
		if (frame->parts[c].total)
			p += frame->parts[c].weight *
			     frame_hits(model, cache, frame, found, c, id) / frame->parts[c].total;
	return p;
}

double frame_bits(double counted, double rest, double spelled)
{
	/* The spelling of a long token underflows on its own. */
	if (counted <= 0)
		return -(log2(rest) + spelled);
	return -log2(counted + rest * exp2(spelled));
}

void frame_remember(const struct frame *frame, struct counts *cache, uint32_t id)
{
	for (unsigned kind = 0; kind < CONTEXT_COUNT; kind++)
		if (frame->keys[kind])
			counts_add(cache, frame->keys[kind], id, 1, 0);
}
