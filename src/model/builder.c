/* Collecting texts: interned into one stream, in any order. */
#include "model/builder.h"

#include "model/lexer.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

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
	map_release(&builder->by_name);
	buf_release(&builder->names);
	free(builder->stream);
	free(builder->gaps);
	free(builder->texts);
	free(builder);
}

static uint32_t number_of(struct model_builder *builder, const char *text, size_t len)
{
	bool added;
	struct map_entry *entry = map_put(&builder->vocabulary, text, len, &added);

	if (added)
		entry->value.num = (int64_t)builder->vocabulary.count;
	return (uint32_t)entry->value.num;
}

static void push(struct model_builder *builder, uint32_t id, enum model_gap gap)
{
	size_t gap_count = builder->count;

	if (builder->count >= BUILDER_MOST) {
		builder->too_big = true;
		return;
	}
	GROW(builder->stream, builder->count, builder->capacity);
	GROW(builder->gaps, gap_count, builder->gap_capacity);
	builder->gaps[builder->count] = (uint8_t)gap;
	builder->stream[builder->count++] = id;
}

static struct builder_text *begin(struct model_builder *builder, const char *name)
{
	struct builder_text *text;

	GROW(builder->texts, builder->text_count, builder->text_capacity);
	text = &builder->texts[builder->text_count++];
	*text = (struct builder_text){
		.name = builder->names.len, .start = (uint32_t)builder->count};
	buf_add(&builder->names, name, strlen(name) + 1);
	map_put_str(&builder->by_name, name, NULL)->value.num = (int64_t)builder->text_count;
	return text;
}

void model_builder_add(
	struct model_builder *builder, const char *name, const char *text, size_t len)
{
	struct builder_text *added = begin(builder, name);
	struct lexer lexer;
	struct token token;

	lexer_init(&lexer);
	lexer_feed(&lexer, text, len);
	while (lexer_next(&lexer, &token))
		push(builder, number_of(builder, token.text, token.len), token.gap);
	added->end = (uint32_t)builder->count;
}

void model_builder_extend(struct model_builder *builder, const struct model *model)
{
	const struct model_facts *facts = &model->facts;
	uint32_t *numbers = xcalloc(facts->vocabulary, sizeof(*numbers));
	const char *name = model->names;

	for (uint32_t id = 1; id < facts->vocabulary; id++) {
		size_t len;
		const char *text = model_text(model, id, &len);

		numbers[id] = number_of(builder, text, len);
	}
	for (uint32_t i = 0; i < facts->texts; i++, name += strlen(name) + 1) {
		struct builder_text *added = begin(builder, name);

		for (uint32_t at = model->starts[i]; at + 1 < model->starts[i + 1]; at++) {
			uint32_t id = suffixes_symbol(&model->tokens, at);

			if (id && id < facts->vocabulary)
				push(builder, numbers[id], model_gap_at(model, at));
		}
		added->end = (uint32_t)builder->count;
	}
	free(numbers);
}

bool model_builder_remove(struct model_builder *builder, const char *name)
{
	struct map_entry *entry = map_get_str(&builder->by_name, name);

	if (!entry || !entry->value.num || builder->texts[entry->value.num - 1].gone)
		return false;
	builder->texts[entry->value.num - 1].gone = true;
	return true;
}
