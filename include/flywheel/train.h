/*
 * Trainers, and a revolution's stages up to the trained candidate. A driver turns a frozen dataset
 * and the tree at the cutoff into an artifact. The embedded `house` driver does it at once; remote
 * ones will submit, poll and collect.
 */
#ifndef FLYWHEEL_TRAIN_H
#define FLYWHEEL_TRAIN_H

#include "flywheel/bench.h"
#include "flywheel/curate.h"
#include "flywheel/session.h"
#include "flywheel/split.h"
#include "flywheel/store_run.h"
#include "util/buf.h"

struct js;

struct train_request {
	const struct split *split;
	const char *dataset; /* sha256 */
	int64_t seed;
};

struct train_artifact {
	char id[80]; /* model id: "house-<12 hex of sha256>" */
	char *file;  /* relative to the sidecar's folder */
	char sha256[65];
	const char *trainer, *base; /* static */
};

struct trainer {
	const char *name;
	int (*train)(struct session *session, const struct train_request *request,
		struct train_artifact *out); /* required; idempotent per request */
};

const struct trainer *trainer_find(const char *name); /* NULL: unknown */
void train_artifact_release(struct train_artifact *artifact);
/*
 * Takes a copy of an embedded model that was trained elsewhere: "given-<12 hex>". Nothing is
 * known of what it has seen. E_INVALID when it is no model.
 */
int train_adopt(struct session *session, const char *path, struct train_artifact *out);

/* The stages of a revolution, in order. A run row names the next one; each is idempotent. */
enum stage {
	STAGE_INDEX,
	STAGE_HARVEST,
	STAGE_DECISIONS,
	STAGE_SUITE,
	STAGE_EXAMPLES,
	STAGE_DATASET,
	STAGE_TRAIN,
	STAGE_BENCHMARK,
	STAGE_GATE,
	STAGE_PROMOTE,
	STAGE_DONE
};
const char *stage_name(enum stage stage);
int stage_find(const char *name); /* an enum stage, or -1 */

struct revolution { /* one run in progress */
	struct session *session;
	struct run_row row;
	struct split split; /* frozen with the run's head */
	struct bench_suite suite;
	bool have_suite;
	struct js
		*report; /* grows with the stages; no times, so that a resumed run's is the same */
	struct buf said; /* one line: what the last stage did */
};
/* The frozen suite, built once a process. E_STOPPED: it is not the one that the run began with. */
int revolution_suite(struct revolution *revolution);
/* STAGE_INDEX to STAGE_TRAIN; fills row, report and said, records nothing. */
int revolution_stage(struct revolution *revolution, enum stage stage);
void revolution_release(struct revolution *revolution);

#endif
