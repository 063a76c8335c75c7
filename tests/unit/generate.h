/*
 * Made-up secrets: `{hex:32}` and its like in a template become random characters, so that no text
 * of ours holds anything that a forge would take for a live key. `{}` stands for nothing.
 *
 *   {alnum:n} {letter:n} {lower:n} {upper:n} {digit:n} {hex:n} {b64:n} {url:n} {base32:n}
 *   {lower32:n} {pass:n}   n characters; pass: of every class, the first a letter
 *   {word} {uuid}
 *   {b64of:text}           the text in base64; `alnum24` in it becomes 24 random characters
 */
#ifndef TESTS_UNIT_GENERATE_H
#define TESTS_UNIT_GENERATE_H

#include "util/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Donald Knuth's 64-bit linear congruential generator; the high bits are the good ones. */
static size_t pick(uint64_t *seed, size_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(*seed >> 33) % below;
}

static void add_random(const char *set, size_t count, uint64_t *seed, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		buf_addch(out, set[pick(seed, strlen(set))]);
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static const struct {
	const char *name, *set;
} sets[] = {{"alnum", LOWER UPPER DIGIT}, {"letter", LOWER UPPER}, {"lower", LOWER},
	{"upper", UPPER}, {"digit", DIGIT}, {"hex", "0123456789abcdef"},
	{"b64", LOWER UPPER DIGIT "+/"}, {"url", LOWER UPPER DIGIT "-_"},
	{"base32", UPPER "234567"}, {"lower32", LOWER "234567"}};

/* Every class of characters is there; a person would type it. */
static void add_password(size_t count, uint64_t *seed, struct buf *out)
{
	static const char *const classes[] = {LOWER, DIGIT, UPPER, "!*-_+^"};

	add_random(LOWER, 1, seed, out);
	for (size_t i = 1; i < count; i++)
		add_random(i < 4 ? classes[i] : LOWER UPPER DIGIT "!*-_+^", 1, seed, out);
}

static void add_word(uint64_t *seed, struct buf *out)
{
	static const char *const words[] = {"server", "worker", "storage", "default", "client",
		"session", "profile", "backend", "request", "manager", "builder", "pipeline",
		"release", "staging", "monitor", "gateway", "handler", "adapter", "account",
		"payment", "invoice", "catalog", "checkout", "inventory"};

	buf_addstr(out, words[pick(seed, sizeof(words) / sizeof(*words))]);
}

static void add_base64(const char *text, size_t len, struct buf *out)
{
	static const char digits[] = UPPER LOWER DIGIT "+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < len ? (unsigned char)text[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_addch(out, i + k <= len ? digits[bits >> (18 - 6 * k) & 63] : '=');
	}
}

static void add_hidden(const char *text, size_t len, uint64_t *seed, struct buf *out)
{
	struct buf plain = BUF_INIT;
	const char *end = text + len;

	while (text < end) {
		if (!strncmp(text, "alnum", 5)) {
			add_random(
				sets[0].set, strtoul(text + 5, (char **)&text, 10), seed, &plain);
			continue;
		}
		buf_addch(&plain, *text++);
	}
	add_base64(plain.ptr, plain.len, out);
	buf_release(&plain);
}

/* What stands between braces; false: nothing of ours. */
static bool fill(const char *name, size_t len, uint64_t *seed, struct buf *out)
{
	static const size_t uuid[] = {8, 4, 4, 4, 12};
	const char *colon = memchr(name, ':', len);
	size_t head = colon ? (size_t)(colon - name) : len;
	size_t count = colon ? strtoul(colon + 1, NULL, 10) : 0;

	if (!len)
		return true;
	if (len == 4 && !strncmp(name, "word", 4)) {
		add_word(seed, out);
		return true;
	}
	if (len == 4 && !strncmp(name, "uuid", 4)) {
		for (size_t i = 0; i < 5; i++) {
			if (i)
				buf_addch(out, '-');
			add_random("0123456789abcdef", uuid[i], seed, out);
		}
		return true;
	}
	if (colon && head == 5 && !strncmp(name, "b64of", 5)) {
		add_hidden(colon + 1, len - head - 1, seed, out);
		return true;
	}
	if (colon && head == 4 && !strncmp(name, "pass", 4)) {
		add_password(count, seed, out);
		return true;
	}
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		if (colon && strlen(sets[i].name) == head && !strncmp(name, sets[i].name, head)) {
			add_random(sets[i].set, count, seed, out);
			return true;
		}
	return false;
}

/* Appends the template with everything filled in. The same seed gives the same text. */
static void generate(const char *template, uint64_t *seed, struct buf *out)
{
	while (*template) {
		const char *end = *template == '{' ? strchr(template, '}') : NULL;

		if (end && fill(template + 1, (size_t)(end - template - 1), seed, out))
			template = end + 1;
		else
			buf_addch(out, *template ++);
	}
}

#endif
