/* Files and paths. */
#define _XOPEN_SOURCE 700
#include "util/file.h"

#include "util/error.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_errno(const char *what, const char *path)
{
	int code = errno == ENOENT || errno == ENOTDIR ? E_NOTFOUND : E_IO;

	return fail(code, "cannot %s '%s': %s", what, path, strerror(errno));
}

int file_read(const char *path, size_t max, struct buf *out)
{
	char block[1 << 16];
	size_t start = out->len;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return fail_errno("open", path);
	while ((got = read(fd, block, sizeof(block))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			rc = fail_errno("read", path);
			break;
		}
		if (out->len - start + (size_t)got > max) {
			rc = fail(E_TOOBIG, "'%s' is larger than %zu bytes", path, max);
			break;
		}
		buf_add(out, block, (size_t)got);
	}
	close(fd);
	return rc;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t put = write(fd, bytes, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes += put;
		len -= (size_t)put;
	}
	return fsync(fd);
}

int file_write(const char *path, const void *bytes, size_t len, unsigned mode)
{
	char *temporary = xstrfmt("%s.XXXXXX", path);
	int fd = mkstemp(temporary);
	int rc = 0;

	if (fd < 0) {
		rc = fail_errno("create", temporary);
		free(temporary);
		return rc;
	}
	if (write_all(fd, bytes, len) || fchmod(fd, mode))
		rc = fail_errno("write", temporary);
	if (close(fd) && !rc)
		rc = fail_errno("close", temporary);
	if (!rc && rename(temporary, path))
		rc = fail_errno("rename to", path);
	if (rc)
		unlink(temporary);
	free(temporary);
	return rc;
}

int file_mkdirs(const char *path, unsigned mode)
{
	char *copy = xstrdup(path);
	int rc = 0;

	for (char *at = copy + 1;; at++) {
		char old = *at;

		if (old && old != '/')
			continue;
		*at = '\0';
		if (mkdir(copy, mode) && errno != EEXIST)
			rc = fail_errno("create folder", copy);
		*at = old;
		if (!old || rc)
			break;
	}
	free(copy);
	if (!rc && !file_is_dir(path))
		rc = fail(E_IO, "'%s' is in the way: it is not a folder", path);
	return rc;
}

bool file_exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	/* Somebody else may be removing too: SQLite drops its side files when the last user closes.
	 */
	return remove(path) && errno != ENOENT;
}

int file_remove_tree(const char *path)
{
	if (!file_exists(path))
		return 0;
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS))
		return fail_errno("remove", path);
	return 0;
}

char *path_join(const char *folder, const char *name)
{
	size_t len = strlen(folder);

	return xstrfmt("%s%s%s", folder, len && folder[len - 1] == '/' ? "" : "/", name);
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *home_dir(void)
{
	const char *home = getenv("HOME");

	return home && *home ? home : NULL;
}
