/* The judging stages of a revolution, the answers they share, and the runners' lock. */
#ifndef GATE_JUDGE_H
#define GATE_JUDGE_H

#include "flywheel/bench.h"
#include "flywheel/train.h"

struct arms {
	struct bench_results base, old, new, anchor;
	bool has_anchor, ready;
};
void arms_release(struct arms *arms);

int benchmark_stage(struct revolution *revolution, struct arms *arms);
int gate_stage(struct revolution *revolution, struct arms *arms); /* fills verdict and reason */

/* One runner at a time: the kernel drops the lock with the process. E_LOCKED: somebody runs. */
int cycle_lock(struct session *session, int *fd);

#endif
