/*
 * What is held out. The cutoff is the newest first-parent ancestor of HEAD with at least
 * `flywheel.holdout` of all commits after it; whatever HEAD reaches and the cutoff does not is
 * never trained on. The benchmark asks only about what changed after the cutoff.
 */
#ifndef FLYWHEEL_SPLIT_H
#define FLYWHEEL_SPLIT_H

#include "flywheel/repo.h"
#include "flywheel/session.h"

struct split {
	struct oid head, cutoff; /* commits */
	struct oid head_tree, cutoff_tree;
	size_t commits, held_out;
	int64_t cutoff_time;
};

/* E_NOTFOUND when the history is too short to hold anything out; the message says how much. */
int split_compute(struct session *session, struct split *out);
/* The same for a given HEAD: a resumed run must not move with the branch. */
int split_compute_at(struct session *session, const struct oid *head, struct split *out);

/* Commits on either side, oldest first, merges included. */
int split_each_trained(
	struct session *session, const struct split *split, repo_commit_fn fn, void *payload);
int split_each_held_out(
	struct session *session, const struct split *split, repo_commit_fn fn, void *payload);

#endif
