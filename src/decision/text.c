/*
 * From a message to the spans that are worth reading: what people quoted, pasted or generated is
 * dropped, wrapped lines are joined, sentences are split.
 */
#include "decision/internal.h"

#include <ctype.h>
#include <string.h>

struct reader {
	struct strings *out;
	struct buf paragraph;
	bool fence, hunk, list; /* inside a fenced block, a diff, a list item */
	size_t lines;           /* of the paragraph */
};

static void flush(struct reader *reader)
{
	buf_trim(&reader->paragraph);
	if (reader->paragraph.len)
		strings_add_len(reader->out, reader->paragraph.ptr, reader->paragraph.len);
	buf_clear(&reader->paragraph);
	reader->lines = 0;
}

/* Appends words with runs of white space made one blank. */
static void append(struct reader *reader, const char *text, size_t len)
{
	bool blank = reader->paragraph.len > 0;

	for (size_t i = 0; i < len; i++) {
		if (isspace((unsigned char)text[i])) {
			blank = reader->paragraph.len > 0;
			continue;
		}
		if (blank)
			buf_addch(&reader->paragraph, ' ');
		blank = false;
		buf_addch(&reader->paragraph, text[i]);
	}
	reader->lines++;
}

static bool has_prefix(const char *line, size_t len, const char *prefix)
{
	size_t size = strlen(prefix);

	return len >= size && !memcmp(line, prefix, size);
}

/* "Signed-off-by: ...", "Change-Id: ...": one capitalised key that nobody writes in prose. */
static bool is_trailer(const char *line, size_t len)
{
	static const char *const keys[] = {"fixes", "closes", "refs", "references", "bug", "cc",
		"link", "see", "related", "issue", "ref", "resolves", "git-svn-id", "pull-request",
		"pull-request-sha", "change-id", "decision", "because", "rejected", "alternative",
		"consequence", "consequences"};
	char key[40];
	size_t size = 0;

	while (size < len && size < sizeof(key) - 1 &&
		(isalnum((unsigned char)line[size]) || line[size] == '-')) {
		key[size] = (char)tolower((unsigned char)line[size]);
		size++;
	}
	key[size] = '\0';
	if (size < 2 || size >= len || line[size] != ':')
		return false;
	if (ends_with(key, "-by") || ends_with(key, "-id"))
		return true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

static bool is_ruler(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr("-=~*_#+^ ", line[i]))
			return false;
	return len >= 3;
}

/* Width of a list marker with its blanks ("- ", "* ", "12. "), 0 when there is none. */
static size_t list_marker(const char *line, size_t len)
{
	size_t i = 0;

	if (len > 2 && strchr("-*+", line[0]) && line[1] == ' ')
		return 2;
	if (len > 4 && !memcmp(line, "\xe2\x80\xa2", 3)) /* a bullet */
		return 3;
	while (i < len && i < 3 && isdigit((unsigned char)line[i]))
		i++;
	if (i && i + 2 < len && (line[i] == '.' || line[i] == ')') && line[i + 1] == ' ')
		return i + 2;
	return 0;
}

static bool is_noise(const char *line, size_t len)
{
	return line[0] == '>' || line[0] == '|' || line[0] == '$' ||
	       has_prefix(line, len, "<!--") || has_prefix(line, len, ".. ") ||
	       has_prefix(line, len, ":tags:") || has_prefix(line, len, ":tickets:") ||
	       has_prefix(line, len, "cherry picked from") ||
	       has_prefix(line, len, "(cherry picked") || is_trailer(line, len);
}

/* True while the line belongs to a pasted diff. */
static bool in_diff(struct reader *reader, const char *line, size_t len)
{
	if (has_prefix(line, len, "diff --git ") || has_prefix(line, len, "@@ -") ||
		has_prefix(line, len, "--- a/") || has_prefix(line, len, "+++ b/"))
		reader->hunk = true;
	else if (reader->hunk && (!len || !strchr("+- @", line[0])) &&
		 !has_prefix(line, len, "index "))
		reader->hunk = false;
	return reader->hunk;
}

static void take_prose(struct reader *reader, const char *line, size_t len, size_t indent)
{
	size_t marker = list_marker(line, len);

	if (marker) {
		flush(reader);
		reader->list = true;
		append(reader, line + marker, len - marker);
		return;
	}
	if (!reader->lines && indent == 0)
		reader->list = false;
	if (indent >= 4 && !reader->lines && !reader->list) /* an indented listing */
		return;
	append(reader, line, len);
}

static void take_line(struct reader *reader, const char *line, size_t len)
{
	size_t indent = 0;

	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	if (in_diff(reader, line, len)) {
		flush(reader);
		return;
	}
	for (; indent < len && (line[0] == ' ' || line[0] == '\t'); line++, len--)
		indent += line[0] == '\t' ? 4 : 1;
	if (has_prefix(line, len, "```") || has_prefix(line, len, "~~~")) {
		reader->fence = !reader->fence;
		flush(reader);
		return;
	}
	if (reader->fence)
		return;
	if (is_ruler(line, len)) {
		/* What is underlined is a heading. */
		if (reader->lines == 1)
			buf_clear(&reader->paragraph);
		flush(reader);
		return;
	}
	if (!len || is_noise(line, len) || (line[0] == '#' && len > 1 && strchr("# ", line[1]))) {
		flush(reader);
		return;
	}
	take_prose(reader, line, len, indent);
}

void text_paragraphs(const char *text, size_t len, struct strings *out)
{
	struct reader reader = {.out = out, .paragraph = BUF_INIT};
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *next = stop ? stop + 1 : end;

		take_line(&reader, text, (size_t)((stop ? stop : end) - text));
		text = next;
	}
	flush(&reader);
	buf_release(&reader.paragraph);
}

static bool begins(const char *text, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		size_t size = strlen(words[i]);

		if (!strncmp(text, words[i], size) && !isalnum((unsigned char)text[size]))
			return true;
	}
	return false;
}

/* Does this sentence lean on the one before it? */
static bool leans(const char *before, const char *text)
{
	static const char *const any[] = {"Otherwise", "otherwise", "The reason", "This is because",
		"That is because", "That's because", "It's because", "The rationale", "Or else",
		NULL};
	static const char *const was[] = {
		"Previously", "Before", "Originally", "In the past", "Until now", "Formerly", NULL};
	static const char *const now[] = {"Now", "After this", "With this", "We now", "This commit",
		"This change", "This patch", "This PR", "Instead", NULL};

	return begins(text, any) || (begins(before, was) && begins(text, now));
}

bool text_goes_on(const char *message, size_t len)
{
	static const char *const open[] = {"a", "an", "the", "to", "of", "for", "in", "on", "at",
		"by", "with", "from", "is", "are", "and", "or", "that", "when", "if", "not",
		"don't", "near", "into", "until", "as", "be", "its", "so", NULL};
	const char *end = memchr(message, '\n', len), *next = end, *word = end;

	if (!end || end - message < 30)
		return false;
	while (next < message + len && *next == '\n')
		next++;
	if (next >= message + len || !islower((unsigned char)*next))
		return false;
	while (word > message && word[-1] != ' ')
		word--;
	if (end[-1] == ',')
		return true;
	for (size_t i = 0; open[i]; i++)
		if ((size_t)(end - word) == strlen(open[i]) &&
			!memcmp(word, open[i], strlen(open[i])))
			return true;
	return false;
}

/* The first two paragraphs as one. */
static void join_first(struct strings *paragraphs)
{
	struct strings joined = STRINGS_INIT;
	struct buf first = BUF_INIT;

	buf_addf(&first, "%s %s", paragraphs->items[0], paragraphs->items[1]);
	strings_add(&joined, first.ptr);
	for (size_t i = 2; i < paragraphs->count; i++)
		strings_add(&joined, paragraphs->items[i]);
	strings_release(paragraphs);
	*paragraphs = joined;
	buf_release(&first);
}

void text_spans(const char *text, size_t len, struct strings *out)
{
	struct strings paragraphs = STRINGS_INIT;

	text_paragraphs(text, len, &paragraphs);
	if (paragraphs.count > 1 && text_goes_on(text, len))
		join_first(&paragraphs);
	for (size_t i = 0; i < paragraphs.count; i++) {
		struct strings sentences = STRINGS_INIT;
		struct buf span = BUF_INIT;

		sentence_split(paragraphs.items[i], strlen(paragraphs.items[i]), &sentences);
		for (size_t k = 0; k < sentences.count; k++) {
			const char *sentence = sentences.items[k];

			if (span.len && leans(span.ptr, sentence)) {
				buf_addch(&span, ' ');
			} else if (span.len) {
				strings_add_len(out, span.ptr, span.len);
				buf_clear(&span);
			}
			buf_addstr(&span, sentence);
		}
		if (span.len)
			strings_add_len(out, span.ptr, span.len);
		buf_release(&span);
		strings_release(&sentences);
	}
	strings_release(&paragraphs);
}
