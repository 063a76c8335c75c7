/*
 * Private to src/decision/: what becomes of decisions after they were mined. Each pass first takes
 * in what happened outside (rewritten commits, teammates' notes), then lays the kept words over the
 * mined rows, then works out what still holds, and writes the notes at last.
 */
#ifndef DECISION_LIFE_H
#define DECISION_LIFE_H

#include "decision/internal.h"
#include "flywheel/store_life.h"

/* Zero is left out. */
void life_add(struct touched *touched, const struct oid *commit);
void life_touch(struct touched *touched, const struct oid *commit); /* once each */

/* Inside a transaction: rows for what is kept, on those commits of HEAD that it went to. */
int life_apply(struct session *session, struct touched *touched);

/* A person says that it was decided there: its words are kept on that commit. */
int life_tie(struct session *session, const char *id, const struct oid *commit);

/* Where commits went. */
struct rewrites {
	struct rewrite {
		struct oid old, new;
		bool copy; /* the old one may live on */
	} * list;
	size_t count, capacity;
};
int rewrites_load(struct session *session, struct rewrites *out);
void rewrites_release(struct rewrites *rewrites);
/* All that a commit became, itself first. The caller frees. */
struct oid *rewrites_follow(
	const struct rewrites *rewrites, const struct oid *commit, size_t *count);

/* Is there anything in the spool that the post-rewrite hook left? */
bool rewrites_wait(struct session *session);
/* Reads it, inside a transaction; the files are the caller's to remove when all is written. */
int rewrites_collect(struct session *session, struct strings *taken, struct touched *touched);
/* Finds kept commits of which HEAD has a copy, and which of them HEAD has. */
int carry_commits(struct session *session, const struct oid *head, struct touched *touched);
/* The first commit after `at` that touched one of these files (a line each); zero: none. */
int carried_out(struct session *session, const char *files, int64_t at, struct oid *out);
/* Paths that a commit changed against its first parent; none when there are too many to matter. */
int commit_files(struct repo *repo, const struct commit *commit, struct strings *out);

/* Works out anew what later decisions and the code say of each. Inside a transaction. */
int states_update(struct session *session);
/* How much is left of the symbols that decisions speak about; `head` is a commit. */
int anchors_update(struct session *session, const struct oid *head);
/* Says stale of those of whose symbols too little is left. */
int anchors_judge(struct session *session);

bool note_is_there(struct session *session, const struct oid *commit);
/* What the note of a commit says that was decided there is kept for the commit it became. */
int notes_keep(struct session *session, const struct oid *old, const struct oid *new);
/* Has anybody written to our notes ref, or to one that was fetched beside it? */
bool notes_moved(struct session *session);
/* Takes in what they wrote, inside a transaction. */
int notes_import(struct session *session, struct touched *touched);
/* Our own ref is known as it stands. */
int notes_seen(struct session *session);

#endif
