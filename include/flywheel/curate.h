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
#include "util/buf.h"

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

/* What a filter is for, and why it did not run in the last curation ("" when it did). */
struct filter_report {
	const char *name, *summary, *note; /* note: borrowed during the call */
	size_t rejected;
};
typedef int (*filter_fn)(const struct filter_report *report, void *payload);
/* All filters of the last curation, in order; E_NOTFOUND when there was none. */
int curate_each_filter(struct session *session, filter_fn fn, void *payload);

/* Filters all raw examples of the split against the suite and freezes the dataset. */
int curate_run(struct session *session, const struct split *split, const struct bench_suite *suite,
	struct dataset *out);
void dataset_release(struct dataset *dataset);

/* The newest frozen dataset; E_NOTFOUND when there is none. */
int dataset_newest(struct session *session, char sha256[65]);
/* The one dataset whose digest begins like this; E_NOTFOUND, or E_INVALID when there are more. */
int dataset_resolve(struct session *session, const char *prefix, char sha256[65]);
/*
 * The rows in another program's format: "jsonl" (our own), "chat" (OpenAI), "trl" (prompt and
 * completion), "sharegpt", "alpaca". E_INVALID when the bytes hold what looks like a secret.
 */
int dataset_export(
	struct session *session, const char *sha256, const char *format, struct buf *out);

/* Each row of a frozen dataset, in order. */
typedef int (*dataset_fn)(
	const char *id, const char *kind, const char *prompt, const char *answer, void *payload);
int dataset_each(struct session *session, const char *sha256, dataset_fn fn, void *payload);

#endif
