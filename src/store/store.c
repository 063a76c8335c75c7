/* Opening and transacting the sidecar. */
#define _GNU_SOURCE
#include "store/query.h"
#include "store/packs.h"

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

#define BUSY_MILLISECONDS 10000
#define RETRY_MILLISECONDS 10
/* Of a new file: what is packed is short, and of a page that the next one does not fit much is
 * lost. */
#define PAGES "PRAGMA page_size = 1024"

/* schema.sql, embedded at build time. */

#define IDLE 16 /* statements */

struct store {
	sqlite3 *db;
	char *folder;
	int depth; /* of nested transactions */
	struct packs *packs;
	/* Statements closed last: to compile one takes longer than most of them run. */
	sqlite3_stmt *idle[IDLE];
	size_t next_idle;
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

int store_version(struct store *store, int *version)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->db, "PRAGMA user_version", -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	*version = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? 0 : store_fail(store, code);
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
	int code = sqlite3_exec(store->db, PAGES, NULL, NULL, NULL);

	if (code != SQLITE_OK)
		return store_fail(store, code);
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
	return rc ? rc : store_migrate(store);
}

int store_open(const char *folder, bool create, struct store **out)
{
	struct store *store = xcalloc(1, sizeof(*store));
	char *path = path_join(folder, "flywheel.db");
	int rc;

	*out = NULL;
	store->folder = xstrdup(folder);
	store->packs = packs_new();
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
	packs_free(store->packs);
	for (size_t i = 0; i < IDLE; i++)
		sqlite3_finalize(store->idle[i]);
	sqlite3_close(store->db);
	free(store->folder);
	free(store);
}

const char *store_folder(const struct store *store)
{
	return store->folder;
}

void store_forget(struct store *store)
{
	sqlite3_db_release_memory(store->db);
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

struct packs *store_packs(struct store *store)
{
	return store->packs;
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
			store_rollback(store);
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
	packs_forget(store->packs);
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

static sqlite3_stmt *take_idle(struct store *store, const char *sql)
{
	for (size_t i = 0; i < IDLE; i++) {
		sqlite3_stmt *statement = store->idle[i];

		if (!statement || strcmp(sqlite3_sql(statement), sql) != 0)
			continue;
		store->idle[i] = NULL;
		return statement;
	}
	return NULL;
}

/* The one that has been idle for longest makes room. */
static void keep_idle(struct store *store, sqlite3_stmt *statement)
{
	sqlite3_stmt **slot = &store->idle[store->next_idle++ % IDLE];

	for (size_t i = 0; *slot && i < IDLE; i++)
		if (!store->idle[i])
			slot = &store->idle[i];
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	sqlite3_finalize(*slot);
	*slot = statement;
}

struct query *query_open(struct store *store, const char *sql)
{
	struct query *query = xcalloc(1, sizeof(*query));
	int code = SQLITE_OK;

	query->store = store;
	query->statement = take_idle(store, sql);
	if (!query->statement)
		code = sqlite3_prepare_v2(store->db, sql, -1, &query->statement, NULL);
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
	if (!rc)
		keep_idle(query->store, query->statement);
	else
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
