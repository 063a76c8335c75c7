/* What the files of src/hook/ share: the text of our hooks, and whose a hook is. */
#ifndef HOOK_INTERNAL_H
#define HOOK_INTERNAL_H

#include "flywheel/hook.h"

enum hook_owner {
	OWNER_NOBODY,   /* no file */
	OWNER_US,       /* as we wrote it */
	OWNER_EDITED,   /* ours, changed by hand */
	OWNER_LEFTHOOK, /* renewed by lefthook at every run: a chain would not last */
	OWNER_USER,
};

/* The hook's whole text; paths are quoted for the shell, `sidecar` is relative to the hook's
 * folder.
 */
void hook_text(const char *program, const char *trampoline, const char *sidecar, struct buf *out);
/* Reads the file too; `text` gets what it holds. E_IO when it cannot be read. */
int hook_owner(const char *path, enum hook_owner *owner, struct buf *text);

/* Makes an empty file: who holds a lock is asked to look once more before leaving. */
int flag_raise(const char *path);

#endif
