/*
 * Pushes that a hook saw leave, one row per ref: kept until it is known whether they arrived.
 * Strings in rows are owned and never NULL after a read.
 */
#ifndef FLYWHEEL_STORE_PUSH_H
#define FLYWHEEL_STORE_PUSH_H

#include "flywheel/store.h"

#include <stdbool.h>
#include <stdint.h>

#define PUSH_OID 20 /* bytes of a git object id */

#define PUSH_WAITING "waiting"
#define PUSH_ARRIVED "arrived"
#define PUSH_LOST "lost"
#define PUSH_IGNORED "ignored" /* a branch that is not trained on */

struct push_row {
	int64_t id;
	char *remote, *url;
	char *ref; /* as the remote names it; "" when the hook was not told */
	unsigned char oid[PUSH_OID];
	int64_t pid, pid_start; /* of the git that pushes; 0: not known */
	int64_t at, next_at, attempts;
	char *state, *reason, *spool;
};

void push_row_release(struct push_row *push);
/* Adds the row unless one with its `spool` is there: then nothing changes. Takes no ownership. */
int push_row_add(struct store *store, const struct push_row *push);
/* Stores next_at, attempts, state and reason of the row with this id. */
int push_row_update(struct store *store, const struct push_row *push);
/*
 * The first waiting push after the row `after` (0: the first of all) that is to be looked at now.
 * One whose time is further away than `longest` is due too: the clock was set back. E_NOTFOUND.
 */
int push_row_due(
	struct store *store, int64_t now, int64_t longest, int64_t after, struct push_row *out);
/* How many wait, and when the first of them is to be looked at (0: none). */
int push_waiting(struct store *store, int64_t *count, int64_t *next);
/* Whether this commit is known to have arrived, wherever that was. */
int push_has_arrived(struct store *store, const unsigned char oid[PUSH_OID], bool *arrived);
/* Whether it is known to have been pushed to this ref, and not known to be lost. */
int push_is_known(
	struct store *store, const char *ref, const unsigned char oid[PUSH_OID], bool *known);

#endif
