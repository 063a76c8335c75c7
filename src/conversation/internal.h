/*
 * Between the sources of talk and the harvest that drives them. A source finds its tool's files,
 * says which belong to this repository, and turns their records into raw turns; everything that
 * touches the sidecar (scrubbing, watermarks, transactions) is the harvest's.
 */
#ifndef CONVERSATION_INTERNAL_H
#define CONVERSATION_INTERNAL_H

#include "flywheel/conversation.h"
#include "util/map.h"
#include "util/strings.h"

struct repo;
struct harvest;

typedef int (*path_fn)(const char *path, void *payload);

struct conversation_source {
	const char *name, *title;
	/* Required. Tells of every file of the tool, sorted; a tool that is not there has none. */
	int (*find)(path_fn fn, void *payload);
	/* Required. True when the file's session worked in this repository; reads its head only. */
	bool (*belongs)(struct harvest *harvest, const char *path);
	/* Required. Hands what is new in the file to harvest_turn(). Read-only towards the tool. */
	int (*read)(struct harvest *harvest, const char *path);
};
extern const struct conversation_source source_claude_code;

/* ---- what a source hands over; all borrowed during the call, all raw ---- */

struct raw_edit {
	const char *path; /* absolute, or relative to the session's folder; others are dropped */
	const char *text;
};
struct raw_turn {
	const char *record; /* the tool's id; NULL: made from the turn itself */
	const char *session, *role, *branch;
	const char *folder; /* absolute: where the session worked */
	int64_t at;
	const char *text;
	const struct raw_edit *edits;
	size_t edit_count;
};
/* Scrubs and stores; a record that is known already is passed over. */
int harvest_turn(struct harvest *harvest, const struct raw_turn *turn);
void harvest_malformed(struct harvest *harvest); /* counts a record that cannot be read */
/* The worktree of this repository that a folder lies in, NULL when it is none of ours. */
const char *harvest_worktree(struct harvest *harvest, const char *folder);
/* True when a tool's folder name is one of our worktrees with [^A-Za-z0-9] turned into '-'. */
const char *harvest_worktree_of_slug(struct harvest *harvest, const char *slug);

/* ---- files of lines, read from the watermark on ---- */

struct lines;
int lines_open(struct harvest *harvest, const char *path, struct lines **out);
/* The next whole line, NUL-terminated without its line feed, made valid UTF-8; borrowed. A line
 * over the cap is counted as malformed and passed over. False at the end or at a torn line. */
bool lines_next(struct lines *lines, const char **line, size_t *len);
/* Saves the watermark unless `rc` is an error; frees; returns `rc` or the first error of its own.
 */
int lines_close(struct lines *lines, int rc);
/* The first lines of a file, without a watermark: true as soon as `fn` returns non-zero. */
bool lines_peek(
	const char *path, int (*fn)(const char *line, size_t len, void *payload), void *payload);

/* Every regular file under a folder that ends in `suffix`, sorted; a missing folder has none. */
int files_each(const char *folder, const char *suffix, int depth, path_fn fn, void *payload);

/* ---- which sessions are ours ---- */

struct owner {
	struct strings roots; /* worktrees, real paths */
	struct map known;     /* folder -> index into roots + 1, or 0 */
};
int owner_open(struct repo *repo, struct owner *out);
void owner_release(struct owner *owner);
const char *owner_find(struct owner *owner, const char *path);
const char *owner_find_slug(const struct owner *owner, const char *slug);
/* The path of a file from its worktree's root; false when it lies in none. */
bool owner_relative(struct owner *owner, const char *folder, const char *path, struct buf *out);

/* ---- what lines.c needs of the harvest ---- */

struct watermark;
bool harvest_watermark(struct harvest *harvest, const char *path, struct watermark *out);
/* Sets the watermark and commits what was read so far. */
int harvest_checkpoint(struct harvest *harvest, const char *path, const struct watermark *mark);

#endif
