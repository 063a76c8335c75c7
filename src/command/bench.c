/* git flywheel bench: the exam that HEAD's history gives, and how models do in it. */
#include "flywheel/command.h"

#include "flywheel/bench.h"
#include "flywheel/model.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GENERIC_NAME "generic"
#define MAX_ARMS 3

struct wishes {
	bool json, items, blind;
	const char *category, *model;
};

struct arm_scores {
	char *name;
	const char *mode;
	struct bench_results results;
};

static int wanted_category(const struct wishes *wishes)
{
	for (int c = 0; wishes->category && c < BENCH_CATEGORIES; c++)
		if (!strcmp(bench_category_name(c), wishes->category))
			return c;
	return -1;
}

static void print_item(const struct bench_item *item)
{
	printf("%s %s  %s\n", item->id, bench_category_name(item->category), item->source);
	command_print_foreign(item->prompt, "    | ");
	for (int i = 0; i < BENCH_CHOICES; i++)
		command_print_foreign(item->choices[i], i == item->answer ? "  * " : "  - ");
	putchar('\n');
}

static struct js *item_json(const struct bench_item *item)
{
	struct js *object = js_object(), *choices = js_array();

	js_set_text(object, "id", item->id);
	js_set_text(object, "category", bench_category_name(item->category));
	js_set_text(object, "prompt", item->prompt);
	for (int i = 0; i < BENCH_CHOICES; i++)
		js_add(choices, js_text(item->choices[i]));
	js_set(object, "choices", choices);
	js_set_number(object, "answer", item->answer);
	js_set_bool(object, "variants", item->variants);
	js_set_text(object, "path", item->path);
	js_set_text(object, "symbol", item->symbol);
	js_set_text(object, "source", item->source);
	return object;
}

/* One item a line with --json: what a team's own file looks like, and what other tools read. */
static void print_items(const struct bench_suite *suite, const struct wishes *wishes)
{
	int category = wanted_category(wishes);

	for (size_t i = 0; i < suite->count; i++) {
		struct buf line = BUF_INIT;
		struct js *object;

		if (category >= 0 && suite->items[i].category != category)
			continue;
		if (!wishes->json) {
			print_item(suite->items + i);
			continue;
		}
		object = item_json(suite->items + i);
		js_write(object, &line);
		puts(line.ptr);
		js_free(object);
		buf_release(&line);
	}
}

static int run_arm(struct session *session, const struct bench_suite *suite, struct model *model,
	const char *name, bool blind, struct arm_scores *out)
{
	struct bench_arm arm;

	out->name = xstrdup(name);
	arm = blind ? bench_blind_arm(out->name, model) : bench_house_arm(out->name, model);
	out->mode = arm.mode;
	return bench_run(session, suite, &arm, &out->results);
}

/* The generic base, then the model of --model, then the same blind. */
static int run_arms(struct session *session, const struct bench_suite *suite,
	const struct wishes *wishes, struct arm_scores *arms, int *count)
{
	char name[16] = GENERIC_NAME, hex[DIGEST_HEX + 1];
	struct model *model = NULL;
	int rc = model_open_generic(&model);

	if (!rc)
		rc = run_arm(session, suite, model, name, false, arms + (*count)++);
	if (!rc && wishes->model) {
		model_free(model);
		model = NULL;
		rc = model_open(wishes->model, &model);
		if (!rc)
			rc = digest_file(wishes->model, hex);
		if (!rc) {
			/* An embedded model is named by its bytes, wherever they lie. */
			snprintf(name, sizeof(name), "house-%.8s", hex);
			rc = run_arm(session, suite, model, name, false, arms + (*count)++);
		}
	}
	if (!rc && wishes->blind)
		rc = run_arm(session, suite, model, name, true, arms + (*count)++);
	model_free(model);
	return rc;
}

static void print_table(const struct bench_suite *suite, const struct arm_scores *arms, int count)
{
	printf("suite %.12s: %zu items, four choices each (chance 25 %%)\n\n", suite->digest,
		suite->count);
	printf("%-23s %5s", "category", "items");
	for (int a = 0; a < count; a++)
		printf("  %s%s", arms[a].name,
			strcmp(arms[a].mode, "likelihood") ? " blind        " : "               ");
	putchar('\n');
	for (int c = 0; c <= BENCH_CATEGORIES; c++) {
		bool all = c == BENCH_CATEGORIES;
		size_t items = all ? suite->count : suite->per_category[c];

		printf("%-23s %5zu", all ? "all" : bench_category_name(c), items);
		for (int a = 0; a < count; a++) {
			struct bench_tally tally;

			bench_score(&arms[a].results, all ? -1 : c, &tally);
			if (tally.items)
				printf("  %5.1f %% (%.1f-%.1f)%*s",
					100.0 * (double)tally.correct / (double)tally.items,
					100 * tally.low, 100 * tally.high, 4, "");
			else
				printf("  %-20s", "-");
		}
		if (!all && items < BENCH_GATED)
			printf("  reported, not gated: under %d items", BENCH_GATED);
		putchar('\n');
	}
	printf("\n%zu of %zu folders with code have items; %zu new since the cutoff have none\n",
		suite->covered, suite->modules, suite->uncovered_new);
}

static struct js *arm_json(const struct arm_scores *arm)
{
	struct js *object = js_object(), *scores = js_object();

	js_set_text(object, "model", arm->name);
	js_set_text(object, "mode", arm->mode);
	for (int c = -1; c < BENCH_CATEGORIES; c++) {
		struct js *score = js_object();
		struct bench_tally tally;

		bench_score(&arm->results, c, &tally);
		js_set_number(score, "items", (int64_t)tally.items);
		js_set_number(score, "correct", (int64_t)tally.correct);
		js_set_number(score, "unanswered", (int64_t)tally.unanswered);
		js_set_real(score, "low", tally.low);
		js_set_real(score, "high", tally.high);
		js_set(scores, c < 0 ? "all" : bench_category_name(c), score);
	}
	js_set(object, "scores", scores);
	return object;
}

static void print_json(const struct bench_suite *suite, const struct arm_scores *arms, int count)
{
	struct js *object = js_object(), *categories = js_array(), *list = js_array();
	struct js *coverage = js_object();
	struct buf out = BUF_INIT;

	js_set_text(object, "suite", suite->digest);
	js_set_number(object, "items", (int64_t)suite->count);
	for (int c = 0; c < BENCH_CATEGORIES; c++) {
		struct js *category = js_object();

		js_set_text(category, "name", bench_category_name(c));
		js_set_text(category, "about", bench_category_about(c));
		js_set_number(category, "items", (int64_t)suite->per_category[c]);
		js_set_bool(category, "gated", suite->per_category[c] >= BENCH_GATED);
		js_add(categories, category);
	}
	js_set(object, "categories", categories);
	js_set_number(coverage, "folders", (int64_t)suite->modules);
	js_set_number(coverage, "covered", (int64_t)suite->covered);
	js_set_number(coverage, "new_without_items", (int64_t)suite->uncovered_new);
	js_set(object, "coverage", coverage);
	for (int a = 0; a < count; a++)
		js_add(list, arm_json(arms + a));
	js_set(object, "arms", list);
	js_write_pretty(object, &out);
	puts(out.ptr);
	buf_release(&out);
	js_free(object);
}

static int bench(struct session *session, const struct wishes *wishes)
{
	struct arm_scores arms[MAX_ARMS] = {{0}};
	struct bench_suite suite = {0};
	struct split split;
	int count = 0;
	int rc = split_compute(session, &split);

	if (!rc)
		rc = bench_suite_build(session, &split, &suite);
	if (!rc && wishes->items)
		print_items(&suite, wishes);
	else if (!rc)
		rc = run_arms(session, &suite, wishes, arms, &count);
	if (!rc && !wishes->items) {
		if (wishes->json)
			print_json(&suite, arms, count);
		else
			print_table(&suite, arms, count);
	}
	for (int a = 0; a < MAX_ARMS; a++) {
		free(arms[a].name);
		bench_results_release(&arms[a].results);
	}
	bench_suite_release(&suite);
	return rc ? command_fail(rc) : EXIT_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {0};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &wishes.json},
		{OPTION_FLAG, 0, "items", NULL, "print the questions, each with its key",
			&wishes.items},
		{OPTION_TEXT, 0, "category", "name", "only questions of this category",
			&wishes.category},
		{OPTION_TEXT, 0, "model", "file",
			"score this embedded model beside the generic base", &wishes.model},
		{OPTION_FLAG, 0, "blind", NULL,
			"also show the model the choices without their question: near 25 %, or the "
			"choices tell",
			&wishes.blind},
		OPTIONS_END};
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "'%s' is one word too many", argv[0]);
	if (wishes.category && (!wishes.items || wanted_category(&wishes) < 0))
		return command_usage(self,
			wishes.items ? "'%s' is none of the nine categories"
				     : "--category '%s' goes with --items",
			wishes.category);
	interrupt_watch();
	code = session_open_current(&session);
	if (code)
		return code;
	code = bench(&session, &wishes);
	session_close(&session);
	return code;
}

const struct command command_bench = {
	.name = "bench",
	.summary = "the exam that this repository's newest changes give, and who passes it",
	.usage = "bench [--json] [--items [--category <name>]] [--model <file>] [--blind]",
	.group = "look",
	.run = run,
};
