/* The tick: a worker in each repository, one after the other. */
#define _GNU_SOURCE
#include "schedule/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MAX (1 << 20)

/* Nobody is there to be asked: no terminal, no window, no helper that would open one. */
static void unattended(struct strings *env)
{
	const char *text = getenv("GIT_CONFIG_COUNT");
	long count = text ? strtol(text, NULL, 10) : 0;
	char *lines[] = {xstrfmt("GIT_CONFIG_COUNT=%ld", count + 1),
		xstrfmt("GIT_CONFIG_KEY_%ld=credential.interactive", count),
		xstrfmt("GIT_CONFIG_VALUE_%ld=false", count)};

	strings_add(env, "GIT_TERMINAL_PROMPT=0");
	strings_add(env, "GIT_ASKPASS=");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		strings_add(env, lines[i]);
		free(lines[i]);
	}
}

/* What a worker said last is what stopped it; once it has found its repository it says so there. */
static int explain(int status, const char *output, const char *git_dir)
{
	struct buf text = BUF_INIT;
	const char *last;
	int rc;

	if (file_read(output, OUTPUT_MAX, &text))
		error_clear();
	buf_trim(&text);
	last = strrchr(text.ptr, '\n') ? strrchr(text.ptr, '\n') + 1 : text.ptr;
	if (*last)
		rc = fail(E_FAIL, "its worker ended with status %d: %s", status, last);
	else
		rc = fail(E_FAIL,
			"its worker ended with status %d: see '%s/flywheel/log/worker.log'", status,
			git_dir);
	buf_release(&text);
	return rc;
}

static int visit(const char *program, const char *path, const char *const *env, double patience)
{
	const char *const argv[] = {program, "worker", "--scheduled", NULL};
	const struct process_options options = {.folder = path, .env = env, .elsewhere = true};
	const char *folder = getenv("TMPDIR");
	char *output = xstrfmt("%s/git-flywheel-tick-XXXXXX", folder && *folder ? folder : "/tmp");
	struct repo *repo = NULL;
	pid_t pid;
	int fd = -1;
	int rc = repository_open(path, &repo);

	if (!rc && (fd = mkostemp(output, O_APPEND | O_CLOEXEC)) < 0)
		rc = fail(E_IO, "cannot create '%s': %s", output, strerror(errno));
	if (!rc)
		rc = process_start(argv, &options, fd, &pid);
	if (!rc) {
		rc = process_wait(pid, patience);
		if (rc > 0)
			rc = explain(rc, output, repo_common_dir(repo));
	}
	if (fd >= 0) {
		unlink(output);
		close(fd);
	}
	repo_free(repo);
	free(output);
	return rc == E_LATER ? 0 : rc;
}

int schedule_run(const char *program, double patience, schedule_problem_fn problem, void *payload,
	size_t *problems)
{
	struct strings list = STRINGS_INIT, env = STRINGS_INIT;
	const char **lines = NULL;
	int rc = repositories_list(&list);

	*problems = 0;
	unattended(&env);
	lines = xcalloc(env.count + 1, sizeof(*lines));
	for (size_t i = 0; i < env.count; i++)
		lines[i] = env.items[i];
	for (size_t i = 0; i < list.count && !rc; i++) {
		if (interrupted())
			rc = fail(E_STOPPED, "stopped");
		else if (visit(program, list.items[i], lines, patience)) {
			problem(list.items[i], error_message(), payload);
			++*problems;
		}
	}
	free(lines);
	strings_release(&env);
	strings_release(&list);
	return rc;
}
