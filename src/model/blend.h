/*
 * What the components have to say about one another. How far one is to be trusted depends not only
 * on how often its context was seen, which its bucket says, but on all the others: what little a
 * known context leaves to what stands below it is right on the whole, and far too little where
 * every long context fails at once. So a small network moves the odds of all escapes: each
 * component that knows the place adds its bucket's row to a few sums, the kind of place adds its
 * rows, and each escape hears the sums in its own way.
 */
#ifndef MODEL_BLEND_H
#define MODEL_BLEND_H

#include "model/internal.h"

/* Rows: what is seen (a component in a bucket, then the kind of place), then what each hears. */
#define BLEND_WORDS 1024 /* tokens share a row by the hash of their letters */
#define BLEND_PLACE (COMPONENTS * BUCKETS)
#define BLEND_HEARD                                                                                \
	(BLEND_PLACE + 2 * TOKEN_KINDS + PLACE_FAR_IN + 1 + 2 * BLEND_WORDS) /* [COMPONENTS] */
#define BLEND_ROWS (BLEND_HEARD + COMPONENTS)
#define BLEND_SIZE ((size_t)BLEND_ROWS * BLEND_WIDTH)
#define BLEND_MOST 1000.0f /* no weight of a sound file is larger */

/* The rows of a place itself, BLEND_OF_PLACE of them. */
unsigned blend_see_place(const struct place *place, uint16_t rows[BLEND_OF_PLACE]);
/* The sums of what is seen, each brought between -1 and 1. */
void blend_hear(const float *blend, const uint16_t *rows, unsigned count, float heard[BLEND_WIDTH]);
/* The escape of a component, whose bucket says `usual`; between 0 and 1, never one of them. */
double blend_escape(
	const float *blend, unsigned component, double usual, const float heard[BLEND_WIDTH]);

#endif
