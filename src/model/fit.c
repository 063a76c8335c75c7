/*
 * Learning the escapes: expectation maximisation (Jelinek & Mercer 1980) over texts that were
 * left out, so that the weights are those of unseen text.
 */
#include "model/internal.h"

#include "util/memory.h"
#include "util/progress.h"

#include <math.h>
#include <stdlib.h>

#define PASSES 8
#define PRIOR 4.0 /* each bucket starts with this many sights of its default */
#define ABSENT UINT16_MAX

/* What one token of a left-out text looked like to the chain: it does not change with escapes. */
struct sight {
	double spelled;
	float hit[COMPONENTS]; /* hits / total */
	uint16_t bucket[COMPONENTS];
};

struct sights {
	struct sight *items;
	size_t count, capacity;
};

/* Witten & Bell's escape, distinct / (total + distinct), at the middle of each bucket. */
void fit_default(double *escapes)
{
	static const double share[BUCKET_SHARES] = {0, 0.05, 0.2, 0.45, 0.8, 1};

	for (unsigned c = 0; c < COMPONENTS; c++)
		for (unsigned b = 0; b < BUCKETS; b++) {
			double total = 1.4 * (1u << (b / BUCKET_SHARES));
			double distinct = fmax(1, share[b % BUCKET_SHARES] * total);

			escapes[c * BUCKETS + b] = distinct / (total + distinct);
		}
}

static void look_at(struct model *model, const uint32_t *stream, const struct model_span *text,
	struct sights *sights)
{
	struct trie cache;
	struct walk walk, found;
	struct frame frame;

	trie_init(&cache);
	walk_start(model, true, &walk);
	for (uint32_t i = text->start; i < text->end; i++) {
		struct sight *sight;

		GROW(sights->items, sights->count, sights->capacity);
		sight = &sights->items[sights->count++];
		frame_open(model, &cache, &walk, &frame);
		walk_look(model, &cache, &walk, stream[i], &found);
		sight->spelled = fmax(1e-300, exp2(spell_token(model, stream[i])));
		for (unsigned c = 0; c < COMPONENTS; c++) {
			sight->bucket[c] = ABSENT;
			if (!frame.total[c])
				continue;
			sight->bucket[c] = frame.bucket[c];
			sight->hit[c] =
				(float)frame_hits(model, &cache, &found, c) / (float)frame.total[c];
		}
		walk_step(&walk, &cache, stream[i], &found);
	}
	trie_release(&cache);
}

static void expect(const struct sight *sight, const double *escapes, double *passed, double *asked)
{
	double p[COMPONENTS + 1]; /* of the chain up to each component */
	double share = 1;         /* the part of the answer that came from here or below */

	p[0] = sight->spelled;
	for (unsigned c = 0; c < COMPONENTS; c++) {
		double escape;

		p[c + 1] = p[c];
		if (sight->bucket[c] == ABSENT)
			continue;
		escape = escapes[c * BUCKETS + sight->bucket[c]];
		p[c + 1] = (1 - escape) * sight->hit[c] + escape * p[c];
	}
	for (unsigned c = COMPONENTS; c-- > 0;) {
		unsigned at = c * BUCKETS + sight->bucket[c];

		if (sight->bucket[c] == ABSENT)
			continue;
		asked[at] += share;
		share *= escapes[at] * p[c] / p[c + 1];
		passed[at] += share;
	}
}

void fit_escapes(struct model *model, const uint32_t *stream, const struct model_span *texts,
	size_t count, double *escapes)
{
	static const size_t size = (size_t)COMPONENTS * BUCKETS;
	double *prior = xcalloc(size, sizeof(*prior));
	double *passed = xcalloc(size, sizeof(*passed));
	double *asked = xcalloc(size, sizeof(*asked));
	struct sights sights = {0};

	fit_default(prior);
	fit_default(escapes);
	for (size_t i = 0; i < count; i++)
		look_at(model, stream, &texts[i], &sights);
	for (unsigned pass = 0; sights.count && pass < PASSES && !interrupted(); pass++) {
		for (size_t i = 0; i < size; i++) {
			passed[i] = PRIOR * prior[i];
			asked[i] = PRIOR;
		}
		for (size_t i = 0; i < sights.count; i++)
			expect(&sights.items[i], escapes, passed, asked);
		for (size_t i = 0; i < size; i++)
			escapes[i] = fmin(1 - 1e-4, fmax(1e-4, passed[i] / asked[i]));
	}
	free(sights.items);
	free(prior);
	free(passed);
	free(asked);
}
