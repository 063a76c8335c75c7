/*
 * Notes of several people brought together. A note is paragraphs of trailers (doc/formats.md);
 * git's own merges work on lines and double paragraphs, so notes are merged by the decisions' ids.
 */
#ifndef FLYWHEEL_DECISION_NOTE_H
#define FLYWHEEL_DECISION_NOTE_H

#include "flywheel/session.h"
#include "util/buf.h"

#include <stddef.h>

/*
 * Appends the merge of two notes: of each id the later word of a person, a forgotten one always;
 * sorted by id; paragraphs that are no decisions at the end, each once. Idempotent, commutative and
 * associative, so that clones agree in whatever order they meet.
 */
void decision_note_merge(const char *ours, const char *theirs, struct buf *out);

/*
 * Merges another notes ref (a teammate's, fetched beside ours) into ours. `*changed`: notes that
 * are other than before. E_NOTFOUND: no such ref; E_INVALID: it holds no notes.
 */
int decision_notes_take(struct session *session, const char *ref, size_t *changed);

#endif
