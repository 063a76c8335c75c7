/*
 * Error codes and the one message that goes with them. A function that can fail returns 0 or one
 * of these negative codes; the message is set once, where the cause is known, and callers pass
 * the code on. Only src/command/ prints it.
 */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

enum error {
	E_OK = 0,
	E_FAIL = -1,         /* anything without a better name */
	E_NOTFOUND = -2,     /* the thing asked for does not exist */
	E_EXISTS = -3,       /* it is there already */
	E_INVALID = -4,      /* malformed input */
	E_TOOBIG = -5,       /* over a stated cap */
	E_LOCKED = -6,       /* somebody else holds it; trying later may work */
	E_IO = -7,           /* disk full, unreadable, read-only */
	E_STOPPED = -8,      /* a callback asked to stop, or the user pressed Ctrl-C */
	E_USAGE = -9,        /* the caller's words are off */
	E_UNSUPPORTED = -10, /* a kind of repository or file that we refuse */
	E_NETWORK = -11, /* unreachable, timed out, 429, 5xx, truncated: trying later may work */
	E_DENIED = -12,  /* credentials are missing or refused */
	E_LATER = -13    /* nothing is wrong, the answer is not there yet */
};

/* Sets this thread's message and returns `code`, so that `return fail(...)` is one line. */
int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " before the message that a callee set; returns `code` unchanged. */
int fail_context(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last message of this thread: borrowed, never NULL, "" when nothing failed. */
const char *error_message(void);
void error_clear(void);

#endif
