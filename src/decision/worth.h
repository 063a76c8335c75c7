/*
 * What a note is worth: the probability that a maintainer would keep it. A linear model over the
 * note's words, its parts, the labels of its sentence, rules of doubt and the place where it
 * stands; its weights were learned from notes that people judged
 * (tests/accuracy/decisions/worth.py).
 */
#ifndef DECISION_WORTH_H
#define DECISION_WORTH_H

#include "decision/classifier.h"

/* A reason to doubt a draft: it holds, or not. The list ends with a name of NULL. */
struct doubt {
	const char *name;
	bool (*holds)(const struct decision_draft *draft);
	double cost; /* of confidence, in talk, where nothing was learned */
};
extern const struct doubt doubts[];
/* How much a statement gives a reader to hold on to: words, names of code counted twice. */
unsigned doubt_weight(const char *statement);
/* Tests, manuals, examples and the like. */
bool doubt_is_side_file(const char *path);

typedef void (*worth_fn)(const char *feature, double value, void *payload);
/* The log odds of a draft from its words. `fn`, which may be NULL, is told each feature. */
double worth_of_words(struct classifier *classifier, const char *source,
	const struct decision_draft *draft, worth_fn fn, void *payload);
/* What a commit's first line adds to them. */
double worth_of_subject(const struct classifier *classifier, const struct decision_draft *draft,
	const char *subject, worth_fn fn, void *payload);
/* What is added to them by where the draft stands: which span of its text, and what files go with
 * it. */
double worth_of_place(const struct classifier *classifier, const char *source,
	const struct decision_draft *draft, const struct strings *files, worth_fn fn,
	void *payload);
extern const char worth_tsv[]; /* worth.tsv, embedded at build time */

#endif
