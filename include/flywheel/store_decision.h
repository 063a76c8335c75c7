/*
 * Rows of mined decisions. One row per occurrence: the same words on two commits (a backport) are
 * one decision with one id, found twice. All of it is derived; what a person said of a decision
 * stands in the table of verdicts and is laid over it when reading.
 */
#ifndef FLYWHEEL_STORE_DECISION_H
#define FLYWHEEL_STORE_DECISION_H

#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/strings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decision_row {
	int64_t key; /* set by the store */
	const char *id, *statement, *because, *instead_of, *evidence;
	const char *consequences; /* may be NULL when written */
	const char *source, *origin, *cue;
	const char *status; /* as its source states it: proposed, or what an ADR says */
	struct oid commit;  /* zero: none */
	double confidence;
	int64_t at;
};

/* Prepared statements for many additions inside one transaction. */
struct decision_writer;
struct decision_writer *decision_writer_open(struct store *store);
/* A row that is there already (same id, commit and origin) is left alone; *added may be NULL. */
int decision_writer_add(struct decision_writer *writer, const struct decision_row *row,
	const struct strings *files, const struct strings *names, bool *added);
int decision_writer_close(struct decision_writer *writer); /* NULL is fine */

int store_decision_drop_commit(struct store *store, const struct oid *commit);
int store_decision_drop_source(struct store *store, const char *source);
/* All but those of commits, comments and ADRs. */
int store_decision_drop_talk(struct store *store);
/* All rows whose origin begins with "<path>:" of that source. */
int store_decision_drop_file(struct store *store, const char *source, const char *path);

/* `by` undoes `target`; forgotten with its own commit. */
int store_revert_add(struct store *store, const struct oid *by, const struct oid *target);
int store_revert_drop(struct store *store, const struct oid *by);

/* How far each source has been mined: derived like the rows themselves. E_NOTFOUND: never. */
int store_mined_get(struct store *store, const char *source, char **mark);
int store_mined_set(struct store *store, const char *source, const char *mark);

struct decision_filter {  /* NULL or 0: no constraint */
	const char *id;   /* 12 digits, or a longer prefix of at least 4 */
	const char *path; /* a file, or a folder with its trailing slash */
	const char *name;
	const struct oid *commit;
	const char *words; /* all, else all as beginnings, else any; best matches first */
	bool kept;         /* only those that stand there because their words were kept */
	bool every;        /* each occurrence; otherwise the first of each id that fits */
	size_t limit;
};

struct decision_view { /* a row as it is read: with its lists and what stands beside it */
	struct decision_row row;
	const char *verdict; /* accepted, rejected, proposed (taken back), or "" */
	const char *reason;  /* of the verdict */
	int64_t judged_at;
	bool reverted;
	struct oid reverted_by;
	const char *state, *by;      /* what a later decision or the code says of it, or "" */
	int64_t state_at;            /* 0: it shows in the code */
	struct strings files, names; /* owned by the caller of the callback */
};
typedef int (*decision_view_fn)(const struct decision_view *view, void *payload);
/* Newest first; with words, best first. Borrowed during the call. */
int store_decision_each(struct store *store, const struct decision_filter *filter,
	decision_view_fn fn, void *payload);
int store_decision_count(struct store *store, size_t *count); /* distinct ids */
int store_decision_count_source(struct store *store, const char *source, size_t *count);
/* Commits that carry rows, in the order of their ids. */
typedef int (*decision_commit_fn)(const struct oid *commit, void *payload);
int store_decision_commits(struct store *store, decision_commit_fn fn, void *payload);

#endif
