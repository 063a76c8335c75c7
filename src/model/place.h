/*
 * Where a text stands: what came last, seen in several ways. Each way is a kind of context with a
 * key; a model counts what followed the same key. Beside the last tokens in a row there are sparse
 * contexts, which leave some out: code repeats its shape more often than its words.
 * Keys are made of the tokens' letters, not of their numbers: they mean the same in every model.
 */
#ifndef MODEL_PLACE_H
#define MODEL_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order in which the chain asks them, the weakest first. */
enum context_kind {
	CONTEXT_0,    /* nothing */
	CONTEXT_1,    /* the last token */
	CONTEXT_SKIP, /* the last but one and the last but two */
	CONTEXT_2,
	CONTEXT_STATEMENT, /* the statement's first token, how far in, and the last */
	CONTEXT_PREVIOUS,  /* first tokens of the previous statement and of this, and the last */
	CONTEXT_3,
	CONTEXT_4,
	CONTEXT_5,
	CONTEXT_7,
	CONTEXT_10,
	CONTEXT_COUNT
};
#define PLACE_REACH 10 /* tokens of the longest context */
#define PLACE_SPARSE 3
#define PLACE_FAR_IN 12 /* tokens into a statement; further counts as this */

/* The length of a context of tokens in a row, or -1 - its number among the sparse ones. */
static inline int context_length(enum context_kind kind)
{
	static const int8_t lengths[CONTEXT_COUNT] = {[CONTEXT_1] = 1,
		[CONTEXT_SKIP] = -1,
		[CONTEXT_2] = 2,

		[CONTEXT_STATEMENT] = -2,
		[CONTEXT_PREVIOUS] = -3,
		[CONTEXT_3] = 3,
		[CONTEXT_4] = 4,
		[CONTEXT_5] = 5,
		[CONTEXT_7] = 7,
		[CONTEXT_10] = 10};

	return lengths[kind];
}

enum token_kind {
	TOKEN_NONE, /* nothing is known there */
	TOKEN_BREAKS,
	TOKEN_ENDS, /* ; { } */
	TOKEN_NAME,
	TOKEN_SHORT, /* a word of one or two bytes */
	TOKEN_NUMBER,
	TOKEN_OPENS,  /* ( */
	TOKEN_CLOSES, /* ) */
	TOKEN_DOT,
	TOKEN_COMMA,
	TOKEN_QUOTE,
	TOKEN_EQUALS,
	TOKEN_REMARKS, /* what starts with / * or #, as a comment does */
	TOKEN_OTHER,
	TOKEN_KINDS
};
enum token_kind token_kind(const char *text, size_t len);

struct place {
	uint64_t recent[PLACE_REACH]; /* the last tokens' marks, newest first */
	unsigned known;               /* how many of them; the mark of the start is one */
	uint64_t first, before;       /* of this statement and of the one before; 0: none */
	uint32_t into;                /* tokens of this statement so far, at most PLACE_FAR_IN */
	enum token_kind last, last_but_one;
};

/* `at_start`: a text starts here; otherwise it is a piece, and nothing is known before it. */
void place_start(struct place *place, bool at_start);
/* `mark` is a hash of the token's letters. */
void place_step(struct place *place, uint64_t mark, enum token_kind kind);
/* The key of each kind, 0 where it reaches before what is known. Sparse keys have 32 bits. */
#define PLACE_KEY_0 (UINT64_C(1) << 63 | 1) /* that of CONTEXT_0, everywhere */
void place_keys(const struct place *place, uint64_t keys[CONTEXT_COUNT]);

#define PLACE_END UINT64_C(0x5bd1e9955bd1e995) /* the mark of the start and the end of a text */

#endif
