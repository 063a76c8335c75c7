/*
 * The gate: paired per item, per category; promoted, held or blocked. And what follows from it:
 * the log, the tags, rollback, retention. Exact McNemar (1947) on flips; intervals after Agresti
 * & Min (2005); Holm (1979) for reporting.
 */
#ifndef FLYWHEEL_GATE_H
#define FLYWHEEL_GATE_H

#include "flywheel/bench.h"
#include "flywheel/session.h"

struct js;

enum verdict { GATE_PROMOTED, GATE_HELD, GATE_BLOCKED };

struct gate_category {
	size_t items, old_correct, new_correct;
	size_t gained, lost;               /* flips: wrong -> right, right -> wrong */
	double p_loss, p_gain, p_adjusted; /* one-sided exact; the loss after Holm */
	double low, high;                  /* 95 % interval of the difference, in points */
	double power;                      /* chance that a loss of 5 points would block, 0..1 */
	bool gated;                        /* BENCH_GATED items or more */
};

struct gate_report {
	enum verdict verdict;
	char reason[512]; /* plain; says how much is missing when held */
	struct gate_category categories[BENCH_CATEGORIES], pooled;
	double loss_bound, anchor_bound; /* one-sided 95 %, in points; anchor_bound 0 without one */
};

struct gate_options {
	bool strict;
	size_t newer; /* new kept examples behind the candidate */
	size_t min_new;
	double kept_per_commit;             /* to say how many commits are missing; 0: unknown */
	const struct bench_results *anchor; /* best ever on the same suite; may be NULL */
};

/* Both arms answered the same suite in the same mode. */
void gate_decide(const struct bench_results *old, const struct bench_results *new,
	const struct gate_options *options, struct gate_report *out);
const char *verdict_name(enum verdict verdict);

struct production {   /* the model in force, from refs/flywheel/log */
	char *model;  /* "" when the generic base serves */
	char *tag;    /* "flywheel/v3" or "" */
	char *anchor; /* the best model ever promoted, or "" */
};
int gate_production(struct session *session, struct production *out);
void production_release(struct production *production);

struct promotion {
	const char *model, *report; /* report: JSON, may be NULL */
	const char *run;            /* name of the run that made it, "" when unknown */
	const char *suite, *mode;   /* "" when it was never benched */
	const char *against;        /* what must be in force still; NULL: whatever is */
	const char *reason;         /* of the gate, or of the person */
	const char *verdict;        /* the gate's: "promoted", "held", "blocked" or "none" */
	bool by_hand, best;         /* best: no worse than the anchor, so it becomes the anchor */
};
/*
 * Log commit and annotated tag in one ref transaction; `tag` gets "flywheel/v<N>", freed by the
 * caller. The same model for the same run again gives the tag it has. E_EXISTS: in force or
 * promoted already; E_LOCKED: production moved.
 */
int gate_promote(struct session *session, const struct promotion *promotion, char **tag);
/* Records a verdict that did not promote; once per run and model. */
int gate_record(struct session *session, const struct promotion *verdict);
/* `tag` NULL: the one before. Verifies the artifact, appends to the log. E_EXISTS: in force. */
int gate_rollback(struct session *session, const char *tag, struct production *out);

struct gate_event { /* one commit on refs/flywheel/log; borrowed during the call */
	char id[41];
	int64_t at;
	const char *who, *event, *model, *tag, *verdict, *run, *reason; /* "" when it has none */
	const struct js *report;                                        /* or NULL */
};
typedef int (*gate_event_fn)(const struct gate_event *event, void *payload);
int gate_log_each(struct session *session, gate_event_fn fn, void *payload); /* newest first */

typedef void (*gate_prune_fn)(const char *file, const char *why, void *payload);
/* Deletes the artifacts that nothing needs; `fn` (may be NULL) is told of each. */
int gate_prune(struct session *session, bool dry_run, gate_prune_fn fn, void *payload);
/* E_NOTFOUND: gone; E_INVALID: not the bytes that were promoted. */
int gate_verify(struct session *session, const char *model);

#endif
