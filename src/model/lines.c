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

struct reading {
	struct reader reader;
	struct model_line now;
	size_t counted; /* bytes of the text whose line breaks are counted */
	uint32_t line;
	bool asked; /* about this line */
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

static void count_token(
	struct reading *reading, const struct token *token, uint32_t id, bool instead)
{
	struct model_line *now = &reading->now;
	double bits = reader_bits(&reading->reader, id, NULL);

	now->line = reading->line;
	now->tokens++;
	now->bits += bits;
	if (instead && bits >= ODD_BITS && !now->instead.text) {
		draft_instead(reading, id);
		now->instead_at = token->offset;
	}
	if (bits <= now->odd_bits)
		return;
	now->odd_bits = bits;
	now->odd = token->offset;
	now->odd_len = token->len;
}

int model_read_lines(struct model *model, const char *text, size_t len, bool instead,
	model_wanted_fn wanted, model_line_fn fn, void *payload)
{
	struct reading reading = {.line = 1};
	struct token token;
	int rc = 0;

	reader_init(&reading.reader, model, true);
	reading.reader.shown.cache.journaled = instead;
	reading.asked = !wanted || wanted(1, payload);
	lexer_feed(&reading.reader.lexer, text, len);
	while (!rc && lexer_next(&reading.reader.lexer, &token)) {
		uint32_t id = model_intern(model, token.text, token.len), before = reading.line;

		for (; reading.counted < token.offset; reading.counted++)
			reading.line += text[reading.counted] == '\n';
		if (reading.line != before) {
			rc = finish_line(&reading, fn, payload);
			reading.asked = !wanted || wanted(reading.line, payload);
		}
		/* A line break is what the line before it left open. */
		if (!rc && reading.asked && *token.text != '\n')
			count_token(&reading, &token, id, instead);
		reader_pass(&reading.reader, id);
		reader_follow(&reading.reader);
		if (interrupted())
			rc = fail(E_STOPPED, "interrupted");
	}
	if (!rc)
		rc = finish_line(&reading, fn, payload);
	free(reading.now.instead.text);
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
