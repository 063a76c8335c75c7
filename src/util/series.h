/* Many things made on a few threads and taken one after the other. */
#ifndef UTIL_SERIES_H
#define UTIL_SERIES_H

#include <stddef.h>

/* So many threads are worth starting for so many tasks, this one among them; from 1. */
#define THREADS_MAX 4
unsigned threads_wanted(size_t tasks);

/* A thread is so many things ahead of the last one taken at most: what waits takes memory. */
#define SERIES_AHEAD 64

struct series {
	size_t count;
	/* What a thread has of its own, handed to `make`; both may be NULL. */
	void *(*begin)(void *payload);
	void (*end)(void *own, void *payload);
	/* On any thread, beside others. Where its outcome is kept is the payload's own affair. */
	int (*make)(size_t at, void *own, void *payload);
	/* On any thread, in order and one at a time; may be NULL. */
	int (*take)(size_t at, void *payload);
	void *payload;
};
/* 0, or the first error that `make` or `take` gave: after it nothing more is taken. */
int series_run(const struct series *series);

#endif
