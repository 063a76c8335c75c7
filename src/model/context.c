/* Bits of a text: after a prompt, or on its own from its first token. */
#include "model/internal.h"

#include "model/lexer.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct model_context {
	struct model *model;
	struct trie cache;
	struct walk walk;
	struct lexer lexer;
};

struct model_context *model_context_new(struct model *model, const char *prompt, size_t len)
{
	struct model_context *context = xcalloc(1, sizeof(*context));
	struct walk *walk = &context->walk;
	uint32_t *ids = NULL;
	size_t count = 0, capacity = 0;
	struct walk found;
	struct token token;

	context->model = model;
	trie_init(&context->cache);
	lexer_init(&context->lexer);
	walk_start(model, false, walk);
	lexer_feed(&context->lexer, prompt, len);
	while (lexer_next(&context->lexer, &token)) {
		GROW(ids, count, capacity);
		ids[count++] = model_intern(model, token.text, token.len);
	}
	for (size_t i = 0; i < count; i++) {
		/* What the house knows matters only for contexts that reach the end. */
		if (count - i < MODEL_ORDER) {
			walk_look(model, &context->cache, walk, ids[i], &found);
		} else {
			memset(&found, 0, sizeof(found));
			memset(found.learned, 0xff, sizeof(found.learned));
		}
		walk_step(walk, &context->cache, ids[i], &found);
	}
	free(ids);
	return context;
}

void model_context_free(struct model_context *context)
{
	if (!context)
		return;
	trie_release(&context->cache);
	free(context);
}

static double step(struct model_context *context, struct walk *walk, const struct token *token)
{
	struct model *model = context->model;
	uint32_t id = model_intern(model, token->text, token->len);
	struct frame frame;
	struct walk found;
	double bits;

	frame_open(model, &context->cache, walk, &frame);
	walk_look(model, &context->cache, walk, id, &found);
	bits = frame_bits(frame_counts(model, &context->cache, &frame, &found), frame.rest,
		spell_token(model, id));
	walk_step(walk, &context->cache, id, &found);
	return bits;
}

double model_context_bits(
	struct model_context *context, const char *text, size_t len, size_t *tokens)
{
	size_t mark = context->cache.journal_len;
	struct lexer lexer = context->lexer;
	struct walk walk = context->walk;
	struct token token;
	size_t count = 0;
	double bits = 0;

	lexer_feed(&lexer, text, len);
	while (lexer_next(&lexer, &token)) {
		double here = step(context, &walk, &token);

		/* The line break before the text's first token is the prompt's. */
		if (token.offset == LEXER_BEFORE)
			continue;
		bits += here;
		count++;
	}
	trie_undo(&context->cache, mark);
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

int model_evaluate(
	struct model *model, const char *text, size_t len, bool rank, struct model_score *score)
{
	struct ranker *ranker = rank ? ranker_new(model) : NULL;
	struct trie cache;
	struct lexer lexer;
	struct walk walk, found;
	struct frame frame;
	struct token token;
	int rc = 0;

	memset(score, 0, sizeof(*score));
	trie_init(&cache);
	lexer_init(&lexer);
	lexer_feed(&lexer, text, len);
	walk_start(model, true, &walk);
	while (lexer_next(&lexer, &token)) {
		uint32_t id = model_intern(model, token.text, token.len);
		double counted;

		if (interrupted()) {
			rc = fail(E_STOPPED, "interrupted");
			break;
		}
		frame_open(model, &cache, &walk, &frame);
		walk_look(model, &cache, &walk, id, &found);
		counted = frame_counts(model, &cache, &frame, &found);
		score->bits += frame_bits(counted, frame.rest, spell_token(model, id));
		score->closed_bits +=
			frame_bits(counted, frame.rest, -log2(model_vocabulary(model)));
		score->novel += counted <= 0;
		score->tokens++;
		if (rank) {
			unsigned place = ranker_rank(ranker, &cache, &walk, &frame, id);

			score->ranked++;
			score->top1 += place == 1;
			score->reciprocal_rank += place ? 1.0 / place : 0;
		}
		walk_step(&walk, &cache, id, &found);
	}
	ranker_free(ranker);
	trie_release(&cache);
	return rc;
}

/* Counts `id` after the contexts of at least `shortest` tokens, in what was learned. */
static void learn(struct model *model, const struct walk *walk, unsigned shortest, uint32_t id,
	struct walk *found)
{
	struct trie *learned = &model->learned;

	for (unsigned k = shortest; k < walk->lengths; k++) {
		uint32_t node = walk->learned[k];

		found->learned[k] = trie_add(learned, node, id);
		/* A node counts only the successors that the file does not have. */
		if (learned->nodes[found->learned[k]].count == 1 &&
			found->house[k].lo < found->house[k].hi)
			learned->nodes[node].distinct--;
	}
}

void model_learn(struct model *model, const char *text, size_t len)
{
	struct trie none;
	struct lexer lexer;
	struct walk walk, found;
	struct token token;

	trie_init(&none);
	lexer_init(&lexer);
	lexer_feed(&lexer, text, len);
	/* One end mark comes with each text. It stands before this one, where it is a context. */
	walk_start(model, false, &walk);
	walk_look(model, &none, &walk, MODEL_END, &found);
	learn(model, &walk, 0, MODEL_END, &found);
	walk_start(model, true, &walk);
	memset(walk.cache, 0xff, sizeof(walk.cache));
	while (lexer_next(&lexer, &token)) {
		uint32_t id = model_intern(model, token.text, token.len);

		walk_look(model, &none, &walk, id, &found);
		learn(model, &walk, 0, id, &found);
		walk_step(&walk, &none, id, &found);
	}
	walk_look(model, &none, &walk, MODEL_END, &found);
	learn(model, &walk, 1, MODEL_END, &found);
	trie_release(&none);
}
