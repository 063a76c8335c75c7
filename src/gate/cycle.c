/*
 * Who turns the wheel and on which run: a person who waits for it (cycle_run), or the worker, which
 * takes one step whenever the queue has one due (cycle_step).
 */
#include "flywheel/cycle.h"
#include "flywheel/queue.h"

#include "flywheel/config.h"
#include "flywheel/deploy.h"
#include "flywheel/store.h"
#include "gate/internal.h"
#include "gate/turn.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUSY_ATTEMPTS 5 /* half a minute: the sidecar or the repository cannot be read now */
#define FAR (2 * (int64_t)3600) /* an appointment further away comes from a clock that jumped */

static bool has_state(const struct run_row *row, const char *state)
{
	return !strcmp(row->state, state);
}

static int give_up(struct session *session, struct run_row *row, const char *why)
{
	run_set(&row->state, "failed");
	run_set(&row->error, why);
	row->finished = clock_now();
	return run_save(session->store, row);
}

/* With the error that stands as the reason. */
static int give_up_saying(struct revolution *revolution)
{
	char *why = xstrdup(error_message());
	int rc = give_up(revolution->session, &revolution->row, why);

	free(why);
	return rc;
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

/* What a run is held to from its first stage on: commit, cutoff, trainer. */
static void begin_report(struct revolution *revolution)
{
	const struct split *split = &revolution->split;
	char hex[OID_HEX + 1];

	memcpy(revolution->row.head, split->head.raw, OID_RAW);
	memcpy(revolution->row.cutoff, split->cutoff.raw, OID_RAW);
	run_set(&revolution->row.state, "running");
	run_set(&revolution->row.stage, stage_name(STAGE_INDEX));
	run_set(&revolution->row.trainer, config_text(revolution->session->config, "trainer"));
	js_free(revolution->report); /* of an earlier try */
	revolution->report = js_object();
	oid_hex(&split->head, hex);
	js_set_text(revolution->report, "head", hex);
	oid_hex(&split->cutoff, hex);
	js_set_text(revolution->report, "cutoff", hex);
	js_set_number(revolution->report, "commits", (int64_t)split->commits);
	js_set_number(revolution->report, "held_out", (int64_t)split->held_out);
}

static int begin(struct revolution *revolution, const char *candidate)
{
	const struct trainer *trainer = NULL;
	int rc = candidate ? 0 : trainer_configured(revolution->session, &trainer);

	if (rc)
		return rc;
	run_init(&revolution->row);
	begin_report(revolution);
	if (candidate)
		rc = adopt(revolution, candidate);
	return rc ? rc : run_save(revolution->session->store, &revolution->row);
}

/* From waiting to running, unless somebody cancelled it in between (E_NOTFOUND). */
static int start_waiting(struct revolution *revolution)
{
	struct session *session = revolution->session;
	bool fresh = !strcmp(revolution->row.stage, stage_name(STAGE_INDEX));
	struct run_row now = {0};
	int rc = store_begin(session->store);

	if (rc)
		return rc;
	rc = run_get(session->store, revolution->row.id, &now);
	if (!rc && !has_state(&now, "waiting"))
		rc = fail(E_NOTFOUND, "run %lld is %s", (long long)now.id, now.state);
	run_release(&now);
	if (!rc && fresh)
		begin_report(revolution);
	run_set(&revolution->row.state, "running");
	if (!rc)
		rc = run_save(session->store, &revolution->row);
	if (rc)
		store_rollback(session->store);
	return rc ? rc : store_commit(session->store);
}

/* A wrong setting is better said before the work than after it. */
static int check_trainer(struct revolution *revolution)
{
	const struct trainer *trainer = NULL;
	int rc = trainer_configured(revolution->session, &trainer);

	if (!rc && trainer->remote)
		rc = server_check(revolution->session);
	if (!rc || queue_transient(rc))
		return rc;
	rc = give_up_saying(revolution);
	return rc ? rc : E_NOTFOUND;
}

/*
 * Takes up a run from the queue where it stands. E_NOTFOUND: it cannot go on and has been set
 * aside, for its commit is gone or what is held out has changed.
 */
static int take_up(struct revolution *revolution)
{
	static const unsigned char unknown[RUN_OID];
	struct run_row *row = &revolution->row;
	struct oid head;
	int rc;

	memcpy(head.raw, row->head, OID_RAW);
	rc = split_compute_at(revolution->session, &head, &revolution->split);
	if (rc == E_NOTFOUND) {
		rc = give_up_saying(revolution);
		return rc ? rc : E_NOTFOUND;
	}
	if (!rc && memcmp(row->cutoff, unknown, RUN_OID) &&
		memcmp(revolution->split.cutoff.raw, row->cutoff, OID_RAW)) {
		rc = give_up(revolution->session, row,
			"its commit is gone, or flywheel.holdout changed");
		return rc ? rc : E_NOTFOUND;
	}
	if (!rc && has_state(row, "waiting") && !*row->trainer)
		rc = check_trainer(revolution);
	if (rc)
		return rc;
	if (js_parse(row->report, strlen(row->report), &revolution->report))
		revolution->report = js_object();
	return has_state(row, "waiting") ? start_waiting(revolution) : 0;
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
	out->outcome = xstrdup(row->verdict);
	out->reason = xstrdup(row->reason);
	out->report = xstrdup(row->report);
}

static bool was_judged(const struct run_row *row)
{
	return *row->verdict && strcmp(row->verdict, "skipped") &&
	       strcmp(row->verdict, "cancelled");
}

/* Whether the newest finished run was of this very head; then `out` is its result. */
static int nothing_new(struct session *session, const struct oid *head, struct cycle_result *out)
{
	struct run_row row;
	int rc = run_last(session->store, "done", &row);

	if (rc)
		return rc == E_NOTFOUND ? 0 : rc;
	out->skipped = !memcmp(row.head, head->raw, OID_RAW) && was_judged(&row);
	if (out->skipped)
		take_result(&row, out);
	run_release(&row);
	return 0;
}

/* A run that failed or was interrupted last goes on, where nothing came after it. */
static int revive_failed(struct session *session)
{
	struct run_row row;
	int rc = run_last(session->store, NULL, &row);

	if (!rc && has_state(&row, "failed"))
		rc = queue_retry(session, row.id);
	run_release(&row);
	return rc == E_NOTFOUND ? 0 : rc;
}

static int clear_way(struct session *session, struct run_row *row)
{
	if (row->submitted && has_state(row, "running"))
		return fail(E_LOCKED,
			"run %lld is with its trainer: `git flywheel jobs cancel %lld` ends it",
			(long long)row->id, (long long)row->id);
	return give_up(session, row, "given up for a new run");
}

/* What a person's cycle works on: what is under way, or else a new run. */
static int choose(struct revolution *revolution, const struct cycle_options *options,
	struct cycle_result *out)
{
	struct session *session = revolution->session;
	bool fresh = options->force || options->candidate;
	int rc = fresh ? 0 : revive_failed(session);

	while (!rc) {
		rc = run_next(session->store, &revolution->row);
		if (rc)
			break;
		rc = fresh ? clear_way(session, &revolution->row) : take_up(revolution);
		if (!rc && !fresh) {
			run_set(&revolution->row.origin, "person");
			return 0;
		}
		run_release(&revolution->row);
		rc = rc == E_NOTFOUND ? 0 : rc;
	}
	if (rc != E_NOTFOUND)
		return rc;
	error_clear();
	rc = split_compute(session, &revolution->split);
	if (!rc && !fresh)
		rc = nothing_new(session, &revolution->split.head, out);
	if (!rc && !out->skipped)
		rc = begin(revolution, options->candidate);
	return rc;
}

/* Sleeps towards a time, in short pieces so that Ctrl-C is seen. */
static void wait_until(int64_t when)
{
	const struct timespec piece = {.tv_nsec = 200 * 1000 * 1000};
	double until = clock_monotonic() + (double)(when - clock_now());

	while (!interrupted() && clock_monotonic() < until)
		nanosleep(&piece, NULL);
}

/* The person waits: a remote job is asked for until it has ended. */
static int turn_to_end(struct revolution *revolution, const struct cycle_options *options,
	struct cycle_result *out)
{
	int rc = turn(revolution, options, &out->tag);

	while (rc == E_LATER && !interrupted()) {
		if (options->waiting)
			options->waiting(revolution->row.stage, error_message(), options->payload);
		wait_until(revolution->row.next_at);
		if (!interrupted())
			rc = turn(revolution, options, &out->tag);
	}
	if (!rc) {
		revolution->row.notified = true; /* who waited has seen it */
		rc = run_save(revolution->session->store, &revolution->row);
	}
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
		rc = choose(&revolution, options, out);
	if (!rc && !out->skipped) {
		rc = turn_to_end(&revolution, options, out);
		take_result(&revolution.row, out);
		if (!rc) /* a revolution is the dearest of the facts */
			rc = store_backup_rotate(session->store);
	}
	revolution_release(&revolution);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Says in one line how a run ended or why it waits. */
static void tell(const struct revolution *revolution, const struct cycle_options *options, int rc)
{
	const struct run_row *row = &revolution->row;

	if (!options->fn)
		return;
	if (rc)
		options->fn(row->stage, error_message(), 0, options->payload);
	else
		options->fn(row->verdict, row->reason, 0, options->payload);
}

int cycle_step(struct session *session, const struct cycle_options *options, int64_t *next)
{
	struct revolution revolution = {.session = session, .said = BUF_INIT};
	int64_t now = clock_now();
	char *tag = NULL;
	int rc = run_next(session->store, &revolution.row);

	*next = 0;
	if (rc) {
		error_clear();
		return rc == E_NOTFOUND ? 0 : rc;
	}
	if (revolution.row.next_at > now && revolution.row.next_at < now + FAR) {
		*next = revolution.row.next_at;
		run_release(&revolution.row);
		return 0;
	}
	*next = now;
	rc = take_up(&revolution);
	if (rc && rc != E_NOTFOUND) {
		tell(&revolution, options, rc);
		*next = now + queue_backoff(BUSY_ATTEMPTS, (uint64_t)revolution.row.id);
	}
	if (!rc) {
		rc = turn(&revolution, options, &tag);
		tell(&revolution, options, rc);
		if (rc == E_LATER || queue_transient(rc))
			*next = revolution.row.next_at;
		else if (!rc)
			rc = store_backup_rotate(session->store);
	}
	free(tag);
	revolution_release(&revolution);
	error_clear();
	return 0; /* what went wrong stands in the run's row */
}

void cycle_result_release(struct cycle_result *result)
{
	if (!result)
		return;
	free(result->outcome);
	free(result->reason);
	free(result->report);
	free(result->tag);
	memset(result, 0, sizeof(*result));
}
