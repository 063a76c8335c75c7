/* The house model: tokens, counts, normalisation, the file and its damage, scoring. */
#include "test.h"

#include "flywheel/model.h"
#include "model/internal.h"
#include "model/lexer.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
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

/* -- a small world ---------------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Text of one house: its names and its habits depend on `house`. */
static void write_house(struct buf *out, unsigned house, uint32_t seed)
{
	static const char *const names[2][4] = {
		{"robj", "client", "sds", "dict"}, {"session", "query", "mapper", "column"}};

	for (int i = 0; i < 60; i++) {
		const char *a = names[house][next_random(&seed) % 4];
		const char *b = names[house][next_random(&seed) % 4];

		if (house)
			buf_addf(out, "def %s_%s(self):\n    return self.%s(%u)\n\n", a, b, b,
				next_random(&seed) % 3);
		else
			buf_addf(out, "void %sFree(%s *%s) {\n\tdecrRefCount(%s);\n}\n\n", a, b, a,
				a);
	}
}

static char *temporary(const char *name)
{
	return xstrfmt("/tmp/flywheel-model-%ld-%s", (long)getpid(), name);
}

static char *train(const char *name, unsigned house, int texts, int64_t seed, char sha256[65])
{
	struct model_builder *builder = model_builder_new();
	char *path = temporary(name);

	for (int i = 0; i < texts; i++) {
		struct buf text = BUF_INIT;
		char *label = xstrfmt("file%d", i);

		write_house(&text, house, (uint32_t)i + 1);
		model_builder_add(builder, label, text.ptr, text.len);
		free(label);
		buf_release(&text);
	}
	assert_int_equal(model_builder_write(builder, path, seed, sha256), 0);
	model_builder_free(builder);
	return path;
}

static struct model *open_and_remove(char *path)
{
	struct model *model = NULL;

	assert_int_equal(model_open(path, &model), 0);
	unlink(path);
	free(path);
	return model;
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
	struct trie trie;
	uint32_t random = 1, base, at = TRIE_ROOT;
	size_t mark;

	(void)state;
	trie_init(&trie);
	for (int i = 0; i < 100; i++)
		trie_add(&trie, TRIE_ROOT, next_random(&random) % 20);
	base = trie.count;
	mark = trie.journal_len;
	for (int i = 0; i < 5000; i++)
		at = trie_add(&trie, i % 7 ? at : TRIE_ROOT, next_random(&random) % 40);
	trie_undo(&trie, mark);
	assert_int_equal(trie.count, base);
	assert_int_equal(trie.nodes[TRIE_ROOT].total, 100);
	for (uint32_t i = 1; i < trie.count; i++) {
		assert_int_equal(trie_child(&trie, TRIE_ROOT, trie.nodes[i].symbol), i);
		assert_int_equal(trie.nodes[i].total, 0);
	}
	for (uint32_t i = 20; i < 40; i++)
		assert_int_equal(trie_child(&trie, TRIE_ROOT, i), TRIE_NONE);
	trie_release(&trie);
}

/* -- probabilities ---------------------------------------------------------------------------- */

/* Sums P over all known tokens, plus the spelling's mass for all others. */
static double total_probability(
	struct model *model, const struct trie *cache, const struct walk *walk)
{
	double sum = 0, spelled = 0;
	struct frame frame;
	struct walk found;

	frame_open(model, cache, walk, &frame);
	for (uint32_t id = 0; id < model_vocabulary(model); id++) {
		double p = exp2(spell_token(model, id));

		walk_look(model, cache, walk, id, &found);
		sum += exp2(-frame_bits(
			frame_counts(model, cache, &frame, &found), frame.rest, log2(p)));
		spelled += p;
	}
	return sum + frame.rest * (1 - spelled);
}

static void sums_to_one(void **state)
{
	struct model *model = open_and_remove(train("sum", 0, 6, 0, NULL));
	struct trie cache;
	struct walk walk, found;
	uint32_t random = 3;

	(void)state;
	model_intern(model, "neverSeen", 9);
	for (int learned = 0; learned < 2; learned++) {
		trie_init(&cache);
		for (int text = 0; text < 6; text++) {
			walk_start(model, text % 2, &walk);
			for (int i = 0; i < 40; i++) {
				uint32_t id =
					next_random(&random) % 4
						? suffixes_symbol(&model->tokens,
							  (uint32_t)(500 * text + i))
						: next_random(&random) % model_vocabulary(model);

				assert_true(
					fabs(total_probability(model, &cache, &walk) - 1) < 1e-9);
				walk_look(model, &cache, &walk, id, &found);
				walk_step(&walk, &cache, id, &found);
			}
		}
		trie_release(&cache);
		model_learn(model, "void robjFree(x *y) { brandNew(y); }", 36);
	}
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

/* ranker_rank must agree with sorting the whole vocabulary. */
static void ranks_exactly(void **state)
{
	struct model *model = open_and_remove(train("rank", 0, 4, 0, NULL));
	struct ranker *ranker = NULL;
	struct trie cache;
	struct walk walk, found;
	struct frame frame;
	uint32_t random = 9;

	(void)state;
	model_learn(model, "void fresh(robj *o) { fresh(o); }", 33);
	ranker = ranker_new(model);
	trie_init(&cache);
	walk_start(model, true, &walk);
	for (uint32_t i = 1; i < 400; i++) {
		uint32_t id = next_random(&random) % 5
				      ? suffixes_symbol(&model->tokens, i)
				      : 1 + next_random(&random) % (model_vocabulary(model) - 1);
		unsigned better = 0;
		double p;

		frame_open(model, &cache, &walk, &frame);
		walk_look(model, &cache, &walk, id, &found);
		p = frame_counts(model, &cache, &frame, &found);
		for (uint32_t other = 1; other < model_vocabulary(model); other++) {
			walk_look(model, &cache, &walk, other, &found);
			better += other != id && frame_counts(model, &cache, &frame, &found) >= p;
		}
		if (id != MODEL_END)
			assert_int_equal(ranker_rank(ranker, &cache, &walk, &frame, id),
				p > 0 && better < RANK_MAX ? better + 1 : 0);
		walk_look(model, &cache, &walk, id, &found);
		walk_step(&walk, &cache, id, &found);
	}
	trie_release(&cache);
	ranker_free(ranker);
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

/* P(a b | prompt) = P(a | prompt) P(b | prompt a): scoring piece by piece changes nothing. */
static void pieces_add_up(void **state)
{
	struct model *model = open_and_remove(train("pieces", 1, 6, 0, NULL));
	double whole = model_bits(model, "def ", 4, "query_column(self):\n    return", 31, NULL);
	double first = model_bits(model, "def ", 4, "query_column(self):", 19, NULL);
	double second = model_bits(model, "def query_column(self):", 23, "\n    return", 11, NULL);

	(void)state;
	assert_true(fabs(whole - first - second) < 1e-9);
	model_free(model);
}

/* A model that learned texts counts as one that was trained on them; only numbers differ. */
static void learning_equals_training(void **state)
{
	static const char *const texts[] = {"void robjFree(dict *robj) { brandNew(robj); }",
		"int brandNew(dict *d) { return brandNew(d); }"};
	struct model *taught = NULL, *trained = NULL;
	struct trie empty;
	char *path = temporary("trained");

	(void)state;
	for (int both = 0; both < 2; both++) {
		struct model_builder *builder = model_builder_new();
		struct buf text = BUF_INIT;

		write_house(&text, 0, 1);
		model_builder_add(builder, "house", text.ptr, text.len);
		for (size_t i = 0; both && i < ARRAY_SIZE(texts); i++)
			model_builder_add(builder, "more", texts[i], strlen(texts[i]));
		assert_int_equal(model_builder_write(builder, path, 0, NULL), 0);
		assert_int_equal(model_open(path, both ? &trained : &taught), 0);
		model_builder_free(builder);
		buf_release(&text);
		unlink(path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		model_learn(taught, texts[i], strlen(texts[i]));
	trie_init(&empty);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct model *models[] = {taught, trained};
		struct walk walks[2], found[2];
		struct frame frames[2];
		struct lexer lexer;
		struct token token;

		lexer_init(&lexer);
		lexer_feed(&lexer, texts[i], strlen(texts[i]));
		for (int m = 0; m < 2; m++) {
			walk_start(models[m], true, &walks[m]);
			memset(walks[m].cache, 0xff, sizeof(walks[m].cache));
		}
		while (lexer_next(&lexer, &token)) {
			for (int m = 0; m < 2; m++) {
				uint32_t id = model_intern(models[m], token.text, token.len);

				frame_open(models[m], &empty, &walks[m], &frames[m]);
				walk_look(models[m], &empty, &walks[m], id, &found[m]);
				walk_step(&walks[m], &empty, id, &found[m]);
			}
			for (unsigned c = 0; c < COMPONENTS; c++) {
				assert_int_equal(frames[0].total[c], frames[1].total[c]);
				if (frames[0].total[c])
					assert_int_equal(frames[0].bucket[c], frames[1].bucket[c]);
				assert_int_equal(frame_hits(taught, &empty, &found[0], c),
					frame_hits(trained, &empty, &found[1], c));
			}
		}
	}
	trie_release(&empty);
	model_free(taught);
	model_free(trained);
	free(path);
}

/* -- the file --------------------------------------------------------------------------------- */

static void same_input_same_bytes(void **state)
{
	char one[65], two[65], other[65];
	char *a = train("same1", 0, 5, 42, one);
	char *b = train("same2", 0, 5, 42, two);
	char *c = train("same3", 0, 5, 43, other);
	struct buf left = BUF_INIT, right = BUF_INIT;
	char hex[65];

	(void)state;
	assert_string_equal(one, two);
	assert_string_not_equal(one, other);
	assert_int_equal(digest_file(a, hex), 0);
	assert_string_equal(one, hex);
	assert_int_equal(file_read(a, 1 << 28, &left), 0);
	assert_int_equal(file_read(b, 1 << 28, &right), 0);
	assert_int_equal(left.len, right.len);
	assert_memory_equal(left.ptr, right.ptr, left.len);
	buf_release(&left);
	buf_release(&right);
	unlink(a);
	unlink(b);
	unlink(c);
	free(a);
	free(b);
	free(c);
}

static void expect_refused(const char *path, const void *bytes, size_t len)
{
	struct model *model = NULL;

	assert_int_equal(file_write(path, bytes, len, 0644), 0);
	assert_int_equal(model_open(path, &model), E_INVALID);
	assert_non_null(strstr(error_message(), path));
	assert_null(model);
}

static void refuses_damage(void **state)
{
	char *path = train("damage", 1, 3, 0, NULL);
	struct buf file = BUF_INIT;
	struct model *model = NULL;

	(void)state;
	assert_int_equal(file_read(path, 1 << 28, &file), 0);
	for (size_t at = 0; at < file.len; at += at < 400 ? 1 : file.len / 61) {
		file.ptr[at] ^= 0x20;
		expect_refused(path, file.ptr, file.len);
		file.ptr[at] ^= 0x20;
	}
	for (size_t len = 0; len < file.len; len += len < 64 ? 7 : file.len / 41)
		expect_refused(path, file.ptr, len);
	file.ptr[8] = 2;
	expect_refused(path, file.ptr, file.len);
	assert_non_null(strstr(error_message(), "version 2"));
	buf_release(&file);
	unlink(path);
	assert_int_equal(model_open(path, &model), E_NOTFOUND);
	assert_int_equal(model_open("/tmp", &model), E_INVALID);
	free(path);
}

/* A file whose checksum was made to fit: nothing in it may lead outside it. */
static void survives_a_forged_file(void **state)
{
	char *path = train("forged", 0, 4, 0, NULL);
	struct buf file = BUF_INIT;
	uint32_t random = 11;

	(void)state;
	assert_int_equal(file_read(path, 1 << 28, &file), 0);
	for (int trial = 0; trial < 400; trial++) {
		struct model *model = NULL;
		struct model_score score;
		size_t at = 32 + next_random(&random) % (file.len - 32);
		char old[4];
		uint64_t sum;

		if (at + 4 > file.len)
			continue;
		memcpy(old, file.ptr + at, 4);
		memset(file.ptr + at, (int)next_random(&random), trial % 2 ? 4 : 1);
		sum = hash_bytes(file.ptr + 32, file.len - 32, hash_bytes(file.ptr, 24, 0));
		memcpy(file.ptr + 24, &sum, 8);
		assert_int_equal(file_write(path, file.ptr, file.len, 0644), 0);
		if (!model_open(path, &model)) {
			model_evaluate(model, "void robjFree(dict *x) { sds }", 30, true, &score);
			model_bits(model, "client *", 8, "sds;", 4, NULL);
		}
		model_free(model);
		memcpy(file.ptr + at, old, 4);
	}
	buf_release(&file);
	unlink(path);
	free(path);
}

static void lives_with_nothing(void **state)
{
	struct model *model = open_and_remove(train("empty", 0, 0, 0, NULL));
	struct model_score score;
	char odd[512];

	(void)state;
	assert_int_equal(model_tokens(model), 0);
	assert_true(isfinite(model_bits(model, "", 0, "hello world", 11, NULL)));
	assert_int_equal(model_evaluate(model, "", 0, true, &score), 0);
	assert_int_equal(score.tokens, 0);
	for (size_t i = 0; i < sizeof(odd); i++)
		odd[i] = (char)(i * 37);
	assert_int_equal(model_evaluate(model, odd, sizeof(odd), true, &score), 0);
	assert_true(isfinite(score.bits));
	memset(odd, 'q', sizeof(odd));
	assert_true(isfinite(model_bits(model, "", 0, odd, sizeof(odd), NULL)));
	model_free(model);
	model = open_and_remove(train("one", 0, 1, 0, NULL));
	assert_true(model_tokens(model) > 100);
	assert_true(isfinite(model_bits(model, odd, sizeof(odd), "robj", 4, NULL)));
	model_free(model);
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
		cmocka_unit_test(sums_to_one),
		cmocka_unit_test(spelling_sums_to_one),
		cmocka_unit_test(knows_its_house),
		cmocka_unit_test(ranks_exactly),
		cmocka_unit_test(a_prompt_helps_and_is_shared),
		cmocka_unit_test(pieces_add_up),
		cmocka_unit_test(learning_equals_training),
		cmocka_unit_test(same_input_same_bytes),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(survives_a_forged_file),
		cmocka_unit_test(lives_with_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
