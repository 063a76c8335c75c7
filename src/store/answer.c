/* SQL of the answers of a mining model. */
#include "flywheel/store_answer.h"
#include "store/query.h"

#include "util/error.h"
#include "util/memory.h"

int store_answer_put(
	struct store *store, const char *text, const char *model, const char *notes, int64_t at)
{
	struct query *query = query_open(store, "INSERT OR REPLACE INTO miner_answer(text, model, "
						"at, notes) VALUES(?1, ?2, ?3, ?4)");

	query_bind_text(query, 1, text);
	query_bind_text(query, 2, model);
	query_bind_number(query, 3, at);
	query_bind_text(query, 4, notes);
	query_run(query);
	return query_close(query);
}

int store_answer_get(struct store *store, const char *text, char **notes)
{
	struct query *query = query_open(store, "SELECT notes FROM miner_answer WHERE text = ?1");
	int rc;

	*notes = NULL;
	query_bind_text(query, 1, text);
	if (query_next(query))
		*notes = xstrdup(query_text(query, 0));
	rc = query_close(query);
	if (!rc && !*notes)
		rc = fail(E_NOTFOUND, "no model was asked about this text");
	return rc;
}

int store_answer_count(struct store *store, size_t *count)
{
	struct query *query = query_open(store, "SELECT count(*) FROM miner_answer");

	*count = query_next(query) ? (size_t)query_number(query, 0) : 0;
	return query_close(query);
}
