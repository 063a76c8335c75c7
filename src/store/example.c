/* Raw examples, the last curation's verdict on each, and what people said of them. */
#include "flywheel/store_example.h"
#include "store/query.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                                                    \
	"e.id, e.kind, e.prompt, e.answer, e.path, e.symbol, e.author, e.source, e.commit_id, "    \
	"e.blob, e.at, e.cyclomatic, e.context FROM example e "

struct example_insert {
	struct store *store;
	struct query *query;
};

static void read_oid(struct query *query, int column, unsigned char out[20])
{
	size_t len = 0;
	const void *bytes = query_blob(query, column, &len);

	memset(out, 0, 20);
	if (bytes && len == 20)
		memcpy(out, bytes, 20);
}

static int each_row(struct query *query, example_row_fn fn, void *payload)
{
	int stop = 0, rc;

	while (!stop && query_next(query)) {
		struct example_row row = {
			.id = query_text(query, 0),
			.kind = query_text(query, 1),
			.prompt = query_text(query, 2),
			.answer = query_text(query, 3),
			.path = query_text(query, 4),
			.symbol = query_text(query, 5),
			.author = query_text(query, 6),
			.source = query_text(query, 7),
			.at = query_number(query, 10),
			.cyclomatic = (int)query_number(query, 11),
			.context = (unsigned)query_number(query, 12),
		};

		read_oid(query, 8, row.commit);
		read_oid(query, 9, row.blob);
		stop = fn(&row, payload);
	}
	rc = query_close(query);
	return stop ? stop : rc;
}

int store_examples_of(struct store *store, const char *hash, size_t *raw)
{
	struct query *query = query_open(store, "SELECT raw FROM example_input WHERE hash = ?1");
	bool found;
	int rc;

	query_bind_text(query, 1, hash);
	found = query_next(query);
	if (found)
		*raw = (size_t)query_number(query, 0);
	rc = query_close(query);
	return rc || found ? rc : fail(E_NOTFOUND, "no examples were generated from this state");
}

int store_examples_clear(struct store *store)
{
	return store_exec(store, "DELETE FROM example; DELETE FROM example_input;"
				 "DELETE FROM example_problem;");
}

int store_examples_done(struct store *store, const char *hash, size_t raw)
{
	struct query *query =
		query_open(store, "INSERT INTO example_input(hash, raw) VALUES(?1, ?2)");

	query_bind_text(query, 1, hash);
	query_bind_number(query, 2, (int64_t)raw);
	query_run(query);
	return query_close(query);
}

int store_example_each(struct store *store, example_row_fn fn, void *payload)
{
	return each_row(query_open(store, "SELECT " COLUMNS "ORDER BY e.id"), fn, payload);
}

struct found {
	example_row_fn fn;
	void *payload;
	bool any;
};

static int on_found(const struct example_row *row, void *payload)
{
	struct found *found = payload;

	found->any = true;
	return found->fn(row, found->payload);
}

int store_example_find(struct store *store, const char *id, example_row_fn fn, void *payload)
{
	struct found found = {fn, payload, false};
	struct query *query = query_open(store, "SELECT " COLUMNS "WHERE e.id = ?1");
	int rc;

	query_bind_text(query, 1, id);
	rc = each_row(query, on_found, &found);
	if (!rc && !found.any)
		return fail(
			E_NOTFOUND, "no example '%s': `git flywheel curate -n 20` shows some", id);
	return rc;
}

struct example_insert *store_example_insert_open(struct store *store)
{
	struct example_insert *insert = xcalloc(1, sizeof(*insert));

	insert->store = store;
	insert->query = query_open(store,
		"INSERT OR IGNORE INTO example(id, kind, prompt, answer, path, symbol, author, "
		"source, commit_id, blob, at, cyclomatic, context) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
	return insert;
}

int store_example_insert(struct example_insert *insert, const struct example_row *row, bool *added)
{
	const char *const texts[] = {row->id, row->kind, row->prompt, row->answer, row->path,
		row->symbol, row->author, row->source};
	int rc;

	for (int i = 0; i < (int)ARRAY_SIZE(texts); i++)
		query_bind_text(insert->query, i + 1, texts[i]);
	query_bind_blob(insert->query, 9, row->commit, sizeof(row->commit));
	query_bind_blob(insert->query, 10, row->blob, sizeof(row->blob));
	query_bind_number(insert->query, 11, row->at);
	query_bind_number(insert->query, 12, row->cyclomatic);
	query_bind_number(insert->query, 13, row->context);
	rc = query_run(insert->query);
	*added = !rc && store_changes(insert->store) > 0;
	return rc;
}

int store_example_insert_close(struct example_insert *insert)
{
	int rc;

	if (!insert)
		return 0;
	rc = query_close(insert->query);
	free(insert);
	return rc;
}

int store_example_problem(struct store *store, const char *place, const char *message)
{
	struct query *query =
		query_open(store, "INSERT INTO example_problem(place, message) VALUES(?1, ?2)");

	query_bind_text(query, 1, place);
	query_bind_text(query, 2, message);
	query_run(query);
	return query_close(query);
}

int store_example_problems(struct store *store, example_problem_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT place, message FROM example_problem ORDER BY position");
	int stop = 0, rc;

	while (!stop && query_next(query))
		stop = fn(query_text(query, 0), query_text(query, 1), payload);
	rc = query_close(query);
	return stop ? stop : rc;
}

int store_example_verdicts(struct store *store, example_verdict_fn fn, void *payload)
{
	struct query *query = query_open(store, "SELECT id, verdict, reason FROM verdict "
						"WHERE subject = 'example' ORDER BY id");
	int stop = 0, rc;

	while (!stop && query_next(query))
		stop = fn(
			query_text(query, 0), query_text(query, 1), query_text(query, 2), payload);
	rc = query_close(query);
	return stop ? stop : rc;
}
