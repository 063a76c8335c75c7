/* Bits of a text: after a prompt, or on its own from its first token. */
#include "model/reader.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct model_context {
	struct reader reader;
};

struct model_context *model_context_new(struct model *model, const char *prompt, size_t len)
{
	struct model_context *context = xcalloc(1, sizeof(*context));
	struct reader *reader = &context->reader;

	reader_init(reader, model, false);
	reader->shown.cache.journaled = true;
	reader_prompt(reader, prompt, len);
	return context;
}

void model_context_free(struct model_context *context)
{
	if (!context)
		return;
	reader_release(&context->reader);
	free(context);
}

double model_context_bits(
	struct model_context *context, const char *text, size_t len, size_t *tokens)
{
	struct reader *reader = &context->reader;
	struct reader_mark mark;
	struct token token;
	size_t count = 0;
	double bits = 0;

	reader_mark(reader, &mark);
	lexer_feed(&reader->lexer, text, len);
	while (lexer_next(&reader->lexer, &token)) {
		uint32_t id = model_intern(reader->model, token.text, token.len);

		/* The line break before the text's first token is the prompt's. */
		if (token.offset != LEXER_BEFORE) {
			bits += reader_bits(reader, id, NULL);
			count++;
		}
		reader_pass(reader, id);
	}
	reader_return(reader, &mark);
	if (tokens)
		*tokens = count;
	return bits;
}

double model_bits(struct model *model, const char *prompt, size_t prompt_len, const char *text,
	size_t len, size_t *tokens)
{
	struct model_context *context = model_context_new(model, prompt, prompt_len);
	double bits = model_context_bits(context, text, len, tokens);

	model_context_free(context);
	return bits;
}

/* The place of a token among the likeliest, from 1; 0 when it is not among them. */
static unsigned rank_of(struct reader *reader, uint32_t id, double p)
{
	const struct prediction_wish wish = {.most = MODEL_RANKS, .floor = p, .skip = id};
	struct prediction better[MODEL_RANKS];
	unsigned count, place = 1;

	if (p <= 0)
		return 0;
	count = predict(reader->model, &reader->shown, reader_look(reader), &wish, better);
	for (unsigned i = 0; i < count; i++)
		place += better[i].p >= p;
	return place <= MODEL_RANKS ? place : 0;
}

int model_evaluate(
	struct model *model, const char *text, size_t len, bool rank, struct model_score *score)
{
	struct reader reader;
	struct token token;
	int rc = 0;

	memset(score, 0, sizeof(*score));
	reader_init(&reader, model, true);
	lexer_feed(&reader.lexer, text, len);
	while (!rc && lexer_next(&reader.lexer, &token)) {
		uint32_t id = model_intern(model, token.text, token.len);
		double counted;

		score->bits += reader_bits(&reader, id, &counted);
		score->closed_bits +=
			frame_bits(counted, reader.frame.rest, -log2(model_vocabulary(model)));
		reader_tune(&reader, id); /* the frame and its shares stay those of this place */
		score->novel += counted <= 0;
		score->tokens++;
		if (rank) {
			unsigned place = rank_of(&reader, id, counted);

			score->ranked++;
			score->top1 += place == 1;
			score->top5 += place && place <= 5;
			score->reciprocal_rank += place ? 1.0 / place : 0;
		}
		reader_pass(&reader, id);
		reader_follow(&reader);
		if (interrupted())
			rc = fail(E_STOPPED, "interrupted");
	}
	reader_release(&reader);
	return rc;
}
