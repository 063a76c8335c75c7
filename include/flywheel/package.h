/*
 * What leaves for a remote trainer, looked at before it goes: its parts as they will arrive, and
 * what training on them may take.
 */
#ifndef FLYWHEEL_PACKAGE_H
#define FLYWHEEL_PACKAGE_H

#include "flywheel/train.h"

/* Names of a package's parts in their order, NULL-terminated. */
const char *const *package_parts(void);
/* Appends a part's exact bytes, read back from the archive. E_NOTFOUND: no such part. */
int package_part(const struct package *package, const char *name, struct buf *out);

/*
 * Removes packages from the spool, also half-written ones: they hold the team's code and have
 * arrived, or never will. Whoever drains the queue calls it; a dry run's is left alone.
 */
#define PACKAGE_DRY_RUN "flywheel-0000000000000000"
void package_sweep(struct session *session);

/*
 * Hours and cost by flywheel.tokensPerSecond and .costPerHour. Tokens are those of curation's own
 * measure, words and operators: a model's tokenizer makes more of them, so set the speed by what a
 * finished run's manifest says.
 */
int train_estimate(
	struct session *session, const struct package *package, double *hours, double *cost);
/* E_INVALID, with both numbers, when the estimate is over flywheel.maxCost. */
int train_cost_check(struct session *session, const struct package *package);

#endif
