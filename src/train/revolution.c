/* A revolution's stages from the index to the dataset, and the way from one to the next. */
#include "flywheel/revolution.h"
#include "train/internal.h"

#include "flywheel/config.h"
#include "flywheel/curate.h"
#include "flywheel/conversation.h"
#include "flywheel/conversation_link.h"
#include "flywheel/decision.h"
#include "flywheel/example.h"
#include "flywheel/graph.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/strings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define GIVEN "given-" /* a candidate that came from elsewhere: nothing to train */

static const char *const names[] = {"index", "harvest", "decisions", "suite", "examples", "dataset",
	"upload", "train", "deploy", "benchmark", "gate", "promote", "done"};

const char *stage_name(enum stage stage)
{
	return names[stage];
}

int stage_find(const char *name)
{
	for (int i = 0; i <= STAGE_DONE; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

void revolution_release(struct revolution *revolution)
{
	if (!revolution)
		return;
	run_release(&revolution->row);
	if (revolution->have_suite)
		bench_suite_release(&revolution->suite);
	js_free(revolution->report);
	buf_release(&revolution->said);
	memset(revolution, 0, sizeof(*revolution));
}

int revolution_suite(struct revolution *revolution)
{
	int rc;

	if (revolution->have_suite)
		return 0;
	rc = bench_suite_build(revolution->session, &revolution->split, &revolution->suite);
	if (rc)
		return rc;
	revolution->have_suite = true;
	if (*revolution->row.suite && strcmp(revolution->row.suite, revolution->suite.digest))
		return fail(E_STOPPED, "the benchmark is not the one that the run began with");
	return 0;
}

static int index_stage(struct revolution *revolution)
{
	struct graph *graph = NULL;
	int rc = graph_catch_up(revolution->session);

	if (!rc)
		rc = graph_open(revolution->session, &revolution->split.head_tree, &graph);
	if (rc)
		return rc;
	buf_addf(&revolution->said, "%u files, %u symbols, %u edges", graph->file_count,
		graph->symbol_count, graph->edge_count);
	js_set_number(revolution->report, "files", graph->file_count);
	js_set_number(revolution->report, "symbols", graph->symbol_count);
	js_set_number(revolution->report, "edges", graph->edge_count);
	graph_free(graph);
	return 0;
}

/* What the loop is for: how much of what assistants wrote people had to correct. */
static int report_correction(struct revolution *revolution)
{
	struct survival_report lines;
	int rc = conversation_link(revolution->session);

	if (!rc)
		rc = survival_report(revolution->session, &lines);
	if (rc)
		return rc;
	if (survival_correction(&lines.all) >= 0)
		js_set_real(revolution->report, "correction", survival_correction(&lines.all));
	survival_report_release(&lines);
	return 0;
}

static int harvest_stage(struct revolution *revolution)
{
	struct harvest_report report = {0};
	int rc = conversation_harvest(revolution->session, NULL, &report);

	if (!rc)
		rc = report_correction(revolution);
	if (!rc)
		buf_addf(&revolution->said, "%zu new turns, %zu secrets or personal data replaced",
			report.turns, report.findings);
	return rc;
}

static int decisions_stage(struct revolution *revolution)
{
	size_t before = 0, all = 0;
	int rc = decision_count(revolution->session, &before);

	if (!rc)
		rc = decision_mine(revolution->session, NULL);
	if (!rc)
		rc = decision_count(revolution->session, &all);
	if (rc)
		return rc;
	/* A decision that stands in several places is found as often, and counted once. */
	buf_addf(&revolution->said, "%zu new, %zu in all", all > before ? all - before : 0, all);
	js_set_number(revolution->report, "decisions", (int64_t)all);
	return 0;
}

static int suite_stage(struct revolution *revolution)
{
	size_t gated = 0;
	int rc;

	run_set(&revolution->row.suite, "");
	rc = revolution_suite(revolution);
	if (rc)
		return rc;
	for (int i = 0; i < BENCH_CATEGORIES; i++)
		gated += revolution->suite.per_category[i] >= BENCH_GATED;
	run_set(&revolution->row.suite, revolution->suite.digest);
	js_set_text(revolution->report, "suite", revolution->suite.digest);
	js_set_number(revolution->report, "items", (int64_t)revolution->suite.count);
	buf_addf(&revolution->said, "%zu items (%.12s), %zu of %d categories gated",
		revolution->suite.count, revolution->suite.digest, gated, BENCH_CATEGORIES);
	return 0;
}

static int examples_stage(struct revolution *revolution)
{
	size_t raw = 0;
	int rc = example_generate(revolution->session, &revolution->split, &raw);

	if (rc)
		return rc;
	revolution->row.raw = (int64_t)raw;
	js_set_number(revolution->report, "raw", (int64_t)raw);
	buf_addf(&revolution->said, "%zu raw", raw);
	return 0;
}

static int dataset_stage(struct revolution *revolution)
{
	struct dataset dataset = {0};
	struct js *rejected;
	int rc = revolution_suite(revolution);

	if (!rc)
		rc = curate_run(
			revolution->session, &revolution->split, &revolution->suite, &dataset);
	if (rc)
		return rc;
	revolution->row.raw = (int64_t)dataset.funnel.raw;
	revolution->row.kept = (int64_t)dataset.funnel.kept;
	run_set(&revolution->row.dataset, dataset.sha256);
	js_set_number(revolution->report, "raw", (int64_t)dataset.funnel.raw);
	js_set_number(revolution->report, "kept", (int64_t)dataset.funnel.kept);
	rejected = js_object();
	for (size_t i = 0; i < dataset.funnel.reason_count; i++)
		js_set_number(rejected, dataset.funnel.reasons[i].filter,
			(int64_t)dataset.funnel.reasons[i].rejected);
	js_set(revolution->report, "rejected", rejected);
	js_set_text(revolution->report, "dataset", dataset.sha256);
	buf_addf(&revolution->said, "%zu kept, %.1f %% rejected (%.12s)", dataset.funnel.kept,
		dataset.funnel.raw ? 100.0 * (double)(dataset.funnel.raw - dataset.funnel.kept) /
					     (double)dataset.funnel.raw
				   : 0.0,
		dataset.sha256);
	dataset_release(&dataset);
	return 0;
}

int revolution_take(
	struct revolution *revolution, const struct train_artifact *artifact, int64_t seed)
{
	struct model_row row = {.id = (char *)(uintptr_t)artifact->id,
		.trainer = (char *)(uintptr_t)artifact->trainer,
		.base = artifact->base,
		.file = artifact->file,
		.sha256 = (char *)(uintptr_t)artifact->sha256,
		.dataset = revolution->row.dataset,
		.uri = artifact->uri,
		.seed = seed};

	memcpy(row.trained_on, revolution->split.cutoff.raw, RUN_OID);
	run_set(&revolution->row.model, artifact->id);
	buf_addf(&revolution->said, "%s", artifact->id);
	return model_row_put(revolution->session->store, &row);
}

int revolution_stage(struct revolution *revolution, enum stage stage)
{
	static int (*const stages[])(struct revolution *) = {index_stage, harvest_stage,
		decisions_stage, suite_stage, examples_stage, dataset_stage, upload_stage,
		train_stage, deploy_stage};
	int rc;

	assert(stage <= STAGE_DEPLOY);
	buf_clear(&revolution->said);
	if (stage >= STAGE_EXAMPLES && starts_with(revolution->row.model, GIVEN)) {
		buf_addf(&revolution->said, "not needed: %s is given", revolution->row.model);
		return 0;
	}
	rc = stages[stage](revolution);
	return rc && rc != E_LATER ? fail_context(rc, "%s", stage_name(stage)) : rc;
}

enum stage revolution_after(const struct revolution *revolution, enum stage stage)
{
	const struct trainer *trainer = trainer_find(revolution->row.trainer);
	bool remote = trainer && trainer->remote && !starts_with(revolution->row.model, GIVEN);

	if (!remote && (stage == STAGE_DATASET || stage == STAGE_TRAIN))
		stage++;
	return stage + 1;
}
