/*
 * The durable queue: a run's row is the job. It waits, runs, and is done or failed; whoever drains
 * the queue holds its lock, and a run that somebody's death left behind goes on where it stood.
 */
#ifndef FLYWHEEL_QUEUE_H
#define FLYWHEEL_QUEUE_H

#include "flywheel/repo.h"
#include "flywheel/session.h"
#include "flywheel/store_run.h"

#include <stdbool.h>
#include <stdint.h>

#define KEY_LEN 25 /* of "flywheel-<16 hex>", before the "-<n>" of a retry */

/*
 * A run for a commit. One that still waits takes the newer commit instead of a second row, and a
 * commit that a run has or had is not queued again: then `id` is that run's. `origin`: "push" or
 * "schedule"; `ref` may be "".
 */
int queue_add(struct session *session, const struct oid *head, const char *origin, const char *ref,
	int64_t *id);
/*
 * Asks for the end of a run: one that waits is done at once, one that runs is ended by whoever
 * drains the queue, its remote job stopped. E_EXISTS: ended already.
 */
int queue_cancel(struct session *session, int64_t id);
/* A failed run goes on at the stage that failed; a remote job that ended gets a new key. */
int queue_retry(struct session *session, int64_t id);

/* Whether the same may work later: the run goes on then, instead of failing. */
bool queue_transient(int error);
/* Seconds to wait after so many attempts: doubling from 2 to 900, with a third of jitter. */
int64_t queue_backoff(int64_t attempts, uint64_t salt);

/* One at a time per repository; the kernel drops the lock with the process. E_LOCKED. */
int queue_lock(struct session *session, int *fd);

#endif
