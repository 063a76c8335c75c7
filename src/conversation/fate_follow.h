/*
 * Following all lines of assistants to HEAD: from the newest state of the walk that holds, or from
 * nothing. Which of them it is changes no row.
 */
#ifndef CONVERSATION_FATE_FOLLOW_H
#define CONVERSATION_FATE_FOLLOW_H

#include "conversation/fate.h"
#include "conversation/quiet.h"

struct following {
	struct fates *fates;    /* nothing is in it yet */
	struct oid head, notes; /* notes of attribution; zero: there are none */
	int64_t last;           /* edits up to this turn */
	struct quiet quiet;     /* filled; the caller releases */
	int64_t seen;           /* set: commits walked, also for the state that it began at */
};
int fates_follow(struct following *following);

#endif
