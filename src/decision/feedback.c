/*
 * What people said of decisions here corrects how sure we are of the next ones: of a cue that is
 * often rejected, and of sentences that read like rejected ones. A correction is used only when it
 * would have foretold verdicts that it had not seen better than no correction does, so that
 * contradictory verdicts change nothing. The first 8, 16, 32 ... verdicts count, because with each
 * step everything is mined again.
 */
#include "decision/classifier.h"
#include "decision/life.h"

#include "flywheel/decision_life.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"

#include <math.h>
#include <string.h>

#define LEAST 8
#define MOST 1024
#define FOLDS 4
#define PRIOR 8.0 /* verdicts that a cue's own confidence is worth */
#define EPOCHS 12
#define RATE 0.15
#define PENALTY 0.01
#define GAIN 0.02 /* nats a verdict by which a correction must be better */

enum correction { NONE, CUES, WORDS };

struct lesson {
	const struct cue *cue;
	double confidence; /* without any correction */
	bool accepted;
	struct features features;
};

struct feedback {
	struct lesson *lessons;
	size_t count, capacity;
	enum correction used;
	float *weights; /* FEATURE_BUCKETS */
};

/* `fold` FOLDS: from all lessons. */
static double cue_shift(const struct feedback *feedback, const struct cue *cue, size_t fold)
{
	double yes = 0, all = 0;

	for (size_t i = 0; i < feedback->count; i++)
		if (i % FOLDS != fold && feedback->lessons[i].cue == cue) {
			all++;
			yes += feedback->lessons[i].accepted;
		}
	return logit((yes + PRIOR * cue->confidence) / (all + PRIOR)) - logit(cue->confidence);
}

static double word_shift(const struct feedback *feedback, const struct features *features)
{
	double sum = 0;

	for (size_t i = 0; i < features->count; i++)
		sum += feedback->weights[features->list[i].bucket] * features->list[i].value;
	return sum;
}

static void learn_words(struct feedback *feedback, size_t fold)
{
	memset(feedback->weights, 0, FEATURE_BUCKETS * sizeof(float));
	for (int epoch = 0; epoch < EPOCHS; epoch++)
		for (size_t i = 0; i < feedback->count; i++) {
			const struct lesson *lesson = &feedback->lessons[i];
			double error;

			if (i % FOLDS == fold)
				continue;
			error = sigmoid(logit(lesson->confidence) +
					cue_shift(feedback, lesson->cue, fold) +
					word_shift(feedback, &lesson->features)) -
				lesson->accepted;
			for (size_t k = 0; k < lesson->features.count; k++) {
				const struct feature *feature = &lesson->features.list[k];
				float *weight = &feedback->weights[feature->bucket];

				if (feature->bucket >= FEATURE_HASHED)
					continue; /* vectors: much alike in all sentences */
				*weight -= (float)(RATE * (error * feature->value / 8 +
								  PENALTY * *weight));
			}
		}
}

static double corrected(const struct feedback *feedback, enum correction correction, size_t fold,
	const struct cue *cue, const struct features *features, double confidence)
{
	double x = logit(confidence);

	if (correction >= CUES)
		x += cue_shift(feedback, cue, fold);
	if (correction >= WORDS)
		x += word_shift(feedback, features);
	return sigmoid(x);
}

/* Log loss a verdict, each foretold from the folds that it is not in. */
static double loss_of(struct feedback *feedback, enum correction correction)
{
	double loss = 0;

	for (size_t fold = 0; fold < FOLDS; fold++) {
		if (correction >= WORDS)
			learn_words(feedback, fold);
		for (size_t i = fold; i < feedback->count; i += FOLDS) {
			const struct lesson *lesson = &feedback->lessons[i];
			double p = corrected(feedback, correction, fold, lesson->cue,
				&lesson->features, lesson->confidence);

			loss -= log(fmax(lesson->accepted ? p : 1 - p, 1e-9));
		}
	}
	return loss / (double)feedback->count;
}

/* Words tell nothing apart where all verdicts say the same: what all sentences share would be
 * blamed. */
static bool is_one_sided(const struct feedback *feedback)
{
	for (size_t i = 1; i < feedback->count; i++)
		if (feedback->lessons[i].accepted != feedback->lessons[0].accepted)
			return false;
	return true;
}

void feedback_settle(struct feedback *feedback)
{
	enum correction most = is_one_sided(feedback) ? CUES : WORDS;
	double best;

	feedback->used = NONE;
	if (feedback->count < LEAST)
		return;
	feedback->weights = xcalloc(FEATURE_BUCKETS, sizeof(float));
	best = loss_of(feedback, NONE);
	for (enum correction i = CUES; i <= most; i++) {
		double loss = loss_of(feedback, i);

		if (loss < best - GAIN) {
			best = loss;
			feedback->used = i;
		}
	}
	learn_words(feedback, FOLDS);
}

double feedback_apply(const struct feedback *feedback, const struct cue *cue,
	const struct features *features, double confidence)
{
	if (!feedback || feedback->used == NONE)
		return confidence;
	return corrected(feedback, feedback->used, FOLDS, cue, features, confidence);
}

struct feedback *feedback_new(void)
{
	return xcalloc(1, sizeof(struct feedback));
}

void feedback_free(struct feedback *feedback)
{
	if (!feedback)
		return;
	for (size_t i = 0; i < feedback->count; i++)
		features_release(&feedback->lessons[i].features);
	free(feedback->lessons);
	free(feedback->weights);
	free(feedback);
}

void feedback_add(struct feedback *feedback, struct classifier *classifier, const char *source,
	const char *evidence, bool accepted)
{
	struct decision_draft draft;
	struct lesson *lesson;

	if (!decision_draft_make(classifier, source, NULL, evidence, &draft))
		return; /* no cue found it: a person or a model did */
	GROW(feedback->lessons, feedback->count, feedback->capacity);
	lesson = &feedback->lessons[feedback->count++];
	*lesson = (struct lesson){
		.cue = draft.found_by, .confidence = draft.confidence, .accepted = accepted};
	classifier_features(classifier, evidence, &lesson->features);
	decision_draft_release(&draft);
}

/* -- from the sidecar
 * ------------------------------------------------------------------------------ */

struct school {
	struct feedback *feedback;
	struct classifier *classifier;
	struct digest *digest;
	size_t seen, wanted;
};

static int on_count(const struct decision_said *said, void *payload)
{
	(void)said;
	((struct school *)payload)->seen++;
	return 0;
}

static int on_said(const struct decision_said *said, void *payload)
{
	struct school *school = payload;
	const char *source = said->source;
	bool own =
		!strcmp(source, "commit") || !strcmp(source, "comment") || !strcmp(source, "adr");

	if (school->seen++ >= school->wanted)
		return 0;
	digest_addstr(school->digest, said->id);
	digest_addstr(school->digest, said->verdict);
	if (school->feedback && said->evidence)
		feedback_add(school->feedback, school->classifier, own ? source : "talk",
			said->evidence, !strcmp(said->verdict, "accepted"));
	return 0;
}

static int go_to_school(struct session *session, struct school *school, char mark[DIGEST_HEX + 1])
{
	int rc = decision_said_each(session, on_count, school);

	for (school->wanted = LEAST; school->wanted * 2 <= school->seen && school->wanted < MOST;)
		school->wanted *= 2;
	if (school->seen < LEAST)
		school->wanted = 0;
	school->seen = 0;
	school->digest = digest_new();
	if (!rc)
		rc = decision_said_each(session, on_said, school);
	digest_finish(school->digest, mark);
	if (!school->wanted)
		mark[0] = '\0';
	return rc;
}

int feedback_mark(struct session *session, char mark[DIGEST_HEX + 1])
{
	struct school school = {0};

	return go_to_school(session, &school, mark);
}

int feedback_learn(struct session *session, struct classifier *classifier)
{
	struct school school = {.feedback = feedback_new(), .classifier = classifier};
	char mark[DIGEST_HEX + 1];
	int rc = go_to_school(session, &school, mark);

	if (!rc)
		feedback_settle(school.feedback);
	if (!rc)
		classifier_teach(classifier, school.feedback);
	else
		feedback_free(school.feedback);
	return rc;
}
