/* A small lexer for any of our languages: names, roles, statements, first sentences. */
#include "bench/code.h"

#include "util/buf.h"
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
		if (keywords[i][0] == name[0] && strlen(keywords[i]) == len &&
			!memcmp(keywords[i], name, len))
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

bool has_semicolons(const char *language)
{
	return language && strcmp(language, "python") && strcmp(language, "ruby") &&
	       strcmp(language, "bash") && strcmp(language, "go");
}

static bool is_balanced(const char *text, size_t len)
{
	int depth = 0;

	for (size_t i = 0; i < len && depth >= 0; i++)
		depth += strchr("([", text[i]) ? 1 : strchr(")]", text[i]) ? -1 : 0;
	return !depth;
}

static bool begins_with_word(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len > n && !memcmp(text, word, n) && !is_name_char(text[n]);
}

/* Ends where a statement of the language ends: `if (x)` does, `static int f(a)` does not. */
static bool ends_whole(const char *text, size_t len, bool semicolons)
{
	static const char *const heads[] = {"if", "while", "for", "switch", "else"};

	if (strchr(";{:", text[len - 1]))
		return true;
	if (!semicolons)
		return strchr(")]\"'", text[len - 1]) || is_name_char(text[len - 1]);
	for (size_t i = 0; text[len - 1] == ')' && i < ARRAY_SIZE(heads); i++)
		if (begins_with_word(text, len, heads[i]))
			return true;
	return false;
}

/* `text` has no white space at either end. */
static bool is_statement(const char *text, size_t len, bool semicolons)
{
	size_t letters = 0;

	if (len < 10 || len > 160 || memchr(text, '\0', len) || strchr("/*#}\"'@.+|&?:)", *text) ||
		begins_with_word(text, len, "and") || begins_with_word(text, len, "or"))
		return false;
	for (size_t i = 0; i < len; i++) {
		letters += isalpha((unsigned char)text[i]) != 0;
		if (i + 1 < len && text[i] == '/' && (text[i + 1] == '/' || text[i + 1] == '*'))
			return false;
	}
	return letters * 3 > len && is_balanced(text, len) && ends_whole(text, len, semicolons);
}

/* Where a comment or docstring goes on: the mark that ends it, or NULL. */
static const char *after_line(const char *text, size_t len, bool semicolons, const char *mark)
{
	static const char *const quotes[] = {"\"\"\"", "'''"};

	for (size_t i = 0; i < len; i++) {
		size_t n = mark ? strlen(mark) : 0;

		if (mark && i + n <= len && !memcmp(text + i, mark, n)) {
			i += n - 1;
			mark = NULL;
		} else if (!mark && semicolons) {
			if (i + 1 < len && text[i] == '/' && text[i + 1] == '*')
				mark = "*/", i++;
		} else if (!mark) {
			for (size_t q = 0; !mark && q < ARRAY_SIZE(quotes); q++)
				if (i + 3 <= len && !memcmp(text + i, quotes[q], 3))
					mark = quotes[q], i += 2;
		}
	}
	return mark;
}

void each_statement(const char *text, size_t len, bool semicolons, statement_fn fn, void *payload)
{
	const char *at = text, *end = text + len, *mark = NULL;

	for (uint32_t number = 1; at < end; number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		struct statement statement = {at, 0, 0, number};
		const char *inside = mark;

		mark = after_line(at, (size_t)(stop - at), semicolons, mark);
		while (stop > at && isspace((unsigned char)stop[-1]))
			stop--;
		statement.len = (size_t)(stop - at);
		statement.indent = indent_of(at, statement.len);
		if (!inside && !mark && statement.indent && statement.indent < statement.len &&
			is_statement(at + statement.indent, statement.len - statement.indent,
				semicolons))
			fn(&statement, payload);
		at = newline ? newline + 1 : end;
	}
}

bool has_word(const char *text, size_t len, const char *word)
{
	size_t word_len = strlen(word);
	const char *at = text, *end = text + len;

	while (word_len && (at = memchr(at, *word, (size_t)(end - at)))) {
		if ((size_t)(end - at) < word_len)
			return false;
		if (!memcmp(at, word, word_len) && (at == text || !is_name_char(at[-1])) &&
			(at + word_len == end || !is_name_char(at[word_len])))
			return true;
		at++;
	}
	return false;
}

/* After "i.e." a sentence goes on: its next word is small. */
static bool ends_sentence(const char *rest)
{
	const char *next = rest + strspn(rest, " \t\n*/");

	return !*rest || (isspace((unsigned char)*rest) && !islower((unsigned char)*next));
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
		if (*c == '.' && out.len > 20 && ends_sentence(c + 1))
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
