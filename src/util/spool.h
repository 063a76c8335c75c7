/*
 * The spool: small files that git hooks leave in the sidecar's folder for the next pass to read
 * and remove. Written beside and renamed, so that a reader sees the whole of one or nothing.
 */
#ifndef UTIL_SPOOL_H
#define UTIL_SPOOL_H

#include "util/strings.h"

/*
 * Names in `folder` that begin with `prefix`, in the order in which they were written. What was
 * begun ("." before the prefix) and not finished within a day is removed. No folder: no names.
 */
int spool_list(const char *folder, const char *prefix, struct strings *names);
/* Renamed to <path>.bad, for a person to look at; it would come back at every pass. */
void spool_set_aside(const char *path);
/* Cuts the next whole line off a text and returns it; NULL at its end. */
char *spool_line(char **at);

#endif
