/*
 * What a git hook runs: starts `git-flywheel worker` in the background and returns at once. Linked
 * statically and with none of our libraries, because it runs after every commit.
 *
 *   git-flywheel-hook <path of git-flywheel> [<sidecar> <process id of git> <own> <remote> <url>]
 *
 * The last five are for a push, whose refs stand on standard input. First the user's own hook `own`
 * runs where there is one, and may refuse; then the push is noted as a file in the sidecar's spool
 * (doc/formats.md). Of ours, only memory is touched before the caller is let go: the file is
 * written by the background process, so that no disk, full or slow, holds a push up. It is not
 * synced: what a power failure takes, the remote-tracking refs' logs still tell.
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

struct push {
	const char *sidecar, *remote, *url;
	unsigned long pid;        /* of `git push`; 0: not known */
	unsigned long long start; /* its start time, in ticks since boot; 0: not known */
	char *refs;               /* whole lines */
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
static bool read_refs(struct push *push, int copy)
{
	char block[1 << 15];
	ssize_t got;
	bool copied = true, full = false;

	push->refs = malloc(REFS_MAX);
	while ((got = read(0, block, sizeof(block))) > 0 || (got < 0 && errno == EINTR)) {
		size_t len = got > 0 ? (size_t)got : 0;

		if (copy >= 0)
			copied = copied && write_all(copy, block, len);
		full = full || !push->refs || len > REFS_MAX - push->len;
		if (!full) {
			memcpy(push->refs + push->len, block, len);
			push->len += len;
		}
	}
	while (push->len && push->refs[push->len - 1] != '\n')
		push->len--;
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
 * Reads the refs, for us and for the user's own hook. Its answer counts, 0 where there is none; a
 * hook that cannot be run refuses, because it may be there to stop what must not leave.
 */
static int take_push(struct push *push, char **argv)
{
	char *own[] = {argv[4], argv[5], argv[6], NULL};
	int input = -1;

	if (!access(own[0], X_OK)) {
		input = memfd_create("refs", MFD_CLOEXEC);
		if (input < 0)
			execvp(own[0], own); /* nothing is noted then */
		if (input < 0)
			return 126;
	}
	push->sidecar = argv[2];
	push->pid = strtoul(argv[3], NULL, 10);
	push->start = push->pid ? start_time(push->pid) : 0;
	push->remote = argv[5];
	push->url = argv[6];
	if (!read_refs(push, input))
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

static bool write_note(const struct push *push, int folder, const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool failed;

	if (!file)
		return false;
	fprintf(file, "flywheel-push 1\nprocess %lu %llu\nremote ", push->pid, push->start);
	put_url(file, push->remote); /* the URL once more where the push names no remote */
	fputs("\nurl ", file);
	put_url(file, push->url);
	putc('\n', file);
	fwrite(push->refs, 1, push->len, file);
	fputs("end\n", file);
	failed = ferror(file) != 0;
	return !fclose(file) && !failed;
}

/* Written beside and renamed: who reads the spool sees the whole note or none. */
static void note_push(const struct push *push)
{
	char name[80];
	struct timespec now;
	int sidecar = open(push->sidecar, O_RDONLY | O_DIRECTORY | O_CLOEXEC), spool;

	mkdirat(sidecar, "spool", 0700);
	spool = openat(sidecar, "spool", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	clock_gettime(CLOCK_REALTIME, &now);
	/* The time first: names sort in the order of the pushes. */
	snprintf(name, sizeof(name), ".push-%lld%09ld-%ld", (long long)now.tv_sec, now.tv_nsec,
		(long)getpid());
	if (!write_note(push, spool, name) || renameat(spool, name, spool, name + 1))
		unlinkat(spool, name, 0);
}

/* A pass beside the push would only slow it down, and could not tell yet whether it arrived. */
static void let_it_push(const struct push *push)
{
	const struct timespec pause = {0, 50 * 1000 * 1000};

	for (int i = 0; i < 40 && push->start && start_time(push->pid) == push->start; i++)
		nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	const char *internal = getenv("FLYWHEEL_INTERNAL");
	struct push push = {0};
	bool pushes = argc == 7;
	int status;

	if ((argc != 2 && !pushes) || (internal && *internal))
		return 0;
	status = pushes ? take_push(&push, argv) : 0;
	if (status)
		return status;
	if (fork() == 0) {
		char *command[] = {argv[1], "worker", NULL};

		if (leave_caller())
			_exit(0);
		/* Of a push of nothing git tells by itself; a hook manager may just keep the refs.
		 */
		if (pushes && (push.len || !push.pid))
			note_push(&push);
		if (pushes)
			let_it_push(&push);
		execv(argv[1], command);
		_exit(0);
	}
	return 0;
}
