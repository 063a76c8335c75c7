/* Which turn leads to which commit, file and symbol: derived from talk and history. */
#ifndef FLYWHEEL_STORE_TALK_LINK_H
#define FLYWHEEL_STORE_TALK_LINK_H

#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "flywheel/store_talk.h"
#include "util/buf.h"
#include "util/strings.h"

#include <stddef.h>
#include <stdint.h>

struct link_row {
	int64_t turn;
	const char *reason, *path, *symbol; /* "" where there is none */
	struct oid commit;                  /* zero: none */
	double confidence;                  /* 0..1 */
};
int talk_link_add(struct store *store, const struct link_row *row);
int talk_link_drop(struct store *store, int64_t turn); /* of one turn's edits */
int talk_link_drop_notes(struct store *store);         /* those that notes of attribution make */
/* Words of a turn that may name code: 'n' a name, 'p' a path, 'c' a commit's id, 's' the
 * subject of a patch. */
int store_mention_add(struct store *store, int64_t turn, char kind, const char *word);
/* Links, mentions and origins: the next update begins from nothing. */
int talk_link_clear(struct store *store);

/* A link as it is read, with the turn it leads from. Borrowed during the call. */
struct link_view {
	struct link_row row;
	int64_t at;
	const char *source, *session, *role, *branch;
	const char *word; /* of a mention, with row.reason "name", "path" or "id"; else NULL */
};
typedef int (*link_view_fn)(const struct link_view *view, void *payload);
struct link_filter {        /* one of them */
	const char *path;   /* a file, or a folder with its trailing slash */
	const char *symbol; /* qualified name, or a type and its members; `path`: where it stands */
	const struct oid *commit;
	int64_t turn;
};
/* Surest first, then newest. */
int talk_link_each(
	struct store *store, const struct link_filter *filter, link_view_fn fn, void *payload);
int store_mention_each(
	struct store *store, char kind, const char *word, link_view_fn fn, void *payload);
/* Turns said between two times, for commits that nothing else leads to. */
int talk_link_between(
	struct store *store, int64_t from, int64_t to, link_view_fn fn, void *payload);
/* The first commit that the edits of a session led to from `at` on, and its files by link. */
int talk_link_after(struct store *store, const char *session, int64_t at, int64_t until,
	link_view_fn fn, void *payload);

/* Decisions that were mined from talk, and the commit that each is tied to. */
struct link_decision {
	int64_t key, at;
	const char *session;
	struct oid commit; /* zero: none */
};
typedef int (*link_decision_fn)(const struct link_decision *decision, void *payload);
int talk_link_decisions(struct store *store, link_decision_fn fn, void *payload);
/* Ties one to a commit; its files become these, the names are added. */
int talk_link_decide(struct store *store, int64_t key, const struct oid *commit,
	const struct strings *files, const struct strings *names);

/* The turn of a record, with reason "trailer". */
int talk_link_said(struct store *store, const char *record, link_view_fn fn, void *payload);
/* Appends the session of a record; nothing where it is not stored. */
int talk_link_session_of(struct store *store, const char *record, struct buf *out);
/* The last turn of a session up to a time; 0: none. */
int talk_link_said_by(struct store *store, const char *session, int64_t until, int64_t *turn);

/* How many files of HEAD's graph end in "/<tail>" or are it. */
int talk_link_places(struct store *store, const char *tail, size_t *count);
#endif
