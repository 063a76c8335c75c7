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
	char problem[256];          /* why a remote source was passed over, or "" */
};

struct harvest_options {
	const char *source; /* NULL: all that have consent. E_DENIED: the one named has none */
	int64_t since;      /* turns before this time are left for another call; 0: none are */
	bool dry_run;       /* writes nothing */
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

/* Scrubbing. A scrubber holds the compiled rules, the local salt and the known names. */
struct scrubber;
struct scrub_finding {
	const char *rule;  /* borrowed from the scrubber */
	size_t start, end; /* bytes of the input */
};
typedef int (*scrub_fn)(const struct scrub_finding *finding, const char *pseudonym, void *payload);

/* session NULL: no repository; then the salt is random, new for every scrubber. */
int scrubber_open(struct session *session, struct scrubber **out);
/* Pseudonyms by this text instead: two runs agree without a repository. */
void scrubber_set_salt(struct scrubber *scrubber, const char *salt);
void scrubber_free(struct scrubber *scrubber);
/* Appends the clean text; `fn` (may be NULL) is told of each replacement. */
int scrub_text(struct scrubber *scrubber, const char *text, size_t len, struct buf *out,
	scrub_fn fn, void *payload);
/*
 * The first piece of a long text, for who cannot hold all of it: *done bytes of the window were
 * scrubbed, the others are to be handed over again with what follows them. *done 0: the window must
 * grow. `offset` is added to findings' places; `last`: nothing follows.
 */
int scrub_window(struct scrubber *scrubber, const char *text, size_t len, bool last, size_t offset,
	struct buf *out, scrub_fn fn, void *payload, size_t *done);
/* Number of secrets (not personal data) in a text: the rescan that curation and upload make. */
size_t scrub_count_secrets(struct scrubber *scrubber, const char *text, size_t len);

#endif
