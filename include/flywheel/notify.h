/* Telling people that a run has ended: a program of theirs, a web hook. */
#ifndef FLYWHEEL_NOTIFY_H
#define FLYWHEEL_NOTIFY_H

#include "flywheel/session.h"

#include <stdint.h>

/*
 * Delivers what is owed for ended runs by flywheel.notifyCommand and .notifyUrl, at least once
 * each. One that cannot be told is tried again with every call for a day after its end, then left.
 * `owed`: how many are still to be told.
 */
int notify_due(struct session *session, int64_t now, int64_t *owed);

#endif
