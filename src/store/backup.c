/*
 * Backups of the sidecar: whole copies, the last two kept, and facts taken back from one. Derived
 * tables are left out on the way back, because `rebuild` makes better ones from git.
 */
#include "store/query.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* The new copy is complete before an old one moves: a kill leaves at least the last backup. */
int store_backup_rotate(struct store *store)
{
	char *folder = path_join(store_folder(store), "backup");
	char *fresh = path_join(folder, "fresh.db");
	int rc = file_mkdirs(folder, 0700);

	unlink(fresh);
	if (!rc)
		rc = store_backup(store, fresh);
	for (int n = KEPT - 1; !rc && n >= 1; n--) {
		char *from = backup_path(store, n), *to = backup_path(store, n + 1);

		if (file_exists(from) && rename(from, to))
			rc = fail(E_IO, "cannot rotate the backup '%s'", from);
		free(from);
		free(to);
	}
	if (!rc) {
		char *first = backup_path(store, 1);

		if (rename(fresh, first))
			rc = fail(E_IO, "cannot keep the backup '%s'", first);
		free(first);
	}
	free(fresh);
	free(folder);
	return rc;
}

/* Tables that hold facts in both databases, in the order in which they were created. */
static int fact_tables(struct store *store, struct strings *tables)
{
	/* Full-text indexes keep shadow tables named after them: those are derived, too. */
	struct query *query = query_open(store,
		"SELECT name FROM main.sqlite_master AS m WHERE type = 'table' "
		"AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN ('derived_table', "
		"'meta') "
		"AND NOT EXISTS (SELECT 1 FROM derived_table AS d "
		"	WHERE m.name = d.name OR substr(m.name, 1, length(d.name) + 1) = d.name || "
		"'_') "
		"AND name IN (SELECT name FROM old.sqlite_master WHERE type = 'table') "
		"ORDER BY rowid");

	while (query_next(query))
		strings_add(tables, query_text(query, 0));
	return query_close(query);
}

static int copy_tables(struct store *store)
{
	struct strings tables = STRINGS_INIT;
	int rc = fact_tables(store, &tables);

	if (!rc)
		rc = store_begin(store);
	for (size_t i = 0; !rc && i < tables.count; i++) {
		char *sql = xstrfmt("INSERT OR IGNORE INTO main.%s SELECT * FROM old.%s",
			tables.items[i], tables.items[i]);

		rc = store_exec(store, sql);
		free(sql);
	}
	if (rc)
		store_rollback(store);
	else
		rc = store_commit(store);
	strings_release(&tables);
	return rc;
}

int store_restore(struct store *store, const char *path)
{
	char *last = path ? xstrdup(path) : backup_path(store, 1);
	struct query *attach;
	int rc;

	if (!file_exists(last)) {
		rc = fail(E_NOTFOUND, "there is no backup '%s'", last);
		free(last);
		return rc;
	}
	attach = query_open(store, "ATTACH ?1 AS old");
	query_bind_text(attach, 1, last);
	query_run(attach);
	rc = query_close(attach);
	free(last);
	if (rc)
		return fail_context(rc, "cannot open the backup");
	rc = copy_tables(store);
	store_exec(store, "DETACH old");
	return rc;
}
