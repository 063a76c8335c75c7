/*
 * Notes, refs and tags of a repository, written so that a reader never sees half of a change.
 * Ref transactions go through `git update-ref --stdin`, bulk notes through `git fast-import`.
 */
#ifndef FLYWHEEL_REFS_H
#define FLYWHEEL_REFS_H

#include "flywheel/repo.h"

#define NOTES_GRAPH "refs/notes/flywheel/graph"
#define NOTES_DECISIONS "refs/notes/flywheel/decisions"
#define REF_LOG "refs/flywheel/log"
#define TAG_PREFIX "refs/tags/flywheel/"

int note_read(struct repo *repo, const char *ref, const struct oid *commit, struct buf *out);
typedef int (*note_fn)(const struct oid *commit, const struct oid *blob, void *payload);
int notes_each(struct repo *repo, const char *ref, note_fn fn, void *payload);

struct note {
	struct oid commit;
	const char *text; /* NULL or "" removes the note */
};
/* Writes all of them as one commit on the ref, with the user's identity. No notes: no commit. */
int notes_write(struct repo *repo, const char *ref, const struct note *notes, size_t count,
	const char *message);

int ref_read(struct repo *repo, const char *name, struct oid *out); /* E_NOTFOUND */
typedef int (*ref_fn)(const char *name, const struct oid *target, void *payload);
int refs_each(struct repo *repo, const char *prefix, ref_fn fn, void *payload); /* sorted */

struct ref_update {
	const char *name;
	struct oid new; /* zero: delete */
	struct oid old; /* what it must be now; zero: must not exist */
};
/*
 * All or none. E_LOCKED: another process moved one of them, or holds its lock just now: read them
 * again. E_IO: the disk is full or not to be written. E_FAIL: git refuses, now and later.
 */
int refs_update(
	struct repo *repo, const struct ref_update *updates, size_t count, const char *reason);

struct tree_entry {
	const char *name; /* one level: no slash */
	const char *bytes;
	size_t len;
};
/* Makes (but does not reference) a commit whose tree holds these files. `parent` may be NULL. */
int commit_make(struct repo *repo, const struct oid *parent, const struct tree_entry *entries,
	size_t count, const char *message, struct oid *out);
/*
 * Makes (but does not reference) an annotated tag object, signed where tag.gpgSign says so; a
 * missing key is an error before anything changed. `name` is short: "flywheel/v3".
 */
int tag_make(struct repo *repo, const char *name, const struct oid *commit, const char *message,
	struct oid *out);
int tag_read(struct repo *repo, const struct oid *tag, struct oid *commit, struct buf *message);

#endif
