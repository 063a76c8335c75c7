/* What the lines of a text cost, and what the house would have written in their place. */
#include "model/draft.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ODD_BITS 5.0  /* a token that costs less is no surprise */
#define INSTEAD_P 0.1 /* the house must have an idea of its own that is at least so likely */
#define LEAST_P 0.04  /* and goes on with it while its next token is likelier */

struct lined_token {
	uint32_t id, line;
	size_t offset, len;
	bool asked;
};

struct reading {
	struct reader reader;
	struct model_line now;
	struct lined_token *tokens;
	size_t count; /* up to the last that is asked about */
};

/* Drafts from where the reader stands, before `id` came. */
static void draft_instead(struct reading *reading, uint32_t id)
{
	struct reader *reader = &reading->reader;
	struct draft_path path = {.count = 0};
	struct reader_mark here;
	const struct prediction_wish wish = {.most = 1, .floor = INSTEAD_P};
	struct prediction next;

	if (!predict(reader->model, &reader->shown, reader_look(reader), &wish, &next) ||
		next.p < INSTEAD_P || next.id == id)
		return;
	reader_mark(reader, &here);
	if (draft_step(reader, &path, next.id, next.p)) {
		draft_line(reader, &path, LEAST_P);
		reading->now.instead =
			(struct model_draft){draft_text(reader->model, &path, 0, true),
				exp2(-path.bits), path.count, draft_source(reader, 3)};
	}
	reader_return(reader, &here);
}

static int finish_line(struct reading *reading, model_line_fn fn, void *payload)
{
	int rc = reading->now.tokens ? fn(&reading->now, payload) : 0;

	free(reading->now.instead.text);
	memset(&reading->now, 0, sizeof(reading->now));
	return rc;
}

static void count_token(struct reading *reading, const struct lined_token *token, bool instead)
{
	struct model_line *now = &reading->now;
	double bits = reader_bits(&reading->reader, token->id, NULL);

	now->line = token->line;
	now->tokens++;
	now->bits += bits;
	if (instead && bits >= ODD_BITS && !now->instead.text) {
		draft_instead(reading, token->id);
		now->instead_at = token->offset;
	}
	if (bits <= now->odd_bits)
		return;
	now->odd_bits = bits;
	now->odd = token->offset;
	now->odd_len = token->len;
}

static void split(struct reading *reading, const char *text, size_t len, model_wanted_fn wanted,
	void *payload)
{
	struct lexer *lexer = &reading->reader.lexer;
	size_t count = 0, capacity = 0, counted = 0;
	uint32_t line = 1, asked_line = 0;
	bool asked = false;
	struct token token;

	lexer_feed(lexer, text, len);
	while (lexer_next(lexer, &token)) {
		for (; counted < token.offset; counted++)
			line += text[counted] == '\n';
		if (line != asked_line)
			asked = !wanted || wanted(line, payload);
		asked_line = line;
		GROW(reading->tokens, count, capacity);
		/* A line break is what the line before it left open. */
		reading->tokens[count++] = (struct lined_token){
			model_intern(reading->reader.model, token.text, token.len), line,
			token.offset, token.len, asked && *token.text != '\n'};
		if (reading->tokens[count - 1].asked)
			reading->count = count;
	}
}

/* What is too far from the next question is only counted in the cache. */
static int read_all(struct reading *reading, bool instead, model_line_fn fn, void *payload)
{
	struct reader *reader = &reading->reader;
	size_t due = 0;

	for (size_t i = 0; i < reading->count; i++) {
		const struct lined_token *token = &reading->tokens[i];

		while (due < i || !reading->tokens[due].asked)
			due++;
		if (reading->now.tokens && token->line != reading->now.line) {
			int rc = finish_line(reading, fn, payload);

			if (rc)
				return rc;
		}
		if (due == i)
			count_token(reading, token, instead);
		if (due > i + PLACE_REACH)
			reader_skim(reader, token->id);
		else
			reader_pass(reader, token->id);
		reader_follow(reader);
		if (interrupted())
			return fail(E_STOPPED, "interrupted");
	}
	return finish_line(reading, fn, payload);
}

int model_read_lines(struct model *model, const char *text, size_t len, bool instead,
	model_wanted_fn wanted, model_line_fn fn, void *payload)
{
	struct reading reading = {.count = 0};
	int rc;

	reader_init(&reading.reader, model, true);
	reading.reader.shown.cache.journaled = instead;
	split(&reading, text, len, wanted, payload);
	rc = read_all(&reading, instead, fn, payload);
	free(reading.now.instead.text);
	free(reading.tokens);
	reader_release(&reading.reader);
	return rc;
}

double model_line_share(const struct model *model, double bits_per_token)
{
	unsigned below = 0;

	while (below < NORMS && model->norms[below] <= bits_per_token)
		below++;
	if (!below)
		return 0;
	return (below < NORMS ? below : NORMS - 1) / (double)(NORMS - 1);
}
