/*
 * What a sentence says about the code: a decision, its reason, an alternative and so on. A linear
 * classifier over words, characters, sentence structure and the cue patterns, trained by
 * src/command/decision_trainer.c when the program is built and carried in it. doc/decisions.md
 * defines the labels and says how good it is.
 */
#ifndef FLYWHEEL_CLASSIFY_H
#define FLYWHEEL_CLASSIFY_H

#include "util/strings.h"

#include <stddef.h>

enum sentence_label {
	LABEL_DECISION,    /* how the code is from now on, because someone chose so */
	LABEL_RATIONALE,   /* the reason, aim or benefit of a choice */
	LABEL_ALTERNATIVE, /* a way that was not taken, or no longer */
	LABEL_PRO,
	LABEL_CON,
	LABEL_WHAT, /* what the change does, bookkeeping included */
	LABEL_WHY,  /* why it is made: a reason, or the trouble that called for it */
	LABEL_COUNT
};

struct classifier;

/* E_INVALID when the carried model or the cues are broken, which is our own bug. */
int classifier_open(struct classifier **out);
void classifier_free(struct classifier *classifier);

const char *label_name(enum sentence_label label); /* "Decision" ... */
/* At and above it the label is given. */
double label_threshold(const struct classifier *classifier, enum sentence_label label);
/* A probability for each label. `sentence` is one sentence, without line breaks. */
void classify_sentence(
	struct classifier *classifier, const char *sentence, double scores[LABEL_COUNT]);

/* The sentences of a message, as the miner reads them: no quotes, code, diffs or trailers. */
void classify_sentences(const char *message, size_t len, struct strings *out);

/* What the miner would write down of one sentence; texts are owned, "" when there is none. */
struct classified_note {
	char *statement, *because, *instead_of, *consequences;
	double confidence;
};
/*
 * False when it would write down nothing. `source` is "commit", "comment", "adr" or "talk";
 * `subject` a commit's first line, or NULL.
 */
bool classify_note(struct classifier *classifier, const char *source, const char *subject,
	const char *sentence, struct classified_note *out);
void classified_note_release(struct classified_note *note);

#endif
