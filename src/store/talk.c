/* Typed queries on stored talk: watermarks, turns and their edits. */
#include "flywheel/store_talk.h"
#include "store/query.h"

#include "util/memory.h"

#include <stdlib.h>
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
		if (strlen(tail) < TALK_HASH)
			memcpy(out->tail, tail, strlen(tail) + 1);
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

struct talk_writer {
	struct store *store;
	struct query *knows, *turn, *edit, *anchor, *outcome, *told;
};

struct talk_writer *talk_writer_open(struct store *store)
{
	struct talk_writer *writer = xcalloc(1, sizeof(*writer));

	writer->store = store;
	writer->knows = query_open(store, "SELECT 1 FROM turn WHERE record = ?1");
	writer->turn = query_open(store,
		"INSERT INTO turn(record, source, session, role, at, branch, text, parent, tool, "
		"model) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
		"ON CONFLICT(record) DO NOTHING");
	writer->edit = query_open(store,
		"INSERT INTO turn_edit(turn, position, path, text, old, call, action, outcome) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
	writer->anchor =
		query_open(store, "INSERT INTO turn_anchor(turn, position, path, line, commit_id, "
				  "last) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
	/* That the tool failed follows from a person's no, and does not undo it. */
	writer->outcome = query_open(store, "UPDATE turn_edit SET outcome = ?2 WHERE call = ?1 AND "
					    "call <> '' AND outcome <> ?2 AND "
					    "NOT (outcome = 'rejected' AND ?2 = 'failed')");
	writer->told = query_open(store, "INSERT INTO meta(key, value) VALUES('talk.outcomes', 1) "
					 "ON CONFLICT(key) DO UPDATE SET value = value + 1");
	return writer;
}

int talk_writer_close(struct talk_writer *writer)
{
	int rc = 0;

	if (!writer)
		return 0;
	struct query *const queries[] = {writer->knows, writer->turn, writer->edit, writer->anchor,
		writer->outcome, writer->told};
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		int closed = query_close(queries[i]);

		rc = rc ? rc : closed;
	}
	free(writer);
	return rc;
}

bool talk_writer_knows(struct talk_writer *writer, const char *record)
{
	bool found;

	query_bind_text(writer->knows, 1, record);
	found = query_next(writer->knows);
	query_reset(writer->knows);
	return found;
}

static int add_edit(
	struct talk_writer *writer, int64_t turn, int position, const struct talk_edit *edit)
{
	struct query *query = writer->edit;

	query_bind_number(query, 1, turn);
	query_bind_number(query, 2, position);
	query_bind_text(query, 3, edit->path);
	query_bind_text(query, 4, edit->text);
	query_bind_text(query, 5, edit->old);
	query_bind_text(query, 6, edit->call);
	query_bind_text(query, 7, edit->action);
	query_bind_text(query, 8, edit->outcome);
	return query_run(query);
}

static int add_anchor(
	struct talk_writer *writer, int64_t turn, int position, const struct talk_anchor *anchor)
{
	struct query *query = writer->anchor;

	query_bind_number(query, 1, turn);
	query_bind_number(query, 2, position);
	query_bind_text(query, 3, anchor->path);
	query_bind_number(query, 4, anchor->line);
	query_bind_text(query, 5, anchor->commit);
	query_bind_number(query, 6, anchor->last);
	return query_run(query);
}

int talk_writer_add(struct talk_writer *writer, const struct talk_turn *turn,
	const struct talk_edit *edits, size_t edit_count, const struct talk_anchor *anchors,
	size_t anchor_count, bool *added)
{
	struct query *query = writer->turn;
	int64_t id;
	int rc;

	query_bind_text(query, 1, turn->record);
	query_bind_text(query, 2, turn->source);
	query_bind_text(query, 3, turn->session);
	query_bind_text(query, 4, turn->role);
	query_bind_number(query, 5, turn->at);
	query_bind_text(query, 6, turn->branch);
	query_bind_text(query, 7, turn->text);
	query_bind_text(query, 8, turn->parent);
	query_bind_text(query, 9, turn->tool);
	query_bind_text(query, 10, turn->model);
	rc = query_run(query);
	*added = !rc && store_changes(writer->store) > 0;
	id = *added ? store_last_id(writer->store) : 0;
	for (size_t i = 0; i < edit_count && *added && !rc; i++)
		rc = add_edit(writer, id, (int)i, &edits[i]);
	for (size_t i = 0; i < anchor_count && *added && !rc; i++)
		rc = add_anchor(writer, id, (int)i, &anchors[i]);
	return rc;
}

int talk_writer_outcome(struct talk_writer *writer, const char *call, const char *outcome)
{
	int rc;

	query_bind_text(writer->outcome, 1, call);
	query_bind_text(writer->outcome, 2, outcome);
	rc = query_run(writer->outcome);
	return !rc && store_changes(writer->store) > 0 ? query_run(writer->told) : rc;
}

bool talk_has_beginning(struct store *store, const char *beginning)
{
	/* Ids are ASCII: a byte that none has ends the range. */
	struct query *query = query_open(
		store, "SELECT 1 FROM turn WHERE record >= ?1 AND record < ?1 || '~' LIMIT 1");
	bool found;

	query_bind_text(query, 1, beginning);
	found = query_next(query);
	return !query_close(query) && found;
}

static int each_record(struct query *query, talk_record_fn fn, void *payload)
{
	int rc = 0, closed;

	while (!rc && query_next(query))
		rc = fn(query_text(query, 0), payload);
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_each_record(struct store *store, const char *beginning, talk_record_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT record FROM turn WHERE record >= ?1 AND record < ?1 || '~' ORDER BY 1");

	query_bind_text(query, 1, beginning);
	return each_record(query, fn, payload);
}

int talk_each_below(struct store *store, const char *record, talk_record_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT record FROM turn WHERE session IN "
				  "(SELECT session FROM turn WHERE parent = ?1) ORDER BY 1");

	query_bind_text(query, 1, record);
	return each_record(query, fn, payload);
}

int talk_drop_changed(
	struct store *store, const char *record, const char *text, size_t edits, bool *dropped)
{
	struct query *query =
		query_open(store, "DELETE FROM turn WHERE record = ?1 AND (text <> ?2 OR ?3 <> "
				  "(SELECT count(*) FROM turn_edit AS e WHERE e.turn = turn.id))");
	int rc;

	query_bind_text(query, 1, record);
	query_bind_text(query, 2, text);
	query_bind_number(query, 3, (int64_t)edits);
	query_run(query);
	rc = query_close(query);
	*dropped = !rc && store_changes(store) > 0;
	return rc;
}

bool talk_has_session(struct store *store, const char *session, const char *source)
{
	struct query *query =
		query_open(store, "SELECT 1 FROM turn WHERE session = ?1 AND source <> ?2 LIMIT 1");
	bool found;

	query_bind_text(query, 1, session);
	query_bind_text(query, 2, source);
	found = query_next(query);
	return !query_close(query) && found;
}

int talk_drop_from(struct store *store, const char *session, const char *record)
{
	/* Not by ids alone: what was read again has newer ones than what followed it. */
	struct query *query =
		query_open(store, "DELETE FROM turn WHERE session = ?1 AND (at, id) >= "
				  "(SELECT at, id FROM turn WHERE record = ?2 AND session = ?1)");

	query_bind_text(query, 1, session);
	query_bind_text(query, 2, record);
	query_run(query);
	return query_close(query);
}

int talk_drop_record(struct store *store, const char *record)
{
	struct query *query = query_open(store, "DELETE FROM turn WHERE record = ?1");

	query_bind_text(query, 1, record);
	query_run(query);
	return query_close(query);
}

#define TURN_COLUMNS "id, at, record, source, session, role, branch, text, parent, tool, model"

static int each_turn(struct query *query, talk_turn_fn fn, void *payload)
{
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
			.parent = query_text(query, 8),
			.tool = query_text(query, 9),
			.model = query_text(query, 10),
		};

		rc = fn(&turn, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_each_turn(struct store *store, talk_turn_fn fn, void *payload)
{
	return each_turn(
		query_open(store, "SELECT " TURN_COLUMNS " FROM turn ORDER BY session, at, id"), fn,
		payload);
}

int talk_each_turn_of(struct store *store, const char *source, const char *session, talk_turn_fn fn,
	void *payload)
{
	struct query *query = query_open(store,
		"SELECT " TURN_COLUMNS " FROM turn WHERE session = ?2 AND source = ?1 "
		"ORDER BY at, id");

	query_bind_text(query, 1, source);
	query_bind_text(query, 2, session);
	return each_turn(query, fn, payload);
}

int talk_each_edit(struct store *store, int64_t turn, talk_edit_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT e.turn, t.at, e.position, t.session, e.path, e.text, e.old, e.call, "
		"e.action, e.outcome FROM turn_edit e JOIN turn t ON t.id = e.turn "
		"WHERE ?1 = 0 OR e.turn = ?1 ORDER BY t.session, t.at, t.id, e.position");
	int rc = 0, closed;

	query_bind_number(query, 1, turn);
	while (!rc && query_next(query)) {
		struct talk_edit edit = {
			.turn = query_number(query, 0),
			.at = query_number(query, 1),
			.position = (int)query_number(query, 2),
			.session = query_text(query, 3),
			.path = query_text(query, 4),
			.text = query_text(query, 5),
			.old = query_text(query, 6),
			.call = query_text(query, 7),
			.action = query_text(query, 8),
			.outcome = query_text(query, 9),
		};

		rc = fn(&edit, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_each_anchor(struct store *store, int64_t turn, talk_anchor_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT turn, path, line, commit_id, last FROM turn_anchor "
				  "WHERE ?1 = 0 OR turn = ?1 ORDER BY turn, position");
	int rc = 0, closed;

	query_bind_number(query, 1, turn);
	while (!rc && query_next(query)) {
		struct talk_anchor anchor = {
			.turn = query_number(query, 0),
			.path = query_text(query, 1),
			.line = query_number(query, 2),
			.commit = query_text(query, 3),
			.last = query_number(query, 4),
		};

		rc = fn(&anchor, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

int talk_count(struct store *store, struct talk_counts *out)
{
	struct query *query = query_open(store,
		"SELECT (SELECT count(*) FROM turn), (SELECT count(*) FROM turn_edit), "
		"(SELECT count(DISTINCT session) FROM turn), (SELECT count(*) FROM watermark), "
		"(SELECT coalesce(max(id), 0) FROM turn)");

	memset(out, 0, sizeof(*out));
	if (query_next(query)) {
		out->turns = query_number(query, 0);
		out->edits = query_number(query, 1);
		out->sessions = query_number(query, 2);
		out->files = query_number(query, 3);
		out->last = query_number(query, 4);
	}
	return query_close(query);
}

int64_t talk_count_until(struct store *store, int64_t last)
{
	struct query *query = query_open(store, "SELECT count(*) FROM turn WHERE id <= ?1");
	int64_t count = -1;

	query_bind_number(query, 1, last);
	if (query_next(query))
		count = query_number(query, 0);
	return query_close(query) ? -1 : count;
}
