/*
 * The life of a decision after it was found: what people say of it, what they add and tie together.
 * All of it is kept as facts, outlives `rebuild` and rewritten history, and teaches the classifier.
 */
#ifndef FLYWHEEL_DECISION_LIFE_H
#define FLYWHEEL_DECISION_LIFE_H

#include "flywheel/decision.h"

#include <stdbool.h>
#include <stdint.h>

/* One verdict of a person with what it was given on. Borrowed during the call. */
struct decision_said {
	const char *id, *evidence, *statement, *because, *instead_of, *source;
	const char *verdict; /* accepted or rejected */
	bool edited;         /* the texts are a person's, not the miner's */
	int64_t at;
};
typedef int (*decision_said_fn)(const struct decision_said *said, void *payload);
/* Ordered by time, then id. Verdicts on what is no longer there have no words and are left out. */
int decision_said_each(struct session *session, decision_said_fn fn, void *payload);

/* Words of a person. NULL: as it is; "" empties (not the statement). */
struct decision_words {
	const char *statement, *because, *instead_of;
};
/* The id and its evidence stay. E_INVALID: no statement, or a text of more than 4000 bytes. */
int decision_edit(struct session *session, const char *id, const struct decision_words *words);
/* A decision that no text holds, accepted at once; `commit` NULL: HEAD's. `out` gets its id. */
int decision_add(struct session *session, const struct decision_words *words,
	const struct oid *commit, const char *const *files, char out[13]);
/*
 * `relation`: supersedes, contradicts, related (then `target` is a decision), or commit, file,
 * symbol. NULL: found out from the target. `remove` takes the link away.
 */
int decision_link(struct session *session, const char *id, const char *relation, const char *target,
	bool remove);
typedef int (*decision_link_fn)(const char *relation, const char *target, void *payload);
int decision_links(struct session *session, const char *id, decision_link_fn fn, void *payload);

/* Takes a verdict back: what was said is forgotten, words that were edited stay edited. */
int decision_unjudge(struct session *session, const char *id);

/*
 * Writes a decision as a record (MADR headings, or Nygard's) into `folder` under its number and
 * title. `path` gets the new file; an existing one of the same decision is written again.
 */
int decision_export(
	struct session *session, const char *id, const char *folder, bool nygard, struct buf *path);

#endif
