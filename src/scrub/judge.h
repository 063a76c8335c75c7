/*
 * A judge of values: what stands behind a name that keys and passwords have, and how much its form
 * and its place look like a secret's. A linear model whose weights were learned from labelled
 * repositories (tests/accuracy/judge.py); it knows nothing of the rules, and adds to what they
 * find.
 */
#ifndef SCRUB_JUDGE_H
#define SCRUB_JUDGE_H

#include "util/map.h"
#include "util/regex.h"

#define JUDGE_FINDS 2.0 /* log odds above which a value is a secret */

struct judged {
	struct span value, name;
	unsigned nth; /* of the values behind the name, from 1 */
	double score; /* log odds of being a secret; judge_score fills it */
};

typedef void (*feature_fn)(const char *feature, size_t len, void *payload);
struct judge {
	struct map weights;   /* see util/weights.h */
	struct judged *items; /* in the order of their names */
	size_t count, capacity;
	double sum;
	feature_fn fn; /* told of each feature; may be NULL */
	void *payload;
};
/* `weights`: lines of a weight, a tab and a feature; the judge is the caller's to release. */
void judge_init(struct judge *judge, const char *weights);
void judge_release(struct judge *judge);
void judge_clear(struct judge *judge);
/*
 * Takes the values behind the keyword that ends at `end`, to the end of its line. Keywords come in
 * order: a value behind two names is the later one's.
 */
void judge_near(struct judge *judge, const char *text, size_t len, size_t end);
/* Fills in the score of an item of text[0..len). */
void judge_score(struct judge *judge, const char *text, size_t len, struct judged *item);
extern const char judge_tsv[]; /* judge.tsv, embedded at build time */

#endif
