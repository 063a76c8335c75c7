/*
 * The life of a decision after it was found: what people say of it, what they add and tie together.
 * All of it is kept as facts, outlives `rebuild` and rewritten history, and teaches the classifier.
 */
#ifndef FLYWHEEL_DECISION_LIFE_H
#define FLYWHEEL_DECISION_LIFE_H

#include "flywheel/decision.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a person says of a decision: "accepted", "rejected", or "proposed": a verdict is taken back.
 * It is kept for the id with the words it was given on, and shows in the note. `reason` may be "".
 */
int decision_judge(
	struct session *session, const char *id, const char *verdict, const char *reason);
/* Its words go, here and in notes, and do not come back: not from git, not from a teammate. */
int decision_forget(struct session *session, const char *id);

/* One verdict of a person with what it was given on. Borrowed during the call. */
struct decision_said {
	const char *id, *evidence, *statement, *because, *instead_of, *source;
	const char *verdict; /* accepted or rejected */
	bool edited;         /* the texts are a person's, not the miner's */
	int64_t at;
};
typedef int (*decision_said_fn)(const struct decision_said *said, void *payload);
/* Ordered by time, then id. Needs no mining before: all of it is facts. */
int decision_said_each(struct session *session, decision_said_fn fn, void *payload);

/* Words of a person. NULL: as it is; "" empties (not the statement). */
struct decision_words {
	const char *statement, *because, *instead_of, *consequences;
};
/* Id and evidence stay; it counts as accepted. E_INVALID: no statement, or over 4000 bytes. */
int decision_edit(struct session *session, const char *id, const struct decision_words *words);
/*
 * A decision that no text holds, accepted at once; `commit` NULL: HEAD's. `files` ends in NULL;
 * none of them: the commit's. `out` gets its id. E_EXISTS: the same words are there.
 */
int decision_add(struct session *session, const struct decision_words *words,
	const struct oid *commit, const char *const *files, char out[13]);

/*
 * `relation`: supersedes, contradicts, related (then `target` is a decision), or commit, file,
 * symbol. NULL: found out from the target; of a decision it is related. `remove` takes the link
 * away. E_NOTFOUND, E_INVALID: a target that is not there, a relation that is none.
 */
int decision_link(struct session *session, const char *id, const char *relation, const char *target,
	bool remove);
/* As it is told of `id`: a link that ends at it reads superseded-by, contradicted-by, related. */
typedef int (*decision_link_fn)(const char *relation, const char *target, void *payload);
int decision_links(struct session *session, const char *id, decision_link_fn fn, void *payload);

/*
 * Writes a decision as a record (MADR headings, or Nygard's) into `folder` under its number and
 * title. `path` gets the new file; one that holds the same decision is written again.
 */
int decision_export(
	struct session *session, const char *id, const char *folder, bool nygard, struct buf *path);

#endif
