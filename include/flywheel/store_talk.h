/* Stored talk: turns, the edits they made, and how far each conversation file has been read. */
#ifndef FLYWHEEL_STORE_TALK_H
#define FLYWHEEL_STORE_TALK_H

#include "flywheel/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALK_HASH 65 /* 64 hex digits and a NUL */

struct watermark {
	int64_t inode, size, offset;
	char tail[TALK_HASH]; /* hash of the bytes before the offset: tells a rewrite from growth */
};

/* `file` is a hash of the path: folder names are personal data too. False: never read. */
bool talk_watermark_get(
	struct store *store, const char *source, const char *file, struct watermark *out);
int talk_watermark_set(
	struct store *store, const char *source, const char *file, const struct watermark *mark);

/* All text is scrubbed already: nothing raw may be handed to this module. */
struct talk_turn {
	int64_t id, at;
	const char *record; /* the tool's own id, the same in every replay */
	const char *source, *session, *role, *branch, *text;
};
bool talk_has_record(struct store *store, const char *record);
/* `*id` is the new row, or 0 when the record was known. */
int talk_add_turn(struct store *store, const struct talk_turn *turn, int64_t *id);
int talk_add_edit(struct store *store, int64_t turn, const char *path, const char *text);

/* Borrowed during the call. In order of (session, time, id). */
typedef int (*talk_turn_fn)(const struct talk_turn *turn, void *payload);
int talk_each_turn(struct store *store, talk_turn_fn fn, void *payload);

struct talk_edit {
	int64_t turn, at;
	const char *session, *path, *text; /* path from the repository's root; borrowed */
};
/* Edits in order of (session, time, turn, position in the turn). `turn` 0: of all turns. */
typedef int (*talk_edit_fn)(const struct talk_edit *edit, void *payload);
int talk_each_edit(struct store *store, int64_t turn, talk_edit_fn fn, void *payload);

struct talk_counts {
	int64_t turns, edits, sessions, files;
};
int talk_count(struct store *store, struct talk_counts *out);

#endif
