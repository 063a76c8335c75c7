/* Training: texts are interned into one stream, sorted, and written as a file. */
#include "model/internal.h"

#include "model/lexer.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TOKENS (1u << 30)
#define FIT_TOKENS 200000 /* at most so many tokens are left out to learn the escapes */

struct model_builder {
	struct map vocabulary; /* number: the token's, from 1 */
	uint32_t *stream;
	size_t count, capacity;
	struct model_span *texts;
	size_t text_count, text_capacity;
	struct buf names;
	bool too_big;
};

struct model_builder *model_builder_new(void)
{
	struct model_builder *builder = xcalloc(1, sizeof(*builder));

	buf_init(&builder->names);
	return builder;
}

void model_builder_free(struct model_builder *builder)
{
	if (!builder)
		return;
	map_release(&builder->vocabulary);
	buf_release(&builder->names);
	free(builder->stream);
	free(builder->texts);
	free(builder);
}

static void push(struct model_builder *builder, uint32_t id)
{
	if (builder->count >= MOST_TOKENS) {
		builder->too_big = true;
		return;
	}
	GROW(builder->stream, builder->count, builder->capacity);
	builder->stream[builder->count++] = id;
}

void model_builder_add(
	struct model_builder *builder, const char *name, const char *text, size_t len)
{
	struct model_span span;
	struct lexer lexer;
	struct token token;

	lexer_init(&lexer);
	lexer_feed(&lexer, text, len);
	if (!builder->count)
		push(builder, MODEL_END);
	span.start = (uint32_t)builder->count;
	while (lexer_next(&lexer, &token)) {
		bool added;
		struct map_entry *entry =
			map_put(&builder->vocabulary, token.text, token.len, &added);

		if (added)
			entry->value.num = (int64_t)builder->vocabulary.count;
		push(builder, (uint32_t)entry->value.num);
	}
	span.end = (uint32_t)builder->count;
	push(builder, MODEL_END);
	GROW(builder->texts, builder->text_count, builder->text_capacity);
	builder->texts[builder->text_count++] = span;
	buf_add(&builder->names, name, strlen(name) + 1);
}

/* Everything that goes into the file; `owned` holds what the sections point to. */
struct draft {
	struct model model;
	struct model_bytes sections[SECTION_COUNT];
	void *owned[SECTION_COUNT];
};

static void *section(struct draft *draft, enum model_section which, size_t count, size_t size)
{
	draft->owned[which] = xcalloc(count ? count : 1, size);
	draft->sections[which] = (struct model_bytes){draft->owned[which], count * size};
	return draft->owned[which];
}

static void draft_vocabulary(struct draft *draft, const struct map *words)
{
	struct model *model = &draft->model;
	uint32_t vocabulary = (uint32_t)words->count + 1;
	uint32_t *offsets = section(draft, SECTION_OFFSETS, vocabulary + 1, sizeof(*offsets));
	uint32_t slot_count = 4, letters = 1;
	uint32_t *slots;
	char *bytes;

	while (slot_count < 2 * vocabulary)
		slot_count *= 2;
	for (size_t i = 0; i < words->count; i++)
		letters += (uint32_t)words->entries[i].len + 1;
	slots = section(draft, SECTION_SLOTS, slot_count, sizeof(*slots));
	bytes = section(draft, SECTION_LETTERS, letters, 1);
	offsets[1] = 1;
	for (uint32_t id = 1; id < vocabulary; id++) {
		const struct map_entry *word = &words->entries[id - 1];
		uint32_t slot = (uint32_t)hash_bytes(word->key, word->len, 0) & (slot_count - 1);

		memcpy(bytes + offsets[id], word->key, word->len);
		offsets[id + 1] = offsets[id] + (uint32_t)word->len + 1;
		while (slots[slot])
			slot = (slot + 1) & (slot_count - 1);
		slots[slot] = id;
	}
	model->facts.vocabulary = vocabulary;
	model->facts.letters = letters;
	model->facts.slots = slot_count;
	model->offsets = offsets;
	model->slots = slots;
	model->letters = (struct suffixes){
		.symbols = bytes, .narrow = true, .count = letters, .alphabet = 256};
	suffixes_build(&model->letters,
		section(draft, SECTION_LETTER_SUFFIX, letters, sizeof(uint32_t)),
		section(draft, SECTION_LETTER_SHARED, letters, 1),
		section(draft, SECTION_LETTER_FIRST, 257, sizeof(uint32_t)));
}

static void draft_stream(struct draft *draft, const uint32_t *stream, size_t count)
{
	struct model *model = &draft->model;

	draft->sections[SECTION_STREAM] = (struct model_bytes){stream, count * sizeof(*stream)};
	model->facts.stream = (uint32_t)count;
	model->tokens = (struct suffixes){
		.symbols = stream, .count = (uint32_t)count, .alphabet = model->facts.vocabulary};
	suffixes_build(&model->tokens, section(draft, SECTION_SUFFIX, count, sizeof(uint32_t)),
		section(draft, SECTION_SHARED, count, 1),
		section(draft, SECTION_FIRST, (size_t)model->facts.vocabulary + 1,
			sizeof(uint32_t)));
}

static void draft_release(struct draft *draft)
{
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		free(draft->owned[i]);
	model_stop(&draft->model);
}

struct lot {
	uint64_t hash;
	size_t text;
};

static int by_hash(const void *a, const void *b)
{
	const struct lot *left = a, *right = b;

	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	return left->text < right->text ? -1 : left->text > right->text;
}

/* Draws texts by the hash of their content and the seed, so the draw does not depend on order.
 * About an eighth of the tokens is left out, and never a text that is most of them. */
static size_t draw_left_out(
	const struct model_builder *builder, int64_t seed, struct model_span *out, bool *left_out)
{
	struct lot *lots = xcalloc(builder->text_count + 1, sizeof(*lots));
	size_t limit = builder->count / 8 < FIT_TOKENS ? builder->count / 8 : FIT_TOKENS;
	size_t tokens = 0, count = 0;

	for (size_t i = 0; i < builder->text_count; i++) {
		const struct model_span *text = &builder->texts[i];

		lots[i] = (struct lot){
			hash_bytes(builder->stream + text->start,
				(text->end - text->start) * sizeof(uint32_t), (uint64_t)seed),
			i};
	}
	qsort(lots, builder->text_count, sizeof(*lots), by_hash);
	for (size_t i = 0; i < builder->text_count && tokens < limit; i++) {
		const struct model_span *text = &builder->texts[lots[i].text];

		if (text->end - text->start > builder->count / 4 || text->start == text->end)
			continue;
		out[count++] = *text;
		left_out[lots[i].text] = true;
		tokens += text->end - text->start;
	}
	free(lots);
	return count;
}

/* Learns the escapes with a model of the texts that were not left out. */
static void fit(const struct model_builder *builder, const struct model *full, int64_t seed,
	double *escapes)
{
	struct model_span *out = xcalloc(builder->text_count + 1, sizeof(*out));
	bool *left_out = xcalloc(builder->text_count + 1, sizeof(*left_out));
	uint32_t *rest = xcalloc(builder->count + 1, sizeof(*rest));
	size_t count = draw_left_out(builder, seed, out, left_out);
	struct draft draft = {.model = *full};
	size_t kept = 0;

	if (builder->count)
		rest[kept++] = MODEL_END;
	for (size_t i = 0; count && i < builder->text_count; i++) {
		const struct model_span *text = &builder->texts[i];
		size_t len = text->end - text->start + 1;

		if (left_out[i])
			continue;
		memcpy(rest + kept, builder->stream + text->start, len * sizeof(*rest));
		kept += len;
	}
	fit_default(escapes);
	model_start(&draft.model);
	draft.model.escape = escapes;
	if (count) {
		double *learned = xcalloc((size_t)COMPONENTS * BUCKETS, sizeof(*learned));

		draft_stream(&draft, rest, kept);
		fit_escapes(&draft.model, builder->stream, out, count, learned);
		memcpy(escapes, learned, (size_t)COMPONENTS * BUCKETS * sizeof(*learned));
		free(learned);
	}
	draft_release(&draft);
	free(rest);
	free(left_out);
	free(out);
}

int model_builder_write(
	struct model_builder *builder, const char *path, int64_t seed, char sha256[65])
{
	struct draft draft = {0};
	struct model_facts *facts = NULL;
	uint32_t *starts = NULL;
	int rc = 0;

	if (builder->too_big)
		return fail(E_TOOBIG, "more than %u tokens to train on: train on fewer files",
			MOST_TOKENS);
	draft_vocabulary(&draft, &builder->vocabulary);
	fit(builder, &draft.model, seed,
		section(&draft, SECTION_ESCAPES, (size_t)COMPONENTS * BUCKETS, sizeof(double)));
	if (!interrupted())
		draft_stream(&draft, builder->stream, builder->count);
	starts = section(&draft, SECTION_TEXTS, builder->text_count + 1, sizeof(*starts));
	for (size_t i = 0; i < builder->text_count; i++)
		starts[i] = builder->texts[i].start;
	starts[builder->text_count] = (uint32_t)builder->count;
	draft.sections[SECTION_NAMES] =
		(struct model_bytes){builder->names.ptr, builder->names.len};
	facts = section(&draft, SECTION_FACTS, 1, sizeof(*facts));
	*facts = draft.model.facts;
	facts->seed = seed;
	facts->order = MODEL_ORDER;
	facts->depth = SUFFIX_DEPTH;
	facts->buckets = COMPONENTS * BUCKETS;
	facts->texts = (uint32_t)builder->text_count;
	facts->tokens = builder->count ? builder->count - builder->text_count - 1 : 0;
	rc = interrupted() ? fail(E_STOPPED, "interrupted, nothing was written")
			   : model_file_write(path, draft.sections, sha256);
	draft_release(&draft);
	return rc;
}
