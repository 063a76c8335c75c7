/* Asks an arm what it has not been asked, keeps every answer, adds up the scores. */
#include "flywheel/bench.h"

#include "flywheel/model.h"
#include "flywheel/store.h"
#include "flywheel/store_bench.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/map.h"
#include "util/memory.h"
#include "util/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAME_SCORE 1e-9 /* bits per token: closer than this is rounding */
#define BATCH 64        /* answers per transaction, and */
#define BATCH_SECONDS 2 /* how old the first of them may get: what a kill can cost */

/*
 * The highest score is the answer. Choices that an arm cannot tell apart (names that a model never
 * saw are all alike to it) are a guess: the first of them, in the item's own shuffled order.
 * Counting ties as wrong would put such an arm far below chance and make any other look good.
 */
static void grade(
	const struct bench_item *item, const double scores[BENCH_CHOICES], struct bench_result *out)
{
	double best_wrong = -INFINITY;
	int chosen = 0;

	for (int i = 0; i < BENCH_CHOICES; i++) {
		if (scores[i] > scores[chosen] + SAME_SCORE)
			chosen = i;
		if (i != item->answer && scores[i] > best_wrong)
			best_wrong = scores[i];
	}
	memcpy(out->item, item->id, sizeof(out->item));
	out->category = item->category;
	out->correct = chosen == item->answer;
	out->margin = scores[item->answer] - best_wrong;
	if (isnan(out->margin))
		out->margin = 0;
}

static int keep_known(const char *item, bool correct, double margin, void *payload)
{
	struct map *known = payload;
	struct bench_result *result = xcalloc(1, sizeof(*result));

	result->correct = correct;
	result->margin = margin;
	map_put_str(known, item, NULL)->value.ptr = result;
	return 0;
}

/* Answers that are not in the sidecar yet. */
struct unkept {
	size_t items[BATCH]; /* indices into the results */
	size_t count;
	double since; /* monotonic seconds */
};

static int ask(const struct bench_arm *arm, const struct bench_item *item, struct bench_result *out)
{
	double scores[BENCH_CHOICES] = {0};
	int rc = arm->answer(item, scores, arm->payload);

	if (rc < 0)
		return rc;
	grade(item, scores, out);
	if (rc == BENCH_NO_ANSWER) {
		out->correct = false;
		out->margin = -INFINITY;
	}
	return 0;
}

/* One short transaction: a served model may think for minutes, and others want to write too. */
static int keep(struct store *store, const struct bench_suite *suite, const struct bench_arm *arm,
	const struct bench_results *results, struct unkept *unkept)
{
	int rc = unkept->count ? store_begin(store) : 0;

	if (rc || !unkept->count)
		return rc;
	for (size_t i = 0; !rc && i < unkept->count; i++) {
		const struct bench_result *result = results->results + unkept->items[i];

		rc = store_answer_add(store, suite->digest, arm->mode, arm->name, result->item,
			bench_category_name(result->category), result->correct, result->margin);
	}
	unkept->count = 0;
	if (!rc)
		return store_commit(store);
	store_rollback(store);
	return rc;
}

static int run_items(struct store *store, const struct bench_suite *suite,
	const struct bench_arm *arm, const struct map *known, struct bench_results *out)
{
	struct progress *progress = progress_start("Answering", suite->count);
	struct unkept unkept = {.count = 0};
	int rc = 0, kept;

	for (size_t i = 0; !rc && i < suite->count; i++) {
		const struct bench_item *item = suite->items + i;
		struct bench_result *result = out->results + i;
		struct map_entry *entry = map_get_str(known, item->id);

		progress_set(progress, i);
		if (entry) {
			*result = *(struct bench_result *)entry->value.ptr;
			memcpy(result->item, item->id, sizeof(result->item));
			result->category = item->category;
			continue;
		}
		if (interrupted())
			rc = fail(E_STOPPED, "stopped; what was answered is kept");
		if (!rc && !unkept.count)
			unkept.since = clock_monotonic();
		if (!rc)
			rc = ask(arm, item, result);
		if (!rc)
			unkept.items[unkept.count++] = i;
		if (unkept.count == BATCH ||
			(unkept.count && clock_monotonic() - unkept.since > BATCH_SECONDS)) {
			kept = keep(store, suite, arm, out, &unkept);
			rc = rc ? rc : kept;
		}
	}
	/* An arm that failed or was stopped loses nothing that it had answered. */
	kept = keep(store, suite, arm, out, &unkept);
	out->count = suite->count;
	progress_finish(progress);
	return rc ? rc : kept;
}

int bench_run(struct session *session, const struct bench_suite *suite, const struct bench_arm *arm,
	struct bench_results *out)
{
	struct map known = MAP_INIT;
	int rc;

	out->results = xcalloc(suite->count + 1, sizeof(*out->results));
	out->count = 0;
	rc = store_answers_each(
		session->store, suite->digest, arm->mode, arm->name, keep_known, &known);
	if (!rc)
		rc = run_items(session->store, suite, arm, &known, out);
	for (size_t i = 0; i < known.count; i++)
		free(known.entries[i].value.ptr);
	map_release(&known);
	if (rc)
		bench_results_release(out);
	return rc;
}

void bench_results_release(struct bench_results *results)
{
	free(results->results);
	memset(results, 0, sizeof(*results));
}

/* Wilson 1927: stays inside 0..1 and is honest near the ends, where the plain interval is not. */
void wilson_interval(size_t correct, size_t items, double *low, double *high)
{
	const double z = 1.959963984540054;
	double n = (double)items, p = n > 0 ? (double)correct / n : 0;
	double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
	double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);

	*low = n > 0 ? fmax(0, centre - half) : 0;
	*high = n > 0 ? fmin(1, centre + half) : 1;
}

void bench_score(const struct bench_results *results, int category, struct bench_tally *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < results->count; i++)
		if (category < 0 || results->results[i].category == category) {
			out->items++;
			out->correct += results->results[i].correct;
			out->unanswered += results->results[i].margin == -INFINITY;
		}
	wilson_interval(out->correct, out->items, &out->low, &out->high);
}

static int house_answer(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload)
{
	struct model *model = payload;
	struct model_context *context =
		model_context_new(model, item->prompt, strlen(item->prompt));

	for (int i = 0; i < BENCH_CHOICES; i++) {
		const char *choice = item->choices[i];
		size_t len = strlen(choice), tokens = 0;
		double given = model_context_bits(context, choice, len, &tokens);
		double alone = item->variants ? 0 : model_bits(model, "", 0, choice, len, NULL);

		scores[i] = (alone - given) / (double)(tokens && !item->variants ? tokens : 1);
	}
	model_context_free(context);
	return 0;
}

struct bench_arm bench_house_arm(const char *name, struct model *model)
{
	return (struct bench_arm){name, "likelihood", house_answer, model};
}

/* The check on the suite itself: the choices without their prompt must be no help. */
static int blind_answer(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload)
{
	struct model *model = payload;

	for (int i = 0; i < BENCH_CHOICES; i++)
		scores[i] =
			-model_bits(model, "", 0, item->choices[i], strlen(item->choices[i]), NULL);
	return 0;
}

struct bench_arm bench_blind_arm(const char *name, struct model *model)
{
	return (struct bench_arm){name, "blind", blind_answer, model};
}
