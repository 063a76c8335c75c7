/* bench: the shuffle is even, an item's name depends on its content alone, wrong answers are
 * balanced, intervals are Wilson's, and the small lexer sees what it should. */
#include "test.h"

#include "bench/code.h"
#include "bench/internal.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bench_item item_of(const char *prompt, const char *const choices[BENCH_CHOICES])
{
	struct bench_item item = {.category = 4, .prompt = xstrdup(prompt)};

	for (int i = 0; i < BENCH_CHOICES; i++)
		item.choices[i] = xstrdup(choices[i]);
	item_seal(&item);
	return item;
}

static void shuffle_is_even(void **state)
{
	const char *const choices[] = {"right", "a", "b", "c"};
	size_t places[BENCH_CHOICES] = {0};

	(void)state;
	for (int i = 0; i < 4000; i++) {
		char prompt[32];
		struct bench_item item;

		snprintf(prompt, sizeof(prompt), "question %d", i);
		item = item_of(prompt, choices);
		assert_string_equal(item.choices[item.answer], "right");
		places[item.answer]++;
		item_release(&item);
	}
	/* Four standard deviations around 1000. */
	for (int i = 0; i < BENCH_CHOICES; i++)
		assert_in_range(places[i], 890, 1110);
}

static void name_ignores_the_order_of_choices(void **state)
{
	const char *const one[] = {"right", "a", "b", "c"}, *const two[] = {"right", "c", "a", "b"};
	const char *const other[] = {"a", "right", "b", "c"};
	struct bench_item x = item_of("q", one), y = item_of("q", two), z = item_of("q", other);

	(void)state;
	assert_string_equal(x.id, y.id);
	assert_int_equal(x.answer, y.answer);
	for (int i = 0; i < BENCH_CHOICES; i++)
		assert_string_equal(x.choices[i], y.choices[i]);
	assert_string_not_equal(x.id, z.id); /* another key is another question */
	item_release(&x);
	item_release(&y);
	item_release(&z);
}

/* A pool on both sides of the answer: each rank of the answer must come up equally often. */
static void ranks_are_balanced(void **state)
{
	struct material material = {.prior = prior_new()};
	struct balance balance = {.credit = MAP_INIT};

	(void)state;
	for (int word = 0; word < 12; word++)
		for (int n = 0; n <= word * word; n++) {
			char text[16];

			snprintf(text, sizeof(text), "word%c ", 'a' + word);
			prior_add(material.prior, text, strlen(text));
		}
	for (int i = 0; i < 40; i++) {
		struct draft draft = {.prompt = BUF_INIT};
		struct bench_item item;

		buf_addf(&draft.prompt, "question %d\n", i);
		draft_answer(&draft, "wordf", 5);
		for (char c = 'a'; c <= 'l'; c++) {
			char text[] = {'w', 'o', 'r', 'd', c, '\0'};

			draft_other(&draft, text, 5, 0);
		}
		assert_int_equal(draft_finish(&draft, 4, &material, &balance, &item), 0);
		balance_note(&balance, &material, &item);
		item_release(&item);
		draft_release(&draft);
	}
	map_release(&balance.credit);
	for (int r = 0; r < BENCH_CHOICES; r++)
		assert_in_range(balance.likely[r], 8, 12);
	prior_free(material.prior);
}

/* Nine in ten commits are fixes; "fix" must not be right in more than one question of four. */
static void labels_are_balanced(void **state)
{
	static const char *const labels[] = {"fix", "add", "remove", "test", "revert"};
	struct material material = {.prior = prior_new()};
	struct balance balance = {.credit = MAP_INIT};
	size_t right = 0, shown = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		const char *truth = labels[i % 10 ? 0 : 1 + i / 10 % 4];
		struct draft draft = {.prompt = BUF_INIT, .labels = true};
		struct bench_item item;

		buf_addf(&draft.prompt, "question %d\n", i);
		draft_answer(&draft, truth, strlen(truth));
		for (size_t k = 0; k < ARRAY_SIZE(labels); k++)
			draft_other(&draft, labels[k], strlen(labels[k]), 0);
		if (!draft_finish(&draft, 3, &material, &balance, &item)) {
			balance_note(&balance, &material, &item);
			for (int c = 0; c < BENCH_CHOICES; c++)
				shown += !strcmp(item.choices[c], "fix");
			right += !strcmp(item.choices[item.answer], "fix");
			item_release(&item);
		}
		draft_release(&draft);
	}
	assert_true(right >= 5);
	assert_true(4 * right <= shown + 12);
	map_release(&balance.credit);
	prior_free(material.prior);
}

static void silly_items_are_dropped(void **state)
{
	struct material material = {.prior = prior_new()};
	struct balance balance = {.credit = MAP_INIT};
	struct draft draft = {.prompt = BUF_INIT};
	struct bench_item item;

	(void)state;
	/* The last line names the answer. */
	buf_addstr(&draft.prompt, "it is wordf\n");
	draft_answer(&draft, "wordf", 5);
	draft_other(&draft, "worda", 5, 0);
	draft_other(&draft, "wordb", 5, 0);
	draft_other(&draft, "wordc", 5, 0);
	assert_int_equal(draft_finish(&draft, 0, &material, &balance, &item), NO_ITEM);
	draft_release(&draft);
	/* Equal but for space and case, and one that its length tells. */
	buf_addstr(&draft.prompt, "q\n");
	draft_answer(&draft, "if (a)", 6);
	draft_other(&draft, "if  (A)", 7, 0);
	draft_other(&draft, "if (b)", 6, 0);
	draft_other(&draft, "if (a_much_longer_name && another_name)", 39, 0);
	draft_other(&draft, "if (c)", 6, 0);
	assert_int_equal(draft_finish(&draft, 0, &material, &balance, &item), NO_ITEM);
	draft_release(&draft);
	prior_free(material.prior);
}

struct counting {
	size_t asked, stop_after;
};

static int count_answer(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload)
{
	struct counting *counting = payload;

	if (counting->asked == counting->stop_after)
		return fail(E_STOPPED, "stopped");
	counting->asked++;
	/* Right on all but the items whose name begins with a digit. */
	scores[item->answer] = item->id[0] > '9' ? 1 : -1;
	return 0;
}

static void a_stopped_run_goes_on(void **state)
{
	const char *const choices[] = {"right", "a", "b", "c"};
	char folder[] = "/tmp/flywheel-bench-XXXXXX";
	struct counting counting = {0, 70};
	struct bench_arm arm = {"fake", "likelihood", count_answer, &counting};
	struct bench_suite suite = {.digest = "d"};
	struct bench_results first = {0}, again = {0};
	struct session session = {0};
	struct bench_tally tally;
	size_t right = 0;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, true, &session.store), 0);
	for (int i = 0; i < 100; i++) {
		char prompt[32];

		snprintf(prompt, sizeof(prompt), "question %d", i);
		*suite_add(&suite) = item_of(prompt, choices);
		right += suite.items[i].id[0] > '9';
	}
	assert_int_equal(bench_run(&session, &suite, &arm, &first), E_STOPPED);
	assert_int_equal(counting.asked, 70);
	counting.stop_after = 100;
	assert_int_equal(bench_run(&session, &suite, &arm, &first), 0);
	assert_int_equal(counting.asked, 100); /* 30 more: the 70 were kept */
	assert_int_equal(bench_run(&session, &suite, &arm, &again), 0);
	assert_int_equal(counting.asked, 100);
	assert_int_equal(again.count, 100);
	for (int i = 0; i < 100; i++) {
		assert_string_equal(again.results[i].item, suite.items[i].id);
		assert_int_equal(again.results[i].correct, first.results[i].correct);
	}
	bench_score(&again, 4, &tally);
	assert_int_equal(tally.items, 100);
	assert_int_equal(tally.correct, right);
	bench_results_release(&first);
	bench_results_release(&again);
	bench_suite_release(&suite);
	store_close(session.store);
	file_remove_tree(folder);
}

static int no_opinion(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload)
{
	(void)item;
	(void)payload;
	for (int i = 0; i < BENCH_CHOICES; i++)
		scores[i] = 0.1 * 3 - 0.3; /* equal but for rounding */
	scores[1] = 0;
	return 0;
}

static void no_opinion_is_chance(void **state)
{
	const char *const choices[] = {"right", "a", "b", "c"};
	char folder[] = "/tmp/flywheel-bench-XXXXXX";
	struct bench_arm arm = {"none", "likelihood", no_opinion, NULL};
	struct bench_suite suite = {.digest = "d"};
	struct bench_results results = {0};
	struct session session = {0};
	struct bench_tally tally;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, true, &session.store), 0);
	for (int i = 0; i < 400; i++) {
		char prompt[32];

		snprintf(prompt, sizeof(prompt), "question %d", i);
		*suite_add(&suite) = item_of(prompt, choices);
	}
	assert_int_equal(bench_run(&session, &suite, &arm, &results), 0);
	bench_score(&results, -1, &tally);
	assert_in_range(tally.correct, 65, 135); /* four standard deviations around 100 */
	bench_results_release(&results);
	bench_suite_release(&suite);
	store_close(session.store);
	file_remove_tree(folder);
}

static void wilson(void **state)
{
	double low, high;

	(void)state;
	/* Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662, 0 of 20 gives 0 to 0.1611. */
	wilson_interval(81, 263, &low, &high);
	assert_true(low > 0.25525 && low < 0.25535 && high > 0.36615 && high < 0.36625);
	wilson_interval(0, 20, &low, &high);
	assert_true(low == 0 && high > 0.1610 && high < 0.1612);
	wilson_interval(0, 0, &low, &high);
	assert_true(low == 0 && high == 1);
}

/* Wrong variants come in threes: A, B, and both; a name is renamed wherever the line has it. */
static void mutations_are_squares(void **state)
{
	const char *line = "for (i = 0; i < count; i++)", *scope = "int i, j; long count, total;";
	struct draft draft = {.prompt = BUF_INIT};
	bool found = false;

	(void)state;
	mutate(line, strlen(line), scope, strlen(scope), false, &draft);
	assert_true(draft.triples);
	assert_true(draft.count >= 3 && draft.count % 3 == 0);
	for (size_t i = 0; i < draft.count; i++) {
		assert_string_not_equal(draft.others[i].text, line);
		found |= !strcmp(draft.others[i].text, "for (j = 0; j < total; j++)");
		assert_null(strstr(draft.others[i].text, "j = 0; i"));
	}
	assert_true(found);
	draft_release(&draft);
}

static void lexer_knows_roles(void **state)
{
	const char *line = "robj *o = lookupKey(c->db, key, LOOKUP_NONE); /* note */";
	static const enum role roles[] = {ROLE_PLAIN, ROLE_NONE, ROLE_PLAIN, ROLE_NONE, ROLE_CALL,
		ROLE_NONE, ROLE_PLAIN, ROLE_NONE, ROLE_MEMBER, ROLE_NONE, ROLE_PLAIN, ROLE_NONE,
		ROLE_CONSTANT, ROLE_NONE, ROLE_NONE};
	struct words words = {0};

	(void)state;
	words_read(&words, line, strlen(line));
	assert_int_equal(words.count, sizeof(roles) / sizeof(*roles));
	for (size_t i = 0; i < words.count; i++)
		assert_int_equal(words.items[i].role, roles[i]);
	words_release(&words);
}

static void sentences(void **state)
{
	char *one = first_sentence("/* Frees the\n * whole thing. Twice is fine. */", 200);
	char *two = first_sentence("Short heading\n\nThe rest.", 200);
	char *three = replace_word("free_all calls free_all2 and free_all", "free_all", "this");

	(void)state;
	assert_string_equal(one, "Frees the whole thing.");
	assert_string_equal(two, "Short heading");
	assert_string_equal(three, "this calls free_all2 and this");
	free(one);
	free(two);
	free(three);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shuffle_is_even),
		cmocka_unit_test(name_ignores_the_order_of_choices),
		cmocka_unit_test(ranks_are_balanced),
		cmocka_unit_test(labels_are_balanced),
		cmocka_unit_test(silly_items_are_dropped),
		cmocka_unit_test(a_stopped_run_goes_on),
		cmocka_unit_test(no_opinion_is_chance),
		cmocka_unit_test(wilson),
		cmocka_unit_test(mutations_are_squares),
		cmocka_unit_test(lexer_knows_roles),
		cmocka_unit_test(sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
