/* JSON by pieces: a tokenizer that keeps its state between them, and a builder with bounds. */
#include "util/js_stream.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX ((size_t)1 << 10)
#define NUMBER_MAX 64 /* longer ones are cut: no double has more digits that count */
#define NONE SIZE_MAX

enum state {
	WANT_VALUE,
	WANT_ELEMENT, /* or the end of an array that has none yet */
	WANT_MEMBER,  /* or the end of an object that has none yet */
	WANT_KEY,
	WANT_COLON,
	AFTER_VALUE,
	IN_STRING,
	IN_ESCAPE,
	IN_UNICODE,
	IN_BARE, /* a number, true, false, null */
};

struct frame {
	bool array;
	uint32_t places; /* those that may still lie below */
};

struct js_stream {
	struct strings segments[JS_STREAM_PLACES];
	size_t place_count;
	js_stream_fn fn;
	void *payload;
	int rc;

	enum state state;
	struct frame frames[JS_STREAM_DEPTH];
	size_t depth;

	struct buf text; /* of the string or word in hand */
	size_t text_max; /* 0: it is passed over */
	bool is_key, cut;
	unsigned unicode, digits, high; /* high: first half of a pair */
	struct buf key;                 /* of the member in hand */

	size_t place;                      /* of the value in hand, or NONE */
	uint32_t below;                    /* places below the value in hand */
	size_t capturing;                  /* place of the value that is being built, or NONE */
	struct js *built[JS_STREAM_DEPTH]; /* open containers of it; NULL: left out */
	size_t built_count, nodes, bytes;
};

struct js_stream *js_stream_new(const char *const *places, js_stream_fn fn, void *payload)
{
	struct js_stream *stream = xcalloc(1, sizeof(*stream));

	for (; places[stream->place_count]; stream->place_count++) {
		struct strings *segments = &stream->segments[stream->place_count];

		assert(stream->place_count < JS_STREAM_PLACES);
		for (const char *at = places[stream->place_count]; *at;) {
			size_t len = strcspn(at, ".[");

			if (len)
				strings_add_len(segments, at, len);
			else if (*at == '[')
				strings_add_len(segments, at, len = 2);
			at += len;
			at += *at == '.';
		}
	}
	stream->fn = fn;
	stream->payload = payload;
	stream->place = stream->capturing = NONE;
	buf_init(&stream->text);
	buf_init(&stream->key);
	return stream;
}

void js_stream_free(struct js_stream *stream)
{
	if (!stream)
		return;
	for (size_t i = 0; i < stream->place_count; i++)
		strings_release(&stream->segments[i]);
	if (stream->built_count)
		js_free(stream->built[0]);
	buf_release(&stream->text);
	buf_release(&stream->key);
	free(stream);
}

static int invalid(struct js_stream *stream, const char *what)
{
	stream->rc = fail(E_INVALID, "not valid JSON: %s", what);
	return stream->rc;
}

/* ---- places and values ---- */

static bool fits(const struct js_stream *stream, size_t place, size_t level)
{
	const struct strings *segments = &stream->segments[place];
	const char *segment = level < segments->count ? segments->items[level] : NULL;

	if (!segment)
		return false;
	if (stream->frames[level].array)
		return !strcmp(segment, "[]");
	return !strcmp(segment, stream->key.ptr);
}

/* Where the value that begins here stands: sets `place` and `below`. */
static void locate(struct js_stream *stream)
{
	uint32_t all = stream->depth ? stream->frames[stream->depth - 1].places : UINT32_MAX;

	stream->place = NONE;
	stream->below = 0;
	for (size_t i = 0; i < stream->place_count && all && stream->capturing == NONE; i++) {
		if (!(all & 1u << i) || (stream->depth && !fits(stream, i, stream->depth - 1)))
			continue;
		if (stream->segments[i].count > stream->depth)
			stream->below |= 1u << i;
		else if (stream->place == NONE)
			stream->place = i;
	}
}

static bool is_wanted(const struct js_stream *stream)
{
	if (stream->capturing == NONE)
		return stream->place != NONE;
	return stream->built[stream->built_count - 1] && stream->nodes < JS_STREAM_NODES &&
	       stream->bytes < JS_STREAM_TEXT;
}

/* Takes ownership of a value without members. */
static int give(struct js_stream *stream, struct js *value)
{
	if (stream->capturing == NONE) {
		stream->rc = stream->fn(stream->place, value, stream->payload);
		js_free(value);
		return stream->rc;
	}
	stream->nodes++;
	if (stream->frames[stream->depth - 1].array) {
		js_add(stream->built[stream->built_count - 1], value);
	} else {
		stream->bytes += stream->key.len;
		js_set(stream->built[stream->built_count - 1], stream->key.ptr, value);
	}
	return 0;
}

static int open_container(struct js_stream *stream, bool array)
{
	struct js *value = NULL;

	if (stream->depth == JS_STREAM_DEPTH)
		return invalid(stream, "too deep");
	if (is_wanted(stream))
		value = array ? js_array() : js_object();
	if (stream->capturing != NONE) {
		if (value)
			give(stream, value);
		stream->built[stream->built_count++] = value;
	} else if (value) {
		stream->capturing = stream->place;
		stream->built[0] = value;
		stream->built_count = 1;
		stream->nodes = stream->bytes = 0;
	}
	stream->frames[stream->depth++] = (struct frame){array, stream->below};
	stream->state = array ? WANT_ELEMENT : WANT_MEMBER;
	return 0;
}

static int close_container(struct js_stream *stream, bool array)
{
	if (!stream->depth || stream->frames[stream->depth - 1].array != array)
		return invalid(stream, "a bracket that closes nothing");
	stream->depth--;
	stream->state = AFTER_VALUE;
	if (stream->capturing == NONE || --stream->built_count)
		return 0;
	stream->rc = stream->fn(stream->capturing, stream->built[0], stream->payload);
	js_free(stream->built[0]);
	stream->capturing = NONE;
	return stream->rc;
}

/* ---- strings and words ---- */

static void begin_text(struct js_stream *stream, bool key, size_t max)
{
	buf_clear(&stream->text);
	stream->is_key = key;
	stream->cut = false;
	stream->high = 0;
	stream->text_max = max;
}

static void begin_string(struct js_stream *stream)
{
	size_t max = is_wanted(stream) ? JS_STREAM_STRING : 0;

	if (max && stream->capturing != NONE && max > JS_STREAM_TEXT - stream->bytes)
		max = JS_STREAM_TEXT - stream->bytes;
	begin_text(stream, false, max);
	stream->state = IN_STRING;
}

static void add_text(struct js_stream *stream, const char *bytes, size_t len)
{
	size_t room = stream->text_max - stream->text.len;

	if (len > room) {
		stream->cut = true;
		len = room;
	}
	buf_add(&stream->text, bytes, len);
}

static void add_rune(struct js_stream *stream, unsigned rune)
{
	char bytes[4];
	size_t len = 0;

	if (rune < 0x80) {
		bytes[len++] = (char)rune;
	} else if (rune < 0x800) {
		bytes[len++] = (char)(0xc0 | rune >> 6);
		bytes[len++] = (char)(0x80 | (rune & 0x3f));
	} else {
		if (rune < 0x10000) {
			bytes[len++] = (char)(0xe0 | rune >> 12);
		} else {
			bytes[len++] = (char)(0xf0 | rune >> 18);
			bytes[len++] = (char)(0x80 | (rune >> 12 & 0x3f));
		}
		bytes[len++] = (char)(0x80 | (rune >> 6 & 0x3f));
		bytes[len++] = (char)(0x80 | (rune & 0x3f));
	}
	add_text(stream, bytes, len);
}

/* Half of a pair whose other half did not come. */
static void settle_half(struct js_stream *stream)
{
	if (stream->high)
		add_rune(stream, 0xfffd);
	stream->high = 0;
}

static void end_unicode(struct js_stream *stream)
{
	unsigned unit = stream->unicode;

	stream->state = IN_STRING;
	if (unit >= 0xdc00 && unit < 0xe000 && stream->high) {
		unit = 0x10000 + ((stream->high - 0xd800) << 10) + (unit - 0xdc00);
		stream->high = 0;
		add_rune(stream, unit);
		return;
	}
	settle_half(stream);
	if (unit >= 0xd800 && unit < 0xdc00)
		stream->high = unit;
	else
		add_rune(stream, unit >= 0xdc00 && unit < 0xe000 ? 0xfffd : unit);
}

static int end_string(struct js_stream *stream)
{
	struct buf *text = &stream->text;

	settle_half(stream);
	/* The cut may have gone through a rune. */
	for (int i = 0; i < 4 && stream->cut && text->len &&
			utf8_valid_prefix(text->ptr, text->len) != text->len;
		i++)
		buf_truncate(text, text->len - 1);
	if (stream->is_key) {
		buf_clear(&stream->key);
		buf_add(&stream->key, text->ptr, text->len);
		stream->state = WANT_COLON;
		return 0;
	}
	stream->state = AFTER_VALUE;
	if (!is_wanted(stream))
		return 0;
	stream->bytes += text->len;
	return give(stream, js_text_len(text->ptr, text->len));
}

static struct js *bare_value(const struct buf *word)
{
	char *end = NULL;
	double real;
	long long whole;

	if (!strcmp(word->ptr, "true") || !strcmp(word->ptr, "false"))
		return js_bool(*word->ptr == 't');
	if (!strcmp(word->ptr, "null"))
		return js_null();
	if (*word->ptr != '-' && (*word->ptr < '0' || *word->ptr > '9'))
		return NULL;
	errno = 0;
	whole = strtoll(word->ptr, &end, 10);
	if (!*end && !errno)
		return js_number(whole);
	real = strtod(word->ptr, &end);
	return *end ? NULL : js_real(real);
}

static int end_bare(struct js_stream *stream)
{
	struct js *value = bare_value(&stream->text);

	if (!value)
		return invalid(stream, "a word that is no value");
	stream->state = AFTER_VALUE;
	if (is_wanted(stream))
		return give(stream, value);
	js_free(value);
	return 0;
}

/* ---- the tokenizer ---- */

static int begin_value(struct js_stream *stream, char c)
{
	locate(stream);
	if (c == '{' || c == '[')
		return open_container(stream, c == '[');
	if (c == '"') {
		begin_string(stream);
		return 0;
	}
	begin_text(stream, false, NUMBER_MAX);
	add_text(stream, &c, 1);
	stream->state = IN_BARE;
	return 0;
}

static int after_value(struct js_stream *stream, char c)
{
	if (c == ']' || c == '}')
		return close_container(stream, c == ']');
	if (c != ',' || !stream->depth)
		return invalid(stream, "something stands where a comma or an end should");
	stream->state = stream->frames[stream->depth - 1].array ? WANT_VALUE : WANT_KEY;
	return 0;
}

/* Outside of strings and words. */
static int on_structure(struct js_stream *stream, char c)
{
	switch (stream->state) {
	case WANT_ELEMENT:
		if (c == ']')
			return close_container(stream, true);
		return begin_value(stream, c);
	case WANT_VALUE:
		return begin_value(stream, c);
	case WANT_MEMBER:
		if (c == '}')
			return close_container(stream, false);
		/* fall through */
	case WANT_KEY:
		if (c != '"')
			return invalid(stream, "no key");
		begin_text(stream, true, KEY_MAX);
		stream->state = IN_STRING;
		return 0;
	case WANT_COLON:
		stream->state = WANT_VALUE;
		return c == ':' ? 0 : invalid(stream, "no colon after a key");
	default:
		return after_value(stream, c);
	}
}

static int on_escape(struct js_stream *stream, char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c ? strchr(from, c) : NULL;

	stream->state = IN_STRING;
	if (c == 'u') {
		stream->state = IN_UNICODE;
		stream->unicode = stream->digits = 0;
		return 0;
	}
	if (!at)
		return invalid(stream, "an escape that there is not");
	settle_half(stream);
	add_text(stream, &to[at - from], 1);
	return 0;
}

static int on_unicode(struct js_stream *stream, char c)
{
	static const char hex[] = "0123456789abcdef";
	const char *at = c ? strchr(hex, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

	if (!at)
		return invalid(stream, "an escape without its digits");
	stream->unicode = stream->unicode << 4 | (unsigned)(at - hex);
	if (++stream->digits == 4)
		end_unicode(stream);
	return 0;
}

/* The part of a string up to its end or an escape; returns the bytes taken. */
static size_t take_run(struct js_stream *stream, const char *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && bytes[n] != '"' && bytes[n] != '\\')
		n++;
	if (n) {
		settle_half(stream);
		add_text(stream, bytes, n);
	}
	if (n == len)
		return n;
	if (bytes[n] == '\\')
		stream->state = IN_ESCAPE;
	else
		end_string(stream);
	return n + 1;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int js_stream_feed(struct js_stream *stream, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && !stream->rc;) {
		char c = bytes[i];

		if (stream->state == IN_STRING) {
			i += take_run(stream, bytes + i, len - i);
			continue;
		}
		if (stream->state == IN_BARE && (is_space(c) || strchr(",]}", c)) && c) {
			end_bare(stream); /* c is looked at again */
			continue;
		}
		i++;
		if (stream->state == IN_ESCAPE)
			on_escape(stream, c);
		else if (stream->state == IN_UNICODE)
			on_unicode(stream, c);
		else if (stream->state == IN_BARE)
			add_text(stream, &c, 1);
		else if (!is_space(c))
			on_structure(stream, c);
	}
	return stream->rc;
}

int js_stream_finish(struct js_stream *stream)
{
	if (!stream->rc && stream->state == IN_BARE)
		end_bare(stream);
	if (!stream->rc && (stream->depth || stream->state != AFTER_VALUE))
		invalid(stream, "it ends too early");
	return stream->rc;
}
