/* What has been collected to train on. */
#ifndef MODEL_BUILDER_H
#define MODEL_BUILDER_H

#include "model/internal.h"

#define BUILDER_MOST (1u << 30) /* tokens */

struct builder_text {
	size_t name;         /* offset into the names */
	uint32_t start, end; /* in the builder's stream */
	bool gone;
};

struct model_builder {
	struct map vocabulary; /* number: the token's, from 1 */
	uint32_t *stream;      /* without end marks */
	uint8_t *gaps;
	size_t count, capacity, gap_capacity;
	struct builder_text *texts;
	size_t text_count, text_capacity;
	struct buf names;
	struct map by_name; /* number: the newest text of the name + 1 */
	bool too_big;
};

#endif
