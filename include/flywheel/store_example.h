/*
 * The sidecar's raw examples, what became of each in the last curation, frozen datasets, and what
 * people said. Everything but verdicts and datasets is derived.
 */
#ifndef FLYWHEEL_STORE_EXAMPLE_H
#define FLYWHEEL_STORE_EXAMPLE_H

#include "flywheel/store.h"

#include <stddef.h>

struct example_row {
	const char *id, *kind, *prompt, *answer, *path, *symbol, *author, *source;
	unsigned char commit[20], blob[20];
	int64_t at;
	int cyclomatic;
	unsigned context;
};
/* Rows are borrowed during the call; a non-zero return stops and is passed on. */
typedef int (*example_row_fn)(const struct example_row *row, void *payload);

/* Number of raw examples that this input hash gave; E_NOTFOUND when they came from another. */
int store_examples_of(struct store *store, const char *hash, size_t *raw);
int store_examples_clear(struct store *store);
int store_examples_done(struct store *store, const char *hash, size_t raw);
int store_example_each(struct store *store, example_row_fn fn, void *payload); /* by id */
int store_example_find(struct store *store, const char *id, example_row_fn fn, void *payload);

/* Streams rows in; one statement for all of them. */
struct example_insert;
struct example_insert *store_example_insert_open(struct store *store);
/* `*added` turns false when the same example is there already. */
int store_example_insert(struct example_insert *insert, const struct example_row *row, bool *added);
int store_example_insert_close(struct example_insert *insert); /* NULL is fine */

/* Hand-written lines that could not be read: "file:line", why. */
typedef int (*example_problem_fn)(const char *place, const char *message, void *payload);
int store_example_problem(struct store *store, const char *place, const char *message);
int store_example_problems(struct store *store, example_problem_fn fn, void *payload);

/* Curation. `filter` is "" for a kept example. */
int store_curated_clear(struct store *store);
struct curated_insert;
struct curated_insert *store_curated_open(struct store *store);
int store_curated_put(
	struct curated_insert *insert, const char *id, const char *filter, const char *reason);
int store_curated_close(struct curated_insert *insert);
/* E_NOTFOUND: not in the last curation. The caller frees both texts. */
int store_curated_get(struct store *store, const char *id, char **filter, char **reason);
/* The first `limit` ids with that verdict of curation, in order of id. */
typedef int (*example_id_fn)(const char *id, const char *reason, void *payload);
int store_curated_each(
	struct store *store, const char *filter, size_t limit, example_id_fn fn, void *payload);
typedef int (*example_kind_fn)(const char *kind, size_t raw, size_t kept, void *payload);
int store_curated_kinds(struct store *store, example_kind_fn fn, void *payload);

struct funnel_row {
	const char *filter, *note;
	size_t rejected;
};
typedef int (*funnel_fn)(const struct funnel_row *row, void *payload);
int store_funnel_put(struct store *store, int position, const struct funnel_row *row);
int store_funnel_each(struct store *store, funnel_fn fn, void *payload);

/* What people said: "accepted" or "rejected" (see store_judge). */
typedef int (*example_verdict_fn)(
	const char *id, const char *verdict, const char *reason, void *payload);
int store_example_verdicts(struct store *store, example_verdict_fn fn, void *payload);

struct dataset_row {
	const char *sha256;
	unsigned char head[20], cutoff[20];
	int64_t at;
	size_t raw, kept;
};
int store_dataset_put(struct store *store, const struct dataset_row *row); /* again is fine */
typedef int (*dataset_row_fn)(const struct dataset_row *row, void *payload);
int store_dataset_each(struct store *store, dataset_row_fn fn, void *payload); /* oldest first */

#endif
