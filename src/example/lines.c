/* Code as lines and indented blocks: enough to cut a function in places that make sense. */
#include "example/internal.h"

#include "util/memory.h"

#include <ctype.h>
#include <string.h>

struct line *split_lines(const char *text, size_t len, size_t *count)
{
	struct line *lines = NULL;
	size_t used = 0, capacity = 0, at = 0;

	while (at < len) {
		const char *stop = memchr(text + at, '\n', len - at);
		struct line line = {at, stop ? (size_t)(stop - text) + 1 : len, 0};

		for (; at < line.end && (text[at] == ' ' || text[at] == '\t'); at++)
			line.indent = text[at] == ' ' ? line.indent + 1 : (line.indent | 7) + 1;
		if (at >= line.end || text[at] == '\n' || text[at] == '\r')
			line.indent = -1;
		at = line.end;
		GROW(lines, used, capacity);
		lines[used++] = line;
	}
	*count = used;
	return lines;
}

/* "}", "} else {", ")", "end": what closes or continues the block above it. */
static bool closes(const char *text, const struct line *line)
{
	size_t at = line->start;

	while (at < line->end && (text[at] == ' ' || text[at] == '\t'))
		at++;
	return at < line->end && strchr("})]", text[at]);
}

size_t block_end(const char *text, const struct line *lines, size_t count, size_t first)
{
	size_t end = first + 1;

	while (end < count) {
		bool deeper = lines[end].indent > lines[first].indent;

		if (lines[end].indent == lines[first].indent && closes(text, &lines[end])) {
			const char *open = memchr(
				text + lines[end].start, '{', lines[end].end - lines[end].start);

			end++;
			if (!open) /* not "} else {" */
				break;
			continue;
		}
		if (!deeper && lines[end].indent >= 0)
			break;
		end++;
	}
	while (end > first + 1 && lines[end - 1].indent < 0)
		end--;
	return end;
}

int count_branches(const char *text, size_t len)
{
	static const char *const words[] = {"if", "elif", "for", "while", "case", "catch", "except",
		"and", "or", "rescue", "unless", "when"};
	int count = 1;

	for (size_t at = 0; at < len;) {
		size_t start = at;

		if (!isalpha((unsigned char)text[at]) && text[at] != '_') {
			count += at + 1 < len && text[at] == text[at + 1] &&
				 (text[at] == '&' || text[at] == '|');
			at += at + 1 < len && text[at] == text[at + 1] ? 2 : 1;
			continue;
		}
		while (at < len && (isalnum((unsigned char)text[at]) || text[at] == '_'))
			at++;
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			count += strlen(words[i]) == at - start &&
				 !memcmp(words[i], text + start, at - start);
	}
	return count;
}
