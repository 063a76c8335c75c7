/*
 * Preloaded into git flywheel: it is killed at the write to a file whose number is in KILL_AT, as
 * SQLite makes them. Whatever that write was to complete is half there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

typedef ssize_t (*pwrite_fn)(int fd, const void *bytes, size_t len, off_t at);

static void count(void)
{
	static long left = -1;
	const char *at = getenv("KILL_AT");

	if (left < 0)
		left = at ? atol(at) : 0;
	if (left && !--left)
		kill(getpid(), SIGKILL);
}

static ssize_t forward(const char *name, int fd, const void *bytes, size_t len, off_t at)
{
	pwrite_fn next;

	*(void **)&next = dlsym(RTLD_NEXT, name);
	count();
	return next(fd, bytes, len, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return forward("pwrite", fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
	return forward("pwrite64", fd, bytes, len, at);
}
