/* The network between the escapes. */
#include "model/blend.h"

#include <math.h>
#include <string.h>

#define FURTHEST 8.0 /* an escape's odds are moved by e to this, at most */

static uint16_t word_row(uint64_t mark)
{
	return (uint16_t)((mark >> 40) % BLEND_WORDS);
}

unsigned blend_see_place(const struct place *place, uint16_t rows[BLEND_OF_PLACE])
{
	uint16_t row = BLEND_PLACE;

	rows[0] = (uint16_t)(row + place->last);
	row = (uint16_t)(row + TOKEN_KINDS);
	rows[1] = (uint16_t)(row + place->last_but_one);
	row = (uint16_t)(row + TOKEN_KINDS);
	rows[2] = (uint16_t)(row + place->into);
	row = (uint16_t)(row + PLACE_FAR_IN + 1);
	rows[3] = (uint16_t)(row + word_row(place->recent[0]));
	row = (uint16_t)(row + BLEND_WORDS);
	rows[4] = (uint16_t)(row + word_row(place->first));
	return BLEND_OF_PLACE;
}

void blend_hear(const float *blend, const uint16_t *rows, unsigned count, float heard[BLEND_WIDTH])
{
	memset(heard, 0, BLEND_WIDTH * sizeof(*heard));
	for (unsigned k = 0; k < count; k++) {
		const float *row = blend + (size_t)rows[k] * BLEND_WIDTH;

		for (unsigned i = 0; i < BLEND_WIDTH; i++)
			heard[i] += row[i];
	}
	for (unsigned i = 0; i < BLEND_WIDTH; i++)
		heard[i] = heard[i] / (1 + fabsf(heard[i]));
}

double blend_escape(
	const float *blend, unsigned component, double usual, const float heard[BLEND_WIDTH])
{
	const float *row = blend + (size_t)(BLEND_HEARD + component) * BLEND_WIDTH;
	double passed;
	float sum = 0;

	for (unsigned i = 0; i < BLEND_WIDTH; i++)
		sum += row[i] * heard[i];
	passed = usual * exp(fmax(-FURTHEST, fmin(FURTHEST, (double)sum)));
	return passed / (passed + 1 - usual);
}
