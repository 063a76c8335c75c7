/* Rows of pushes. */
#include "flywheel/store_push.h"
#include "store/query.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

void push_row_release(struct push_row *push)
{
	free(push->remote);
	free(push->url);
	free(push->ref);
	free(push->state);
	free(push->reason);
	free(push->spool);
	memset(push, 0, sizeof(*push));
}

int push_row_add(struct store *store, const struct push_row *push)
{
	struct query *query = query_open(store,
		"INSERT INTO push(remote, url, ref, oid, pid, pid_start, at, next_at, attempts,"
		" state, reason, spool) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
		" ON CONFLICT(spool) DO NOTHING");

	query_bind_text(query, 1, push->remote);
	query_bind_text(query, 2, push->url);
	query_bind_text(query, 3, push->ref);
	query_bind_blob(query, 4, push->oid, PUSH_OID);
	query_bind_number(query, 5, push->pid);
	query_bind_number(query, 6, push->pid_start);
	query_bind_number(query, 7, push->at);
	query_bind_number(query, 8, push->next_at);
	query_bind_number(query, 9, push->attempts);
	query_bind_text(query, 10, push->state);
	query_bind_text(query, 11, push->reason ? push->reason : "");
	query_bind_text(query, 12, push->spool);
	query_run(query);
	return query_close(query);
}

int push_row_update(struct store *store, const struct push_row *push)
{
	struct query *query = query_open(store,
		"UPDATE push SET next_at = ?2, attempts = ?3, state = ?4, reason = ?5"
		" WHERE id = ?1");

	query_bind_number(query, 1, push->id);
	query_bind_number(query, 2, push->next_at);
	query_bind_number(query, 3, push->attempts);
	query_bind_text(query, 4, push->state);
	query_bind_text(query, 5, push->reason);
	query_run(query);
	return query_close(query);
}

static void read_row(struct query *query, struct push_row *out)
{
	const void *oid;
	size_t len;

	out->id = query_number(query, 0);
	out->remote = xstrdup(query_text(query, 1));
	out->url = xstrdup(query_text(query, 2));
	out->ref = xstrdup(query_text(query, 3));
	oid = query_blob(query, 4, &len);
	if (len == PUSH_OID)
		memcpy(out->oid, oid, PUSH_OID);
	out->pid = query_number(query, 5);
	out->pid_start = query_number(query, 6);
	out->at = query_number(query, 7);
	out->next_at = query_number(query, 8);
	out->attempts = query_number(query, 9);
	out->state = xstrdup(query_text(query, 10));
	out->reason = xstrdup(query_text(query, 11));
	out->spool = xstrdup(query_text(query, 12));
}

int push_row_due(
	struct store *store, int64_t now, int64_t longest, int64_t after, struct push_row *out)
{
	struct query *query = query_open(store,
		"SELECT id, remote, url, ref, oid, pid, pid_start, at, next_at, attempts, state,"
		" reason, spool FROM push WHERE id > ?1 AND state = 'waiting'"
		" AND (next_at <= ?2 OR next_at > ?2 + ?3) ORDER BY id LIMIT 1");
	bool found;
	int rc;

	memset(out, 0, sizeof(*out));
	query_bind_number(query, 1, after);
	query_bind_number(query, 2, now);
	query_bind_number(query, 3, longest);
	found = query_next(query);
	if (found)
		read_row(query, out);
	rc = query_close(query);
	if (!rc && !found)
		return fail(E_NOTFOUND, "no push is due");
	return rc;
}

int push_waiting(struct store *store, int64_t *count, int64_t *next)
{
	struct query *query = query_open(store,
		"SELECT count(*), coalesce(min(next_at), 0) FROM push WHERE state = 'waiting'");

	*count = *next = 0;
	if (query_next(query)) {
		*count = query_number(query, 0);
		*next = query_number(query, 1);
	}
	return query_close(query);
}

static int exists(struct query *query, bool *found)
{
	*found = query_next(query);
	return query_close(query);
}

int push_has_arrived(struct store *store, const unsigned char oid[PUSH_OID], bool *arrived)
{
	struct query *query = query_open(
		store, "SELECT 1 FROM push WHERE oid = ?1 AND state = 'arrived' LIMIT 1");

	query_bind_blob(query, 1, oid, PUSH_OID);
	return exists(query, arrived);
}

int push_is_known(
	struct store *store, const char *ref, const unsigned char oid[PUSH_OID], bool *known)
{
	struct query *query = query_open(store,
		"SELECT 1 FROM push WHERE oid = ?1 AND ref = ?2 AND state <> 'lost' LIMIT 1");

	query_bind_blob(query, 1, oid, PUSH_OID);
	query_bind_text(query, 2, ref);
	return exists(query, known);
}
