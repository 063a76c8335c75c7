/*
 * A plain folder as if it were a tree of git: read into objects in memory, so that whatever works
 * on trees works on folders too. Nothing is written to a disk.
 */
#include "repo/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <dirent.h>
#include <errno.h>
#include <git2/sys/config.h>
#include <git2/sys/mempack.h>
#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)1 << 30)
#define DEPTH_MAX 200

static int list(const char *path, struct strings *names)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	if (!folder)
		return fail(E_IO, "cannot read '%s': %s", path, strerror(errno));
	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			strcmp(entry->d_name, ".git") != 0)
			strings_add(names, entry->d_name);
	closedir(folder);
	strings_sort_unique(names);
	return 0;
}

static int add_file(struct repo *repo, git_treebuilder *tree, const char *path, const char *name)
{
	struct buf bytes = BUF_INIT;
	git_oid blob;
	int rc = file_read(path, FILE_MAX, &bytes);

	if (rc == E_TOOBIG || rc == E_NOTFOUND) { /* or gone since it was listed */
		error_clear();
		buf_release(&bytes);
		return 0;
	}
	if (!rc && (git_blob_create_from_buffer(&blob, repo->git, bytes.ptr, bytes.len) ||
			   git_treebuilder_insert(NULL, tree, name, &blob, GIT_FILEMODE_BLOB)))
		rc = repo_fail(E_FAIL, "cannot take in a file");
	buf_release(&bytes);
	return rc;
}

static int add_folder(struct repo *repo, const char *path, int depth, git_oid *out);

/* Links are left out, as in a tree, and what is neither file nor folder. */
static int add_entry(
	struct repo *repo, git_treebuilder *tree, const char *folder, const char *name, int depth)
{
	char *path = path_join(folder, name);
	git_oid below;
	struct stat st;
	int rc = 0;

	if (lstat(path, &st)) {
		rc = 0;
	} else if (S_ISREG(st.st_mode)) {
		rc = add_file(repo, tree, path, name);
	} else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
		rc = add_folder(repo, path, depth + 1, &below);
		if (!rc && git_treebuilder_insert(NULL, tree, name, &below, GIT_FILEMODE_TREE))
			rc = repo_fail(E_FAIL, "cannot take in a folder");
	}
	free(path);
	return rc;
}

static int add_folder(struct repo *repo, const char *path, int depth, git_oid *out)
{
	struct strings names = STRINGS_INIT;
	git_treebuilder *tree = NULL;
	int rc = list(path, &names);

	if (!rc && git_treebuilder_new(&tree, repo->git, NULL))
		rc = repo_fail(E_FAIL, "cannot take in a folder");
	for (size_t i = 0; i < names.count && !rc; i++)
		rc = add_entry(repo, tree, path, names.items[i], depth);
	if (!rc && git_treebuilder_write(out, tree))
		rc = repo_fail(E_FAIL, "cannot take in a folder");
	git_treebuilder_free(tree);
	strings_release(&names);
	return rc;
}

static int wrap_memory(struct repo *repo)
{
	git_odb_backend *memory = NULL;
	git_odb *odb = NULL;
	git_config *config = NULL;
	int code = git_odb_new(&odb);

	if (!code)
		code = git_mempack_new(&memory);
	if (!code)
		code = git_odb_add_backend(odb, memory, 1);
	if (!code)
		code = git_repository_wrap_odb(&repo->git, odb);
	if (!code)
		code = git_config_open_default(&config);
	if (!code)
		code = git_repository_set_config(repo->git, config);
	git_config_free(config);
	git_odb_free(odb);
	return code ? repo_fail(E_FAIL, "cannot make a store in memory") : 0;
}

int repo_open_folder(const char *path, struct repo **out, struct oid *tree)
{
	struct repo *repo;
	struct stat st;
	git_oid root;
	int rc;

	*out = NULL;
	if (stat(path, &st))
		return fail(E_IO, "cannot read '%s': %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return fail(E_INVALID, "'%s' is no folder", path);
	git_libgit2_init();
	repo = xcalloc(1, sizeof(*repo));
	repo->git_dir = xstrdup(path);
	repo->common_dir = xstrdup(path);
	repo->work_dir = xstrdup(path);
	rc = wrap_memory(repo);
	if (!rc)
		rc = add_folder(repo, path, 0, &root);
	if (rc) {
		repo_free(repo);
		return rc;
	}
	oid_from_git(tree, &root);
	*out = repo;
	return 0;
}
