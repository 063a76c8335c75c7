/* Progress of long work: a bar on a terminal, silence in a pipe. */
#ifndef UTIL_PROGRESS_H
#define UTIL_PROGRESS_H

#include <stddef.h>

struct progress;

/* `total` 0 means unknown. Never NULL. Draws on stderr, at most ten times a second. */
struct progress *progress_start(const char *title, size_t total);
void progress_set(struct progress *progress, size_t done); /* NULL is fine */
void progress_finish(struct progress *progress);           /* frees; NULL is fine */

/* Ctrl-C: after interrupt_watch(), interrupted() turns true instead of the process dying. */
void interrupt_watch(void);
int interrupted(void);

#endif
