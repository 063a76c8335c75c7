/* Installing, renewing and removing our three hooks, beside whatever stands there. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "hook/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT ".before-flywheel"

static const char *const names[HOOK_COUNT] = {"post-commit", "post-rewrite", "pre-push"};

/* The folder that git asks, core.hooksPath and worktrees considered. */
static int hooks_folder(struct repo *repo, char **folder)
{
	const char *base = repo_work_dir(repo) ? repo_work_dir(repo) : repo_git_dir(repo);
	struct buf out = BUF_INIT;
	int rc = git_run(base, (const char *const[]){"rev-parse", "--git-path", "hooks", NULL},
		NULL, 0, &out);

	buf_trim(&out);
	*folder = NULL;
	if (!rc)
		*folder = out.ptr[0] == '/' ? xstrdup(out.ptr) : path_join(base, out.ptr);
	buf_release(&out);
	return rc;
}

/*
 * Only a folder inside the repository's own git directory is ours to write: one in the work tree
 * is tracked and shared with the team, one elsewhere is shared with other repositories.
 */
static bool inside(const char *folder, const char *parent)
{
	char real_folder[PATH_MAX], real_parent[PATH_MAX];
	size_t len;

	if (!realpath(parent, real_parent))
		return false;
	if (!realpath(folder, real_folder))
		return starts_with(folder, parent);
	len = strlen(real_parent);
	return starts_with(real_folder, real_parent) &&
	       (real_folder[len] == '/' || !real_folder[len]);
}

/* From the hooks' folder, inside `common`, to the sidecar: repositories are moved around. */
static int sidecar_path(const char *folder, const char *common, struct buf *out)
{
	char real_folder[PATH_MAX], real_common[PATH_MAX];

	if (!realpath(folder, real_folder) || !realpath(common, real_common))
		return fail(E_IO, "cannot find '%s': %s", folder, strerror(errno));
	for (const char *c = real_folder + strlen(real_common); *c; c++)
		if (*c == '/')
			buf_addstr(out, "../");
	buf_addstr(out, "flywheel");
	return 0;
}

static int report_init(struct repo *repo, struct hook_report *report)
{
	memset(report, 0, sizeof(*report));
	for (size_t i = 0; i < HOOK_COUNT; i++)
		report->names[i] = names[i];
	return hooks_folder(repo, &report->folder);
}

void hook_report_release(struct hook_report *report)
{
	free(report->folder);
	report->folder = NULL;
}

static int keep(const char *path, const char *kept)
{
	if (rename(path, kept))
		return fail(E_IO, "cannot keep '%s' as '%s': %s", path, kept, strerror(errno));
	return 0;
}

static int install_one(const char *path, const struct buf *text, enum hook_state *state)
{
	struct buf old = BUF_INIT;
	char *kept = xstrfmt("%s" KEPT, path);
	enum hook_owner owner;
	int rc = hook_owner(path, &owner, &old);

	if (rc)
		goto out;
	*state = HOOK_WRITTEN;
	if (owner == OWNER_LEFTHOOK)
		*state = HOOK_FOREIGN;
	else if (owner == OWNER_EDITED)
		*state = HOOK_EDITED;
	else if (owner == OWNER_USER)
		*state = file_exists(kept) ? HOOK_COLLISION : HOOK_CHAINED;
	else if (owner == OWNER_US && !strcmp(old.ptr, text->ptr))
		*state = HOOK_CURRENT;
	if (*state == HOOK_CHAINED)
		rc = keep(path, kept);
	if (!rc && (*state == HOOK_CHAINED || *state == HOOK_WRITTEN))
		rc = file_write(path, text->ptr, text->len, 0755);
	if (rc && *state == HOOK_CHAINED && !file_exists(path) && rename(kept, path))
		rc = fail_context(rc, "your hook is now '%s'", kept);
out:
	free(kept);
	buf_release(&old);
	return rc;
}

int hooks_install(
	struct repo *repo, const char *program, const char *trampoline, struct hook_report *report)
{
	struct buf text = BUF_INIT, sidecar = BUF_INIT;
	int rc = report_init(repo, report);

	if (!rc && !repo_work_dir(repo))
		rc = fail(E_UNSUPPORTED, "a bare repository gets no hooks");
	if (rc)
		return rc;
	if (!inside(report->folder, repo_common_dir(repo))) {
		for (size_t i = 0; i < HOOK_COUNT; i++)
			report->states[i] = HOOK_FOREIGN;
		report->manager = strstr(report->folder, ".husky") ? MANAGER_HUSKY : MANAGER_SHARED;
		return 0;
	}
	rc = file_mkdirs(report->folder, 0755);
	if (!rc)
		rc = sidecar_path(report->folder, repo_common_dir(repo), &sidecar);
	if (!rc)
		hook_text(program, trampoline, sidecar.ptr, &text);
	for (size_t i = 0; i < HOOK_COUNT && !rc; i++) {
		char *path = path_join(report->folder, names[i]);

		rc = install_one(path, &text, &report->states[i]);
		if (report->states[i] == HOOK_FOREIGN)
			report->manager = MANAGER_LEFTHOOK;
		free(path);
	}
	buf_release(&sidecar);
	buf_release(&text);
	return rc;
}

static int remove_one(const char *path, enum hook_state *state)
{
	struct buf old = BUF_INIT;
	char *kept = xstrfmt("%s" KEPT, path);
	enum hook_owner owner;
	int rc = hook_owner(path, &owner, &old);

	*state = HOOK_ABSENT;
	if (rc)
		goto out;
	if (owner == OWNER_EDITED)
		*state = HOOK_EDITED;
	else if (file_exists(kept) && (owner == OWNER_LEFTHOOK || owner == OWNER_USER))
		*state = HOOK_COLLISION;
	else if (file_exists(kept))
		*state = HOOK_RESTORED;
	else if (owner == OWNER_US)
		*state = HOOK_REMOVED;
	if (*state == HOOK_RESTORED && rename(kept, path))
		rc = fail(E_IO, "cannot put '%s' back: %s", path, strerror(errno));
	if (*state == HOOK_REMOVED && unlink(path))
		rc = fail(E_IO, "cannot remove '%s': %s", path, strerror(errno));
out:
	free(kept);
	buf_release(&old);
	return rc;
}

int hooks_remove(struct repo *repo, struct hook_report *report)
{
	int rc = report_init(repo, report);

	for (size_t i = 0; i < HOOK_COUNT && !rc; i++) {
		char *path = path_join(report->folder, names[i]);

		report->states[i] = HOOK_ABSENT;
		if (inside(report->folder, repo_common_dir(repo)))
			rc = remove_one(path, &report->states[i]);
		free(path);
	}
	return rc;
}

/* The line for a hook; before a push it says which, and reads what refs the manager passes on. */
static const char *line_for(const char *name, bool lefthook)
{
	if (strcmp(name, "pre-push") != 0)
		return "git flywheel worker --detach 2>/dev/null || :";
	return lefthook ? "git flywheel worker --detach --pushed {1} {2} 2>/dev/null || :"
			: "git flywheel worker --detach --pushed \"$1\" \"$2\" 2>/dev/null || :";
}

static void advise_lefthook(const struct hook_report *report, struct buf *out)
{
	buf_addstr(out, "lefthook owns hooks here. Add this to lefthook-local.yml (or, for "
			"the whole team, lefthook.yml):\n\n");
	for (size_t i = 0; i < HOOK_COUNT; i++)
		if (report->states[i] == HOOK_FOREIGN)
			buf_addf(out,
				"    %s:\n      commands:\n        flywheel:\n          run: %s\n",
				names[i], line_for(names[i], true));
}

void hooks_advice(const struct hook_report *report, struct buf *out)
{
	const char *line = line_for("post-commit", false), *push = line_for("pre-push", false);

	switch (report->manager) {
	case MANAGER_HUSKY:
		buf_addf(out,
			"husky owns the hooks here (%s). Add this line to .husky/post-commit\n"
			"and .husky/post-rewrite:\n\n    %s\n\nand this one to the end of "
			".husky/pre-push:\n\n    %s\n",
			report->folder, line, push);
		break;
	case MANAGER_LEFTHOOK:
		advise_lefthook(report, out);
		break;
	case MANAGER_NONE:
	case MANAGER_SHARED:
		buf_addf(out,
			"core.hooksPath is %s, which others share. Add this line to post-commit\n"
			"and post-rewrite there (files that start with #!/bin/sh and are "
			"executable):\n\n    %s\n\nand this one to the end of pre-push:\n\n    "
			"%s\n",
			report->folder, line, push);
		break;
	}
}
