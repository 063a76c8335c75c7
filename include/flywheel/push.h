/*
 * From a push to a run. A hook notes what is about to be pushed; here is found out whether it
 * arrived, because only that may start training: a push can be rejected, fail, or be given up.
 */
#ifndef FLYWHEEL_PUSH_H
#define FLYWHEEL_PUSH_H

#include "flywheel/repo.h"
#include "flywheel/session.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads the notes in the sidecar's spool into its table in one transaction, then deletes them; a
 * kill in between does no harm. A malformed one is set aside as <name>.bad, and `log` (may be NULL)
 * is told in a line.
 */
typedef void (*push_log_fn)(const char *line, void *payload);
int push_collect(struct session *session, push_log_fn log, void *payload);

/*
 * Told of each commit that arrived on a branch that is trained on, once, inside the transaction
 * that records its arrival: no network here. A negative return undoes it, and the push is looked
 * at again. `ref` is the remote's; `remote` its name, or a URL.
 */
typedef int (*push_arrived_fn)(struct session *session, const struct oid *commit, const char *ref,
	const char *remote, void *payload);

/*
 * Takes note of what was pushed before, which starts nothing. Only the first call does anything;
 * push_confirm() begins with one.
 */
int push_watch(struct session *session, int64_t now);

/*
 * Looks at every push that is due, and for pushes that no hook saw. May ask remotes, a minute each
 * at most: call it outside of a transaction. `next` is when to look again, 0 when nothing waits.
 * A remote that cannot be reached is no error: its pushes wait, for days if need be.
 */
int push_confirm(
	struct session *session, int64_t now, push_arrived_fn fn, void *payload, int64_t *next);

/*
 * Whether commits on this ref of a remote (name or URL) are trained on: where a glob of
 * flywheel.trainBranch fits the branch (`*` fits slashes too); with none, on the remote's default
 * branch, or on main and master where that is not known.
 */
bool push_wanted(struct session *session, const char *remote, const char *ref);

#endif
