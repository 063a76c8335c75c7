/* The judging stages of a revolution, and the answers they share. */
#ifndef GATE_JUDGE_H
#define GATE_JUDGE_H

#include "flywheel/bench.h"
#include "flywheel/revolution.h"

struct arms {
	struct bench_results base, old, new, anchor;
	bool has_anchor, ready;
};
void arms_release(struct arms *arms);

int benchmark_stage(struct revolution *revolution, struct arms *arms);
int gate_stage(struct revolution *revolution, struct arms *arms); /* fills verdict and reason */

#endif
