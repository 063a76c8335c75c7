/* One revolution: the stages in order, each recorded when done, one runner at a time. */
#include "flywheel/cycle.h"
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
#include <unistd.h>

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

static int set_aside(struct session *session, struct run_row *row, const char *why)
{
	run_set(&row->state, "failed");
	run_set(&row->error, why);
	row->finished = clock_now();
	return run_save(session->store, row);
}

/*
 * Takes up the unfinished run where its head and cutoff are still what they were and the caller
 * wants that run; otherwise sets it aside. E_NOTFOUND: there is none to go on with.
 */
static int resume(struct revolution *revolution, bool wanted)
{
	struct session *session = revolution->session;
	struct oid head;
	int rc = run_last(session->store, "running", &revolution->row);

	if (rc)
		return rc;
	memcpy(head.raw, revolution->row.head, OID_RAW);
	if (!wanted) {
		rc = set_aside(session, &revolution->row, "given up for a new run");
	} else if (split_compute_at(session, &head, &revolution->split) ||
		   memcmp(revolution->split.cutoff.raw, revolution->row.cutoff, OID_RAW)) {
		rc = set_aside(session, &revolution->row,
			"its commit is gone, or flywheel.holdout changed");
	} else {
		revolution->row.attempts++;
		if (js_parse(revolution->row.report, strlen(revolution->row.report),
			    &revolution->report))
			revolution->report = js_object();
		return run_save(session->store, &revolution->row);
	}
	run_release(&revolution->row);
	return rc ? rc : E_NOTFOUND;
}

static int adopt(struct revolution *revolution, const char *path)
{
	struct train_artifact artifact;
	int rc = train_adopt(revolution->session, path, &artifact);

	if (rc)
		return rc;
	rc = revolution_take(revolution, &artifact, 0);
	train_artifact_release(&artifact);
	return rc;
}

static int begin(struct revolution *revolution, const char *candidate)
{
	char hex[OID_HEX + 1];
	int rc = 0;

	run_init(&revolution->row);
	memcpy(revolution->row.head, revolution->split.head.raw, OID_RAW);
	memcpy(revolution->row.cutoff, revolution->split.cutoff.raw, OID_RAW);
	run_set(&revolution->row.stage, stage_name(STAGE_INDEX));
	revolution->report = js_object();
	oid_hex(&revolution->split.head, hex);
	js_set_text(revolution->report, "head", hex);
	oid_hex(&revolution->split.cutoff, hex);
	js_set_text(revolution->report, "cutoff", hex);
	js_set_number(revolution->report, "commits", (int64_t)revolution->split.commits);
	js_set_number(revolution->report, "held_out", (int64_t)revolution->split.held_out);
	if (candidate)
		rc = adopt(revolution, candidate);
	return rc ? rc : run_save(revolution->session->store, &revolution->row);
}

/* E_STOPPED: production moved since the benchmark ran, so that must run again. */
static int promote_stage(struct revolution *revolution, struct cycle_result *out)
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
		rc = gate_promote(revolution->session, &promotion, &out->tag);
		if (!rc)
			buf_addf(&revolution->said, "%s", out->tag);
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

static int do_stage(struct revolution *revolution, enum stage stage, struct arms *arms,
	struct cycle_result *out)
{
	if (stage <= STAGE_DEPLOY)
		return revolution_stage(revolution, stage);
	buf_clear(&revolution->said);
	if (stage == STAGE_BENCHMARK)
		return benchmark_stage(revolution, arms);
	return stage == STAGE_GATE ? gate_stage(revolution, arms) : promote_stage(revolution, out);
}

static int record(struct revolution *revolution, enum stage next)
{
	struct buf report = BUF_INIT;
	int rc;

	js_write(revolution->report, &report);
	run_set(&revolution->row.report, report.ptr);
	run_set(&revolution->row.stage, stage_name(next));
	run_set(&revolution->row.error, "");
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

static int turn(struct revolution *revolution, const struct cycle_options *options,
	struct cycle_result *out)
{
	int stage = stage_find(revolution->row.stage), rewinds = 0, rc = 0;
	struct arms arms = {0};

	if (stage < 0)
		return fail(E_INVALID, "run %lld stands at an unknown stage '%s'",
			(long long)revolution->row.id, revolution->row.stage);
	while (!rc && stage < STAGE_DONE) {
		double begun = clock_monotonic();
		int next;

		rc = interrupted() ? fail(E_STOPPED, "stopped: run again to go on")
				   : do_stage(revolution, (enum stage)stage, &arms, out);
		next = (int)revolution_after(revolution, (enum stage)stage);
		if (rc == E_STOPPED && !interrupted() && rewinds++ < MAX_REWINDS &&
			rewind_to(revolution, (enum stage)stage) >= 0) {
			next = rewind_to(revolution, (enum stage)stage);
			buf_clear(&revolution->said);
			buf_addf(&revolution->said, "%s; back to %s", error_message(),
				stage_name((enum stage)next));
			arms_release(&arms);
			rc = 0;
		}
		if (rc)
			break;
		stop_for_test("FLYWHEEL_STOP_IN", (enum stage)stage);
		rc = record(revolution, (enum stage)next);
		if (!rc && options->fn)
			options->fn(stage_name((enum stage)stage), revolution->said.ptr,
				clock_monotonic() - begun, options->payload);
		stop_for_test("FLYWHEEL_STOP_AFTER", (enum stage)stage);
		stage = next;
	}
	arms_release(&arms);
	if (!rc)
		rc = gate_prune(revolution->session, false, options->pruned, options->payload);
	if (rc && strcmp(revolution->row.state, "done")) {
		char *why = xstrdup(error_message());

		run_set(&revolution->row.error, why);
		run_save(revolution->session->store, &revolution->row);
		rc = fail(rc, "%s", why);
		free(why);
	}
	return rc;
}

static enum verdict verdict_find(const char *name)
{
	for (int i = GATE_PROMOTED; i <= GATE_BLOCKED; i++)
		if (!strcmp(verdict_name((enum verdict)i), name))
			return (enum verdict)i;
	return GATE_HELD;
}

static void take_result(const struct run_row *row, struct cycle_result *out)
{
	out->run = row->id;
	out->verdict = verdict_find(row->verdict);
	out->reason = xstrdup(row->reason);
	out->report = xstrdup(row->report);
}

/* Whether the newest finished run was of this very head; then `out` is its result. */
static int nothing_new(struct session *session, const struct oid *head, struct cycle_result *out)
{
	struct run_row row;
	int rc = run_last(session->store, "done", &row);

	if (rc)
		return rc == E_NOTFOUND ? 0 : rc;
	out->skipped = !memcmp(row.head, head->raw, OID_RAW);
	if (out->skipped)
		take_result(&row, out);
	run_release(&row);
	return 0;
}

static int start(struct revolution *revolution, const struct cycle_options *options,
	struct cycle_result *out)
{
	bool fresh = options->force || options->candidate;
	int rc = resume(revolution, !fresh);

	if (rc != E_NOTFOUND)
		return rc;
	error_clear();
	rc = split_compute(revolution->session, &revolution->split);
	if (!rc && !fresh)
		rc = nothing_new(revolution->session, &revolution->split.head, out);
	if (!rc && !out->skipped)
		rc = begin(revolution, options->candidate);
	return rc;
}

int cycle_run(
	struct session *session, const struct cycle_options *options, struct cycle_result *out)
{
	struct revolution revolution = {.session = session, .said = BUF_INIT};
	int fd = -1, rc;

	memset(out, 0, sizeof(*out));
	rc = queue_lock(session, &fd);
	if (!rc)
		rc = start(&revolution, options, out);
	if (!rc && !out->skipped) {
		rc = turn(&revolution, options, out);
		take_result(&revolution.row, out);
		if (!rc) /* a revolution is the dearest of the facts */
			rc = store_backup_rotate(session->store);
	}
	revolution_release(&revolution);
	if (fd >= 0)
		close(fd);
	return rc;
}

void cycle_result_release(struct cycle_result *result)
{
	if (!result)
		return;
	free(result->reason);
	free(result->report);
	free(result->tag);
	memset(result, 0, sizeof(*result));
}
