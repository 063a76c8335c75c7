/*
 * Walking trees. Two trees are compared by our own walk: equal subtrees are skipped by id, so the
 * cost is that of what changed (libgit2's diff grows with the whole tree).
 */
#include "repo/internal.h"

#include "util/error.h"

#include <string.h>

struct walk {
	struct repo *repo;
	struct buf path;
	repo_file_fn file;
	repo_change_fn change;
	repo_folder_fn wanted; /* NULL: all */
	void *payload;
};

static int open_tree(struct repo *repo, const git_oid *id, git_tree **out)
{
	int error = git_tree_lookup(out, repo->git, id);

	return error ? repo_fail(error, "cannot read a tree") : 0;
}

static bool is_file(const git_tree_entry *entry)
{
	git_filemode_t mode = git_tree_entry_filemode(entry);

	return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

static bool is_folder(const git_tree_entry *entry)
{
	return git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE;
}

static size_t enter(struct walk *walk, const git_tree_entry *entry, bool folder)
{
	size_t old = walk->path.len;

	buf_addstr(&walk->path, git_tree_entry_name(entry));
	if (folder)
		buf_addch(&walk->path, '/');
	return old;
}

static int walk_tree(struct walk *walk, const git_oid *id)
{
	git_tree *tree = NULL;
	int rc = open_tree(walk->repo, id, &tree);

	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		bool folder = is_folder(entry);
		size_t old = enter(walk, entry, folder);
		struct oid blob;

		if (folder) {
			rc = walk_tree(walk, git_tree_entry_id(entry));
		} else if (is_file(entry)) {
			oid_from_git(&blob, git_tree_entry_id(entry));
			rc = walk->file(walk->path.ptr, &blob,
				(unsigned)git_tree_entry_filemode(entry), walk->payload);
		}
		buf_truncate(&walk->path, old);
	}
	git_tree_free(tree);
	return rc;
}

int repo_tree_walk(struct repo *repo, const struct oid *tree, repo_file_fn fn, void *payload)
{
	struct walk walk = {.repo = repo, .path = BUF_INIT, .file = fn, .payload = payload};
	git_oid id;
	int rc;

	oid_to_git(&id, tree);
	rc = walk_tree(&walk, &id);
	buf_release(&walk.path);
	return rc;
}

int repo_tree_file(struct repo *repo, const struct oid *tree, const char *path, struct oid *blob)
{
	git_tree_entry *entry = NULL;
	git_tree *root = NULL;
	git_oid id;
	int rc;

	oid_to_git(&id, tree);
	rc = open_tree(repo, &id, &root);
	if (rc)
		return rc;
	rc = git_tree_entry_bypath(&entry, root, path);
	git_tree_free(root);
	if (rc || !is_file(entry)) {
		git_tree_entry_free(entry);
		return fail(E_NOTFOUND, "no file '%s' in that tree", path);
	}
	oid_from_git(blob, git_tree_entry_id(entry));
	git_tree_entry_free(entry);
	return 0;
}

static int diff_trees(struct walk *walk, const git_oid *old_id, const git_oid *new_id);

/* One name that stands on one or both sides. A folder that became a file is two changes. */
static int diff_entry(struct walk *walk, const git_tree_entry *old, const git_tree_entry *new)
{
	const git_tree_entry *any = old ? old : new;
	bool old_folder = old && is_folder(old), new_folder = new &&is_folder(new);
	bool old_file = old && is_file(old), new_file = new &&is_file(new);
	struct oid a, b;
	size_t length;
	int rc = 0;

	if (old && new &&git_oid_equal(git_tree_entry_id(old), git_tree_entry_id(new)) &&
		old_folder == new_folder && old_file == new_file)
		return 0;
	if (old_folder || new_folder) {
		length = enter(walk, any, true);
		if (!walk->wanted || walk->wanted(walk->path.ptr, walk->payload))
			rc = diff_trees(walk, old_folder ? git_tree_entry_id(old) : NULL,
				new_folder ? git_tree_entry_id(new) : NULL);
		buf_truncate(&walk->path, length);
	}
	if (!rc && (old_file || new_file)) {
		length = enter(walk, any, false);
		if (old_file)
			oid_from_git(&a, git_tree_entry_id(old));
		if (new_file)
			oid_from_git(&b, git_tree_entry_id(new));
		rc = walk->change(
			walk->path.ptr, old_file ? &a : NULL, new_file ? &b : NULL, walk->payload);
		buf_truncate(&walk->path, length);
	}
	return rc;
}

/* git sorts a folder as if its name ended in '/', so names are compared the same way here. */
static int compare_entries(const git_tree_entry *a, const git_tree_entry *b)
{
	return git_tree_entry_cmp(a, b);
}

static int diff_trees(struct walk *walk, const git_oid *old_id, const git_oid *new_id)
{
	git_tree *old = NULL, *new = NULL;
	size_t i = 0, k = 0, old_count, new_count;
	int rc = 0;

	if (old_id)
		rc = open_tree(walk->repo, old_id, &old);
	if (!rc && new_id)
		rc = open_tree(walk->repo, new_id, &new);
	old_count = !rc && old ? git_tree_entrycount(old) : 0;
	new_count = !rc && new ? git_tree_entrycount(new) : 0;
	while (!rc && (i < old_count || k < new_count)) {
		const git_tree_entry *a = i < old_count ? git_tree_entry_byindex(old, i) : NULL;
		const git_tree_entry *b = k < new_count ? git_tree_entry_byindex(new, k) : NULL;
		int order = !a ? 1 : !b ? -1 : compare_entries(a, b);

		rc = diff_entry(walk, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	git_tree_free(old);
	git_tree_free(new);
	return rc;
}

int repo_tree_diff(struct repo *repo, const struct oid *from, const struct oid *to,
	repo_change_fn fn, void *payload)
{
	return repo_tree_diff_in(repo, from, to, NULL, fn, payload);
}

int repo_tree_diff_in(struct repo *repo, const struct oid *from, const struct oid *to,
	repo_folder_fn wanted, repo_change_fn fn, void *payload)
{
	struct walk walk = {
		.repo = repo, .path = BUF_INIT, .change = fn, .wanted = wanted, .payload = payload};
	git_oid old, new;
	int rc;

	if (from)
		oid_to_git(&old, from);
	oid_to_git(&new, to);
	rc = from && git_oid_equal(&old, &new) ? 0 : diff_trees(&walk, from ? &old : NULL, &new);
	buf_release(&walk.path);
	return rc;
}
