/*
 * Trainers. A driver turns a frozen dataset and the tree at the cutoff into an artifact. The
 * embedded `house` driver does it at once; remote ones will submit, poll and collect.
 */
#ifndef FLYWHEEL_TRAIN_H
#define FLYWHEEL_TRAIN_H

#include "flywheel/curate.h"
#include "flywheel/session.h"
#include "flywheel/split.h"

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

#endif
