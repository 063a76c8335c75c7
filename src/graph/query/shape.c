/* A small tokeniser that fits all languages, and the shape that a definition's tokens make. */
#include "graph/query/shape.h"

#include "util/map.h"
#include "util/memory.h"

#include <string.h>

static bool is_word(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80 || (!first && c >= '0' && c <= '9');
}

/* Length of a string that begins here, or 0: a lone quote (a lifetime, an apostrophe). */
static size_t string_length(const char *text, size_t len)
{
	char quote = text[0];
	bool triple = len >= 3 && text[1] == quote && text[2] == quote && quote != '`';
	size_t at = triple ? 3 : 1;

	for (; at < len; at++) {
		if (text[at] == '\\' && at + 1 < len)
			at++;
		else if (triple && at + 2 < len && !strncmp(text + at, text, 3))
			return at + 3;
		else if (!triple && text[at] == quote)
			return at + 1;
		else if (!triple && quote != '`' && text[at] == '\n')
			return 0;
	}
	return triple ? len : 0;
}

static size_t token_length(const char *text, size_t len, enum token_kind *kind)
{
	size_t n = 1;

	*kind = TOKEN_MARK;
	if (is_word(text[0], true)) {
		*kind = TOKEN_WORD;
		while (n < len && is_word(text[n], false))
			n++;
	} else if (text[0] >= '0' && text[0] <= '9') {
		*kind = TOKEN_NUMBER;
		while (n < len && (is_word(text[n], false) || text[n] == '.'))
			n++;
	} else if (text[0] == '"' || text[0] == '\'' || text[0] == '`') {
		size_t whole = string_length(text, len);

		if (whole) {
			*kind = TOKEN_STRING;
			return whole;
		}
	}
	return n;
}

int each_token(const char *text, size_t from, size_t to, const struct facts *facts, token_fn fn,
	void *payload)
{
	uint32_t comment = 0, comments = facts ? facts->comment_count : 0;
	size_t at = from;
	int rc = 0;

	while (at < to && !rc) {
		enum token_kind kind;
		size_t len;

		while (comment < comments && facts->comments[comment].end <= at)
			comment++;
		if (comment < comments && facts->comments[comment].start <= at) {
			at = facts->comments[comment].end;
			continue;
		}
		if ((unsigned char)text[at] <= ' ') {
			at++;
			continue;
		}
		len = token_length(text + at, to - at, &kind);
		rc = fn(kind, text + at, len, at, payload);
		at += len;
	}
	return rc;
}

/* Words that shape a function in most languages. Others are taken for names, which is harmless. */
static bool is_control(const char *text, size_t len)
{
	static const char *const words[] = {"if", "else", "elif", "elsif", "for", "foreach",
		"while", "do", "switch", "case", "default", "break", "continue", "return", "goto",
		"try", "catch", "except", "finally", "throw", "raise", "with", "yield", "await",
		"async", "match", "loop", "defer", "go", "select", "lambda", "fn", "func",
		"function", "def", "class", "struct", "new", "delete", "not", "and", "or", "in",
		"is", "then", "fi", "done", "begin", "end", "rescue", "ensure", "unless", "until"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && !memcmp(words[i], text, len))
			return true;
	return false;
}

struct shaping {
	struct shape *shape;
	const char *own;
	bool member; /* what comes is a member of something */
	uint64_t window[SHAPE_SHINGLE];
};

static uint64_t token_hash(
	const struct shaping *shaping, enum token_kind kind, const char *text, size_t len)
{
	const char *own = shaping->own;

	if (own) {
		if (kind == TOKEN_WORD && !shaping->member && strlen(own) == len &&
			!memcmp(own, text, len))
			return TOKEN_WORD + 1;
		return hash_bytes(text, len, 0);
	}
	if (kind == TOKEN_MARK || (kind == TOKEN_WORD && is_control(text, len)))
		return hash_bytes(text, len, 0);
	return kind + 1;
}

static int on_token(
	enum token_kind kind, const char *text, size_t len, size_t offset, void *payload)
{
	struct shaping *shaping = payload;
	struct shape *shape = shaping->shape;
	uint64_t *window = shaping->window;

	(void)offset;
	memmove(window, window + 1, (SHAPE_SHINGLE - 1) * sizeof(*window));
	window[SHAPE_SHINGLE - 1] = token_hash(shaping, kind, text, len);
	shaping->member = kind == TOKEN_MARK && (*text == '.' || *text == '>');
	shape->hash = hash_bytes(&window[SHAPE_SHINGLE - 1], sizeof(*window), shape->hash);
	if (++shape->tokens >= SHAPE_SHINGLE)
		signature_add(&shape->signature, hash_bytes(window, sizeof(shaping->window), 1));
	return 0;
}

void shape_init(struct shape *shape, const char *text, size_t from, size_t to,
	const struct facts *facts, const char *own)
{
	struct shaping shaping = {.shape = shape, .own = own};

	shape->hash = shape->tokens = 0;
	signature_init(&shape->signature);
	each_token(text, from, to, facts, on_token, &shaping);
}
