/* Remotes: tracking refs, their logs, and `git ls-remote`. */
#define _XOPEN_SOURCE 700
#include "flywheel/remote.h"
#include "repo/internal.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdlib.h>
#include <string.h>

#define ASK_SECONDS 60
#define BY_PUSH "update by push"

int remote_names(struct repo *repo, struct strings *names)
{
	git_strarray list = {0};
	int error = git_remote_list(&list, repo->git);

	if (error)
		return repo_fail(error, "cannot list the remotes");
	for (size_t i = 0; i < list.count; i++)
		strings_add(names, list.strings[i]);
	strings_sort_unique(names);
	git_strarray_dispose(&list);
	return 0;
}

int remote_tracking(struct repo *repo, const char *remote, const char *ref, struct buf *out)
{
	git_remote *handle = NULL;
	bool found = false;

	if (git_remote_lookup(&handle, repo->git, remote))
		return fail(E_NOTFOUND, "no remote '%s'", remote);
	for (size_t i = 0; i < git_remote_refspec_count(handle) && !found; i++) {
		const git_refspec *spec = git_remote_get_refspec(handle, i);
		git_buf name = GIT_BUF_INIT;

		found = git_refspec_direction(spec) == GIT_DIRECTION_FETCH &&
			git_refspec_src_matches(spec, ref) &&
			!git_refspec_transform(&name, spec, ref) && name.size > 0;
		if (found)
			buf_addstr(out, name.ptr);
		git_buf_dispose(&name);
	}
	git_remote_free(handle);
	return found ? 0 : fail(E_NOTFOUND, "'%s' is not fetched from '%s'", ref, remote);
}

int remote_default_branch(struct repo *repo, const char *remote, struct buf *out)
{
	char *prefix = xstrfmt("refs/remotes/%s/", remote), *name = xstrfmt("%sHEAD", prefix);
	git_reference *head = NULL;
	const char *target = NULL;

	if (!git_reference_lookup(&head, repo->git, name))
		target = git_reference_symbolic_target(head);
	if (target && starts_with(target, prefix))
		buf_addf(out, "refs/heads/%s", target + strlen(prefix));
	else
		target = NULL;
	git_reference_free(head);
	free(prefix);
	free(name);
	return target ? 0 : fail(E_NOTFOUND, "the default branch of '%s' is not known", remote);
}

/* libgit2 makes the log that it is asked to read: a ref without one must be left alone. */
static git_reflog *open_log(struct repo *repo, const char *ref)
{
	git_reflog *log = NULL;

	if (git_reference_has_log(repo->git, ref) != 1 || git_reflog_read(&log, repo->git, ref))
		return NULL;
	return log;
}

static bool by_push(const git_reflog_entry *entry)
{
	const char *message = git_reflog_entry_message(entry);

	return message && starts_with(message, BY_PUSH);
}

bool remote_got_by_push(struct repo *repo, const char *tracking, const struct oid *commit)
{
	git_reflog *log = open_log(repo, tracking);
	size_t count = log ? git_reflog_entrycount(log) : 0;
	bool found = false;

	for (size_t i = 0; i < count && !found; i++) {
		const git_reflog_entry *entry = git_reflog_entry_byindex(log, i);
		struct oid at;

		oid_from_git(&at, git_reflog_entry_id_new(entry));
		found = oid_equal(&at, commit) && by_push(entry);
	}
	git_reflog_free(log);
	return found;
}

int remote_last_push(struct repo *repo, const char *tracking, struct oid *commit)
{
	git_reflog *log = open_log(repo, tracking);
	const git_reflog_entry *entry =
		log && git_reflog_entrycount(log) ? git_reflog_entry_byindex(log, 0) : NULL;
	bool found = entry && by_push(entry);

	if (found)
		oid_from_git(commit, git_reflog_entry_id_new(entry));
	git_reflog_free(log);
	return found ? 0 : fail(E_NOTFOUND, "no push last moved '%s'", tracking);
}

static bool is_set(struct repo *repo, const char *key)
{
	git_config *config = NULL;
	git_buf value = GIT_BUF_INIT;
	bool set = !git_repository_config_snapshot(&config, repo->git) &&
		   !git_config_get_string_buf(&value, config, key);

	git_buf_dispose(&value);
	git_config_free(config);
	return set;
}

/* A remote that is pushed to where it is fetched from is best asked by its name: git then finds the
 * user's credentials, which the URL that we kept has lost. */
static bool ask_by_name(struct repo *repo, const char *remote)
{
	git_remote *handle = NULL;
	bool by_name =
		!git_remote_lookup(&handle, repo->git, remote) && !git_remote_pushurl(handle);

	git_remote_free(handle);
	return by_name;
}

/* One line of ls-remote is "<object>\t<ref>"; the name that we give also finds longer ones. */
static int find_ref(const char *lines, const char *ref, struct oid *out)
{
	struct strings list = STRINGS_INIT;
	int rc = E_NOTFOUND;

	strings_split(&list, lines, '\n');
	for (size_t i = 0; i < list.count && rc == E_NOTFOUND; i++) {
		char *tab = strchr(list.items[i], '\t');

		if (!tab || strcmp(tab + 1, ref) != 0)
			continue;
		*tab = '\0';
		rc = oid_parse(list.items[i], out);
	}
	strings_release(&list);
	return rc == E_NOTFOUND ? fail(E_NOTFOUND, "the remote has no '%s'", ref) : rc;
}

int remote_ask(
	struct repo *repo, const char *remote, const char *url, const char *ref, struct oid *out)
{
	const char *where = ask_by_name(repo, remote) ? remote : url;
	const char *const args[] = {
		"-c", "credential.interactive=false", "ls-remote", "--", where, ref, NULL};
	/* Nobody is there to answer: neither a terminal nor a window may be opened. */
	const char *env[] = {"GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never",
		"GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=30", NULL};
	struct process_options options = {.timeout_s = ASK_SECONDS, .env = env};
	struct buf lines = BUF_INIT;
	int rc;

	/* What the user has set up to reach hosts counts more than our wish for silence. */
	if (getenv("GIT_SSH_COMMAND") || getenv("GIT_SSH") || is_set(repo, "core.sshCommand"))
		env[3] = NULL;
	rc = git_run_with(repo->work_dir ? repo->work_dir : repo->git_dir, args, &options, &lines);
	if (rc)
		rc = fail(E_NETWORK, "cannot ask '%s': %s", where, error_message());
	else
		rc = find_ref(lines.ptr, ref, out);
	buf_release(&lines);
	return rc;
}
