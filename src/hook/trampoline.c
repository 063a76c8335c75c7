/*
 * What a git hook runs: starts `git-flywheel worker` in the background and returns at once. Linked
 * statically and with none of our libraries, because it runs after every commit.
 *
 *   git-flywheel-hook <path of git-flywheel> [<sidecar> <process id of git> <own> <argument>...]
 *
 * The last ones are for hooks that are fed lines on standard input: two arguments, remote and URL,
 * for a push and its refs; one, amend or rebase, for a rewrite and its pairs of commits. First the
 * user's own hook `own` runs where there is one, and before a push may refuse; then the lines are
 * noted as a file in the sidecar's spool (doc/formats.md). Of ours, only memory is touched before
 * the caller is let go: the file is written by the background process, so that no disk, full or
 * slow, holds a push or a rebase up. It is not synced: what a power failure takes of a push, the
 * remote-tracking refs' logs still tell; rewritten commits are found again by their patches.
 *
 * Nothing of ours ever fails: whatever goes wrong here, the next command catches up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REFS_MAX ((size_t)1 << 20)
#define PAIRS_MAX ((size_t)4 << 20) /* of a rewrite: 50,000 commits */

struct event {
	const char *sidecar, *remote, *url;
	const char *command;      /* amend or rebase; NULL: a push */
	unsigned long pid;        /* of git; 0: not known */
	unsigned long long start; /* its start time, in ticks since boot; 0: not known */
	char *lines;              /* whole ones */
	size_t len;
};

/* A child that keeps the caller's descriptors would make a piped `git push` wait for it. */
static int leave_caller(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || setsid() < 0)
		return -1;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return -1;
	return close_range(3, ~0U, 0);
}

/* A process id comes back some day; together with its start time it never does. */
static unsigned long long start_time(unsigned long pid)
{
	char path[64], stat[1024];
	const char *at;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%lu/stat", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	len = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[len > 0 ? len : 0] = '\0';
	at = strrchr(
		stat, ')'); /* the name before it may hold anything; then come fields 3, 4, ... */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t put = write(fd, bytes, len);

		if (put < 0 && errno != EINTR)
			return false;
		bytes += put > 0 ? put : 0;
		len -= put > 0 ? (size_t)put : 0;
	}
	return true;
}

/* To the end in any case, so that git never writes into a closed pipe. All of it goes to `copy`. */
static bool read_lines(struct event *event, int copy)
{
	const size_t max = event->command ? PAIRS_MAX : REFS_MAX;
	char block[1 << 15];
	ssize_t got;
	bool copied = true, full = false;

	event->lines = malloc(max);
	while ((got = read(0, block, sizeof(block))) > 0 || (got < 0 && errno == EINTR)) {
		size_t len = got > 0 ? (size_t)got : 0;

		if (copy >= 0)
			copied = copied && write_all(copy, block, len);
		full = full || !event->lines || len > max - event->len;
		if (!full) {
			memcpy(event->lines + event->len, block, len);
			event->len += len;
		}
	}
	while (event->len && event->lines[event->len - 1] != '\n')
		event->len--;
	return copied;
}

/* The user's own hook: its exit status, as a shell would give it. */
static int run_own(char **command, int input)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (lseek(input, 0, SEEK_SET) || dup2(input, 0) < 0)
			_exit(126);
		execvp(command[0], command);
		_exit(errno == ENOENT ? 127 : 126);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return 126;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * Reads the lines, for us and for the user's own hook. Its answer counts, 0 where there is none; a
 * hook that cannot be run refuses, because it may be there to stop what must not leave.
 */
static int take_event(struct event *event, char **argv)
{
	char **own = argv + 4;
	int input = -1;

	if (!access(own[0], X_OK)) {
		input = memfd_create("lines", MFD_CLOEXEC);
		if (input < 0)
			execvp(own[0], own); /* nothing is noted then */
		if (input < 0)
			return 126;
	}
	event->sidecar = argv[2];
	event->pid = strtoul(argv[3], NULL, 10);
	event->start = event->pid ? start_time(event->pid) : 0;
	if (argv[6]) {
		event->remote = argv[5];
		event->url = argv[6];
	} else {
		event->command = argv[5];
	}
	if (!read_lines(event, input))
		return 126;
	return input < 0 ? 0 : run_own(own, input);
}

/* One field, one line, whatever a path is called. */
static void put_text(FILE *file, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		putc((unsigned char)text[i] < ' ' || text[i] == 127 ? '?' : text[i], file);
}

/*
 * A password, or a token in the place of the user, must not be stored. ssh needs the user's name,
 * which is no secret there: `user@host` without a scheme is ssh too.
 */
static void put_url(FILE *file, const char *url)
{
	const char *host = strstr(url, "://"), *at = NULL, *colon;
	size_t kept, scheme;

	if (!host) {
		put_text(file, url, strlen(url));
		return;
	}
	scheme = (size_t)(host - url);
	host += 3;
	for (const char *c = host; *c && !strchr("/?#", *c); c++)
		if (*c == '@')
			at = c;
	kept = (size_t)(host - url);
	if (at && scheme >= 3 && (!strncmp(host - 6, "ssh", 3) || !strncmp(url, "ssh+", 4))) {
		colon = memchr(host, ':', (size_t)(at - host));
		kept = (size_t)((colon ? colon : at) - url);
		host = at;
	} else if (at) {
		host = at + 1;
	}
	put_text(file, url, kept);
	put_text(file, host, strlen(host));
}

static bool write_event(const struct event *event, int folder, const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool failed;

	if (!file)
		return false;
	if (event->command) {
		fputs("flywheel-rewrite 1\ncommand ", file);
		put_text(file, event->command, strlen(event->command));
	} else {
		fprintf(file, "flywheel-push 1\nprocess %lu %llu\nremote ", event->pid,
			event->start);
		put_url(file, event->remote); /* the URL once more where the push names none */
		fputs("\nurl ", file);
		put_url(file, event->url);
	}
	putc('\n', file);
	fwrite(event->lines, 1, event->len, file);
	fputs("end\n", file);
	failed = ferror(file) != 0;
	return !fclose(file) && !failed;
}

/* Written beside and renamed: who reads the spool sees the whole of it or nothing. */
static void note_event(const struct event *event)
{
	char name[80];
	struct timespec now;
	int sidecar = open(event->sidecar, O_RDONLY | O_DIRECTORY | O_CLOEXEC), spool;

	mkdirat(sidecar, "spool", 0700);
	spool = openat(sidecar, "spool", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	clock_gettime(CLOCK_REALTIME, &now);
	/* The time first: names sort in the order of the events. */
	snprintf(name, sizeof(name), ".%s-%lld%09ld-%ld", event->command ? "rewrite" : "push",
		(long long)now.tv_sec, now.tv_nsec, (long)getpid());
	if (!write_event(event, spool, name) || renameat(spool, name, spool, name + 1))
		unlinkat(spool, name, 0);
}

/* A pass beside the push would only slow it down, and could not tell yet whether it arrived. */
static void let_it_push(const struct event *event)
{
	const struct timespec pause = {0, 50 * 1000 * 1000};

	for (int i = 0; i < 40 && event->start && start_time(event->pid) == event->start; i++)
		nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	const char *internal = getenv("FLYWHEEL_INTERNAL");
	struct event event = {0};
	bool fed = argc == 6 || argc == 7, pushes = argc == 7;
	int status;

	if ((argc != 2 && !fed) || (internal && *internal))
		return 0;
	status = fed ? take_event(&event, argv) : 0;
	if (status)
		return status;
	if (fork() == 0) {
		char *command[] = {argv[1], "worker", NULL};

		if (leave_caller())
			_exit(0);
		/* Of a push of nothing git tells by itself; a hook manager may just keep the refs.
		 */
		if (fed && (event.len || (pushes && !event.pid)))
			note_event(&event);
		if (pushes)
			let_it_push(&event);
		execv(argv[1], command);
		_exit(0);
	}
	return 0;
}
