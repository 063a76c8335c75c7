/*
 * Learning the classifier: for each label a logistic regression with AdaGrad steps. From nothing, a
 * penalty holds weights near zero, and probability and threshold come from folds that the model did
 * not see. From figures, which another model left, it begins there and is held near them; they know
 * the sentences that we learn, so no fold is unseen and their probability and threshold stay.
 * Nothing here depends on time, chance or the machine: the order is shuffled by a fixed generator.
 */
#include "decision/classifier.h"

#include "util/error.h"
#include "util/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EPOCHS 16
#define RATE 0.05
#define PENALTY 5e-4 /* for being far from zero */
#define PULL 0.05    /* for being far from figures */
#define FOLDS 5

/* A weight is one printable character, a square root with its sign: small ones are kept well. */
#define LEVELS 46
#define ZERO 'O'

static const char magic[] = "flywheel sentences 2\n";

double sigmoid(double x)
{
	double term = 1, sum = 1, e = 1, y = x < 0 ? x : -x;
	int halvings = 0;

	if (y < -40)
		return x < 0 ? 0 : 1;
	for (; y < -0.5; y /= 2)
		halvings++;
	for (int i = 1; i < 16; i++)
		sum += term *= y / i;
	for (e = sum; halvings; halvings--)
		e *= e;
	return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

double logit(double p)
{
	return log(p / (1 - p));
}

void examples_release(struct examples *examples)
{
	for (size_t i = 0; i < examples->count; i++)
		features_release(&examples->list[i].features);
	free(examples->list);
	memset(examples, 0, sizeof(*examples));
}

struct linear {
	double *weights, *squares; /* FEATURE_BUCKETS, and the bias after them */
	double *from;              /* where weights begin and are held near */
	double hold;
};

static double margin_of(const struct linear *linear, const struct features *features)
{
	double sum = linear->weights[FEATURE_BUCKETS];

	for (size_t i = 0; i < features->count; i++)
		sum += linear->weights[features->list[i].bucket] * features->list[i].value;
	return sum;
}

static void step(struct linear *linear, size_t at, double gradient)
{
	double away = at < FEATURE_BUCKETS ? linear->weights[at] - linear->from[at] : 0;
	double change = gradient + linear->hold * away;

	linear->squares[at] += change * change;
	linear->weights[at] -= RATE * change / sqrt(linear->squares[at]);
}

static void see(struct linear *linear, const struct example *example, bool yes)
{
	double error = (sigmoid(margin_of(linear, &example->features)) - yes) * example->weight;

	for (size_t i = 0; i < example->features.count; i++)
		step(linear, example->features.list[i].bucket,
			error * example->features.list[i].value);
	step(linear, FEATURE_BUCKETS, error);
}

/* A permutation of 0..count-1, the same each time. */
static void shuffle(size_t *order, size_t count, uint64_t *state)
{
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i > 1; i--) {
		size_t k, swap = order[i - 1];

		*state = *state * 6364136223846793005u + 1442695040888963407u;
		k = (size_t)(*state >> 33) % i;
		order[i - 1] = order[k];
		order[k] = swap;
	}
}

/* Learns one label from all examples but those of `fold`; FOLDS: from all. */
static void learn_label(
	struct linear *linear, const struct examples *examples, unsigned label, size_t fold)
{
	size_t *order = xcalloc(examples->count + 1, sizeof(*order));
	uint64_t state = 1;

	for (size_t i = 0; i <= FEATURE_BUCKETS; i++) {
		linear->weights[i] = linear->from[i];
		linear->squares[i] = 0.05;
	}
	for (int epoch = 0; epoch < EPOCHS; epoch++) {
		shuffle(order, examples->count, &state);
		for (size_t i = 0; i < examples->count; i++) {
			const struct example *example = &examples->list[order[i]];

			if (order[i] % FOLDS != fold && example->known >> label & 1)
				see(linear, example, example->labels >> label & 1);
		}
	}
	free(order);
}

struct scored {
	double margin;
	bool yes;
};

static int by_margin(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	return (x->margin < y->margin) - (x->margin > y->margin);
}

/* Margins of sentences whose labels a person wrote, each from a model that did not see it. */
static size_t score_folds(
	struct linear *linear, const struct examples *examples, unsigned label, struct scored *out)
{
	size_t count = 0;

	for (size_t fold = 0; fold < FOLDS; fold++) {
		learn_label(linear, examples, label, fold);
		for (size_t i = fold; i < examples->count; i += FOLDS)
			if (examples->list[i].weight > WEIGHT_CUE)
				out[count++] = (struct scored){
					.margin = margin_of(linear, &examples->list[i].features),
					.yes = examples->list[i].labels >> label & 1};
	}
	qsort(out, count, sizeof(*out), by_margin);
	return count;
}

/* Platt's fit: a probability from a margin, by gradient descent on the log loss. */
static void calibrate(const struct scored *scored, size_t count, struct label_model *model)
{
	double slope = 1, offset = 0;

	for (int round = 0; round < 500; round++) {
		double by_slope = 0, by_offset = 0;

		for (size_t i = 0; i < count; i++) {
			double error = sigmoid(slope * scored[i].margin + offset) - scored[i].yes;

			by_slope += error * scored[i].margin;
			by_offset += error;
		}
		slope -= 0.5 * by_slope / (double)count;
		offset -= 0.5 * by_offset / (double)count;
	}
	model->slope = slope;
	model->offset = offset;
}

/* The threshold with the best F1, as a probability. */
static double best_threshold(
	const struct scored *scored, size_t count, const struct label_model *model)
{
	size_t all = 0, hits = 0;
	double best = -1, at = 0.5;

	for (size_t i = 0; i < count; i++)
		all += scored[i].yes;
	for (size_t i = 0; i < count; i++) {
		double f1, next = i + 1 < count ? scored[i + 1].margin : scored[i].margin - 1;

		hits += scored[i].yes;
		f1 = 2.0 * (double)hits / (double)(i + 1 + all);
		if (f1 <= best)
			continue;
		best = f1;
		at = sigmoid(model->slope * (scored[i].margin + next) / 2 + model->offset);
	}
	return at;
}

/* -- the model's bytes: a head of text, then a line of weights for each label -------------------
 */

static double weight_of(const struct label_model *model, size_t at)
{
	int level = model->weights[at] - ZERO;

	return level * abs(level) * model->scale;
}

static void write_label(const struct linear *linear, struct label_model *model, struct buf *head,
	struct buf *weights)
{
	double largest = 1e-9;

	for (size_t i = 0; i < FEATURE_BUCKETS; i++)
		largest = fmax(largest, fabs(linear->weights[i]));
	model->scale = largest / (LEVELS * LEVELS);
	model->bias = linear->weights[FEATURE_BUCKETS];
	for (size_t i = 0; i < FEATURE_BUCKETS; i++) {
		int level = (int)lround(sqrt(fabs(linear->weights[i]) / model->scale));

		buf_addch(weights, (char)(ZERO + (linear->weights[i] < 0 ? -level : level)));
	}
	buf_addch(weights, '\n');
	buf_addf(head, "%.9g %.9g %.9g %.9g %.4f\n", model->scale, model->bias, model->slope,
		model->offset, model->threshold);
}

/* Fills the model's probability and threshold from unseen folds. */
static void judge(struct linear *linear, const struct examples *examples, unsigned label,
	struct label_model *model)
{
	struct scored *scored = xcalloc(examples->count + 1, sizeof(*scored));
	size_t count = score_folds(linear, examples, label, scored);

	calibrate(scored, count, model);
	model->threshold = best_threshold(scored, count, model);
	free(scored);
}

void classifier_learn(
	const struct examples *examples, const struct label_model *figures, struct buf *out)
{
	struct linear linear = {
		.weights = xcalloc(FEATURE_BUCKETS + 1, sizeof(double)),
		.squares = xcalloc(FEATURE_BUCKETS + 1, sizeof(double)),
		.from = xcalloc(FEATURE_BUCKETS + 1, sizeof(double)),
		.hold = figures ? PULL : PENALTY,
	};
	struct buf weights = BUF_INIT;

	buf_addstr(out, magic);
	for (unsigned label = 0; label < LABEL_COUNT; label++) {
		struct label_model model = {0};

		if (figures) {
			model = figures[label];
			for (size_t i = 0; i < FEATURE_BUCKETS; i++)
				linear.from[i] = weight_of(&model, i);
			linear.from[FEATURE_BUCKETS] = model.bias;
		} else {
			judge(&linear, examples, label, &model);
		}
		learn_label(&linear, examples, label, FOLDS);
		write_label(&linear, &model, out, &weights);
	}
	buf_add(out, weights.ptr, weights.len);
	buf_release(&weights);
	free(linear.weights);
	free(linear.squares);
	free(linear.from);
}

int label_models_read(const char *bytes, struct label_model out[LABEL_COUNT])
{
	const char *at = bytes;

	if (!starts_with(bytes, magic))
		return fail(E_INVALID, "this is no model of sentences");
	at += strlen(magic);
	for (unsigned label = 0; label < LABEL_COUNT; label++) {
		struct label_model *model = &out[label];
		const char *stop = strchr(at, '\n');

		if (!stop || sscanf(at, "%lf %lf %lf %lf %lf", &model->scale, &model->bias,
				     &model->slope, &model->offset, &model->threshold) != 5)
			return fail(E_INVALID, "a label of the model of sentences is broken");
		at = stop + 1;
	}
	for (unsigned label = 0; label < LABEL_COUNT; label++, at += FEATURE_BUCKETS + 1) {
		if (strcspn(at, "\n") != FEATURE_BUCKETS)
			return fail(E_INVALID, "the model of sentences is of other features");
		out[label].weights = at;
	}
	return 0;
}

double label_margin(const struct label_model *model, const struct features *features)
{
	double sum = 0;

	for (size_t i = 0; i < features->count; i++)
		sum += weight_of(model, features->list[i].bucket) * (double)features->list[i].value;
	return sum + model->bias;
}
