/*
 * Rows of a decision's life. Facts: words that are kept because a person spoke, links, verdicts,
 * and where commits went when history was rewritten. Derived: which of those commits HEAD has, what
 * later decisions and the code say of a decision, and what is left of the symbols it speaks about.
 */
#ifndef FLYWHEEL_STORE_LIFE_H
#define FLYWHEEL_STORE_LIFE_H

#include "flywheel/store_decision.h"

struct kept_row {
	struct decision_row row;   /* its status is not kept */
	const char *files, *names; /* a line each */
	const char *kind;          /* added, judged, linked, carried, imported */
	bool edited;               /* the texts are a person's */
	struct oid seen;           /* HEAD when a person last spoke; zero: not known */
	const char *verdict;       /* read only: "" when there is none */
	int64_t judged_at;         /* read only */
};
int store_kept_put(struct store *store, const struct kept_row *kept); /* replaces one of its id */
int store_kept_drop(struct store *store, const char *id);
typedef int (*kept_fn)(const struct kept_row *kept, void *payload);
/* `id` NULL: all, by id. Borrowed during the call. */
int store_kept_each(struct store *store, const char *id, kept_fn fn, void *payload);
/* Verdicts with the words they were given on, by time, then id; forgotten ones are left out. */
int store_said_each(struct store *store, kept_fn fn, void *payload);

/* E_NOTFOUND; the caller frees both. */
int store_verdict_get(
	struct store *store, const char *id, char **verdict, char **reason, int64_t *at);

int store_link_put(
	struct store *store, const char *id, const char *relation, const char *target, int64_t at);
int store_link_drop(struct store *store, const char *id, const char *relation, const char *target,
	bool *dropped);
/* `at`: when it was said; 0 of what records say. */
typedef int (*link_fn)(
	const char *id, const char *relation, const char *target, int64_t at, void *payload);
/* `id` NULL: all; else those that begin or end at it. */
int store_link_each(struct store *store, const char *id, link_fn fn, void *payload);

/* `how`: rewrite or copy. A commit that became itself is left out. */
int store_rewrite_add(struct store *store, const struct oid *old, const struct oid *new,
	const char *how, int64_t at, bool *added);
typedef int (*rewrite_fn)(
	const struct oid *old, const struct oid *new, const char *how, void *payload);
int store_rewrite_each(struct store *store, rewrite_fn fn, void *payload);

int store_here_clear(struct store *store);
int store_here_drop(struct store *store, const struct oid *commit);
int store_here_add(struct store *store, const struct oid *commit);
bool store_here_has(struct store *store, const struct oid *commit);

/* What kept words put among the decisions is taken out again; what was forgotten goes. */
int store_life_clear(struct store *store);
/* Edited words take the place of the mined ones. */
int store_life_edit(struct store *store);
/* Files and symbols that a person tied decisions to are theirs like the mined ones. */
int store_life_link(struct store *store);
bool store_decision_is_on(struct store *store, const char *id, const struct oid *commit);

int store_state_clear(struct store *store);
/* What is wanted of all decisions at once: the first occurrence of each, the oldest first. */
struct life_item {
	const char *id, *source, *origin, *statement, *instead_of, *verdict;
	const char *files, *names; /* a line each */
	int64_t at, judged_at;
	struct oid commit, seen; /* seen: HEAD when a person last spoke; zero: not known */
};
typedef int (*life_fn)(const struct life_item *item, void *payload);
int store_life_each(struct store *store, life_fn fn, void *payload);

/* The first word on an id stays. */
int store_state_put(
	struct store *store, const char *id, const char *state, const char *by, int64_t at);
/* What records say of each other: relation 'superseded' (by the target) or 'supersedes'. */
int store_refer_put(
	struct store *store, const char *path, const char *relation, const char *target);
int store_refer_drop(struct store *store, const char *path); /* NULL: all */
int store_refer_each(struct store *store, link_fn fn, void *payload);

struct anchor_row {
	struct oid commit;
	const char *path, *name;
	const void *old; /* hashes of the symbol's tokens at the commit, 4 bytes each, sorted */
	size_t old_len;
	int64_t now; /* what it was compared with */
	double same;
};
int store_anchor_put(struct store *store, const struct anchor_row *anchor);
typedef int (*anchor_fn)(const struct anchor_row *anchor, void *payload);
int store_anchor_each(struct store *store, anchor_fn fn, void *payload);

#endif
