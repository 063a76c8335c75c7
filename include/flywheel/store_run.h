/*
 * Revolutions and models in the sidecar. A run is one row that names its next stage; each stage's
 * result is recorded by one run_save. Strings in rows are owned and never NULL after a read.
 */
#ifndef FLYWHEEL_STORE_RUN_H
#define FLYWHEEL_STORE_RUN_H

#include "flywheel/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_OID 20 /* bytes of a git object id */

struct run_row {
	int64_t id, started, updated, finished; /* finished 0: not yet */
	int64_t attempts, raw, kept;            /* raw, kept: -1 while unknown */
	unsigned char head[RUN_OID], cutoff[RUN_OID];
	char *state; /* waiting, running, done, failed */
	char *stage; /* the next one to do */
	char *error, *dataset, *model, *suite, *verdict, *reason;
	char *report; /* JSON; grows with the stages */
	char *origin; /* who asked: person, push, schedule */
	char *ref;    /* the branch that was pushed, or "" */
	char *trainer,
		*key;      /* the driver and its job's id; "" until the run begins, is submitted */
	char *remote;      /* what the trainer last said of it */
	int64_t next_at;   /* not before */
	int64_t submitted; /* when the trainer first had it, or 0 */
	double cost;       /* so far, or as estimated before it is submitted */
	bool notified;
};

void run_init(struct run_row *run);
void run_release(struct run_row *run);
void run_set(char **field, const char *text); /* replaces an owned string; copies */
/* Inserts the row when its id is 0 (and sets it), updates it otherwise. */
int run_save(struct store *store, struct run_row *run);
/* The newest run in a state ("running"), or of any when NULL. E_NOTFOUND. */
int run_last(struct store *store, const char *state, struct run_row *out);
int run_get(struct store *store, int64_t id, struct run_row *out); /* E_NOTFOUND */
/* What to work on: the running one, or else the oldest that waits. E_NOTFOUND: nothing. */
int run_next(struct store *store, struct run_row *out);
/* The newest run of a commit that did not fail. E_NOTFOUND. */
int run_of_head(struct store *store, const unsigned char head[RUN_OID], struct run_row *out);
/* Asked for by anybody at any time; only the worker saves a run's row. */
int run_ask_cancel(struct store *store, int64_t id, bool asked);
int run_cancel_asked(struct store *store, int64_t id, bool *out);
int run_mark_notified(struct store *store, int64_t id);
/* What all runs since a time have cost. */
int run_cost_since(struct store *store, int64_t since, double *out);
/* The newest finished run that judged a model. E_NOTFOUND. */
int run_of_model(struct store *store, const char *model, struct run_row *out);
typedef int (*run_fn)(const struct run_row *run, void *payload);
int run_each(struct store *store, run_fn fn, void *payload); /* oldest first */

struct model_row {
	char *id, *trainer, *base, *file, *sha256, *dataset;
	unsigned char trained_on[RUN_OID];
	int64_t seed, at;
	char *uri; /* where a server finds it; "" for an embedded model */
};
void model_row_release(struct model_row *model);
int model_row_put(struct store *store, const struct model_row *model);
int model_row_get(struct store *store, const char *id, struct model_row *out); /* E_NOTFOUND */
int model_row_drop(struct store *store, const char *id);
typedef int (*model_row_fn)(const struct model_row *model, void *payload);
int model_row_each(struct store *store, model_row_fn fn, void *payload); /* oldest first */

int run_count_turns(struct store *store, size_t *turns, size_t *sessions);

#endif
