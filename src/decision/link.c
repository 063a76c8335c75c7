/* Links: what a person tied a decision to. Facts, like verdicts. */
#include "decision/life.h"
#include "flywheel/decision_life.h"

#include "flywheel/graph_place.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static bool is_of_decisions(const char *relation)
{
	return !strcmp(relation, "supersedes") || !strcmp(relation, "contradicts") ||
	       !strcmp(relation, "related");
}

static bool is_relation(const char *relation)
{
	return is_of_decisions(relation) || !strcmp(relation, "commit") ||
	       !strcmp(relation, "file") || !strcmp(relation, "symbol");
}

static bool is_file(struct session *session, const char *path)
{
	struct oid tree, blob;
	bool found = !repo_tree_of(session->repo, "HEAD", &tree) &&
		     !repo_tree_file(session->repo, &tree, path, &blob);

	error_clear();
	return found;
}

static int on_symbol(const struct symbol_place *place, void *payload)
{
	(void)place;
	*(bool *)payload = true;
	return 0;
}

static bool is_symbol(struct session *session, const char *name)
{
	bool found = false;

	if (graph_place_find(session, name, 1, on_symbol, &found))
		error_clear();
	return found;
}

/* The target as it is kept: a whole id, a whole commit, a path, a name. */
static int resolve(
	struct session *session, const char *relation, const char *target, char out[OID_HEX + 1])
{
	struct oid commit;
	int rc = 0;

	if (is_of_decisions(relation))
		return decision_expand(session, target, out);
	if (!strcmp(relation, "commit")) {
		rc = repo_resolve(session->repo, target, &commit);
		if (!rc)
			oid_hex(&commit, out);
		return rc;
	}
	if (!strcmp(relation, "file") ? !is_file(session, target) : !is_symbol(session, target))
		return fail(E_NOTFOUND, "HEAD has no %s '%.200s'", relation, target);
	out[0] = '\0';
	return 0;
}

static const char *guess(struct session *session, const char *target)
{
	char id[13];
	struct oid commit;
	const char *found = NULL;

	if (!decision_expand(session, target, id))
		found = "related";
	else if (is_file(session, target))
		found = "file";
	else if (is_symbol(session, target))
		found = "symbol";
	else if (!repo_resolve(session->repo, target, &commit))
		found = "commit";
	error_clear();
	return found;
}

/* A file, a symbol or a commit makes the decision an answer to questions about it. */
static int settle(struct session *session)
{
	struct touched touched = {0};
	struct oid head;
	int rc = store_begin(session->store);

	if (rc)
		return rc;
	rc = repo_head(session->repo, &head);
	if (!rc)
		rc = carry_commits(session, &head, &touched);
	if (!rc)
		rc = life_apply(session, &touched);
	if (!rc)
		rc = anchors_update(session, &head);
	if (!rc)
		rc = states_update(session);
	if (rc)
		store_rollback(session->store);
	else
		rc = store_commit(session->store);
	if (!rc)
		rc = notes_update(session, touched.commits, touched.count, false);
	free(touched.commits);
	return rc;
}

static int change(struct session *session, const char *id, const char *relation, const char *target,
	const struct oid *head, bool remove)
{
	bool dropped = false;
	struct oid commit;
	int rc;

	if (!remove && !strcmp(relation, "commit")) {
		rc = oid_parse(target, &commit);
		if (!rc)
			rc = life_tie(session, id, &commit);
		if (!rc && (oid_equal(&commit, head) ||
				   repo_is_ancestor(session->repo, &commit, head)))
			rc = store_here_add(session->store, &commit);
		if (rc)
			return rc;
	}
	if (!remove)
		return store_link_put(session->store, id, relation, target, clock_now());
	rc = store_link_drop(session->store, id, relation, target, &dropped);
	if (!rc && !dropped)
		rc = fail(E_NOTFOUND, "%s has no such link to '%.200s'", id, target);
	return rc;
}

int decision_link(struct session *session, const char *id, const char *relation, const char *target,
	bool remove)
{
	char full[13], name[OID_HEX + 1] = "";
	struct oid head;
	int rc = decision_expand(session, id, full);

	if (rc)
		return rc;
	if (relation && !is_relation(relation))
		return fail(E_INVALID,
			"'%.40s' is no relation: want supersedes, contradicts, related, commit, "
			"file or symbol",
			relation);
	if (!relation)
		relation = guess(session, target);
	if (!relation)
		return fail(E_NOTFOUND,
			"'%.200s' is no decision, file, symbol or commit that is here", target);
	rc = resolve(session, relation, target, name);
	if (!rc && is_of_decisions(relation) && !strcmp(name, full))
		rc = fail(E_INVALID, "a decision cannot be tied to itself");
	if (!rc)
		rc = repo_head(session->repo, &head);
	if (!rc)
		rc = change(session, full, relation, *name ? name : target, &head, remove);
	return rc ? rc : settle(session);
}

struct listing {
	const char *id;
	decision_link_fn fn;
	void *payload;
};

static int on_link(
	const char *id, const char *relation, const char *target, int64_t at, void *payload)
{
	const struct listing *listing = payload;

	(void)at;
	if (!strcmp(id, listing->id))
		return listing->fn(relation, target, listing->payload);
	if (!strcmp(relation, "supersedes"))
		relation = "superseded-by";
	else if (!strcmp(relation, "contradicts"))
		relation = "contradicted-by";
	return listing->fn(relation, id, listing->payload);
}

int decision_links(struct session *session, const char *id, decision_link_fn fn, void *payload)
{
	struct listing listing = {id, fn, payload};

	return store_link_each(session->store, id, on_link, &listing);
}
