/*
 * The lexer of the house model: one for every language and for prose. It keeps no state about
 * strings or comments, so nothing can run away with it: their words are tokens like any others.
 * Feeding more text can change only tokens that touch the end of what was fed before.
 */
#ifndef MODEL_LEXER_H
#define MODEL_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEXER_LEVELS 64       /* indentation kept; deeper levels count as this one */
#define LEXER_TOKEN_MAX 256   /* bytes; longer words are cut into several tokens */
#define LEXER_BEFORE SIZE_MAX /* offset of a line break that lies in an earlier piece */

/* What stands before a token in its text. A joined line's break is a blank. */
enum model_gap { GAP_NONE, GAP_BLANK, GAP_LINE };

/* How a line may go on after a token. */
enum line_state {
	LINE_FRESH,  /* nothing read yet */
	LINE_OPEN,   /* after an operator, a comma, an open bracket: a line break says nothing */
	LINE_CLOSED, /* after ; { } and the end of a comment: the break goes without saying */
	LINE_ENDING  /* after anything else: a line break is a token, for Python and for prose */
};

struct lexer {
	const char *text;
	size_t len, pos;
	size_t newline;     /* where the first line break since the last token is */
	bool broken;        /* there was one */
	enum model_gap gap; /* before the next token */
	enum line_state line;
	uint32_t column; /* of the next token, in its line; tabs go to multiples of 8 */
	unsigned depth;
	uint32_t indent[LEXER_LEVELS];
};

struct token {
	const char *text; /* into the piece fed, or constant for line breaks; not terminated */
	size_t len;
	size_t offset;      /* in the piece fed, or LEXER_BEFORE */
	enum model_gap gap; /* of a line break's token, GAP_NONE; the next one has the line's */
};

void lexer_init(struct lexer *lexer);
/* Goes on with another piece of the same text; the end of the last piece ends a token. */
void lexer_feed(struct lexer *lexer, const char *text, size_t len);
/* False at the end of the piece. A line break comes as "\n" and how the indentation moved: ">"
 * for deeper, a "<" for each level left (at most 4). */
bool lexer_next(struct lexer *lexer, struct token *out);
/* Takes the line break, if one waits, as if a token began where the piece ends. */
bool lexer_settle(struct lexer *lexer, struct token *out);

#endif
