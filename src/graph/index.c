/*
 * Bringing the sidecar to HEAD. The new graph is made in memory from facts; only files whose rows
 * differ are written, in one transaction with the name of the commit they stand for, so that a
 * kill leaves the old index or the new one.
 */
#include "graph/internal.h"

#include "flywheel/config.h"
#include "flywheel/graph_index.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

/* What the index stands for: the commit, and all settings that its rows depend on. */
static int state_of(struct session *session, const struct oid *head, char **out)
{
	struct languages *languages = NULL;
	struct digest *digest;
	char hex[DIGEST_HEX + 1], commit[OID_HEX + 1];
	int rc = languages_load(&languages);

	*out = NULL;
	if (rc)
		return rc;
	digest = digest_new();
	digest_addstr(digest, RESOLVER_VERSION);
	for (size_t i = 0; i < languages_count(languages); i++)
		digest_addstr(digest, language_version(languages_at(languages, i)));
	digest_finish(digest, hex);
	oid_hex(head, commit);
	*out = xstrfmt("%s %.16s %lld", commit, hex,
		(long long)config_number(session->config, "maxFileBytes"));
	languages_free(languages);
	return 0;
}

static bool is_current(struct session *session, const char *state)
{
	char *stored = NULL;
	bool same = !store_meta_get(session->store, META_HEAD, &stored) && !strcmp(stored, state);

	free(stored);
	return same;
}

static int forget_old_versions(struct session *session, const struct languages *languages)
{
	size_t count = languages_count(languages);
	int64_t *ids = xcalloc(count + 1, sizeof(*ids));
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++)
		rc = store_version_id(session->store, language_version(languages_at(languages, i)),
			false, &ids[i]);
	if (!rc)
		rc = store_versions_keep(session->store, ids, count);
	free(ids);
	return rc;
}

/* The tree that the index stands for, when it was made with the same settings. */
static int old_tree(struct session *session, const char *state, struct oid *tree)
{
	char *stored = NULL, hex[OID_HEX + 1];
	int rc = store_meta_get(session->store, META_HEAD, &stored);

	if (!rc && (strlen(stored) < OID_HEX || strcmp(stored + OID_HEX, state + OID_HEX) != 0))
		rc = E_NOTFOUND;
	if (!rc) {
		memcpy(hex, stored, OID_HEX);
		hex[OID_HEX] = '\0';
		rc = repo_tree_of(session->repo, hex, tree);
	}
	free(stored);
	return rc;
}

/* Most commits change no edge: then no graph is needed. What is parsed is kept in any case. */
static int index_by_following(
	struct session *session, const struct oid *tree, const char *state, bool *done)
{
	struct oid from;
	int rc = store_begin(session->store);

	*done = false;
	if (rc)
		return rc;
	if (is_current(session, state))
		*done = true; /* another process was faster */
	else if (!old_tree(session, state, &from))
		rc = graph_follow(session, &from, tree, done);
	if (!rc && *done)
		rc = store_meta_set(session->store, META_HEAD, state);
	if (!rc)
		return store_commit(session->store);
	store_rollback(session->store);
	*done = false;
	return rc == E_STOPPED ? rc : 0; /* what is wrong with the old index is no matter then */
}

static int index_commit(struct session *session, const struct oid *head, const char *state)
{
	struct whole *whole = NULL;
	char hex[OID_HEX + 1];
	struct oid tree;
	bool done = false;
	int rc;

	oid_hex(head, hex);
	rc = repo_tree_of(session->repo, hex, &tree);
	if (!rc)
		rc = index_by_following(session, &tree, state, &done);
	if (rc || done)
		return rc;
	error_clear();
	rc = whole_open(session, &tree, true, &whole);
	if (!rc)
		rc = store_begin(session->store);
	if (rc) {
		graph_free(whole ? &whole->graph : NULL);
		return rc;
	}
	if (!is_current(session, state)) { /* or another process was faster */
		rc = graph_write(session, whole);
		if (!rc)
			rc = forget_old_versions(session, whole->snapshot.languages);
		if (!rc)
			rc = store_meta_set(session->store, META_HEAD, state);
	}
	graph_free(&whole->graph);
	if (rc)
		store_rollback(session->store);
	return rc ? rc : store_commit(session->store);
}

int graph_catch_up(struct session *session)
{
	struct oid head;
	char *state = NULL;
	int rc = repo_head(session->repo, &head);

	if (!rc)
		rc = state_of(session, &head, &state);
	if (!rc && !is_current(session, state))
		rc = index_commit(session, &head, state);
	if (!rc)
		rc = graph_note(session, &head);
	free(state);
	return rc;
}

int graph_rebuild(struct session *session)
{
	struct oid head;
	bool unborn = repo_head(session->repo, &head) == E_NOTFOUND;
	int rc = store_begin(session->store);

	if (rc)
		return rc;
	rc = store_clear_derived(session->store);
	if (!rc)
		rc = store_meta_set(session->store, META_HEAD, "");
	if (!rc && !unborn)
		rc = graph_catch_up(session);
	if (rc)
		store_rollback(session->store);
	return rc ? rc : store_commit(session->store);
}

static int on_digest(const struct store_graph_file *file, void *payload)
{
	digest_add(payload, file->digest, sizeof(file->digest));
	return 0;
}

int graph_problem(struct session *session, char **out)
{
	*out = NULL;
	if (store_meta_get(session->store, META_PROBLEM, out))
		error_clear();
	if (*out && !**out) {
		free(*out);
		*out = NULL;
	}
	return 0;
}

int graph_report(struct session *session, struct graph_report *out)
{
	struct digest *digest = digest_new();
	int rc;

	memset(out, 0, sizeof(*out));
	rc = store_graph_count(session->store, &out->counts);
	if (!rc)
		rc = store_graph_files(session->store, on_digest, digest);
	digest_finish(digest, out->digest);
	return rc ? rc : graph_problem(session, &out->problem);
}

void graph_report_release(struct graph_report *report)
{
	free(report->problem);
	memset(report, 0, sizeof(*report));
}
