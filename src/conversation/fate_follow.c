/* From where the walk begins, the walk itself, and the states that it leaves behind. */
#include "conversation/fate_follow.h"

#include "conversation/fate_state.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

struct walking {
	struct following *following;
	struct fate_walk walk;
	struct oid *hidden; /* is not walked */
	size_t hidden_count;
	struct map rest; /* raw ids of what is left to walk, in its order: of a state that holds */
	size_t left;     /* commits to walk when it began */
	int64_t begun;   /* commits walked by then */
	struct progress *progress;
};

static int list(struct walking *walking, repo_commit_fn fn, void *payload)
{
	const struct following *following = walking->following;
	struct log_options options = {.from = &following->head,
		.hide_more = walking->hidden,
		.hide_more_count = walking->hidden_count,
		.listed = &walking->left,
		.oldest_first = true};

	return repo_log(following->fates->session->repo, &options, fn, payload);
}

/* ---- does a state hold? ---- */

/* A walk goes on from a state when all that was walked for it still comes first. */
struct rest {
	const struct fate_mark *mark;
	int64_t oldest;  /* time of the oldest edit, or 0 */
	int64_t last;    /* time of the youngest tip */
	struct map seen; /* raw ids of what is left to walk: 1 where all that was walked is below */
	struct map tips; /* of the state: 1 once met as a parent */
};

/*
 * The walk takes of what may come next, seen from HEAD, the youngest. So all of the rest is taken
 * before what was walked when each commit is younger than its tips, or above the only one. That the
 * rest is followed must be known too, or a walk of everything might leave it out.
 */
static int comes_after(const struct commit *commit, void *payload)
{
	struct rest *rest = payload;
	bool above = false;
	bool followed = rest->oldest && commit->commit_time + FATE_SLACK >= rest->oldest;

	for (size_t i = 0; i < commit->parent_count; i++) {
		const char *parent = (const char *)commit->parents[i].raw;
		struct map_entry *tip = map_get(&rest->tips, parent, OID_RAW);
		struct map_entry *seen = map_get(&rest->seen, parent, OID_RAW);

		if (tip)
			tip->value.num = 1;
		above |= seen ? seen->value.num : tip && rest->mark->tip_count == 1;
		followed |= above || seen;
	}
	if (!followed || (!above && commit->commit_time <= rest->last))
		return E_LATER;
	map_put(&rest->seen, (const char *)commit->id.raw, OID_RAW, NULL)->value.num = above;
	return 0;
}

static bool met_all(const struct rest *rest, const struct oid *head)
{
	bool met = true;

	for (size_t i = 0; i < rest->tips.count && met; i++) {
		const struct map_entry *tip = &rest->tips.entries[i];

		met = tip->value.num || !memcmp(tip->key, head->raw, OID_RAW);
	}
	return met;
}

/* A note's path is the commit's id with slashes. */
static int is_note_of_rest(
	const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct rest *rest = payload;
	char hex[OID_HEX + 1];
	size_t len = 0;
	struct oid id;

	(void)old;
	(void)new;
	for (; *path && len < OID_HEX; path++)
		if (*path != '/')
			hex[len++] = *path;
	hex[len] = '\0';
	if (*path || oid_parse(hex, &id))
		return 0; /* not a note */
	return map_get(&rest->seen, (const char *)id.raw, OID_RAW) ? 0 : E_LATER;
}

/* New notes of attribution are of commits that are still to be walked. */
static bool notes_follow(const struct following *following, struct rest *rest)
{
	struct repo *repo = following->fates->session->repo;
	const struct oid *before = &rest->mark->notes;
	struct oid old, new;
	bool had = !fate_tree(repo, before, &old);
	bool has = !fate_tree(repo, &following->notes, &new);

	if (oid_equal(before, &following->notes))
		return true;
	return has && had == !oid_is_zero(before) &&
	       !repo_tree_diff(repo, had ? &old : NULL, &new, is_note_of_rest, rest);
}

static bool holds(struct walking *walking, const struct fate_mark *mark)
{
	struct rest rest = {.mark = mark, .oldest = walking->walk.oldest, .last = INT64_MIN};
	bool held;

	for (size_t i = 0; i < mark->tip_count; i++) {
		map_put(&rest.tips, (const char *)mark->tips[i].id.raw, OID_RAW, NULL);
		if (mark->tips[i].at > rest.last)
			rest.last = mark->tips[i].at;
	}
	held = !list(walking, comes_after, &rest) && met_all(&rest, &walking->following->head) &&
	       notes_follow(walking->following, &rest);
	error_clear();
	map_release(&rest.tips);
	if (held)
		walking->rest = rest.seen;
	else
		map_release(&rest.seen);
	return held;
}

/* ---- from where ---- */

/* What is quiet with these notes is not walked, nor what a state has walked. */
static void hide(struct walking *walking, const struct oid *notes, const struct fate_mark *mark)
{
	struct quiet *quiet = &walking->following->quiet;
	size_t count;

	quiet_release(quiet);
	quiet_load(walking->following->fates->session, notes, quiet);
	if (walking->walk.oldest && quiet->newest + FATE_SLACK >= walking->walk.oldest) {
		quiet_release(quiet);
		*quiet = (struct quiet){.tips = MAP_INIT};
	}
	free(walking->hidden);
	walking->hidden = quiet_tips(quiet, &count);
	walking->hidden =
		xrealloc(walking->hidden, (count + mark->tip_count + 1) * sizeof(*walking->hidden));
	for (size_t i = 0; i < mark->tip_count; i++)
		walking->hidden[count++] = mark->tips[i].id;
	walking->hidden_count = count;
}

/* At the newest state that holds. E_NOTFOUND: none does. */
static int begin_at_state(struct walking *walking)
{
	struct following *following = walking->following;
	struct fate_mark mark = {.seen = INT64_MAX};
	bool held = false;
	int rc = 0;

	while (!held && !rc) {
		int64_t below = mark.seen;

		fate_mark_release(&mark);
		rc = fate_state_find(following->fates, below, &mark);
		if (rc)
			break;
		hide(walking, &mark.notes, &mark);
		held = holds(walking, &mark);
	}
	if (!rc)
		rc = fate_state_load(&walking->walk, &mark);
	if (!rc && !oid_equal(&mark.notes, &following->notes)) /* these are of nothing quiet */
		following->quiet.changed = following->quiet.tips.count;
	fate_mark_release(&mark);
	return rc;
}

static int begin(struct walking *walking)
{
	struct following *following = walking->following;
	struct fate_mark nothing = {0};
	int rc = fates_list_edits(following->fates, following->last, &walking->walk.oldest);

	if (!rc)
		rc = begin_at_state(walking);
	walking->begun = walking->walk.seen;
	if (rc != E_NOTFOUND)
		return rc;
	error_clear();
	hide(walking, &following->notes, &nothing);
	following->fates->newest = following->quiet.newest;
	return 0;
}

/* ---- the walk ---- */

static int on_commit(const struct commit *commit, void *payload)
{
	struct walking *walking = payload;
	struct fate_walk *walk = &walking->walk;
	int rc;

	if (interrupted())
		return fail(E_STOPPED, "stopped: links to talk stay as they were");
	progress_set(walking->progress, (size_t)walk->seen);
	rc = fate_commit(walk, commit);
	if (rc || !walk->fates->origin_count ||
		!fate_state_kept(walk->seen, walking->begun + (int64_t)walking->left))
		return rc;
	if (fate_state_save(walk, &walking->following->notes))
		error_clear(); /* what cannot be kept now is walked to again */
	return 0;
}

/* What was listed when a state was tried need not be listed again. */
static int walk_rest(struct walking *walking)
{
	struct repo *repo = walking->following->fates->session->repo;
	int rc = 0;

	if (!walking->begun)
		return list(walking, on_commit, walking);
	for (size_t i = 0; i < walking->rest.count && !rc; i++) {
		struct commit commit;
		struct oid id;

		memcpy(id.raw, walking->rest.entries[i].key, OID_RAW);
		rc = repo_commit_read(repo, &id, &commit);
		if (rc)
			break;
		rc = on_commit(&commit, walking);
		commit_release(&commit);
	}
	return rc;
}

int fates_follow(struct following *following)
{
	struct fates *fates = following->fates;
	struct walking walking = {
		.following = following, .walk = {.fates = fates, .quiet = &following->quiet}};
	struct commit head;
	int64_t head_time;
	int rc = claims_open(fates);

	walking.progress = progress_start("following lines of assistants", 0);
	if (!rc)
		rc = begin(&walking);
	if (!rc)
		rc = walk_rest(&walking);
	progress_finish(walking.progress);
	following->seen = walking.walk.seen;
	fate_walk_release(&walking.walk);
	map_release(&walking.rest);
	free(walking.hidden);
	if (!rc)
		rc = fates_take_edits(fates, INT64_MAX);
	if (!rc)
		rc = repo_commit_read(fates->session->repo, &following->head, &head);
	if (rc)
		return rc;
	head_time = head.commit_time;
	commit_release(&head);
	return fates_settle(fates, &following->head, head_time);
}
