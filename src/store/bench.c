/* Kept answers of the benchmark: one row for an item by a model in a mode. */
#include "flywheel/store_bench.h"

#include "store/query.h"

int store_answer_add(struct store *store, const char *suite, const char *mode, const char *model,
	const char *item, const char *category, bool correct, double margin)
{
	struct query *query = query_open(store,
		"INSERT OR REPLACE INTO answer(suite, mode, model, item, category, correct, margin)"
		" VALUES(?, ?, ?, ?, ?, ?, ?)");

	query_bind_text(query, 1, suite);
	query_bind_text(query, 2, mode);
	query_bind_text(query, 3, model);
	query_bind_text(query, 4, item);
	query_bind_text(query, 5, category);
	query_bind_number(query, 6, correct);
	query_bind_real(query, 7, margin);
	query_run(query);
	return query_close(query);
}

int store_answers_each(struct store *store, const char *suite, const char *mode, const char *model,
	store_answer_fn fn, void *payload)
{
	struct query *query = query_open(store, "SELECT item, correct, margin FROM answer WHERE "
						"suite = ? AND mode = ? AND model = ?"
						" ORDER BY item");
	int rc = 0, closed;

	query_bind_text(query, 1, suite);
	query_bind_text(query, 2, mode);
	query_bind_text(query, 3, model);
	while (!rc && query_next(query))
		rc = fn(query_text(query, 0), query_number(query, 1) != 0, query_real(query, 2),
			payload);
	closed = query_close(query);
	return rc ? rc : closed;
}
