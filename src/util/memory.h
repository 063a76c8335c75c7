/* Allocation that cannot fail: out of memory aborts, so no caller carries a path for it. */
#ifndef UTIL_MEMORY_H
#define UTIL_MEMORY_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
/* Gives freed memory back to the system, where the C library can. */
void memory_trim(void);
char *xstrdup(const char *text);              /* NULL gives NULL */
char *xstrndup(const char *text, size_t len); /* always NUL-terminated */
char *xstrfmt(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes room for one more element in a growing array: GROW(items, count, capacity). */
#define GROW(items, count, capacity)                                                               \
	do {                                                                                       \
		if ((count) >= (capacity)) {                                                       \
			(capacity) = (capacity) ? (capacity)*2 : 16;                               \
			(items) = xrealloc((items), (size_t)(capacity) * sizeof(*(items)));        \
		}                                                                                  \
	} while (0)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
