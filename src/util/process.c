/* Running other programs. */
#define _GNU_SOURCE
#include "util/process.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

void process_no_core(void)
{
	const struct rlimit none = {0, 0};

	/* Both: a handler that the kernel pipes cores to need not ask for the limit. */
	setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* Variables that name a repository, or something in one. What the user says of settings and of
 * objects (GIT_CONFIG_*, GIT_ALTERNATE_OBJECT_DIRECTORIES) is meant for any. */
static bool names_repository(const char *variable)
{
	static const char *const names[] = {"GIT_DIR=", "GIT_COMMON_DIR=", "GIT_WORK_TREE=",
		"GIT_IMPLICIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_PREFIX="};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (starts_with(variable, names[i]))
			return true;
	return false;
}

/* The environment with additions: these come first because exec'd programs read the first. */
static char **merged_environment(const char *const *additions, bool elsewhere)
{
	size_t old = 0, extra = 0, count = 0;
	char **env;

	while (environ[old])
		old++;
	while (additions && additions[extra])
		extra++;
	env = xcalloc(old + extra + 1, sizeof(*env));
	for (size_t i = 0; i < extra; i++)
		env[count++] = (char *)(uintptr_t)additions[i];
	for (size_t i = 0; i < old; i++) {
		size_t name = strcspn(environ[i], "=") + 1;
		size_t k = 0;

		while (k < extra && strncmp(environ[i], additions[k], name))
			k++;
		if (k == extra && !(elsewhere && names_repository(environ[i])))
			env[count++] = environ[i];
	}
	return env;
}

/* In the child: nothing here may allocate or return. */
static void run_child(
	const char *const *argv, const char *folder, char **env, int in, int out, int error)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* Above 2 first: whose caller closed its standard streams, has them among the pipes. */
	in = fcntl(in, F_DUPFD_CLOEXEC, 3);
	out = fcntl(out, F_DUPFD_CLOEXEC, 3);
	error = fcntl(error, F_DUPFD_CLOEXEC, 3);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(error, 2) < 0)
		_exit(126);
	if (folder && chdir(folder))
		_exit(126);
	environ = env;
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(errno == ENOENT ? 127 : 126);
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void feed(int *fd, const char *input, size_t len, size_t *done)
{
	ssize_t put = write(*fd, input + *done, len - *done);

	if (put > 0)
		*done += (size_t)put;
	if ((put < 0 && errno != EAGAIN && errno != EINTR) || *done == len) {
		close(*fd);
		*fd = -1;
	}
}

static void drain(int *fd, struct buf *out, size_t max)
{
	char block[1 << 15];
	ssize_t got = read(*fd, block, sizeof(block));

	if (got > 0 && out && out->len < max)
		buf_add(out, block, (size_t)got);
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
}

/* Milliseconds until `end` on the monotonic clock; 0 is no end, for which poll has -1. */
static int left_until(double end)
{
	double left = end - clock_monotonic();

	if (end <= 0)
		return -1;
	if (left > 3600)
		left = 3600; /* as much as poll's int surely holds: it is asked again */
	return left > 0 ? (int)(left * 1000) + 1 : 0;
}

/* Until all is said, or until `end`. */
static void exchange(int in, int out, int error, const struct process_options *options, double end,
	struct buf *output, struct buf *errors)
{
	size_t done = 0, max = options->max_output ? options->max_output : (size_t)64 << 20;

	if (in >= 0)
		fcntl(in, F_SETFL, O_NONBLOCK);
	while (in >= 0 || out >= 0 || error >= 0) {
		struct pollfd fds[3] = {{in, POLLOUT, 0}, {out, POLLIN, 0}, {error, POLLIN, 0}};

		int ready = poll(fds, 3, left_until(end));

		if ((ready < 0 && errno != EINTR) || (!ready && left_until(end) == 0))
			break;
		if (in >= 0 && fds[0].revents)
			feed(&in, options->input, options->input_len, &done);
		if (out >= 0 && fds[1].revents)
			drain(&out, output, max);
		if (error >= 0 && fds[2].revents)
			drain(&error, errors, 1 << 20);
	}
	close_all((int[]){in, out, error}, 3);
}

static int open_streams(bool input, int in[2], int output[2], int errors[2])
{
	if (pipe2(output, O_CLOEXEC) || pipe2(errors, O_CLOEXEC))
		return fail(E_IO, "cannot make a pipe: %s", strerror(errno));
	if (input ? pipe2(in, O_CLOEXEC) : (in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
		return fail(E_IO, "cannot open standard input: %s", strerror(errno));
	return 0;
}

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What it started itself goes with it: ssh below git, for example. */
static int await(const char *name, pid_t pid, const struct process_options *options, double end)
{
	int status = 0, rc;

	if (options->timeout_s > 0) {
		rc = process_wait(pid, end - clock_monotonic());
		if (rc != E_LATER)
			return rc;
		kill(-pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (options->timeout_s > 0)
		return fail(E_NETWORK, "'%s' did not end within %g s", name, options->timeout_s);
	return exit_status(status);
}

int process_run(const char *const *argv, const struct process_options *options, struct buf *out,
	struct buf *error)
{
	static const struct process_options defaults;
	int in[2] = {-1, -1}, output[2] = {-1, -1}, errors[2] = {-1, -1};
	void (*old_pipe)(int);
	char **env;
	double end;
	pid_t pid;
	int rc;

	options = options ? options : &defaults;
	rc = open_streams(options->input_len > 0, in, output, errors);
	if (rc) {
		close_all(in, 2);
		close_all(output, 2);
		close_all(errors, 2);
		return rc;
	}
	env = merged_environment(options->env, options->elsewhere);
	old_pipe = signal(SIGPIPE, SIG_IGN);
	end = options->timeout_s > 0 ? clock_monotonic() + options->timeout_s : 0;
	pid = fork();
	if (pid == 0) {
		if (options->timeout_s > 0)
			setpgid(0, 0);
		run_child(argv, options->folder, env, in[0], output[1], errors[1]);
	}
	if (pid < 0)
		rc = fail(E_IO, "cannot start '%s': %s", argv[0], strerror(errno));
	else if (options->timeout_s > 0)
		setpgid(pid, pid); /* both do it: who comes first is not known */
	free(env);
	close_all((int[]){in[0], output[1], errors[1]}, 3);
	if (pid > 0) {
		exchange(in[1], output[0], errors[0], options, end, out, error);
		rc = await(argv[0], pid, options, end);
	} else {
		close_all((int[]){in[1], output[0], errors[0]}, 3);
	}
	signal(SIGPIPE, old_pipe);
	return rc;
}

int process_start(
	const char *const *argv, const struct process_options *options, int output, pid_t *pid)
{
	static const struct process_options defaults;
	char **env;
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int rc = 0;

	if (in < 0)
		return fail(E_IO, "cannot open '/dev/null': %s", strerror(errno));
	options = options ? options : &defaults;
	env = merged_environment(options->env, options->elsewhere);
	*pid = fork();
	if (*pid == 0) {
		setsid();
		run_child(argv, options->folder, env, in, output, output);
	}
	if (*pid < 0)
		rc = fail(E_IO, "cannot start '%s': %s", argv[0], strerror(errno));
	free(env);
	close(in);
	return rc;
}

int process_wait(pid_t pid, double seconds)
{
	const struct timespec pause = {0, 20 * 1000 * 1000};
	double end = clock_monotonic() + seconds;
	int status = 0;

	for (;;) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid)
			return exit_status(status);
		if (ended < 0 && errno != EINTR)
			return fail(E_FAIL, "cannot wait for process %ld: %s", (long)pid,
				strerror(errno));
		if (clock_monotonic() >= end)
			return fail(E_LATER, "process %ld goes on working", (long)pid);
		nanosleep(&pause, NULL);
	}
}

int process_foreground(const char *const *argv)
{
	void (*old_int)(int) = signal(SIGINT, SIG_IGN), (*old_quit)(int) = signal(SIGQUIT, SIG_IGN);
	pid_t pid = fork();
	int status = 0, rc = 0;

	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(errno == ENOENT ? 127 : 126);
	}
	if (pid < 0)
		rc = fail(E_IO, "cannot start '%s': %s", argv[0], strerror(errno));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	signal(SIGINT, old_int);
	signal(SIGQUIT, old_quit);
	return rc ? rc : exit_status(status);
}

int git_run_with(const char *folder, const char *const *args, const struct process_options *options,
	struct buf *out)
{
	static const char *const ours[] = {
		"FLYWHEEL_INTERNAL=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"};
	struct process_options all = *options;
	struct buf error = BUF_INIT;
	const char **argv, **env;
	char *line = NULL;
	size_t count = 0, added = 0, named = 0;
	int status;

	while (args[count])
		count++;
	while (!strcmp(args[named], "-c")) /* a setting before the subcommand */
		named += 2;
	argv = xcalloc(count + 4, sizeof(*argv));
	argv[0] = "git";
	argv[1] = "-C";
	argv[2] = folder ? folder : ".";
	memcpy(argv + 3, args, count * sizeof(*argv));
	while (options->env && options->env[added])
		added++;
	env = xcalloc(ARRAY_SIZE(ours) + added + 1, sizeof(*env));
	memcpy(env, ours, sizeof(ours));
	if (added)
		memcpy(env + ARRAY_SIZE(ours), options->env, added * sizeof(*env));
	all.env = env;
	all.elsewhere = folder != NULL;
	status = process_run(argv, &all, out, &error);
	if (status > 0) {
		line = first_line(error.ptr, 300);
		status = fail(E_FAIL, "git %s failed: %s", args[named],
			status == 127 ? "the git program was not found" : line);
	}
	free(env);
	free(argv);
	free(line);
	buf_release(&error);
	return status;
}

int git_run(const char *folder, const char *const *args, const char *input, size_t input_len,
	struct buf *out)
{
	const struct process_options options = {.input = input, .input_len = input_len};

	return git_run_with(folder, args, &options, out);
}
