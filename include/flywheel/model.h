/*
 * The embedded house model: an interpolated n-gram model of code and the talk around it, with a
 * cache of what the current text has shown. One memory-mapped, versioned, checksummed file.
 * Same input, same bytes. Source of the method: Hellendoorn & Devanbu 2017 (cache), Jelinek &
 * Mercer 1980 (interpolation).
 */
#ifndef FLYWHEEL_MODEL_H
#define FLYWHEEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Training: texts in, one file out. The order of texts matters for the bytes, not the counts. */
struct model_builder;
struct model_builder *model_builder_new(void);
void model_builder_add(
	struct model_builder *builder, const char *name, const char *text, size_t len);
/* Writes atomically; `sha256` gets 64 hex digits and a NUL. `seed` is recorded. */
int model_builder_write(
	struct model_builder *builder, const char *path, int64_t seed, char sha256[65]);
void model_builder_free(struct model_builder *builder);

struct model;
int model_open(
	const char *path, struct model **out); /* E_NOTFOUND; E_INVALID: damaged, other version */
void model_free(struct model *model);
uint64_t model_tokens(const struct model *model);

/* The generic baseline that was built from code that is not this repository's. */
int model_open_generic(struct model **out);

/*
 * Bits of a continuation given what comes before it: -log2 P(text | prompt), every novel token
 * spelled. `tokens` (may be NULL) gets the number of tokens in `text`. Deterministic; the model is
 * not changed. `prompt` may be empty. Not thread-safe per model.
 */
double model_bits(struct model *model, const char *prompt, size_t prompt_len, const char *text,
	size_t len, size_t *tokens);

/*
 * Splits text the way the model does; `fn` returns non-zero to stop. A line break that means
 * something is a token that starts with "\n"; long rulers (-----) come as their first four bytes.
 */
typedef int (*model_token_fn)(const char *token, size_t len, size_t offset, void *payload);
int model_tokenize(const char *text, size_t len, model_token_fn fn, void *payload);
size_t model_count_tokens(const char *text, size_t len);

/* Running evaluation over a text: bits per token and how often the next token was ranked first. */
struct model_score {
	double bits;
	uint64_t tokens, ranked, top1; /* ranked: tokens for which a rank was computed */
	double reciprocal_rank;        /* sum; divide by ranked for MRR */
};
int model_evaluate(
	struct model *model, const char *text, size_t len, bool rank, struct model_score *score);

#endif
