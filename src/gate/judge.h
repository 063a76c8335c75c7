/* The judging stages of a revolution, and the answers they share. */
#ifndef GATE_JUDGE_H
#define GATE_JUDGE_H

#include "flywheel/bench.h"
#include "flywheel/revolution.h"

struct arms {
	struct bench_results base, old, new, anchor;
	const char *mode; /* how the candidate answered; static */
	bool has_anchor, ready;
	bool incomparable; /* the model in force answers only in another mode: old is the base */
};
void arms_release(struct arms *arms);

/* Kept examples of the run that the model in force has not seen. */
int judge_newer(struct revolution *revolution, size_t *newer);
int benchmark_stage(struct revolution *revolution, struct arms *arms);
int gate_stage(struct revolution *revolution, struct arms *arms); /* fills verdict and reason */

#endif
