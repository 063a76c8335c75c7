/*
 * The wheel's motion: a run's stages one after the other, each recorded when done. What may work
 * later leaves the run where it is, with an appointment; what will not ends it with the reason.
 */
#include "gate/turn.h"

#include "flywheel/config.h"
#include "flywheel/queue.h"
#include "flywheel/store.h"
#include "gate/internal.h"
#include "gate/judge.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REWINDS 3 /* how often production may move under a run */

/*
 * A test aid: FLYWHEEL_STOP_IN=<stage> kills the process when the stage's work is done and not yet
 * recorded, FLYWHEEL_STOP_AFTER=<stage> when it is recorded. It can only stop a run.
 */
static void stop_for_test(const char *variable, enum stage stage)
{
	const char *value = getenv(variable);

	if (value && !strcmp(value, stage_name(stage)))
		raise(SIGKILL);
}

static char *run_name(const struct run_row *row)
{
	char hex[OID_HEX + 1];
	struct oid head;

	memcpy(head.raw, row->head, OID_RAW);
	oid_hex(&head, hex);
	return xstrfmt("%lld-%.12s", (long long)row->id, hex);
}

/* E_STOPPED: production moved since the benchmark ran, so that must run again. */
static int promote_stage(struct revolution *revolution, char **tag)
{
	struct run_row *row = &revolution->row;
	char *run = run_name(row);
	struct buf report = BUF_INIT;
	struct promotion promotion = {.model = row->model,
		.run = run,
		.suite = row->suite,
		.mode = js_get_text(revolution->report, "mode"),
		.against = js_get_text(revolution->report, "production"),
		.reason = row->reason,
		.verdict = row->verdict,
		.best = js_get_bool(revolution->report, "best", false)};
	int rc;

	js_set_text(revolution->report, "run", run);
	js_write_pretty(revolution->report, &report);
	buf_addch(&report, '\n');
	promotion.report = report.ptr;
	if (!strcmp(row->verdict, "promoted")) {
		rc = gate_promote(revolution->session, &promotion, tag);
		if (!rc)
			buf_addf(&revolution->said, "%s", *tag);
	} else {
		rc = gate_record(revolution->session, &promotion);
		if (!rc)
			buf_addf(&revolution->said, "nothing: %s, recorded on refs/flywheel/log",
				row->verdict);
	}
	buf_release(&report);
	free(run);
	return rc;
}

static int do_stage(struct revolution *revolution, enum stage stage, struct arms *arms, char **tag)
{
	if (stage <= STAGE_DEPLOY)
		return revolution_stage(revolution, stage);
	buf_clear(&revolution->said);
	if (stage == STAGE_BENCHMARK)
		return benchmark_stage(revolution, arms);
	return stage == STAGE_GATE ? gate_stage(revolution, arms) : promote_stage(revolution, tag);
}

static int record(struct revolution *revolution, enum stage next)
{
	struct buf report = BUF_INIT;
	int rc;

	js_write(revolution->report, &report);
	run_set(&revolution->row.report, report.ptr);
	run_set(&revolution->row.stage, stage_name(next));
	run_set(&revolution->row.error, "");
	revolution->row.next_at = revolution->row.attempts = 0;
	if (next == STAGE_DONE) {
		revolution->row.finished = clock_now();
		run_set(&revolution->row.state, "done");
	}
	rc = run_save(revolution->session->store, &revolution->row);
	buf_release(&report);
	return rc;
}

/* The stage to go back to when what a stage stands on has moved; -1: a plain failure. */
static int rewind_to(const struct revolution *revolution, enum stage stage)
{
	if (stage == STAGE_PROMOTE)
		return STAGE_BENCHMARK;
	if (revolution->have_suite && *revolution->row.suite &&
		strcmp(revolution->row.suite, revolution->suite.digest))
		return STAGE_SUITE;
	return -1;
}

/* Ends the run: the verdict is the gate's, or "skipped" or "cancelled". */
static int finish(struct revolution *revolution, const char *verdict, const char *reason)
{
	run_set(&revolution->row.verdict, verdict);
	run_set(&revolution->row.reason, reason);
	buf_clear(&revolution->said);
	buf_addf(&revolution->said, "%s: %s", verdict, reason);
	return record(revolution, STAGE_DONE);
}

static int end_if_cancelled(struct revolution *revolution, bool *ended)
{
	int rc = run_cancel_asked(revolution->session->store, revolution->row.id, ended);

	if (rc || !*ended)
		return rc;
	rc = revolution_stop(revolution);
	return rc ? rc : finish(revolution, "cancelled", "cancelled by a person");
}

/* Nobody asked for this run in person: it must have something new to learn from. */
static int end_if_too_little(struct revolution *revolution, bool *ended)
{
	const struct config *config = revolution->session->config;
	size_t want = (size_t)config_number(config, "trainAfter"), newer = 0;
	char *reason;
	int rc;

	*ended = false;
	if (!strcmp(revolution->row.origin, "person"))
		return 0;
	rc = judge_newer(revolution, &newer);
	if (rc || newer >= want)
		return rc;
	*ended = true;
	reason = xstrfmt("%zu new kept example%s since the model in force, training waits for "
			 "%zu (flywheel.trainAfter)",
		newer, newer == 1 ? "" : "s", want);
	rc = finish(revolution, "skipped", reason);
	free(reason);
	return rc;
}

/* Does one stage and records it; `stage` becomes the next. */
static int step(struct revolution *revolution, const struct cycle_options *options,
	struct arms *arms, int *stage, int *rewinds, char **tag)
{
	double begun = clock_monotonic();
	int done = *stage, next;
	int rc = interrupted() ? fail(E_STOPPED, "stopped: run again to go on")
			       : do_stage(revolution, (enum stage)done, arms, tag);

	next = (int)revolution_after(revolution, (enum stage)done);
	if (rc == E_STOPPED && !interrupted() && (*rewinds)++ < MAX_REWINDS &&
		rewind_to(revolution, (enum stage)done) >= 0) {
		next = rewind_to(revolution, (enum stage)done);
		buf_clear(&revolution->said);
		buf_addf(&revolution->said, "%s; back to %s", error_message(),
			stage_name((enum stage)next));
		arms_release(arms);
		rc = 0;
	}
	if (rc)
		return rc;
	stop_for_test("FLYWHEEL_STOP_IN", (enum stage)done);
	rc = record(revolution, (enum stage)next);
	if (!rc && options->fn)
		options->fn(stage_name((enum stage)done), revolution->said.ptr,
			clock_monotonic() - begun, options->payload);
	stop_for_test("FLYWHEEL_STOP_AFTER", (enum stage)done);
	*stage = next;
	return rc;
}

/* Keeps what went wrong in the row. The error stays the caller's. */
static int record_failure(struct revolution *revolution, int error)
{
	struct run_row *row = &revolution->row;
	char *why = xstrdup(error_message());

	if (error == E_LATER) {
		row->attempts = 0;
		run_set(&row->error, "");
	} else if (queue_transient(error)) {
		row->attempts++;
		row->next_at = clock_now() + queue_backoff(row->attempts, (uint64_t)row->id);
		run_set(&row->error, why);
	} else {
		run_set(&row->state, "failed");
		run_set(&row->error, why);
		row->finished = clock_now();
	}
	run_save(revolution->session->store, row);
	error = fail(error, "%s", why);
	free(why);
	return error;
}

int turn(struct revolution *revolution, const struct cycle_options *options, char **tag)
{
	int stage = stage_find(revolution->row.stage), rewinds = 0, rc = 0;
	struct arms arms = {0};
	bool ended = false;

	if (stage < 0)
		rc = fail(E_INVALID, "run %lld stands at an unknown stage '%s'",
			(long long)revolution->row.id, revolution->row.stage);
	while (!rc && !ended && stage < STAGE_DONE) {
		rc = end_if_cancelled(revolution, &ended);
		if (!rc && !ended && stage == (int)revolution_after(revolution, STAGE_DATASET))
			rc = end_if_too_little(revolution, &ended);
		if (!rc && !ended)
			rc = step(revolution, options, &arms, &stage, &rewinds, tag);
	}
	arms_release(&arms);
	if (rc)
		return record_failure(revolution, rc);
	return gate_prune(revolution->session, false, options->pruned, options->payload);
}
