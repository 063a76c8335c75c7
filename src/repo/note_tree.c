/*
 * A few notes, written into the notes' tree itself: what costs is the folders on the way to a note,
 * not the notes that are there. `git fast-import` writes the whole tree again, which pays for many.
 */
#include "flywheel/refs.h"
#include "repo/internal.h"

#include "util/error.h"

#include <string.h>
#include <time.h>

#define LOCK_TRIES 50
#define LOCK_PAUSE 10000000 /* ns */
#define FLAT_MAX 256        /* beyond it a level has folders, as git makes them */

static bool is_folder(const git_tree_entry *entry)
{
	return git_tree_entry_type(entry) == GIT_OBJECT_TREE &&
	       strlen(git_tree_entry_name(entry)) == 2;
}

static bool has_folders(const git_tree *tree)
{
	size_t count = tree ? git_tree_entrycount(tree) : 0;

	for (size_t i = 0; i < count; i++)
		if (is_folder(git_tree_entry_byindex(tree, i)))
			return true;
	return false;
}

static int step(struct repo *repo, const git_oid *tree_id, const char *rest, const git_oid *blob,
	git_oid *out, bool *empty);

/* The note lies in a folder of this level, or shall. */
static int step_down(
	struct repo *repo, git_treebuilder *builder, const char *rest, const git_oid *blob)
{
	char name[3] = {rest[0], rest[1], '\0'};
	const git_tree_entry *entry = git_treebuilder_get(builder, name);
	git_oid below;
	bool empty = false;
	int error =
		step(repo, entry ? git_tree_entry_id(entry) : NULL, rest + 2, blob, &below, &empty);

	if (error)
		return error;
	if (!empty)
		return git_treebuilder_insert(NULL, builder, name, &below, GIT_FILEMODE_TREE);
	return entry ? git_treebuilder_remove(builder, name) : 0;
}

/* Puts one note into a level of the tree, `blob` NULL takes it out; the tree may be NULL. */
static int step(struct repo *repo, const git_oid *tree_id, const char *rest, const git_oid *blob,
	git_oid *out, bool *empty)
{
	git_treebuilder *builder = NULL;
	git_tree *tree = NULL;
	int error = tree_id ? git_tree_lookup(&tree, repo->git, tree_id) : 0;

	if (!error)
		error = git_treebuilder_new(&builder, repo->git, tree);
	if (error)
		goto out;
	if (git_treebuilder_get(builder, rest))
		error = blob ? git_treebuilder_insert(NULL, builder, rest, blob, GIT_FILEMODE_BLOB)
			     : git_treebuilder_remove(builder, rest);
	else if (strlen(rest) > 2 && has_folders(tree))
		error = step_down(repo, builder, rest, blob);
	else if (blob)
		error = git_treebuilder_insert(NULL, builder, rest, blob, GIT_FILEMODE_BLOB);
	*empty = !git_treebuilder_entrycount(builder);
	if (!error)
		error = git_treebuilder_write(out, builder);
out:
	git_treebuilder_free(builder);
	git_tree_free(tree);
	return error;
}

static int put(struct repo *repo, const struct note *note, git_oid *tree)
{
	char hex[OID_HEX + 1];
	bool removes = !note->text || !*note->text, empty;
	git_oid blob, before = *tree;
	int error = removes ? 0
			    : git_blob_create_from_buffer(
				      &blob, repo->git, note->text, strlen(note->text));

	oid_hex(&note->commit, hex);
	return error ? error : step(repo, &before, hex, removes ? NULL : &blob, tree, &empty);
}

/* Another program holds the ref's lock for less than a millisecond; git waits for it as well. */
static int move_ref(struct repo *repo, const char *ref, const git_oid *from, const git_oid *to)
{
	const struct timespec pause = {0, LOCK_PAUSE};
	git_reference *moved = NULL;
	int error = 0;

	for (int try = 0; try < LOCK_TRIES; try++) {
		error = git_reference_create_matching(
			&moved, repo->git, ref, to, 1, from, "notes: written");
		if (error != GIT_ELOCKED)
			break;
		nanosleep(&pause, NULL);
	}
	git_reference_free(moved);
	if (error == GIT_EMODIFIED)
		return fail(E_LOCKED, "'%s' was moved meanwhile", ref);
	if (error == GIT_ELOCKED)
		return fail(E_LOCKED, "'%s' is locked by another program", ref);
	return error ? repo_fail(error, "cannot write notes") : 0;
}

static int commit_tree(struct repo *repo, const char *ref, git_commit *tip, const git_oid *tree_id,
	const char *message)
{
	const git_commit *parents[] = {tip};
	git_signature *who = NULL;
	git_tree *tree = NULL;
	git_oid commit;
	int rc = repo_signature(repo, &who), error;

	if (rc)
		return rc;
	error = git_tree_lookup(&tree, repo->git, tree_id);
	if (!error)
		error = git_commit_create(
			&commit, repo->git, NULL, who, who, NULL, message, tree, 1, parents);
	rc = error ? repo_fail(error, "cannot write notes")
		   : move_ref(repo, ref, git_commit_id(tip), &commit);
	git_signature_free(who);
	git_tree_free(tree);
	return rc;
}

int note_tree_write(struct repo *repo, const char *ref, const struct oid *tip_id,
	const struct note *notes, size_t count, const char *message)
{
	git_commit *tip = NULL;
	git_tree *tree = NULL;
	git_oid id, root;
	int error, rc;

	oid_to_git(&id, tip_id);
	error = git_commit_lookup(&tip, repo->git, &id);
	if (!error)
		error = git_commit_tree(&tree, tip);
	if (!error && !has_folders(tree) && git_tree_entrycount(tree) + count > FLAT_MAX) {
		rc = fail(E_TOOBIG, "the notes need folders");
		goto out;
	}
	if (!error)
		root = *git_tree_id(tree);
	for (size_t i = 0; !error && i < count; i++)
		error = put(repo, &notes[i], &root);
	rc = error ? repo_fail(error, "cannot write notes")
	     : git_oid_equal(&root, git_tree_id(tree))
		     ? 0 /* as they stand */
		     : commit_tree(repo, ref, tip, &root, message);
out:
	git_tree_free(tree);
	git_commit_free(tip);
	return rc;
}
