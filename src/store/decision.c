/* SQL of decisions: rows per occurrence, their files and names, watermarks, verdicts. */
#include "flywheel/store_decision.h"
#include "store/query.h"

#include "util/buf.h"
#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct decision_writer {
	struct store *store;
	struct query *row, *file, *name;
};

struct decision_writer *decision_writer_open(struct store *store)
{
	struct decision_writer *writer = xcalloc(1, sizeof(*writer));

	writer->store = store;
	writer->row =
		query_open(store, "INSERT OR IGNORE INTO decision(id, commit_id, source, origin, "
				  "cue, status, confidence, "
				  "at, statement, because, instead_of, evidence, consequences) "
				  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
				  "?13)");
	writer->file = query_open(store, "INSERT OR IGNORE INTO decision_file VALUES(?1, ?2)");
	writer->name = query_open(store, "INSERT OR IGNORE INTO decision_name VALUES(?1, ?2)");
	return writer;
}

int decision_writer_close(struct decision_writer *writer)
{
	int rc = 0, more;

	if (!writer)
		return 0;
	rc = query_close(writer->row);
	more = query_close(writer->file);
	rc = rc ? rc : more;
	more = query_close(writer->name);
	rc = rc ? rc : more;
	free(writer);
	return rc;
}

static int add_list(struct query *query, int64_t key, const struct strings *list)
{
	int rc = 0;

	for (size_t i = 0; list && i < list->count && !rc; i++) {
		query_bind_number(query, 1, key);
		query_bind_text(query, 2, list->items[i]);
		rc = query_run(query);
	}
	return rc;
}

int decision_writer_add(struct decision_writer *writer, const struct decision_row *row,
	const struct strings *files, const struct strings *names, bool *added)
{
	struct query *query = writer->row;
	int64_t key;
	int rc;

	query_bind_text(query, 1, row->id);
	query_bind_blob(query, 2, row->commit.raw, OID_RAW);
	query_bind_text(query, 3, row->source);
	query_bind_text(query, 4, row->origin);
	query_bind_text(query, 5, row->cue);
	query_bind_text(query, 6, row->status);
	query_bind_real(query, 7, row->confidence);
	query_bind_number(query, 8, row->at);
	query_bind_text(query, 9, row->statement);
	query_bind_text(query, 10, row->because);
	query_bind_text(query, 11, row->instead_of);
	query_bind_text(query, 12, row->evidence);
	query_bind_text(query, 13, row->consequences ? row->consequences : "");
	rc = query_run(query);
	if (added)
		*added = !rc && store_changes(writer->store) > 0;
	if (rc || store_changes(writer->store) == 0)
		return rc;
	key = store_last_id(writer->store);
	rc = add_list(writer->file, key, files);
	return rc ? rc : add_list(writer->name, key, names);
}

static int run_blob(struct store *store, const char *sql, const struct oid *oid)
{
	struct query *query = query_open(store, sql);

	query_bind_blob(query, 1, oid->raw, OID_RAW);
	query_run(query);
	return query_close(query);
}

int store_decision_drop_commit(struct store *store, const struct oid *commit)
{
	return run_blob(
		store, "DELETE FROM decision WHERE commit_id = ?1 AND source = 'commit'", commit);
}

int store_decision_drop_source(struct store *store, const char *source)
{
	struct query *query = query_open(store, "DELETE FROM decision WHERE source = ?1");

	query_bind_text(query, 1, source);
	query_run(query);
	return query_close(query);
}

int store_decision_drop_talk(struct store *store)
{
	return store_exec(
		store, "DELETE FROM decision WHERE source NOT IN ('commit', 'comment', 'adr')");
}

int store_decision_drop_file(struct store *store, const char *source, const char *path)
{
	struct query *query = query_open(store, "DELETE FROM decision WHERE source = ?1 AND origin "
						"> ?2 || ':' AND origin < ?2 || ';'");

	query_bind_text(query, 1, source);
	query_bind_text(query, 2, path);
	query_run(query);
	return query_close(query);
}

int store_revert_add(struct store *store, const struct oid *by, const struct oid *target)
{
	struct query *query =
		query_open(store, "INSERT OR IGNORE INTO decision_revert VALUES(?1, ?2)");

	query_bind_blob(query, 1, by->raw, OID_RAW);
	query_bind_blob(query, 2, target->raw, OID_RAW);
	query_run(query);
	return query_close(query);
}

int store_revert_drop(struct store *store, const struct oid *by)
{
	return run_blob(store, "DELETE FROM decision_revert WHERE by_commit = ?1", by);
}

int store_mined_get(struct store *store, const char *source, char **mark)
{
	struct query *query =
		query_open(store, "SELECT mark FROM decision_mined WHERE source = ?1");
	int rc;

	*mark = NULL;
	query_bind_text(query, 1, source);
	if (query_next(query))
		*mark = xstrdup(query_text(query, 0));
	rc = query_close(query);
	return rc || *mark ? rc : fail(E_NOTFOUND, "'%s' was never mined", source);
}

int store_mined_set(struct store *store, const char *source, const char *mark)
{
	struct query *query =
		query_open(store, "INSERT INTO decision_mined VALUES(?1, ?2) "
				  "ON CONFLICT(source) DO UPDATE SET mark = excluded.mark");

	query_bind_text(query, 1, source);
	query_bind_text(query, 2, mark);
	query_run(query);
	return query_close(query);
}

/* The reader's words as an FTS5 query; every token quoted, so that none is taken for syntax. */
static char *match_text(const char *words, const char *joint, const char *suffix)
{
	struct buf out = BUF_INIT;

	while (*words) {
		size_t len = 0;

		while (isalnum((unsigned char)words[len]) || words[len] == '_' ||
			(unsigned char)words[len] >= 0x80)
			len++;
		if (!len) {
			words++;
			continue;
		}
		buf_addf(&out, "%s\"%.*s\"%s", out.len ? joint : "", (int)len, words, suffix);
		words += len;
	}
	return buf_detach(&out);
}

static void add_path(struct buf *sql, const char *key, const char *path)
{
	bool folder = *path && path[strlen(path) - 1] == '/';

	buf_addf(sql, "AND %s IN (SELECT decision FROM decision_file WHERE %s) ", key,
		folder ? "path > ?2 AND path < substr(?2, 1, length(?2) - 1) || '0'" : "path = ?2");
}

static void add_name(struct buf *sql, const char *key)
{
	buf_addf(sql, "AND %s IN (SELECT decision FROM decision_name WHERE name = ?3) ", key);
}

/* The first occurrence of each id that is asked for: an earlier one of another file is no answer
 * to a question about this file. */
static void add_first(struct buf *sql, const struct decision_filter *filter)
{
	buf_addstr(sql, "AND NOT EXISTS(SELECT 1 FROM decision o WHERE o.id = d.id AND "
			"(o.commit_id = zeroblob(20), o.at, o.commit_id, o.origin) < "
			"(d.commit_id = zeroblob(20), d.at, d.commit_id, d.origin) ");
	if (filter->path)
		add_path(sql, "o.key", filter->path);
	if (filter->name)
		add_name(sql, "o.key");
	buf_addstr(sql, ") ");
}

/* Parameters have fixed numbers; a clause that is not there simply leaves its number unused. */
static char *select_sql(const struct decision_filter *filter)
{
	struct buf sql = BUF_INIT;

	buf_addstr(&sql,
		"SELECT d.key, d.id, d.commit_id, d.source, d.origin, d.cue, d.status, "
		"d.confidence, "
		"d.at, d.statement, d.because, d.instead_of, d.evidence, v.verdict, v.reason, "
		"(SELECT r.by_commit FROM decision_revert r WHERE r.target = d.commit_id AND NOT "
		"EXISTS(SELECT 1 FROM decision_revert u WHERE u.target = r.by_commit)), "
		"v.at, s.state, s.by_what, s.at, d.consequences FROM decision d "
		"LEFT JOIN verdict v ON v.subject = 'decision' AND v.id = d.id "
		"LEFT JOIN decision_state s ON s.id = d.id ");
	buf_addstr(&sql, filter->words ? "WHERE d.key = ?7 " : "WHERE 1 ");
	if (filter->path)
		add_path(&sql, "d.key", filter->path);
	if (filter->name)
		add_name(&sql, "d.key");
	if (filter->commit)
		buf_addstr(&sql, "AND d.commit_id = ?4 ");
	if (filter->id)
		buf_addstr(&sql, "AND d.id >= ?5 AND d.id < ?5 || 'g' ");
	if (filter->kept)
		buf_addstr(&sql, "AND d.cue >= 'kept ' AND d.cue < 'kept!' ");
	if (!filter->every && !filter->commit)
		add_first(&sql, filter);
	if (!filter->words)
		buf_addstr(&sql, "ORDER BY d.at DESC, d.confidence DESC, d.id, d.commit_id ");
	if (filter->limit && !filter->words)
		buf_addstr(&sql, "LIMIT ?6");
	return buf_detach(&sql);
}

static void load_list(struct query *query, int64_t key, struct strings *out)
{
	query_bind_number(query, 1, key);
	while (query_next(query))
		strings_add(out, query_text(query, 0));
	query_reset(query);
}

static void load_row(struct query *query, struct decision_view *view)
{
	struct decision_row *row = &view->row;
	const void *raw;
	size_t len;

	memset(view, 0, sizeof(*view));
	row->key = query_number(query, 0);
	row->id = query_text(query, 1);
	raw = query_blob(query, 2, &len);
	if (len == OID_RAW)
		memcpy(row->commit.raw, raw, OID_RAW);
	row->source = query_text(query, 3);
	row->origin = query_text(query, 4);
	row->cue = query_text(query, 5);
	row->status = query_text(query, 6);
	row->confidence = query_real(query, 7);
	row->at = query_number(query, 8);
	row->statement = query_text(query, 9);
	row->because = query_text(query, 10);
	row->instead_of = query_text(query, 11);
	row->evidence = query_text(query, 12);
	view->verdict = query_is_null(query, 13) ? "" : query_text(query, 13);
	view->reason = query_is_null(query, 14) ? "" : query_text(query, 14);
	view->reverted = !query_is_null(query, 15);
	raw = query_blob(query, 15, &len);
	if (view->reverted && len == OID_RAW)
		memcpy(view->reverted_by.raw, raw, OID_RAW);
	view->judged_at = query_number(query, 16);
	view->state = query_is_null(query, 17) ? "" : query_text(query, 17);
	view->by = query_is_null(query, 18) ? "" : query_text(query, 18);
	view->state_at = query_number(query, 19);
	row->consequences = query_text(query, 20);
}

struct reader {
	const struct decision_filter *filter;
	struct query *rows, *files, *names;
	decision_view_fn fn;
	void *payload;
	size_t *seen;
};

static int read_rows(struct reader *reader)
{
	int rc = 0;

	while (!rc && query_next(reader->rows)) {
		struct decision_view view;

		load_row(reader->rows, &view);
		load_list(reader->files, view.row.key, &view.files);
		load_list(reader->names, view.row.key, &view.names);
		rc = reader->fn(&view, reader->payload);
		strings_release(&view.files);
		strings_release(&view.names);
		(*reader->seen)++;
	}
	return rc;
}

/*
 * The best first. Common words are in thousands of decisions of which a few are wanted: their keys
 * are put in order, and only those that are read are looked up and told from copies of themselves.
 */
static int read_matches(struct store *store, struct reader *reader, const char *match)
{
	struct query *keys = query_open(store,
		"SELECT d.key FROM decision_words w JOIN decision d ON d.key = w.rowid "
		"WHERE decision_words MATCH ?1 "
		"ORDER BY bm25(decision_words, 4, 2, 2, 1), d.at DESC, d.id");
	size_t limit = reader->filter->limit;
	int rc = 0, closed;

	query_bind_text(keys, 1, match);
	while (!rc && (!limit || *reader->seen < limit) && query_next(keys)) {
		query_bind_number(reader->rows, 7, query_number(keys, 0));
		rc = read_rows(reader);
		query_reset(reader->rows);
	}
	closed = query_close(keys);
	return rc ? rc : closed;
}

static int each(struct store *store, const struct decision_filter *filter, const char *match,
	decision_view_fn fn, void *payload, size_t *seen)
{
	char *sql = select_sql(filter);
	struct reader reader = {.filter = filter,
		.rows = query_open(store, sql),
		.files = query_open(
			store, "SELECT path FROM decision_file WHERE decision = ?1 ORDER BY path"),
		.names = query_open(
			store, "SELECT name FROM decision_name WHERE decision = ?1 ORDER BY name"),
		.fn = fn,
		.payload = payload,
		.seen = seen};
	int rc, closed;

	query_bind_text(reader.rows, 2, filter->path);
	query_bind_text(reader.rows, 3, filter->name);
	query_bind_blob(reader.rows, 4, filter->commit ? filter->commit->raw : NULL, OID_RAW);
	query_bind_text(reader.rows, 5, filter->id);
	query_bind_number(reader.rows, 6, (int64_t)filter->limit);
	rc = match ? read_matches(store, &reader, match) : read_rows(&reader);
	closed = query_close(reader.files);
	rc = rc ? rc : closed;
	closed = query_close(reader.names);
	rc = rc ? rc : closed;
	closed = query_close(reader.rows);
	free(sql);
	return rc ? rc : closed;
}

int store_decision_each(struct store *store, const struct decision_filter *filter,
	decision_view_fn fn, void *payload)
{
	/* All the words, then all as beginnings of words, then any of them. */
	static const char *const forms[][2] = {{" ", ""}, {" ", "*"}, {" OR ", ""}};
	size_t seen = 0;
	int rc = 0;

	if (!filter->words)
		return each(store, filter, NULL, fn, payload, &seen);
	for (size_t i = 0; i < ARRAY_SIZE(forms) && !rc && !seen; i++) {
		char *match = match_text(filter->words, forms[i][0], forms[i][1]);

		if (*match)
			rc = each(store, filter, match, fn, payload, &seen);
		free(match);
	}
	return rc;
}

int store_decision_count(struct store *store, size_t *count)
{
	struct query *query = query_open(store, "SELECT count(DISTINCT id) FROM decision");

	*count = query_next(query) ? (size_t)query_number(query, 0) : 0;
	return query_close(query);
}

int store_decision_count_source(struct store *store, const char *source, size_t *count)
{
	struct query *query =
		query_open(store, "SELECT count(DISTINCT id) FROM decision WHERE source = ?1");

	query_bind_text(query, 1, source);
	*count = query_next(query) ? (size_t)query_number(query, 0) : 0;
	return query_close(query);
}

int store_decision_commits(struct store *store, decision_commit_fn fn, void *payload)
{
	struct query *query = query_open(store, "SELECT DISTINCT commit_id FROM decision WHERE "
						"commit_id <> zeroblob(20) ORDER BY 1");
	int rc = 0, closed;

	while (!rc && query_next(query)) {
		struct oid commit;
		size_t len;
		const void *raw = query_blob(query, 0, &len);

		if (len != OID_RAW)
			continue;
		memcpy(commit.raw, raw, OID_RAW);
		rc = fn(&commit, payload);
	}
	closed = query_close(query);
	return rc ? rc : closed;
}
