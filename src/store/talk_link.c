/* Typed queries on what talk has to do with code: links and mentions. */
#include "flywheel/store_talk_link.h"
#include "store/query.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

int talk_link_add(struct store *store, const struct link_row *row)
{
	struct query *query = query_open(store,
		"INSERT INTO talk_link(turn, reason, path, symbol, commit_id, confidence) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET "
		"confidence = max(confidence, excluded.confidence)");

	query_bind_number(query, 1, row->turn);
	query_bind_text(query, 2, row->reason);
	query_bind_text(query, 3, row->path);
	query_bind_text(query, 4, row->symbol);
	query_bind_blob(query, 5, row->commit.raw, OID_RAW);
	query_bind_real(query, 6, row->confidence);
	query_run(query);
	return query_close(query);
}

int talk_link_drop(struct store *store, int64_t turn)
{
	struct query *query = query_open(store,
		"DELETE FROM talk_link WHERE turn = ?1 AND reason IN ('edit', 'time', 'touch')");

	query_bind_number(query, 1, turn);
	query_run(query);
	return query_close(query);
}

int talk_link_drop_notes(struct store *store)
{
	return store_exec(store, "DELETE FROM talk_link WHERE reason = 'note'");
}

int store_mention_add(struct store *store, int64_t turn, char kind, const char *word)
{
	struct query *query =
		query_open(store, "INSERT INTO talk_mention(word, kind, turn) VALUES(?1, ?2, ?3) "
				  "ON CONFLICT DO NOTHING");
	char text[2] = {kind, '\0'};

	query_bind_text(query, 1, word);
	query_bind_text(query, 2, text);
	query_bind_number(query, 3, turn);
	query_run(query);
	return query_close(query);
}

int talk_link_clear(struct store *store)
{
	return store_exec(
		store, "DELETE FROM origin; DELETE FROM talk_link; DELETE FROM talk_mention;");
}

/* Columns: turn, reason, path, symbol, commit, confidence, at, source, session, role, branch. */
static int each_link(struct query *query, const char *word, link_view_fn fn, void *payload)
{
	int rc = 0, closed;

	while (!rc && query_next(query)) {
		struct link_view view = {
			.row = {.turn = query_number(query, 0),
				.reason = query_text(query, 1),
				.path = query_text(query, 2),
				.symbol = query_text(query, 3),
				.confidence = query_real(query, 5)},
			.at = query_number(query, 6),
			.source = query_text(query, 7),
			.session = query_text(query, 8),
			.role = query_text(query, 9),
			.branch = query_text(query, 10),
			.word = word,
		};
		size_t len;
		const void *commit = query_blob(query, 4, &len);

		if (len == OID_RAW)
			memcpy(view.row.commit.raw, commit, len);
		rc = fn(&view, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}

#define LINK_COLUMNS                                                                               \
	"SELECT l.turn, l.reason, l.path, l.symbol, l.commit_id, l.confidence, t.at, t.source, "   \
	"t.session, t.role, t.branch FROM talk_link l JOIN turn t ON t.id = l.turn WHERE "
#define LINK_ORDER                                                                                 \
	" ORDER BY l.confidence DESC, t.at DESC, l.turn DESC, l.reason, l.commit_id, l.path"

int talk_link_each(
	struct store *store, const struct link_filter *filter, link_view_fn fn, void *payload)
{
	struct query *query;

	if (filter->commit) {
		query = query_open(store, LINK_COLUMNS "l.commit_id = ?1" LINK_ORDER);
		query_bind_blob(query, 1, filter->commit->raw, OID_RAW);
	} else if (filter->symbol) {
		/* A type's members as well; '~' is behind every byte that may part them. */
		query = query_open(store, LINK_COLUMNS
			"l.symbol >= ?1 AND l.symbol < ?1 || '~' AND (l.symbol = ?1 OR "
			"substr(l.symbol, length(?1) + 1, 1) IN ('.', ':', '#')) "
			"AND (?2 IS NULL OR l.path = ?2)" LINK_ORDER);
		query_bind_text(query, 1, filter->symbol);
		query_bind_text(query, 2, filter->path);
	} else if (filter->path) {
		size_t len = strlen(filter->path);

		/* A folder's files: '0' is the byte after '/'. */
		query = query_open(store, len && filter->path[len - 1] == '/' ? LINK_COLUMNS
						  "l.path >= ?1 AND l.path < "
						  "substr(?1, 1, length(?1) - 1) || '0'" LINK_ORDER
									      : LINK_COLUMNS
						  "l.path = ?1" LINK_ORDER);
		query_bind_text(query, 1, filter->path);
	} else {
		query = query_open(store, LINK_COLUMNS "l.turn = ?1" LINK_ORDER);
		query_bind_number(query, 1, filter->turn);
	}
	return each_link(query, NULL, fn, payload);
}

int store_mention_each(
	struct store *store, char kind, const char *word, link_view_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT m.turn, ?2, '', '', zeroblob(20), 0.0, t.at, t.source, t.session, t.role, "
		"t.branch FROM talk_mention m JOIN turn t ON t.id = m.turn "
		"WHERE m.word = ?1 AND m.kind = ?2 ORDER BY t.at DESC, m.turn DESC");
	char text[2] = {kind, '\0'};

	query_bind_text(query, 1, word);
	query_bind_text(query, 2, text);
	return each_link(query, word, fn, payload);
}

int talk_link_between(struct store *store, int64_t from, int64_t to, link_view_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"SELECT max(id), 'time', '', '', zeroblob(20), 0.0, max(at), source, session, "
		"role, "
		"branch FROM turn WHERE at BETWEEN ?1 AND ?2 GROUP BY source, session "
		"ORDER BY max(at) DESC, max(id) DESC");

	query_bind_number(query, 1, from);
	query_bind_number(query, 2, to);
	return each_link(query, NULL, fn, payload);
}

int talk_link_after(struct store *store, const char *session, int64_t at, int64_t until,
	link_view_fn fn, void *payload)
{
	struct query *query = query_open(store,
		"WITH here AS (SELECT l.*, t.at AS said, t.source, t.session, t.role, t.branch "
		"FROM turn t JOIN talk_link l ON l.turn = t.id WHERE t.session = ?1 "
		"AND t.at BETWEEN ?2 AND ?3 AND l.reason <> 'time' "
		"AND l.commit_id <> zeroblob(20)), "
		"first AS (SELECT commit_id FROM here ORDER BY said, confidence DESC, turn, "
		"commit_id LIMIT 1) "
		"SELECT h.turn, h.reason, h.path, h.symbol, h.commit_id, h.confidence, h.said, "
		"h.source, h.session, h.role, h.branch FROM here h JOIN first USING(commit_id) "
		"ORDER BY h.said, h.confidence DESC, h.turn, h.path, h.symbol");

	query_bind_text(query, 1, session);
	query_bind_number(query, 2, at);
	query_bind_number(query, 3, until);
	return each_link(query, NULL, fn, payload);
}

/* Collected first: the rows are changed while they are told of. */
int talk_link_decisions(struct store *store, link_decision_fn fn, void *payload)
{
	struct query *query =
		query_open(store, "SELECT key, at, origin, commit_id FROM decision "
				  "WHERE source NOT IN ('commit', 'comment', 'adr') "
				  "AND NOT (cue >= 'kept ' AND cue < 'kept!') ORDER BY key");
	struct link_decision *list = NULL;
	size_t count = 0, capacity = 0, len;
	int rc;

	while (query_next(query)) {
		const void *commit = query_blob(query, 3, &len);

		GROW(list, count, capacity);
		list[count] = (struct link_decision){.key = query_number(query, 0),
			.at = query_number(query, 1),
			.session = xstrdup(query_text(query, 2))};
		if (len == OID_RAW)
			memcpy(list[count].commit.raw, commit, len);
		count++;
	}
	rc = query_close(query);
	for (size_t i = 0; i < count; i++) {
		if (!rc)
			rc = fn(&list[i], payload);
		free((char *)(uintptr_t)list[i].session);
	}
	free(list);
	return rc;
}

static int add_each(struct store *store, const char *sql, int64_t key, const struct strings *words)
{
	struct query *query = query_open(store, sql);

	for (size_t i = 0; i < words->count; i++) {
		query_bind_number(query, 1, key);
		query_bind_text(query, 2, words->items[i]);
		query_run(query);
	}
	return query_close(query);
}

int talk_link_decide(struct store *store, int64_t key, const struct oid *commit,
	const struct strings *files, const struct strings *names)
{
	/* The same words of the same conversation may stand there already: once is enough. */
	struct query *query =
		query_open(store, "UPDATE OR IGNORE decision SET commit_id = ?2 WHERE key = ?1");
	bool changed;
	int rc, closed;

	query_bind_number(query, 1, key);
	query_bind_blob(query, 2, commit->raw, OID_RAW);
	query_run(query);
	rc = query_close(query);
	changed = store_changes(store) > 0;
	query = query_open(store, changed ? "DELETE FROM decision_file WHERE decision = ?1 AND ?2"
					  : "DELETE FROM decision WHERE key = ?1 AND ?2 >= 0");
	query_bind_number(query, 1, key);
	query_bind_number(query, 2, (int64_t)files->count);
	if (!rc)
		query_run(query);
	closed = query_close(query);
	rc = rc ? rc : closed;
	if (!rc && changed)
		rc = add_each(store,
			"INSERT OR IGNORE INTO decision_file(decision, path) VALUES(?1, ?2)", key,
			files);
	if (!rc && changed)
		rc = add_each(store,
			"INSERT OR IGNORE INTO decision_name(decision, name) VALUES(?1, ?2)", key,
			names);
	return rc;
}

int talk_link_said(struct store *store, const char *record, link_view_fn fn, void *payload)
{
	struct query *query = query_open(store, "SELECT id, 'trailer', '', '', zeroblob(20), 0.0, "
						"at, source, session, role, branch "
						"FROM turn WHERE record = ?1");

	query_bind_text(query, 1, record);
	return each_link(query, NULL, fn, payload);
}

int talk_link_session_of(struct store *store, const char *record, struct buf *out)
{
	struct query *query = query_open(store, "SELECT session FROM turn WHERE record = ?1");

	query_bind_text(query, 1, record);
	if (query_next(query))
		buf_addstr(out, query_text(query, 0));
	return query_close(query);
}

int talk_link_said_by(struct store *store, const char *session, int64_t until, int64_t *turn)
{
	struct query *query = query_open(store, "SELECT id FROM turn WHERE session = ?1 AND at <= "
						"?2 ORDER BY at DESC, id DESC LIMIT 1");

	*turn = 0;
	query_bind_text(query, 1, session);
	query_bind_number(query, 2, until);
	if (query_next(query))
		*turn = query_number(query, 0);
	return query_close(query);
}

/* ---- HEAD's graph ---- */

int talk_link_places(struct store *store, const char *tail, size_t *count)
{
	struct query *query =
		query_open(store, "SELECT count(*) FROM graph_file WHERE path = ?1 OR "
				  "substr(path, -length(?1) - 1) = '/' || ?1");

	query_bind_text(query, 1, tail);
	*count = query_next(query) ? (size_t)query_number(query, 0) : 0;
	return query_close(query);
}
