/* A growing byte string, always NUL-terminated; `BUF_INIT` is the empty one. */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>

struct buf {
	char *ptr; /* never NULL; points to a shared "" while nothing is allocated */
	size_t len;
	size_t capacity;
};

extern char buf_empty[1];
#define BUF_INIT                                                                                   \
	{                                                                                          \
		buf_empty, 0, 0                                                                    \
	}

void buf_init(struct buf *buf);
void buf_release(struct buf *buf);            /* frees; the buffer may be used again */
void buf_clear(struct buf *buf);              /* length 0, keeps the allocation */
char *buf_detach(struct buf *buf);            /* the caller frees; the buffer is empty again */
void buf_grow(struct buf *buf, size_t extra); /* buf_reserve where there is no room yet */
static inline void buf_reserve(struct buf *buf, size_t extra)
{
	if (buf->len + extra >= buf->capacity)
		buf_grow(buf, extra);
}
void buf_fit(struct buf *buf); /* gives back what is reserved and not used */
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_addstr(struct buf *buf, const char *text);
void buf_addch(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_add_line(struct buf *buf, const char *text); /* ends of lines become blanks */
void buf_truncate(struct buf *buf, size_t len);
void buf_trim(struct buf *buf); /* drops trailing white space */

/* Adds text with control bytes and terminal escapes made harmless, for printing foreign text. */
void buf_add_printable(struct buf *buf, const char *text, size_t len);

#endif
