/* git flywheel fit: which new lines this house would not have written so. Advice, never a refusal.
 */
#include "flywheel/command.h"

#include "command/fit_print.h"
#include "flywheel/repo.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/process.h"
#include "util/progress.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)16 << 20)

struct wishes {
	bool staged, json, sarif;
	long least;
};

struct fitting {
	struct session session;
	struct fit *fit;
	struct fit_report report;
	struct progress *progress; /* NULL: the answers show how far it is */
	size_t done;
};

static int tree_of(struct fitting *fitting, const struct oid *commit, struct oid *tree)
{
	char hex[OID_HEX + 1];

	oid_hex(commit, hex);
	return repo_tree_of(fitting->session.repo, hex, tree);
}

static int ask_change(struct fitting *fitting, const struct oid *from, const struct oid *to)
{
	return fit_change(
		fitting->fit, from, to, fitting->report.instead, fit_report_line, &fitting->report);
}

/* A merge brings what was asked about where it was written. */
static int ask_commit(const struct commit *commit, void *payload)
{
	struct fitting *fitting = payload;
	struct oid from;
	int rc;

	progress_set(fitting->progress, ++fitting->done);
	if (commit->parent_count > 1)
		return 0;
	if (interrupted())
		return fail(E_STOPPED, "stopped");
	fit_report_commit(&fitting->report, commit);
	if (!commit->parent_count)
		return ask_change(fitting, NULL, &commit->tree);
	rc = tree_of(fitting, &commit->parents[0], &from);
	return rc ? rc : ask_change(fitting, &from, &commit->tree);
}

static int count_commit(const struct commit *commit, void *payload)
{
	(void)commit;
	++*(size_t *)payload;
	return 0;
}

static int ask_range(struct fitting *fitting, const char *range, const char *dots)
{
	char *old = xstrndup(range, (size_t)(dots - range));
	const char *young = dots[2] ? dots + 2 : "HEAD";
	struct log_options options = {.oldest_first = true};
	struct oid hide, from;
	size_t commits = 0;
	int rc = repo_resolve(fitting->session.repo, *old ? old : "HEAD", &hide);

	if (!rc)
		rc = repo_resolve(fitting->session.repo, young, &from);
	options.from = &from;
	options.hide = &hide;
	if (!rc && !isatty(STDOUT_FILENO)) {
		rc = repo_log(fitting->session.repo, &options, count_commit, &commits);
		fitting->progress = progress_start("reading commits", commits);
	}
	if (!rc)
		rc = repo_log(fitting->session.repo, &options, ask_commit, fitting);
	progress_finish(fitting->progress);
	fitting->progress = NULL;
	free(old);
	return rc;
}

static int ask_revision(struct fitting *fitting, const char *revision)
{
	const char *dots = strstr(revision, "..");
	struct commit commit;
	struct oid id;
	int rc;

	if (dots)
		return ask_range(fitting, revision, dots);
	rc = repo_resolve(fitting->session.repo, revision, &id);
	if (!rc)
		rc = repo_commit_read(fitting->session.repo, &id, &commit);
	if (rc)
		return rc;
	if (commit.parent_count > 1)
		rc = fail(E_INVALID, "%.12s is a merge: ask about a range, or a commit in it",
			revision);
	else
		rc = ask_commit(&commit, fitting);
	commit_release(&commit);
	return rc;
}

/* What is staged, as a tree; git writes it, as for a commit. */
static int ask_staged(struct fitting *fitting)
{
	static const char *const args[] = {"write-tree", NULL};
	struct buf out = BUF_INIT;
	struct oid head, from, to;
	int rc = git_run(NULL, args, NULL, 0, &out);

	buf_trim(&out);
	if (!rc)
		rc = oid_parse(out.ptr, &to);
	buf_release(&out);
	if (rc)
		return rc;
	rc = repo_head(fitting->session.repo, &head);
	if (rc == E_NOTFOUND)
		return ask_change(fitting, NULL, &to);
	if (!rc)
		rc = tree_of(fitting, &head, &from);
	return rc ? rc : ask_change(fitting, &from, &to);
}

/* The path of a file in the repository; the path as given for one that lies elsewhere. */
static char *path_in_tree(struct fitting *fitting, const char *path)
{
	const char *root = repo_work_dir(fitting->session.repo);
	size_t len = root ? strlen(root) : 0;
	char folder[PATH_MAX];

	if (len && !strncmp(path, root, len) && path[len] == '/')
		return xstrdup(path + len + 1);
	while (!strncmp(path, "./", 2))
		path += 2;
	if (!len || *path == '/' || strstr(path, "../") || !getcwd(folder, sizeof(folder)) ||
		strncmp(folder, root, len) || folder[len] != '/')
		return xstrdup(path);
	return xstrfmt("%s/%s", folder + len + 1, path);
}

static int ask_file(struct fitting *fitting, const char *path)
{
	char *name = path_in_tree(fitting, path);
	struct buf text = BUF_INIT;
	struct oid head, tree;
	int rc = file_read(path, TEXT_MAX, &text);

	if (!rc)
		rc = repo_head(fitting->session.repo, &head);
	if (!rc)
		rc = tree_of(fitting, &head, &tree);
	if (!rc)
		rc = fit_text(fitting->fit, &tree, name, text.ptr, text.len,
			fitting->report.instead, fit_report_line, &fitting->report);
	buf_release(&text);
	free(name);
	return rc;
}

static int ask(struct fitting *fitting, const struct wishes *wishes, const char *what)
{
	int rc = fit_open(&fitting->session, &fitting->fit);

	if (rc)
		return rc;
	if (wishes->staged)
		return ask_staged(fitting);
	if (what && file_exists(what))
		return ask_file(fitting, what);
	return ask_revision(fitting, what ? what : "HEAD");
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {.least = 95};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "staged", NULL, "what is staged, before it is committed",
			&wishes.staged},
		{OPTION_NUMBER, 0, "least", "percent",
			"tell lines that cost more than so many of the house's own (95)",
			&wishes.least},
		{OPTION_FLAG, 0, "json", NULL, "every line, a JSON object each", &wishes.json},
		{OPTION_FLAG, 0, "sarif", NULL, "the odd lines as SARIF 2.1.0, for review tools",
			&wishes.sarif},
		OPTIONS_END};
	struct fitting fitting = {.report = {.out = BUF_INIT}};
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc;

	if (left < 0)
		return code;
	if (left > 1 || (left && wishes.staged) || (wishes.json && wishes.sarif))
		return command_usage(self, "say one commit, range or file, or --staged, and at "
					   "most one of --json and --sarif");
	if (wishes.least < 0 || wishes.least > 100)
		return command_usage(self, "--least is a percentage");
	code = session_open(&fitting.session, false);
	if (code)
		return code;
	interrupt_watch();
	fit_report_start(&fitting.report,
		wishes.json    ? FIT_JSON
		: wishes.sarif ? FIT_SARIF
			       : FIT_TEXT,
		(double)wishes.least / 100);
	rc = ask(&fitting, &wishes, left ? argv[0] : NULL);
	if (!rc)
		fit_report_finish(&fitting.report);
	fit_report_release(&fitting.report);
	fit_free(fitting.fit);
	session_close(&fitting.session);
	return rc ? command_fail(rc) : EXIT_OK;
}

const struct command command_fit = {
	.name = "fit",
	.summary = "which new lines this house would not have written so",
	.usage = "fit [--least <percent>] [--json | --sarif] [<commit> | <range> | <file>]\n"
		 "   or: git flywheel fit [--least <percent>] [--json | --sarif] --staged",
	.group = "look",
	.run = run,
};
