/* Claude Code's form of a transcript, which other tools keep copies of. */
#ifndef CONVERSATION_CLAUDE_CODE_H
#define CONVERSATION_CLAUDE_CODE_H

#include "conversation/raw.h"

struct claude_reader {
	struct harvest *harvest;
	const char *fallback; /* folder where no record names one; may be NULL */
	char *folder;         /* last working directory seen */
	int64_t at;           /* last time seen */
	struct raw_draft draft;
	/* A record without words and what it answers: the next one answers that. */
	char *passed, *passed_parent;
};
void claude_reader_init(struct claude_reader *reader, struct harvest *harvest);
void claude_reader_release(struct claude_reader *reader);
int claude_reader_take(struct claude_reader *reader, const struct js *record);

#endif
