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

/*
 * All text is scrubbed already: nothing raw may be handed to this module. Texts are never NULL;
 * what is not known is "".
 */
struct talk_turn {
	int64_t id, at;
	const char *record; /* the tool's own id, the same in every replay */
	const char *source, *session, *role, *branch, *text;
	const char *parent;       /* record that it answers */
	const char *tool, *model; /* who spoke, where it is an assistant */
};
struct talk_edit {
	int64_t turn, at;
	int position;                      /* in the turn, from 0 */
	const char *session, *path, *text; /* path from the repository's root */
	const char *old;                   /* what it replaced; NULL: not known, or a new file */
	const char *call, *action;         /* the tool's id and name of the call */
	const char *outcome;               /* applied, modified, rejected, failed */
};
/* What a turn says it is about: the comment of a review, the commit that a tool made. */
struct talk_anchor {
	int64_t turn, line, last; /* from 1, in that commit's version; 0: none, or one line */
	const char *path, *commit;
};

/* Prepared statements for many additions. */
struct talk_writer;
struct talk_writer *talk_writer_open(struct store *store);
bool talk_writer_knows(struct talk_writer *writer, const char *record);
/* `*added` is false where the record is known already, and then nothing changes. */
int talk_writer_add(struct talk_writer *writer, const struct talk_turn *turn,
	const struct talk_edit *edits, size_t edit_count, const struct talk_anchor *anchors,
	size_t anchor_count, bool *added);
/* Of every edit of that call. */
int talk_writer_outcome(struct talk_writer *writer, const char *call, const char *outcome);
int talk_writer_close(struct talk_writer *writer); /* NULL is fine */

/* True when a record begins with this. */
bool talk_has_beginning(struct store *store, const char *beginning);
/* Takes a record out whose text or number of edits is another; true: it is to be added anew. */
int talk_drop_changed(
	struct store *store, const char *record, const char *text, size_t edits, bool *dropped);
/* True when another source than this one has turns of the session. */
bool talk_has_session(struct store *store, const char *session, const char *source);
/* Every stored record that begins with this, in order of its bytes. Borrowed during the call. */
typedef int (*talk_record_fn)(const char *record, void *payload);
int talk_each_record(struct store *store, const char *beginning, talk_record_fn fn, void *payload);
/* Records of threads one of whose turns answers this record. */
int talk_each_below(struct store *store, const char *record, talk_record_fn fn, void *payload);
int talk_drop_record(struct store *store, const char *record);
/* Takes out a record and what was said after it in its session. */
int talk_drop_from(struct store *store, const char *session, const char *record);

/* Borrowed during the call. In order of (session, time, id). */
typedef int (*talk_turn_fn)(const struct talk_turn *turn, void *payload);
int talk_each_turn(struct store *store, talk_turn_fn fn, void *payload);
/* Those of one session. */
int talk_each_turn_of(struct store *store, const char *source, const char *session, talk_turn_fn fn,
	void *payload);
/* In order of (session, time, turn, position). `turn` 0: of all turns. */
typedef int (*talk_edit_fn)(const struct talk_edit *edit, void *payload);
int talk_each_edit(struct store *store, int64_t turn, talk_edit_fn fn, void *payload);
/* In order of (turn, position). `turn` 0: of all turns. */
typedef int (*talk_anchor_fn)(const struct talk_anchor *anchor, void *payload);
int talk_each_anchor(struct store *store, int64_t turn, talk_anchor_fn fn, void *payload);

struct talk_counts {
	int64_t turns, edits, sessions, files;
	int64_t last; /* id of the newest turn: ids are never given twice */
};
int talk_count(struct store *store, struct talk_counts *out);
/* How many turns have this id or an earlier one; -1 when the sidecar cannot be read. */
int64_t talk_count_until(struct store *store, int64_t last);

#endif
