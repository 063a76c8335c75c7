/*
 * Learning the escapes: expectation maximisation (Jelinek & Mercer 1980) over texts each of which
 * is taken out of the counts while it is looked at, so that the weights are those of unseen text.
 */
#include "model/reader.h"

#include "util/memory.h"
#include "util/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PASSES 8
#define PRIOR 4.0 /* each bucket starts with this many sights of its default */
#define ABSENT UINT16_MAX
#define LINE_LEAST 3 /* a shorter line says nothing about what lines cost */

/* What one token of a left-out text looked like to the chain: it does not change with escapes. */
struct sight {
	double spelled;
	float hit[COMPONENTS]; /* hits / total */
	uint16_t bucket[COMPONENTS];
	bool starts_line;
};

struct sights {
	struct sight *items;
	size_t count, capacity;
};

/* Witten & Bell's escape, distinct / (total + distinct), at the middle of each bucket. */
void fit_default(float *escapes)
{
	static const double share[BUCKET_SHARES] = {0, 0.05, 0.2, 0.45, 0.8, 1};

	for (unsigned c = 0; c < COMPONENTS; c++)
		for (unsigned b = 0; b < BUCKETS; b++) {
			double total = 1.4 * (1u << (b / BUCKET_SHARES));
			double distinct = fmax(1, share[b % BUCKET_SHARES] * total);

			escapes[c * BUCKETS + b] = (float)(distinct / (total + distinct));
		}
}

static void look_at(struct model *model, const struct model_span *text, struct sights *sights)
{
	const uint32_t *stream = model->tokens.symbols.bytes; /* not packed yet */
	struct range found[PLACE_REACH + 1];
	struct reader reader;

	overlay_add(model, stream + text->start, text->end - text->start, -1, NULL);
	near_hide(model, text->start, true);
	reader_init(&reader, model, true);
	for (uint32_t i = text->start; i < text->end; i++) {
		const struct frame *frame = reader_look(&reader);
		uint32_t hits[COMPONENTS];
		struct sight *sight;

		GROW(sights->items, sights->count, sights->capacity);
		sight = &sights->items[sights->count++];
		sight->spelled = fmax(1e-300, exp2(spell_token(model, stream[i])));
		sight->starts_line = i == text->start || model_gap_at(model, i) == GAP_LINE;
		walk_look(model, &reader.walk, stream[i], found);
		frame_hits(model, &reader.shown, frame, found, stream[i], hits);
		for (unsigned c = 0; c < COMPONENTS; c++) {
			sight->bucket[c] = ABSENT;
			if (!frame->parts[c].total)
				continue;
			sight->bucket[c] = frame->parts[c].bucket;
			sight->hit[c] = (float)hits[c] / (float)frame->parts[c].total;
		}
		reader_pass(&reader, stream[i]);
		reader_follow(&reader);
	}
	reader_release(&reader);
	near_hide(model, text->start, false);
	counts_clear(&model->learned);
	model->learned_tokens = 0;
}

/* P of the chain up to each component; p[0] is the spelling's. */
static void chain(const struct sight *sight, const float *escapes, double p[COMPONENTS + 1])
{
	p[0] = sight->spelled;
	for (unsigned c = 0; c < COMPONENTS; c++) {
		double escape;

		p[c + 1] = p[c];
		if (sight->bucket[c] == ABSENT)
			continue;
		escape = escapes[c * BUCKETS + sight->bucket[c]];
		p[c + 1] = (1 - escape) * sight->hit[c] + escape * p[c];
	}
}

static void expect(const struct sight *sight, const float *escapes, double *passed, double *asked)
{
	double p[COMPONENTS + 1];
	double share = 1; /* the part of the answer that came from here or below */

	chain(sight, escapes, p);
	for (unsigned c = COMPONENTS; c-- > 0;) {
		unsigned at = c * BUCKETS + sight->bucket[c];

		if (sight->bucket[c] == ABSENT)
			continue;
		asked[at] += share;
		share *= escapes[at] * p[c] / p[c + 1];
		passed[at] += share;
	}
}

static int rising(const void *left, const void *right)
{
	float a = *(const float *)left, b = *(const float *)right;

	return (a > b) - (a < b);
}

/* Percentiles of the mean bits a token of the lines. */
static void measure_lines(const struct sights *sights, const float *escapes, float *norms)
{
	float *lines = xcalloc(sights->count + 1, sizeof(*lines));
	size_t count = 0;

	for (size_t i = 0, end; i < sights->count; i = end) {
		double bits = 0, p[COMPONENTS + 1];

		for (end = i; end == i || (end < sights->count && !sights->items[end].starts_line);
			end++) {
			chain(&sights->items[end], escapes, p);
			bits -= log2(p[COMPONENTS]);
		}
		if (end - i >= LINE_LEAST)
			lines[count++] = (float)(bits / (double)(end - i));
	}
	qsort(lines, count, sizeof(*lines), rising);
	for (unsigned i = 0; i < NORMS; i++)
		norms[i] = count ? lines[(count - 1) * i / (NORMS - 1)] : 0;
	free(lines);
}

void fit_model(struct model *model, const struct model_span *texts, size_t count, float *escapes,
	float *norms)
{
	static const size_t size = (size_t)COMPONENTS * BUCKETS;
	float *prior = xcalloc(size, sizeof(*prior));
	double *passed = xcalloc(size, sizeof(*passed));
	double *asked = xcalloc(size, sizeof(*asked));
	struct sights sights = {0};

	fit_default(prior);
	fit_default(escapes);
	for (size_t i = 0; i < count && !interrupted(); i++)
		look_at(model, &texts[i], &sights);
	for (unsigned pass = 0; sights.count && pass < PASSES && !interrupted(); pass++) {
		for (size_t i = 0; i < size; i++) {
			passed[i] = PRIOR * prior[i];
			asked[i] = PRIOR;
		}
		for (size_t i = 0; i < sights.count; i++)
			expect(&sights.items[i], escapes, passed, asked);
		for (size_t i = 0; i < size; i++)
			escapes[i] = (float)fmin(1 - 1e-4, fmax(1e-4, passed[i] / asked[i]));
	}
	measure_lines(&sights, escapes, norms);
	free(sights.items);
	free(prior);
	free(passed);
	free(asked);
}
