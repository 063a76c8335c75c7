/* A note as a linear model sees it: named features with values, most of them 1. */
#define _GNU_SOURCE
#include "decision/worth.h"

#include "util/memory.h"
#include "util/weights.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "qname"     /* stands for every name of code */
#define AROUND 60        /* bytes before a part of which the words are looked at */
#define CERTAIN 0.005    /* no probability counts as surer than this */
#define LOGIT_SCALE 3.0  /* so that log odds are as large as other values */
#define VECTOR_SCALE 3.0 /* the same for vectors */
#define WEIGHT_LEAST 5   /* of a statement in talk that stands for itself */
#define SCANT 0.15
#define AREA_MAX 40 /* bytes of a subject in which "area: " stands */

/* -- features ------------------------------------------------------------------------------------
 */

struct sink {
	const struct map *weights;
	double sum;
	worth_fn fn;
	void *payload;
	const char *cue;
	struct buf name;
};

static struct sink sink_of(const struct classifier *classifier, const struct decision_draft *draft,
	worth_fn fn, void *payload)
{
	return (struct sink){.weights = classifier_weights(classifier),
		.fn = fn,
		.payload = payload,
		.cue = draft->cue};
}

static void emit(struct sink *sink, double value)
{
	if (value == 0)
		return;
	sink->sum += value * weight_of(sink->weights, sink->name.ptr, sink->name.len);
	if (sink->fn)
		sink->fn(sink->name.ptr, value, sink->payload);
}

/* `kind` and `what` make the feature's name. */
static void add_value(struct sink *sink, const char *kind, const char *what, double value)
{
	sink->name.len = 0;
	buf_addstr(&sink->name, kind);
	buf_addstr(&sink->name, what);
	emit(sink, value);
}

static void add(struct sink *sink, const char *kind, const char *what)
{
	add_value(sink, kind, what, 1);
}

/* A feature that means other things with other cues, so it stands with its cue as well. */
static void add_crossed(struct sink *sink, const char *kind, const char *what)
{
	add(sink, kind, what);
	sink->name.len = 0;
	buf_addf(&sink->name, "x:%s %s%s", sink->cue, kind, what);
	emit(sink, 1);
}

/* Which of the steps of `edges`, which ends with 0, a number is in. */
static void add_step(
	struct sink *sink, const char *kind, size_t number, const size_t *edges, bool crossed)
{
	char step[24];
	size_t i = 0;

	while (edges[i] && number > edges[i])
		i++;
	snprintf(step, sizeof(step), "%zu", number ? i + 1 : 0);
	(crossed ? add_crossed : add)(sink, kind, step);
}

/* -- words ---------------------------------------------------------------------------------------
 */

static bool is_punctuation(char c)
{
	return c && strchr(".,;:()\"'", c);
}

/* names_like_this(), paths/with.dots, CamelCase, MACROS */
static bool is_name(const char *word, size_t len)
{
	bool plain = true, lower = false, upper = false;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)word[i];

		if (strchr("`_/\\:.()<>=", c))
			return true;
		if (i && isupper(c) && islower((unsigned char)word[i - 1]))
			return true;
		lower |= islower(c) != 0;
		upper |= isupper(c) != 0;
		plain &= isalpha(c) || c == '-' || c >= 0x80;
	}
	return len > 1 && ((upper && !lower) || (!plain && memchr(word, '-', len)));
}

/* Words in lower case without the punctuation around them. */
static void words_of(const char *text, size_t len, struct strings *out)
{
	size_t at = 0;

	while (at < len) {
		size_t start, end;

		while (at < len && isspace((unsigned char)text[at]))
			at++;
		start = at;
		while (at < len && !isspace((unsigned char)text[at]))
			at++;
		end = at;
		while (start < end && is_punctuation(text[start]))
			start++;
		while (end > start && is_punctuation(text[end - 1]))
			end--;
		if (start == end)
			continue;
		if (is_name(text + start, end - start)) {
			strings_add(out, NAME);
			continue;
		}
		strings_add_len(out, text + start, end - start);
		for (char *c = out->items[out->count - 1]; *c; c++)
			*c = (char)tolower((unsigned char)*c);
	}
}

static bool is_pronoun(const char *word)
{
	static const char *const words[] = {"it", "its", "this", "that", "these", "those", "they",
		"them", "their", "he", "we", "i", "you", "such", "there", "here", "which", "what",
		"one", "ones", "same", "other", "others", NULL};

	for (size_t i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

static void add_pronoun(struct sink *sink, char part, const char *word, size_t at)
{
	char kind[24], place[24];

	snprintf(kind, sizeof(kind), "pronoun %c:", part);
	snprintf(place, sizeof(place), "@%zu", at < 4 ? at : 4);
	add(sink, kind, word);
	add(sink, kind, place);
}

/* The words are used alike with which others. */
static void add_vector(
	struct sink *sink, const struct lexicon *lexicon, char part, const struct strings *words)
{
	double sum[VECTOR_SIZE] = {0};
	float vector[VECTOR_SIZE];
	size_t known = 0;

	for (size_t i = 0; i < words->count; i++) {
		double length = 0;

		if (!lexicon_vector(lexicon, words->items[i], strlen(words->items[i]), vector))
			continue;
		for (size_t k = 0; k < VECTOR_SIZE; k++)
			length += (double)vector[k] * vector[k];
		for (size_t k = 0; k < VECTOR_SIZE; k++)
			sum[k] += vector[k] / sqrt(length + 1e-9);
		known++;
	}
	for (size_t k = 0; k < VECTOR_SIZE && known; k++) {
		char kind[24];

		snprintf(kind, sizeof(kind), "vector %c%zu", part, k);
		add_value(sink, kind, "", VECTOR_SCALE * sum[k] / (double)known);
	}
}

/* One part of a note: 's'tatement, 'b'ecause or 'i'nstead of. */
static void add_part(struct sink *sink, const struct lexicon *lexicon, char part, const char *text)
{
	static const size_t lengths[] = {1, 2, 3, 4, 5, 6, 8, 10, 13, 18, 25, 0};
	static const size_t few[] = {1, 2, 3, 0};
	const char kind[] = {part, ':', '\0'}, first[] = {part, '1', ':', '\0'},
		   last[] = {part, '$', ':', '\0'}, length[] = {part, '#', '\0'},
		   comma[] = {part, ',', '\0'}, names[] = {part, 'n', '\0'};
	struct strings words = STRINGS_INIT;
	struct map seen = MAP_INIT;
	size_t named = 0;

	words_of(text, strlen(text), &words);
	add_step(sink, length, words.count, lengths, true);
	for (size_t i = 0; i < words.count; i++) {
		bool added;

		map_put_str(&seen, words.items[i], &added);
		named += !strcmp(words.items[i], NAME);
		if (added)
			add(sink, kind, words.items[i]);
		if (is_pronoun(words.items[i]))
			add_pronoun(sink, part, words.items[i], i);
		if (i) {
			char *pair = xstrfmt("%s %s", words.items[i - 1], words.items[i]);

			add(sink, i == 1 ? first : kind, pair);
			free(pair);
		}
	}
	if (words.count) {
		add_crossed(sink, first, words.items[0]);
		add(sink, last, words.items[words.count - 1]);
	}
	add_vector(sink, lexicon, part, &words);
	add_step(sink, comma, count_in(text, ","), few, false);
	add_step(sink, names, named, few, false);
	if (strstr(text, ". "))
		add(sink, kind, ".");
	if (isupper((unsigned char)text[0]))
		add(sink, kind, "A");
	map_release(&seen);
	strings_release(&words);
}

/* -- the note ------------------------------------------------------------------------------------
 */

/* The words around a part in its sentence: what joins it to the rest. */
static void add_joint(struct sink *sink, char part, const char *evidence, const char *text)
{
	const char *at = *text ? strstr(evidence, text) : NULL, *end;
	const char before[] = {part, '<', '\0'}, behind[] = {part, '>', '\0'};
	struct strings words = STRINGS_INIT;
	size_t start;

	if (!at) {
		if (*text)
			add_crossed(sink, before, "?");
		return;
	}
	start = (size_t)(at - evidence);
	start = start > AROUND ? start - AROUND : 0;
	words_of(evidence + start, (size_t)(at - evidence) - start, &words);
	add(sink, before, words.count ? words.items[words.count - 1] : "");
	if (words.count > 1) {
		char *pair = xstrfmt(
			"%s %s", words.items[words.count - 2], words.items[words.count - 1]);

		add(sink, before, pair);
		free(pair);
	}
	strings_release(&words);
	end = at + strlen(text);
	words_of(end, strlen(end), &words);
	add(sink, behind, words.count ? words.items[0] : "");
	strings_release(&words);
}

/* The share of a part's words that another text has. */
static void add_shared(struct sink *sink, const char *kind, const char *part, const char *other)
{
	struct strings mine = STRINGS_INIT, others = STRINGS_INIT;
	size_t shared = 0;

	words_of(part, strlen(part), &mine);
	words_of(other, strlen(other), &others);
	for (size_t i = 0; i < mine.count; i++)
		shared += strings_contains(&others, mine.items[i]);
	if (mine.count)
		add_value(sink, kind, "", (double)shared / (double)mine.count);
	strings_release(&mine);
	strings_release(&others);
}

static void add_labels(
	struct sink *sink, struct classifier *classifier, char part, const char *text)
{
	const char kind[] = {part, ' ', '\0'};
	double scores[LABEL_COUNT];

	if (!*text)
		return;
	classify_sentence(classifier, text, scores);
	for (unsigned i = 0; i < LABEL_COUNT; i++) {
		double p = fmin(fmax(scores[i], CERTAIN), 1 - CERTAIN);

		add_value(sink, kind, label_name(i), logit(p) / LOGIT_SCALE);
	}
}

static void add_form(struct sink *sink, const struct decision_draft *draft)
{
	static const size_t weights[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0};
	const char *statement = draft->statement;
	bool because = *draft->because, instead = *draft->instead_of;

	if (because)
		add_crossed(sink, "because", "");
	if (instead)
		add_crossed(sink, "instead", "");
	if (because && instead)
		add_crossed(sink, "both", "");
	if (draft->consequences)
		add_crossed(sink, "consequences", "");
	add_value(sink, "bytes", "", log1p((double)strlen(statement)) / 5);
	add_step(sink, because && instead ? "weight of both" : "weight", doubt_weight(statement),
		weights, true);
	for (size_t i = 0; doubts[i].name; i++)
		if (doubts[i].holds(draft))
			add(sink, "doubt:", doubts[i].name);
	if (strchr(statement, '"') || strchr(statement, '\''))
		add(sink, "quote", "");
	if (strchr(statement, ':'))
		add(sink, "colon", "");
	if (strlen(draft->evidence) >
		strlen(statement) + strlen(draft->because) + strlen(draft->instead_of) + AROUND)
		add(sink, "much left", "");
}

double worth_of_words(struct classifier *classifier, const char *source,
	const struct decision_draft *draft, worth_fn fn, void *payload)
{
	const struct lexicon *lexicon = classifier_lexicon(classifier);
	struct sink sink = sink_of(classifier, draft, fn, payload);

	add(&sink, "all", "");
	add_crossed(&sink, "source:", source);
	add(&sink, "cue:", draft->cue);
	add_labels(&sink, classifier, 's', draft->statement);
	add_labels(&sink, classifier, 'b', draft->because);
	add_labels(&sink, classifier, 'e', draft->evidence);
	add_form(&sink, draft);
	add_part(&sink, lexicon, 's', draft->statement);
	add_part(&sink, lexicon, 'b', draft->because);
	add_part(&sink, lexicon, 'i', draft->instead_of);
	add_joint(&sink, 's', draft->evidence, draft->statement);
	add_joint(&sink, 'b', draft->evidence, draft->because);
	add_joint(&sink, 'i', draft->evidence, draft->instead_of);
	add_shared(&sink, "b in s", draft->because, draft->statement);
	add_shared(&sink, "i in s", draft->instead_of, draft->statement);
	buf_release(&sink.name);
	return sink.sum;
}

/* The subject's words, "area: " before them, and whether they are the statement. */
double worth_of_subject(const struct classifier *classifier, const struct decision_draft *draft,
	const char *subject, worth_fn fn, void *payload)
{
	struct sink sink = sink_of(classifier, draft, fn, payload);
	const char *colon = strstr(subject, ": ");
	struct strings words = STRINGS_INIT;

	add(&sink, "of a commit", "");
	if (strstr(subject, draft->statement))
		add_crossed(&sink, "subject", "");
	if (colon && colon - subject < AREA_MAX) {
		char *area = xstrndup(subject, strcspn(subject, "(/ :"));

		for (char *c = area; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		add(&sink, "area", "");
		add(&sink, "area:", area);
		free(area);
	}
	words_of(subject, strlen(subject), &words);
	strings_sort_unique(&words);
	for (size_t i = 0; i < words.count; i++)
		add(&sink, "subject:", words.items[i]);
	strings_release(&words);
	add_shared(&sink, "in subject", draft->statement, subject);
	buf_release(&sink.name);
	return sink.sum;
}

double worth_of_place(const struct classifier *classifier, const char *source,
	const struct decision_draft *draft, const struct strings *files, worth_fn fn, void *payload)
{
	static const size_t spans[] = {1, 2, 3, 0}, counts[] = {1, 2, 4, 8, 16, 32, 0};
	struct sink sink = sink_of(classifier, draft, fn, payload);
	bool commit = !strcmp(source, "commit");
	size_t side = 0;

	for (size_t i = 0; i < files->count; i++)
		side += doubt_is_side_file(files->items[i]);
	add(&sink, "place ", commit ? "commit" : "other");
	if (commit) {
		add_step(&sink, "span", draft->span, spans, true);
		add_step(&sink, "files", files->count, counts, false);
	}
	if (side)
		add(&sink, commit ? "side file" : "in side file", "");
	if (side && side == files->count)
		add(&sink, "side files only", "");
	if (side)
		add_value(&sink, "side share", "", (double)side / (double)files->count);
	buf_release(&sink.name);
	return sink.sum;
}

/* -- confidence ----------------------------------------------------------------------------------
 */

static double within(double confidence)
{
	return fmin(fmax(confidence, 0.01), 0.99);
}

/*
 * Of talk nothing was judged, and what is true of messages is not true there, where people say "we"
 * and "I": so it is what the cue is usually worth, corrected by the classifier and by doubts.
 */
static double plain_confidence(struct classifier *classifier, const struct decision_draft *draft)
{
	double scores[LABEL_COUNT], confidence = draft->found_by->confidence;

	for (size_t i = 0; doubts[i].name; i++)
		if (doubts[i].cost > 0 && doubts[i].holds(draft))
			confidence -= doubts[i].cost;
	if (!(draft->because[0] && draft->instead_of[0]) &&
		doubt_weight(draft->statement) < WEIGHT_LEAST)
		confidence -= SCANT;
	classify_sentence(classifier, draft->evidence, scores);
	if (draft->found_by->decision >= 0)
		confidence += 0.25 * (scores[LABEL_DECISION] - 0.75);
	if (draft->because[0])
		confidence += 0.15 * (scores[LABEL_RATIONALE] - 0.6);
	return confidence;
}

/* Messages and comments were judged by readers. */
static bool is_learned(const char *source)
{
	return !strcmp(source, "commit") || !strcmp(source, "comment");
}

double draft_confidence(struct classifier *classifier, const char *source, const char *subject,
	const struct decision_draft *draft)
{
	double odds, confidence;

	if (is_learned(source)) {
		odds = worth_of_words(classifier, source, draft, NULL, NULL);
		if (subject)
			odds += worth_of_subject(classifier, draft, subject, NULL, NULL);
		confidence = sigmoid(odds);
	} else {
		confidence = plain_confidence(classifier, draft);
	}
	/* The evidence was classified last: the verdicts' corrections are of it. */
	return classifier_correct(classifier, draft->found_by, within(confidence));
}

void draft_place(struct classifier *classifier, const char *source, struct decision_draft *draft,
	const struct strings *files)
{
	if (draft->found_by && is_learned(source))
		draft->confidence = within(
			sigmoid(logit(draft->confidence) +
				worth_of_place(classifier, source, draft, files, NULL, NULL)));
}
