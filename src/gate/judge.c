/* The stages that judge: benchmark every arm on the frozen suite, then let the gate decide. */
#include "gate/judge.h"

#include "flywheel/config.h"
#include "flywheel/curate.h"
#include "flywheel/model.h"
#include "flywheel/store.h"
#include "gate/internal.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/map.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODE "likelihood"

static int open_model(struct session *session, const char *id, struct model **out)
{
	struct model_row row;
	char *path;
	int rc;

	if (!strcmp(id, GENERIC))
		return model_open_generic(out);
	rc = model_row_get(session->store, id, &row);
	if (rc)
		return rc;
	path = path_join(store_folder(session->store), row.file);
	rc = model_open(path, out);
	free(path);
	model_row_release(&row);
	return rc;
}

/* One arm; models are opened one at a time, so that memory holds one. */
static int answer(struct revolution *revolution, const char *id, struct bench_results *out)
{
	struct model *model = NULL;
	struct bench_arm arm;
	int rc = open_model(revolution->session, id, &model);

	if (rc && strcmp(id, GENERIC) && strcmp(id, revolution->row.model))
		return fail_context(rc,
			"%s is named by refs/flywheel/log, so the gate must ask it: bring its "
			"artifact here, or roll back to a model that is",
			id);
	if (rc)
		return rc;
	arm = bench_house_arm(id, model);
	rc = bench_run(revolution->session, &revolution->suite, &arm, out);
	model_free(model);
	return rc;
}

static size_t correct(const struct bench_results *results, int category)
{
	size_t count = 0;

	for (size_t i = 0; i < results->count; i++)
		count += results->results[i].correct &&
			 (category < 0 || results->results[i].category == category);
	return count;
}

void arms_release(struct arms *arms)
{
	bench_results_release(&arms->base);
	bench_results_release(&arms->old);
	bench_results_release(&arms->new);
	bench_results_release(&arms->anchor);
	memset(arms, 0, sizeof(*arms));
}

static int copy_results(const struct bench_results *from, struct bench_results *to)
{
	to->count = from->count;
	to->results = xcalloc(from->count + 1, sizeof(*to->results));
	if (from->count)
		memcpy(to->results, from->results, from->count * sizeof(*to->results));
	return 0;
}

/* Fills what is missing. Answers that an earlier process gave are read, not asked again. */
static int run_arms(struct revolution *revolution, struct arms *arms, const char *production,
	const char *anchor)
{
	bool has_anchor =
		*anchor && strcmp(anchor, production) && strcmp(anchor, revolution->row.model);
	int rc = revolution_suite(revolution);

	arms_release(arms);
	if (!rc)
		rc = answer(revolution, GENERIC, &arms->base);
	if (!rc)
		rc = strcmp(production, GENERIC) ? answer(revolution, production, &arms->old)
						 : copy_results(&arms->base, &arms->old);
	if (!rc)
		rc = answer(revolution, revolution->row.model, &arms->new);
	if (!rc && has_anchor)
		rc = answer(revolution, anchor, &arms->anchor);
	arms->has_anchor = has_anchor;
	arms->ready = !rc;
	return rc;
}

static double percent(const struct bench_results *results)
{
	return results->count ? 100.0 * (double)correct(results, -1) / (double)results->count : 0;
}

int benchmark_stage(struct revolution *revolution, struct arms *arms)
{
	struct production production;
	const char *serving;
	int rc = gate_production(revolution->session, &production);

	if (rc)
		return rc;
	serving = *production.model ? production.model : GENERIC;
	rc = run_arms(revolution, arms, serving, production.anchor);
	if (!rc) {
		js_set_text(revolution->report, "mode", MODE);
		js_set_text(revolution->report, "candidate", revolution->row.model);
		js_set_text(revolution->report, "production", serving);
		js_set_text(revolution->report, "anchor", production.anchor);
		buf_addf(&revolution->said,
			"%zu items: base %.1f %%, production %.1f %%, candidate "
			"%.1f %%",
			arms->new.count, percent(&arms->base), percent(&arms->old),
			percent(&arms->new));
	}
	production_release(&production);
	return rc;
}

struct id_state {
	struct map *ids;
	size_t newer;
};

static int add_id(
	const char *id, const char *kind, const char *prompt, const char *text, void *payload)
{
	struct id_state *state = payload;

	(void)kind, (void)prompt, (void)text;
	map_put_str(state->ids, id, NULL);
	return 0;
}

static int count_newer(
	const char *id, const char *kind, const char *prompt, const char *text, void *payload)
{
	struct id_state *state = payload;

	(void)kind, (void)prompt, (void)text;
	state->newer += !map_get_str(state->ids, id);
	return 0;
}

/*
 * Kept examples that the model in force has not seen. Where that cannot be known (a model from
 * elsewhere, a dataset that is gone) nothing counts as newer: then only a gain promotes.
 */
static int newer_examples(struct revolution *revolution, const char *production, size_t *newer)
{
	struct session *session = revolution->session;
	struct map ids = MAP_INIT;
	struct id_state state = {.ids = &ids};
	struct model_row row = {0};
	int rc = 0;

	*newer = 0;
	if (!*revolution->row.dataset)
		return 0;
	if (strcmp(production, GENERIC)) {
		rc = model_row_get(session->store, production, &row);
		if (!rc && !*row.dataset)
			goto out;
		if (!rc)
			rc = dataset_each(session, row.dataset, add_id, &state);
		if (rc == E_NOTFOUND) {
			rc = 0;
			goto out;
		}
	}
	if (!rc)
		rc = dataset_each(session, revolution->row.dataset, count_newer, &state);
	*newer = state.newer;
out:
	model_row_release(&row);
	map_release(&ids);
	return rc;
}

static struct js *category_row(const char *name, const struct gate_category *category, size_t base)
{
	struct js *row = js_object();
	double items = category->items ? (double)category->items : 1;

	js_set_text(row, "name", name);
	js_set_number(row, "items", (int64_t)category->items);
	js_set_number(row, "base", (int64_t)base);
	js_set_number(row, "production", (int64_t)category->old_correct);
	js_set_number(row, "candidate", (int64_t)category->new_correct);
	js_set_number(row, "gained", (int64_t)category->gained);
	js_set_number(row, "lost", (int64_t)category->lost);
	js_set_real(row, "difference",
		100 * ((double)category->gained - (double)category->lost) / items);
	js_set_real(row, "low", category->low);
	js_set_real(row, "high", category->high);
	js_set_real(row, "p_loss", category->p_loss);
	js_set_real(row, "p_loss_holm", category->p_adjusted);
	js_set_real(row, "p_gain", category->p_gain);
	js_set_real(row, "power", category->power);
	js_set_bool(row, "gated", category->gated);
	return row;
}

static void report_gate(
	struct revolution *revolution, const struct arms *arms, const struct gate_report *gate)
{
	struct js *rows = js_array();

	for (int i = 0; i < BENCH_CATEGORIES; i++)
		js_add(rows, category_row(bench_category_name(i), &gate->categories[i],
				     correct(&arms->base, i)));
	js_set(revolution->report, "categories", rows);
	js_set(revolution->report, "pooled",
		category_row("all", &gate->pooled, correct(&arms->base, -1)));
	js_set_real(revolution->report, "loss_bound", gate->loss_bound);
	if (arms->has_anchor)
		js_set_real(revolution->report, "anchor_bound", gate->anchor_bound);
	js_set_bool(revolution->report, "best",
		!arms->has_anchor || correct(&arms->new, -1) >= correct(&arms->anchor, -1));
}

/* Two candidates that no statistics need to judge. */
static int special_case(struct revolution *revolution, struct gate_report *gate)
{
	const char *candidate = revolution->row.model;
	const struct promoted *known;
	struct log_state log;
	int rc = log_load(revolution->session, &log);

	if (rc)
		return rc;
	known = log_by_model(&log, candidate);
	if (!strcmp(log.production, candidate)) {
		gate->verdict = GATE_HELD;
		snprintf(gate->reason, sizeof(gate->reason),
			"the candidate is the model in force, byte for byte: nothing that training "
			"reads has changed");
	} else if (known && gate->verdict == GATE_PROMOTED) {
		gate->verdict = GATE_HELD;
		snprintf(gate->reason, sizeof(gate->reason),
			"this very model was promoted as %s and rolled back since: `git flywheel "
			"rollback %s` brings it back",
			known->tag, known->tag);
	}
	log_release(&log);
	return 0;
}

int gate_stage(struct revolution *revolution, struct arms *arms)
{
	const struct config *config = revolution->session->config;
	const struct split *split = &revolution->split;
	size_t trained = split->commits - split->held_out;
	const char *production = js_get_text(revolution->report, "production");
	const char *anchor = js_get_text(revolution->report, "anchor");
	struct gate_options options = {.strict = config_bool(config, "strict"),
		.min_new = (size_t)config_number(config, "minNew")};
	struct gate_report gate;
	int rc = 0;

	if (!arms->ready)
		rc = run_arms(revolution, arms, production, anchor);
	if (!rc)
		rc = newer_examples(revolution, production, &options.newer);
	if (rc)
		return rc;
	if (revolution->row.kept > 0 && trained)
		options.kept_per_commit = (double)revolution->row.kept / (double)trained;
	options.anchor = arms->has_anchor ? &arms->anchor : NULL;
	gate_decide(&arms->old, &arms->new, &options, &gate);
	rc = special_case(revolution, &gate);
	if (rc)
		return rc;
	report_gate(revolution, arms, &gate);
	js_set_number(revolution->report, "newer", (int64_t)options.newer);
	js_set_text(revolution->report, "verdict", verdict_name(gate.verdict));
	js_set_text(revolution->report, "reason", gate.reason);
	run_set(&revolution->row.verdict, verdict_name(gate.verdict));
	run_set(&revolution->row.reason, gate.reason);
	buf_addstr(&revolution->said, verdict_name(gate.verdict));
	return 0;
}
