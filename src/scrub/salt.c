/* The salt of a sidecar's pseudonyms: made once, kept private beside the database. */
#include "scrub/internal.h"

#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SALT_BYTES 32
#define SALT_FILE "salt"

int salt_random(char hex[SALT_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[SALT_BYTES];
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	if (fd >= 0)
		close(fd);
	if (got != (ssize_t)sizeof(bytes))
		return fail(E_IO, "cannot read /dev/urandom: %s", strerror(errno));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[SALT_HEX] = '\0';
	return 0;
}

static int load_salt(const char *path, char hex[SALT_HEX + 1])
{
	struct buf text = BUF_INIT;
	int rc = file_read(path, 1024, &text);

	buf_trim(&text);
	if (!rc && text.len != SALT_HEX)
		rc = fail(E_INVALID,
			"'%s' is damaged: restore it, or remove it to get new pseudonyms", path);
	if (!rc)
		memcpy(hex, text.ptr, SALT_HEX + 1);
	buf_release(&text);
	return rc;
}

/* Two processes may make it at once: link() lets one win, and both read the winner's. */
static int keep_salt(const char *path, const char *hex)
{
	char *mine = xstrfmt("%s.%ld", path, (long)getpid());
	int rc = file_write(mine, hex, SALT_HEX, 0600);

	if (!rc && link(mine, path) && errno != EEXIST)
		rc = fail(E_IO, "cannot create '%s': %s", path, strerror(errno));
	unlink(mine);
	free(mine);
	return rc;
}

int salt_find(struct session *session, bool may_write, char hex[SALT_HEX + 1])
{
	char *path = path_join(store_folder(session->store), SALT_FILE);
	int rc = load_salt(path, hex);

	if (rc == E_NOTFOUND) {
		error_clear();
		rc = salt_random(hex);
		if (!rc && may_write)
			rc = keep_salt(path, hex);
		if (!rc && may_write)
			rc = load_salt(path, hex);
	}
	free(path);
	return rc;
}
