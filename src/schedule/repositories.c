/* The list of repositories that the tick visits: flywheel.repo in the user's global settings. */
#include "schedule/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdlib.h>
#include <string.h>

static const char key[] = "flywheel.repo";

int repositories_list(struct strings *out)
{
	const char *const argv[] = {"git", "config", "--global", "-z", "--get-all", key, NULL};
	struct buf text = BUF_INIT, errors = BUF_INIT;
	int rc;

	/* Then there are no global settings, which git takes for an error. */
	if (!home_dir() && !getenv("GIT_CONFIG_GLOBAL"))
		return 0;
	rc = process_run(argv, NULL, &text, &errors);
	/* 1: there is none. */
	if (rc > 1) {
		char *line = first_line(errors.ptr, 300);

		rc = fail(E_FAIL, "cannot read the global setting %s: %s", key,
			rc == 127 ? "the git program was not found" : line);
		free(line);
	}
	for (size_t at = 0; rc >= 0 && at < text.len; at += strlen(text.ptr + at) + 1)
		if (!strings_contains(out, text.ptr + at))
			strings_add(out, text.ptr + at);
	buf_release(&text);
	buf_release(&errors);
	return rc < 0 ? rc : 0;
}

int repositories_add(const char *path)
{
	return git_run(NULL, (const char *const[]){"config", "--global", "--add", key, path, NULL},
		NULL, 0, NULL);
}

int repositories_remove(const char *path)
{
	return git_run(NULL,
		(const char *const[]){
			"config", "--global", "--fixed-value", "--unset-all", key, path, NULL},
		NULL, 0, NULL);
}

char *repository_path(struct repo *repo)
{
	const char *git = repo_git_dir(repo), *common = repo_common_dir(repo);
	const char *work = repo_work_dir(repo);

	if (!strcmp(git, common) && work)
		return xstrdup(work);
	/* A linked worktree goes by its main one, which outlives it. */
	if (ends_with(common, "/.git"))
		return xstrndup(common, strlen(common) - strlen("/.git"));
	return xstrdup(common);
}

int repository_open(const char *path, struct repo **out)
{
	char *found = NULL;
	int rc = 0;

	*out = NULL;
	if (!file_is_dir(path))
		return fail(E_NOTFOUND, "it is gone");
	rc = repo_open(path, out);
	if (rc)
		return rc;
	/* git looks in the folders above too, where a repository of another kind may lie. */
	found = repository_path(*out);
	if (strcmp(found, path) && strcmp(repo_common_dir(*out), path)) {
		repo_free(*out);
		*out = NULL;
		rc = fail(E_NOTFOUND, "no repository is there any more");
	}
	free(found);
	return rc;
}
