/* Typed queries on stored talk: watermarks, turns and their edits. */
#include "flywheel/store_talk.h"
#include "store/query.h"

#include <string.h>

bool talk_watermark_get(
	struct store *store, const char *source, const char *file, struct watermark *out)
{
	struct query *query = query_open(store,
		"SELECT inode, size, offset, tail FROM watermark WHERE source = ?1 AND file = ?2");
	bool found;

	memset(out, 0, sizeof(*out));
	query_bind_text(query, 1, source);
	query_bind_text(query, 2, file);
	found = query_next(query);
	if (found) {
		const char *tail = query_text(query, 3);

		out->inode = query_number(query, 0);
		out->size = query_number(query, 1);
		out->offset = query_number(query, 2);
		if (strlen(tail) == TALK_HASH - 1)
			memcpy(out->tail, tail, TALK_HASH);
	}
	return !query_close(query) && found;
}

int talk_watermark_set(
	struct store *store, const char *source, const char *file, const struct watermark *mark)
{
	struct query *query = query_open(store,
		"INSERT INTO watermark(source, file, inode, size, offset, tail) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(source, file) DO UPDATE SET "
		"inode = excluded.inode, size = excluded.size, offset = excluded.offset, "
		"tail = excluded.tail");

	query_bind_text(query, 1, source);
	query_bind_text(query, 2, file);
	query_bind_number(query, 3, mark->inode);
	query_bind_number(query, 4, mark->size);
	query_bind_number(query, 5, mark->offset);
	query_bind_text(query, 6, mark->tail);
	query_run(query);
	return query_close(query);
}

bool talk_has_record(struct store *store, const char *record)
{
	struct query *query = query_open(store, "SELECT 1 FROM turn WHERE record = ?1");
	bool found;

	query_bind_text(query, 1, record);
	found = query_next(query);
	return !query_close(query) && found;
}

int talk_add_turn(struct store *store, const struct talk_turn *turn, int64_t *id)
{
	struct query *query = query_open(store,
		"INSERT INTO turn(record, source, session, role, at, branch, text) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(record) DO NOTHING");
	int rc;

	query_bind_text(query, 1, turn->record);
	query_bind_text(query, 2, turn->source);
	query_bind_text(query, 3, turn->session);
	query_bind_text(query, 4, turn->role);
	query_bind_number(query, 5, turn->at);
	query_bind_text(query, 6, turn->branch);
	query_bind_text(query, 7, turn->text);
	query_run(query);
	rc = query_close(query);
	*id = !rc && store_changes(store) ? store_last_id(store) : 0;
	return rc;
}

int talk_add_edit(struct store *store, int64_t turn, const char *path, const char *text)
{
	struct query *query =
		query_open(store, "INSERT INTO turn_edit(turn, path, text) VALUES(?1, ?2, ?3)");

	query_bind_number(query, 1, turn);
	query_bind_text(query, 2, path);
	query_bind_text(query, 3, text);
	query_run(query);
	return query_close(query);
}

int talk_each_turn(struct store *store, talk_turn_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT id, at, record, source, session, role, branch, text FROM turn "
		"ORDER BY session, at, id");
	int rc = 0, closed;

	while (!rc && query_next(query)) {
		struct talk_turn turn = {
			.id = query_number(query, 0),
			.at = query_number(query, 1),
			.record = query_text(query, 2),
			.source = query_text(query, 3),
			.session = query_text(query, 4),
			.role = query_text(query, 5),
			.branch = query_text(query, 6),
			.text = query_text(query, 7),
		};

		rc = fn(&turn, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_each_edit(struct store *store, int64_t turn, talk_edit_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT e.turn, t.at, t.session, e.path, e.text "
		"FROM turn_edit e JOIN turn t ON t.id = e.turn "
		"WHERE ?1 = 0 OR e.turn = ?1 ORDER BY t.session, t.at, t.id, e.rowid");
	int rc = 0, closed;

	query_bind_number(query, 1, turn);
	while (!rc && query_next(query)) {
		struct talk_edit edit = {
			.turn = query_number(query, 0),
			.at = query_number(query, 1),
			.session = query_text(query, 2),
			.path = query_text(query, 3),
			.text = query_text(query, 4),
		};

		rc = fn(&edit, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_count(struct store *store, struct talk_counts *out)
{
	struct query *query = query_open(store,
		"SELECT (SELECT count(*) FROM turn), (SELECT count(*) FROM turn_edit), "
		"(SELECT count(DISTINCT session) FROM turn), (SELECT count(*) FROM watermark)");

	memset(out, 0, sizeof(*out));
	if (query_next(query)) {
		out->turns = query_number(query, 0);
		out->edits = query_number(query, 1);
		out->sessions = query_number(query, 2);
		out->files = query_number(query, 3);
	}
	return query_close(query);
}
