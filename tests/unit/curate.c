/* MinHash against exact Jaccard, LSH's recall, components, and each filter on a yes and a no. */
#define _GNU_SOURCE
#include "util/error.h" /* before cmocka, which has a macro named fail */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "curate/internal.h"
#include "flywheel/config.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 11;
}

/* Two sets with `shared` common elements and `own` more each: Jaccard is known exactly. */
static double make_pair(struct signature pair[2], size_t shared, size_t own, uint64_t *random)
{
	signature_init(&pair[0]);
	signature_init(&pair[1]);
	for (size_t i = 0; i < shared; i++) {
		uint64_t element = next_random(random);

		signature_add(&pair[0], element);
		signature_add(&pair[1], element);
	}
	for (size_t i = 0; i < own; i++) {
		signature_add(&pair[0], next_random(random));
		signature_add(&pair[1], next_random(random));
	}
	return (double)shared / (double)(shared + 2 * own);
}

static void test_minhash_is_accurate(void **state)
{
	uint64_t random = 42;
	double bias = 0, squares = 0;
	const int rounds = 300;

	(void)state;
	for (int i = 0; i < rounds; i++) {
		struct signature pair[2];
		double exact = make_pair(pair, 20 + (size_t)i, 20 + (size_t)(i * 7 % 90), &random);
		double error = signature_similarity(&pair[0], &pair[1]) - exact;

		bias += error / rounds;
		squares += error * error / rounds;
		assert_true(fabs(error) < 0.15);
	}
	/* The theory: standard error of at most 0.031, no bias (0.0018 over 300 rounds). */
	assert_true(sqrt(squares) < 0.035);
	assert_true(fabs(bias) < 0.006);
}

struct found {
	size_t alike, wrong;
};

static int on_pair(size_t a, size_t b, void *payload)
{
	struct found *found = payload;

	found->alike += a / 2 == b / 2 && found->alike < SIZE_MAX;
	found->wrong += a / 2 != b / 2;
	return 0;
}

static int first_pair(size_t a, size_t b, void *payload)
{
	bool *seen = payload;

	(void)b;
	seen[a / 2] = true;
	return 0;
}

static void test_lsh_finds_pairs(void **state)
{
	const size_t pairs = 200;
	struct signature *signatures = xmalloc(2 * pairs * sizeof(*signatures));
	uint32_t *apart = xcalloc(2 * pairs, sizeof(*apart));
	bool *seen = xcalloc(pairs, sizeof(*seen));
	struct found found = {0};
	uint64_t random = 7;
	size_t recall = 0;

	(void)state;
	for (size_t i = 0; i < pairs; i++)
		make_pair(signatures + 2 * i, 180, 10, &random); /* Jaccard 0.9 */
	assert_int_equal(lsh_pairs(signatures, NULL, 2 * pairs, 0.7, first_pair, seen), 0);
	for (size_t i = 0; i < pairs; i++)
		recall += seen[i];
	assert_true(recall >= pairs * 99 / 100);
	for (size_t i = 0; i < 2 * pairs; i++)
		apart[i] = (uint32_t)(i % 2);
	assert_int_equal(lsh_pairs(signatures, apart, 2 * pairs, 0.7, on_pair, &found), 0);
	assert_int_equal(found.alike + found.wrong, 0); /* other groups are never compared */
	for (size_t i = 0; i < pairs; i++)
		make_pair(signatures + 2 * i, 60, 70, &random); /* Jaccard 0.3 */
	assert_int_equal(lsh_pairs(signatures, NULL, 2 * pairs, 0.7, on_pair, &found), 0);
	assert_int_equal(found.alike + found.wrong, 0);
	free(signatures);
	free(apart);
	free(seen);
}

static void test_lsh_rows(void **state)
{
	(void)state;
	for (double t = 0.1; t < 0.96; t += 0.05) {
		size_t rows = lsh_rows(t);

		assert_true(rows >= 1 && rows <= 32);
		assert_true(rows == 1 ||
			    1 - pow(1 - pow(t, (double)rows), MINHASH_SIZE / rows) >= 0.99);
	}
	assert_int_equal(lsh_rows(0.7), 6);
}

static void test_components(void **state)
{
	struct components components;

	(void)state;
	components_init(&components, 6);
	components_join(&components, 4, 2);
	components_join(&components, 5, 4);
	components_join(&components, 0, 1);
	assert_int_equal(components_find(&components, 5), 2);
	assert_int_equal(components_find(&components, 1), 0);
	assert_int_equal(components_find(&components, 3), 3);
	components_join(&components, 1, 5);
	assert_int_equal(components_find(&components, 4), 0);
	components_release(&components);
}

static int collect(uint64_t shingle, void *payload)
{
	uint64_t *sum = payload;

	sum[0]++;
	sum[1] ^= shingle;
	return 0;
}

static void test_shingles_ignore_layout(void **state)
{
	uint64_t a[2] = {0}, b[2] = {0}, c[2] = {0}, d[2] = {0};
	const char *wide = "int f(void)\n{\n\treturn g(1);\n}\n",
		   *narrow = "int f(void){return g(1);}";

	(void)state;
	text_shingles(wide, strlen(wide), 5, collect, a);
	text_shingles(narrow, strlen(narrow), 5, collect, b);
	assert_true(a[0] > 5);
	assert_int_equal(a[0], b[0]);
	assert_int_equal(a[1], b[1]);
	text_shingles("a b", 3, 5, collect, c);
	assert_int_equal(c[0], 1); /* too short for five: one shingle of all */
	text_shingles("", 0, 5, collect, d);
	assert_int_equal(d[0], 0);
}

/* ---- filters ----------------------------------------------------------------------------------
 */

struct fixture {
	char folder[64];
	struct session session;
	struct curation curation;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/curate-test.XXXXXX");
	if (!mkdtemp(f->folder) ||
		git_run(f->folder, (const char *[]){"init", "-q", NULL}, NULL, 0, NULL) ||
		repo_open(f->folder, &f->session.repo) ||
		config_load(f->session.repo, &f->session.config) ||
		store_open(f->folder, true, &f->session.store))
		return -1;
	f->curation.session = &f->session;
	buf_init(&f->curation.text);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	curation_release(&f->curation);
	store_close(f->session.store);
	config_free(f->session.config);
	repo_free(f->session.repo);
	file_remove_tree(f->folder);
	free(f);
	return 0;
}

static struct example sample(void)
{
	struct example example = {.id = "0123456789abcdef",
		.kind = "function",
		.prompt = "Write f\n",
		.answer = "int f(int a)\n{\n\tif (a < 0)\n\t\treturn -1;\n\treset(a);\n"
			  "\tcount(a + 1);\n\treturn use(a);\n}\n",
		.path = "src/f.c",
		.symbol = "f",
		.author = "",
		.source = "src/f.c:1-7",
		.cyclomatic = 2,
		.context = EXAMPLE_HAS_CALLERS | EXAMPLE_HAS_ROLE};

	return example;
}

static bool rejects(struct fixture *f, const struct filter *filter, const struct example *example)
{
	void *state = NULL;
	const char *reason;

	assert_non_null(filter->reject);
	if (filter->open)
		assert_int_equal(filter->open(&f->curation, &state), 0);
	reason = filter->reject(example, &f->curation, state);
	if (filter->close)
		filter->close(state);
	return reason != NULL;
}

static void test_single_filters(void **state)
{
	struct fixture *f = *state;
	struct example good = sample(), bad;
	char *line = xmalloc(1203);
	struct buf huge = BUF_INIT;
	const struct filter *all[] = {&filter_verdict, &filter_vendored, &filter_boilerplate,
		&filter_stub, &filter_message, &filter_complexity, &filter_context, &filter_short,
		&filter_long, &filter_syntax, &filter_secret};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		assert_false(rejects(f, all[i], &good));
	bad = good;
	bad.path = "deps/lua/src/f.c";
	assert_true(rejects(f, &filter_vendored, &bad));
	bad.path = "src/depsy/f.c";
	assert_false(rejects(f, &filter_vendored, &bad));
	memset(line, 'x', 1202);
	line[1202] = '\0';
	bad = good;
	bad.answer = line;
	assert_true(rejects(f, &filter_boilerplate, &bad));
	bad.answer =
		"int t[] = {\n\t0x01, 0x02, 0x03, 0x04,\n\t0, 1, 2, 3, 4, 5, 6, 7, 8, 9,\n};\n";
	assert_true(rejects(f, &filter_boilerplate, &bad));
	bad.answer = "int get_size(struct s *s)\n{\n\treturn s->size;\n}\n";
	assert_true(rejects(f, &filter_stub, &bad));
	bad.answer = "import os\nimport sys\nfrom a import b\nx = 1\n";
	assert_true(rejects(f, &filter_stub, &bad));
	assert_true(rejects(f, &filter_syntax, &bad));
	bad = good;
	bad.cyclomatic = 1;
	assert_true(rejects(f, &filter_complexity, &bad));
	bad.context |= EXAMPLE_HAS_DECISION;
	assert_false(rejects(f, &filter_complexity, &bad));
	bad = good;
	bad.context = EXAMPLE_HAS_ROLE;
	assert_true(rejects(f, &filter_context, &bad));
	bad.cyclomatic = 30;
	assert_false(rejects(f, &filter_context, &bad));
	bad.answer = "return 1;\n";
	assert_true(rejects(f, &filter_short, &bad));
	for (int i = 0; i < 900; i++)
		buf_addf(&huge, "a%d = b%d;\n", i, i);
	bad.answer = huge.ptr;
	assert_true(rejects(f, &filter_long, &bad));
	bad = good;
	bad.prompt = "key = \"AKIAY3TO5WZD7QLM2XVR\"\n";
	assert_true(rejects(f, &filter_secret, &bad));
	map_put_str(&f->curation.verdicts, good.id, NULL)->value.num = 0;
	assert_true(rejects(f, &filter_verdict, &good));
	buf_release(&huge);
	free(line);
}

static void test_messages(void **state)
{
	static const char *const good[] = {"Fix the leak when a client disconnects early\n",
		"- fixed the regression in lazy loading of joined entities\n",
		"net: avoid a copy of the reply buffer\n", "[FIX] Handle EINTR in the event loop\n",
		"Stopped emitting the warning for empty tables\n"};
	static const char *const bad[] = {"wip\n", "Merge branch 'unstable' into feature/x\n",
		"Bump version to 1.2.3 for the release\n", "fix typo\n",
		"Redis 2.6.0 is out, at last\n", "The old code was not nice at all\n"};
	struct example example = sample();

	example.kind = "change-message";
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		example.answer = good[i];
		assert_false(rejects(*state, &filter_message, &example));
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		example.answer = bad[i];
		assert_true(rejects(*state, &filter_message, &example));
	}
	example.kind = "change-intent";
	example.prompt = "wip\n\nIn a.c, before the change:\nint a;\n";
	assert_true(rejects(*state, &filter_message, &example));
	example.prompt =
		"Fix the leak when a client disconnects\n\nIn a.c, before the change:\nint a;\n";
	assert_false(rejects(*state, &filter_message, &example));
}

static void test_contamination(void **state)
{
	struct fixture *f = *state;
	struct bench_item item = {.prompt = (char *)(uintptr_t) "one two three four five six seven "
								"eight nine ten eleven twelve "
								"thirteen fourteen",
		.choices = {(char *)(uintptr_t) "a", (char *)(uintptr_t) "b",
			(char *)(uintptr_t) "c", (char *)(uintptr_t) "d"},
		.path = (char *)(uintptr_t) "src/f.c",
		.symbol = (char *)(uintptr_t) "asked"};
	struct bench_suite suite = {.items = &item, .count = 1};
	struct example example = sample();
	void *none = NULL;

	assert_int_equal(filter_contamination.open(&f->curation, &none), CURATE_SKIPPED);
	f->curation.suite = &suite;
	assert_false(rejects(f, &filter_contamination, &example));
	example.symbol = "asked";
	assert_true(rejects(f, &filter_contamination, &example));
	example.path = "src/g.c";
	assert_false(rejects(f, &filter_contamination, &example));
	example.answer =
		"zero one two three four five six seven eight nine ten eleven twelve thirteen";
	assert_true(rejects(f, &filter_contamination, &example));
	example.answer =
		"one two three four five six seven eight nine ten eleven twelve and "
		"then something else altogether that nobody would ever ask about in any exam";
	assert_false(rejects(f, &filter_contamination, &example));
	example.answer = "three four five six seven eight nine ten eleven twelve thirteen";
	assert_true(rejects(f, &filter_contamination, &example)); /* no run of 13, yet alike */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minhash_is_accurate),
		cmocka_unit_test(test_lsh_finds_pairs),
		cmocka_unit_test(test_lsh_rows),
		cmocka_unit_test(test_components),
		cmocka_unit_test(test_shingles_ignore_layout),
		cmocka_unit_test_setup_teardown(test_single_filters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_contamination, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
