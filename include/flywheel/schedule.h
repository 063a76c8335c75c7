/*
 * The schedule: one hourly tick per user, kept by the machine's own scheduler (systemd user timers,
 * crontab or launchd), that starts a worker in each repository of the global, multi-valued setting
 * flywheel.repo. Whether a revolution is due there is decided there (flywheel/due.h).
 *
 * FLYWHEEL_TEST_SCHEDULER, for tests, says which schedulers exist and which program stands in for
 * each: "crontab:/path/of/a/fake" or several, separated by commas; those not named do not exist,
 * so that the empty text is a machine without any.
 */
#ifndef FLYWHEEL_SCHEDULE_H
#define FLYWHEEL_SCHEDULE_H

#include "flywheel/due.h"
#include "flywheel/repo.h"
#include "flywheel/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schedule_change {
	char *repository;      /* as it stands in flywheel.repo */
	const char *scheduler; /* static; NULL: none was touched */
	unsigned minute;       /* of the hour, local time, at which the tick comes */
	char *every;           /* start: what is in force now */
	bool listed;           /* start: entered now; stop: was in the list */
	bool unit;             /* start: the tick was written; stop: it was removed */
	size_t left;           /* repositories in the list now */
};

/*
 * Enters the session's repository. `scheduler` is "auto" or a name, `every` a duration or NULL: as
 * it is set, else 12h. Again is no change. E_USAGE: a name that is none; E_INVALID: `every`;
 * E_NOTFOUND: no scheduler here can be used, and why.
 */
int schedule_start(struct session *session, const char *scheduler, const char *every,
	struct schedule_change *out);
/* Takes it out; the tick goes with the last one. Not in the list is no error. */
int schedule_stop(struct repo *repo, struct schedule_change *out);
void schedule_change_release(struct schedule_change *change);

struct schedule_row {
	char *repository;
	char *problem; /* gone, not readable, a setting that is nonsense; NULL: none */
	bool exists, enabled;
	char *every; /* the setting's text */
	struct due due;
	int64_t next; /* the tick at which a revolution is due; 0: never */
};

struct schedule_status {
	const char *scheduler; /* static; NULL: no tick is installed */
	bool outdated;         /* the tick is not as we would write it: `start` renews it */
	unsigned minute;
	char *here; /* the repository asked about; NULL: none */
	struct schedule_row *rows;
	size_t count;
};

/* `repo` may be NULL. */
int schedule_status(struct repo *repo, int64_t now, struct schedule_status *out);
void schedule_status_release(struct schedule_status *status);

/*
 * The tick: `<program> worker --scheduled` in each repository, one after the other. One that fails
 * or is gone is told to `problem` and counted, and the next has its turn; one that works for longer
 * than `patience` (seconds) is left to its work.
 */
typedef void (*schedule_problem_fn)(const char *repository, const char *what, void *payload);
int schedule_run(const char *program, double patience, schedule_problem_fn problem, void *payload,
	size_t *problems);

#endif
