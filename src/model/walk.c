/* Walking over a text, and what each place predicts. */
#include "model/blend.h"

#include <math.h>
#include <string.h>

/* Escapes follow the last fifty tokens, so to say, from this many of the usual kind. */
#define TUNE_KEPT 0.98
#define TUNE_PRIOR 2.0

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

/* How often a context was seen, and with how many different tokens behind it. */
struct sum {
	int64_t total, distinct;
};

/* What the file counts, and what was learned or forgotten since. */
static struct sum open_house(struct model *model, const struct walk *walk, enum context_kind kind,
	uint64_t key, struct part *part)
{
	int length = context_length(kind);
	struct sum sum;

	if (length >= 0) {
		part->house = walk->house[length];
		sum.total = width(part->house);
		sum.distinct = sum.total ? distinct_in(&model->tokens, model->token_memo,
						   part->house, (unsigned)length)
					 : 0;
	} else {
		part->house = table_group(&model->sparse[-1 - length], (uint32_t)key);
		sum.total = table_total(&model->sparse[-1 - length], part->house);
		sum.distinct = width(part->house);
	}
	part->counted = COUNTS_NONE;
	if (model->learned.context_count)
		part->counted = counts_find(&model->learned, key);
	if (part->counted != COUNTS_NONE) {
		sum.total += model->learned.contexts[part->counted].total;
		sum.distinct += model->learned.contexts[part->counted].distinct;
	}
	return sum;
}

static struct sum open_counts(const struct counts *counts, uint64_t key, struct part *part)
{
	part->counted = counts_find(counts, key);
	if (part->counted == COUNTS_NONE)
		return (struct sum){0, 0};
	return (struct sum){
		counts->contexts[part->counted].total, counts->contexts[part->counted].distinct};
}

static void open_part(struct part *part, struct sum sum)
{
	/* Only a forged file can make these disagree. */
	part->total = sum.total > 0 ? (uint32_t)sum.total : 0;
	if (part->total)
		part->bucket =
			bucket_of(part->total, sum.distinct > 0 ? (uint32_t)sum.distinct : 0);
}

static struct sum open_source(struct model *model, const struct shown *shown,
	const struct walk *walk, const struct frame *frame, unsigned c, struct part *part)
{
	unsigned kind = c / SOURCE_COUNT;
	enum evidence source = c % SOURCE_COUNT;
	uint64_t key = kind == KIND_NAMES ? NAMES_KEY : frame->keys[kind];

	/* All names of the house are no evidence. */
	if (!key || (kind == KIND_NAMES && source == SOURCE_HOUSE))
		return (struct sum){0, 0};
	if (source == SOURCE_HOUSE)
		return open_house(model, walk, (enum context_kind)kind, key, part);
	return open_counts(shown_by(shown, source), key, part);
}

/* From the strongest down, each keeps its share of what is left. */
static void weigh(const struct model *model, const struct shown *shown, struct frame *frame)
{
	float heard[BLEND_WIDTH];

	blend_hear(model->blend, frame->rows, frame->row_count, heard);
	frame->rest = 1;
	for (unsigned i = 0; i < frame->known; i++) {
		unsigned c = frame->rows[i] / BUCKETS;
		struct part *part = &frame->parts[c];
		double passed;

		part->usual = blend_escape(model->blend, c, model->escape[frame->rows[i]], heard);
		passed = part->usual * shown->tuning[c].odds;
		part->escape = passed / (passed + 1 - part->usual);
		part->weight = frame->rest * (1 - part->escape);
		frame->rest *= part->escape;
	}
}

void frame_open(struct model *model, const struct shown *shown, const struct walk *walk,
	struct frame *frame)
{
	place_keys(&walk->place, frame->keys);
	frame->known = 0;
	for (unsigned c = COMPONENTS; c-- > 0;) {
		struct part *part = &frame->parts[c];

		part->weight = 0;
		open_part(part, open_source(model, shown, walk, frame, c, part));
		if (part->total)
			frame->rows[frame->known++] = (uint16_t)(c * BUCKETS + part->bucket);
	}
	frame->row_count = frame->known + blend_see_place(&walk->place, frame->rows + frame->known);
	weigh(model, shown, frame);
}

static int64_t hits_in_all(const struct model *model, const struct shown *shown,
	const struct frame *frame, const struct range *found, unsigned component, uint32_t id)
{
	const struct part *part = &frame->parts[component];
	int length;
	int64_t hits;

	if (component % SOURCE_COUNT != SOURCE_HOUSE)
		return counts_of(shown_by(shown, component % SOURCE_COUNT), part->counted, id);
	length = context_length(component / SOURCE_COUNT);
	if (length < 0)
		hits = table_hits(&model->sparse[-1 - length], part->house, id);
	else if (found)
		hits = width(found[length]);
	else
		hits = width(suffixes_extend(&model->tokens, part->house, (unsigned)length, id));
	return hits + counts_of(&model->learned, part->counted, id);
}

void frame_hits(const struct model *model, const struct shown *shown, const struct frame *frame,
	const struct range *found, uint32_t id, uint32_t hits[COMPONENTS])
{
	for (unsigned c = COMPONENTS; c-- > 0;) {
		int64_t own;

		hits[c] = 0;
		if (!frame->parts[c].total)
			continue;
		own = hits_in_all(model, shown, frame, found, c, id);
		hits[c] = own > 0 ? (uint32_t)own : 0;
	}
}

double frame_sum(const struct frame *frame, const uint32_t hits[COMPONENTS])
{
	double p = 0;

	for (unsigned c = 0; c < COMPONENTS; c++)
		if (hits[c])
			p += frame->parts[c].weight * hits[c] / frame->parts[c].total;
	return p;
}

double frame_counts(const struct model *model, const struct shown *shown, const struct frame *frame,
	const struct range *found, uint32_t id)
{
	uint32_t hits[COMPONENTS];

	frame_hits(model, shown, frame, found, id, hits);
	return frame_sum(frame, hits);
}

static void tune(struct tuning *tuning, double share, double passed, double usual)
{
	tuning->passed = TUNE_KEPT * tuning->passed + passed;
	tuning->stayed = TUNE_KEPT * tuning->stayed + share - passed;
	tuning->usually_passed = TUNE_KEPT * tuning->usually_passed + share * usual;
	tuning->usually_stayed = TUNE_KEPT * tuning->usually_stayed + share * (1 - usual);
	tuning->odds = (tuning->passed + TUNE_PRIOR) / (tuning->usually_passed + TUNE_PRIOR) *
		       (tuning->usually_stayed + TUNE_PRIOR) / (tuning->stayed + TUNE_PRIOR);
}

void frame_tune(const struct frame *frame, const uint32_t hits[COMPONENTS], double spelled,
	struct tuning tuning[COMPONENTS])
{
	double p[COMPONENTS + 1] = {fmax(1e-300, exp2(spelled))};
	double share = 1; /* the part of the answer that came from here or below */

	for (unsigned c = 0; c < COMPONENTS; c++) {
		const struct part *part = &frame->parts[c];

		p[c + 1] = p[c];
		if (part->total)
			p[c + 1] = (1 - part->escape) * hits[c] / part->total + part->escape * p[c];
	}
	for (unsigned c = COMPONENTS; c-- > 0;) {
		const struct part *part = &frame->parts[c];
		double passed = share * part->escape * p[c] / p[c + 1];

		if (!part->total)
			continue;
		tune(&tuning[c], share, passed, part->usual);
		share = passed;
	}
}

double frame_bits(double counted, double rest, double spelled)
{
	/* The spelling of a long token underflows on its own. */
	if (counted <= 0)
		return -(log2(rest) + spelled);
	return -log2(counted + rest * exp2(spelled));
}

void frame_remember(
	const struct model *model, const struct frame *frame, struct counts *cache, uint32_t id)
{
	for (unsigned kind = 0; kind < CONTEXT_COUNT; kind++)
		if (frame->keys[kind])
			counts_add(cache, frame->keys[kind], id, 1, 0);
	if (model_is_name(model, id))
		counts_add(cache, NAMES_KEY, id, 1, 0);
}
