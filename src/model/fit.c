/*
 * Learning the escapes: expectation maximisation (Jelinek & Mercer 1980) over texts each of which
 * is taken out of the counts while it is looked at, so that the weights are those of unseen text.
 */
#include "model/fit.h"
#include "model/reader.h"

#include "util/memory.h"
#include "util/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PASSES 8
#define PRIOR 4.0 /* each bucket starts with this many sights of its default */
/* Of each so many tokens, so many are read again as a piece without what stands before it: a model
 * is also asked for choices alone, and for what follows a prompt that starts anywhere. */
#define FRAGMENT_STEP 128
#define FRAGMENT 12
#define LINE_LEAST 3 /* a shorter line says nothing about what lines cost */

/* Witten & Bell's escape, distinct / (total + distinct), at the middle of each bucket. Names stand
 * anywhere, so until it is learned where, they say little. */
void fit_default(float *escapes)
{
	static const double share[BUCKET_SHARES] = {0, 0.05, 0.2, 0.45, 0.8, 1};

	for (unsigned c = 0; c < COMPONENTS; c++)
		for (unsigned b = 0; b < BUCKETS; b++) {
			double total = 1.4 * (1u << (b / BUCKET_SHARES));
			double distinct = fmax(1, share[b % BUCKET_SHARES] * total);

			escapes[c * BUCKETS + b] = c / SOURCE_COUNT == KIND_NAMES
							   ? 0.98f
							   : (float)(distinct / (total + distinct));
		}
}

/* What the chain sees of `id`, before it is passed. */
static void see(struct reader *reader, uint32_t id, struct sight *sight)
{
	struct model *model = reader->model;
	const struct frame *frame = reader_look(reader);
	struct range found[PLACE_REACH + 1];
	uint32_t hits[COMPONENTS];

	sight->spelled = fmax(1e-300, exp2(spell_token(model, id)));
	walk_look(model, &reader->walk, id, found);
	frame_hits(model, &reader->shown, frame, found, id, hits);
	memcpy(sight->rows, frame->rows, sizeof(sight->rows));
	sight->row_count = (uint8_t)frame->row_count;
	sight->known = (uint8_t)frame->known;
	for (unsigned k = 0; k < frame->known; k++) {
		unsigned c = frame->rows[k] / BUCKETS;

		sight->hit[k] = (float)hits[c] / (float)frame->parts[c].total;
	}
}

/* Reads part of the stream, as a text or as a fragment of one. */
static void look_along(
	struct model *model, uint32_t start, uint32_t end, bool fragment, struct sights *sights)
{
	const uint32_t *stream = model->tokens.symbols.bytes; /* not packed yet */
	struct reader reader;

	reader_init(&reader, model, !fragment);
	for (uint32_t i = start; i < end; i++) {
		struct sight *sight;

		GROW(sights->items, sights->count, sights->capacity);
		sight = &sights->items[sights->count++];
		see(&reader, stream[i], sight);
		sight->fragment = fragment;
		sight->starts_line = i == start || model_gap_at(model, i) == GAP_LINE;
		reader_pass(&reader, stream[i]);
		reader_follow(&reader);
	}
	reader_release(&reader);
}

static void look_at(struct model *model, const struct model_span *text, struct sights *sights)
{
	const uint32_t *stream = model->tokens.symbols.bytes;

	overlay_add(model, stream + text->start, text->end - text->start, -1, NULL);
	near_hide(model, text->start, true);
	look_along(model, text->start, text->end, false, sights);
	for (uint32_t at = text->start + FRAGMENT_STEP / 2; at + FRAGMENT < text->end;
		at += FRAGMENT_STEP)
		look_along(model, at, at + FRAGMENT, true, sights);
	near_hide(model, text->start, false);
	counts_clear(&model->learned);
	model->learned_tokens = 0;
}

double sight_judge(const struct sight *sight, struct verdict *verdict)
{
	double p[COMPONENTS + 1]; /* of what stands below each; the last is the spelling's */
	double share = 1;

	p[sight->known] = sight->spelled;
	for (unsigned k = sight->known; k-- > 0;)
		p[k] = (1 - verdict->escape[k]) * sight->hit[k] + verdict->escape[k] * p[k + 1];
	for (unsigned k = 0; k < sight->known; k++) {
		verdict->asked[k] = share;
		share *= verdict->escape[k] * p[k + 1] / p[k];
		verdict->passed[k] = share;
	}
	return p[0];
}

void sight_blend(const struct sight *sight, const float *escapes, const float *blend,
	struct verdict *verdict, float heard[BLEND_WIDTH])
{
	blend_hear(blend, sight->rows, sight->row_count, heard);
	for (unsigned k = 0; k < sight->known; k++)
		verdict->escape[k] = blend_escape(
			blend, sight->rows[k] / BUCKETS, escapes[sight->rows[k]], heard);
}

static void fit_escapes(const struct sights *sights, float *escapes)
{
	static const size_t size = (size_t)COMPONENTS * BUCKETS;
	float *prior = xcalloc(size, sizeof(*prior));
	double *passed = xcalloc(size, sizeof(*passed));
	double *asked = xcalloc(size, sizeof(*asked));

	fit_default(prior);
	for (unsigned pass = 0; sights->count && pass < PASSES && !interrupted(); pass++) {
		for (size_t i = 0; i < size; i++) {
			passed[i] = PRIOR * prior[i];
			asked[i] = PRIOR;
		}
		for (size_t i = 0; i < sights->count; i++) {
			const struct sight *sight = &sights->items[i];
			struct verdict verdict;

			for (unsigned k = 0; k < sight->known; k++)
				verdict.escape[k] = escapes[sight->rows[k]];
			sight_judge(sight, &verdict);
			for (unsigned k = 0; k < sight->known; k++) {
				asked[sight->rows[k]] += verdict.asked[k];
				passed[sight->rows[k]] += verdict.passed[k];
			}
		}
		for (size_t i = 0; i < size; i++)
			escapes[i] = (float)fmin(1 - 1e-4, fmax(1e-4, passed[i] / asked[i]));
	}
	free(prior);
	free(passed);
	free(asked);
}

static int rising(const void *left, const void *right)
{
	float a = *(const float *)left, b = *(const float *)right;

	return (a > b) - (a < b);
}

/* Percentiles of the mean bits a token of the lines. */
static void measure_lines(
	const struct sights *sights, const float *escapes, const float *blend, float *norms)
{
	float *lines = xcalloc(sights->count + 1, sizeof(*lines));
	size_t count = 0;

	for (size_t i = 0, end; i < sights->count; i = end) {
		float heard[BLEND_WIDTH];
		struct verdict verdict;
		double bits = 0;

		for (end = i; end == i || (end < sights->count && !sights->items[end].starts_line);
			end++) {
			sight_blend(&sights->items[end], escapes, blend, &verdict, heard);
			bits -= log2(sight_judge(&sights->items[end], &verdict));
		}
		if (end - i >= LINE_LEAST && !sights->items[i].fragment)
			lines[count++] = (float)(bits / (double)(end - i));
	}
	qsort(lines, count, sizeof(*lines), rising);
	for (unsigned i = 0; i < NORMS; i++)
		norms[i] = count ? lines[(count - 1) * i / (NORMS - 1)] : 0;
	free(lines);
}

void fit_model(struct model *model, const struct model_span *texts, size_t count, float *escapes,
	float *blend, float *norms)
{
	struct sights sights = {0};

	fit_default(escapes);
	for (size_t i = 0; i < count && !interrupted(); i++)
		look_at(model, &texts[i], &sights);
	fit_escapes(&sights, escapes);
	fit_blend(&sights, escapes, blend);
	measure_lines(&sights, escapes, blend, norms);
	free(sights.items);
}
