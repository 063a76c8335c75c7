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

static git_config *open_config(struct repo *repo)
{
	git_config *config = NULL;

	return git_repository_config_snapshot(&config, repo->git) ? NULL : config;
}

/*
 * libgit2's own git_remote_list and git_remote_lookup match every setting against a regex, and each
 * match loses 20 kB (1.5): the worker, who asks every second, would grow by megabytes.
 */
int remote_names(struct repo *repo, struct strings *names)
{
	git_config *config = open_config(repo);
	git_config_iterator *iterator = NULL;
	git_config_entry *entry;

	if (!config || git_config_iterator_new(&iterator, config)) {
		git_config_free(config);
		return repo_fail(E_FAIL, "cannot list the remotes");
	}
	while (!git_config_next(&entry, iterator)) {
		const char *name = entry->name + strlen("remote.");

		if (starts_with(entry->name, "remote.") && ends_with(entry->name, ".url") &&
			strlen(name) > strlen(".url"))
			strings_add_len(names, name, strlen(name) - strlen(".url"));
	}
	strings_sort_unique(names);
	git_config_iterator_free(iterator);
	git_config_free(config);
	return 0;
}

struct tracking {
	const char *ref;
	struct buf *out;
};

/* 1: found, and no further refspec is asked. */
static int apply_refspec(const git_config_entry *entry, void *payload)
{
	const struct tracking *tracking = payload;
	git_refspec *spec = NULL;
	git_buf name = GIT_BUF_INIT;
	bool found = !git_refspec_parse(&spec, entry->value, 1) &&
		     git_refspec_src_matches(spec, tracking->ref) &&
		     !git_refspec_transform(&name, spec, tracking->ref) && name.size > 0;

	if (found)
		buf_addstr(tracking->out, name.ptr);
	git_buf_dispose(&name);
	git_refspec_free(spec);
	return found;
}

int remote_tracking(struct repo *repo, const char *remote, const char *ref, struct buf *out)
{
	struct tracking tracking = {ref, out};
	char *key = xstrfmt("remote.%s.fetch", remote);
	git_config *config = open_config(repo);
	int found = config ? git_config_get_multivar_foreach(
				     config, key, NULL, apply_refspec, &tracking)
			   : 0;

	git_config_free(config);
	free(key);
	return found == 1 ? 0 : fail(E_NOTFOUND, "'%s' is not fetched from '%s'", ref, remote);
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
	git_config *config = open_config(repo);
	git_buf value = GIT_BUF_INIT;
	bool set = config && !git_config_get_string_buf(&value, config, key);

	git_buf_dispose(&value);
	git_config_free(config);
	return set;
}

/* A remote that is pushed to where it is fetched from is best asked by its name: git then finds the
 * user's credentials, which the URL that we kept has lost. */
static bool ask_by_name(struct repo *repo, const char *remote)
{
	char *url = xstrfmt("remote.%s.url", remote);
	char *pushed = xstrfmt("remote.%s.pushurl", remote);
	bool by_name = is_set(repo, url) && !is_set(repo, pushed);

	free(url);
	free(pushed);
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
