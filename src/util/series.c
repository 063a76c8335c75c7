/* Threads that make things ahead of the one that is taken next. */
#include "util/series.h"

#include "util/error.h"
#include "util/memory.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define FEW_TASKS 8 /* below this, starting threads costs more than it brings */

unsigned threads_wanted(size_t tasks)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return tasks < FEW_TASKS || cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : cores;
}

struct run {
	const struct series *series;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t moved; /* something was taken, or it ends */
	size_t next, taken;
	bool made[SERIES_AHEAD]; /* of those from `taken` on, by their number */
	bool taking;
	int rc;
	char *message; /* of the first error: messages are per thread */
};

static void stop(struct run *run, int rc)
{
	if (rc && !run->rc) {
		run->rc = rc;
		run->message = xstrdup(error_message());
	}
}

/* Takes all that is due, unless another thread does. */
static void take_due(struct run *run)
{
	const struct series *series = run->series;

	while (!run->rc && !run->taking && run->made[run->taken % SERIES_AHEAD]) {
		size_t at = run->taken;
		int rc = 0;

		run->made[at % SERIES_AHEAD] = false;
		if (series->take) {
			run->taking = true;
			pthread_mutex_unlock(&run->lock);
			rc = series->take(at, series->payload);
			pthread_mutex_lock(&run->lock);
			run->taking = false;
		}
		stop(run, rc);
		run->taken++;
		pthread_cond_broadcast(&run->moved);
	}
}

static void *work(void *payload)
{
	struct run *run = payload;
	const struct series *series = run->series;
	void *own = series->begin ? series->begin(series->payload) : NULL;

	pthread_mutex_lock(&run->lock);
	while (!run->rc && run->next < series->count) {
		size_t at = run->next;
		int rc;

		if (at - run->taken >= SERIES_AHEAD) {
			pthread_cond_wait(&run->moved, &run->lock);
			continue;
		}
		run->next++;
		pthread_mutex_unlock(&run->lock);
		rc = series->make(at, own, series->payload);
		pthread_mutex_lock(&run->lock);
		stop(run, rc);
		run->made[at % SERIES_AHEAD] = true;
		take_due(run);
	}
	pthread_cond_broadcast(&run->moved);
	pthread_mutex_unlock(&run->lock);
	if (series->end)
		series->end(own, series->payload);
	return NULL;
}

int series_run(const struct series *series)
{
	struct run run = {.series = series};
	pthread_t threads[THREADS_MAX];
	unsigned wanted = threads_wanted(series->count), started = 1;

	pthread_mutex_init(&run.lock, NULL);
	pthread_cond_init(&run.moved, NULL);
	while (started < wanted && !pthread_create(&threads[started], NULL, work, &run))
		started++; /* a thread that cannot start only makes this slower */
	work(&run);
	while (started > 1)
		pthread_join(threads[--started], NULL);
	pthread_cond_destroy(&run.moved);
	pthread_mutex_destroy(&run.lock);
	if (run.rc)
		fail(run.rc, "%s", run.message);
	free(run.message);
	return run.rc;
}
