/*
 * Decisions: why the code is as it is. Mined by cue patterns from messages, comments, ADRs and
 * talk, each with the verbatim span it came from, linked to commits, files and symbols, and
 * written to refs/notes/flywheel/decisions as paragraphs of trailers.
 */
#ifndef FLYWHEEL_DECISION_H
#define FLYWHEEL_DECISION_H

#include "flywheel/repo.h"
#include "flywheel/session.h"

#include <stdbool.h>

struct decision {
	const char *id;           /* 12 hex digits of a hash of source and evidence */
	const char *statement;    /* what was decided */
	const char *because;      /* the reason, or "" */
	const char *instead_of;   /* the rejected alternative, or "" */
	const char *consequences; /* good and bad ones, as the source has them, or "" */
	const char *evidence;     /* verbatim */
	const char *source; /* "commit", "comment", "adr", "person", or a conversation source */
	const char *origin; /* "path:line", session id, the commit it was carried from, or "" */
	/* proposed, accepted; not in force: rejected, stale (what it speaks about is gone or
	 * another thing now), superseded (by a revert or a later decision), contradicted (by a
	 * later one) */
	const char *status;
	const char *by;     /* of the last three: a decision's id, a commit, what changed; or "" */
	const char *reason; /* of a person's verdict, or "" */
	int64_t judged_at;  /* 0: nobody did */
	struct oid commit;  /* zero when none is known */
	double confidence;  /* 0..1 */
	/* Time of its commit, of its turn; for a comment, of the last commit that touched its file.
	 */
	int64_t at;
	const char *const *files;   /* paths, NULL-terminated */
	const char *const *symbols; /* names in the text; qualified where HEAD has them */
};

/* Mines what is new since the last call and writes the notes; `*found` may be NULL. */
int decision_mine(struct session *session, size_t *found);

/*
 * Asks the model of flywheel.miner.url about messages and talk that it was not asked about, the
 * newest first, flywheel.miner.limit of them; what it says is kept, and the next decision_mine
 * writes it down. The text is scrubbed before it leaves; a note whose evidence is not in it word
 * for word is dropped. 0 at once without an address. E_NETWORK, E_DENIED, E_NOTFOUND: what was
 * answered until then is kept. `*asked` may be NULL.
 */
int decision_ask(struct session *session, size_t *asked);

/* Reads the versions of all files, which make questions about a line fast. Only what is new. */
int decision_read_versions(struct session *session);

struct decision_query {
	const char *path;   /* any of these may be NULL / 0: no constraint */
	const char *symbol; /* qualified name or name */
	const struct oid *commit;
	const char *words; /* full-text */
	size_t limit;
};
typedef int (*decision_fn)(const struct decision *decision, void *payload);
/* Newest in force first. The decision is borrowed during the call. */
int decision_each(
	struct session *session, const struct decision_query *query, decision_fn fn, void *payload);
int decision_count(struct session *session, size_t *count);
/* By its id or a prefix of 4 digits or more. E_NOTFOUND; E_INVALID when several begin so. */
int decision_find(struct session *session, const char *id, decision_fn fn, void *payload);

/* Is it in force? By its status alone. */
bool decision_in_force(const char *status);

#endif
