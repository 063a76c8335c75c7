/*
 * Attending the queue: pushes are confirmed, the schedule is asked, runs are carried on, people are
 * told. One process does it at a time; it stays while anything is on its way and leaves when
 * nothing is. What it leaves behind when it dies, the next hook, `status` or tick of the schedule
 * takes up.
 */
#include "hook/internal.h"

#include "flywheel/config.h"
#include "flywheel/cycle.h"
#include "flywheel/due.h"
#include "flywheel/notify.h"
#include "flywheel/push.h"
#include "flywheel/queue.h"
#include "flywheel/store.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NOTIFY_AGAIN 300 /* seconds until somebody who could not be told is tried again */
#define LOOK_AGAIN 2     /* seconds at most until settings and new pushes are looked at */

struct attending {
	struct session *session;
	worker_log_fn log;
	void *payload;
	int64_t next; /* the earliest appointment; 0: none */
};

static void say(struct attending *attending, const char *what, const char *words)
{
	char *line = xstrfmt("%s: %s", what, words);

	if (attending->log)
		attending->log(line, attending->payload);
	free(line);
}

static void appoint(struct attending *attending, int64_t when)
{
	if (when && (!attending->next || when < attending->next))
		attending->next = when;
}

static void say_stage(const char *stage, const char *said, double seconds, void *payload)
{
	(void)seconds;
	say(payload, stage, said);
}

static void say_bad_push(const char *line, void *payload)
{
	say(payload, "push", line);
}

static int arrived(struct session *session, const struct oid *oid, const char *ref,
	const char *remote, void *payload)
{
	int64_t id = 0;
	int rc = queue_add(session, oid, "push", ref, &id);
	char *line = xstrfmt("%s arrived at %s: run %lld", ref, remote, (long long)id);

	if (!rc)
		say(payload, "push", line);
	free(line);
	return rc;
}

static int confirm_pushes(struct attending *attending)
{
	int64_t next = 0;
	int rc = push_collect(attending->session, say_bad_push, attending);

	if (!rc)
		rc = push_confirm(attending->session, clock_now(), arrived, attending, &next);
	appoint(attending, next);
	return rc;
}

/* The run and the mark in one transaction: a kill leaves both or none. */
static int ask_schedule(struct attending *attending)
{
	struct session *session = attending->session;
	int64_t now = clock_now(), id = 0;
	struct oid head;
	bool due = false;
	int rc = schedule_due(session, now, &due);

	if (rc || !due || repo_head(session->repo, &head))
		return rc;
	rc = store_begin(session->store);
	if (!rc)
		rc = queue_add(session, &head, "schedule", "", &id);
	if (!rc)
		rc = schedule_mark(session, now);
	if (rc) {
		store_rollback(session->store);
		return rc;
	}
	say(attending, "schedule", "a revolution is due");
	return store_commit(session->store);
}

static int tell_people(struct attending *attending)
{
	int64_t owed = 0, now = clock_now();
	int rc = notify_due(attending->session, now, &owed);

	if (owed)
		appoint(attending, now + NOTIFY_AGAIN);
	return rc;
}

/* One look at everything. An error of one part must not keep the others from their work. */
static void look(struct attending *attending)
{
	static int (*const parts[])(struct attending *) = {
		confirm_pushes, ask_schedule, NULL, tell_people};
	struct cycle_options options = {.fn = say_stage, .payload = attending};
	int64_t next = 0;

	attending->next = 0;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		int rc = parts[i] ? parts[i](attending)
				  : cycle_step(attending->session, &options, &next);

		if (!parts[i])
			appoint(attending, next);
		if (rc) {
			say(attending, "failed", error_message());
			appoint(attending, clock_now() + queue_backoff(8, (uint64_t)getpid()));
			error_clear();
		}
	}
}

/* Settings may change while we sleep: the kill switch above all. */
static bool still_enabled(struct session *session)
{
	struct config *fresh = NULL;

	if (config_load(session->repo, &fresh)) {
		error_clear();
		return config_bool(session->config, "enabled");
	}
	config_free(session->config);
	session->config = fresh;
	return config_bool(fresh, "enabled");
}

static void sleep_towards(int64_t when)
{
	int64_t seconds = when - clock_now();
	struct timespec pause = {.tv_sec = seconds < LOOK_AGAIN ? seconds : LOOK_AGAIN};

	if (seconds > 0)
		nanosleep(&pause, NULL);
}

static void attend(struct attending *attending, bool once)
{
	int64_t before;

	do {
		before = clock_now();
		look(attending);
		if (!once && attending->next > before)
			sleep_towards(attending->next);
	} while (attending->next && !interrupted() && still_enabled(attending->session) &&
		 (!once || attending->next <= before));
}

/*
 * A push may come between our last look and our leaving: its worker is turned away by the lock, but
 * has raised the flag before it asked, and we look at the flag after we let go.
 */
int attend_queue(
	struct session *session, bool once, worker_log_fn log, void *payload, int64_t *next)
{
	struct attending attending = {.session = session, .log = log, .payload = payload};
	char *flag = path_join(store_folder(session->store), "queue.again");
	bool lowered;
	int fd = -1, rc;

	*next = 0;
	if (flag_raise(flag))
		error_clear(); /* a full disk must not keep the queue from its work */
	do {
		rc = queue_lock(session, &fd);
		if (rc)
			break;
		lowered = !unlink(flag);
		attend(&attending, once);
		close(fd);
	} while (lowered && file_exists(flag) && !interrupted() && still_enabled(session));
	free(flag);
	*next = attending.next;
	return rc == E_LOCKED ? 0 : rc;
}
