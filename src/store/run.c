/* Rows of revolutions and of models. */
#include "flywheel/store_run.h"
#include "store/query.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define RUN_COLUMNS                                                                                \
	"id, started, updated, ifnull(finished, 0), attempts, ifnull(raw, -1), ifnull(kept, -1), " \
	"head, cutoff, state, stage, error, ifnull(dataset, ''), ifnull(model, ''), "              \
	"ifnull(suite, ''), ifnull(verdict, ''), ifnull(reason, ''), ifnull(report, ''), "         \
	"origin, ref, trainer, key, remote, next_at, submitted, cost, notified"
/* In the order of bind_run; `cancel` is not among them: see run_ask_cancel. */
#define RUN_UPDATE                                                                                 \
	"UPDATE run SET state = ?1, stage = ?2, head = ?3, cutoff = ?4, started = ?5, "            \
	"updated = ?6, finished = ?7, attempts = ?8, error = ?9, raw = ?10, kept = ?11, "          \
	"dataset = ?12, model = ?13, suite = ?14, verdict = ?15, reason = ?16, report = ?17, "     \
	"origin = ?18, ref = ?19, trainer = ?20, key = ?21, remote = ?22, next_at = ?23, "         \
	"submitted = ?24, cost = ?25, notified = ?26 WHERE id = ?27"
#define RUN_INSERT                                                                                 \
	"INSERT INTO run(state, stage, head, cutoff, started, updated, finished, attempts, "       \
	"error, raw, kept, dataset, model, suite, verdict, reason, report, origin, ref, "          \
	"trainer, key, remote, next_at, submitted, cost, notified) VALUES(?1, ?2, ?3, ?4, ?5, "    \
	"?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "   \
	"?24, ?25, ?26)"
#define MODEL_COLUMNS "id, trainer, base, file, sha256, dataset, trained_on, seed, at, uri"

void run_init(struct run_row *run)
{
	memset(run, 0, sizeof(*run));
	run->raw = run->kept = -1;
	run->state = xstrdup("running");
	run->stage = xstrdup("");
	run->error = xstrdup("");
	run->dataset = xstrdup("");
	run->model = xstrdup("");
	run->suite = xstrdup("");
	run->verdict = xstrdup("");
	run->reason = xstrdup("");
	run->report = xstrdup("");
	run->origin = xstrdup("person");
	run->ref = xstrdup("");
	run->trainer = xstrdup("");
	run->key = xstrdup("");
	run->remote = xstrdup("");
}

void run_release(struct run_row *run)
{
	if (!run)
		return;
	free(run->state);
	free(run->stage);
	free(run->error);
	free(run->dataset);
	free(run->model);
	free(run->suite);
	free(run->verdict);
	free(run->reason);
	free(run->report);
	free(run->origin);
	free(run->ref);
	free(run->trainer);
	free(run->key);
	free(run->remote);
	memset(run, 0, sizeof(*run));
}

void run_set(char **field, const char *text)
{
	char *copy = xstrdup(text);

	free(*field);
	*field = copy;
}

static void bind_count(struct query *query, int at, int64_t number)
{
	if (number < 0)
		query_bind_null(query, at);
	else
		query_bind_number(query, at, number);
}

static void bind_run(struct query *query, const struct run_row *run)
{
	int at = 1;

	query_bind_text(query, at++, run->state);
	query_bind_text(query, at++, run->stage);
	query_bind_blob(query, at++, run->head, RUN_OID);
	query_bind_blob(query, at++, run->cutoff, RUN_OID);
	query_bind_number(query, at++, run->started);
	query_bind_number(query, at++, run->updated);
	bind_count(query, at++, run->finished ? run->finished : -1);
	query_bind_number(query, at++, run->attempts);
	query_bind_text(query, at++, run->error);
	bind_count(query, at++, run->raw);
	bind_count(query, at++, run->kept);
	query_bind_text(query, at++, run->dataset);
	query_bind_text(query, at++, run->model);
	query_bind_text(query, at++, run->suite);
	query_bind_text(query, at++, run->verdict);
	query_bind_text(query, at++, run->reason);
	query_bind_text(query, at++, run->report);
	query_bind_text(query, at++, run->origin);
	query_bind_text(query, at++, run->ref);
	query_bind_text(query, at++, run->trainer);
	query_bind_text(query, at++, run->key);
	query_bind_text(query, at++, run->remote);
	query_bind_number(query, at++, run->next_at);
	query_bind_number(query, at++, run->submitted);
	query_bind_real(query, at++, run->cost);
	query_bind_number(query, at++, run->notified);
	if (run->id)
		query_bind_number(query, at, run->id);
}

int run_save(struct store *store, struct run_row *run)
{
	struct query *query;
	int rc;

	run->updated = clock_now();
	if (!run->started)
		run->started = run->updated;
	query = query_open(store, run->id ? RUN_UPDATE : RUN_INSERT);
	bind_run(query, run);
	query_run(query);
	rc = query_close(query);
	if (!rc && !run->id)
		run->id = store_last_id(store);
	return rc;
}

static void take_oid(struct query *query, int column, unsigned char out[RUN_OID])
{
	size_t len = 0;
	const void *bytes = query_blob(query, column, &len);

	memset(out, 0, RUN_OID);
	if (bytes && len == RUN_OID)
		memcpy(out, bytes, RUN_OID);
}

static char *take_text(struct query *query, int column)
{
	const char *text = query_text(query, column);

	return xstrdup(text ? text : "");
}

static void take_run(struct query *query, struct run_row *out)
{
	memset(out, 0, sizeof(*out));
	out->id = query_number(query, 0);
	out->started = query_number(query, 1);
	out->updated = query_number(query, 2);
	out->finished = query_number(query, 3);
	out->attempts = query_number(query, 4);
	out->raw = query_number(query, 5);
	out->kept = query_number(query, 6);
	take_oid(query, 7, out->head);
	take_oid(query, 8, out->cutoff);
	out->state = take_text(query, 9);
	out->stage = take_text(query, 10);
	out->error = take_text(query, 11);
	out->dataset = take_text(query, 12);
	out->model = take_text(query, 13);
	out->suite = take_text(query, 14);
	out->verdict = take_text(query, 15);
	out->reason = take_text(query, 16);
	out->report = take_text(query, 17);
	out->origin = take_text(query, 18);
	out->ref = take_text(query, 19);
	out->trainer = take_text(query, 20);
	out->key = take_text(query, 21);
	out->remote = take_text(query, 22);
	out->next_at = query_number(query, 23);
	out->submitted = query_number(query, 24);
	out->cost = query_real(query, 25);
	out->notified = query_number(query, 26) != 0;
}

/* The one row of a query whose parameters are bound; takes the query. */
static int take_one(struct query *query, struct run_row *out)
{
	bool found;
	int rc;

	memset(out, 0, sizeof(*out));
	found = query_next(query);
	if (found)
		take_run(query, out);
	rc = query_close(query);
	if (!rc && !found)
		rc = fail(E_NOTFOUND, "no run yet: `git flywheel cycle` makes one");
	if (rc)
		run_release(out);
	return rc;
}

int run_last(struct store *store, const char *state, struct run_row *out)
{
	struct query *query =
		query_open(store, "SELECT " RUN_COLUMNS " FROM run WHERE ?1 IS NULL OR state = ?1"
				  " ORDER BY id DESC LIMIT 1");

	query_bind_text(query, 1, state);
	return take_one(query, out);
}

int run_get(struct store *store, int64_t id, struct run_row *out)
{
	struct query *query = query_open(store, "SELECT " RUN_COLUMNS " FROM run WHERE id = ?1");

	query_bind_number(query, 1, id);
	return take_one(query, out);
}

int run_next(struct store *store, struct run_row *out)
{
	return take_one(query_open(store, "SELECT " RUN_COLUMNS
					  " FROM run WHERE state IN ('running', 'waiting')"
					  " ORDER BY state = 'waiting', id LIMIT 1"),
		out);
}

int run_of_model(struct store *store, const char *model, struct run_row *out)
{
	struct query *query = query_open(store,
		"SELECT " RUN_COLUMNS " FROM run WHERE model = ?1 AND verdict <> ''"
		" ORDER BY id DESC LIMIT 1");

	query_bind_text(query, 1, model);
	return take_one(query, out);
}

int run_of_head(struct store *store, const unsigned char head[RUN_OID], struct run_row *out)
{
	struct query *query = query_open(store,
		"SELECT " RUN_COLUMNS " FROM run WHERE head = ?1 AND state <> 'failed'"
		" ORDER BY id DESC LIMIT 1");

	query_bind_blob(query, 1, head, RUN_OID);
	return take_one(query, out);
}

int run_ask_cancel(struct store *store, int64_t id, bool asked)
{
	struct query *query = query_open(store, "UPDATE run SET cancel = ?2 WHERE id = ?1");

	query_bind_number(query, 1, id);
	query_bind_number(query, 2, asked);
	query_run(query);
	return query_close(query);
}

int run_cancel_asked(struct store *store, int64_t id, bool *out)
{
	struct query *query = query_open(store, "SELECT cancel FROM run WHERE id = ?1");

	query_bind_number(query, 1, id);
	*out = query_next(query) && query_number(query, 0);
	return query_close(query);
}

int run_mark_notified(struct store *store, int64_t id)
{
	struct query *query = query_open(store, "UPDATE run SET notified = 1 WHERE id = ?1");

	query_bind_number(query, 1, id);
	query_run(query);
	return query_close(query);
}

int run_cost_since(struct store *store, int64_t since, double *out)
{
	struct query *query = query_open(
		store, "SELECT ifnull(sum(cost), 0) FROM run WHERE submitted >= max(?1, 1)");

	query_bind_number(query, 1, since);
	*out = query_next(query) ? query_real(query, 0) : 0;
	return query_close(query);
}

int run_each(struct store *store, run_fn fn, void *payload)
{
	struct query *query = query_open(store, "SELECT " RUN_COLUMNS " FROM run ORDER BY id");
	struct run_row row;
	int stop = 0, rc;

	while (!stop && query_next(query)) {
		take_run(query, &row);
		stop = fn(&row, payload);
		run_release(&row);
	}
	rc = query_close(query);
	return rc ? rc : stop;
}

void model_row_release(struct model_row *model)
{
	if (!model)
		return;
	free(model->id);
	free(model->trainer);
	free(model->base);
	free(model->file);
	free(model->sha256);
	free(model->dataset);
	free(model->uri);
	memset(model, 0, sizeof(*model));
}

int model_row_put(struct store *store, const struct model_row *model)
{
	struct query *query = query_open(store,
		"INSERT INTO model(" MODEL_COLUMNS
		") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
		" ON CONFLICT(id) DO UPDATE SET file = ?4, sha256 = ?5, uri = ?10");

	query_bind_text(query, 1, model->id);
	query_bind_text(query, 2, model->trainer);
	query_bind_text(query, 3, model->base);
	query_bind_text(query, 4, model->file);
	query_bind_text(query, 5, model->sha256);
	query_bind_text(query, 6, model->dataset);
	query_bind_blob(query, 7, model->trained_on, RUN_OID);
	query_bind_number(query, 8, model->seed);
	query_bind_number(query, 9, model->at ? model->at : clock_now());
	query_bind_text(query, 10, model->uri ? model->uri : "");
	query_run(query);
	return query_close(query);
}

static void take_model(struct query *query, struct model_row *out)
{
	out->id = take_text(query, 0);
	out->trainer = take_text(query, 1);
	out->base = take_text(query, 2);
	out->file = take_text(query, 3);
	out->sha256 = take_text(query, 4);
	out->dataset = take_text(query, 5);
	take_oid(query, 6, out->trained_on);
	out->seed = query_number(query, 7);
	out->at = query_number(query, 8);
	out->uri = take_text(query, 9);
}

int model_row_get(struct store *store, const char *id, struct model_row *out)
{
	struct query *query =
		query_open(store, "SELECT " MODEL_COLUMNS " FROM model WHERE id = ?1");
	bool found;
	int rc;

	memset(out, 0, sizeof(*out));
	query_bind_text(query, 1, id);
	found = query_next(query);
	if (found)
		take_model(query, out);
	rc = query_close(query);
	if (!rc && !found)
		rc = fail(E_NOTFOUND, "no model '%s' here: `git flywheel models list` names them",
			id);
	return rc;
}

int model_row_drop(struct store *store, const char *id)
{
	struct query *query = query_open(store, "DELETE FROM model WHERE id = ?1");

	query_bind_text(query, 1, id);
	query_run(query);
	return query_close(query);
}

int model_row_each(struct store *store, model_row_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT " MODEL_COLUMNS " FROM model ORDER BY at, id");
	struct model_row row;
	int stop = 0, rc;

	while (!stop && query_next(query)) {
		memset(&row, 0, sizeof(row));
		take_model(query, &row);
		stop = fn(&row, payload);
		model_row_release(&row);
	}
	rc = query_close(query);
	return rc ? rc : stop;
}

int run_count_turns(struct store *store, size_t *turns, size_t *sessions)
{
	struct query *query =
		query_open(store, "SELECT count(*), count(DISTINCT session) FROM turn");

	*turns = *sessions = 0;
	if (query_next(query)) {
		*turns = (size_t)query_number(query, 0);
		*sessions = (size_t)query_number(query, 1);
	}
	return query_close(query);
}
