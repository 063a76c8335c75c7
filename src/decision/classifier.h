/* The classifier's parts: word families, features, the linear model, and learning it. */
#ifndef DECISION_CLASSIFIER_H
#define DECISION_CLASSIFIER_H

#include "decision/internal.h"
#include "flywheel/classify.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct lexicon;
/* `vectors`: the text of words.tsv, borrowed; "" for none. */
struct lexicon *lexicon_new(const char *vectors);
void lexicon_free(struct lexicon *lexicon);
/* A bit for each family that a lower-case word belongs to. */
uint64_t lexicon_families(const struct lexicon *lexicon, const char *word, size_t len);
const char *lexicon_family(size_t index); /* its name; NULL past the last */
bool lexicon_keeps(const struct lexicon *lexicon, const char *word, size_t len);
/* Words that are used alike have vectors that point the same way. False when it has none. */
#define VECTOR_SIZE 24
bool lexicon_vector(
	const struct lexicon *lexicon, const char *word, size_t len, float out[VECTOR_SIZE]);

/* Named features share the hashed buckets; those of vectors have buckets of their own behind them.
 */
#define FEATURE_BITS 15
#define FEATURE_HASHED (1u << FEATURE_BITS)
#define FEATURE_BUCKETS (FEATURE_HASHED + 3 * VECTOR_SIZE)

struct feature {
	uint32_t bucket;
	float value;
};

/* A sentence as the model sees it; buckets may repeat, and then add up. */
struct features {
	struct feature *list;
	size_t count, capacity;
};
void features_release(struct features *features);
/* Replaces what `out` held. */
void features_of(const struct lexicon *lexicon, const struct cues *cues, const char *sentence,
	struct features *out);

/* One label's linear model. */
struct label_model {
	const char *weights; /* FEATURE_BUCKETS of them, a character each, times `scale` */
	double scale, bias;
	double slope, offset; /* of the probability: sigmoid(slope * margin + offset) */
	double threshold;
};

/* Reads what classifier_learn wrote, which stays borrowed. E_INVALID when it is none. */
int label_models_read(const char *bytes, struct label_model out[LABEL_COUNT]);
double label_margin(const struct label_model *model, const struct features *features);
/* 1 / (1 + exp(-x)) from additions and multiplications alone: the same bits everywhere. */
double sigmoid(double x);
double logit(double p); /* its inverse */

struct example {
	struct features features;
	unsigned labels; /* a bit for each label that it has */
	unsigned known;  /* a bit for each label of which that is known */
	double weight;
};
/* Weights of sentences that somebody read, and of labels that a cue alone gives. */
#define WEIGHT_READ 1.0
#define WEIGHT_CUE 0.3
struct examples {
	struct example *list;
	size_t count, capacity;
};
void examples_release(struct examples *examples);
/*
 * Learns all labels and appends the model's bytes. The same examples give the same bytes.
 * `figures`: LABEL_COUNT models of the same features to begin from and stay near, which keep their
 * thresholds; NULL: from nothing.
 */
void classifier_learn(
	const struct examples *examples, const struct label_model *figures, struct buf *out);

const struct lexicon *classifier_lexicon(const struct classifier *classifier);
const struct map *classifier_weights(const struct classifier *classifier); /* of notes, worth.h */
/* The sentence's features; replaces what `out` held. */
void classifier_features(
	const struct classifier *classifier, const char *sentence, struct features *out);

/* Corrections learned from verdicts: gathered, settled once, then applied. */
struct session;
struct feedback;
struct feedback *feedback_new(void);
void feedback_free(struct feedback *feedback);
/* A verdict on a text that a cue finds; others teach nothing. `source` as for drafts. */
void feedback_add(struct feedback *feedback, struct classifier *classifier, const char *source,
	const char *evidence, bool accepted);
/* Chooses the correction that foretells unseen verdicts best; none when none is better. */
void feedback_settle(struct feedback *feedback);
double feedback_apply(const struct feedback *feedback, const struct cue *cue,
	const struct features *features, double confidence);
/* Takes ownership. */
void classifier_teach(struct classifier *classifier, struct feedback *feedback);
/* Of the sentence that was classified last. */
double classifier_correct(
	const struct classifier *classifier, const struct cue *cue, double confidence);

#endif
