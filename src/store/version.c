/* SQL of the versions of files. */
#include "flywheel/store_version.h"
#include "store/query.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct version_writer {
	struct store *store;
	struct query *commit, *path, *find, *row;
	int64_t number;
};

int64_t version_key(const struct oid *blob)
{
	int64_t key;

	memcpy(&key, blob->raw, sizeof(key));
	return key ? key : 1;
}

struct version_writer *version_writer_open(struct store *store)
{
	struct version_writer *writer = xcalloc(1, sizeof(*writer));

	writer->store = store;
	writer->commit = query_open(store, "INSERT INTO version_commit(commit_id) VALUES(?1)");
	writer->path = query_open(store, "INSERT OR IGNORE INTO version_path(path) VALUES(?1)");
	writer->find = query_open(store, "SELECT id FROM version_path WHERE path = ?1");
	writer->row =
		query_open(store, "INSERT OR REPLACE INTO version VALUES(?1, ?2, ?3, ?4, ?5)");
	return writer;
}

int version_writer_close(struct version_writer *writer)
{
	int rc = 0;

	if (!writer)
		return 0;
	struct query *const queries[] = {writer->commit, writer->path, writer->find, writer->row};
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		int closed = query_close(queries[i]);

		rc = rc ? rc : closed;
	}
	free(writer);
	return rc;
}

int version_writer_commit(struct version_writer *writer, const struct oid *commit)
{
	int rc;

	query_bind_blob(writer->commit, 1, commit->raw, OID_RAW);
	rc = query_run(writer->commit);
	writer->number = store_last_id(writer->store);
	return rc;
}

static int path_id(struct version_writer *writer, const char *path, int64_t *id)
{
	int rc;

	query_bind_text(writer->path, 1, path);
	rc = query_run(writer->path);
	query_bind_text(writer->find, 1, path);
	*id = query_next(writer->find) ? query_number(writer->find, 0) : 0;
	query_reset(writer->find);
	return rc;
}

int version_writer_add(struct version_writer *writer, const char *path, const struct oid *blob,
	int64_t old, int64_t other)
{
	int64_t id;
	int rc = path_id(writer, path, &id);

	if (rc)
		return rc;
	query_bind_number(writer->row, 1, id);
	query_bind_number(writer->row, 2, writer->number);
	query_bind_blob(writer->row, 3, blob->raw, OID_RAW);
	query_bind_number(writer->row, 4, old);
	query_bind_number(writer->row, 5, other);
	return query_run(writer->row);
}

int store_version_clear(struct store *store)
{
	return store_exec(store, "DELETE FROM version; DELETE FROM version_commit;"
				 "DELETE FROM version_path");
}

int store_version_drop(struct store *store, const struct oid *commit)
{
	struct query *query = query_open(store, "DELETE FROM version_commit WHERE commit_id = ?1");

	query_bind_blob(query, 1, commit->raw, OID_RAW);
	query_run(query);
	return query_close(query);
}

int store_version_count(struct store *store, int64_t *commits, int64_t *dropped)
{
	struct query *query =
		query_open(store, "SELECT count(*), coalesce(max(number), 0) FROM version_commit");

	*commits = *dropped = 0;
	if (query_next(query)) {
		*commits = query_number(query, 0);
		*dropped = query_number(query, 1) - *commits;
	}
	return query_close(query);
}

int store_version_each(struct store *store, const char *path, version_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT v.number, c.commit_id, v.blob, v.old, v.other FROM version_path p "
		"JOIN version v ON v.path = p.id JOIN version_commit c ON c.number = v.number "
		"WHERE p.path = ?1 ORDER BY v.number DESC");
	int rc = 0, closed;

	query_bind_text(query, 1, path);
	while (!rc && query_next(query)) {
		struct version_row row = {.number = query_number(query, 0),
			.old = query_number(query, 3),
			.other = query_number(query, 4)};
		size_t len;
		const void *raw = query_blob(query, 1, &len);

		if (len == OID_RAW)
			memcpy(row.commit.raw, raw, OID_RAW);
		raw = query_blob(query, 2, &len);
		if (len == OID_RAW)
			memcpy(row.blob.raw, raw, OID_RAW);
		rc = fn(&row, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}
