/* Opening, migrating and transacting the sidecar. */
#define _GNU_SOURCE
#include "store/query.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCHEMA_VERSION 11
#define BUSY_MILLISECONDS 10000
#define RETRY_MILLISECONDS 10

/* schema.sql, embedded at build time. */
extern const char schema_sql[];

struct store {
	sqlite3 *db;
	char *folder;
	int depth; /* of nested transactions */
};

struct query {
	struct store *store;
	sqlite3_stmt *statement;
	int rc;
};

static int store_fail(struct store *store, int code)
{
	const char *words = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fail(E_LOCKED,
			"the sidecar is busy: another git flywheel is writing; try again");
	case SQLITE_FULL:
		return fail(
			E_IO, "disk full: nothing was changed; free some space and run this again");
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_IOERR:
		return fail(E_IO, "cannot write the sidecar in '%s': %s", store->folder, words);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fail(E_INVALID, "the sidecar in '%s' is damaged: %s", store->folder, words);
	default:
		return fail(E_FAIL, "sidecar: %s", words);
	}
}

static int version_of(struct store *store, int *version)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	*version = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? 0 : store_fail(store, code);
}

static int create_schema(struct store *store)
{
	char *sql = xstrfmt("PRAGMA user_version = %d", SCHEMA_VERSION);
	int version = 0;
	int rc = store_begin(store);

	/* Asked again under the lock: two programs may both have found an empty file. */
	if (!rc)
		rc = version_of(store, &version);
	if (!rc && !version)
		rc = store_exec(store, schema_sql);
	if (!rc && !version)
		rc = store_exec(store, sql);
	free(sql);
	if (rc)
		store_rollback(store);
	return rc ? rc : store_commit(store);
}

/* From version i + 1 to the next. What a step adds stands in schema.sql as well. */
static const char *const migrations[] = {
	"ALTER TABLE run ADD COLUMN origin TEXT NOT NULL DEFAULT 'person';"
	"ALTER TABLE run ADD COLUMN ref TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE run ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN trainer TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE run ADD COLUMN key TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE run ADD COLUMN remote TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE run ADD COLUMN submitted INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN cancel INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN notified INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run ADD COLUMN cost REAL NOT NULL DEFAULT 0;"
	"CREATE INDEX run_state ON run(state, next_at);"
	"UPDATE run SET notified = 1 WHERE state IN ('done', 'failed');"
	"ALTER TABLE model ADD COLUMN uri TEXT NOT NULL DEFAULT '';"
	"CREATE TABLE push(id INTEGER PRIMARY KEY, remote TEXT NOT NULL, url TEXT NOT NULL,"
	" ref TEXT NOT NULL, oid BLOB NOT NULL, pid INTEGER NOT NULL, pid_start INTEGER NOT NULL,"
	" at INTEGER NOT NULL, next_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
	" state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', spool TEXT NOT NULL UNIQUE);",
	"CREATE TABLE decision_kept( "
	"id TEXT PRIMARY KEY, commit_id BLOB NOT NULL, "
	"source TEXT NOT NULL, origin TEXT NOT NULL, cue TEXT NOT NULL, confidence REAL NOT NULL, "
	"at INTEGER NOT NULL, statement TEXT NOT NULL, because TEXT NOT NULL, "
	"instead_of TEXT NOT NULL, evidence TEXT NOT NULL, "
	"files TEXT NOT NULL, names TEXT NOT NULL, "
	"edited INTEGER NOT NULL DEFAULT 0, "
	"kind TEXT NOT NULL "
	") WITHOUT ROWID; "
	"CREATE TABLE decision_link( "
	"id TEXT NOT NULL, relation TEXT NOT NULL, target TEXT NOT NULL, at INTEGER NOT NULL, "
	"PRIMARY KEY(id, relation, target)) WITHOUT ROWID; "
	"CREATE TABLE decision_state( "
	"id TEXT PRIMARY KEY, state TEXT NOT NULL, by_what TEXT NOT NULL) WITHOUT ROWID; "
	"CREATE TABLE decision_anchor( "
	"id TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, old BLOB NOT NULL, new BLOB NOT "
	"NULL, "
	"same REAL NOT NULL, PRIMARY KEY(id, path, name)) WITHOUT ROWID; "
	"CREATE TRIGGER decision_changed AFTER UPDATE OF statement, because, instead_of ON "
	"decision BEGIN "
	"INSERT INTO decision_words(decision_words, rowid, statement, because, instead_of, "
	"evidence) "
	"VALUES('delete', old.key, old.statement, old.because, old.instead_of, old.evidence); "
	"INSERT INTO decision_words(rowid, statement, because, instead_of, evidence) "
	"VALUES(new.key, new.statement, new.because, new.instead_of, new.evidence); "
	"END; "
	"INSERT INTO derived_table VALUES(43, 'decision_state'); "
	"INSERT INTO derived_table VALUES(44, 'decision_anchor'); ",
	"CREATE TABLE old_edit AS SELECT turn, path, text,"
	" row_number() OVER (PARTITION BY turn ORDER BY rowid) - 1 AS position FROM turn_edit;"
	"DROP TABLE turn_edit;"
	"ALTER TABLE turn RENAME TO old_turn;"
	"DROP INDEX turn_session;"
	"CREATE TABLE turn(id INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL UNIQUE,"
	" source TEXT NOT NULL, session TEXT NOT NULL, role TEXT NOT NULL, at INTEGER NOT NULL,"
	" branch TEXT NOT NULL DEFAULT '', text TEXT NOT NULL, parent TEXT NOT NULL DEFAULT '',"
	" tool TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '');"
	"INSERT INTO turn(id, record, source, session, role, at, branch, text, tool)"
	" SELECT id, record, source, session, role, at, branch, text,"
	" CASE role WHEN 'assistant' THEN source ELSE '' END FROM old_turn;"
	"DROP TABLE old_turn;"
	"CREATE INDEX turn_session ON turn(session, at);"
	"CREATE TABLE turn_edit(turn INTEGER NOT NULL REFERENCES turn(id) ON DELETE CASCADE,"
	" position INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL, text TEXT NOT NULL, old TEXT,"
	" call TEXT NOT NULL DEFAULT '', action TEXT NOT NULL DEFAULT '',"
	" outcome TEXT NOT NULL DEFAULT '', PRIMARY KEY(turn, position)) WITHOUT ROWID;"
	"INSERT INTO turn_edit(turn, position, path, text)"
	" SELECT turn, position, path, text FROM old_edit;"
	"DROP TABLE old_edit;"
	"CREATE INDEX turn_edit_path ON turn_edit(path);"
	"CREATE INDEX turn_edit_call ON turn_edit(call) WHERE call <> '';"
	"CREATE TABLE turn_anchor(turn INTEGER NOT NULL REFERENCES turn(id) ON DELETE CASCADE,"
	" position INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL DEFAULT '',"
	" line INTEGER NOT NULL DEFAULT 0, commit_id TEXT NOT NULL DEFAULT '',"
	" PRIMARY KEY(turn, position)) WITHOUT ROWID;",
	/* The graph is made again from nothing: until then the index stands for no commit. */
	"DROP TABLE graph_edge; DROP TABLE graph_symbol; DROP TABLE graph_file;"
	"DROP TABLE graph_text; DELETE FROM blob_fact; DELETE FROM parse_version;"
	"DELETE FROM meta WHERE key = 'graph.head';"
	"CREATE TABLE graph_file(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
	" blob BLOB NOT NULL, version INTEGER NOT NULL, language TEXT, skipped TEXT,"
	" lines INTEGER NOT NULL, symbols INTEGER NOT NULL,"
	" calls0 INTEGER NOT NULL, calls1 INTEGER NOT NULL,"
	" calls2 INTEGER NOT NULL, calls3 INTEGER NOT NULL,"
	" imports0 INTEGER NOT NULL, imports1 INTEGER NOT NULL,"
	" imports2 INTEGER NOT NULL, imports3 INTEGER NOT NULL, digest BLOB NOT NULL);"
	"CREATE TABLE graph_edge(file INTEGER PRIMARY KEY, edges BLOB NOT NULL);"
	"CREATE TABLE graph_name(name INTEGER NOT NULL, file INTEGER NOT NULL,"
	" PRIMARY KEY(name, file)) WITHOUT ROWID;"
	"DELETE FROM derived_table WHERE position IN (13, 15);"
	"INSERT INTO derived_table VALUES(13, 'graph_name');",
	"CREATE TABLE commit_rewrite(old BLOB NOT NULL, new BLOB NOT NULL, how TEXT NOT NULL, "
	"at INTEGER NOT NULL, PRIMARY KEY(old, new)) WITHOUT ROWID; "
	"DROP TABLE decision_anchor; "
	"CREATE TABLE decision_anchor(commit_id BLOB NOT NULL, path TEXT NOT NULL, name TEXT NOT "
	"NULL, old BLOB NOT NULL, now INTEGER NOT NULL, same REAL NOT NULL, "
	"PRIMARY KEY(commit_id, path, name)) WITHOUT ROWID; "
	"CREATE TABLE decision_here(commit_id BLOB PRIMARY KEY) WITHOUT ROWID; "
	"INSERT INTO derived_table VALUES(45, 'decision_here'); "
	"ALTER TABLE decision_kept ADD COLUMN consequences TEXT NOT NULL DEFAULT ''; "
	"ALTER TABLE decision_kept ADD COLUMN seen BLOB NOT NULL DEFAULT x''; "
	"ALTER TABLE decision ADD COLUMN consequences TEXT NOT NULL DEFAULT ''; "
	"CREATE INDEX decision_kept_row ON decision(cue) WHERE cue >= 'kept ' AND cue < 'kept!'; "
	"DROP TABLE decision_state; "
	"CREATE TABLE decision_state(id TEXT PRIMARY KEY, state TEXT NOT NULL, "
	"by_what TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID; "
	"CREATE TABLE decision_refer(path TEXT NOT NULL, relation TEXT NOT NULL, "
	"target TEXT NOT NULL, PRIMARY KEY(path, relation, target)) WITHOUT ROWID; "
	"INSERT INTO derived_table VALUES(46, 'decision_refer'); "
	"DELETE FROM decision_mined WHERE source = 'adr'; ",
	"CREATE TABLE origin( "
	"id INTEGER PRIMARY KEY, "
	"turn INTEGER NOT NULL, position INTEGER NOT NULL, "
	"at INTEGER NOT NULL, "
	"evidence TEXT NOT NULL, "
	"path TEXT NOT NULL, tool TEXT NOT NULL, model TEXT NOT NULL, "
	"fate BLOB NOT NULL); "
	"CREATE TABLE talk_link( "
	"turn INTEGER NOT NULL, "
	"reason TEXT NOT NULL, "
	"path TEXT NOT NULL, symbol TEXT NOT NULL, "
	"commit_id BLOB NOT NULL, "
	"confidence REAL NOT NULL, "
	"PRIMARY KEY(turn, reason, path, symbol, commit_id)) WITHOUT ROWID; "
	"CREATE INDEX talk_link_path ON talk_link(path); "
	"CREATE INDEX talk_link_symbol ON talk_link(symbol); "
	"CREATE INDEX talk_link_commit ON talk_link(commit_id); "
	"CREATE TABLE talk_mention( "
	"word TEXT NOT NULL, kind TEXT NOT NULL, "
	"turn INTEGER NOT NULL, PRIMARY KEY(word, kind, turn)) WITHOUT ROWID; "
	"INSERT INTO derived_table VALUES(30, 'origin'), (31, 'talk_link'), (32, 'talk_mention'); ",
	"DELETE FROM graph_edge; DELETE FROM graph_name; DROP TABLE graph_file;"
	"DELETE FROM meta WHERE key = 'graph.head';"
	"CREATE TABLE graph_file(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
	" blob BLOB NOT NULL, version INTEGER NOT NULL, language TEXT, skipped TEXT,"
	" lines INTEGER NOT NULL, symbols INTEGER NOT NULL,"
	" calls0 INTEGER NOT NULL, calls1 INTEGER NOT NULL,"
	" calls2 INTEGER NOT NULL, calls3 INTEGER NOT NULL,"
	" imports0 INTEGER NOT NULL, imports1 INTEGER NOT NULL,"
	" imports2 INTEGER NOT NULL, imports3 INTEGER NOT NULL, edges INTEGER NOT NULL,"
	" digest BLOB NOT NULL);",
	"ALTER TABLE turn_anchor ADD COLUMN last INTEGER NOT NULL DEFAULT 0;",
	"CREATE TABLE miner_answer(text TEXT PRIMARY KEY, model TEXT NOT NULL, at INTEGER NOT NULL,"
	" notes TEXT NOT NULL) WITHOUT ROWID;",
	"CREATE TABLE version_commit(number INTEGER PRIMARY KEY AUTOINCREMENT, "
	"commit_id BLOB NOT NULL UNIQUE); "
	"CREATE TABLE version_path(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE); "
	"CREATE TABLE version(path INTEGER NOT NULL, number INTEGER NOT NULL, blob BLOB NOT NULL, "
	"old INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY(path, number)) WITHOUT ROWID; "
	"INSERT INTO derived_table VALUES(47, 'version'); "
	"INSERT INTO derived_table VALUES(48, 'version_commit'); "
	"INSERT INTO derived_table VALUES(49, 'version_path'); ",
};

static int migrate_older(struct store *store)
{
	char *sql = xstrfmt("PRAGMA user_version = %d", SCHEMA_VERSION);
	int version = 0;
	int rc = store_begin(store);

	/* Asked again under the lock: another program may have been faster. */
	if (!rc)
		rc = version_of(store, &version);
	for (int i = version; !rc && i < SCHEMA_VERSION; i++)
		rc = store_exec(store, migrations[i - 1]);
	if (!rc)
		rc = store_exec(store, sql);
	free(sql);
	if (rc)
		store_rollback(store);
	return rc ? rc : store_commit(store);
}

static int migrate(struct store *store)
{
	int version = 0;
	int rc = version_of(store, &version);

	if (!rc && !version)
		return create_schema(store);
	if (!rc && version > 0 && version < SCHEMA_VERSION)
		return migrate_older(store);
	if (rc || version <= SCHEMA_VERSION)
		return rc;
	return fail(E_UNSUPPORTED,
		"the sidecar in '%s' was written by a newer git flywheel (schema %d, this "
		"one knows %d): update git flywheel",
		store->folder, version, SCHEMA_VERSION);
}

/* The write-ahead log goes with its database: left behind, SQLite would apply it to the next one.
 */
static void move_log(const char *path, const char *aside)
{
	char *from = xstrfmt("%s-wal", path), *to = xstrfmt("%s-wal", aside);

	(void)!rename(from, to); /* there may be none */
	free(from);
	free(to);
	from = xstrfmt("%s-shm", path);
	unlink(from);
	free(from);
}

/* A damaged file is moved away, never silently replaced: the user decides what to do with it. */
static int set_aside(const char *path)
{
	for (int n = 1; n < 1000; n++) {
		char *aside = xstrfmt("%s.corrupt-%d", path, n);
		int rc = 0;

		if (file_exists(aside)) {
			free(aside);
			continue;
		}
		if (rename(path, aside))
			rc = fail(E_IO, "cannot set aside '%s': %s", path, strerror(errno));
		else
			move_log(path, aside);
		if (!rc)
			rc = fail(E_INVALID,
				"the sidecar was damaged and is now '%s': run `git flywheel "
				"rebuild` "
				"to make a new one (its private facts come back from the last "
				"backup)",
				aside);
		free(aside);
		return rc;
	}
	return fail(E_INVALID, "'%s' is damaged", path);
}

static int prepare_folder(const char *folder, const char *path, bool create)
{
	int rc;

	if (file_exists(path))
		return 0;
	if (!create)
		return fail(E_NOTFOUND,
			"git flywheel is not set up in this repository: run `git flywheel init`");
	rc = file_mkdirs(folder, 0700);
	if (!rc && chmod(folder, 0700))
		rc = fail(E_IO, "cannot protect '%s': %s", folder, strerror(errno));
	return rc;
}

/*
 * A write-ahead log, which the first to open the file switches on. SQLite does not wait for its
 * busy timeout there: two that open a new file at once would each be told that the other is
 * writing.
 */
static int use_log(struct store *store)
{
	int code = SQLITE_BUSY;

	for (int waited = 0; waited < BUSY_MILLISECONDS; waited += RETRY_MILLISECONDS) {
		code = sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if ((code & 0xff) != SQLITE_BUSY)
			break;
		sqlite3_sleep(RETRY_MILLISECONDS);
	}
	return code == SQLITE_OK ? 0 : store_fail(store, code);
}

static int open_file(struct store *store, const char *path)
{
	mode_t old = umask(0077);
	int code =
		sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	int rc;

	umask(old);
	if (code != SQLITE_OK)
		return store_fail(store, code);
	sqlite3_busy_timeout(store->db, BUSY_MILLISECONDS);
	rc = use_log(store);
	if (!rc)
		rc = store_exec(store, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
				       "PRAGMA temp_store = MEMORY;");
	return rc ? rc : migrate(store);
}

int store_open(const char *folder, bool create, struct store **out)
{
	struct store *store = xcalloc(1, sizeof(*store));
	char *path = path_join(folder, "flywheel.db");
	int rc;

	*out = NULL;
	store->folder = xstrdup(folder);
	rc = prepare_folder(folder, path, create);
	if (!rc)
		rc = open_file(store, path);
	if (rc) {
		store_close(store);
		if (rc == E_INVALID)
			rc = set_aside(path);
	} else {
		*out = store;
	}
	free(path);
	return rc;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->depth)
		store_rollback(store);
	sqlite3_close(store->db);
	free(store->folder);
	free(store);
}

const char *store_folder(const struct store *store)
{
	return store->folder;
}

int store_exec(struct store *store, const char *sql)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : store_fail(store, code);
}

int64_t store_last_id(struct store *store)
{
	return sqlite3_last_insert_rowid(store->db);
}

int64_t store_changes(struct store *store)
{
	return sqlite3_changes(store->db);
}

int store_begin(struct store *store)
{
	int rc = 0;

	/* IMMEDIATE: a reader that later writes could otherwise meet SQLITE_BUSY half way. */
	if (store->depth == 0)
		rc = store_exec(store, "BEGIN IMMEDIATE");
	if (!rc)
		store->depth++;
	return rc;
}

int store_commit(struct store *store)
{
	int rc = 0;

	if (store->depth == 1) {
		rc = store_exec(store, "COMMIT");
		if (rc) {
			sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
			store->depth = 0;
			return rc;
		}
	}
	if (store->depth)
		store->depth--;
	return rc;
}

void store_rollback(struct store *store)
{
	if (store->depth)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->depth = 0;
}

int store_meta_get(struct store *store, const char *key, char **value)
{
	struct query *query = query_open(store, "SELECT value FROM meta WHERE key = ?1");
	int rc;

	*value = NULL;
	query_bind_text(query, 1, key);
	if (query_next(query))
		*value = xstrdup(query_text(query, 0));
	rc = query_close(query);
	if (!rc && !*value)
		return fail(E_NOTFOUND, "nothing stored as '%s'", key);
	return rc;
}

int store_meta_set(struct store *store, const char *key, const char *value)
{
	struct query *query =
		query_open(store, "INSERT INTO meta(key, value) VALUES(?1, ?2) "
				  "ON CONFLICT(key) DO UPDATE SET value = excluded.value");

	query_bind_text(query, 1, key);
	query_bind_text(query, 2, value);
	query_run(query);
	return query_close(query);
}

int store_identity(struct store *store, char **out)
{
	int rc = store_exec(store, "INSERT OR IGNORE INTO meta(key, value) "
				   "VALUES('clone', lower(hex(randomblob(16))))");

	*out = NULL;
	return rc ? rc : store_meta_get(store, "clone", out);
}

int store_judge(struct store *store, const char *subject, const char *id, const char *verdict,
	const char *reason, int64_t at)
{
	struct query *query = query_open(store,
		"INSERT INTO verdict(subject, id, verdict, reason, at) VALUES(?1, ?2, ?3, ?4, ?5) "
		"ON CONFLICT(subject, id) DO UPDATE SET "
		"verdict = excluded.verdict, reason = excluded.reason, at = excluded.at");

	query_bind_text(query, 1, subject);
	query_bind_text(query, 2, id);
	query_bind_text(query, 3, verdict);
	query_bind_text(query, 4, reason);
	query_bind_number(query, 5, at);
	query_run(query);
	return query_close(query);
}

struct query *query_open(struct store *store, const char *sql)
{
	struct query *query = xcalloc(1, sizeof(*query));
	int code = sqlite3_prepare_v2(store->db, sql, -1, &query->statement, NULL);

	query->store = store;
	if (code == SQLITE_ERROR) {
		fprintf(stderr, "git-flywheel: BUG: %s: %s\n", sqlite3_errmsg(store->db), sql);
		abort();
	}
	if (code != SQLITE_OK)
		query->rc = store_fail(store, code);
	return query;
}

int query_close(struct query *query)
{
	int rc;

	if (!query)
		return 0;
	rc = query->rc;
	sqlite3_finalize(query->statement);
	free(query);
	return rc;
}

void query_bind_text(struct query *query, int at, const char *text)
{
	sqlite3_bind_text(query->statement, at, text, -1, SQLITE_TRANSIENT);
}

void query_bind_blob(struct query *query, int at, const void *bytes, size_t len)
{
	if (bytes)
		sqlite3_bind_blob64(query->statement, at, bytes, len, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(query->statement, at);
}

void query_bind_number(struct query *query, int at, int64_t number)
{
	sqlite3_bind_int64(query->statement, at, number);
}

void query_bind_real(struct query *query, int at, double number)
{
	sqlite3_bind_double(query->statement, at, number);
}

void query_bind_null(struct query *query, int at)
{
	sqlite3_bind_null(query->statement, at);
}

bool query_next(struct query *query)
{
	int code;

	if (query->rc)
		return false;
	code = sqlite3_step(query->statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		query->rc = store_fail(query->store, code);
	return code == SQLITE_ROW;
}

int query_run(struct query *query)
{
	query_next(query);
	sqlite3_reset(query->statement);
	return query->rc;
}

void query_reset(struct query *query)
{
	sqlite3_reset(query->statement);
}

const char *query_text(struct query *query, int column)
{
	return (const char *)sqlite3_column_text(query->statement, column);
}

const void *query_blob(struct query *query, int column, size_t *len)
{
	*len = (size_t)sqlite3_column_bytes(query->statement, column);
	return sqlite3_column_blob(query->statement, column);
}

int64_t query_number(struct query *query, int column)
{
	return sqlite3_column_int64(query->statement, column);
}

double query_real(struct query *query, int column)
{
	return sqlite3_column_double(query->statement, column);
}

bool query_is_null(struct query *query, int column)
{
	return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

/* The names of derived tables are data too: schema.sql lists them in `derived_table`. */
int store_clear_derived(struct store *store)
{
	struct query *query = query_open(store, "SELECT name FROM derived_table ORDER BY position");
	char *sql = xstrdup("");
	int rc;

	while (query_next(query)) {
		char *more = xstrfmt("%sDELETE FROM %s;", sql, query_text(query, 0));

		free(sql);
		sql = more;
	}
	rc = query_close(query);
	if (!rc)
		rc = store_exec(store, sql);
	free(sql);
	return rc;
}
