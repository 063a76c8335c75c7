/* What the bytes of a file say before any parsing: text or not, written by a person or not. */
#include "parse/internal.h"

#include <string.h>

#define AVERAGE_LINE 100
#define LONGEST_LINE 1000

static bool is_minified(const char *text, size_t len)
{
	size_t lines = 0, longest = 0, start = 0;

	while (start < len) {
		const char *end = memchr(text + start, '\n', len - start);
		size_t line = end ? (size_t)(end - text) - start : len - start;

		if (line > longest)
			longest = line;
		lines++;
		start += line + 1;
	}
	return lines && (longest > LONGEST_LINE || len / lines > AVERAGE_LINE);
}

enum parse_skip content_check(const char *text, size_t len)
{
	if (memchr(text, '\0', len))
		return PARSE_BINARY;
	return is_minified(text, len) ? PARSE_MINIFIED : PARSE_OK;
}

uint32_t content_lines(const char *text, size_t len)
{
	uint32_t lines = 0;

	for (const char *at = text, *end = text + len; at < end; lines++) {
		const char *next = memchr(at, '\n', (size_t)(end - at));

		at = next ? next + 1 : end;
	}
	return lines;
}

const char *parse_skip_name(enum parse_skip skip)
{
	static const char *const names[] = {NULL, "binary", "minified", "too complex"};

	return names[skip];
}

/* Skips blanks and the marker that a line of a comment begins with. */
static const char *skip_margin(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	while (at < end && (*at == '/' || *at == '*' || *at == '#' || *at == '!'))
		at++;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

void comment_words(const char *text, size_t len, struct buf *out)
{
	const char *end = text + len;
	size_t first = out->len;

	while (text < end) {
		const char *next = memchr(text, '\n', (size_t)(end - text));
		const char *stop = next ? next : end;
		const char *at = skip_margin(text, stop);

		while (stop > at && strchr(" \t\r", stop[-1]))
			stop--;
		if (stop - at >= 2 && stop[-1] == '/' && stop[-2] == '*')
			for (stop -= 1; stop > at && strchr("* \t", stop[-1]);)
				stop--;
		if (stop > at) {
			if (out->len > first)
				buf_addch(out, '\n');
			buf_add(out, at, (size_t)(stop - at));
		} else if (out->len > first && out->ptr[out->len - 1] != '\n') {
			buf_addch(out, '\n'); /* an empty line parts paragraphs */
		}
		text = next ? next + 1 : end;
	}
	while (out->len > first && out->ptr[out->len - 1] == '\n')
		buf_truncate(out, out->len - 1);
}
