/*
 * What a text hides: escapes of JSON, C and URLs, continued lines, string literals glued together,
 * base64 and hexadecimal. A secret in such clothes is as readable as a bare one.
 */
#include "scrub/find.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define RUN_MIN 24    /* characters of base64 that can hide a secret */
#define LINE_MIN 56   /* a line of base64 at least this long may go on in the next */
#define RUN_MAX 65536 /* longer runs are pictures and archives */
#define GLUE_MAX 64   /* white space between two halves of a string */

void view_init(struct view *view)
{
	memset(view, 0, sizeof(*view));
	buf_init(&view->text);
	bytes_parse("A-Za-z0-9+/_-", view->of);
}

void view_release(struct view *view)
{
	buf_release(&view->text);
	free(view->from);
	view->from = NULL;
	view->capacity = 0;
}

static void put(struct view *view, char c, size_t from)
{
	buf_addch(&view->text, c);
	if (view->text.len >= view->capacity) {
		view->capacity = view->text.capacity + 1;
		view->from = xrealloc(view->from, view->capacity * sizeof(*view->from));
	}
	view->from[view->text.len - 1] = from;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that `count` hexadecimal digits stand for; -1 when they do not or it is no ASCII. */
static int hex_byte(const char *text, size_t left, size_t count)
{
	int value = 0;

	if (left < count)
		return -1;
	for (size_t i = 0; i < count; i++) {
		int digit = hex_value(text[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value >= 0x20 && value < 0x7f ? value : -1;
}

/* A quote, white space and at most one operator, and a quote again: the length of that, or 0. */
static size_t glue_length(const char *text, size_t left)
{
	bool joined = false;
	size_t at = 1;

	while (at < left && at < GLUE_MAX && text[at] != text[0]) {
		if (!joined && strchr("+.&\\", text[at]))
			joined = true;
		else if (!isspace((unsigned char)text[at]))
			return 0;
		else if (text[at] == '\n')
			joined = joined || at + 1 < left;
		at++;
	}
	return at > 1 && joined && at < left && text[at] == text[0] ? at + 1 : 0;
}

/* The length of the escape at text[0], 1 when it is none. *out: its byte, -1: it vanishes. */
static size_t read_escape(const char *text, size_t left, int *out)
{
	static const char plain[] = "\"\"''\\\\//n\nr\nt\t";
	size_t at = 1;
	int byte;

	*out = (unsigned char)text[0];
	if (text[0] == '%' && (byte = hex_byte(text + 1, left - 1, 2)) >= 0) {
		*out = byte;
		return 3;
	}
	if ((text[0] == '"' || text[0] == '\'') && (at = glue_length(text, left))) {
		*out = -1;
		return at;
	}
	if (text[0] != '\\' || left < 2)
		return 1;
	if (text[1] == '\n' || (text[1] == '\r' && left > 2 && text[2] == '\n')) {
		for (at = 2; at < left && at < GLUE_MAX && isspace((unsigned char)text[at]); at++)
			;
		*out = -1;
		return at;
	}
	if ((text[1] == 'u' && (byte = hex_byte(text + 2, left - 2, 4)) >= 0) ||
		(text[1] == 'x' && (byte = hex_byte(text + 2, left - 2, 2)) >= 0)) {
		*out = byte;
		return text[1] == 'u' ? 6 : 4;
	}
	for (size_t i = 0; plain[i]; i += 2)
		if (plain[i] == text[1]) {
			*out = plain[i + 1];
			return 2;
		}
	return 1;
}

size_t view_escape_length(const char *text, size_t left)
{
	int byte;
	size_t size = read_escape(text, left, &byte);

	return byte < 0 ? 1 : size;
}

/* One line and those that it goes on in; returns where the next begins. */
static size_t add_line(struct view *view, const char *text, size_t len, size_t at)
{
	while (at < len && text[at] != '\n') {
		int byte;
		size_t size = read_escape(text + at, len - at, &byte);

		if (byte >= 0)
			put(view, (char)byte, at);
		at += size;
	}
	put(view, '\n', at < len ? at : len - 1);
	return at < len ? at + 1 : len;
}

/* Looks at one byte behind most quotes: nothing else than this can follow where two are glued. */
static bool may_be_escape(const char *text, size_t left)
{
	if (text[0] == '"' || text[0] == '\'')
		return left > 2 && (strchr("+.&\\", text[1]) || isspace((unsigned char)text[1]));
	return left > 1;
}

void view_escapes(struct view *view, const char *text, size_t len)
{
	static const bool special[256] = {['\\'] = true, ['%'] = true, ['"'] = true, ['\''] = true};
	const unsigned char *byte = (const unsigned char *)text;

	buf_clear(&view->text);
	for (size_t at = 0; at < len; at++) {
		size_t start;
		int out;

		while (len - at > 4 && !(special[byte[at]] | special[byte[at + 1]] |
					       special[byte[at + 2]] | special[byte[at + 3]]))
			at += 4;
		if (!special[byte[at]] || !may_be_escape(text + at, len - at) ||
			read_escape(text + at, len - at, &out) == 1)
			continue;
		for (start = at; start > 0 && text[start - 1] != '\n'; start--)
			;
		at = add_line(view, text, len, start) - 1;
	}
}

/* ---- base64 and hexadecimal ---- */

/* Both alphabets in one: what a digit stands for, -1: no digit. */
static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* The end of a run that begins at `start`, over the line ends of a block of long lines. */
static size_t run_end(const char *text, size_t len, size_t start)
{
	size_t at = start, line = start;

	while (at < len && at - start < RUN_MAX) {
		size_t next = at;

		if (base64_value(text[at]) >= 0) {
			at++;
			continue;
		}
		if (at - line < LINE_MIN || (text[at] != '\n' && text[at] != '\r'))
			break;
		while (next < len && next - at < GLUE_MAX && isspace((unsigned char)text[next]))
			next++;
		if (next >= len || base64_value(text[next]) < 0)
			break;
		at = line = next;
	}
	return at;
}

static bool is_readable(unsigned char c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
}

static bool decode_base64(const char *text, size_t len, struct buf *out)
{
	unsigned bits = 0, count = 0;

	buf_clear(out);
	for (size_t i = 0; i < len; i++) {
		int value = base64_value(text[i]);

		if (value < 0)
			continue;
		bits = (bits << 6 | (unsigned)value) & 0xffffff;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		if (!is_readable((unsigned char)(bits >> count)))
			return false;
		buf_addch(out, (char)(bits >> count));
	}
	return out->len > 0;
}

static bool decode_hex(const char *text, size_t len, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i + 1 < len; i += 2) {
		int high = hex_value(text[i]), low = hex_value(text[i + 1]);

		if (high < 0 || low < 0 || !is_readable((unsigned char)(high * 16 + low)))
			return false;
		buf_addch(out, (char)(high * 16 + low));
	}
	return out->len > 0;
}

/* Without a branch: what stands in a text is hard to foresee. */
static bool are_all(const bool of[256], const unsigned char *byte, size_t count)
{
	bool all = of[byte[0]] & of[byte[1]] & of[byte[2]] & of[byte[3]];

	return count == 4 ? all : all & of[byte[4]] & of[byte[5]] & of[byte[6]] & of[byte[7]];
}

bool run_find(
	const bool of[256], size_t least, const char *text, size_t len, size_t at, struct span *run)
{
	const unsigned char *byte = (const unsigned char *)text;
	/* Blocks so far apart that a run that is long enough holds one of them. */
	size_t block = least < 16 ? 4 : 8, step = least - block + 1, probe = at;

	while (probe < len && len - probe >= block) {
		size_t start = probe;

		if (!are_all(of, byte + probe, block)) {
			probe += step;
			continue;
		}
		while (start > at && of[byte[start - 1]])
			start--;
		for (probe += block; probe < len && of[byte[probe]]; probe++)
			;
		if (probe - start >= least) {
			*run = (struct span){start, probe};
			return true;
		}
		probe++;
	}
	return false;
}

bool view_wrapped(struct view *view, const char *text, size_t len, size_t *at, struct span *run)
{
	while (run_find(view->of, RUN_MIN, text, len, *at, run)) {
		size_t start = run->start, end = run_end(text, len, start);

		run->end = *at = end;
		if (decode_hex(text + start, end - start, &view->text))
			return true;
		/* What stands before it may be of the same alphabet: a path, for one. */
		for (size_t skip = 0; skip < 4; skip++)
			if (decode_base64(text + start + skip, end - start - skip, &view->text))
				return true;
	}
	return false;
}
