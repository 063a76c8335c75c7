/*
 * `#if` around a part of something: `, IConvertible` in the head of a class, `&& x` in a condition.
 * No grammar can know where one may stand, so such directives are made blank before parsing, and
 * the first branch stays. Those around whole statements and definitions are the grammar's.
 */
#include "parse/internal.h"

#include <string.h>

static size_t line_length(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	return end ? (size_t)(end - text) + 1 : len;
}

/* What stands behind the '#' of a directive's line, or NULL. */
static const char *directive(const char *line, size_t len)
{
	size_t at = 0;

	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	if (at >= len || line[at] != '#')
		return NULL;
	for (at++; at < len && (line[at] == ' ' || line[at] == '\t');)
		at++;
	return line + at;
}

static bool is_word(const char *at, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - at) >= len && !memcmp(at, word, len);
}

/* The length of the lines from `#if` to its `#endif`; 0 when they hold more than a fragment. */
static size_t fragment_length(const char *text, size_t len)
{
	size_t at = line_length(text, len);

	while (at < len) {
		size_t line = line_length(text + at, len - at);
		const char *end = text + at + line, *word = directive(text + at, line);

		at += line;
		if (word && is_word(word, end, "endif"))
			return at;
		if (word ? !is_word(word, end, "el")
			 : memchr(end - line, '{', line) || memchr(end - line, '}', line) ||
					memchr(end - line, ';', line))
			return 0;
	}
	return 0;
}

static void blank(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\n' && text[i] != '\r')
			text[i] = ' ';
}

static void blank_fragment(char *text, size_t len)
{
	bool first = true;

	blank(text, line_length(text, len));
	for (size_t at = line_length(text, len); at < len;) {
		size_t line = line_length(text + at, len - at);

		first = first && !directive(text + at, line);
		if (!first)
			blank(text + at, line);
		at += line;
	}
}

bool fragments_blank(const char *text, size_t len, struct buf *out)
{
	bool changed = false;

	for (size_t at = 0; at < len;) {
		size_t line = line_length(text + at, len - at), fragment = 0;
		const char *word = directive(text + at, line);

		if (word && is_word(word, text + at + line, "if"))
			fragment = fragment_length(text + at, len - at);
		if (fragment && !changed)
			buf_add(out, text, len);
		changed |= fragment > 0;
		if (fragment)
			blank_fragment(out->ptr + at, fragment);
		at += fragment ? fragment : line;
	}
	return changed;
}
