/* The house model: tokens, counts, normalisation, scoring, learning. */
#include "house.h"

#include "flywheel/model.h"
#include "flywheel/model_ask.h"
#include "model/lexer.h"
#include "model/reader.h"
#include "util/buf.h"
#include "util/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- tokens ----------------------------------------------------------------------------------- */

static int join(const char *token, size_t len, size_t offset, void *payload)
{
	struct buf *out = payload;

	(void)offset;
	for (size_t i = 0; i < len; i++)
		buf_addch(out, token[i] == '\n' ? '^' : token[i]);
	buf_addch(out, '|');
	return 0;
}

static void expect_tokens(const char *text, const char *expected)
{
	struct buf out = BUF_INIT;

	model_tokenize(text, strlen(text), join, &out);
	assert_string_equal(out.ptr, expected);
	buf_release(&out);
}

static void splits_text(void **state)
{
	(void)state;
	expect_tokens("", "");
	expect_tokens(" \n\t ", "");
	expect_tokens("a->b <<= 0x1F + 1.5e-3;", "a|->|b|<<=|0x1F|+|1.5e-3|;|");
	expect_tokens("x = 3.\ny", "x|=|3|.|^|y|");
	expect_tokens("$this->a$b $", "$|this|->|a$b|$|");
	expect_tokens("don't stop", "don|'|t|stop|");
	expect_tokens("\"hello\\nworld %s\"", "\"|hello|\\n|world|%|s|\"|");
	expect_tokens("#define A \\\n  b\n", "#|define|A|b|");
	expect_tokens("/* ------------ */", "/*|----|*/|");
	expect_tokens("/*********/ x", "/**|****|*/|x|");
	expect_tokens("caf\xc3\xa9 \xff\xfe", "caf\xc3\xa9|\xff\xfe|");
}

static void keeps_lines_that_matter(void **state)
{
	(void)state;
	expect_tokens("if x:\n    y()\n    z()\nelse:\n    w(a,\n      b)\nq\n",
		"if|x|:|^>|y|(|)|^|z|(|)|^<|else|:|^>|w|(|a|,|b|)|^<|q|");
	expect_tokens("a;\n\tb;\n}\nc", "a|;|b|;|}|c|");
	expect_tokens("a:\n b:\n  c:\n   d\ne", "a|:|^>|b|:|^>|c|:|^>|d|^<<<|e|");
	expect_tokens("one\n\n\n\ntwo", "one|^|two|");
}

static void cuts_long_words(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(model_count_tokens(text, sizeof(text)), 4);
	memset(text, '9', sizeof(text));
	assert_int_equal(model_count_tokens(text, sizeof(text)), 4);
	memset(text, 0, sizeof(text));
	assert_int_equal(model_count_tokens(text, sizeof(text)), 0);
}

static int stop_at_third(const char *token, size_t len, size_t offset, void *payload)
{
	(void)token;
	(void)len;
	(void)offset;
	return ++*(int *)payload == 3 ? 7 : 0;
}

static void stops_when_asked(void **state)
{
	int seen = 0;

	(void)state;
	assert_int_equal(model_tokenize("a b c d", 7, stop_at_third, &seen), 7);
	assert_int_equal(seen, 3);
}

/* -- counts ----------------------------------------------------------------------------------- */

static uint32_t count_plainly(
	const struct suffixes *s, const uint32_t *gram, unsigned len, uint32_t *distinct)
{
	bool *seen = xcalloc(s->alphabet, 1);
	uint32_t count = 0;

	*distinct = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		unsigned k = 0;

		while (k < len && suffixes_symbol(s, i + k) == gram[k])
			k++;
		if (k < len)
			continue;
		count++;
		*distinct += !seen[suffixes_symbol(s, i + len)];
		seen[suffixes_symbol(s, i + len)] = true;
	}
	free(seen);
	return count;
}

static void counts_every_gram(void **state)
{
	struct model *model = open_and_remove(train("counts", 0, 3, 0, NULL));
	const struct suffixes *s = &model->tokens;
	uint32_t random = 5;

	(void)state;
	for (int trial = 0; trial < 300; trial++) {
		uint32_t at = next_random(&random) % s->count, gram[6], distinct;
		unsigned len = 1 + next_random(&random) % 6;
		struct range range = {0, s->count};

		for (unsigned k = 0; k < len; k++) {
			gram[k] = suffixes_symbol(s, at + k);
			if (k + 1 == len && trial % 3 == 0)
				gram[k] = next_random(&random) % s->alphabet;
			range = suffixes_extend(s, range, k, gram[k]);
		}
		assert_int_equal(range.hi - range.lo, count_plainly(s, gram, len, &distinct));
		assert_int_equal(suffixes_distinct(s, range, len), distinct);
	}
	model_free(model);
}

static void takes_back_what_was_added(void **state)
{
	struct counts counts;
	uint32_t random = 1;
	int32_t distinct;
	size_t mark;

	(void)state;
	counts_init(&counts);
	counts.journaled = true;
	for (int i = 0; i < 100; i++)
		counts_add(&counts, 7, next_random(&random) % 20, 1, 0);
	mark = counts.journal_len;
	distinct = counts.contexts[counts_find(&counts, 7)].distinct;
	for (int i = 0; i < 5000; i++)
		counts_add(&counts, next_random(&random) % 900, next_random(&random) % 40, 1, 0);
	counts_undo(&counts, mark);
	assert_int_equal(counts.contexts[counts_find(&counts, 7)].total, 100);
	assert_int_equal(counts.contexts[counts_find(&counts, 7)].distinct, distinct);
	for (uint64_t key = 0; key < 900; key++) {
		uint32_t context = counts_find(&counts, key);

		if (key == 7 || context == COUNTS_NONE)
			continue;
		assert_int_equal(counts.contexts[context].total, 0);
		assert_int_equal(counts.contexts[context].distinct, 0);
	}
	assert_int_equal(counts_find(&counts, 900), COUNTS_NONE);
	assert_int_equal(counts_of(&counts, COUNTS_NONE, 1), 0);
	counts_release(&counts);
}

/* A table against a plain count of the same pairs; one is frequent enough to overflow. */
static void packs_tables(void **state)
{
	enum { PAIRS = 5000, KEYS = 60 };
	uint64_t *pairs = xcalloc(PAIRS, sizeof(*pairs)), *scratch = xcalloc(PAIRS, sizeof(*pairs));
	static uint32_t plain[KEYS][300];
	struct table table;
	uint32_t random = 2;

	(void)state;
	memset(plain, 0, sizeof(plain));
	for (int i = 0; i < PAIRS; i++) {
		uint32_t key = i % 3 ? next_random(&random) % KEYS : 3;
		uint32_t token = i % 4 ? next_random(&random) % 300 : 299;

		plain[key][token]++;
		pairs[i] = (uint64_t)(key * 71234567u) << 32 | token;
	}
	assert_true(plain[3][299] > TABLE_MANY);
	table_build(pairs, scratch, PAIRS, table_bits(300), &table);
	for (uint32_t key = 0; key < KEYS; key++) {
		struct range group = table_group(&table, key * 71234567u);
		uint32_t total = 0, distinct = 0;

		for (uint32_t token = 0; token < 300; token++) {
			assert_int_equal(table_hits(&table, group, token), plain[key][token]);
			total += plain[key][token];
			distinct += plain[key][token] != 0;
		}
		assert_int_equal(group.hi - group.lo, distinct);
		assert_int_equal(table_total(&table, group), total);
	}
	assert_int_equal(table_total(&table, table_group(&table, 5)), 0);
	table_release(&table);
	free(pairs);
	free(scratch);
}

/* -- probabilities ---------------------------------------------------------------------------- */

/* Sums P over all known tokens, plus the spelling's mass for all others. */
static double total_probability(struct reader *reader)
{
	struct model *model = reader->model;
	double sum = 0, spelled = 0;

	for (uint32_t id = 0; id < model_vocabulary(model); id++) {
		sum += exp2(-reader_bits(reader, id, NULL));
		spelled += exp2(spell_token(model, id));
	}
	return sum + reader->frame.rest * (1 - spelled);
}

static void sums_to_one(void **state)
{
	static const char text[] = "void robjFree(x *y) { brandNew(y); }";
	struct model *model = open_and_remove(train("sum", 0, 6, 0, NULL));
	struct buf first = BUF_INIT;
	struct reader reader;
	uint32_t random = 3;

	(void)state;
	write_house(&first, 0, 1);
	model_intern(model, "neverSeen", 9);
	for (int learned = 0; learned < 3; learned++) {
		for (int start = 0; start < 6; start++) {
			reader_init(&reader, model, start % 2);
			for (uint32_t i = 0; i < 70; i++) {
				uint32_t at = 500 * (uint32_t)start + i;
				uint32_t id =
					next_random(&random) % 4
						? suffixes_symbol(&model->tokens, at)
						: next_random(&random) % model_vocabulary(model);

				assert_true(fabs(total_probability(&reader) - 1) < 1e-9);
				reader_pass(&reader, id);
				reader_follow(&reader);
			}
			assert_true(reader.shown.near.context_count > 0);
			reader_release(&reader);
		}
		if (learned)
			model_forget(model, first.ptr, first.len);
		else
			model_learn(model, text, strlen(text));
	}
	buf_release(&first);
	model_free(model);
}

/* The spelling is a distribution over bytes and the end, so over strings. */
static void spelling_sums_to_one(void **state)
{
	static const char *const heads[] = {"", "r", "rob", "decrRef", "zz", "\xff"};
	struct model *model = open_and_remove(train("spell", 0, 4, 0, NULL));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		size_t len = strlen(heads[i]);
		double ended = spell_letters(model, heads[i], len), all = 0;
		char text[16];

		/* P(head + c + end) / P(end | head + c) needs the inside; so sum two levels: the
		 * mass of strings "head" and "head c ..." is bounded by what is left. */
		memcpy(text, heads[i], len);
		for (int c = 1; c < 256; c++) {
			text[len] = (char)c;
			all += exp2(spell_letters(model, text, len + 1));
		}
		assert_true(exp2(ended) + all <= 1 + 1e-9);
	}
	assert_true(spell_letters(model, "robjFree", 8) > spell_letters(model, "qqxzvkwj", 8));
	model_free(model);
}

static double bits_per_token(struct model *model, unsigned house)
{
	struct buf text = BUF_INIT;
	struct model_score score;

	write_house(&text, house, 777);
	assert_int_equal(model_evaluate(model, text.ptr, text.len, true, &score), 0);
	assert_int_equal(score.tokens, model_count_tokens(text.ptr, text.len));
	assert_int_equal(score.ranked, score.tokens);
	assert_true(score.reciprocal_rank >= (double)score.top1);
	assert_true(score.reciprocal_rank <= (double)score.tokens);
	buf_release(&text);
	return score.bits / (double)score.tokens;
}

static void knows_its_house(void **state)
{
	struct model *redis = open_and_remove(train("c", 0, 8, 0, NULL));
	struct model *alchemy = open_and_remove(train("py", 1, 8, 0, NULL));

	(void)state;
	assert_true(bits_per_token(redis, 0) < 0.7 * bits_per_token(alchemy, 0));
	assert_true(bits_per_token(alchemy, 1) < 0.7 * bits_per_token(redis, 1));
	model_free(redis);
	model_free(alchemy);
}

/* predict must agree with asking for every token there is. */
static void predicts_exactly(void **state)
{
	static const char news[] = "void fresh(robj *o) { fresh(o); }";
	struct model *model = open_and_remove(train("rank", 0, 4, 0, NULL));
	struct buf gone = BUF_INIT;
	struct reader reader;
	uint32_t random = 9;

	(void)state;
	write_house(&gone, 0, 2);
	model_learn(model, news, strlen(news));
	model_forget(model, gone.ptr, gone.len);
	reader_init(&reader, model, true);
	for (uint32_t i = 1; i < 400; i++) {
		uint32_t id = next_random(&random) % 5
				      ? suffixes_symbol(&model->tokens, i)
				      : 1 + next_random(&random) % (model_vocabulary(model) - 1);
		struct prediction out[12];
		struct prediction_wish wish = {.most = 12, .floor = i % 3 ? 0 : 0.01, .skip = id};
		unsigned count;

		if (id == MODEL_END)
			continue;
		count = predict(model, &reader.shown, reader_look(&reader), &wish, out);
		for (uint32_t other = 1; other < model_vocabulary(model); other++) {
			double p = frame_counts(model, &reader.shown, &reader.frame, NULL, other);
			bool given = other == id || p < wish.floor || p <= 0;

			for (unsigned k = 0; k < count && !given; k++)
				given = out[k].id == other && !(out[k].p > p) && !(out[k].p < p);
			if (!given)
				assert_true(count == 12 && p <= out[11].p);
		}
		reader_pass(&reader, id);
		reader_follow(&reader);
	}
	reader_release(&reader);
	buf_release(&gone);
	model_free(model);
}

static void a_prompt_helps_and_is_shared(void **state)
{
	static const char prompt[] = "void robjFree(client *robj) {\n\tdecrRef";
	static const char seen[] = "myNewName(1);\nmyOther = myNewName(2);\nx = ";
	struct model *model = open_and_remove(train("prompt", 0, 6, 0, NULL));
	struct model_context *context;
	size_t tokens;
	double alone, again;

	(void)state;
	alone = model_bits(model, "", 0, "myNewName(", 10, &tokens);
	assert_int_equal(tokens, 2);
	assert_true(model_bits(model, seen, strlen(seen), "myNewName(", 10, NULL) < alone - 5);
	context = model_context_new(model, prompt, strlen(prompt));
	again = model_context_bits(context, "Count(robj);\n}", 14, &tokens);
	model_context_bits(context, "something else entirely(robj)", 29, NULL);
	assert_true(again == model_context_bits(context, "Count(robj);\n}", 14, NULL));
	assert_true(
		again == model_bits(model, prompt, strlen(prompt), "Count(robj);\n}", 14, NULL));
	assert_true(model_context_bits(context, "", 0, &tokens) == 0);
	assert_int_equal(tokens, 0);
	model_context_free(context);
	model_free(model);
}

/* Modules, each with names of its own, that all say the same. */
static void write_module(struct buf *out, unsigned module)
{
	buf_clear(out);
	for (int i = 0; i < 4; i++)
		buf_addf(out, "open_%u(%d);\nprepare(%d);\nsend(colour_%u);\n", module, i, i,
			module);
}

static double bits_of_colour(struct model *model, unsigned module, unsigned colour)
{
	char *prompt = xstrfmt("open_%u(9);\nprepare(9);\nsend(", module);
	char *answer = xstrfmt("colour_%u", colour);
	double bits = model_bits(model, prompt, strlen(prompt), answer, strlen(answer), NULL);

	free(prompt);
	free(answer);
	return bits;
}

/* The same last tokens mean another thing in another module, as long as the module is there. */
static void knows_the_module(void **state)
{
	struct model_builder *builder = model_builder_new();
	char *path = temporary("module");
	struct buf text = BUF_INIT;
	struct model *model;
	double home, strange;

	(void)state;
	/* So many that what they share is common. */
	for (unsigned i = 0; i < 300; i++) {
		write_module(&text, i);
		model_builder_add(builder, "module", text.ptr, text.len);
	}
	assert_int_equal(model_builder_write(builder, path, 0, NULL), 0);
	model_builder_free(builder);
	model = open_and_remove(path);
	home = bits_of_colour(model, 7, 7);
	strange = bits_of_colour(model, 7, 8);
	assert_true(home < strange - 2);
	write_module(&text, 7);
	model_forget(model, text.ptr, text.len);
	assert_true(fabs(bits_of_colour(model, 3, 3) - home) < 0.5);
	assert_true(bits_of_colour(model, 7, 7) > home + 5);
	model_learn(model, text.ptr, text.len);
	assert_true(fabs(bits_of_colour(model, 7, 7) - home) < 1e-9);
	buf_release(&text);
	model_free(model);
}

/* -- completion ------------------------------------------------------------------------------- */

static void expect_same_answer(struct model_typing *typing, struct model *model, const char *text,
	size_t len, const char *suffix)
{
	struct model_typing *fresh = model_typing_new(model);
	struct model_completion got, expected;

	model_complete(typing, text, len, suffix, suffix ? strlen(suffix) : 0, &got);
	model_complete(fresh, text, len, suffix, suffix ? strlen(suffix) : 0, &expected);
	assert_int_equal(got.guess_count, expected.guess_count);
	for (unsigned i = 0; i < got.guess_count; i++) {
		assert_string_equal(got.guesses[i].text, expected.guesses[i].text);
		assert_true(got.guesses[i].p == expected.guesses[i].p);
	}
	assert_int_equal(got.line_count, expected.line_count);
	for (unsigned i = 0; i < got.line_count; i++) {
		assert_string_equal(got.lines[i].text, expected.lines[i].text);
		assert_true(got.lines[i].p == expected.lines[i].p);
	}
	if (suffix)
		assert_string_equal(got.middle.text, expected.middle.text);
	model_completion_release(&got);
	model_completion_release(&expected);
	model_typing_free(fresh);
}

/* Letters come, go, and the cursor jumps: what was read before must not show. */
static void typing_on_equals_asking_anew(void **state)
{
	struct model *model = open_and_remove(train("c", 0, 8, 0, NULL));
	struct model_typing *typing = model_typing_new(model);
	struct buf text = BUF_INIT;
	uint32_t seed = 11;
	size_t at = 0;

	(void)state;
	while (text.len < 2 * MODEL_WINDOW)
		buf_addf(&text, "void robj%u(client *c) {\n\tdecrRef(c->arg[%u]);\n}\n",
			next_random(&seed) % 40, next_random(&seed) % 4);
	for (unsigned i = 0; i < 400; i++) {
		switch (next_random(&seed) % 24) {
		case 0:
			at = next_random(&seed) % text.len;
			break;
		case 1:
			at -= at < 300 ? at : 300;
			break;
		case 2:
		case 3:
			at -= at < 9 ? at : 9;
			break;
		case 4:
			at = 2 * MODEL_WINDOW / 3 * (next_random(&seed) % 3);
			break;
		default:
			at += next_random(&seed) % 5;
			break;
		}
		if (at > text.len)
			at = text.len;
		expect_same_answer(typing, model, text.ptr, at, i % 3 ? NULL : "decrRef(c);\n}");
	}
	buf_release(&text);
	model_typing_free(typing);
	model_free(model);
}

static struct model *train_texts(const struct buf *texts, const bool *in, size_t count)
{
	struct model_builder *builder = model_builder_new();
	char *path = temporary("texts");

	for (size_t i = 0; i < count; i++)
		if (in[i])
			model_builder_add(builder, "text", texts[i].ptr, texts[i].len);
	assert_int_equal(model_builder_write(builder, path, 0, NULL), 0);
	model_builder_free(builder);
	return open_and_remove(path);
}

/* Every count and every bucket of both models along a text; only the tokens' numbers differ. */
static void expect_same_counts(struct model *left, struct model *right, const struct buf *text)
{
	struct model *models[] = {left, right};
	struct reader readers[2];
	struct lexer lexer;
	struct token token;

	for (int m = 0; m < 2; m++)
		reader_init(&readers[m], models[m], true);
	lexer_init(&lexer);
	lexer_feed(&lexer, text->ptr, text->len);
	while (lexer_next(&lexer, &token)) {
		uint32_t ids[2], hits[2][COMPONENTS];
		const struct frame *frames[2];

		for (int m = 0; m < 2; m++) {
			ids[m] = model_intern(models[m], token.text, token.len);
			frames[m] = reader_look(&readers[m]);
			frame_hits(models[m], &readers[m].shown, frames[m], NULL, ids[m], hits[m]);
		}
		for (unsigned c = 0; c < COMPONENTS; c++) {
			const struct part *parts[] = {&frames[0]->parts[c], &frames[1]->parts[c]};

			assert_int_equal(parts[0]->total, parts[1]->total);
			if (!parts[0]->total)
				continue;
			assert_int_equal(parts[0]->bucket, parts[1]->bucket);
			assert_int_equal(hits[0][c], hits[1][c]);
		}
		for (int m = 0; m < 2; m++)
			reader_pass(&readers[m], ids[m]);
	}
	for (int m = 0; m < 2; m++)
		reader_release(&readers[m]);
}

/* Random walks through sets of texts: what was learned and forgotten counts as trained. */
static void learning_equals_training(void **state)
{
	enum { TEXTS = 7, STEPS = 24 };
	struct buf texts[TEXTS];
	bool before[TEXTS], now[TEXTS];
	uint32_t random = 17;

	(void)state;
	for (uint32_t i = 0; i < TEXTS; i++) {
		buf_init(&texts[i]);
		write_house(&texts[i], i % 2, i);
		buf_addf(&texts[i], "int only%u(void) { return only%u(%u); }", i, i, i);
		before[i] = i < 4;
	}
	buf_clear(&texts[3]); /* an empty text counts its end mark */
	/* One that is another with a line more, and what was its end in front. */
	buf_clear(&texts[5]);
	buf_addf(&texts[5], "int only1;\n%.*s\nint added;\n%s", (int)texts[1].len / 2, texts[1].ptr,
		texts[1].ptr + texts[1].len / 2);
	for (int start = 0; start < 3; start++) {
		struct model *changed = train_texts(texts, before, TEXTS);

		memcpy(now, before, sizeof(now));
		for (int step = 0; step < STEPS; step++) {
			uint32_t i = next_random(&random) % TEXTS;
			uint32_t other = next_random(&random) % TEXTS;

			if (now[i] && !now[other]) {
				model_replace(changed, texts[i].ptr, texts[i].len, texts[other].ptr,
					texts[other].len);
				now[other] = true;
			} else if (now[i])
				model_forget(changed, texts[i].ptr, texts[i].len);
			else
				model_learn(changed, texts[i].ptr, texts[i].len);
			now[i] = !now[i];
			if (step % 6 == 5) {
				struct model *clean = train_texts(texts, now, TEXTS);

				for (int k = 0; k < TEXTS; k++)
					expect_same_counts(changed, clean, &texts[k]);
				model_free(clean);
			}
		}
		model_free(changed);
		memset(before, 0, sizeof(before)); /* the second starts from nothing */
		before[6] = start == 1;
	}
	for (int i = 0; i < TEXTS; i++)
		buf_release(&texts[i]);
}

/* A file written again after some texts changed is the file that training makes from nothing. */
static void rewriting_equals_training(void **state)
{
	struct model_builder *builder = model_builder_new(), *clean = model_builder_new();
	char *path = train("old", 0, 5, 0, NULL), *target = temporary("new");
	struct model *model = NULL;
	char updated[65], trained[65];

	(void)state;
	assert_int_equal(model_open(path, &model), 0);
	model_builder_extend(builder, model);
	assert_true(model_builder_remove(builder, "file1"));
	assert_false(model_builder_remove(builder, "file1"));
	assert_false(model_builder_remove(builder, "never"));
	assert_true(model_builder_remove(builder, "file3"));
	model_builder_add(builder, "file3", "int a = 3;\nint b;\n", 18);
	model_builder_add(builder, "another", "", 0);
	assert_int_equal(model_builder_write(builder, target, 5, updated), 0);
	for (uint32_t i = 5; i-- > 0;) {
		struct buf text = BUF_INIT;
		char *name = xstrfmt("file%u", i);

		write_house(&text, 0, i + 1);
		if (i == 3)
			model_builder_add(clean, name, "int a = 3;\nint b;\n", 18);
		else if (i != 1)
			model_builder_add(clean, name, text.ptr, text.len);
		free(name);
		buf_release(&text);
	}
	model_builder_add(clean, "another", "", 0);
	assert_int_equal(model_builder_write(clean, target, 5, trained), 0);
	assert_string_equal(updated, trained);
	model_builder_free(builder);
	model_builder_free(clean);
	model_free(model);
	unlink(path);
	unlink(target);
	free(path);
	free(target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_text),
		cmocka_unit_test(keeps_lines_that_matter),
		cmocka_unit_test(cuts_long_words),
		cmocka_unit_test(stops_when_asked),
		cmocka_unit_test(counts_every_gram),
		cmocka_unit_test(takes_back_what_was_added),
		cmocka_unit_test(packs_tables),
		cmocka_unit_test(sums_to_one),
		cmocka_unit_test(spelling_sums_to_one),
		cmocka_unit_test(knows_its_house),
		cmocka_unit_test(predicts_exactly),
		cmocka_unit_test(a_prompt_helps_and_is_shared),
		cmocka_unit_test(knows_the_module),
		cmocka_unit_test(typing_on_equals_asking_anew),
		cmocka_unit_test(learning_equals_training),
		cmocka_unit_test(rewriting_equals_training),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
