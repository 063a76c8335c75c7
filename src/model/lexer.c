/* Text to tokens: words, numbers, operators, and line breaks where they mean something. */
#include "model/lexer.h"

#include <string.h>

enum char_class { CHAR_SPACE, CHAR_WORD, CHAR_DIGIT, CHAR_SIGN };

static const char *const operators[] = {"<<=", ">>=", "...", "**=", "//=", "===", "!==", "\"\"\"",
	"'''", "```", "/**", "**/", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&",
	"||", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##", "::", "**", "//", ":=", "=>",
	"@=", "/*", "*/", "??", "?."};

static enum char_class class_of(unsigned char c)
{
	if (c <= ' ' || c == 0x7f)
		return CHAR_SPACE;
	if (c >= '0' && c <= '9')
		return CHAR_DIGIT;
	if (c >= 0x80 || c == '_' || c == '$' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return CHAR_WORD;
	return CHAR_SIGN;
}

void lexer_init(struct lexer *lexer)
{
	memset(lexer, 0, sizeof(*lexer));
	lexer->text = "";
}

void lexer_feed(struct lexer *lexer, const char *text, size_t len)
{
	lexer->text = text;
	lexer->len = len;
	lexer->pos = 0;
	lexer->newline = LEXER_BEFORE;
}

static void skip_space(struct lexer *lexer)
{
	for (; lexer->pos < lexer->len; lexer->pos++) {
		unsigned char c = (unsigned char)lexer->text[lexer->pos];

		/* A joined line goes on: its break is none. */
		if (c == '\\' && lexer->pos + 1 < lexer->len &&
			lexer->text[lexer->pos + 1] == '\n') {
			lexer->pos++;
			lexer->gap = lexer->gap == GAP_NONE ? GAP_BLANK : lexer->gap;
			continue;
		}
		if (class_of(c) != CHAR_SPACE)
			return;
		if (lexer->gap == GAP_NONE)
			lexer->gap = GAP_BLANK;
		if (c == '\n') {
			lexer->gap = GAP_LINE;
			if (!lexer->broken)
				lexer->newline = lexer->pos;
			lexer->broken = true;
			lexer->column = 0;
		} else if (c == '\t') {
			lexer->column = (lexer->column | 7) + 1;
		} else if (c == ' ') {
			lexer->column++;
		}
	}
}

/* Brings the stack of indentations to the new line's; returns the token that tells the change. */
static const char *reindent(struct lexer *lexer)
{
	static const char *const moves[] = {"\n", "\n<", "\n<<", "\n<<<", "\n<<<<"};
	unsigned left = 0;

	if (lexer->column > lexer->indent[lexer->depth]) {
		if (lexer->depth + 1 < LEXER_LEVELS)
			lexer->depth++;
		lexer->indent[lexer->depth] = lexer->column;
		return "\n>";
	}
	while (lexer->depth > 0 && lexer->column <= lexer->indent[lexer->depth - 1]) {
		lexer->depth--;
		left++;
	}
	lexer->indent[lexer->depth] = lexer->column;
	return moves[left < 4 ? left : 4];
}

/* Whether the break before the next token is a token itself; it then is `out`. */
static bool line_break(struct lexer *lexer, struct token *out)
{
	const char *move;

	lexer->broken = false;
	if (lexer->line == LINE_FRESH)
		lexer->indent[0] = lexer->column;
	if (lexer->line == LINE_FRESH || lexer->line == LINE_OPEN)
		return false;
	move = reindent(lexer);
	if (lexer->line == LINE_CLOSED)
		return false;
	*out = (struct token){move, strlen(move), lexer->newline, GAP_NONE};
	return true;
}

static size_t word_length(const unsigned char *text, size_t len)
{
	size_t end = 1;

	/* A sigil, as in PHP and the shell; within a word it is a letter. */
	if (text[0] == '$')
		return 1;
	while (end < len && end < LEXER_TOKEN_MAX &&
		(class_of(text[end]) == CHAR_WORD || class_of(text[end]) == CHAR_DIGIT))
		end++;
	return end;
}

/* Digits, letters, points and exponents with a sign: 0x1fUL, 1.5e-3, 3.11.2. */
static size_t number_length(const unsigned char *text, size_t len)
{
	bool hex = len > 1 && (text[1] | 32) == 'x';
	size_t end = 1;

	while (end < len && end < LEXER_TOKEN_MAX) {
		unsigned char c = text[end];
		bool digit_next = end + 1 < len && class_of(text[end + 1]) == CHAR_DIGIT;
		enum char_class class = class_of(c);

		if (class != CHAR_WORD && class != CHAR_DIGIT && !(c == '.' && digit_next) &&
			!((c == '+' || c == '-') && digit_next && !hex &&
				(text[end - 1] | 32) == 'e'))
			break;
		end++;
	}
	return end;
}

/* Rulers and frames (-----, *****) are one token of four, however long they are. */
static size_t ruler_length(const unsigned char *text, size_t len)
{
	size_t end = 1;

	if (!strchr("-=*#~/.+", text[0]))
		return 0;
	while (end < len && text[end] == text[0])
		end++;
	if (text[0] == '*' && end < len && text[end] == '/')
		end--;
	return end >= 4 ? end : 0;
}

static enum line_state state_after(const char *text, size_t len)
{
	if (len == 2 && !memcmp(text, "*/", 2))
		return LINE_CLOSED;
	if (len == 1 && strchr(";{}", text[0]))
		return LINE_CLOSED;
	if (len == 1 && !strchr(")]\"'`:.!?>", text[0]))
		return LINE_OPEN;
	if (len > 1 && text[0] != '"' && text[0] != '\'' && text[0] != '`' && text[0] != '\\' &&
		memcmp(text, "...", len < 3 ? len : 3) != 0)
		return LINE_OPEN;
	return LINE_ENDING;
}

static void sign(struct lexer *lexer, const unsigned char *text, size_t len, struct token *out)
{
	size_t ruler = ruler_length(text, len);

	out->len = 1;
	if (ruler) {
		out->len = 4;
		lexer->pos += ruler;
		lexer->line = LINE_ENDING;
		return;
	}
	if (text[0] == '\\' && len > 1 && class_of(text[1]) != CHAR_SPACE)
		out->len = 2;
	else if (len > 1 && class_of(text[1]) == CHAR_SIGN)
		for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
			size_t size = strlen(operators[i]);

			if (size <= len && !memcmp(text, operators[i], size)) {
				out->len = size;
				break;
			}
		}
	lexer->pos += out->len;
	lexer->line = state_after(out->text, out->len);
}

bool lexer_next(struct lexer *lexer, struct token *out)
{
	const unsigned char *here;
	size_t left;

	skip_space(lexer);
	if (lexer->pos >= lexer->len)
		return false;
	if (lexer->broken && line_break(lexer, out))
		return true;
	here = (const unsigned char *)lexer->text + lexer->pos;
	left = lexer->len - lexer->pos;
	*out = (struct token){lexer->text + lexer->pos, 1, lexer->pos, lexer->gap};
	lexer->gap = GAP_NONE;
	switch (class_of(*here)) {
	case CHAR_WORD:
	case CHAR_DIGIT:
		out->len = class_of(*here) == CHAR_WORD ? word_length(here, left)
							: number_length(here, left);
		lexer->pos += out->len;
		lexer->line = LINE_ENDING;
		break;
	default:
		sign(lexer, here, left, out);
	}
	return true;
}

bool lexer_settle(struct lexer *lexer, struct token *out)
{
	skip_space(lexer);
	return lexer->broken && line_break(lexer, out);
}
