/* git flywheel assess: is this repository worth the loop, and what is missing? */
#include "flywheel/command.h"

#include "command/measure.h"
#include "command/scores.h"
#include "util/error.h"
#include "util/js.h"
#include "util/options.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 88

/*
 * Where the line lies is judgement, not measurement. The loop's published success had far more
 * than 100,000 lines; under 20,000 a four-way exam of 200 items a category cannot even be made.
 */
static const struct bar {
	const char *name;
	double good, poor;          /* at least `good`; under `poor` it fails or is missing */
	bool vital;                 /* failing it means "not worth it" */
	const char *unit, *missing; /* unit: what follows the number */
} bars[] = {
	{"size", 100000, 20000, true, "lines of parsed code",
		"more code: nine exam categories need material"},
	{"commits", 1000, 200, true, "commits", "more history: what is held out must fill an exam"},
	{"span", 365, 90, false, "days from first to last commit",
		"more time: decisions show over months"},
	{"naming", 80, 60, false, "% of functions are named in one style",
		"one naming style: a mixed house teaches no house style"},
	{"documented", 20, 5, false, "% of definitions have a doc comment",
		"doc comments: they are the exam's questions and the model's words"},
	{"reasons", 20, 5, false, "% of commit messages give a reason",
		"reasons in commit messages (because, instead of, so that)"},
	{"decisions", 100, 20, false, "decisions found",
		"decisions: write down why, in messages, comments or ADRs"},
	{"talk", 200, 1, false, "turns of talk with assistants",
		"talk: no assistant's transcripts of this repository are on this machine"},
};

enum grade { GOOD, BORDERLINE, POOR };

static enum grade grade_of(const struct bar *bar, double value)
{
	return value >= bar->good ? GOOD : value >= bar->poor ? BORDERLINE : POOR;
}

static const char *grade_name(const struct bar *bar, double value)
{
	enum grade grade = grade_of(bar, value);

	if (grade != POOR)
		return grade == GOOD ? "good" : "borderline";
	return bar->vital ? "too little" : value > 0 ? "poor" : "missing";
}

/* "not worth it" on a vital failure, "worth it" when most is good and nothing vital is thin. */
static void conclude(struct js *result, const struct js *facts)
{
	size_t count = sizeof(bars) / sizeof(bars[0]), good = 0;
	enum grade worst_vital = GOOD;
	struct js *missing = js_array();
	struct buf why = BUF_INIT;
	const char *verdict;

	for (size_t i = 0; i < count; i++) {
		enum grade grade = grade_of(bars + i, js_get_real(facts, bars[i].name, 0));

		good += grade == GOOD;
		if (bars[i].vital && grade > worst_vital)
			worst_vital = grade;
		if (grade == GOOD)
			continue;
		js_add(missing, js_text(bars[i].missing));
		if (grade == worst_vital && bars[i].vital)
			buf_addf(&why, "%s%s", why.len ? "; " : "", bars[i].missing);
	}
	if (worst_vital == POOR)
		verdict = "not worth it";
	else if (worst_vital == BORDERLINE || good * 2 < count)
		verdict = "borderline";
	else
		verdict = "worth it";
	if (!why.len)
		buf_addf(&why, "%zu of %zu measures are good", good, count);
	js_set_text(result, "verdict", verdict);
	js_set_text(result, "because", why.ptr);
	js_set(result, "missing", missing);
	buf_release(&why);
}

static void print_facts(const struct js *facts)
{
	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		double value = js_get_real(facts, bars[i].name, 0);
		char number[32];

		printf("%-12s %8s %-52s %s\n", bars[i].name, grouped((int64_t)value, number),
			bars[i].unit, grade_name(bars + i, value));
	}
}

static int print_language(const char *name, const struct js *lines, void *payload)
{
	bool *first = payload;
	char number[32];

	printf("%s%s %s", *first ? "" : ", ", name, grouped(js_as_number(lines, 0), number));
	*first = false;
	return 0;
}

static void print_result(const struct js *facts, const struct js *result)
{
	const struct js *missing = js_get(result, "missing");
	const struct js *house = js_get(facts, "house_bits");
	bool first = true;

	print_facts(facts);
	printf("%-12s ", "languages");
	js_each(js_get(facts, "languages"), print_language, &first);
	printf("%s; %.0f of %.0f files are read\n", first ? "none that is read" : "",
		js_get_real(facts, "files_read", 0), js_get_real(facts, "files", 0));
	printf("%-12s %.0f %% of functions have an identical twin; %.0f authors\n", "clones",
		js_get_real(facts, "clones", 0), js_get_real(facts, "authors", 0));
	if (house)
		printf("%-12s %.2f bits a token with the house model, %.2f with the generic one "
		       "(%.0f new files)\n",
			"consistency", js_get_real(facts, "house_bits", 0),
			js_get_real(facts, "generic_bits", 0), js_get_real(facts, "new_files", 0));
	else
		printf("%-12s %s\n", "consistency", js_get_text(facts, "no_house"));
	printf("\n%s: ", js_get_text(result, "verdict"));
	print_wrapped(js_get_text(result, "because"),
		(int)strlen(js_get_text(result, "verdict")) + 2, WIDTH);
	if (js_count(missing))
		puts("what would help:");
	for (size_t i = 0; i < js_count(missing); i++) {
		fputs("  - ", stdout);
		print_wrapped(js_as_text(js_at(missing, i)), 4, WIDTH);
	}
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print the result as JSON", &json}, OPTIONS_END};
	struct session session;
	struct js *facts = NULL, *result = NULL;
	struct buf text = BUF_INIT;
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "assess takes no '%s'", argv[0]);
	code = session_open_current(&session);
	if (code)
		return code;
	facts = js_object();
	result = js_object();
	rc = measure(&session, facts);
	if (rc) {
		code = command_fail(rc);
		js_free(facts);
	} else {
		conclude(result, facts);
		if (!json)
			print_result(facts, result);
		js_set(result, "facts", facts);
		js_write_pretty(result, &text);
		if (json)
			puts(text.ptr);
	}
	buf_release(&text);
	js_free(result);
	session_close(&session);
	return code;
}

const struct command command_assess = {
	.name = "assess",
	.summary = "say whether this repository is worth the loop, and what is missing",
	.usage = "assess [--json]",
	.group = "start",
	.run = run,
};
