/* Training: the collected texts, in the order of their names, become the sections of a file. */
#include "model/blend.h"
#include "model/builder.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

/* So many tokens are left out to learn the weights from: a seventh of the texts, and no more than
 * this, for each costs some ten microseconds. */
#define FIT_SHARE 7
#define FIT_TOKENS 200000

/* Everything that goes into the file; `owned` holds what the sections point to. */
struct draft {
	struct model model;
	struct model_bytes sections[SECTION_COUNT];
	void *owned[SECTION_COUNT];
	const struct builder_text **texts; /* in order */
	uint32_t *stream;
	const struct map_entry **words; /* by number */
};

static void *section(struct draft *draft, enum model_section which, size_t count, size_t size)
{
	draft->owned[which] = xcalloc(count ? count : 1, size);
	draft->sections[which] = (struct model_bytes){draft->owned[which], count * size};
	return draft->owned[which];
}

struct named {
	const char *name;
	const struct builder_text *text;
};

static int by_name(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return (a->text > b->text) - (a->text < b->text);
}

/* The order of names, so that what came first does not show. Of one name, the order given. */
static void draft_texts(struct draft *draft, const struct model_builder *builder)
{
	struct named *sorted = xcalloc(builder->text_count + 1, sizeof(*sorted));
	struct model_facts *facts = &draft->model.facts;
	struct buf names = BUF_INIT;
	char *copy;

	for (size_t i = 0; i < builder->text_count; i++)
		if (!builder->texts[i].gone)
			sorted[facts->texts++] = (struct named){
				builder->names.ptr + builder->texts[i].name, &builder->texts[i]};
	if (facts->texts)
		qsort(sorted, facts->texts, sizeof(*sorted), by_name);
	draft->texts = xcalloc((size_t)facts->texts + 1, sizeof(struct builder_text *));
	facts->stream = 1;
	for (size_t i = 0; i < facts->texts; i++) {
		draft->texts[i] = sorted[i].text;
		buf_add(&names, sorted[i].name, strlen(sorted[i].name) + 1);
		facts->tokens += sorted[i].text->end - sorted[i].text->start;
		facts->stream += sorted[i].text->end - sorted[i].text->start + 1;
	}
	copy = section(draft, SECTION_NAMES, names.len, 1);
	memcpy(copy, names.ptr, names.len);
	buf_release(&names);
	free(sorted);
}

/* Numbers go to tokens as they first come up, so that they do not depend on what was removed. */
static void draft_stream(struct draft *draft, const struct model_builder *builder)
{
	struct model *model = &draft->model;
	uint32_t *stream = section(draft, SECTION_STREAM, model->facts.stream, sizeof(*stream));
	uint8_t *gaps = section(draft, SECTION_GAPS, (size_t)model->facts.stream / 4 + 1, 1);
	uint32_t *starts =
		section(draft, SECTION_TEXTS, (size_t)model->facts.texts + 1, sizeof(*starts));
	uint32_t *numbers = xcalloc(builder->vocabulary.count + 1, sizeof(*numbers));
	uint32_t at = 1, words = 1;

	draft->words = xcalloc(builder->vocabulary.count + 1, sizeof(struct map_entry *));
	for (size_t i = 0; i < model->facts.texts; i++) {
		const struct builder_text *text = draft->texts[i];

		starts[i] = at;
		for (uint32_t k = text->start; k < text->end; k++, at++) {
			uint32_t old = builder->stream[k];

			if (!numbers[old]) {
				draft->words[words] = &builder->vocabulary.entries[old - 1];
				numbers[old] = words++;
			}
			stream[at] = numbers[old];
			gaps[at / 4] |= (uint8_t)(builder->gaps[k] << at % 4 * 2);
		}
		at++; /* the end mark */
	}
	starts[model->facts.texts] = at;
	model->facts.vocabulary = words;
	model->gaps = gaps;
	model->starts = starts;
	draft->stream = stream;
	free(numbers);
}

static void draft_vocabulary(struct draft *draft)
{
	struct model *model = &draft->model;
	uint32_t vocabulary = model->facts.vocabulary;
	uint32_t *offsets =
		section(draft, SECTION_OFFSETS, (size_t)vocabulary + 1, sizeof(*offsets));
	uint64_t *marks = section(draft, SECTION_MARKS, vocabulary, sizeof(*marks));
	uint32_t slot_count = 4, letters = 1;
	uint32_t *slots;
	char *bytes;

	while (slot_count < 2 * vocabulary)
		slot_count *= 2;
	for (uint32_t id = 1; id < vocabulary; id++)
		letters += (uint32_t)draft->words[id]->len + 1;
	slots = section(draft, SECTION_SLOTS, slot_count, sizeof(*slots));
	bytes = section(draft, SECTION_LETTERS, letters, 1);
	offsets[1] = 1;
	marks[0] = PLACE_END;
	for (uint32_t id = 1; id < vocabulary; id++) {
		const struct map_entry *word = draft->words[id];
		uint32_t slot = (uint32_t)word->hash & (slot_count - 1);

		marks[id] = word->hash;
		memcpy(bytes + offsets[id], word->key, word->len);
		offsets[id + 1] = offsets[id] + (uint32_t)word->len + 1;
		while (slots[slot])
			slot = (slot + 1) & (slot_count - 1);
		slots[slot] = id;
	}
	model->facts.letters = letters;
	model->facts.slots = slot_count;
	model->offsets = offsets;
	model->marks = marks;
	model->slots = slots;
	model->letters =
		(struct suffixes){.symbols = {bytes, 8}, .count = letters, .alphabet = 256};
	suffixes_build(&model->letters,
		section(draft, SECTION_LETTER_SUFFIX, letters, sizeof(uint32_t)),
		section(draft, SECTION_LETTER_SHARED, letters, 1),
		section(draft, SECTION_LETTER_FIRST, 257, sizeof(uint32_t)));
}

static void draft_suffixes(struct draft *draft)
{
	struct model *model = &draft->model;
	uint32_t count = model->facts.stream;

	model->tokens = (struct suffixes){.symbols = {draft->stream, 32},
		.count = count,
		.alphabet = model->facts.vocabulary};
	suffixes_build(&model->tokens, section(draft, SECTION_SUFFIX, count, sizeof(uint32_t)),
		section(draft, SECTION_SHARED, count, 1),
		section(draft, SECTION_FIRST, (size_t)model->facts.vocabulary + 1,
			sizeof(uint32_t)));
}

/* The keys of every sparse context of every token, a row for each kind. */
static void collect_pairs(const struct draft *draft, uint64_t *pairs)
{
	const struct model *model = &draft->model;
	uint64_t keys[CONTEXT_COUNT];
	size_t row = model->facts.tokens, at = 0;

	for (uint32_t i = 0; i < model->facts.texts; i++) {
		struct place place;

		place_start(&place, true);
		for (uint32_t k = model->starts[i]; k + 1 < model->starts[i + 1]; k++, at++) {
			uint32_t id = draft->stream[k];
			size_t len;
			const char *text = model_text(model, id, &len);

			place_keys(&place, keys);
			for (unsigned kind = 0; kind < CONTEXT_COUNT; kind++) {
				int length = context_length(kind);

				if (length < 0)
					pairs[(size_t)(-1 - length) * row + at] =
						keys[kind] << 32 | id;
			}
			place_step(&place, model->marks[id], token_kind(text, len));
		}
	}
}

static void draft_tables(struct draft *draft)
{
	struct model *model = &draft->model;
	size_t row = model->facts.tokens;
	uint64_t *pairs = xcalloc(row * PLACE_SPARSE + 1, sizeof(*pairs));
	uint64_t *scratch = xmalloc((row + 1) * sizeof(*scratch));
	unsigned bits = table_bits(model->facts.vocabulary);

	collect_pairs(draft, pairs);
	for (unsigned i = 0; i < PLACE_SPARSE; i++) {
		struct table *table = &model->sparse[i];
		struct model_bytes *into = &draft->sections[SECTION_DIRECTORY + 5 * i];

		table_build(pairs + i * row, scratch, row, bits, table);
		into[0] = (struct model_bytes){
			table->directory, (((size_t)1 << bits) + 1) * sizeof(uint32_t)};
		into[1] = (struct model_bytes){table->entries, table->count * sizeof(uint32_t)};
		into[2] = (struct model_bytes){table->counts, table->count};
		into[3] = (struct model_bytes){
			table->sums, (table->count / TABLE_BLOCK + 1) * sizeof(uint32_t)};
		into[4] = (struct model_bytes){
			table->overflow, table->overflow_count * sizeof(struct table_overflow)};
	}
	free(pairs);
	free(scratch);
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

/* Draws texts by the hash of their content and the seed; never one that is most of the tokens. */
static size_t draw_left_out(const struct draft *draft, int64_t seed, struct model_span *out)
{
	const struct model_facts *facts = &draft->model.facts;
	struct lot *lots = xcalloc((size_t)facts->texts + 1, sizeof(*lots));
	uint64_t limit =
		facts->tokens / FIT_SHARE < FIT_TOKENS ? facts->tokens / FIT_SHARE : FIT_TOKENS;
	uint64_t tokens = 0;
	size_t count = 0;

	for (size_t i = 0; i < facts->texts; i++) {
		uint32_t start = draft->model.starts[i], end = draft->model.starts[i + 1] - 1;

		lots[i] = (struct lot){hash_bytes(draft->stream + start,
					       (end - start) * sizeof(uint32_t), (uint64_t)seed),
			i};
	}
	qsort(lots, facts->texts, sizeof(*lots), by_hash);
	for (size_t i = 0; i < facts->texts && tokens < limit; i++) {
		struct model_span text = {draft->model.starts[lots[i].text],
			draft->model.starts[lots[i].text + 1] - 1};

		if (text.end - text.start > facts->tokens / 4 || text.start == text.end)
			continue;
		/* A long text would be most of what is looked at. */
		if (tokens + (text.end - text.start) > limit + limit / 2)
			continue;
		out[count++] = text;
		tokens += text.end - text.start;
	}
	free(lots);
	return count;
}

static void draft_weights(struct draft *draft, int64_t seed)
{
	struct model *model = &draft->model;
	struct model_span *out = xcalloc((size_t)model->facts.texts + 1, sizeof(*out));
	float *escapes =
		section(draft, SECTION_ESCAPES, (size_t)COMPONENTS * BUCKETS, sizeof(*escapes));
	float *blend = section(draft, SECTION_BLEND, BLEND_SIZE, sizeof(*blend));
	float *norms = section(draft, SECTION_NORMS, NORMS, sizeof(*norms));
	size_t count = draw_left_out(draft, seed, out);

	model->escape = escapes;
	model->blend = blend;
	fit_model(model, out, count, escapes, blend, norms);
	free(out);
}

/* Numbers take no more bits than the largest needs: three bytes and less for most. */
static void pack(struct draft *draft, enum model_section which, uint64_t count, uint32_t most)
{
	unsigned width = packed_width(most);
	size_t size = packed_size(count, width);
	void *packed = xcalloc(size, 1);

	packed_write(draft->owned[which], count, width, packed);
	free(draft->owned[which]);
	draft->owned[which] = packed;
	draft->sections[which] = (struct model_bytes){packed, size};
}

static void pack_all(struct draft *draft)
{
	const struct model_facts *facts = &draft->model.facts;

	pack(draft, SECTION_STREAM, facts->stream, facts->vocabulary - 1);
	pack(draft, SECTION_SUFFIX, facts->stream, facts->stream - 1);
	pack(draft, SECTION_LETTER_SUFFIX, facts->letters, facts->letters - 1);
}

static void draft_release(struct draft *draft)
{
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		free(draft->owned[i]);
	for (unsigned i = 0; i < PLACE_SPARSE; i++)
		table_release(&draft->model.sparse[i]);
	model_stop(&draft->model);
	free(draft->texts);
	free(draft->words);
}

int model_builder_write(
	struct model_builder *builder, const char *path, int64_t seed, char sha256[65])
{
	struct draft draft = {0};
	struct model_facts *facts = NULL;
	int rc = 0;

	if (builder->too_big)
		return fail(E_TOOBIG, "more than %u tokens to train on: train on fewer files",
			BUILDER_MOST);
	model_start(&draft.model);
	draft_texts(&draft, builder);
	draft_stream(&draft, builder);
	draft_vocabulary(&draft);
	if (!interrupted())
		draft_suffixes(&draft);
	if (!interrupted()) {
		draft_tables(&draft);
		draft_weights(&draft, seed);
		pack_all(&draft);
	}
	facts = section(&draft, SECTION_FACTS, 1, sizeof(*facts));
	*facts = draft.model.facts;
	facts->seed = seed;
	facts->depth = SUFFIX_DEPTH;
	facts->buckets = COMPONENTS * BUCKETS;
	rc = interrupted() ? fail(E_STOPPED, "interrupted, nothing was written")
			   : model_file_write(path, draft.sections, sha256);
	draft_release(&draft);
	return rc;
}
