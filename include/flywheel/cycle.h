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

struct cycle_options {
	bool force;            /* also when nothing is new; gives up an unfinished run */
	const char *candidate; /* judge this embedded model's file instead of training; or NULL */
	cycle_fn fn;           /* may be NULL */
	gate_prune_fn pruned;  /* told of each deleted artifact; may be NULL */
	void *payload;
};

struct cycle_result {
	int64_t run;
	bool skipped; /* nothing is new since that run */
	enum verdict verdict;
	char *reason, *report, *tag; /* report: JSON; tag NULL unless promoted */
};

/* E_LOCKED: another cycle is running. E_NOTFOUND: no commits, or too few to hold anything out. */
int cycle_run(
	struct session *session, const struct cycle_options *options, struct cycle_result *out);
void cycle_result_release(struct cycle_result *result);

/* Two lines for `status`: what happens next, and why not sooner (may stay empty). */
int cycle_next(struct session *session, struct buf *next, struct buf *why);

#endif
