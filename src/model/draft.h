/* Going on with a text: tokens drafted one after another, and how they are written. */
#ifndef MODEL_DRAFT_H
#define MODEL_DRAFT_H

#include "flywheel/model_ask.h"
#include "model/reader.h"

#define DRAFT_MOST 32 /* tokens */

struct draft_token {
	uint32_t id;
	enum model_gap gap; /* before it, as the house has it */
	double p;
};

struct draft_path {
	struct draft_token tokens[DRAFT_MOST];
	unsigned count;
	double bits;
	bool ended; /* the line ends here */
};

/* Goes on from where the reader stands, with the likeliest token each time, to the line's end or
 * until one is less likely than `least`. The reader is left behind the last token. */
void draft_line(struct reader *reader, struct draft_path *path, double least);
/* Appends a token that has this P; false when it ends the line. */
bool draft_step(struct reader *reader, struct draft_path *path, uint32_t id, double p);
/* The tokens as text, without the first `typed` bytes; `spaced`: white space stands before. */
char *draft_text(
	const struct model *model, const struct draft_path *path, size_t typed, bool spaced);
/* Where the house has what the reader just passed, by its longest context of at least `least`. */
struct model_source draft_source(const struct reader *reader, unsigned least);

#endif
