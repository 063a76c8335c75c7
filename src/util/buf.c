/* The growing byte string. */
#include "util/buf.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char buf_empty[1] = "";

void buf_init(struct buf *buf)
{
	buf->ptr = buf_empty;
	buf->len = buf->capacity = 0;
}

void buf_release(struct buf *buf)
{
	if (buf->capacity)
		free(buf->ptr);
	buf_init(buf);
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	if (buf->capacity)
		buf->ptr[0] = '\0';
}

char *buf_detach(struct buf *buf)
{
	char *text = buf->capacity ? buf->ptr : xstrdup("");

	buf_init(buf);
	return text;
}

void buf_grow(struct buf *buf, size_t extra)
{
	size_t need = buf->len + extra + 1, capacity = buf->capacity;

	capacity = capacity ? capacity : 64;
	while (capacity < need)
		capacity += capacity / 2 + 64;
	buf->ptr = xrealloc(buf->capacity ? buf->ptr : NULL, capacity);
	buf->capacity = capacity;
	buf->ptr[buf->len] = '\0';
}

void buf_fit(struct buf *buf)
{
	if (!buf->capacity)
		return;
	buf->capacity = buf->len + 1;
	buf->ptr = xrealloc(buf->ptr, buf->capacity);
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!len)
		return;
	buf_reserve(buf, len);
	memcpy(buf->ptr + buf->len, bytes, len);
	buf->len += len;
	buf->ptr[buf->len] = '\0';
}

void buf_addstr(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_addch(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len > 0) {
		buf_reserve(buf, (size_t)len);
		vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again);
		buf->len += (size_t)len;
	}
	va_end(again);
}

void buf_add_line(struct buf *buf, const char *text)
{
	for (; *text; text++)
		buf_addch(buf, *text == '\n' || *text == '\r' ? ' ' : *text);
}

void buf_truncate(struct buf *buf, size_t len)
{
	if (len < buf->len) {
		buf->len = len;
		buf->ptr[len] = '\0';
	}
}

void buf_trim(struct buf *buf)
{
	while (buf->len && isspace((unsigned char)buf->ptr[buf->len - 1]))
		buf_truncate(buf, buf->len - 1);
}

void buf_add_printable(struct buf *buf, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		/* C1 controls arrive as 0xc2 0x80..0x9f in UTF-8; some terminals obey them. */
		if (c == 0xc2 && i + 1 < len && (unsigned char)text[i + 1] < 0xa0) {
			buf_addf(buf, "\\x%02x", (unsigned char)text[++i]);
			continue;
		}
		if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f))
			buf_addch(buf, (char)c);
		else
			buf_addf(buf, "\\x%02x", c);
	}
}
