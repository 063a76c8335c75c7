/* Kept answers: what a model said to the items of a suite. Facts; `rebuild` leaves them alone. */
#ifndef FLYWHEEL_STORE_BENCH_H
#define FLYWHEEL_STORE_BENCH_H

#include <stdbool.h>

struct store;

/* Replaces an older answer to the same item. */
int store_answer_add(struct store *store, const char *suite, const char *mode, const char *model,
	const char *item, const char *category, bool correct, double margin);

typedef int (*store_answer_fn)(const char *item, bool correct, double margin, void *payload);
/* In order of item; `item` is borrowed during the call. */
int store_answers_each(struct store *store, const char *suite, const char *mode, const char *model,
	store_answer_fn fn, void *payload);

#endif
