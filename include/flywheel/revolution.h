/*
 * One run in progress and its stages. A run's row names the next stage; each stage reads what the
 * stages before it left, is idempotent, and is recorded by one save of the row.
 */
#ifndef FLYWHEEL_REVOLUTION_H
#define FLYWHEEL_REVOLUTION_H

#include "flywheel/bench.h"
#include "flywheel/session.h"
#include "flywheel/split.h"
#include "flywheel/store_run.h"
#include "flywheel/train.h"
#include "util/buf.h"

struct js;

enum stage {
	STAGE_INDEX,
	STAGE_HARVEST,
	STAGE_DECISIONS,
	STAGE_SUITE,
	STAGE_EXAMPLES,
	STAGE_DATASET,
	STAGE_UPLOAD, /* a remote trainer's only */
	STAGE_TRAIN,
	STAGE_DEPLOY, /* the same */
	STAGE_BENCHMARK,
	STAGE_GATE,
	STAGE_PROMOTE,
	STAGE_DONE
};
const char *stage_name(enum stage stage);
int stage_find(const char *name); /* an enum stage, or -1 */

struct revolution {
	struct session *session;
	struct run_row row;
	struct split split; /* frozen with the run's head */
	struct bench_suite suite;
	bool have_suite;
	struct js *report; /* no times in it: a resumed run's is the same */
	struct buf said;   /* one line: what the last stage did */
};
/* The frozen suite, built once a process. E_STOPPED: it is not the one that the run began with. */
int revolution_suite(struct revolution *revolution);
/*
 * STAGE_INDEX to STAGE_DEPLOY; fills row, report and said, records nothing. E_LATER: the remote
 * job goes on, the row's next_at says when to ask again.
 */
int revolution_stage(struct revolution *revolution, enum stage stage);
/* The stage that comes next for this run: an embedded model is neither uploaded nor deployed. */
enum stage revolution_after(const struct revolution *revolution, enum stage stage);
/* Records a model as the run's candidate. */
int revolution_take(
	struct revolution *revolution, const struct train_artifact *artifact, int64_t seed);
/* Asks the trainer to stop the run's job. Nothing to stop is no error. */
int revolution_stop(struct revolution *revolution);
void revolution_release(struct revolution *revolution);

/*
 * The job of a run as its driver sees it; the package is made again if it is not there. Borrows
 * from the revolution; release the package.
 */
int revolution_job(struct revolution *revolution, struct package *package, struct train_job *out);

#endif
