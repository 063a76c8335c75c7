/* What the last curation said of each example, its funnel, and the datasets it froze. */
#include "flywheel/store_example.h"
#include "store/query.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct curated_insert {
	struct query *query;
};

int store_curated_clear(struct store *store)
{
	return store_exec(store, "DELETE FROM curated; DELETE FROM funnel;");
}

struct curated_insert *store_curated_open(struct store *store)
{
	struct curated_insert *insert = xcalloc(1, sizeof(*insert));

	insert->query =
		query_open(store, "INSERT INTO curated(id, filter, reason) VALUES(?1, ?2, ?3)");
	return insert;
}

int store_curated_put(
	struct curated_insert *insert, const char *id, const char *filter, const char *reason)
{
	query_bind_text(insert->query, 1, id);
	query_bind_text(insert->query, 2, filter);
	query_bind_text(insert->query, 3, reason);
	return query_run(insert->query);
}

int store_curated_close(struct curated_insert *insert)
{
	int rc;

	if (!insert)
		return 0;
	rc = query_close(insert->query);
	free(insert);
	return rc;
}

int store_curated_get(struct store *store, const char *id, char **filter, char **reason)
{
	struct query *query = query_open(store, "SELECT filter, reason FROM curated WHERE id = ?1");
	int rc;

	*filter = *reason = NULL;
	query_bind_text(query, 1, id);
	if (query_next(query)) {
		*filter = xstrdup(query_text(query, 0));
		*reason = xstrdup(query_text(query, 1));
	}
	rc = query_close(query);
	if (!rc && !*filter)
		return fail(E_NOTFOUND, "example '%s' was not in the last curation", id);
	return rc;
}

int store_curated_each(
	struct store *store, const char *filter, size_t limit, example_id_fn fn, void *payload)
{
	struct query *query = query_open(
		store, "SELECT id, reason FROM curated WHERE filter = ?1 ORDER BY id LIMIT ?2");
	int stop = 0, rc;

	query_bind_text(query, 1, filter);
	query_bind_number(query, 2, (int64_t)limit);
	while (!stop && query_next(query))
		stop = fn(query_text(query, 0), query_text(query, 1), payload);
	rc = query_close(query);
	return stop ? stop : rc;
}

int store_curated_kinds(struct store *store, example_kind_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT e.kind, count(*), sum(c.filter = '') FROM example e "
				  "JOIN curated c ON c.id = e.id GROUP BY e.kind ORDER BY e.kind");
	int stop = 0, rc;

	while (!stop && query_next(query))
		stop = fn(query_text(query, 0), (size_t)query_number(query, 1),
			(size_t)query_number(query, 2), payload);
	rc = query_close(query);
	return stop ? stop : rc;
}

int store_funnel_put(struct store *store, int position, const struct funnel_row *row)
{
	struct query *query = query_open(store,
		"INSERT INTO funnel(position, filter, rejected, note) VALUES(?1, ?2, ?3, ?4)");

	query_bind_number(query, 1, position);
	query_bind_text(query, 2, row->filter);
	query_bind_number(query, 3, (int64_t)row->rejected);
	query_bind_text(query, 4, row->note);
	query_run(query);
	return query_close(query);
}

int store_funnel_each(struct store *store, funnel_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT filter, rejected, note FROM funnel ORDER BY position");
	int stop = 0, rc;

	while (!stop && query_next(query)) {
		struct funnel_row row = {.filter = query_text(query, 0),
			.rejected = (size_t)query_number(query, 1),
			.note = query_text(query, 2)};

		stop = fn(&row, payload);
	}
	rc = query_close(query);
	return stop ? stop : rc;
}

int store_dataset_put(struct store *store, const struct dataset_row *row)
{
	struct query *query =
		query_open(store, "INSERT INTO dataset(sha256, at, head, cutoff, raw, kept) "
				  "VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(sha256) DO NOTHING");

	query_bind_text(query, 1, row->sha256);
	query_bind_number(query, 2, row->at);
	query_bind_blob(query, 3, row->head, sizeof(row->head));
	query_bind_blob(query, 4, row->cutoff, sizeof(row->cutoff));
	query_bind_number(query, 5, (int64_t)row->raw);
	query_bind_number(query, 6, (int64_t)row->kept);
	query_run(query);
	return query_close(query);
}

static void copy_oid(struct query *query, int column, unsigned char out[20])
{
	size_t len = 0;
	const void *bytes = query_blob(query, column, &len);

	memset(out, 0, 20);
	if (bytes && len == 20)
		memcpy(out, bytes, 20);
}

int store_dataset_each(struct store *store, dataset_row_fn fn, void *payload)
{
	struct query *query = query_open(store, "SELECT sha256, at, head, cutoff, raw, kept "
						"FROM dataset ORDER BY at, sha256");
	int stop = 0, rc;

	while (!stop && query_next(query)) {
		struct dataset_row row = {.sha256 = query_text(query, 0),
			.at = query_number(query, 1),
			.raw = (size_t)query_number(query, 4),
			.kept = (size_t)query_number(query, 5)};

		copy_oid(query, 2, row.head);
		copy_oid(query, 3, row.cutoff);
		stop = fn(&row, payload);
	}
	rc = query_close(query);
	return stop ? stop : rc;
}
