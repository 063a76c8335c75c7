/* The lock that makes background passes one at a time, and the flag of who was turned away. */
#define _GNU_SOURCE
#include "hook/internal.h"

#include "util/error.h"
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int worker_lock(const char *folder, bool wait, int *fd)
{
	char *path = path_join(folder, "worker.lock");
	int rc = 0;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		rc = fail(E_IO, "cannot open '%s': %s", path, strerror(errno));
	while (!rc && flock(*fd, LOCK_EX | (wait ? 0 : LOCK_NB))) {
		if (errno == EWOULDBLOCK)
			rc = fail(E_LOCKED, "another pass is running");
		else if (errno != EINTR)
			rc = fail(E_IO, "cannot lock '%s': %s", path, strerror(errno));
	}
	if (rc && *fd >= 0)
		close(*fd);
	free(path);
	return rc;
}

int flag_raise(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(E_IO, "cannot write '%s': %s", path, strerror(errno));
	close(fd);
	return 0;
}
