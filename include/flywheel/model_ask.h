/* Asking a house model about code at hand: what each token of it costs, and how it may go on. */
#ifndef FLYWHEEL_MODEL_ASK_H
#define FLYWHEEL_MODEL_ASK_H

#include "flywheel/model.h"

/*
 * How a text goes on where it was cut. The cache is what stands before, as far back as
 * MODEL_WINDOW bytes (three quarters at least); `suffix` is what stands behind, or NULL. Everything
 * in `out` is freed by model_completion_release.
 *
 * A `typing` remembers what was read of the text, so that a question a few letters further on in
 * the same text need not read it again. The answers are those of a new one. The model must outlive
 * it and learn nothing meanwhile.
 */
#define MODEL_WINDOW ((size_t)24 << 10)
#define MODEL_GUESSES 10
#define MODEL_LINES 3
struct model_source {
	const char *name; /* of the text that does so, borrowed from the model; NULL: none does */
	uint32_t token;   /* where in it, counted in tokens */
};
struct model_guess {
	char *text; /* a whole token; a line break is "\n" */
	double p;
};
struct model_draft {
	char *text; /* to be put where the prefix ends; NULL: none */
	double p;   /* of its tokens together */
	unsigned tokens;
	struct model_source source;
};
struct model_completion {
	size_t typed; /* bytes of the prefix that the first token of each answer begins with */
	struct model_guess guesses[MODEL_GUESSES]; /* the next token, likeliest first */
	unsigned guess_count, line_count;
	struct model_draft lines[MODEL_LINES]; /* to the end of the line, likeliest first */
	struct model_draft middle;             /* from the prefix to the suffix */
};
struct model_typing;
struct model_typing *model_typing_new(struct model *model);
void model_typing_free(struct model_typing *typing); /* NULL is fine */
void model_complete(struct model_typing *typing, const char *prefix, size_t len, const char *suffix,
	size_t suffix_len, struct model_completion *out);
void model_completion_release(struct model_completion *completion);

/* The line, from 1, on which a token of a text stands; 0 when the text has no such token. */
uint32_t model_line_of_token(const char *text, size_t len, uint32_t token);

/* What each line of a text costs; tokens stand on the line on which they begin. */
struct model_line {
	uint32_t line; /* from 1 */
	unsigned tokens;
	double bits;
	size_t odd, odd_len; /* the token that cost most: offset in the text, bytes */
	double odd_bits;
	struct model_draft instead; /* what the house would have gone on with, to the line's end */
	size_t instead_at;          /* from where: offset in the text */
};
/* `wanted` (may be NULL: all) says which lines are asked about; the others are only read. With
 * `instead` a draft is made where the house would have gone on otherwise. `line` is borrowed. */
typedef bool (*model_wanted_fn)(uint32_t line, void *payload);
typedef int (*model_line_fn)(const struct model_line *line, void *payload);
int model_read_lines(struct model *model, const char *text, size_t len, bool instead,
	model_wanted_fn wanted, model_line_fn fn, void *payload);
/* The share of the house's own lines that cost at most so many bits a token, 0 to 1. */
double model_line_share(const struct model *model, double bits_per_token);

#endif
