/* Refs, and the objects of our log and tags, which are made first and referenced together. */
#define _XOPEN_SOURCE 700
#include "flywheel/refs.h"
#include "repo/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

int ref_read(struct repo *repo, const char *name, struct oid *out)
{
	git_oid oid;
	int error = git_reference_name_to_id(&oid, repo->git, name);

	if (error == GIT_ENOTFOUND)
		return fail(E_NOTFOUND, "no ref '%s'", name);
	if (error)
		return repo_fail(error, name);
	oid_from_git(out, &oid);
	return 0;
}

int refs_each(struct repo *repo, const char *prefix, ref_fn fn, void *payload)
{
	git_reference_iterator *iterator = NULL;
	struct strings names = STRINGS_INIT;
	char *glob = xstrfmt("%s*", prefix);
	const char *name = NULL;
	struct oid target;
	int rc = git_reference_iterator_glob_new(&iterator, repo->git, glob);

	if (rc)
		rc = repo_fail(rc, "cannot list refs");
	while (!rc && !git_reference_next_name(&name, iterator))
		strings_add(&names, name);
	strings_sort_unique(&names);
	for (size_t i = 0; !rc && i < names.count; i++)
		if (!ref_read(repo, names.items[i], &target))
			rc = fn(names.items[i], &target, payload);
	git_reference_iterator_free(iterator);
	strings_release(&names);
	free(glob);
	return rc;
}

static bool has_moved(struct repo *repo, const struct ref_update *update)
{
	struct oid now = {{0}};
	int rc = ref_read(repo, update->name, &now);

	return (!rc || rc == E_NOTFOUND) && !oid_equal(&now, &update->old);
}

/* What the caller can do about it: begin anew, try the same later, or give up. git's own words tell
 * the last two apart; it runs with LC_ALL=C. */
static int refused(struct repo *repo, const struct ref_update *updates, size_t count, int code)
{
	static const struct {
		const char *words;
		int code;
	} causes[] = {{".lock': File exists", E_LOCKED}, {"No space left", E_IO},
		{"Disk quota exceeded", E_IO}, {"Read-only file system", E_IO},
		{"Permission denied", E_IO}, {"Input/output error", E_IO}};
	char *why = xstrdup(error_message());
	bool known = false;

	for (size_t i = 0; i < count && !known; i++)
		if (has_moved(repo, &updates[i])) {
			known = true;
			code = fail(E_LOCKED, "'%s' was moved meanwhile", updates[i].name);
		}
	for (size_t i = 0; i < ARRAY_SIZE(causes) && !known; i++)
		if (strstr(why, causes[i].words)) {
			known = true;
			code = fail(causes[i].code, "%s", why);
		}
	if (!known)
		code = fail(code, "%s", why);
	free(why);
	return fail_context(code, "refs not changed");
}

int refs_update(
	struct repo *repo, const struct ref_update *updates, size_t count, const char *reason)
{
	const char *const args[] = {"update-ref", "--create-reflog", "-m", reason, "--stdin", NULL};
	struct buf commands = BUF_INIT;
	char new[OID_HEX + 1], old[OID_HEX + 1];
	int rc;

	buf_addstr(&commands, "start\n");
	for (size_t i = 0; i < count; i++) {
		oid_hex(&updates[i].new, new);
		oid_hex(&updates[i].old, old);
		if (oid_is_zero(&updates[i].new))
			buf_addf(&commands, "delete %s %s\n", updates[i].name, old);
		else if (oid_is_zero(&updates[i].old))
			buf_addf(&commands, "create %s %s\n", updates[i].name, new);
		else
			buf_addf(&commands, "update %s %s %s\n", updates[i].name, new, old);
	}
	buf_addstr(&commands, "prepare\ncommit\n");
	rc = git_run(repo->git_dir, args, commands.ptr, commands.len, NULL);
	buf_release(&commands);
	return rc ? refused(repo, updates, count, rc) : 0;
}

static int make_tree(
	struct repo *repo, const struct tree_entry *entries, size_t count, git_oid *out)
{
	git_treebuilder *builder = NULL;
	git_oid blob;
	int error = git_treebuilder_new(&builder, repo->git, NULL);

	for (size_t i = 0; !error && i < count; i++) {
		error = git_blob_create_from_buffer(
			&blob, repo->git, entries[i].bytes, entries[i].len);
		if (!error)
			error = git_treebuilder_insert(
				NULL, builder, entries[i].name, &blob, GIT_FILEMODE_BLOB);
	}
	if (!error)
		error = git_treebuilder_write(out, builder);
	git_treebuilder_free(builder);
	return error ? repo_fail(error, "cannot write a tree") : 0;
}

int commit_make(struct repo *repo, const struct oid *parent, const struct tree_entry *entries,
	size_t count, const char *message, struct oid *out)
{
	git_commit *before = NULL;
	git_signature *who = NULL;
	git_tree *tree = NULL;
	git_oid oid, parent_oid;
	int rc = repo_signature(repo, &who);

	if (!rc)
		rc = make_tree(repo, entries, count, &oid);
	if (!rc && git_tree_lookup(&tree, repo->git, &oid))
		rc = repo_fail(E_FAIL, "cannot read a tree");
	if (!rc && parent) {
		oid_to_git(&parent_oid, parent);
		if (git_commit_lookup(&before, repo->git, &parent_oid))
			rc = repo_fail(E_FAIL, "cannot read the log");
	}
	if (!rc) {
		const git_commit *parents[1] = {before};

		if (git_commit_create(&oid, repo->git, NULL, who, who, NULL, message, tree,
			    before ? 1 : 0, parents))
			rc = repo_fail(E_FAIL, "cannot write a commit");
		else
			oid_from_git(out, &oid);
	}
	git_commit_free(before);
	git_tree_free(tree);
	git_signature_free(who);
	return rc;
}

/*
 * `git tag` signs as the user has configured, but always creates a ref too. It runs in a scratch
 * repository whose object folder is ours: the object lands here, the ref is thrown away.
 */
int tag_make(struct repo *repo, const char *name, const struct oid *commit, const char *message,
	struct oid *out)
{
	char *scratch = path_join(repo->common_dir, "flywheel-tag-XXXXXX"), hex[OID_HEX + 1];
	bool made = mkdtemp(scratch) != NULL;
	const char *const init[] = {"init", "-q", "--bare", ".", NULL};
	const char *const tag[] = {
		"tag", "-a", "-f", "--cleanup=verbatim", "-F", "-", name, hex, NULL};
	const char *const parse[] = {"rev-parse", "--verify", name, NULL};
	struct buf id = BUF_INIT;
	char *objects = path_join(repo->common_dir, "objects");
	char *config = path_join(repo->common_dir, "config");
	const char *env[] = {xstrfmt("GIT_OBJECT_DIRECTORY=%s", objects), NULL};
	const struct process_options options = {
		.folder = scratch, .env = env, .input = message, .input_len = strlen(message)};
	const char *argv[32] = {"git", "-c", xstrfmt("include.path=%s", config), "-c",
		"core.bare=true", "-c", "core.hooksPath=/dev/null"};
	int rc = 0;

	oid_hex(commit, hex);
	if (!made)
		rc = fail(E_IO, "cannot make a scratch folder in '%s'", repo->common_dir);
	if (!rc)
		rc = git_run(scratch, init, NULL, 0, NULL);
	for (size_t i = 0; tag[i]; i++)
		argv[7 + i] = tag[i];
	if (!rc) {
		struct buf errors = BUF_INIT;

		rc = process_run(argv, &options, NULL, &errors);
		if (rc > 0) {
			char *line = first_line(errors.ptr, 300);

			rc = fail(E_FAIL,
				"cannot make the tag (tag.gpgSign without a usable key?): %s",
				line);
			free(line);
		}
		buf_release(&errors);
	}
	if (!rc)
		rc = git_run(scratch, parse, NULL, 0, &id);
	buf_trim(&id);
	if (!rc)
		rc = oid_parse(id.ptr, out);
	if (made)
		file_remove_tree(scratch);
	free(scratch);
	buf_release(&id);
	free((char *)(uintptr_t)env[0]);
	free((char *)(uintptr_t)argv[2]);
	free(objects);
	free(config);
	return rc;
}

int tag_read(struct repo *repo, const struct oid *tag, struct oid *commit, struct buf *message)
{
	git_tag *object = NULL;
	git_oid oid;
	int error;

	oid_to_git(&oid, tag);
	error = git_tag_lookup(&object, repo->git, &oid);
	if (error)
		return repo_fail(error, "not an annotated tag");
	oid_from_git(commit, git_tag_target_id(object));
	if (git_tag_message(object))
		buf_addstr(message, git_tag_message(object));
	git_tag_free(object);
	return 0;
}
