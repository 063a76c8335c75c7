/*
 * Learning what the escapes hear of one another: by the slope of each token's log P, a step a
 * token, in an order that is drawn. Steps as of Adagrad (Duchi, Hazan & Singer 2011), with one sum
 * for each row.
 */
#include "model/fit.h"

#include "util/memory.h"
#include "util/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 3
#define RATE 0.03f

struct learning {
	const float *escapes;
	float *blend;
	float *sums; /* [BLEND_ROWS] of the squares of the slopes */
};

static void step(struct learning *learning, size_t row, const float slope[BLEND_WIDTH])
{
	float *weights = learning->blend + row * BLEND_WIDTH;
	float square = 0, rate;

	for (unsigned i = 0; i < BLEND_WIDTH; i++)
		square += slope[i] * slope[i];
	learning->sums[row] += square / BLEND_WIDTH;
	rate = RATE / sqrtf(learning->sums[row] + 1e-6f);
	for (unsigned i = 0; i < BLEND_WIDTH; i++)
		weights[i] += rate * slope[i];
}

static void learn_from(struct learning *learning, const struct sight *sight)
{
	float heard[BLEND_WIDTH], slope[BLEND_WIDTH], back[BLEND_WIDTH] = {0};
	struct verdict verdict;

	sight_blend(sight, learning->escapes, learning->blend, &verdict, heard);
	sight_judge(sight, &verdict);
	for (unsigned k = 0; k < sight->known; k++) {
		size_t row = BLEND_HEARD + sight->rows[k] / BUCKETS;
		const float *weights = learning->blend + row * BLEND_WIDTH;
		/* d log P / d log odds */
		float own = (float)(verdict.passed[k] - verdict.asked[k] * verdict.escape[k]);

		for (unsigned i = 0; i < BLEND_WIDTH; i++) {
			back[i] += own * weights[i];
			slope[i] = own * heard[i];
		}
		step(learning, row, slope);
	}
	for (unsigned i = 0; i < BLEND_WIDTH; i++)
		back[i] *= (1 - fabsf(heard[i])) * (1 - fabsf(heard[i]));
	for (unsigned k = 0; k < sight->row_count; k++)
		step(learning, sight->rows[k], back);
}

/* Knuth's MMIX generator: the upper half is what is good of it. */
static uint32_t draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 32);
}

static void shuffle(uint32_t *order, size_t count, uint64_t *state)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = draw(state) % i;
		uint32_t kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
}

void fit_blend(const struct sights *sights, const float *escapes, float *blend)
{
	struct learning learning = {
		escapes, blend, xcalloc((size_t)BLEND_ROWS, sizeof(*learning.sums))};
	uint32_t *order = xcalloc(sights->count + 1, sizeof(*order));
	uint64_t state = 1;

	memset(blend, 0, BLEND_SIZE * sizeof(*blend));
	/* Nothing is seen yet, so nothing moves; what is heard must differ for it to begin. */
	for (size_t i = (size_t)BLEND_HEARD * BLEND_WIDTH; i < BLEND_SIZE; i++)
		blend[i] = (float)draw(&state) / 4294967296.0f - 0.5f;
	for (uint32_t i = 0; i < sights->count; i++)
		order[i] = i;
	for (unsigned round = 0; round < ROUNDS && !interrupted(); round++) {
		shuffle(order, sights->count, &state);
		for (size_t i = 0; i < sights->count; i++)
			learn_from(&learning, &sights->items[order[i]]);
	}
	free(order);
	free(learning.sums);
}
