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

/* Training: texts in, one file out. Their order does not matter, but among texts of one name. */
struct model_builder;
struct model_builder *model_builder_new(void);
void model_builder_add(
	struct model_builder *builder, const char *name, const char *text, size_t len);
/* Writes atomically; `sha256` gets 64 hex digits and a NUL. `seed` is recorded. */
int model_builder_write(
	struct model_builder *builder, const char *path, int64_t seed, char sha256[65]);
void model_builder_free(struct model_builder *builder);

struct model;
/* Takes over the texts of a model, without its weights; the file's tokens are not split again. */
void model_builder_extend(struct model_builder *builder, const struct model *model);
/* Takes the newest text of this name out again; false when there is none. */
bool model_builder_remove(struct model_builder *builder, const char *name);

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
 * The same for several texts after one prompt, which is read once. The model must outlive the
 * context and learn nothing meanwhile. A context is not changed by the texts.
 */
struct model_context;
struct model_context *model_context_new(struct model *model, const char *prompt, size_t len);
double model_context_bits(
	struct model_context *context, const char *text, size_t len, size_t *tokens);
void model_context_free(struct model_context *context);

/* Adds a text to what the model knows, or takes one out that it was trained on, in memory only: the
 * counts become exactly those of a model that was trained that way. */
void model_learn(struct model *model, const char *text, size_t len);
void model_forget(struct model *model, const char *text, size_t len);
/* Forgets the old text and learns the other one; it costs what they differ by. */
void model_replace(
	struct model *model, const char *old_text, size_t old_len, const char *text, size_t len);
/* How many tokens, roughly, were learned or forgotten since the file was written. Each takes
 * about a kilobyte of memory. */
uint64_t model_changed(const struct model *model);

/*
 * Splits text the way the model does; `fn` returns non-zero to stop. A line break that means
 * something is a token that starts with "\n"; long rulers (-----) come as their first four bytes.
 */
typedef int (*model_token_fn)(const char *token, size_t len, size_t offset, void *payload);
int model_tokenize(const char *text, size_t len, model_token_fn fn, void *payload);
size_t model_count_tokens(const char *text, size_t len);

/* Calls `fn` for every file named in `list`, one path a line; stops when it is non-zero. */
typedef int (*model_file_fn)(const char *path, const char *text, size_t len, void *payload);
int model_each_file(const char *list, model_file_fn fn, void *payload);

/*
 * Running evaluation over a whole text, which the cache follows: bits per token and how often the
 * next token was ranked first. Ranks are exact up to 10 among all tokens seen so far (but for the
 * share of the spelling, which is left out); a token ranked lower counts 0, ties count against
 * it, and a novel token is ranked 0. Fills `score` from zero. E_STOPPED on Ctrl-C.
 */
#define MODEL_RANKS 10
struct model_score {
	double bits;
	double closed_bits; /* the other convention: a novel token is one of as many as are known */
	uint64_t tokens, ranked; /* ranked: tokens for which a rank was computed */
	uint64_t top1, top5;
	uint64_t novel;         /* tokens that neither the model nor this text had seen */
	double reciprocal_rank; /* sum; divide by ranked for MRR */
};
int model_evaluate(
	struct model *model, const char *text, size_t len, bool rank, struct model_score *score);

#endif
