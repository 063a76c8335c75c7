/* Reading a text token by token: the place in the house, and the cache of what was read. */
#ifndef MODEL_READER_H
#define MODEL_READER_H

#include "model/near.h"

#define NEAR_FIRST 64            /* tokens until the first look around, */
#define NEAR_STEP 512            /* and at most so many between two */
#define RECENT (4 * NEAR_WINDOW) /* more than a look needs: a draft overwrites the oldest */

struct reader {
	struct model *model;
	struct shown shown;
	struct walk walk;
	struct lexer lexer;
	struct frame frame;        /* of the place before the last token */
	bool open;                 /* the frame is that of the place where the reader stands */
	uint32_t hits[COMPONENTS]; /* of the last token that was asked for */
	uint32_t recent[RECENT], passed, due; /* tokens; how many; how many when to look around */
	uint32_t look_at;             /* look around from here when a question comes; 0: no */
	uint32_t looked[NEAR_WINDOW]; /* what was looked around for the last time */
	size_t looked_at;             /* how many */
};

void reader_init(struct reader *reader, struct model *model, bool at_start);
void reader_release(struct reader *reader);
/* Steps over a token without asking for its price. */
void reader_pass(struct reader *reader, uint32_t id);
/* Looks around again, when next asked, if enough was passed since the last time. */
void reader_follow(struct reader *reader);
/* The same for tokens that no context of the next question reaches: PLACE_REACH must follow. */
void reader_skim(struct reader *reader, uint32_t id);
/* Lets the escapes follow a token whose bits were just asked for, before it is passed. */
void reader_tune(struct reader *reader, uint32_t id);
/* Reads what a question stands behind: a text, to whose end the escapes are tuned, or the tokens of
 * one, which must be PLACE_REACH or more unless the reader stands at its start. */
void reader_prompt(struct reader *reader, const char *text, size_t len);
void reader_prompt_tokens(struct reader *reader, const uint32_t *ids, size_t count);
/* The tokens of a text, to be freed. */
uint32_t *reader_split(
	struct model *model, struct lexer *lexer, const char *text, size_t len, size_t *count);
/* Opens the frame of the place, where the next token can be asked for. */
const struct frame *reader_look(struct reader *reader);
/* P of a token by the counts alone, and what its spelling adds. */
double reader_bits(struct reader *reader, uint32_t id, double *counted);
/* Where a reader stands, to come back to. */
struct reader_mark {
	size_t cache;
	struct walk walk;
	struct lexer lexer;
	uint32_t passed;
};
void reader_mark(const struct reader *reader, struct reader_mark *mark);
void reader_return(struct reader *reader, const struct reader_mark *mark);

#endif
