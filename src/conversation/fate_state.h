/*
 * States of the walk over history, kept in the sidecar: what was known after so many commits. A
 * walk goes on from the newest one that holds, and comes to what walking everything would have come
 * to.
 */
#ifndef CONVERSATION_FATE_STATE_H
#define CONVERSATION_FATE_STATE_H

#include "conversation/fate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fate_mark {
	int64_t seen;             /* commits walked; names the state */
	struct oid notes;         /* of attribution, as they were then; zero: none */
	uint64_t shallow;         /* a hash of where history is cut off */
	int64_t newest;           /* time of the youngest commit */
	uint32_t taken;           /* edits: the oldest ones */
	uint64_t edits;           /* a hash of these */
	struct fate_commit *tips; /* without a child among those walked */
	size_t tip_count;
};
void fate_mark_release(struct fate_mark *mark);

/* Whether the state after so many commits is kept where `all` were walked: few, and all the fewer
 * the longer ago, so that to go back costs in proportion to how far. */
bool fate_state_kept(int64_t seen, int64_t all);
/* In a transaction of its own. What was kept for as many commits goes. */
int fate_state_save(const struct fate_walk *walk, const struct oid *notes);
/* The newest state of fewer commits than `below` whose edits are the oldest of those listed, or
 * E_NOTFOUND. The caller releases. */
int fate_state_find(struct fates *fates, int64_t below, struct fate_mark *out);
/* Into a walk that has seen nothing yet. E_NOTFOUND: somebody else has just removed it. */
int fate_state_load(struct fate_walk *walk, const struct fate_mark *mark);
/* Removes what is not kept where so many were walked. In the caller's transaction. */
int fate_state_prune(struct store *store, int64_t all);

#endif
