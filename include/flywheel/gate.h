/*
 * The gate: paired per item, per category; promoted, held or blocked. And what follows from it:
 * the log, the tags, rollback. Exact McNemar (1947) on flips; Holm for reporting.
 */
#ifndef FLYWHEEL_GATE_H
#define FLYWHEEL_GATE_H

#include "flywheel/bench.h"
#include "flywheel/session.h"

enum verdict { GATE_PROMOTED, GATE_HELD, GATE_BLOCKED };

struct gate_category {
	size_t items, old_correct, new_correct;
	size_t gained, lost;   /* flips: wrong -> right, right -> wrong */
	double p_loss, p_gain; /* one-sided exact */
	double low, high;      /* 95 % interval of the difference, in points */
	bool gated;            /* BENCH_GATED items or more */
};

struct gate_report {
	enum verdict verdict;
	char reason[512]; /* one plain sentence; says how much is missing when held */
	struct gate_category categories[BENCH_CATEGORIES], pooled;
};

struct gate_options {
	bool strict;
	size_t newer; /* new kept examples behind the candidate */
	size_t min_new;
	const struct bench_results *anchor; /* best ever on the same suite; may be NULL */
};

/* Both arms answered the same suite in the same mode. */
void gate_decide(const struct bench_results *old, const struct bench_results *new,
	const struct gate_options *options, struct gate_report *out);
const char *verdict_name(enum verdict verdict);

struct production {  /* the model in force, from refs/flywheel/log */
	char *model; /* "" when the generic base serves */
	char *tag;   /* "flywheel/v3" or "" */
};
int gate_production(struct session *session, struct production *out);
void production_release(struct production *production);

struct promotion {
	const char *model, *run_report; /* report: JSON */
	const struct gate_report *gate; /* NULL when promoted by hand */
	const char *by_hand_reason;     /* NULL unless by hand */
};
/* Log commit and annotated tag in one ref transaction; `tag` gets "flywheel/v<N>", freed by caller.
 */
int gate_promote(struct session *session, const struct promotion *promotion, char **tag);
/* Records a verdict that did not promote. */
int gate_record(struct session *session, const char *event, const char *model, const char *report);
/* `tag` NULL: the one before. Verifies the artifact, appends to the log. */
int gate_rollback(struct session *session, const char *tag, struct production *out);

#endif
