/* A small lexer for any of our languages: names, roles, statements, first sentences. */
#include "bench/code.h"

#include "util/memory.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

bool is_name_char(char c)
{
	return is_name_start(c) || isdigit((unsigned char)c);
}

static size_t string_end(const char *text, size_t len, size_t at)
{
	char quote = text[at];
	bool triple = at + 2 < len && text[at + 1] == quote && text[at + 2] == quote;

	if (triple) {
		for (at += 3; at + 2 < len; at++)
			if (text[at] == quote && text[at + 1] == quote && text[at + 2] == quote)
				return at + 3;
		return len;
	}
	for (at++; at < len && text[at] != quote && text[at] != '\n'; at++)
		if (text[at] == '\\' && at + 1 < len)
			at++;
	return at < len ? at + 1 : len;
}

static size_t comment_end(const char *text, size_t len, size_t at)
{
	if (text[at] == '/' && at + 1 < len && text[at + 1] == '*') {
		for (at += 2; at + 1 < len; at++)
			if (text[at] == '*' && text[at + 1] == '/')
				return at + 2;
		return len;
	}
	while (at < len && text[at] != '\n')
		at++;
	return at;
}

static bool is_comment(const char *text, size_t len, size_t at)
{
	if (text[at] == '/' && at + 1 < len)
		return text[at + 1] == '*' || text[at + 1] == '/';
	/* "# " opens a comment where it is no preprocessor line: those carry no space. */
	return text[at] == '#' && (at + 1 >= len || text[at + 1] == ' ' || text[at + 1] == '\n');
}

static size_t mark_end(const char *text, size_t len, size_t at)
{
	static const char *const marks[] = {"->", "==", "!=", "<=", ">=", "&&", "||",
		"+=", "-=", "*=", "/=", "|=", "&=", "++", "--", "::", "<<", ">>", ":="};

	for (size_t i = 0; at + 1 < len && i < ARRAY_SIZE(marks); i++)
		if (text[at] == marks[i][0] && text[at + 1] == marks[i][1])
			return at + 2;
	return at + 1;
}

bool code_piece(const char *text, size_t len, size_t *at, struct piece *out)
{
	size_t i = *at;

	while (i < len && isspace((unsigned char)text[i]))
		i++;
	if (i >= len)
		return false;
	out->start = i;
	if (is_name_start(text[i])) {
		out->kind = PIECE_NAME;
		while (i < len && is_name_char(text[i]))
			i++;
	} else if (isdigit((unsigned char)text[i])) {
		out->kind = PIECE_NUMBER;
		while (i < len && (is_name_char(text[i]) || text[i] == '.'))
			i++;
	} else if (text[i] == '"' || text[i] == '\'') {
		out->kind = PIECE_STRING;
		i = string_end(text, len, i);
	} else if (is_comment(text, len, i)) {
		out->kind = PIECE_COMMENT;
		i = comment_end(text, len, i);
	} else {
		out->kind = PIECE_MARK;
		i = mark_end(text, len, i);
	}
	out->end = *at = i;
	return true;
}

bool is_keyword(const char *name, size_t len)
{
	/* Of all our languages together: a name that is a keyword anywhere is no good choice. */
	static const char *const keywords[] = {"and", "as", "assert", "async", "auto", "await",
		"bool", "break", "case", "catch", "char", "class", "cls", "const", "continue",
		"def", "default", "del", "do", "double", "elif", "else", "enum", "except", "extern",
		"false", "False", "finally", "float", "fn", "for", "from", "func", "function",
		"global", "goto", "if", "import", "in", "inline", "int", "is", "lambda", "let",
		"long", "new", "nil", "None", "nonlocal", "not", "null", "NULL", "or", "pass",
		"private", "public", "raise", "register", "return", "self", "short", "signed",
		"size_t", "sizeof", "static", "struct", "super", "switch", "this", "throw", "true",
		"True", "try", "typedef", "union", "unsigned", "var", "void", "volatile", "while",
		"with", "yield"};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (strlen(keywords[i]) == len && !memcmp(keywords[i], name, len))
			return true;
	return false;
}

static bool is_constant(const char *name, size_t len)
{
	bool letter = false;

	for (size_t i = 0; i < len; i++) {
		if (islower((unsigned char)name[i]))
			return false;
		letter |= isupper((unsigned char)name[i]) != 0;
	}
	return letter && len > 2;
}

static enum role role_of(const char *text, const struct word *before, const struct word *word,
	const struct word *after)
{
	const char *name = text + word->piece.start;
	size_t len = word->piece.end - word->piece.start;
	char next = after ? text[after->piece.start] : 0;

	if (word->piece.kind != PIECE_NAME || is_keyword(name, len))
		return ROLE_NONE;
	if (next == '(')
		return ROLE_CALL;
	if (before && before->piece.kind == PIECE_MARK &&
		(text[before->piece.start] == '.' || !strncmp(text + before->piece.start, "->", 2)))
		return ROLE_MEMBER;
	/* `robj o` and `robj *o`: the first of two names in a row is a type. */
	if (after && after->piece.kind == PIECE_NAME &&
		!is_keyword(text + after->piece.start, after->piece.end - after->piece.start))
		return ROLE_NONE;
	return is_constant(name, len) ? ROLE_CONSTANT : ROLE_PLAIN;
}

void words_read(struct words *words, const char *text, size_t len)
{
	struct piece piece;
	size_t at = 0;

	words->count = 0;
	while (code_piece(text, len, &at, &piece)) {
		if (piece.kind == PIECE_COMMENT)
			continue;
		GROW(words->items, words->count, words->capacity);
		words->items[words->count++] = (struct word){piece, ROLE_NONE};
	}
	for (size_t i = 0; i < words->count; i++)
		words->items[i].role = role_of(text, i ? words->items + i - 1 : NULL,
			words->items + i, i + 1 < words->count ? words->items + i + 1 : NULL);
}

void words_release(struct words *words)
{
	free(words->items);
	memset(words, 0, sizeof(*words));
}

size_t indent_of(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return i;
}

bool is_statement(const char *line, size_t len)
{
	size_t indent = indent_of(line, len), letters = 0;
	const char *text = line + indent;

	len -= indent;
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (len < 10 || len > 160 || !indent)
		return false;
	if (strchr("/*#}\"'@", *text) || text[len - 1] == '\\' || memchr(text, '\0', len))
		return false;
	for (size_t i = 0; i < len; i++) {
		letters += isalpha((unsigned char)text[i]) != 0;
		if (i + 1 < len && text[i] == '/' && (text[i + 1] == '/' || text[i + 1] == '*'))
			return false;
		if (text[i] == '*' && i + 1 < len && text[i + 1] == '/')
			return false;
	}
	/* A line that ends in a comma or an operator is half a statement. */
	return letters * 3 > len &&
	       (strchr(");:{]\"'", text[len - 1]) || is_name_char(text[len - 1]));
}

bool has_word(const char *text, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	for (size_t i = 0; word_len && i + word_len <= len; i++)
		if (!memcmp(text + i, word, word_len) && (!i || !is_name_char(text[i - 1])) &&
			(i + word_len == len || !is_name_char(text[i + word_len])))
			return true;
	return false;
}

char *first_sentence(const char *doc, size_t max)
{
	struct buf out = BUF_INIT;
	bool space = false;

	for (const char *c = doc; *c && out.len < max; c++) {
		bool line_start = c == doc || c[-1] == '\n';

		if (line_start) {
			/* An empty line ends the sentence, whatever its punctuation. */
			c += strspn(c, " \t/*#!\"'");
			if (out.len && (*c == '\n' || !*c))
				break;
			if (!*c)
				break;
		}
		if (isspace((unsigned char)*c)) {
			space = out.len > 0;
			continue;
		}
		if (space)
			buf_addch(&out, ' ');
		space = false;
		buf_addch(&out, *c);
		if (*c == '.' && (!c[1] || isspace((unsigned char)c[1])) && out.len > 20)
			break;
	}
	while (out.len && strchr(" */\"'", out.ptr[out.len - 1]))
		buf_truncate(&out, out.len - 1);
	buf_truncate(&out, utf8_valid_prefix(out.ptr, out.len));
	return buf_detach(&out);
}

char *replace_word(const char *text, const char *word, const char *with)
{
	struct buf out = BUF_INIT;
	size_t len = strlen(word);

	for (const char *c = text; *c;) {
		if (len && !strncmp(c, word, len) && (c == text || !is_name_char(c[-1])) &&
			!is_name_char(c[len])) {
			buf_addstr(&out, with);
			c += len;
		} else {
			buf_addch(&out, *c++);
		}
	}
	return buf_detach(&out);
}
