/*
 * What a git hook runs: starts `git-flywheel worker` in the background and returns at once. Linked
 * statically and with none of our libraries, because it runs after every commit.
 *
 *   git-flywheel-hook <path of git-flywheel>
 *
 * It never fails: whatever goes wrong here, the next command catches up.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

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

int main(int argc, char **argv)
{
	const char *internal = getenv("FLYWHEEL_INTERNAL");

	if (argc != 2 || (internal && *internal) || access(argv[1], X_OK))
		return 0;
	if (fork() == 0) {
		char *command[] = {argv[1], "worker", NULL};

		if (!leave_caller())
			execv(argv[1], command);
		_exit(0);
	}
	return 0;
}
