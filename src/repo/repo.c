/* Opening a repository, resolving names, reading blobs. */
#include "repo/internal.h"

#include "util/error.h"
#include "util/memory.h"

#include <git2/sys/repository.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int repo_fail(int error, const char *what)
{
	const git_error *last = git_error_last();
	const char *words = last && last->message ? last->message : "unknown error";
	int code = E_FAIL;

	switch (error) {
	case GIT_ENOTFOUND:
	case GIT_EUNBORNBRANCH:
		code = E_NOTFOUND;
		break;
	case GIT_EEXISTS:
		code = E_EXISTS;
		break;
	case GIT_ELOCKED:
		code = E_LOCKED;
		break;
	case GIT_EINVALIDSPEC:
	case GIT_EAMBIGUOUS:
		code = E_INVALID;
		break;
	default:
		break;
	}
	return fail(code, "%s: %s", what, words);
}

void oid_from_git(struct oid *out, const git_oid *in)
{
	memcpy(out->raw, in->id, OID_RAW);
}

void oid_to_git(git_oid *out, const struct oid *in)
{
	memcpy(out->id, in->raw, OID_RAW);
}

void oid_hex(const struct oid *oid, char out[OID_HEX + 1])
{
#define WINDOW ((size_t)1 << 20) /* bytes of a pack that are mapped at once */
#define WINDOWS ((size_t)3)
#define OBJECTS ((ssize_t)2 << 20) /* bytes of commits and trees that are kept */

	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < OID_RAW; i++) {
		out[2 * i] = digits[oid->raw[i] >> 4];
		out[2 * i + 1] = digits[oid->raw[i] & 15];
	}
	out[OID_HEX] = '\0';
}

int oid_parse(const char *hex, struct oid *out)
{
	git_oid oid;

	if (strlen(hex) != OID_HEX || git_oid_fromstr(&oid, hex))
		return fail(E_INVALID, "not a full object id: '%.60s'", hex);
	oid_from_git(out, &oid);
	return 0;
}

bool oid_equal(const struct oid *a, const struct oid *b)
{
	return !memcmp(a->raw, b->raw, OID_RAW);
}

bool oid_is_zero(const struct oid *oid)
{
	static const struct oid zero;

	return oid_equal(oid, &zero);
}

static char *without_slash(const char *path)
{
	size_t len = path ? strlen(path) : 0;

	if (!path)
		return NULL;
	while (len > 1 && path[len - 1] == '/')
		len--;
	return xstrndup(path, len);
}

static int explain_open(int error, const char *path)
{
	const git_error *last = git_error_last();
	const char *words = last && last->message ? last->message : "";

	if (error == GIT_ENOTFOUND)
		return fail(
			E_NOTFOUND, "'%s' is not in a git repository: run `git init` first", path);
	if (error == GIT_EOWNER)
		return fail(E_FAIL,
			"the repository of '%s' belongs to another user: run "
			"`git config --global --add safe.directory <path>` if you trust it",
			path);
	if (strstr(words, "extension") || strstr(words, "repository version") ||
		strstr(words, "repositoryformatversion"))
		return fail(E_UNSUPPORTED,
			"this repository's format is not supported (SHA-256 objects and reftable "
			"cannot be read yet): %s",
			words);
	return repo_fail(error, "cannot open the repository");
}

/*
 * libgit2 reads all certificates of the system when it starts, by this function where it is built
 * on mbed TLS: 6 ms, more than all else that a command begins with. Nobody here speaks to a server
 * through it. It finds this one first and begins with none, so that it would trust nobody. So would
 * a libcurl that is built on mbed TLS as well; those of the systems that we know are not.
 */
int mbedtls_x509_crt_parse_file(void *chain, const char *path);
int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return -1;
}

int repo_open(const char *path, struct repo **out)
{
	static const char *extensions[] = {"worktreeconfig"};
	struct repo *repo;
	git_repository *git = NULL;
	int error;

	*out = NULL;
	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, (size_t)1);
	/* git does not hash what it reads either; zlib's checksum tells damage. */
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	/* Packs are looked at through small windows: a whole one is as large as the history. */
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, WINDOW);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, WINDOWS * WINDOW);
	/* A history is walked once: what it was is not asked for again. */
	git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, OBJECTS);
	error = git_repository_open_ext(&git, path, GIT_REPOSITORY_OPEN_FROM_ENV, NULL);
	if (error == GIT_ENOTFOUND)
		error = git_repository_open_ext(&git, path, 0, NULL);
	if (error)
		return explain_open(error, path);
	repo = xcalloc(1, sizeof(*repo));
	repo->git = git;
	repo->git_dir = without_slash(git_repository_path(git));
	repo->common_dir = without_slash(git_repository_commondir(git));
	repo->work_dir = without_slash(git_repository_workdir(git));
	*out = repo;
	return 0;
}

void repo_free(struct repo *repo)
{
	if (!repo)
		return;
	git_repository_free(repo->git);
	free(repo->git_dir);
	free(repo->common_dir);
	free(repo->work_dir);
	free(repo);
}

void repo_forget(struct repo *repo)
{
	if (git_repository_path(repo->git)) /* a folder's objects are nowhere else */
		git_repository__cleanup(repo->git);
}

const char *repo_git_dir(const struct repo *repo)
{
	return repo->git_dir;
}

const char *repo_common_dir(const struct repo *repo)
{
	return repo->common_dir;
}

const char *repo_work_dir(const struct repo *repo)
{
	return repo->work_dir;
}

bool repo_is_shallow(const struct repo *repo)
{
	return git_repository_is_shallow(repo->git) == 1;
}

int repo_head(struct repo *repo, struct oid *commit)
{
	git_oid oid;
	int error = git_reference_name_to_id(&oid, repo->git, "HEAD");

	if (error == GIT_ENOTFOUND || error == GIT_EUNBORNBRANCH)
		return fail(E_NOTFOUND,
			"this repository has no commit yet: make one, then run this again");
	if (error)
		return repo_fail(error, "cannot read HEAD");
	oid_from_git(commit, &oid);
	return 0;
}

static int peel(struct repo *repo, const char *revision, git_object_t type, struct oid *out)
{
	git_object *object = NULL, *peeled = NULL;
	int error = git_revparse_single(&object, repo->git, revision);

	if (!error)
		error = git_object_peel(&peeled, object, type);
	if (!error)
		oid_from_git(out, git_object_id(peeled));
	git_object_free(peeled);
	git_object_free(object);
	if (error == GIT_ENOTFOUND || error == GIT_EINVALIDSPEC || error == GIT_EPEEL)
		return fail(E_NOTFOUND, "no commit named '%s'", revision);
	return error ? repo_fail(error, revision) : 0;
}

int repo_resolve(struct repo *repo, const char *revision, struct oid *commit)
{
	return peel(repo, revision, GIT_OBJECT_COMMIT, commit);
}

int repo_tree_of(struct repo *repo, const char *treeish, struct oid *tree)
{
	return peel(repo, treeish, GIT_OBJECT_TREE, tree);
}

bool repo_is_ancestor(struct repo *repo, const struct oid *old, const struct oid *young)
{
	git_oid a, b;

	if (oid_equal(old, young))
		return true;
	oid_to_git(&a, old);
	oid_to_git(&b, young);
	return git_graph_descendant_of(repo->git, &b, &a) == 1;
}

int repo_blob_size(struct repo *repo, const struct oid *blob, size_t *size)
{
	git_odb *odb = NULL;
	git_object_t type;
	git_oid oid;
	int error = git_repository_odb(&odb, repo->git);

	oid_to_git(&oid, blob);
	if (!error)
		error = git_odb_read_header(size, &type, odb, &oid);
	git_odb_free(odb);
	return error ? repo_fail(error, "cannot read a blob") : 0;
}

int repo_blob_read(struct repo *repo, const struct oid *blob, size_t max, struct buf *out)
{
	git_blob *object = NULL;
	git_oid oid;
	size_t size = 0;
	int rc = repo_blob_size(repo, blob, &size);

	if (rc)
		return rc;
	if (size > max)
		return fail(E_TOOBIG, "blob of %zu bytes is over the cap of %zu", size, max);
	oid_to_git(&oid, blob);
	rc = git_blob_lookup(&object, repo->git, &oid);
	if (rc)
		return repo_fail(rc, "cannot read a blob");
	buf_add(out, git_blob_rawcontent(object), (size_t)git_blob_rawsize(object));
	git_blob_free(object);
	return 0;
}
