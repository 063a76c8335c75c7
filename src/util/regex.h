/* Regular expressions, on PCRE2 with its JIT. Bounded: a match that backtracks too much is none. */
#ifndef UTIL_REGEX_H
#define UTIL_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct regex;

enum regex_flags {
	REGEX_CASELESS = 1,
	REGEX_MULTILINE = 2, /* ^ and $ at every line */
	REGEX_DOTALL = 4,
	REGEX_EXTENDED = 8 /* white space and # comments in the pattern are ignored */
};

struct span {
	size_t start, end; /* bytes; both SIZE_MAX for a group that took no part */
};

/* E_INVALID with the offset and PCRE2's words when the pattern is bad. */
int regex_compile(const char *pattern, unsigned flags, struct regex **out);
void regex_free(struct regex *regex);

/*
 * The first match in text[start..len). Fills at most `count` spans, group 0 first. False when
 * there is none. Bytes that are not UTF-8 are matched as bytes. Not thread-safe per regex.
 */
bool regex_match(struct regex *regex, const char *text, size_t len, size_t start,
	struct span *spans, size_t count);
/* Steps of backtracking that a match may take; a million unless set. */
void regex_set_budget(struct regex *regex, uint32_t steps);
/* Did the last match end at a limit, so that "none" is not an answer? For who must fail closed. */
bool regex_gave_up(const struct regex *regex);
bool regex_test(struct regex *regex, const char *text, size_t len);
int regex_group(const struct regex *regex, const char *name); /* number, or -1 */

#endif
