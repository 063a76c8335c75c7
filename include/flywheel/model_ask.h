/* Asking a house model about code at hand: what each token of it costs. */
#ifndef FLYWHEEL_MODEL_ASK_H
#define FLYWHEEL_MODEL_ASK_H

#include "flywheel/model.h"

/* Reads a text from its start and tells what each token costs; `wanted` may be NULL: all. */
struct model_reading {
	const char *text;
	size_t len, offset;
	double bits;
	bool novel;
};
typedef bool (*model_wanted_fn)(size_t offset, void *payload);
typedef int (*model_reading_fn)(const struct model_reading *reading, void *payload);
int model_read(struct model *model, const char *text, size_t len, model_wanted_fn wanted,
	model_reading_fn fn, void *payload);

#endif
