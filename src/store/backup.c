/*
 * Backups of the sidecar: a whole copy on request, and by itself a rotated copy of the facts. What
 * is derived stays out of the rotation: `rebuild` makes it again from git, and it is most of the
 * file.
 */
#include "store/query.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT 2

static char *backup_path(struct store *store, int number)
{
	return xstrfmt("%s/backup/flywheel-%d.db", store_folder(store), number);
}

int store_backup(struct store *store, const char *path)
{
	struct query *query = query_open(store, "VACUUM INTO ?1");

	query_bind_text(query, 1, path);
	query_run(query);
	return query_close(query);
}

static int attach(struct store *store, const char *path)
{
	struct query *query = query_open(store, "ATTACH ?1 AS old");

	query_bind_text(query, 1, path);
	query_run(query);
	return query_close(query);
}

/* Our tables that hold facts, in the order in which they were created. */
static int fact_tables(struct store *store, struct strings *tables)
{
	/* Full-text indexes keep shadow tables named after them: those are derived, too. */
	struct query *query =
		query_open(store, "SELECT name FROM main.sqlite_master AS m WHERE type = 'table' "
				  "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN "
				  "('derived_table', 'meta') "
				  "AND NOT EXISTS (SELECT 1 FROM derived_table AS d "
				  "	WHERE m.name = d.name OR substr(m.name, 1, length(d.name) "
				  "+ 1) = d.name || '_') "
				  "ORDER BY rowid");

	while (query_next(query))
		strings_add(tables, query_text(query, 0));
	return query_close(query);
}

static bool old_has(struct store *store, const char *table)
{
	struct query *query = query_open(
		store, "SELECT 1 FROM old.sqlite_master WHERE type = 'table' AND name = ?1");
	bool found;

	query_bind_text(query, 1, table);
	found = query_next(query);
	return !query_close(query) && found;
}

/* Columns that both have, with commas: a backup may be of an older schema. */
static int shared_columns(struct store *store, const char *table, struct buf *out)
{
	struct query *query =
		query_open(store, "SELECT n.name FROM pragma_table_info(?1, 'main') AS n"
				  " JOIN pragma_table_info(?1, 'old') AS o USING (name)");

	query_bind_text(query, 1, table);
	while (query_next(query))
		buf_addf(out, "%s\"%s\"", out->len ? ", " : "", query_text(query, 0));
	return query_close(query);
}

static int copy_out(struct store *store, const char *table)
{
	char *sql = xstrfmt("CREATE TABLE old.%s AS SELECT * FROM main.%s", table, table);
	int rc = store_exec(store, sql);

	free(sql);
	return rc;
}

static int copy_back(struct store *store, const char *table)
{
	struct buf columns = BUF_INIT;
	char *sql = NULL;
	int rc = 0;

	if (!old_has(store, table))
		return 0;
	rc = shared_columns(store, table, &columns);
	if (!rc && columns.len) {
		sql = xstrfmt("INSERT OR IGNORE INTO main.%s(%s) SELECT %s FROM old.%s", table,
			columns.ptr, columns.ptr, table);
		rc = store_exec(store, sql);
	}
	free(sql);
	buf_release(&columns);
	return rc;
}

/* Each table of facts, all in one transaction. */
static int each_table(struct store *store, int (*copy)(struct store *store, const char *table))
{
	struct strings tables = STRINGS_INIT;
	int rc = fact_tables(store, &tables);

	if (!rc)
		rc = store_begin(store);
	for (size_t i = 0; !rc && i < tables.count; i++)
		rc = copy(store, tables.items[i]);
	if (rc)
		store_rollback(store);
	else
		rc = store_commit(store);
	strings_release(&tables);
	return rc;
}

static int write_facts(struct store *store, const char *path)
{
	int rc = attach(store, path);

	if (rc)
		return fail_context(rc, "cannot make the backup");
	rc = each_table(store, copy_out);
	store_exec(store, "DETACH old");
	return rc;
}

/* The new copy is complete before an old one moves: a kill leaves at least the last backup. */
int store_backup_rotate(struct store *store)
{
	char *folder = path_join(store_folder(store), "backup");
	char *fresh = path_join(folder, "fresh.db");
	int rc = file_mkdirs(folder, 0700);
	mode_t old = umask(0077);

	unlink(fresh);
	if (!rc)
		rc = write_facts(store, fresh);
	umask(old);
	for (int n = KEPT; !rc && n >= 1; n--) {
		char *from = n == 1 ? xstrdup(fresh) : backup_path(store, n - 1);
		char *to = backup_path(store, n);

		if (file_exists(from) && rename(from, to))
			rc = fail(E_IO, "cannot rotate the backup '%s'", from);
		free(from);
		free(to);
	}
	free(fresh);
	free(folder);
	return rc;
}

int store_backup_when_older(struct store *store, int64_t now, int64_t seconds)
{
	char *path = backup_path(store, 1);
	struct stat st;
	bool fresh = !stat(path, &st) && now - (int64_t)st.st_mtime < seconds;

	free(path);
	return fresh ? 0 : store_backup_rotate(store);
}

int store_restore(struct store *store, const char *path)
{
	char *last = path ? xstrdup(path) : backup_path(store, 1);
	int rc;

	if (file_exists(last))
		rc = attach(store, last);
	else
		rc = fail(E_NOTFOUND, "there is no backup '%s'", last);
	free(last);
	if (rc)
		return rc;
	rc = each_table(store, copy_back);
	store_exec(store, "DETACH old");
	return rc;
}
