/* The classifier: the same bytes from the same sentences, margins that separate, scores that hold.
 */
#include "test.h"

#include "decision/classifier.h"
#include "util/error.h"
#include "util/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct shelf {
	struct lexicon *lexicon;
	struct examples examples;
};

static void add(struct shelf *shelf, const char *text, unsigned labels)
{
	struct examples *examples = &shelf->examples;

	GROW(examples->list, examples->count, examples->capacity);
	examples->list[examples->count] =
		(struct example){.labels = labels, .known = (1u << LABEL_COUNT) - 1, .weight = 1};
	features_of(shelf->lexicon, NULL, text, &examples->list[examples->count++].features);
}

static void fill(struct shelf *shelf, const char *words)
{
	static const char *const things[] = {
		"the parser", "the cache", "a lock", "the index", "two workers", "the header"};
	char text[120];

	*shelf = (struct shelf){.lexicon = lexicon_new(words)};
	for (size_t i = 0; i < ARRAY_SIZE(things); i++) {
		snprintf(text, sizeof(text), "Move %s because the caller needs it.", things[i]);
		add(shelf, text, 1u << LABEL_DECISION | 1u << LABEL_RATIONALE);
		snprintf(text, sizeof(text), "Rename %s", things[i]);
		add(shelf, text, 1u << LABEL_DECISION);
		snprintf(text, sizeof(text), "Thanks, %s is fine!", things[i]);
		add(shelf, text, 0);
	}
}

static void empty(struct shelf *shelf)
{
	examples_release(&shelf->examples);
	lexicon_free(shelf->lexicon);
}

static void learns_the_same_bytes(void **state)
{
	struct shelf shelf;
	struct buf one = BUF_INIT, two = BUF_INIT;

	(void)state;
	fill(&shelf, "");
	classifier_learn(&shelf.examples, NULL, &one);
	classifier_learn(&shelf.examples, NULL, &two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.ptr, two.ptr, one.len);
	assert_true(one.len < 2 << 20);
	buf_release(&one);
	buf_release(&two);
	empty(&shelf);
}

static double score(const struct label_model *model, const struct shelf *shelf, const char *text)
{
	struct features features = {0};
	double margin;

	features_of(shelf->lexicon, NULL, text, &features);
	margin = label_margin(model, &features);
	features_release(&features);
	return sigmoid(model->slope * margin + model->offset);
}

static void separates_what_it_saw(void **state)
{
	struct label_model models[LABEL_COUNT];
	struct shelf shelf;
	struct buf bytes = BUF_INIT;

	(void)state;
	fill(&shelf, "");
	classifier_learn(&shelf.examples, NULL, &bytes);
	assert_int_equal(label_models_read(bytes.ptr, models), 0);
	assert_true(score(&models[LABEL_DECISION], &shelf, "Rename the socket") >
		    score(&models[LABEL_DECISION], &shelf, "Thanks, the socket is fine!"));
	assert_true(
		score(&models[LABEL_RATIONALE], &shelf, "Drop it because the caller needs it.") >
		score(&models[LABEL_RATIONALE], &shelf, "Rename the socket"));
	buf_release(&bytes);
	empty(&shelf);
}

/* A word that no sentence held is known by the words that are used like it. */
static void knows_words_by_their_neighbours(void **state)
{
	static const char words[] = "rename\t~~~~~~~~~~~~????????????\n"
				    "retitle\t~~~~~~~~~~~~????????????\n"
				    "thanks\t????????????~~~~~~~~~~~~\n";
	struct label_model models[LABEL_COUNT];
	struct shelf shelf;
	struct buf bytes = BUF_INIT;
	float vector[VECTOR_SIZE];

	(void)state;
	fill(&shelf, words);
	assert_true(lexicon_vector(shelf.lexicon, "retitle", 7, vector));
	assert_true(fabs(vector[0] - 1) < 1e-6 && fabs(vector[VECTOR_SIZE - 1] + 1) < 1e-6);
	assert_false(lexicon_vector(shelf.lexicon, "befriend", 8, vector));
	classifier_learn(&shelf.examples, NULL, &bytes);
	assert_int_equal(label_models_read(bytes.ptr, models), 0);
	assert_true(score(&models[LABEL_DECISION], &shelf, "Retitle it") >
		    score(&models[LABEL_DECISION], &shelf, "Befriend it") + 0.1);
	buf_release(&bytes);
	empty(&shelf);
}

/* What the figures know and no sentence says stays known; thresholds are the figures' own. */
static void begins_from_figures(void **state)
{
	struct label_model figures[LABEL_COUNT], models[LABEL_COUNT];
	struct shelf shelf, other = {0};
	struct buf bytes = BUF_INIT, more = BUF_INIT;

	(void)state;
	fill(&shelf, "");
	classifier_learn(&shelf.examples, NULL, &bytes);
	assert_int_equal(label_models_read(bytes.ptr, figures), 0);
	other.lexicon = shelf.lexicon;
	for (int i = 0; i < 8; i++)
		add(&other, "Weekly digest of the mailing list", 1u << LABEL_DECISION);
	classifier_learn(&other.examples, figures, &more);
	assert_int_equal(label_models_read(more.ptr, models), 0);
	assert_true(score(&models[LABEL_DECISION], &shelf, "Weekly digest") >
		    score(&figures[LABEL_DECISION], &shelf, "Weekly digest"));
	assert_true(score(&models[LABEL_DECISION], &shelf, "Rename the socket") >
		    score(&models[LABEL_DECISION], &shelf, "Thanks, the socket is fine!") + 0.2);
	assert_true(models[LABEL_DECISION].threshold == figures[LABEL_DECISION].threshold);
	buf_release(&bytes);
	buf_release(&more);
	examples_release(&other.examples);
	empty(&shelf);
}

static void refuses_other_bytes(void **state)
{
	struct label_model models[LABEL_COUNT];

	(void)state;
	assert_int_equal(label_models_read("something else", models), E_INVALID);
	assert_int_equal(label_models_read("flywheel sentences 2\n1 2\n", models), E_INVALID);
	assert_int_equal(label_models_read("flywheel sentences 2\n1 0 1 0 0.5\n1 0 1 0 0.5\n"
					   "1 0 1 0 0.5\n1 0 1 0 0.5\n1 0 1 0 0.5\n"
					   "1 0 1 0 0.5\n1 0 1 0 0.5\nOOO\n",
				 models),
		E_INVALID);
}

static void sigmoid_is_one(void **state)
{
	(void)state;
	for (double x = -60; x <= 60; x += 0.37)
		assert_true(fabs(sigmoid(x) - 1 / (1 + exp(-x))) < 1e-12);
}

/* Whatever comes in, and at any length, gives finite scores between 0 and 1. */
static void takes_any_text(void **state)
{
	struct classifier *classifier = NULL;
	char noise[6000];
	const char *const texts[] = {"", " ", "`", "```", "#", "#1", "://", "a:", "::", "\xff\xfe",
		"-", "x: y", ".", "net: ", "'''''", noise};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(noise); i++)
		noise[i] = (char)(1 + i * 7 % 255);
	noise[sizeof(noise) - 1] = '\0';
	assert_int_equal(classifier_open(&classifier), 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		double scores[LABEL_COUNT];

		classify_sentence(classifier, texts[i], scores);
		for (int k = 0; k < LABEL_COUNT; k++)
			assert_true(scores[k] >= 0 && scores[k] <= 1);
	}
	classifier_free(classifier);
}

static bool has(struct classifier *classifier, enum sentence_label label, const char *text)
{
	double scores[LABEL_COUNT];

	classify_sentence(classifier, text, scores);
	return scores[label] >= label_threshold(classifier, label);
}

static void tells_plain_cases_apart(void **state)
{
	struct classifier *classifier = NULL;

	(void)state;
	assert_int_equal(classifier_open(&classifier), 0);
	assert_true(has(classifier, LABEL_DECISION, "Store the keys in a trie"));
	assert_true(has(classifier, LABEL_RATIONALE,
		"Store the keys in a trie, because prefixes are looked up all the time."));
	assert_true(has(classifier, LABEL_ALTERNATIVE, "Use a trie instead of a hash table."));
	assert_true(has(classifier, LABEL_PRO, "The advantage is that no lock is needed."));
	assert_true(has(classifier, LABEL_CON, "The downside is that it needs more memory."));
	assert_true(has(classifier, LABEL_WHAT, "Fix a typo in the manual"));
	assert_false(has(classifier, LABEL_DECISION, "Fix a typo in the manual"));
	assert_true(has(classifier, LABEL_WHY, "The server crashed when the list was empty."));
	assert_false(has(classifier, LABEL_DECISION, "Thanks a lot for the review!"));
	assert_false(has(classifier, LABEL_DECISION, "Should we use a trie here?"));
	classifier_free(classifier);
}

/* Eight verdicts and more against a cue bring its drafts down, and leave others where they were. */
static double confidence_of(struct classifier *classifier, const char *text)
{
	struct decision_draft draft;
	double confidence = 0;

	if (decision_draft_make(classifier, "commit", NULL, text, &draft)) {
		confidence = draft.confidence;
		decision_draft_release(&draft);
	}
	return confidence;
}

static void teach(struct classifier *classifier, size_t count, bool fair)
{
	struct feedback *feedback = feedback_new();
	char text[160];

	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "Use the %zuth slab instead of the %zuth tree.", i, i);
		feedback_add(feedback, classifier, "commit", text, !fair && i / 2 % 2);
		snprintf(text, sizeof(text),
			"Keep the %zuth header because old readers still ask for it.", i);
		feedback_add(feedback, classifier, "commit", text, fair || i / 2 % 2);
	}
	feedback_settle(feedback);
	classifier_teach(classifier, feedback);
}

static void verdicts_correct_a_cue(void **state)
{
	const char *rejected = "Use a ring buffer instead of a list.";
	const char *accepted = "Keep the lock because the callback may run twice.";
	struct classifier *classifier = NULL;
	double before, other;

	(void)state;
	assert_int_equal(classifier_open(&classifier), 0);
	before = confidence_of(classifier, rejected);
	other = confidence_of(classifier, accepted);
	assert_true(before > 0.5 && other > 0.5);
	teach(classifier, 3, true);
	assert_true(confidence_of(classifier, rejected) == before); /* too few */
	teach(classifier, 12, true);
	assert_true(confidence_of(classifier, rejected) < before - 0.2);
	assert_true(confidence_of(classifier, accepted) >= other - 0.01);
	classifier_free(classifier);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_the_same_bytes),
		cmocka_unit_test(separates_what_it_saw),
		cmocka_unit_test(knows_words_by_their_neighbours),
		cmocka_unit_test(begins_from_figures),
		cmocka_unit_test(refuses_other_bytes),
		cmocka_unit_test(sigmoid_is_one),
		cmocka_unit_test(takes_any_text),
		cmocka_unit_test(tells_plain_cases_apart),
		cmocka_unit_test(verdicts_correct_a_cue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
