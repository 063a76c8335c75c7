/* Files and paths. Every read states its cap; every write is atomic. */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends a whole file to `out`. E_NOTFOUND, E_TOOBIG (over `max` bytes), E_IO. */
int file_read(const char *path, size_t max, struct buf *out);
/* Writes beside the target, syncs and renames: the old content or the new one, never half. */
int file_write(const char *path, const void *bytes, size_t len, unsigned mode);
int file_mkdirs(const char *path, unsigned mode); /* like mkdir -p */
bool file_exists(const char *path);
bool file_is_dir(const char *path);
int file_remove_tree(const char *path);                /* a missing path is no error */
char *path_join(const char *folder, const char *name); /* the caller frees */
const char *path_base(const char *path);               /* after the last '/'; borrowed */
/* $HOME, or NULL when it is unset or empty: callers must live without it. */
const char *home_dir(void);

#endif
