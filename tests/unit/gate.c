/* The gate's statistics against known values, and its verdicts against made-up arms. */
#include "test.h"

#include "flywheel/gate.h"
#include "gate/statistics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_ITEMS 4500

static void near(double value, double expected, double tolerance)
{
	if (fabs(value - expected) > tolerance)
		fail_msg("%.10g is not %.10g within %g", value, expected, tolerance);
}

static void test_mcnemar(void **state)
{
	(void)state;
	near(mcnemar_exact(0, 0), 1, 0);
	near(mcnemar_exact(5, 0), 0.03125, 1e-12);      /* 2^-5 */
	near(mcnemar_exact(8, 2), 0.0546875, 1e-12);    /* 56/1024 */
	near(mcnemar_exact(2, 8), 0.9892578125, 1e-12); /* 1013/1024 */
	near(mcnemar_exact(60, 40), 0.0284439668, 1e-9);
	assert_true(mcnemar_exact(2000, 2000) > 0.5);
}

static void test_holm(void **state)
{
	double p[] = {0.01, 0.04, 0.03, 0.005};

	(void)state;
	holm_adjust(p, 4);
	near(p[0], 0.03, 1e-12);
	near(p[1], 0.06, 1e-12);
	near(p[2], 0.06, 1e-12);
	near(p[3], 0.02, 1e-12);
	holm_adjust(p, 0);
}

/* Worked by hand: n + 2 = 102, net 6 -> 6/102; se = sqrt(15 - 36/102)/102. */
static void test_interval(void **state)
{
	double low, high;

	(void)state;
	paired_interval(100, 10, 4, 1.96, &low, &high);
	near(low, 6.0 / 102 - 1.96 * sqrt(15 - 36.0 / 102) / 102, 1e-12);
	near(high, 6.0 / 102 + 1.96 * sqrt(15 - 36.0 / 102) / 102, 1e-12);
	near(paired_loss_bound(100, 0, 0), NORMAL_95_ONE_SIDED / 102, 1e-12);
	assert_true(paired_loss_bound(0, 0, 0) >= 0.5);
}

/*
 * Five pairs that all flip the wrong way are seen (1/32 < .05); at half discordance only the case
 * that all five flip counts. The normal approximation promises 80 % at 454 items; exact is less.
 */
static void test_power(void **state)
{
	(void)state;
	near(mcnemar_power(5, 1, 1, 0.05), 1, 1e-9);
	near(mcnemar_power(5, 0.5, 0.5, 0.05), 0.03125, 1e-9);
	near(mcnemar_power(454, 0.10, 0.05, 0.05 / 9), 0.78, 0.01);
	assert_true(mcnemar_power(50, 0.10, 0.05, 0.05 / 9) < 0.12);
	near(mcnemar_power(10, 0, 0, 0.05), 0, 0);
	assert_int_equal(paired_items_needed(0.1, -0.02, 0.02), 0);
	assert_true(paired_loss_bound(paired_items_needed(0.1, 0, 0.02) + 20, 34, 34) < 0.021);
}

struct arms {
	struct bench_result old_results[MAX_ITEMS], new_results[MAX_ITEMS];
	struct bench_results old, new;
};

static void arms_begin(struct arms *arms)
{
	arms->old = (struct bench_results){arms->old_results, 0};
	arms->new = (struct bench_results){arms->new_results, 0};
}

static void arms_add(struct arms *arms, int category, size_t count, bool before, bool after)
{
	for (size_t i = 0; i < count; i++) {
		struct bench_result *old = &arms->old_results[arms->old.count++];
		struct bench_result *new = &arms->new_results[arms->new.count++];

		memset(old, 0, sizeof(*old));
		snprintf(old->item, sizeof(old->item), "%zu", arms->old.count);
		old->category = category;
		*new = *old;
		old->correct = before;
		new->correct = after;
	}
}

static enum verdict decide(
	struct arms *arms, struct gate_options options, struct gate_report *report)
{
	gate_decide(&arms->old, &arms->new, &options, report);
	assert_true(report->reason[0] != '\0');
	return report->verdict;
}

static struct arms arms; /* too large for a stack */

static void test_verdicts(void **state)
{
	const struct gate_options plain = {.min_new = 20}, fresh = {.min_new = 20, .newer = 20};
	struct gate_report report;

	(void)state;
	arms_begin(&arms);
	assert_int_equal(decide(&arms, fresh, &report), GATE_HELD);
	assert_non_null(strstr(report.reason, "no items"));

	arms_begin(&arms); /* equal on 600 items: newer examples decide */
	arms_add(&arms, 0, 600, true, true);
	assert_int_equal(decide(&arms, fresh, &report), GATE_PROMOTED);
	assert_int_equal(decide(&arms, plain, &report), GATE_HELD);
	assert_non_null(strstr(report.reason, "20 more"));

	arms_begin(&arms); /* a significant gain needs no newer examples */
	arms_add(&arms, 3, 300, true, true);
	arms_add(&arms, 3, 30, false, true);
	assert_int_equal(decide(&arms, plain, &report), GATE_PROMOTED);

	arms_begin(&arms); /* too few items: never a pass */
	arms_add(&arms, 0, 40, true, true);
	assert_int_equal(decide(&arms, fresh, &report), GATE_HELD);
	assert_non_null(strstr(report.reason, "more items"));
}

static void test_blocks(void **state)
{
	const struct gate_options plain = {0}, strict = {.strict = true, .newer = 1};
	struct gate_report report;

	(void)state;
	arms_begin(&arms); /* one category falls while the rest gains */
	arms_add(&arms, 0, 1000, false, true);
	arms_add(&arms, 4, 60, true, true);
	arms_add(&arms, 4, 12, true, false);
	assert_int_equal(decide(&arms, plain, &report), GATE_BLOCKED);
	assert_non_null(strstr(report.reason, bench_category_name(4)));

	arms_begin(&arms); /* the same fall in a category under 30 items is reported, not gated */
	arms_add(&arms, 0, 1000, false, true);
	arms_add(&arms, 4, 10, true, true);
	arms_add(&arms, 4, 12, true, false);
	assert_int_equal(decide(&arms, plain, &report), GATE_PROMOTED);
	assert_false(report.categories[4].gated);

	arms_begin(&arms); /* a little everywhere: pooled */
	for (int i = 0; i < BENCH_CATEGORIES; i++) {
		arms_add(&arms, i, 60, true, true);
		arms_add(&arms, i, 2, true, false);
	}
	assert_int_equal(decide(&arms, plain, &report), GATE_BLOCKED);
	assert_non_null(strstr(report.reason, "all categories"));

	arms_begin(&arms); /* strict: one lost item is enough */
	arms_add(&arms, 0, 600, true, true);
	arms_add(&arms, 1, 60, true, true);
	arms_add(&arms, 1, 1, true, false);
	assert_int_equal(decide(&arms, plain, &report), GATE_HELD);
	assert_int_equal(decide(&arms, strict, &report), GATE_BLOCKED);
}

static void test_anchor(void **state)
{
	struct gate_options options = {.newer = 50, .min_new = 20};
	struct bench_result best[MAX_ITEMS];
	struct bench_results anchor = {best, 0};
	struct gate_report report;

	(void)state;
	arms_begin(&arms);
	arms_add(&arms, 0, 600, true, true);
	arms_add(&arms, 0, 40, false, false);
	memcpy(best, arms.new_results, sizeof(best));
	anchor.count = arms.new.count;
	options.anchor = &anchor;
	assert_int_equal(decide(&arms, options, &report), GATE_PROMOTED);
	for (size_t i = 0; i < anchor.count; i++)
		best[i].correct = true; /* 40 items better than what is in force */
	assert_int_equal(decide(&arms, options, &report), GATE_HELD);
	assert_non_null(strstr(report.reason, "best model ever"));
}

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed * UINT64_C(0x2545F4914F6CDD1D);
}

static double simulate(size_t items, double loss, double discordance, int runs)
{
	const struct gate_options options = {0};
	uint64_t seed = UINT64_C(20260101);
	struct gate_report report;
	int blocks = 0;

	for (int run = 0; run < runs; run++) {
		arms_begin(&arms);
		for (int category = 0; category < BENCH_CATEGORIES; category++)
			for (size_t i = 0; i < items; i++) {
				double u = (double)(random_next(&seed) >> 11) / 9007199254740992.0;
				bool lost = u < (discordance + loss) / 2;
				bool gained = !lost && u < discordance;

				arms_add(&arms, category, 1, !gained, !lost);
			}
		blocks += decide(&arms, options, &report) == GATE_BLOCKED;
	}
	return (double)blocks / runs;
}

/* Two cells of the table that the thresholds were chosen by. */
static void test_simulation(void **state)
{
	(void)state;
	near(simulate(50, 0, 0.10, 1500), 0.039, 0.015);
	near(1 - simulate(100, 0.03, 0.10, 800), 0.12, 0.035);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mcnemar),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_anchor),
		cmocka_unit_test(test_simulation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
