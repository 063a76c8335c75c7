/*
 * Talk around the code: commit messages, comments that give reasons, ADRs, and the sessions of
 * coding assistants. Everything is scrubbed in memory before the first write; a text that cannot
 * be scrubbed is dropped.
 */
#ifndef FLYWHEEL_CONVERSATION_H
#define FLYWHEEL_CONVERSATION_H

#include "flywheel/session.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct harvest_report {
	size_t files, turns, edits; /* turns and edits: new in this call */
	size_t dropped;             /* turns that could not be scrubbed */
	size_t malformed;           /* records that could not be read */
	size_t findings;            /* secrets and personal data replaced */
	size_t passed;              /* places that may not be read, or that refused */
	char problem[256];          /* why the last of them was passed over, or "" */
};

struct harvest_options {
	const char *source; /* NULL: all that have consent. E_DENIED: the one named has none */
	int64_t since;      /* turns before this time are left for another call; 0: none are */
	bool dry_run;       /* writes nothing */
	bool unattended;    /* a remote place is asked once in flywheel.harvest.interval */
};
/* Reads every source since its watermark. `options` may be NULL. */
int conversation_harvest(struct session *session, const struct harvest_options *options,
	struct harvest_report *report);

/* Where a source's talk lies, and so whether it is read without being asked for. */
enum source_reach {
	REACH_REPOSITORY, /* in the repository itself */
	REACH_MACHINE,    /* a tool's files on this machine */
	REACH_REMOTE      /* another machine's: only when configured */
};
struct source_listing {
	const char *name, *title;
	enum source_reach reach;
	bool allowed; /* flywheel.harvest.<name>; a mined source needs no consent */
	bool mined;   /* read from git by the miner of decisions: its units are not turns */
	size_t places, sessions, ours; /* ours: of this repository; a mined source's decisions */
};
typedef int (*source_fn)(const struct source_listing *listing, void *payload);
int conversation_sources(struct session *session, source_fn fn, void *payload);

struct turn {
	int64_t id, at;
	const char *source, *session, *role, *branch, *text; /* borrowed during the call */
	const char *tool, *model; /* of an assistant's turn; "" where not known */
};
typedef int (*turn_fn)(const struct turn *turn, void *payload);
/* Stored turns in order of (session, time, id). */
int conversation_each(struct session *session, turn_fn fn, void *payload);

#endif
