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

/* The sidecar's files, to be compared with the graph's. */
struct old_file {
	int64_t id;
	char *path;
	unsigned char digest[HASH_WIDE];
};
struct old_files {
	struct old_file *items;
	size_t count, capacity;
};

static int on_old_file(const struct store_graph_file *file, void *payload)
{
	struct old_files *old = payload;

	GROW(old->items, old->count, old->capacity);
	old->items[old->count].id = file->id;
	old->items[old->count].path = xstrdup(file->path);
	memcpy(old->items[old->count].digest, file->digest, sizeof(file->digest));
	old->count++;
	return 0;
}

static void add_file(
	struct store_graph *store, struct rows *rows, uint32_t file, const unsigned char *digest)
{
	struct store_graph_file row;
	struct store_graph_symbol symbol;
	struct store_graph_edge edge;
	int64_t id;

	rows_file(rows, file, &row);
	memcpy(row.digest, digest, sizeof(row.digest));
	id = store_graph_add_file(store, &row);
	for (uint32_t i = 0; i < rows_symbol_count(rows, file); i++) {
		rows_symbol(rows, file, i, &symbol);
		store_graph_add_symbol(store, id, &symbol);
	}
	for (uint32_t i = 0; i < rows_edge_count(rows, file); i++) {
		rows_edge(rows, file, i, &edge);
		store_graph_add_edge(store, id, &edge);
	}
}

/* Both lists are sorted by path: what only the sidecar has goes, what differs is replaced. */
static int write_rows(struct session *session, const struct graph *graph)
{
	struct old_files old = {NULL, 0, 0};
	struct rows *rows = rows_new(graph);
	struct store_graph *store = store_graph_open(session->store);
	unsigned char digest[HASH_WIDE];
	size_t at = 0;
	int rc = store_graph_files(session->store, on_old_file, &old), error;

	for (uint32_t i = 0; i < graph->file_count && !rc; i++) {
		while (at < old.count && strcmp(old.items[at].path, graph->files[i].path) < 0)
			store_graph_remove(store, old.items[at++].id);
		rows_digest(rows, i, digest);
		if (at < old.count && !strcmp(old.items[at].path, graph->files[i].path)) {
			const struct old_file *same = &old.items[at++];

			if (!memcmp(same->digest, digest, sizeof(digest)))
				continue;
			store_graph_remove(store, same->id);
		}
		add_file(store, rows, i, digest);
	}
	for (; at < old.count && !rc; at++)
		store_graph_remove(store, old.items[at].id);
	error = store_graph_close(store);
	for (size_t i = 0; i < old.count; i++)
		free(old.items[i].path);
	free(old.items);
	rows_free(rows);
	return rc ? rc : error;
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

static int index_commit(struct session *session, const struct oid *head, const char *state)
{
	struct whole *whole = NULL;
	char hex[OID_HEX + 1];
	struct oid tree;
	int rc;

	oid_hex(head, hex);
	rc = repo_tree_of(session->repo, hex, &tree);
	if (!rc)
		rc = whole_open(session, &tree, true, &whole);
	if (!rc)
		rc = store_begin(session->store);
	if (rc) {
		graph_free(whole ? &whole->graph : NULL);
		return rc;
	}
	if (!is_current(session, state)) { /* or another process was faster */
		rc = write_rows(session, &whole->graph);
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
