/*
 * Versions of files: which commit of HEAD's history made which blob out of which, so that the
 * history of a line is followed without walking commits. Derived; numbers of commits grow with
 * time.
 */
#ifndef FLYWHEEL_STORE_VERSION_H
#define FLYWHEEL_STORE_VERSION_H

#include "flywheel/repo.h"
#include "flywheel/store.h"

struct version_row {
	int64_t number; /* of the commit: a parent's is lower */
	struct oid commit, blob;
	int64_t old, other; /* version_key of the parents' blobs; 0: none. `other`: of a merge */
};
/* A blob's id as a number: no two versions of one file share it. Never 0. */
int64_t version_key(const struct oid *blob);

struct version_writer;
struct version_writer *version_writer_open(struct store *store);
/* Begins a commit; what follows is of it. */
int version_writer_commit(struct version_writer *writer, const struct oid *commit);
int version_writer_add(struct version_writer *writer, const char *path, const struct oid *blob,
	int64_t old, int64_t other);
int version_writer_close(struct version_writer *writer);

int store_version_clear(struct store *store);
/* It left the history; its rows count for nothing from now on. */
int store_version_drop(struct store *store, const struct oid *commit);
/* How many commits there are, and how many were dropped since the last clearing. */
int store_version_count(struct store *store, int64_t *commits, int64_t *dropped);
typedef int (*version_fn)(const struct version_row *version, void *payload);
/* Of one file, the newest first. */
int store_version_each(struct store *store, const char *path, version_fn fn, void *payload);

#endif
