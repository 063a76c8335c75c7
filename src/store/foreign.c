/* Databases of other programs: how they are opened, and the few ways in which they are asked. */
#include "flywheel/store_foreign.h"

#include "util/compress.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK (1 << 16)

struct foreign {
	sqlite3 *db;
	char *path;
	bool has_log; /* changes stand in a log beside the file: read through it */
	struct stat st;
};

static bool beside_exists(const char *path, const char *suffix)
{
	char *name = xstrfmt("%s%s", path, suffix);
	struct stat st;
	bool found = !stat(name, &st) && st.st_size > 0;

	free(name);
	return found;
}

static void add_quoted(struct buf *uri, const char *path)
{
	for (; *path; path++)
		if (strchr("%?#", *path))
			buf_addf(uri, "%%%02x", (unsigned char)*path);
		else
			buf_addch(uri, *path);
}

/*
 * With a write-ahead log readers do not hinder writers, and its shared memory is only read. Without
 * one a reader's lock could make the owner's commit fail: then there is no lock at all, and
 * whoever reads asks afterwards whether the file has stood still.
 */
static int open_database(struct foreign *foreign)
{
	struct buf uri = BUF_INIT;
	int code;

	buf_addstr(&uri, "file:");
	add_quoted(&uri, foreign->path);
	buf_addstr(&uri, foreign->has_log ? "?mode=ro&readonly_shm=1" : "?mode=ro&immutable=1");
	code = sqlite3_open_v2(uri.ptr, &foreign->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
	buf_release(&uri);
	if (code == SQLITE_OK)
		code = sqlite3_exec(foreign->db, "PRAGMA query_only = 1; PRAGMA schema_version",
			NULL, NULL, NULL);
	return code;
}

int foreign_open(const char *path, struct foreign **out)
{
	struct foreign *foreign = xcalloc(1, sizeof(*foreign));
	int code = SQLITE_CANTOPEN;

	*out = NULL;
	foreign->path = xstrdup(path);
	foreign->has_log = beside_exists(path, "-wal") && beside_exists(path, "-shm");
	if (!stat(path, &foreign->st) && S_ISREG(foreign->st.st_mode) &&
		!beside_exists(path, "-journal"))
		code = open_database(foreign);
	if (code != SQLITE_OK) {
		foreign_close(foreign);
		return fail(E_NOTFOUND, "cannot read '%s': %s", path, sqlite3_errstr(code));
	}
	*out = foreign;
	return 0;
}

void foreign_close(struct foreign *foreign)
{
	if (!foreign)
		return;
	sqlite3_close(foreign->db);
	free(foreign->path);
	free(foreign);
}

bool foreign_stands(const struct foreign *foreign)
{
	struct stat now;

	if (foreign->has_log)
		return true; /* each question is answered from one state */
	return !stat(foreign->path, &now) && now.st_ino == foreign->st.st_ino &&
	       now.st_size == foreign->st.st_size &&
	       now.st_mtim.tv_sec == foreign->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == foreign->st.st_mtim.tv_nsec &&
	       !beside_exists(foreign->path, "-journal");
}

static int foreign_fail(struct foreign *foreign)
{
	return fail(E_NOTFOUND, "cannot read '%s': %s", foreign->path, sqlite3_errmsg(foreign->db));
}

bool foreign_has(struct foreign *foreign, const char *table, const char *column)
{
	int code = sqlite3_table_column_metadata(
		foreign->db, NULL, table, column, NULL, NULL, NULL, NULL, NULL);

	return code == SQLITE_OK;
}

/* Names come from our own sources; values are bound. */
static void make_sql(const struct foreign_query *query, struct buf *sql)
{
	buf_addstr(sql, "SELECT rowid");
	for (size_t i = 0; query->columns[i]; i++)
		buf_addf(sql, ", \"%s\"", query->columns[i]);
	buf_addf(sql, " FROM \"%s\"", query->table);
	if (query->where && query->equals)
		buf_addf(sql, " WHERE \"%s\" = ?1", query->where);
	else if (query->where)
		buf_addf(sql, " WHERE \"%s\" >= ?1 AND \"%s\" < ?2", query->where, query->where);
	if (query->order)
		buf_addf(sql, " ORDER BY %s", query->order);
}

/* The range of all keys with a prefix, which an index answers: up to its last byte plus one. */
static void bind_prefix(sqlite3_stmt *statement, const char *prefix)
{
	char *end = xstrdup(prefix);
	size_t len = strlen(end);

	if (len)
		end[len - 1]++;
	sqlite3_bind_text(statement, 1, prefix, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(statement, 2, end, -1, SQLITE_TRANSIENT);
	free(end);
}

int foreign_each(
	struct foreign *foreign, const struct foreign_query *query, foreign_fn fn, void *payload)
{
	struct buf sql = BUF_INIT;
	sqlite3_stmt *statement = NULL;
	int code, rc = 0;

	make_sql(query, &sql);
	code = sqlite3_prepare_v2(foreign->db, sql.ptr, -1, &statement, NULL);
	buf_release(&sql);
	if (code != SQLITE_OK)
		return foreign_fail(foreign);
	if (query->where && query->equals)
		sqlite3_bind_text(statement, 1, query->equals, -1, SQLITE_TRANSIENT);
	else if (query->where)
		bind_prefix(statement, query->prefix);
	while (!rc && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct foreign_row row = {.id = sqlite3_column_int64(statement, 0)};

		for (int i = 0; query->columns[i]; i++)
			row.values[i] = (const char *)sqlite3_column_text(statement, i + 1);
		rc = fn(&row, payload);
	}
	if (!rc && code != SQLITE_DONE)
		rc = foreign_fail(foreign);
	sqlite3_finalize(statement);
	return rc;
}

int64_t foreign_size(struct foreign *foreign, const char *table, const char *column, int64_t row)
{
	sqlite3_blob *blob = NULL;
	int64_t size = -1;

	if (sqlite3_blob_open(foreign->db, "main", table, column, row, 0, &blob) == SQLITE_OK)
		size = sqlite3_blob_bytes(blob);
	sqlite3_blob_close(blob);
	return size;
}

static int feed(const char *bytes, size_t len, void *payload)
{
	return js_stream_feed(payload, bytes, len);
}

/* Reads the value block by block, through an unpacker where it begins as what is packed. */
static int feed_blob(struct foreign *foreign, sqlite3_blob *blob, struct js_stream *stream)
{
	struct unpacker *unpacker = NULL;
	char *block = xmalloc(BLOCK);
	int size = sqlite3_blob_bytes(blob), rc = 0;

	for (int at = 0; at < size && !rc; at += BLOCK) {
		size_t len = (size_t)(size - at < BLOCK ? size - at : BLOCK);

		if (sqlite3_blob_read(blob, block, (int)len, at) != SQLITE_OK) {
			rc = foreign_fail(foreign);
			break;
		}
		if (!at && is_packed(block, len))
			unpacker = unpacker_new(feed, stream);
		rc = unpacker ? unpacker_feed(unpacker, block, len)
			      : js_stream_feed(stream, block, len);
	}
	if (!rc && unpacker)
		rc = unpacker_finish(unpacker);
	unpacker_free(unpacker);
	free(block);
	return rc;
}

int foreign_json(struct foreign *foreign, const char *table, const char *column, int64_t row,
	const char *const *places, js_stream_fn fn, void *payload)
{
	struct js_stream *stream;
	sqlite3_blob *blob = NULL;
	int rc;

	if (sqlite3_blob_open(foreign->db, "main", table, column, row, 0, &blob) != SQLITE_OK) {
		sqlite3_blob_close(blob);
		return foreign_fail(foreign);
	}
	stream = js_stream_new(places, fn, payload);
	rc = feed_blob(foreign, blob, stream);
	if (!rc)
		rc = js_stream_finish(stream);
	js_stream_free(stream);
	sqlite3_blob_close(blob);
	return rc;
}
