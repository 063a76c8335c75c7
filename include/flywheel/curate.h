/*
 * Curation throws most examples away: ordered filters, cheap first, exactly one first reason per
 * rejection, so that kept + rejected = raw. What is kept is frozen as a dataset: same inputs,
 * same bytes, same digest.
 */
#ifndef FLYWHEEL_CURATE_H
#define FLYWHEEL_CURATE_H

#include "flywheel/bench.h"
#include "flywheel/session.h"
#include "flywheel/split.h"

#define CURATE_MAX_REASONS 24

struct funnel {
	size_t raw, kept;
	struct {
		const char *filter; /* borrowed: static */
		size_t rejected;
	} reasons[CURATE_MAX_REASONS];
	size_t reason_count;
};

struct dataset {
	char sha256[65];
	char *path;     /* <sidecar>/datasets/<sha256>.jsonl */
	char *manifest; /* beside it, .manifest.json */
	struct funnel funnel;
};

/* Filters all raw examples of the split against the suite and freezes the dataset. */
int curate_run(struct session *session, const struct split *split, const struct bench_suite *suite,
	struct dataset *out);
void dataset_release(struct dataset *dataset);
/* The funnel of the last curation; E_NOTFOUND when there was none. */
int curate_last(struct session *session, struct funnel *out);

/* Each row of a frozen dataset, in order. */
typedef int (*dataset_fn)(
	const char *id, const char *kind, const char *prompt, const char *answer, void *payload);
int dataset_each(struct session *session, const char *sha256, dataset_fn fn, void *payload);

#endif
