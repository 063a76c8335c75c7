/*
 * Code as a row of words: enough of a lexer to find names, their roles and their neighbours in
 * any of our languages. Comments and strings are single pieces.
 */
#ifndef BENCH_CODE_H
#define BENCH_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum piece_kind { PIECE_NAME, PIECE_NUMBER, PIECE_STRING, PIECE_COMMENT, PIECE_MARK };
struct piece {
	enum piece_kind kind;
	size_t start, end;
};
/* The piece at or after *at, which moves past it; false at the end. White space is skipped. */
bool code_piece(const char *text, size_t len, size_t *at, struct piece *out);

enum role { ROLE_NONE, ROLE_CALL, ROLE_MEMBER, ROLE_CONSTANT, ROLE_PLAIN };
struct word {
	struct piece piece;
	enum role role; /* ROLE_NONE: no name, a keyword, or a type */
};
struct words {
	struct word *items;
	size_t count, capacity;
};
/* All pieces of a text but comments, with the roles of the names. */
void words_read(struct words *words, const char *text, size_t len);
void words_release(struct words *words);

bool is_keyword(const char *name, size_t len);
bool is_name_start(char c);
bool is_name_char(char c);
/* Bytes of leading white space. */
size_t indent_of(const char *line, size_t len);
/*
 * Calls `fn` for each line that is a whole statement: no comment or docstring, no lone brace, no
 * half of a statement, neither tiny nor huge. `line` comes with its indent; numbers from 1.
 */
struct statement {
	const char *line;
	size_t len, indent;
	uint32_t number;
};
typedef void (*statement_fn)(const struct statement *statement, void *payload);
void each_statement(const char *text, size_t len, bool semicolons, statement_fn fn, void *payload);
/* Whether statements of a language end in semicolons. */
bool has_semicolons(const char *language);
/* Whether `word` stands in text as a whole word. */
bool has_word(const char *text, size_t len, const char *word);
/* The first sentence of a doc comment on one line, without marks; the caller frees. */
char *first_sentence(const char *doc, size_t max);
/* Replaces a whole word everywhere; the caller frees. */
char *replace_word(const char *text, const char *word, const char *with);

#endif
