/* Reading a text token by token. */
#include "model/reader.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define TUNED 128 /* tokens at the end of a prompt that say which evidence is worth what here */

void reader_init(struct reader *reader, struct model *model, bool at_start)
{
	memset(reader, 0, sizeof(*reader));
	reader->model = model;
	counts_init(&reader->shown.near);
	counts_init(&reader->shown.cache);
	for (unsigned c = 0; c < COMPONENTS; c++)
		reader->shown.tuning[c].odds = 1;
	reader->due = NEAR_FIRST;
	lexer_init(&reader->lexer);
	walk_start(model, at_start, &reader->walk);
}

void reader_release(struct reader *reader)
{
	counts_release(&reader->shown.near);
	counts_release(&reader->shown.cache);
}

static void step(struct reader *reader, uint32_t id, const struct range *found)
{
	if (!reader->open)
		place_keys(&reader->walk.place, reader->frame.keys);
	frame_remember(reader->model, &reader->frame, &reader->shown.cache, id);
	walk_step(reader->model, &reader->walk, id, found);
	reader->recent[reader->passed++ % RECENT] = id;
	reader->open = false;
}

static void look_around(struct reader *reader)
{
	uint32_t ids[NEAR_WINDOW];
	size_t count = reader->look_at < NEAR_WINDOW ? reader->look_at : NEAR_WINDOW;

	for (size_t i = 0; i < count; i++)
		ids[i] = reader->recent[(reader->look_at - count + i) % RECENT];
	if (count != reader->looked_at || memcmp(ids, reader->looked, count * sizeof(*ids))) {
		near_count(reader->model, ids, count, &reader->shown.near);
		memcpy(reader->looked, ids, count * sizeof(*ids));
		reader->looked_at = count;
	}
	reader->look_at = 0;
}

static void want_look(struct reader *reader)
{
	reader->look_at = reader->passed;
	reader->due = reader->passed + (reader->passed < NEAR_STEP ? reader->passed : NEAR_STEP);
	reader->open = false;
}

void reader_follow(struct reader *reader)
{
	if (reader->passed >= reader->due)
		want_look(reader);
}

void reader_pass(struct reader *reader, uint32_t id)
{
	struct range found[PLACE_REACH + 1];

	walk_look(reader->model, &reader->walk, id, found);
	step(reader, id, found);
}

void reader_skim(struct reader *reader, uint32_t id)
{
	static const struct range nothing[PLACE_REACH + 1];

	step(reader, id, nothing);
}

uint32_t *reader_split(
	struct model *model, struct lexer *lexer, const char *text, size_t len, size_t *count)
{
	uint32_t *ids = NULL;
	size_t capacity = 0;
	struct token token;

	*count = 0;
	lexer_feed(lexer, text, len);
	while (lexer_next(lexer, &token)) {
		GROW(ids, *count, capacity);
		ids[(*count)++] = model_intern(model, token.text, token.len);
	}
	return ids;
}

void reader_prompt_tokens(struct reader *reader, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (count - i > PLACE_REACH)
			reader_skim(reader, ids[i]);
		else
			reader_pass(reader, ids[i]);
	if (count)
		want_look(reader);
}

void reader_prompt(struct reader *reader, const char *text, size_t len)
{
	size_t count, tuned;
	uint32_t *ids = reader_split(reader->model, &reader->lexer, text, len, &count);

	tuned = count < TUNED + PLACE_REACH ? 0 : count - TUNED;
	reader_prompt_tokens(reader, ids, tuned);
	for (size_t i = tuned; i < count; i++) {
		reader_bits(reader, ids[i], NULL);
		reader_tune(reader, ids[i]);
		reader_pass(reader, ids[i]);
	}
	if (count)
		want_look(reader);
	free(ids);
}

const struct frame *reader_look(struct reader *reader)
{
	if (reader->look_at)
		look_around(reader);
	if (!reader->open)
		frame_open(reader->model, &reader->shown, &reader->walk, &reader->frame);
	reader->open = true;
	return &reader->frame;
}

double reader_bits(struct reader *reader, uint32_t id, double *counted)
{
	struct range found[PLACE_REACH + 1];
	const struct frame *frame = reader_look(reader);
	double p;

	walk_look(reader->model, &reader->walk, id, found);
	frame_hits(reader->model, &reader->shown, frame, found, id, reader->hits);
	p = frame_sum(frame, reader->hits);
	if (counted)
		*counted = p;
	return frame_bits(p, frame->rest, spell_token(reader->model, id));
}

void reader_tune(struct reader *reader, uint32_t id)
{
	frame_tune(
		&reader->frame, reader->hits, spell_token(reader->model, id), reader->shown.tuning);
}

void reader_mark(const struct reader *reader, struct reader_mark *mark)
{
	mark->cache = reader->shown.cache.journal_len;
	mark->walk = reader->walk;
	mark->lexer = reader->lexer;
	mark->passed = reader->passed;
}

void reader_return(struct reader *reader, const struct reader_mark *mark)
{
	counts_undo(&reader->shown.cache, mark->cache);
	reader->walk = mark->walk;
	reader->lexer = mark->lexer;
	reader->passed = mark->passed;
	reader->open = false;
}
