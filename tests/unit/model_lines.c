/* What lines cost, asked about all of them and about a few; what pieces cost; how escapes follow a
 * text. */
#include "house.h"

#include "flywheel/model_ask.h"
#include "model/reader.h"

#include <math.h>
#include <string.h>

enum { LINES = 500 };

struct answers {
	struct model_line lines[LINES];
	uint32_t every, count;
};

static bool is_wanted(uint32_t line, void *payload)
{
	const struct answers *answers = payload;

	return line % answers->every == 0;
}

static int keep(const struct model_line *line, void *payload)
{
	struct answers *answers = payload;
	struct model_line *kept = &answers->lines[line->line];

	assert_true(line->line < LINES && !kept->tokens);
	*kept = *line;
	kept->instead.text = line->instead.text ? xstrdup(line->instead.text) : NULL;
	answers->count++;
	return 0;
}

static int stop(const struct model_line *line, void *payload)
{
	(void)line;
	return ++*(int *)payload == 3 ? 7 : 0;
}

static void answers_release(struct answers *answers)
{
	for (unsigned i = 0; i < LINES; i++)
		free(answers->lines[i].instead.text);
}

static void expect_same(const struct model_line *left, const struct model_line *right)
{
	assert_int_equal(left->tokens, right->tokens);
	assert_memory_equal(&left->bits, &right->bits, sizeof(left->bits));
	assert_int_equal(left->odd, right->odd);
	assert_int_equal(left->odd_len, right->odd_len);
	assert_int_equal(!left->instead.text, !right->instead.text);
	if (!left->instead.text)
		return;
	assert_string_equal(left->instead.text, right->instead.text);
	assert_int_equal(left->instead_at, right->instead_at);
	assert_int_equal(left->instead.source.token, right->instead.source.token);
}

/* Asking about a few lines reads the rest as it is read when all are asked about. */
static void a_line_costs_what_it_costs_among_others(void **state)
{
	static const uint32_t steps[] = {3, 17, 80, LINES};
	struct model *model = open_and_remove(train("lines", 0, 6, 0, NULL));
	struct answers all = {.every = 1};
	struct buf text = BUF_INIT;

	(void)state;
	write_house(&text, 0, 3);
	write_house(&text, 1, 5); /* of another house, for drafts of what was meant instead */
	assert_int_equal(model_read_lines(model, text.ptr, text.len, true, NULL, keep, &all), 0);
	assert_true(all.count > 200);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct answers few = {.every = steps[i]};

		assert_int_equal(
			model_read_lines(model, text.ptr, text.len, true, is_wanted, keep, &few),
			0);
		assert_true(steps[i] == LINES ? !few.count : few.count > 0);
		for (uint32_t line = steps[i]; line < LINES; line += steps[i])
			expect_same(&few.lines[line], &all.lines[line]);
		answers_release(&few);
	}
	answers_release(&all);
	buf_release(&text);
	model_free(model);
}

static void stops_when_told(void **state)
{
	struct model *model = open_and_remove(train("stops", 0, 2, 0, NULL));
	struct buf text = BUF_INIT;
	int asked = 0;

	(void)state;
	write_house(&text, 0, 3);
	assert_int_equal(model_read_lines(model, text.ptr, text.len, false, NULL, stop, &asked), 7);
	assert_int_equal(asked, 3);
	buf_release(&text);
	model_free(model);
}

/* Bits of a text of another house whose lines come again, and at last the sum over all tokens. */
static double read_strange(struct model *model, bool tuned, double *sum)
{
	struct buf text = BUF_INIT;
	struct reader reader;
	struct token token;
	double bits = 0;

	for (int i = 0; i < 40; i++)
		buf_addf(&text, "qq = zork(%d, wumpus) -> xyzzy[%d]\n", i % 3, i);
	reader_init(&reader, model, true);
	lexer_feed(&reader.lexer, text.ptr, text.len);
	while (lexer_next(&reader.lexer, &token)) {
		uint32_t id = model_intern(model, token.text, token.len);

		bits += reader_bits(&reader, id, NULL);
		if (tuned)
			reader_tune(&reader, id);
		reader_pass(&reader, id);
	}
	reader_look(&reader);
	*sum = reader.frame.rest;
	for (uint32_t id = 0; id < model_vocabulary(model); id++)
		*sum += frame_counts(model, &reader.shown, &reader.frame, NULL, id);
	reader_release(&reader);
	buf_release(&text);
	return bits;
}

/* A text that goes on as it began, and not as the house would, is believed sooner. */
static void escapes_follow_the_text(void **state)
{
	struct model *model = open_and_remove(train("tuned", 0, 6, 0, NULL));
	double usual, tuned, sum;

	(void)state;
	usual = read_strange(model, false, &sum);
	assert_true(fabs(sum - 1) < 1e-9);
	tuned = read_strange(model, true, &sum);
	assert_true(fabs(sum - 1) < 1e-9);
	assert_true(tuned < 0.95 * usual);
	model_free(model);
}

/* Behind a prompt that tunes nothing. */
static double usual_bits(struct model *model, const char *prompt, const char *text)
{
	struct reader reader;
	struct token token;
	size_t count;
	uint32_t *ids;
	double bits = 0;

	reader_init(&reader, model, false);
	ids = reader_split(model, &reader.lexer, prompt, strlen(prompt), &count);
	reader_prompt_tokens(&reader, ids, count);
	lexer_feed(&reader.lexer, text, strlen(text));
	while (lexer_next(&reader.lexer, &token)) {
		uint32_t id = model_intern(model, token.text, token.len);

		if (token.offset != LEXER_BEFORE)
			bits += reader_bits(&reader, id, NULL);
		reader_pass(&reader, id);
	}
	free(ids);
	reader_release(&reader);
	return bits;
}

/* P(a b | prompt) = P(a | prompt) P(b | prompt a), where the same of the house is near: it is
 * looked for once behind each prompt, and the two texts of this house are near whatever is said. */
static void pieces_add_up(void **state)
{
	struct model *model = open_and_remove(train("pieces", 1, 2, 0, NULL));
	double whole = usual_bits(model, "def ", "query_column(self):\n    return");
	double first = usual_bits(model, "def ", "query_column(self):");
	double second = usual_bits(model, "def query_column(self):", "\n    return");

	(void)state;
	assert_true(second > 0.01);
	assert_true(fabs(whole - first - second) < 1e-9);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_costs_what_it_costs_among_others),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(escapes_follow_the_text),
		cmocka_unit_test(pieces_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
