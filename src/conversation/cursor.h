/* Cursor keeps talk in a database and in plain files: what the two readers share. */
#ifndef CONVERSATION_CURSOR_H
#define CONVERSATION_CURSOR_H

#include "conversation/raw.h"
#include "flywheel/store_foreign.h"

/* A message of the database; `like` gives what it does not say itself. */
int cursor_take_bubble(struct harvest *harvest, struct raw_draft *draft, const struct js *bubble,
	const struct raw_turn *like);
int64_t cursor_bubble_time(const struct js *bubble, int64_t otherwise);

/* True when the session was read from a database: its transcript says the same again. */
bool cursor_database_has(struct harvest *harvest, const char *session);

int cursor_transcripts_find(struct harvest *harvest, place_fn fn, void *payload);
bool cursor_transcript_belongs(struct harvest *harvest, const char *path);
int cursor_transcript_read(struct harvest *harvest, const char *path);

#endif
