/* Counts of the facts that only the sidecar holds. */
#include "flywheel/store_facts.h"
#include "store/query.h"

int store_facts_count(struct store *store, struct store_facts *facts)
{
	struct query *query = query_open(store,
		"SELECT (SELECT count(*) FROM turn), (SELECT count(*) FROM verdict),"
		" (SELECT count(*) FROM run), (SELECT count(*) FROM model)");

	*facts = (struct store_facts){0};
	if (query_next(query)) {
		facts->turns = query_number(query, 0);
		facts->verdicts = query_number(query, 1);
		facts->runs = query_number(query, 2);
		facts->models = query_number(query, 3);
	}
	return query_close(query);
}
