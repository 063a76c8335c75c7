/* What the files of src/repo/ share: the libgit2 handle and the translation of its errors. */
#ifndef REPO_INTERNAL_H
#define REPO_INTERNAL_H

#include "flywheel/repo.h"

#include "util/buf.h"

#include <git2.h>

struct repo {
	git_repository *git;
	char *git_dir, *common_dir, *work_dir;
};

/* Translates a libgit2 error into ours, "what: libgit2's words". */
int repo_fail(int error, const char *what);
void oid_from_git(struct oid *out, const git_oid *in);
void oid_to_git(git_oid *out, const struct oid *in);
/* Appends "Name <mail> seconds zone", who the user is to git. */
int repo_identity(struct repo *repo, struct buf *out);
int repo_signature(struct repo *repo, git_signature **out); /* the same */

struct note;
/* Writes a few notes beside those of `tip`, which the ref must still name: E_LOCKED. E_TOOBIG when
 * the tree has so many that its form must change, which is git's to do. */
int note_tree_write(struct repo *repo, const char *ref, const struct oid *tip,
	const struct note *notes, size_t count, const char *message);

#endif
