/* The three verdicts: blocked on proof of harm, promoted on proof of none, held in between. */
#include "flywheel/gate.h"
#include "gate/statistics.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ALPHA 0.05
#define ALPHA_CATEGORY (ALPHA / BENCH_CATEGORIES)
#define LOSS_LIMIT 0.02  /* the pooled loss that a promotion must rule out */
#define LOSS_TO_SEE 0.05 /* what the power statement speaks of */

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {"promoted", "held", "blocked"};

	return names[verdict];
}

static void count(const struct bench_results *old, const struct bench_results *new, int category,
	struct gate_category *out)
{
	memset(out, 0, sizeof(*out));
	assert(old->count == new->count);
	for (size_t i = 0; i < new->count; i++) {
		bool before = old->results[i].correct, after = new->results[i].correct;

		assert(!strcmp(old->results[i].item, new->results[i].item));
		if (category >= 0 && new->results[i].category != category)
			continue;
		out->items++;
		out->old_correct += before;
		out->new_correct += after;
		out->gained += after && !before;
		out->lost += before && !after;
	}
}

static double discordance_of(const struct gate_category *category)
{
	return category->items
		       ? (double)(category->gained + category->lost) / (double)category->items
		       : 0;
}

static void test(struct gate_category *category, double discordance, double alpha)
{
	category->p_loss = mcnemar_exact(category->lost, category->gained);
	category->p_gain = mcnemar_exact(category->gained, category->lost);
	category->p_adjusted = category->p_loss;
	category->gated = category->items >= BENCH_GATED;
	if (!category->items)
		return;
	paired_interval(category->items, category->gained, category->lost, NORMAL_95_TWO_SIDED,
		&category->low, &category->high);
	category->low *= 100;
	category->high *= 100;
	category->power = mcnemar_power(category->items, discordance, LOSS_TO_SEE, alpha);
}

static double points(const struct gate_category *category)
{
	return category->items ? 100 * ((double)category->gained - (double)category->lost) /
					 (double)category->items
			       : 0;
}

static void adjust(struct gate_report *report)
{
	double p[BENCH_CATEGORIES];
	size_t gated = 0;

	for (int i = 0; i < BENCH_CATEGORIES; i++)
		if (report->categories[i].gated)
			p[gated++] = report->categories[i].p_loss;
	holm_adjust(p, gated);
	gated = 0;
	for (int i = 0; i < BENCH_CATEGORIES; i++)
		if (report->categories[i].gated)
			report->categories[i].p_adjusted = p[gated++];
}

static bool blocked(struct gate_report *report, bool strict)
{
	const struct gate_category *pooled = &report->pooled;

	for (int i = 0; i < BENCH_CATEGORIES; i++) {
		const struct gate_category *category = &report->categories[i];

		if (!category->gated || category->p_loss >= ALPHA_CATEGORY)
			continue;
		snprintf(report->reason, sizeof(report->reason),
			"%s fell by %.1f points (%zu of %zu items lost, %zu gained; p = %.2g, the "
			"bar "
			"is 0.05/9)",
			bench_category_name(i), -points(category), category->lost, category->items,
			category->gained, category->p_loss);
		return true;
	}
	if (pooled->p_loss < ALPHA) {
		snprintf(report->reason, sizeof(report->reason),
			"over all categories it fell by %.1f points (%zu of %zu items lost, %zu "
			"gained; p = %.2g)",
			-points(pooled), pooled->lost, pooled->items, pooled->gained,
			pooled->p_loss);
		return true;
	}
	for (int i = 0; strict && i < BENCH_CATEGORIES; i++)
		if (report->categories[i].gated && points(&report->categories[i]) < 0) {
			snprintf(report->reason, sizeof(report->reason),
				"%s fell by %.1f points and flywheel.strict blocks on any drop "
				"(which "
				"blocks two equal models nearly every time)",
				bench_category_name(i), -points(&report->categories[i]));
			return true;
		}
	return false;
}

/* What a verdict cannot see, said beside it. */
static void add_power(struct gate_report *report)
{
	size_t used = strlen(report->reason);
	const struct gate_category *weakest = NULL;

	for (int i = 0; i < BENCH_CATEGORIES; i++)
		if (report->categories[i].gated &&
			(!weakest || report->categories[i].items < weakest->items))
			weakest = &report->categories[i];
	if (weakest)
		snprintf(report->reason + used, sizeof(report->reason) - used,
			"; at %zu items a 5-point loss in one category would be seen %.0f %% of "
			"the "
			"time",
			weakest->items, 100 * weakest->power);
	else
		snprintf(report->reason + used, sizeof(report->reason) - used,
			"; no category has the %d items that a gate of its own needs", BENCH_GATED);
}

/* Why a loss of two points is not ruled out, and how many items would rule it out. */
static void say_bound(
	struct gate_report *report, const struct gate_category *pooled, const char *against)
{
	double discordance = fmax(discordance_of(pooled), 1.0 / (double)pooled->items);
	size_t needed = paired_items_needed(discordance, points(pooled) / 100, LOSS_LIMIT);

	if (needed > pooled->items)
		snprintf(report->reason, sizeof(report->reason),
			"a loss of 2 points against %s is not ruled out (%+.1f points over %zu "
			"items): "
			"about %zu more items are needed",
			against, points(pooled), pooled->items, needed - pooled->items);
	else
		snprintf(report->reason, sizeof(report->reason),
			"it is %.1f points behind %s over %zu items: more items would not change "
			"that, "
			"a better candidate would",
			-points(pooled), against, pooled->items);
}

static void say_newer(struct gate_report *report, const struct gate_options *options)
{
	size_t missing = options->min_new - options->newer;
	char commits[64] = "";

	if (options->kept_per_commit > 0)
		snprintf(commits, sizeof(commits), " (about %.0f more commits)",
			ceil((double)missing / options->kept_per_commit));
	snprintf(report->reason, sizeof(report->reason),
		"%+.1f points is no significant gain (p = %.2g), and only %zu of the %zu newer "
		"examples that a promotion without one needs are there: %zu more%s",
		points(&report->pooled), report->pooled.p_gain, options->newer, options->min_new,
		missing, commits);
}

static void weigh(struct gate_report *report, const struct gate_options *options)
{
	const struct gate_category *pooled = &report->pooled;
	bool gain = pooled->p_gain < ALPHA;

	report->verdict = GATE_HELD;
	if (!pooled->items) {
		snprintf(report->reason, sizeof(report->reason),
			"the benchmark has no items: there is nothing to judge by");
		return;
	}
	if (report->loss_bound >= 100 * LOSS_LIMIT) {
		say_bound(report, pooled, "the model in force");
	} else if (!gain && points(pooled) < 0) {
		snprintf(report->reason, sizeof(report->reason),
			"it is %.1f points behind the model in force: no proven loss, and no gain",
			-points(pooled));
	} else if (!gain && options->newer < options->min_new) {
		say_newer(report, options);
	} else if (report->anchor_bound >= 100 * LOSS_LIMIT) {
		snprintf(report->reason, sizeof(report->reason),
			"against the best model ever a loss of up to %.1f points is not ruled out "
			"(2 is "
			"the limit): small losses must not add up",
			report->anchor_bound);
	} else {
		report->verdict = GATE_PROMOTED;
		snprintf(report->reason, sizeof(report->reason),
			gain ? "a significant gain of %.1f points (p = %.2g) over %zu items"
			     : "no loss (%+.1f points, p of a gain %.2g) over %zu items, with "
			       "newer "
			       "examples behind it",
			points(pooled), pooled->p_gain, pooled->items);
	}
	add_power(report);
}

void gate_decide(const struct bench_results *old, const struct bench_results *new,
	const struct gate_options *options, struct gate_report *out)
{
	struct gate_category anchor;
	double discordance;

	memset(out, 0, sizeof(*out));
	count(old, new, -1, &out->pooled);
	discordance = fmax(discordance_of(&out->pooled), LOSS_TO_SEE);
	test(&out->pooled, discordance, ALPHA);
	for (int i = 0; i < BENCH_CATEGORIES; i++) {
		count(old, new, i, &out->categories[i]);
		test(&out->categories[i], discordance, ALPHA_CATEGORY);
	}
	adjust(out);
	out->loss_bound =
		100 * paired_loss_bound(out->pooled.items, out->pooled.gained, out->pooled.lost);
	if (options->anchor) {
		count(options->anchor, new, -1, &anchor);
		out->anchor_bound =
			100 * paired_loss_bound(anchor.items, anchor.gained, anchor.lost);
	}
	if (blocked(out, options->strict))
		out->verdict = GATE_BLOCKED;
	else
		weigh(out, options);
}
