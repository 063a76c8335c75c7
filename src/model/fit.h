/* What is learned from: tokens of left-out texts, as the chain saw them. */
#ifndef MODEL_FIT_H
#define MODEL_FIT_H

#include "model/blend.h"

/* One token; nothing of it changes with the weights. */
struct sight {
	double spelled;
	float hit[COMPONENTS]; /* hits / total of each that knows the place, as the rows */
	uint16_t rows[BLEND_SEEN];
	uint8_t row_count, known; /* known: rows of components, the strongest first */
	bool starts_line;
	bool fragment; /* of a piece that was read as if nothing stood before it */
};

struct sights {
	struct sight *items;
	size_t count, capacity;
};

/* What a sight says about the escapes it was seen with; in the order of its rows. */
struct verdict {
	double escape[COMPONENTS];
	double asked[COMPONENTS];  /* the part of the answer that came from here or below, */
	double passed[COMPONENTS]; /* and from below */
};

/* Sets asked and passed by the escapes; P of the token. */
double sight_judge(const struct sight *sight, struct verdict *verdict);
/* Sets the escapes, and what they heard. */
void sight_blend(const struct sight *sight, const float *escapes, const float *blend,
	struct verdict *verdict, float heard[BLEND_WIDTH]);

/* Learns the network, from zero; `blend` is [BLEND_SIZE]. */
void fit_blend(const struct sights *sights, const float *escapes, float *blend);

#endif
