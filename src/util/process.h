/* Running other programs: an argument vector, never a shell. */
#ifndef UTIL_PROCESS_H
#define UTIL_PROCESS_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct process_options {
	const char *folder; /* working directory, or NULL for ours */
	const char *input;  /* fed to standard input, or NULL for /dev/null */
	size_t input_len;
	const char *const *env; /* NULL-terminated "NAME=value" additions, or NULL */
	size_t max_output;      /* bytes kept of stdout; 0 means 64 MiB */
	/* Without the variables (GIT_DIR, GIT_INDEX_FILE and others) by which a hook of one
	 * repository would send git there, whatever folder it is started in. */
	bool elsewhere;
	/* Seconds that it may take; 0: any. Then it and all that it started are killed. */
	double timeout_s;
};

/* From here on a crash of this process leaves no memory behind on a disk, nor may it be traced. */
void process_no_core(void);

/*
 * Runs argv (NULL-terminated; argv[0] found on PATH) to its end. `out` and `error` (either may be
 * NULL: thrown away) get stdout and stderr. Returns the exit status 0..255 (128 + n for signal n),
 * or a negative error when it could not be started. E_NETWORK: it took longer than it may.
 */
int process_run(const char *const *argv, const struct process_options *options, struct buf *out,
	struct buf *error);

/*
 * Starts argv in a session of its own, nothing on its standard input, stdout and stderr appended to
 * the open file `output`, and returns at once. `options` may be NULL; input and max_output count
 * for nothing.
 */
int process_start(
	const char *const *argv, const struct process_options *options, int output, pid_t *pid);
/* Waits at most `seconds` for its end: as process_run returns, or E_LATER: it goes on working. */
int process_wait(pid_t pid, double seconds);

/*
 * Runs argv with our own standard streams, as an editor needs the terminal, and waits for it.
 * Ctrl-C is the program's meanwhile. Returns as process_run does.
 */
int process_foreground(const char *const *argv);

/*
 * Runs `git -C folder ...` with FLYWHEEL_INTERNAL=1, no prompts; a non-zero status is E_FAIL with
 * git's own first line of stderr as the message. `out` may be NULL. A folder says which repository
 * is meant, whatever GIT_DIR and its like say; with NULL they count.
 */
int git_run(const char *folder, const char *const *args, const char *input, size_t input_len,
	struct buf *out);
/* The same with a time limit, and with an environment of the caller's beside ours. */
int git_run_with(const char *folder, const char *const *args, const struct process_options *options,
	struct buf *out);

#endif
