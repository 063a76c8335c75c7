/*
 * Quiet commits: neither they nor their ancestors have anything of an assistant in them. No edit is
 * as old, and none of them is claimed. What was found quiet once is not walked again when HEAD is
 * on another branch. A set of commits with all their ancestors is kept as its tips.
 */
#ifndef CONVERSATION_QUIET_H
#define CONVERSATION_QUIET_H

#include "flywheel/repo.h"
#include "flywheel/session.h"
#include "util/map.h"

#include <stdbool.h>
#include <stdint.h>

struct quiet {
	int64_t newest;  /* time of the youngest of them */
	struct map tips; /* raw id: its time, or 0 when it has a quiet child */
	bool changed;
};

/* What was saved with these notes of attribution; others may claim any commit, so then none is. */
void quiet_load(struct session *session, const struct oid *notes, struct quiet *out);
/* In the caller's transaction, and only when something was added. */
int quiet_save(struct session *session, const struct oid *notes, const struct quiet *quiet);
/* Its parents are quiet, or there are none. */
void quiet_add(struct quiet *quiet, const struct commit *commit);
/* The caller frees the list. */
struct oid *quiet_tips(const struct quiet *quiet, size_t *count);
void quiet_release(struct quiet *quiet);

#endif
