/* Typed queries on the lines of assistants: their edits, and what became of them. */
#include "flywheel/store_origin.h"
#include "store/query.h"

#include "util/error.h"

#include <string.h>

int talk_link_edits(struct store *store, int64_t last, link_place_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT e.turn, t.at, e.position, e.outcome = 'rejected' FROM turn_edit e "
		"JOIN turn t ON t.id = e.turn WHERE e.turn <= ?1 AND t.at > 0 "
		"AND e.outcome <> 'failed' ORDER BY t.at, e.turn, e.position");
	int rc = 0, closed;

	query_bind_number(query, 1, last);
	while (!rc && query_next(query)) {
		struct link_place place = {.turn = query_number(query, 0),
			.at = query_number(query, 1),
			.position = (int)query_number(query, 2),
			.rejected = query_number(query, 3) != 0};

		rc = fn(&place, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_link_edit(
	struct store *store, const struct link_place *place, link_edit_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT e.turn, t.at, e.position, t.session, t.tool, t.model, e.path, e.text, "
		"e.old, e.outcome FROM turn_edit e JOIN turn t ON t.id = e.turn WHERE e.turn = ?1 "
		"AND e.position = ?2");
	int rc = 0, closed;

	query_bind_number(query, 1, place->turn);
	query_bind_number(query, 2, place->position);
	if (query_next(query)) {
		struct link_edit edit = {
			.turn = query_number(query, 0),
			.at = query_number(query, 1),
			.position = (int)query_number(query, 2),
			.session = query_text(query, 3),
			.tool = query_text(query, 4),
			.model = query_text(query, 5),
			.path = query_text(query, 6),
			.text = query_text(query, 7),
			.old = query_text(query, 8),
			.outcome = query_text(query, 9),
		};

		rc = fn(&edit, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_link_turns(
	struct store *store, int64_t after, int64_t last, link_turn_fn fn, void *payload)
{
	struct query *query = query_open(
		store, "SELECT id, text FROM turn WHERE id > ?1 AND id <= ?2 ORDER BY id");
	int rc = 0, closed;

	query_bind_number(query, 1, after);
	query_bind_number(query, 2, last);
	while (!rc && query_next(query))
		rc = fn(query_number(query, 0), query_text(query, 1), payload);
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_link_edit_text(struct store *store, int64_t turn, int position, struct buf *out)
{
	struct query *query =
		query_open(store, "SELECT text FROM turn_edit WHERE turn = ?1 AND position = ?2");

	query_bind_number(query, 1, turn);
	query_bind_number(query, 2, position);
	if (query_next(query))
		buf_addstr(out, query_text(query, 0));
	return query_close(query);
}

int talk_link_known(struct store *store, int64_t last, struct talk_known *out)
{
	/* Whole tables are counted by an index; the ids after `last` are few. */
	struct query *query = query_open(store,
		"SELECT (SELECT count(*) FROM turn), (SELECT count(*) FROM turn_edit), "
		"(SELECT coalesce(max(id), 0) FROM turn), "
		"(SELECT count(*) FROM turn WHERE id > ?1), "
		"(SELECT count(*) FROM turn_edit WHERE turn > ?1), "
		"(SELECT coalesce(max(value), 0) FROM meta WHERE key = 'talk.outcomes')");

	query_bind_number(query, 1, last);
	memset(out, 0, sizeof(*out));
	if (query_next(query)) {
		out->turns = query_number(query, 0);
		out->edits = query_number(query, 1);
		out->last = query_number(query, 2);
		out->new_turns = query_number(query, 3);
		out->new_edits = query_number(query, 4);
		out->outcomes = query_number(query, 5);
	}
	return query_close(query);
}

int store_origin_each(struct store *store, const char *path, origin_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT id, turn, position, at, evidence, path, tool, model, fate FROM origin "
		"WHERE ?1 IS NULL OR turn IN (SELECT turn FROM talk_link WHERE path = ?1 "
		"AND reason = 'edit') ORDER BY id");
	int rc = 0, closed;

	query_bind_text(query, 1, path);
	while (!rc && query_next(query)) {
		struct origin_row row = {
			.id = query_number(query, 0),
			.turn = query_number(query, 1),
			.position = (int)query_number(query, 2),
			.at = query_number(query, 3),
			.evidence = query_text(query, 4),
			.path = query_text(query, 5),
			.tool = query_text(query, 6),
			.model = query_text(query, 7),
		};

		row.fate = query_blob(query, 8, &row.fate_len);
		rc = fn(&row, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int store_origin_put(struct store *store, const struct origin_row *row)
{
	struct query *query = query_open(store,
		"INSERT OR REPLACE INTO origin(id, turn, position, at, evidence, path, tool, "
		"model, fate) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

	query_bind_number(query, 1, row->id);
	query_bind_number(query, 2, row->turn);
	query_bind_number(query, 3, row->position);
	query_bind_number(query, 4, row->at);
	query_bind_text(query, 5, row->evidence);
	query_bind_text(query, 6, row->path);
	query_bind_text(query, 7, row->tool);
	query_bind_text(query, 8, row->model);
	query_bind_blob(query, 9, row->fate, row->fate_len);
	query_run(query);
	return query_close(query);
}

int store_origin_end(struct store *store, int64_t count)
{
	struct query *query = query_open(store, "DELETE FROM origin WHERE id > ?1");
	int rc;

	query_bind_number(query, 1, count);
	query_run(query);
	rc = query_close(query);
	return rc ? rc
		  : store_exec(store,
			    "DELETE FROM talk_link WHERE reason IN ('edit', 'time', 'touch') "
			    "AND turn NOT IN (SELECT turn FROM origin)");
}

int store_walk_put(struct store *store, int64_t state, int part, const void *bytes, size_t len)
{
	struct query *query =
		query_open(store, "INSERT INTO walk_state(state, part, bytes) VALUES(?1, ?2, ?3)");

	query_bind_number(query, 1, state);
	query_bind_number(query, 2, part);
	query_bind_blob(query, 3, bytes, len);
	query_run(query);
	return query_close(query);
}

static int each_part(struct query *query, walk_part_fn fn, void *payload)
{
	int rc = 0, closed;

	while (!rc && query_next(query)) {
		size_t len;
		const void *bytes = query_blob(query, 1, &len);

		rc = fn(query_number(query, 0), bytes, len, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int store_walk_each(struct store *store, int64_t state, walk_part_fn fn, void *payload)
{
	struct query *query = query_open(
		store, "SELECT state, bytes FROM walk_state WHERE state = ?1 ORDER BY part");

	query_bind_number(query, 1, state);
	return each_part(query, fn, payload);
}

int store_walk_firsts(struct store *store, walk_part_fn fn, void *payload)
{
	struct query *query = query_open(
		store, "SELECT state, bytes FROM walk_state WHERE part = 0 ORDER BY state DESC");

	return each_part(query, fn, payload);
}

int store_walk_next(struct store *store, int64_t after, int64_t *state)
{
	struct query *query =
		query_open(store, "SELECT state FROM walk_state WHERE state > ?1 LIMIT 1");
	bool found;
	int rc;

	query_bind_number(query, 1, after);
	found = query_next(query);
	if (found)
		*state = query_number(query, 0);
	rc = query_close(query);
	return rc || found ? rc : fail(E_NOTFOUND, "there is no further state");
}

int store_walk_drop(struct store *store, int64_t state)
{
	struct query *query = query_open(store, "DELETE FROM walk_state WHERE state = ?1");

	query_bind_number(query, 1, state);
	query_run(query);
	return query_close(query);
}
