/*
 * Whether an unattended revolution is due in one repository. The schedule ticks once an hour, for
 * all repositories of a user alike; how often the wheel turns is each repository's own setting,
 * flywheel.every, and when it last turned stands in its sidecar.
 */
#ifndef FLYWHEEL_DUE_H
#define FLYWHEEL_DUE_H

#include "flywheel/session.h"

#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_TICK 3600    /* seconds from one tick to the next */
#define SCHEDULE_SHORTEST 900 /* the shortest flywheel.every, in seconds */

struct due {
	int64_t every; /* seconds; 0: no schedule, then nothing is ever due */
	int64_t last;  /* as marked; 0: never */
	int64_t from;  /* due at any tick from this time on; 0: at once */
	bool now;
};

/* The value of flywheel.every in seconds; "" is 0. E_INVALID says what it should be. */
int every_parse(const char *text, int64_t *seconds);

/*
 * Ticks come an hour apart, with a random delay: a tick a little early counts, else every 12 hours
 * would be every 13. A last time in the future (the clock was set back) is due at once, because it
 * would otherwise stop the wheel until then. Runs that were missed are made up for by one.
 * Nothing is due while flywheel.enabled is false.
 */
int due_read(struct session *session, int64_t now, struct due *out);
int schedule_due(struct session *session, int64_t now, bool *due);

/*
 * Remembers that a revolution was started for the tick of `now`. Call it in the transaction that
 * puts the run into the queue: a kill leaves both or none, and a long run moves no later one.
 */
int schedule_mark(struct session *session, int64_t now);

#endif
