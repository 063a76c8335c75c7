/*
 * The sidecar: one SQLite file beside the repository, shared by all its worktrees. src/store/ is
 * the only user of SQLite and the only place with SQL: this header opens the file, each domain's
 * typed queries stand in include/flywheel/store_<domain>.h and src/store/<domain>.c.
 */
#ifndef FLYWHEEL_STORE_H
#define FLYWHEEL_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct store;

/*
 * Opens `<folder>/flywheel.db`, made (0600 in a 0700 folder) when missing and `create` is set,
 * migrated when older. E_NOTFOUND: not there; E_UNSUPPORTED: written by a newer program;
 * E_INVALID: not a database, in which case the file has been set aside as flywheel.db.corrupt-<n>
 * and the message says what to do.
 */
int store_open(const char *folder, bool create, struct store **out);
void store_close(struct store *store); /* NULL is fine; an open transaction is rolled back */
const char *store_folder(const struct store *store);
/* Gives back the pages that it keeps of what was read. */
void store_forget(struct store *store);

/* Transactions nest: only the outermost begins and commits. A rollback undoes all of them. */
int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);

/* Empties every derived table; facts stay. Inside the caller's transaction. */
int store_clear_derived(struct store *store);
/* Copies the whole database, consistently, to a new file (VACUUM INTO). */
int store_backup(struct store *store, const char *path);
/* Copies the facts to <folder>/backup/flywheel-1.db; the last two copies are kept. */
int store_backup_rotate(struct store *store);
int store_backup_when_older(struct store *store, int64_t now, int64_t seconds);
/* Adds the facts of a backup (NULL: the last one) that are not here. E_NOTFOUND: none. */
int store_restore(struct store *store, const char *path);

/* Small settings of the program's own: watermarks, the state of HEAD at the last index. */
int store_meta_get(struct store *store, const char *key, char **value); /* E_NOTFOUND */
int store_meta_set(struct store *store, const char *key, const char *value);

/* 32 hex digits, made at random once: tells two clones of one repository apart. Caller frees. */
int store_identity(struct store *store, char **out);

/* What a person said of a 'decision' or an 'example'; the last word replaces an earlier one. */
int store_judge(struct store *store, const char *subject, const char *id, const char *verdict,
	const char *reason, int64_t at);

#endif
