/* Readers of forms that more than one source holds: checkpoints are in their tool's own form. */
#ifndef CONVERSATION_READERS_H
#define CONVERSATION_READERS_H

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

struct codex_reader {
	struct harvest *harvest;
	char *session, *folder, *branch, *model, *commit, *remote; /* as last said */
	char *when;
	struct strings ancestors; /* sessions whose beginning this one may repeat */
	bool replaying;           /* it still does */
	bool sub_agent;           /* its "user" is the assistant that sent it */
	int64_t at;
	struct raw_draft draft;
};
void codex_reader_init(struct codex_reader *reader, struct harvest *harvest);
void codex_reader_release(struct codex_reader *reader);
int codex_reader_take(struct codex_reader *reader, const struct js *record);

struct gemini_reader {
	struct harvest *harvest;
	char *session, *folder; /* folder: set by whoever opens it */
	bool sub_agent;         /* whose "user" is the assistant that sent it */
	int64_t at;
	struct raw_draft draft;
};
void gemini_reader_init(struct gemini_reader *reader, struct harvest *harvest);
void gemini_reader_release(struct gemini_reader *reader);
int gemini_reader_take(struct gemini_reader *reader, const struct js *record);

#endif
