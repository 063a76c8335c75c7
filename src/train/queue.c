/* The durable queue: who gets in, who is asked to leave, who holds the lock, when to try again. */
#include "flywheel/queue.h"
#include "flywheel/revolution.h"

#include "flywheel/store.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define BACKOFF_FIRST 2 /* seconds */
#define BACKOFF_LAST 900

/* The run that has or had this commit, or the one that waits and can take it. E_NOTFOUND. */
static int find_place(struct store *store, const struct oid *head, struct run_row *out)
{
	int rc = run_of_head(store, head->raw, out);

	if (rc != E_NOTFOUND)
		return rc;
	rc = run_last(store, "waiting", out);
	if (!rc && strcmp(out->stage, stage_name(STAGE_INDEX))) {
		run_release(out); /* a retried one, fixed on its own commit */
		return E_NOTFOUND;
	}
	return rc;
}

static int put(struct store *store, const struct oid *head, const char *origin, const char *ref,
	int64_t *id)
{
	struct run_row row;
	int rc = find_place(store, head, &row);

	if (rc == E_NOTFOUND) {
		error_clear();
		rc = 0;
		run_init(&row);
		run_set(&row.state, "waiting");
		run_set(&row.stage, stage_name(STAGE_INDEX));
	}
	if (!rc && (!row.id || memcmp(row.head, head->raw, OID_RAW))) {
		memcpy(row.head, head->raw, OID_RAW);
		run_set(&row.origin, origin);
		run_set(&row.ref, ref);
		rc = run_save(store, &row);
	}
	*id = row.id;
	run_release(&row);
	return rc;
}

int queue_add(struct session *session, const struct oid *head, const char *origin, const char *ref,
	int64_t *id)
{
	int rc = store_begin(session->store);

	*id = 0;
	if (rc)
		return rc;
	rc = put(session->store, head, origin, ref, id);
	if (rc)
		store_rollback(session->store);
	return rc ? rc : store_commit(session->store);
}

static bool has_state(const struct run_row *row, const char *state)
{
	return !strcmp(row->state, state);
}

static int cancel(struct store *store, struct run_row *row)
{
	if (has_state(row, "running"))
		return run_ask_cancel(store, row->id, true);
	if (!has_state(row, "waiting"))
		return fail(E_EXISTS, "run %lld is %s already", (long long)row->id, row->state);
	run_set(&row->state, "done");
	run_set(&row->verdict, "cancelled");
	run_set(&row->reason, "cancelled before it began");
	row->finished = clock_now();
	return run_save(store, row);
}

/* "flywheel-1f00" has the next job "flywheel-1f00-2", that one "-3". */
static void next_key(struct run_row *row)
{
	const char *round = strlen(row->key) > KEY_LEN ? row->key + KEY_LEN + 1 : "1";
	char *key = xstrfmt("%.*s-%lld", KEY_LEN, row->key, strtoll(round, NULL, 10) + 1);

	run_set(&row->key, key);
	free(key);
}

static int again(struct store *store, struct run_row *row)
{
	bool cancelled = !strcmp(row->verdict, "cancelled");

	if (!has_state(row, "failed") && !cancelled)
		return fail(E_EXISTS, "run %lld is %s: only a failed or cancelled run is retried",
			(long long)row->id, row->state);
	if (row->submitted) {
		next_key(row);
		row->submitted = 0;
		run_set(&row->stage, stage_name(STAGE_UPLOAD));
	}
	run_set(&row->state, "waiting");
	run_set(&row->error, "");
	run_set(&row->remote, "");
	if (cancelled) { /* else they are the gate's, for a promotion that failed */
		run_set(&row->verdict, "");
		run_set(&row->reason, "");
	}
	row->finished = row->next_at = row->attempts = 0;
	row->notified = false;
	return run_ask_cancel(store, row->id, false) ? E_IO : run_save(store, row);
}

/* Reads a row, changes it and saves it while nobody else can. */
static int change(
	struct session *session, int64_t id, int (*fn)(struct store *store, struct run_row *row))
{
	struct run_row row = {0};
	int rc = store_begin(session->store);

	if (rc)
		return rc;
	rc = run_get(session->store, id, &row);
	if (!rc)
		rc = fn(session->store, &row);
	run_release(&row);
	if (rc)
		store_rollback(session->store);
	return rc ? rc : store_commit(session->store);
}

int queue_cancel(struct session *session, int64_t id)
{
	return change(session, id, cancel);
}

int queue_retry(struct session *session, int64_t id)
{
	return change(session, id, again);
}

bool queue_transient(int error)
{
	return error == E_NETWORK || error == E_DENIED || error == E_LOCKED || error == E_IO ||
	       error == E_LATER;
}

int64_t queue_backoff(int64_t attempts, uint64_t salt)
{
	int64_t seconds = BACKOFF_FIRST;
	uint64_t mixed = (salt + (uint64_t)attempts) * 0x9e3779b97f4a7c15u;

	while (--attempts > 0 && seconds < BACKOFF_LAST)
		seconds *= 2;
	if (seconds > BACKOFF_LAST)
		seconds = BACKOFF_LAST;
	/* Many clones that lost one server must not come back at the same second. */
	return seconds - (int64_t)((mixed >> 33) % (uint64_t)(seconds / 3 + 1));
}

/* `status` looks by taking the lock for a moment: that must not turn a runner away. */
static int lock_patiently(int fd)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

	for (int tries = 0; tries < 20; tries++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return 0;
		nanosleep(&pause, NULL);
	}
	return -1;
}

int queue_lock(struct session *session, int *fd)
{
	char *path = path_join(store_folder(session->store), "queue.lock");
	int rc = 0;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		rc = fail(E_IO, "cannot open %s: %s", path, strerror(errno));
	else if (lock_patiently(*fd))
		rc = fail(
			E_LOCKED, "a run is being worked on here: `git flywheel jobs` shows which");
	if (rc && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	free(path);
	return rc;
}
