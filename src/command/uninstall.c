/* git flywheel uninstall: takes everything out of a repository but the refs. */
#include "flywheel/command.h"

#include "flywheel/hook.h"
#include "flywheel/refs.h"
#include "flywheel/schedule.h"
#include "flywheel/store.h"
#include "flywheel/store_facts.h"
#include "util/error.h"
#include "util/file.h"
#include "util/options.h"
#include "util/process.h"
#include "util/strings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Refuses to drop what git cannot give back unless `yes`. A sidecar that does not open counts. */
static int ask(const char *folder, bool yes)
{
	struct store_facts facts = {0};
	struct store *store = NULL;
	int rc = store_open(folder, false, &store);

	if (!rc)
		rc = store_facts_count(store, &facts);
	store_close(store);
	if (rc == E_NOTFOUND || yes)
		return 0;
	if (rc)
		return fail_context(rc, "say --yes to remove the sidecar all the same");
	if (!facts.turns && !facts.verdicts && !facts.runs && !facts.models)
		return 0;
	return fail(E_EXISTS,
		"the sidecar holds what git cannot give back (%" PRId64 " turns of talk, %" PRId64
		" verdicts, %" PRId64 " runs, %" PRId64 " models): keep a copy with `git flywheel "
		"backup <file>`, then run `git flywheel uninstall --yes`",
		facts.turns, facts.verdicts, facts.runs, facts.models);
}

static int remove_sidecar(const char *folder)
{
	int fd = -1;
	int rc;

	if (!file_is_dir(folder)) {
		printf("  %-13s none\n", "sidecar");
		return 0;
	}
	/* A pass that runs now ends first: it must not write into what we remove. */
	rc = worker_lock(folder, true, &fd);
	if (!rc) {
		rc = file_remove_tree(folder);
		/* One that starts just now may leave a file behind us: once more, then. */
		if (rc)
			rc = file_remove_tree(folder);
	}
	if (fd >= 0)
		close(fd);
	if (!rc)
		printf("  %-13s removed %s\n", "sidecar", folder);
	return rc;
}

static int remove_hooks(struct repo *repo)
{
	static const char *const words[] = {
		[HOOK_REMOVED] = "removed",
		[HOOK_RESTORED] = "removed; your own is back",
		[HOOK_EDITED] = "edited by hand since we wrote it: remove it yourself",
		[HOOK_COLLISION] = "not ours: left alone, and beside it the .before-flywheel file",
		[HOOK_ABSENT] = "none of ours",
	};
	struct hook_report report;
	int rc = hooks_remove(repo, &report);

	for (size_t i = 0; i < HOOK_COUNT && !rc; i++)
		printf("  %-13s %s\n", report.names[i], words[report.states[i]]);
	hook_report_release(&report);
	return rc;
}

static int remove_schedule(struct repo *repo)
{
	struct schedule_change change = {0};
	int rc = schedule_stop(repo, &change);

	if (!rc)
		printf("  %-13s %s%s%s\n", "schedule", change.listed ? "taken out" : "none",
			change.unit ? "; no repository is left, so the tick is gone from " : "",
			change.unit ? change.scheduler : "");
	schedule_change_release(&change);
	return rc;
}

/* Settings of this repository; the user's own in ~/.gitconfig are not this repository's. */
static int remove_settings(struct repo *repo)
{
	const char *folder = repo_git_dir(repo);
	struct strings names = STRINGS_INIT;
	struct buf out = BUF_INIT;
	const char *const list[] = {
		"config", "--local", "--name-only", "--get-regexp", "^flywheel\\.", NULL};
	int rc = 0;

	/* git exits with 1 when there are none. */
	if (git_run(folder, list, NULL, 0, &out)) {
		error_clear();
		buf_clear(&out);
	}
	buf_trim(&out);
	if (out.len)
		strings_split(&names, out.ptr, '\n');
	strings_sort_unique(&names);
	for (size_t i = 0; i < names.count && !rc; i++)
		rc = git_run(folder,
			(const char *const[]){
				"config", "--local", "--unset-all", names.items[i], NULL},
			NULL, 0, NULL);
	if (!rc && names.count)
		printf("  %-13s removed %zu from .git/config\n", "settings", names.count);
	strings_release(&names);
	buf_release(&out);
	return rc;
}

static int count_ref(const char *name, const struct oid *target, void *payload)
{
	(void)name;
	(void)target;
	++*(size_t *)payload;
	return 0;
}

static void print_refs(struct repo *repo)
{
	static const char *const prefixes[] = {
		"refs/notes/flywheel/", "refs/flywheel/", TAG_PREFIX};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		refs_each(repo, prefixes[i], count_ref, &count);
	if (!count)
		return;
	printf("\n%zu refs stay, because a team may share them. To drop them here:\n\n"
	       "  git for-each-ref --format='delete %%(refname)' refs/notes/flywheel refs/flywheel "
	       "refs/tags/flywheel |\n    git update-ref --stdin\n\n"
	       "and on a remote that has them:\n\n"
	       "  git ls-remote --refs <remote> 'refs/notes/flywheel/*' 'refs/flywheel/*' "
	       "'refs/tags/flywheel/*' |\n    cut -f2 | xargs -r git push --delete <remote>\n",
		count);
}

static int run(const struct command *self, int argc, char **argv)
{
	bool yes = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 'y', "yes", NULL, "remove private talk, verdicts and models too",
			&yes},
		OPTIONS_END,
	};
	struct repo *repo = NULL;
	char *folder = NULL;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc;

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "uninstall takes no arguments");
	rc = repo_open(".", &repo);
	if (rc)
		return command_fail(rc);
	folder = path_join(repo_common_dir(repo), "flywheel");
	rc = ask(folder, yes);
	if (rc == E_EXISTS) {
		command_fail(rc);
		code = EXIT_NO;
		goto out;
	}
	/* First: a tick that comes now must not make a new sidecar. */
	if (!rc)
		rc = remove_schedule(repo);
	if (!rc)
		rc = remove_hooks(repo);
	if (!rc)
		rc = remove_sidecar(folder);
	if (!rc)
		rc = remove_settings(repo);
	if (!rc)
		print_refs(repo);
	if (rc)
		code = command_fail(rc);
out:
	free(folder);
	repo_free(repo);
	return code;
}

const struct command command_uninstall = {
	.name = "uninstall",
	.summary = "take the flywheel out of this repository",
	.usage = "uninstall [--yes]",
	.group = "plumbing",
	.run = run,
};
