/* What the escapes hear of one another, and the names of the text at hand. */
#include "house.h"

#include "model/blend.h"
#include "model/reader.h"

#include <math.h>
#include <string.h>

#define NAMES 60

/* Modules that take a name from one another: which name follows is anyone's guess, and every
 * longer context has been seen with others. */
static void write_imports(struct buf *out, uint32_t seed)
{
	uint32_t topic = next_random(&seed) % NAMES;

	buf_addf(out, "# about %s%u\n", "name", topic);
	for (int i = 0; i < 40; i++) {
		uint32_t module = next_random(&seed) % 3;
		uint32_t name = next_random(&seed) % 2 ? topic : next_random(&seed) % NAMES;

		buf_addf(out, "from module%u import name%u\n", module, name);
		buf_addf(out, "print(module%u.version)\n", module);
	}
}

static struct model *importing(const char *name)
{
	struct model_builder *builder = model_builder_new();
	char *path = temporary(name), sha256[65];

	for (uint32_t i = 0; i < 60; i++) {
		struct buf text = BUF_INIT;
		char title[16];

		write_imports(&text, i + 1);
		snprintf(title, sizeof(title), "%02u.py", i);
		model_builder_add(builder, title, text.ptr, text.len);
		buf_release(&text);
	}
	assert_int_equal(model_builder_write(builder, path, 1, sha256), 0);
	model_builder_free(builder);
	return open_and_remove(path);
}

static double bits_of_new_texts(struct model *model)
{
	double bits = 0;

	for (uint32_t i = 0; i < 5; i++) {
		struct model_score score;
		struct buf text = BUF_INIT;

		write_imports(&text, 1000 + i);
		assert_int_equal(model_evaluate(model, text.ptr, text.len, false, &score), 0);
		bits += score.bits / (double)score.tokens;
		buf_release(&text);
	}
	return bits;
}

static void what_others_say_is_worth_hearing(void **state)
{
	struct model *model = importing("heard");
	const float *learned = model->blend;
	float *deaf = xcalloc(BLEND_SIZE, sizeof(*deaf));
	double with, without;

	(void)state;
	with = bits_of_new_texts(model);
	model->blend = deaf;
	without = bits_of_new_texts(model);
	model->blend = learned;
	assert_true(with < 0.99 * without);
	free(deaf);
	model_free(model);
}

/* Both names are known to the house, and both as well in this place. */
static void a_known_name_is_cheap_to_repeat(void **state)
{
	static const char prompt[] = "# about name7\nfrom module1 import name7\n"
				     "print(module1.version)\nfrom module2 import ";
	struct model *model = importing("repeat");
	double gain = 0;

	(void)state;
	for (unsigned i = 20; i < 30; i++) {
		char other[16];

		snprintf(other, sizeof(other), "name%u", i);
		gain += model_bits(model, prompt, strlen(prompt), other, strlen(other), NULL) -
			model_bits(model, prompt, strlen(prompt), "name7", 5, NULL);
	}
	assert_true(gain / 10 > 2);
	model_free(model);
}

static void expect_one(struct reader *reader)
{
	struct model *model = reader->model;
	const struct frame *frame = reader_look(reader);
	double sum = frame->rest;

	for (uint32_t id = 0; id < model_vocabulary(model); id++)
		sum += frame_counts(model, &reader->shown, frame, NULL, id);
	assert_true(fabs(sum - 1) < 1e-9);
	assert_true(frame->rest > 0);
}

/* At every place of a text and of a piece, whatever was learned, forgotten, near, or followed. */
static void expect_ones(struct model *model, const struct buf *gone)
{
	static const char news[] = "from module9 import name3, brandNew\nbrandNew.name4(name3)\n";
	struct buf text = BUF_INIT;

	write_imports(&text, 77);
	buf_add(&text, news, strlen(news));
	buf_add(&text, news, strlen(news));
	for (int way = 0; way < 4; way++) {
		struct reader reader;
		struct token token;

		if (way == 2) {
			model_learn(model, news, strlen(news));
			model_forget(model, gone->ptr, gone->len);
		}
		reader_init(&reader, model, way % 2);
		lexer_feed(&reader.lexer, text.ptr, text.len);
		while (lexer_next(&reader.lexer, &token)) {
			uint32_t id = model_intern(model, token.text, token.len);

			reader_bits(&reader, id, NULL);
			expect_one(&reader);
			if (way)
				reader_tune(&reader, id);
			reader_pass(&reader, id);
			reader_follow(&reader);
		}
		reader_release(&reader);
	}
	buf_release(&text);
	model_free(model);
}

static void adds_up_to_one(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	write_imports(&text, 5);
	expect_ones(importing("whole"), &text);
	buf_clear(&text);
	write_house(&text, 1, 2);
	/* Too small to learn from. */
	expect_ones(open_and_remove(train("small", 1, 2, 0, NULL)), &text);
	buf_release(&text);
}

/* Whatever the weights are, an escape leaves something above it and below it. */
static void an_escape_is_never_all_or_nothing(void **state)
{
	float *blend = xcalloc(BLEND_SIZE, sizeof(*blend));
	float heard[BLEND_WIDTH];

	(void)state;
	for (int sign = -1; sign <= 1; sign++) {
		const uint16_t rows[1] = {7};
		double escape;

		for (size_t i = 0; i < BLEND_SIZE; i++)
			blend[i] = BLEND_MOST;
		for (size_t i = (size_t)BLEND_HEARD * BLEND_WIDTH; i < BLEND_SIZE; i++)
			blend[i] = (float)sign * BLEND_MOST;
		blend_hear(blend, rows, 1, heard);
		escape = blend_escape(blend, 0, sign > 0 ? 1 - 1e-4 : 1e-4, heard);
		assert_true(escape > 0 && escape < 1);
		if (!sign)
			assert_true(fabs(escape - 1e-4) < 1e-12);
	}
	free(blend);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_others_say_is_worth_hearing),
		cmocka_unit_test(a_known_name_is_cheap_to_repeat),
		cmocka_unit_test(adds_up_to_one),
		cmocka_unit_test(an_escape_is_never_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
