/* The stages that judge: benchmark every arm on the frozen suite, then let the gate decide. */
#include "gate/judge.h"

#include "flywheel/config.h"
#include "flywheel/curate.h"
#include "flywheel/deploy.h"
#include "flywheel/model.h"
#include "flywheel/queue.h"
#include "flywheel/served.h"
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

#define LIKELIHOOD "likelihood" /* how an embedded model is asked */

static int ask_embedded(struct revolution *revolution, const char *name,
	const struct model_row *row, struct bench_results *out)
{
	struct model *model = NULL;
	struct bench_arm arm;
	char *path;
	int rc;

	if (row) {
		path = path_join(store_folder(revolution->session->store), row->file);
		rc = model_open(path, &model);
		free(path);
	} else {
		rc = model_open_generic(&model);
	}
	if (rc)
		return rc;
	arm = bench_house_arm(name, model);
	rc = bench_run(revolution->session, &revolution->suite, &arm, out);
	model_free(model);
	return rc;
}

/* `row` NULL: the base model on the same server. */
static int ask_served(struct revolution *revolution, const char *name, const struct model_row *row,
	const char **mode, struct bench_results *out)
{
	struct server server = {0};
	struct served served = {0};
	struct bench_arm arm;
	int rc = server_of(revolution->session, row, &server);

	if (!rc)
		rc = served_open(server.url, server.model, server.token, &served);
	if (!rc) {
		*mode = served.mode;
		arm = served_arm(name, &served);
		rc = bench_run(revolution->session, &revolution->suite, &arm, out);
	}
	if (!rc && !strcmp(name, revolution->row.model))
		js_set_number(revolution->report, "unanswered", (int64_t)served.unanswered);
	served_release(&served);
	server_release(&server);
	return rc;
}

/* One arm; models are opened one at a time, so that memory holds one. */
static int answer(
	struct revolution *revolution, const char *id, const char **mode, struct bench_results *out)
{
	struct model_row row = {0};
	int rc = 0;

	*mode = LIKELIHOOD;
	if (!strcmp(id, GENERIC))
		return ask_embedded(revolution, id, NULL, out);
	if (starts_with(id, BASE))
		return ask_served(revolution, id, NULL, mode, out);
	rc = model_row_get(revolution->session->store, id, &row);
	if (!rc && *row.uri)
		rc = ask_served(revolution, id, &row, mode, out);
	else if (!rc)
		rc = ask_embedded(revolution, id, &row, out);
	model_row_release(&row);
	if (rc && !queue_transient(rc) && strcmp(id, revolution->row.model))
		rc = fail_context(rc,
			"%s is named by refs/flywheel/log, so the gate must ask it: bring its "
			"artifact here, or roll back to a model that is",
			id);
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

/* What a candidate must beat before it has any rival: what it was trained from. Caller frees. */
static int base_of(struct revolution *revolution, char **out)
{
	struct model_row row = {0};
	int rc = model_row_get(revolution->session->store, revolution->row.model, &row);

	*out = NULL;
	if (!rc && *row.uri)
		*out = xstrfmt(BASE "%s", config_text(revolution->session->config, "server.base"));
	else if (!rc)
		*out = xstrdup(GENERIC);
	model_row_release(&row);
	return rc;
}

/*
 * What the candidate is compared with. A model that can only be asked in another way than the
 * candidate cannot be compared with it: then the base stands in, and the verdict can at best be
 * held.
 */
static int ask_rival(struct revolution *revolution, struct arms *arms, const char *production)
{
	const char *mode = arms->mode;
	int rc = 0;

	if (!strcmp(production, GENERIC))
		return copy_results(&arms->base, &arms->old);
	rc = answer(revolution, production, &mode, &arms->old);
	if (rc || !strcmp(mode, arms->mode))
		return rc;
	arms->incomparable = true;
	bench_results_release(&arms->old);
	return copy_results(&arms->base, &arms->old);
}

static int ask_anchor(struct revolution *revolution, struct arms *arms, const char *anchor)
{
	const char *mode = arms->mode;
	int rc = answer(revolution, anchor, &mode, &arms->anchor);

	arms->has_anchor = !rc && !strcmp(mode, arms->mode);
	return rc;
}

/* Fills what is missing. Answers that an earlier process gave are read, not asked again. */
static int run_arms(struct revolution *revolution, struct arms *arms, const char *production,
	const char *anchor)
{
	const char *base_mode = NULL;
	char *base = NULL;
	int rc = revolution_suite(revolution);

	arms_release(arms);
	if (!rc)
		rc = base_of(revolution, &base);
	if (!rc)
		rc = answer(revolution, revolution->row.model, &arms->mode, &arms->new);
	if (!rc)
		rc = answer(revolution, base, &base_mode, &arms->base);
	if (!rc && strcmp(base_mode, arms->mode))
		rc = fail(E_INVALID,
			"the server answers for the base by %s and for the candidate by %s",
			base_mode, arms->mode);
	if (!rc)
		rc = ask_rival(revolution, arms, production);
	if (!rc && *anchor && strcmp(anchor, production) && strcmp(anchor, revolution->row.model))
		rc = ask_anchor(revolution, arms, anchor);
	free(base);
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
		js_set_text(revolution->report, "mode", arms->mode);
		js_set_bool(revolution->report, "comparable", !arms->incomparable);
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

int judge_newer(struct revolution *revolution, size_t *newer)
{
	struct production production;
	int rc = gate_production(revolution->session, &production);

	*newer = 0;
	if (!rc)
		rc = newer_examples(
			revolution, *production.model ? production.model : GENERIC, newer);
	production_release(&production);
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

/* Candidates that no statistics need to judge. */
static int special_case(
	struct revolution *revolution, const struct arms *arms, struct gate_report *gate)
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
	if (arms->incomparable && gate->verdict == GATE_PROMOTED) {
		gate->verdict = GATE_HELD;
		snprintf(gate->reason, sizeof(gate->reason),
			"better than its base, but %s in force cannot be asked by %s: let a server "
			"that gives log-probabilities answer, or `git flywheel promote --by-hand`",
			log.production, arms->mode);
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
	rc = special_case(revolution, arms, &gate);
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
