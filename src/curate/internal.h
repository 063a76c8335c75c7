/*
 * Inside curation: the candidates in memory (texts stay in the sidecar), the filters that reject
 * them, and the shingles by which texts are compared.
 */
#ifndef CURATE_INTERNAL_H
#define CURATE_INTERNAL_H

#include "flywheel/curate.h"
#include "flywheel/example.h"
#include "util/map.h"
#include "util/minhash.h"

#define CURATE_SKIPPED 1 /* open() of a filter that cannot run here; `note` says why */

struct candidate {
	char id[17];
	bool accepted;               /* by a person: only binding filters may still reject it */
	int filter;                  /* index + 1 of the one that rejected it; 0: alive */
	uint32_t reason;             /* index into reasons */
	uint32_t kind, path, author; /* numbers in the maps below */
	unsigned context;
	int64_t at;
};

struct curation {
	struct session *session;
	const struct split *split;
	const struct bench_suite *suite; /* NULL: none */
	struct candidate *all;           /* by id, as example_each gives them */
	size_t count, capacity, alive;
	struct map kinds, paths, authors, reasons, verdicts;
	struct {
		size_t rejected;
		char *note; /* why the filter did not run; NULL: it did */
	} filters[CURATE_MAX_REASONS];
	char *note;      /* set by an open() that returns CURATE_SKIPPED; taken by the engine */
	struct buf text; /* where a filter writes a reason with details in it */
};

/*
 * A filter looks at one example at a time (`reject`) or at all that are alive (`select`), never
 * both. Reasons are borrowed until the next call.
 */
struct filter {
	const char *name, *summary;
	bool binding; /* rejects even what a person accepted: secrets, the exam's own material */
	/* Optional: makes `*state`. CURATE_SKIPPED when it cannot run. */
	int (*open)(struct curation *curation, void **state);
	/* The reason to reject, or NULL. */
	const char *(*reject)(
		const struct example *example, struct curation *curation, void *state);
	/* Calls curation_reject for what must go. */
	int (*select)(struct curation *curation, void *state);
	void (*close)(void *state); /* required with open; NULL is fine */
};
extern const struct filter *const filters[]; /* NULL-terminated, in order */

extern const struct filter filter_verdict, filter_vendored, filter_boilerplate, filter_stub,
	filter_message, filter_reverted, filter_complexity, filter_context, filter_short,
	filter_long, filter_syntax, filter_secret, filter_duplicate, filter_near_duplicate,
	filter_contamination, filter_novelty, filter_cap;

/* Runs all filters over all raw examples. */
int curation_run(struct curation *curation);
void curation_release(struct curation *curation);
/* Rejects a candidate unless a person accepted it and the filter is not binding. */
void curation_reject(
	struct curation *curation, const struct filter *filter, size_t index, const char *reason);
/* Calls `fn` for each example that is alive, in order of id, with its index. */
typedef int (*candidate_fn)(
	struct curation *curation, size_t index, const struct example *example, void *payload);
int curation_each(struct curation *curation, candidate_fn fn, void *payload);
/* True when `a` is to be kept rather than `b`: what a person accepted, then newer, then by id. */
bool candidate_is_better(const struct curation *curation, size_t a, size_t b);
const char *curation_reason(const struct curation *curation, const struct candidate *candidate);
const char *curation_name(const struct map *map, uint32_t number); /* of a kind, path or author */
uint32_t candidate_tokens(const struct example *example);

/* What the filters of code and those of changes ask. */
bool example_is_code(const struct example *example);   /* the answer is whole functions */
bool example_is_change(const struct example *example); /* it comes from one commit's diff */

#define SHINGLE_TOKENS 5
void signature_add_text(struct signature *signature, const char *text, size_t len);
/* Calls `fn` with the hash of every run of `n` tokens; of all of them when there are fewer. */
typedef int (*shingle_fn)(uint64_t shingle, void *payload);
int text_shingles(const char *text, size_t len, size_t n, shingle_fn fn, void *payload);

/* Writes the rows of what is alive and the manifest; fills digest and paths. */
int dataset_freeze(struct curation *curation, struct dataset *out);
void funnel_fill(const struct curation *curation, struct funnel *out);
int filter_index(const char *name); /* -1: no such filter */

#endif
