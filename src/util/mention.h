/* Words of a text that may name code: names, paths, ids of commits. As written, each once. */
#ifndef UTIL_MENTION_H
#define UTIL_MENTION_H

#include "util/strings.h"

#define MENTIONS_MAX 12 /* of a kind; a text with more is a listing */

/* Names that look like code: in backticks, called(), with_underscores, CamelCase. */
void text_names(const char *text, struct strings *out);
/* "src/a.c" and "a.c", without "./" before and ":12" behind. */
void text_paths(const char *text, struct strings *out);
/* 7 to 40 hex digits, letters and figures among them. */
void text_commits(const char *text, struct strings *out);

#endif
