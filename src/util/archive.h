/* Zip archives, on libzip: small, whole in memory, and the same parts always the same bytes. */
#ifndef UTIL_ARCHIVE_H
#define UTIL_ARCHIVE_H

#include "util/buf.h"

#include <stddef.h>

struct archive_part {
	const char *name;
	const void *bytes;
	size_t len;
};

/* Appends a zip of the parts, in their order, with one fixed time and mode 0644. */
int archive_make(const struct archive_part *parts, size_t count, struct buf *out);
/* Appends one part's bytes. E_NOTFOUND: no such file or part; E_TOOBIG over `max`; E_INVALID. */
int archive_read(const char *path, const char *name, size_t max, struct buf *out);

#endif
