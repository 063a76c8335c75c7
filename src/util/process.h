/* Running other programs: an argument vector, never a shell. */
#ifndef UTIL_PROCESS_H
#define UTIL_PROCESS_H

#include "util/buf.h"

#include <stddef.h>
#include <stdio.h>

struct process_options {
	const char *folder; /* working directory, or NULL for ours */
	const char *input;  /* fed to standard input, or NULL for /dev/null */
	size_t input_len;
	const char *const *env; /* NULL-terminated "NAME=value" additions, or NULL */
	size_t max_output;      /* bytes kept of stdout; 0 means 64 MiB */
};

/*
 * Runs argv (NULL-terminated; argv[0] found on PATH) to its end. `out` and `error` (either may be
 * NULL: thrown away) get stdout and stderr. Returns the exit status 0..255 (128 + n for signal n),
 * or a negative error when it could not be started.
 */
int process_run(const char *const *argv, const struct process_options *options, struct buf *out,
	struct buf *error);

/* Runs `git -C folder ...` with FLYWHEEL_INTERNAL=1, no prompts; a non-zero status is E_FAIL with
 * git's own first line of stderr as the message. `out` may be NULL. */
int git_run(const char *folder, const char *const *args, const char *input, size_t input_len,
	struct buf *out);

#endif
