/* Names of symbols as people write them, in parts that a language joins: a.b, a::b, a\b, a#b. */
#ifndef UTIL_NAME_H
#define UTIL_NAME_H

#include <stdbool.h>

/* The last part of a qualified name: in it, or all of it. */
const char *name_last(const char *qualified);
/* Whether the parts of `words` are the last parts of a qualified name, whatever joins them. */
bool name_ends(const char *qualified, const char *words);

#endif
