/*
 * One revolution of the flywheel: every stage in order, each recorded when done, so that a run
 * that was killed goes on where it stopped. Part of the gate's module.
 */
#ifndef FLYWHEEL_CYCLE_H
#define FLYWHEEL_CYCLE_H

#include "flywheel/gate.h"
#include "flywheel/session.h"
#include "util/buf.h"

/* Told of each stage when it is done; `seconds` is its time in this process. */
typedef void (*cycle_fn)(const char *stage, const char *said, double seconds, void *payload);

/* Told that a remote job goes on, each time it has been asked for. */
typedef void (*cycle_waiting_fn)(const char *stage, const char *said, void *payload);

struct cycle_options {
	bool force;            /* also when nothing is new; gives up an unfinished run */
	const char *candidate; /* judge this embedded model's file instead of training; or NULL */
	cycle_fn fn;           /* may be NULL */
	cycle_waiting_fn waiting; /* may be NULL */
	gate_prune_fn pruned;     /* told of each deleted artifact; may be NULL */
	void *payload;
};

struct cycle_result {
	int64_t run;
	bool skipped; /* nothing is new since that run */
	enum verdict verdict;
	char *outcome;               /* the verdict's name, or "cancelled" */
	char *reason, *report, *tag; /* report: JSON; tag NULL unless promoted */
};

/*
 * Goes on with what is under way, or else begins a run of HEAD, and waits for its end. E_LOCKED:
 * somebody works on a run, or (with `force`) one is with its trainer. E_NOTFOUND: no commits, or
 * too few to hold anything out.
 */
int cycle_run(
	struct session *session, const struct cycle_options *options, struct cycle_result *out);
/*
 * The worker's way: takes the run that is due as far as it goes without waiting. `next`: when to
 * come again, 0 when the queue is empty. What goes wrong stands in the run's row. The caller holds
 * the queue's lock.
 */
int cycle_step(struct session *session, const struct cycle_options *options, int64_t *next);
void cycle_result_release(struct cycle_result *result);

/* Two lines for `status`: what happens next, and why not sooner (may stay empty). */
int cycle_next(struct session *session, struct buf *next, struct buf *why);

#endif
