/* The classifier that the program carries: labels of sentences, with probabilities. */
#include "decision/worth.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/weights.h"

#include <string.h>

extern const char decision_model[]; /* written by the trainer, embedded at build time */
extern const char words_tsv[];      /* src/decision/words.tsv */

struct classifier {
	struct lexicon *lexicon;
	struct cues *cues;
	struct map weights; /* of a note's features */
	struct label_model models[LABEL_COUNT];
	struct features features;  /* of the last sentence */
	struct feedback *feedback; /* or NULL */
};

int classifier_open(struct classifier **out)
{
	struct classifier *classifier = xcalloc(1, sizeof(*classifier));
	int rc = label_models_read(decision_model, classifier->models);

	*out = NULL;
	if (!rc)
		rc = cues_load(cues_conf, &classifier->cues);
	if (rc) {
		classifier_free(classifier);
		return rc;
	}
	classifier->lexicon = lexicon_new(words_tsv);
	weights_read(worth_tsv, &classifier->weights);
	*out = classifier;
	return 0;
}

void classifier_free(struct classifier *classifier)
{
	if (!classifier)
		return;
	lexicon_free(classifier->lexicon);
	map_release(&classifier->weights);
	cues_free(classifier->cues);
	features_release(&classifier->features);
	feedback_free(classifier->feedback);
	free(classifier);
}

const struct cues *classifier_cues(const struct classifier *classifier)
{
	return classifier->cues;
}

const struct lexicon *classifier_lexicon(const struct classifier *classifier)
{
	return classifier->lexicon;
}

const struct map *classifier_weights(const struct classifier *classifier)
{
	return &classifier->weights;
}

const char *label_name(enum sentence_label label)
{
	static const char *const names[LABEL_COUNT] = {
		"Decision", "Rationale", "Alternative", "Pro", "Con", "What", "Why"};

	return names[label];
}

double label_threshold(const struct classifier *classifier, enum sentence_label label)
{
	return classifier->models[label].threshold;
}

void classifier_features(
	const struct classifier *classifier, const char *sentence, struct features *out)
{
	features_of(classifier->lexicon, classifier->cues, sentence, out);
}

void classifier_teach(struct classifier *classifier, struct feedback *feedback)
{
	feedback_free(classifier->feedback);
	classifier->feedback = feedback;
}

double classifier_correct(
	const struct classifier *classifier, const struct cue *cue, double confidence)
{
	return feedback_apply(classifier->feedback, cue, &classifier->features, confidence);
}

void classify_sentence(
	struct classifier *classifier, const char *sentence, double scores[LABEL_COUNT])
{
	features_of(classifier->lexicon, classifier->cues, sentence, &classifier->features);
	for (unsigned i = 0; i < LABEL_COUNT; i++) {
		const struct label_model *model = &classifier->models[i];

		scores[i] = sigmoid(
			model->slope * label_margin(model, &classifier->features) + model->offset);
	}
}

void classify_sentences(const char *message, size_t len, struct strings *out)
{
	text_spans(message, len, out);
}

bool classify_note(struct classifier *classifier, const char *source, const char *subject,
	const char *sentence, struct classified_note *out)
{
	struct decision_draft draft;

	memset(out, 0, sizeof(*out));
	if (!decision_draft_make(classifier, source, subject, sentence, &draft))
		return false;
	out->statement = xstrdup(draft.statement);
	out->because = xstrdup(draft.because);
	out->instead_of = xstrdup(draft.instead_of);
	out->consequences = xstrdup(draft.consequences ? draft.consequences : "");
	out->confidence = draft.confidence;
	decision_draft_release(&draft);
	return true;
}

void classified_note_release(struct classified_note *note)
{
	free(note->statement);
	free(note->because);
	free(note->instead_of);
	free(note->consequences);
	memset(note, 0, sizeof(*note));
}
