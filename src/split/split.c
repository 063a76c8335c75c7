/*
 * Where training ends and the exam begins: one walk over the history, children before parents.
 * A commit that the first-parent ancestor number k reaches is reached by every newer one too, so
 * the largest such k says all there is to know of it, and the counts follow by adding up.
 */
#include "flywheel/split.h"

#include "flywheel/config.h"
#include "util/error.h"
#include "util/map.h"
#include "util/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct trunk {
	struct oid *ids; /* first-parent ancestors, HEAD first */
	size_t *settled; /* how many commits have this ancestor as the oldest that reaches them */
	size_t count, capacity, settled_capacity;
	struct map reach; /* commit -> largest k, for commits whose children have been seen */
	size_t commits;
};

static void trunk_release(struct trunk *trunk)
{
	map_release(&trunk->reach);
	free(trunk->ids);
	free(trunk->settled);
}

static void raise_reach(struct trunk *trunk, const struct oid *commit, size_t k)
{
	struct map_entry *entry = map_put(&trunk->reach, (const char *)commit->raw, OID_RAW, NULL);

	if ((size_t)entry->value.num < k)
		entry->value.num = (int64_t)k;
}

static void trunk_push(struct trunk *trunk, const struct oid *commit)
{
	GROW(trunk->ids, trunk->count, trunk->capacity);
	GROW(trunk->settled, trunk->count, trunk->settled_capacity);
	trunk->ids[trunk->count] = *commit;
	trunk->settled[trunk->count] = 0;
	raise_reach(trunk, commit, trunk->count);
	trunk->count++;
}

static int on_commit(const struct commit *commit, void *payload)
{
	struct trunk *trunk = payload;
	struct map_entry *entry =
		map_put(&trunk->reach, (const char *)commit->id.raw, OID_RAW, NULL);
	size_t k = (size_t)entry->value.num;

	trunk->settled[k]++;
	trunk->commits++;
	if (commit->parent_count && oid_equal(&commit->id, &trunk->ids[trunk->count - 1]))
		trunk_push(trunk, &commit->parents[0]);
	for (size_t i = 0; i < commit->parent_count; i++)
		raise_reach(trunk, &commit->parents[i], k);
	return 0;
}

static int too_short(const struct trunk *trunk, double share)
{
	return fail(E_NOTFOUND,
		"the history is too short: %zu commit%s, and holding out %g %% of them needs an "
		"older commit on the main line to stop at",
		trunk->commits, trunk->commits == 1 ? "" : "s", share * 100);
}

/* The newest ancestor that leaves at least `need` commits after it. */
static int choose(const struct trunk *trunk, double share, struct split *out)
{
	size_t need = (size_t)ceil(share * (double)trunk->commits - 1e-9);
	size_t after = 0;

	for (size_t k = 1; k < trunk->count; k++) {
		after += trunk->settled[k - 1];
		/* A shallow clone names parents it does not have; they settle nothing. */
		if (after < need || after == 0 || !trunk->settled[k])
			continue;
		out->cutoff = trunk->ids[k];
		out->commits = trunk->commits;
		out->held_out = after;
		return 0;
	}
	return too_short(trunk, share);
}

static int read_trees(struct repo *repo, struct split *out)
{
	struct commit commit;
	int rc = repo_commit_read(repo, &out->head, &commit);

	if (rc)
		return rc;
	out->head_tree = commit.tree;
	commit_release(&commit);
	rc = repo_commit_read(repo, &out->cutoff, &commit);
	if (rc)
		return rc;
	out->cutoff_tree = commit.tree;
	out->cutoff_time = commit.commit_time;
	commit_release(&commit);
	return 0;
}

int split_compute_at(struct session *session, const struct oid *head, struct split *out)
{
	double share = config_real(session->config, "holdout");
	struct log_options options = {.from = head};
	struct trunk trunk = {.reach = MAP_INIT};
	int rc;

	memset(out, 0, sizeof(*out));
	out->head = *head;
	trunk_push(&trunk, head);
	rc = repo_log(session->repo, &options, on_commit, &trunk);
	/* The walk of a shallow clone ends at its border with a commit that is not there. */
	if (rc && repo_is_shallow(session->repo) && trunk.commits)
		rc = 0;
	if (!rc)
		rc = choose(&trunk, share, out);
	if (!rc)
		rc = read_trees(session->repo, out);
	trunk_release(&trunk);
	return rc;
}

int split_compute(struct session *session, struct split *out)
{
	struct oid head;
	int rc = repo_head(session->repo, &head);

	return rc ? rc : split_compute_at(session, &head, out);
}

int split_each_trained(
	struct session *session, const struct split *split, repo_commit_fn fn, void *payload)
{
	struct log_options options = {.from = &split->cutoff, .oldest_first = true};

	return repo_log(session->repo, &options, fn, payload);
}

int split_each_held_out(
	struct session *session, const struct split *split, repo_commit_fn fn, void *payload)
{
	struct log_options options = {
		.from = &split->head, .hide = &split->cutoff, .oldest_first = true};

	return repo_log(session->repo, &options, fn, payload);
}
