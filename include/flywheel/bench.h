/*
 * The benchmark: nine categories of four-way questions, built from what changed after the cutoff
 * and graded without a model. A suite is frozen by its digest; scores compare only within a
 * digest and a mode.
 */
#ifndef FLYWHEEL_BENCH_H
#define FLYWHEEL_BENCH_H

#include "flywheel/session.h"
#include "flywheel/split.h"

#define BENCH_CATEGORIES 9
#define BENCH_CHOICES 4
#define BENCH_GATED 30 /* fewer items: the category is reported, not gated */

struct bench_item {
	char id[17];
	int category; /* index into bench_category_name */
	char *prompt, *choices[BENCH_CHOICES];
	int answer;
	bool variants;       /* the choices are one text with small changes */
	char *path, *symbol; /* where the truth comes from; "" when it has none */
	char *source;        /* commit or file that proves the key */
};

struct bench_suite {
	struct bench_item *items; /* sorted by category, then id */
	size_t count, capacity;
	char digest[65];
	size_t per_category[BENCH_CATEGORIES];
	/* Folders with code at HEAD, those that have items, and those new since the cutoff without.
	 */
	size_t modules, covered, uncovered_new;
};

const char *bench_category_name(int category);
const char *bench_category_about(int category); /* one line */
/* The same split, settings and decisions in git give the same digest in every clone. */
int bench_suite_build(struct session *session, const struct split *split, struct bench_suite *out);
void bench_suite_release(struct bench_suite *suite);

/*
 * An arm answers with a score for each choice; the highest is its answer, among equals the first:
 * who cannot tell the choices apart guesses, and is right at chance. A likelihood model
 * gives length-normalised log P(choice|prompt) - log P(choice), in bits per token (Holtzman et al.
 * 2021), and for variants of one text log P(choice|prompt) (Warstadt et al. 2020): there the
 * second term would take away just what is asked, how much a line looks like the house's.
 * BENCH_NO_ANSWER instead of 0: it named no choice, which is wrong and not a guess.
 */
#define BENCH_NO_ANSWER 1
struct bench_arm {
	const char *name; /* model id */
	const char *mode; /* "likelihood" or "generation" */
	int (*answer)(const struct bench_item *item, double scores[BENCH_CHOICES], void *payload);
	void *payload;
};

struct bench_result { /* one item by one arm */
	char item[17];
	int category;
	bool correct;
	double margin; /* right choice's score minus the best wrong one's; -INFINITY: no answer */
};
struct bench_results {
	struct bench_result *results; /* in the suite's order */
	size_t count;
};

/* Answers kept for (suite, mode, model) are reused; the rest are asked. Shows progress. */
int bench_run(struct session *session, const struct bench_suite *suite, const struct bench_arm *arm,
	struct bench_results *out);
void bench_results_release(struct bench_results *results);

struct bench_tally {
	size_t items, correct, unanswered; /* unanswered ones count as wrong */
	double low, high;                  /* 95 % Wilson interval of correct / items */
};
/* Adds up one category, or all with -1. */
void bench_score(const struct bench_results *results, int category, struct bench_tally *out);
void wilson_interval(size_t correct, size_t items, double *low, double *high);

struct model;
/* The arm of an embedded model; `name` is borrowed. */
struct bench_arm bench_house_arm(const char *name, struct model *model);
/* The same model shown the choices without the prompt: near chance, or the suite is at fault. */
struct bench_arm bench_blind_arm(const char *name, struct model *model);

#endif
