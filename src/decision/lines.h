/* Private to src/decision/: which commit wrote a line, from the versions of its file. */
#ifndef DECISION_LINES_H
#define DECISION_LINES_H

#include "flywheel/session.h"
#include "flywheel/store_version.h"

#include "util/buf.h"

#include <stdbool.h>

/*
 * Brings the versions of files to HEAD, in one transaction. `first`: also when that means to read
 * a long history; else, when more is new than can be read at once, E_LATER.
 */
int versions_update(struct session *session, const struct oid *head, bool first);

/*
 * The commit that wrote a line (from 1) of a file of HEAD. E_NOTFOUND: the versions do not tell,
 * because history is cut off here; E_INVALID: there is no such line.
 */
int line_commit(struct session *session, const char *path, uint32_t line, struct oid *commit);

/* The name that a file had before it was moved here; NULL: none is known. The caller frees. */
int file_former(struct session *session, const char *path, char **former);
/* Where a line of the younger text stands in the older one; 0: it is new. */
int line_map(const struct buf *old, const struct buf *new, uint32_t line, uint32_t *out);

#endif
