/* git flywheel worker: the background pass that the hooks start. */
#define _GNU_SOURCE
#include "flywheel/command.h"

#include "flywheel/config.h"
#include "flywheel/hook.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/options.h"
#include "util/process.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MAX (256 * 1024)
#define REFS_MAX (1 << 20)

/*
 * A hook inherits what git set for the one command that ran it. The repository stays, by its
 * absolute path; the rest (above all a temporary index) is not ours to work with.
 */
static void leave_hook_environment(void)
{
	static const char *const names[] = {
		"GIT_INDEX_FILE", "GIT_PREFIX", "GIT_REFLOG_ACTION", "GIT_QUARANTINE_PATH", NULL};
	const char *git_dir = getenv("GIT_DIR");
	char real[PATH_MAX];

	if (git_dir && realpath(git_dir, real))
		setenv("GIT_DIR", real, 1);
	for (size_t i = 0; names[i]; i++)
		unsetenv(names[i]);
}

/* Whatever is said from here on, errors included, goes to the log and never to a terminal. */
static void speak_to_log(const char *folder)
{
	char *logs = path_join(folder, "log");
	char *path = path_join(logs, "worker.log");
	struct stat st;
	int fd;

	mkdir(logs, 0700);
	if (!stat(path, &st) && st.st_size > LOG_MAX) {
		char *old = path_join(logs, "worker.log.1");

		rename(path, old);
		free(old);
	}
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		dup2(fd, 1);
		dup2(fd, 2);
		close(fd);
	}
	free(path);
	free(logs);
}

static void print_line(const char *line, void *payload)
{
	char now[21];

	(void)payload;
	clock_format(clock_now(), now);
	printf("%s %s\n", now, line);
	fflush(stdout);
}

static void print_next(int64_t next)
{
	char when[21];

	clock_format(next, when);
	printf("next %s\n", when);
}

/* The refs of a push, as git feeds them to its hook. A terminal has none to give. */
static void read_refs(struct buf *refs)
{
	char block[1 << 12];
	ssize_t got;

	if (isatty(0))
		return;
	while ((got = read(0, block, sizeof(block))) > 0)
		if (refs->len < REFS_MAX)
			buf_add(refs, block, (size_t)got);
}

/*
 * As the hooks of ours do it. `pushed` is a remote and its URL when a hook manager runs us before a
 * push, else NULL: which process pushes is not known then.
 */
static int detach(char *const *pushed)
{
	const char *internal = getenv("FLYWHEEL_INTERNAL");
	char *program = NULL, *trampoline = NULL, *sidecar = NULL;
	struct process_options options = {0};
	struct buf refs = BUF_INIT;
	struct repo *repo = NULL;
	int rc = 0;

	if (internal && *internal)
		return EXIT_OK;
	rc = hook_programs(&program, &trampoline);
	if (!rc && pushed)
		rc = repo_open(".", &repo);
	if (!rc && pushed) {
		sidecar = path_join(repo_common_dir(repo), "flywheel");
		read_refs(&refs);
		options.input = refs.ptr;
		options.input_len = refs.len;
	}
	if (!rc && !pushed)
		rc = worker_start();
	else if (!rc)
		rc = process_run((const char *const[]){trampoline, program, sidecar, "0", "",
					 pushed[0], pushed[1], NULL},
			&options, NULL, NULL);
	repo_free(repo);
	buf_release(&refs);
	free(sidecar);
	free(program);
	free(trampoline);
	return rc < 0 ? command_fail(rc) : EXIT_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool away = false, wait = false, pushed = false, once = false, scheduled = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "detach", NULL, "start the pass in the background and return",
			&away},
		{OPTION_FLAG, 0, "pushed", NULL,
			"with --detach, before a push: note it; reads what git feeds to pre-push",
			&pushed},
		{OPTION_FLAG, 0, "wait", NULL, "wait for a running pass, and print what was done",
			&wait},
		{OPTION_FLAG, 0, "once", NULL,
			"in the foreground: a pass, then what is due in the queue now", &once},
		{OPTION_FLAG, 0, "scheduled", NULL, "as the schedule's tick starts it", &scheduled},
		OPTIONS_END,
	};
	struct session session;
	int64_t next = 0;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc = 0;

	if (left < 0)
		return code;
	if (pushed && (!away || left != 2))
		return command_usage(self, "--pushed goes with --detach and a remote and its URL");
	if (left && !pushed)
		return command_usage(self, "worker takes no arguments");
	if (away)
		return detach(pushed ? argv : NULL);
	leave_hook_environment();
	code = session_open(&session, false);
	if (code)
		return code;
	if (!wait && !once) {
		speak_to_log(store_folder(session.store));
		if (nice(10) < 0)
			error_clear(); /* slower for others, but right */
	}
	if (wait || config_bool(session.config, "enabled"))
		rc = worker_run(&session, wait || once, print_line, NULL);
	if (!rc && !wait && config_bool(session.config, "enabled"))
		rc = attend_queue(&session, once, print_line, NULL, &next);
	if (!rc && once && next)
		print_next(next);
	if (rc)
		code = command_fail(rc);
	session_close(&session);
	return code;
}

const struct command command_worker = {
	.name = "worker",
	.summary = "the background pass that the hooks start",
	.usage = "worker [--detach [--pushed <remote> <url>] | --wait | --once | --scheduled]",
	.group = "plumbing",
	.run = run,
};
