/* Reading a text token by token: the place in the house, and the cache of what was read. */
#ifndef MODEL_READER_H
#define MODEL_READER_H

#include "model/internal.h"

struct reader {
	struct model *model;
	struct counts cache;
	struct walk walk;
	struct lexer lexer;
	struct frame frame; /* of the place before the last token */
	bool open;          /* the frame is that of the place where the reader stands */
};

void reader_init(struct reader *reader, struct model *model, bool at_start);
void reader_release(struct reader *reader);
/* Steps over a token without asking for its price. */
void reader_pass(struct reader *reader, uint32_t id);
/* The same for tokens that no context of the next question reaches: PLACE_REACH must follow. */
void reader_skim(struct reader *reader, uint32_t id);
/* Reads what a question stands behind. */
void reader_prompt(struct reader *reader, const char *text, size_t len);
/* Opens the frame of the place, where the next token can be asked for. */
const struct frame *reader_look(struct reader *reader);
/* P of a token by the counts alone, and what its spelling adds. */
double reader_bits(struct reader *reader, uint32_t id, double *counted);
/* Where a reader stands, to come back to. */
struct reader_mark {
	size_t cache;
	struct walk walk;
	struct lexer lexer;
};
void reader_mark(const struct reader *reader, struct reader_mark *mark);
void reader_return(struct reader *reader, const struct reader_mark *mark);

#endif
