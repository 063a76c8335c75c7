/* git flywheel house: train, evaluate and ask a house model by hand, outside any repository. */
#include "flywheel/command.h"

#include "flywheel/model.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct wishes {
	const char *files, *output;
	long seed;
	bool dynamic, json;
};

static int add_file(const char *path, const char *text, size_t len, void *payload)
{
	model_builder_add(payload, path, text, len);
	return 0;
}

static int train(const struct wishes *wishes)
{
	struct model_builder *builder = model_builder_new();
	double start = clock_monotonic();
	struct model *model = NULL;
	char sha256[65];
	int rc = model_each_file(wishes->files, add_file, builder);

	if (!rc)
		rc = model_builder_write(builder, wishes->output, wishes->seed, sha256);
	model_builder_free(builder);
	if (!rc)
		rc = model_open(wishes->output, &model);
	if (!rc)
		printf("%s: %llu tokens in %.1f s, sha256 %s\n", wishes->output,
			(unsigned long long)model_tokens(model), clock_monotonic() - start, sha256);
	model_free(model);
	return rc;
}

struct evaluation {
	struct model *model;
	const struct wishes *wishes;
	struct model_score sum;
	struct js *files;
};

static void set_score(struct js *object, const struct model_score *score)
{
	double tokens = score->tokens ? (double)score->tokens : 1;
	double ranked = score->ranked ? (double)score->ranked : 1;

	js_set_number(object, "tokens", (int64_t)score->tokens);
	js_set_number(object, "novel", (int64_t)score->novel);
	js_set_real(object, "bits_per_token", score->bits / tokens);
	js_set_real(object, "closed_bits_per_token", score->closed_bits / tokens);
	js_set_real(object, "mrr_at_10", score->reciprocal_rank / ranked);
	js_set_real(object, "top1", (double)score->top1 / ranked);
}

static int evaluate_file(const char *path, const char *text, size_t len, void *payload)
{
	struct evaluation *evaluation = payload;
	struct model_score *sum = &evaluation->sum;
	struct model_score score;
	struct js *file;
	int rc = model_evaluate(evaluation->model, text, len, true, &score);

	if (rc)
		return rc;
	if (evaluation->wishes->dynamic)
		model_learn(evaluation->model, text, len);
	sum->bits += score.bits;
	sum->closed_bits += score.closed_bits;
	sum->tokens += score.tokens;
	sum->novel += score.novel;
	sum->ranked += score.ranked;
	sum->top1 += score.top1;
	sum->reciprocal_rank += score.reciprocal_rank;
	file = js_object();
	js_set_text(file, "path", path);
	set_score(file, &score);
	js_add(evaluation->files, file);
	return 0;
}

static void print_evaluation(
	const struct evaluation *evaluation, const char *path, off_t size, double seconds)
{
	const struct model_score *sum = &evaluation->sum;
	double tokens = sum->tokens ? (double)sum->tokens : 1;
	struct js *report;
	struct buf out = BUF_INIT;

	if (!evaluation->wishes->json) {
		printf("%.3f bits/token with novel tokens spelled (%.3f as one of the known)\n",
			sum->bits / tokens, sum->closed_bits / tokens);
		printf("%.3f MRR@10, %.1f %% ranked first, %.2f %% novel\n",
			sum->reciprocal_rank / tokens, 100 * (double)sum->top1 / tokens,
			100 * (double)sum->novel / tokens);
		printf("%llu tokens in %zu files, %.1f s; the model has %llu tokens in %.1f MB\n",
			(unsigned long long)sum->tokens, js_count(evaluation->files), seconds,
			(unsigned long long)model_tokens(evaluation->model), (double)size / 1e6);
		return;
	}
	report = js_object();
	js_set_text(report, "model", path);
	js_set_number(report, "model_tokens", (int64_t)model_tokens(evaluation->model));
	js_set_number(report, "model_bytes", size);
	js_set_bool(report, "dynamic", evaluation->wishes->dynamic);
	js_set_real(report, "seconds", seconds);
	set_score(report, sum);
	js_set(report, "files", evaluation->files);
	js_write_pretty(report, &out);
	puts(out.ptr);
	buf_release(&out);
	js_free(report);
}

static int evaluate(const struct wishes *wishes, const char *path, struct model *model)
{
	struct evaluation evaluation = {.model = model, .wishes = wishes, .files = js_array()};
	double start = clock_monotonic();
	struct stat info = {0};
	int rc = model_each_file(wishes->files, evaluate_file, &evaluation);

	if (rc || stat(path, &info) != 0) {
		js_free(evaluation.files);
		return rc ? rc : fail(E_IO, "'%s' went away", path);
	}
	print_evaluation(&evaluation, path, info.st_size, clock_monotonic() - start);
	if (!wishes->json)
		js_free(evaluation.files);
	return 0;
}

static int score_line(struct model *model, const char *line, size_t len, size_t number)
{
	struct js *object = NULL;
	const char *prompt, *text;
	size_t tokens;
	double bits;
	int rc = js_parse(line, len, &object);

	if (rc)
		return fail_context(rc, "line %zu", number);
	text = js_get_text(object, "text");
	prompt = js_get_text(object, "prompt");
	if (text) {
		bits = model_bits(model, prompt ? prompt : "", prompt ? strlen(prompt) : 0, text,
			strlen(text), &tokens);
		printf("%.4f %zu\n", bits, tokens);
	} else {
		rc = fail(E_INVALID, "line %zu: no \"text\"", number);
	}
	js_free(object);
	return rc;
}

static int score(struct model *model)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;
	int rc = 0;

	for (size_t number = 1; !rc && (len = getline(&line, &capacity, stdin)) >= 0; number++)
		rc = score_line(model, line, (size_t)len, number);
	free(line);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {0};
	const struct option_spec specs[] = {
		{OPTION_TEXT, 'f', "files", "list", "file that names the texts, one path a line",
			&wishes.files},
		{OPTION_TEXT, 'o', "output", "model", "train: the model to write", &wishes.output},
		{OPTION_NUMBER, 0, "seed", "number",
			"train: which texts are left out to learn the weights", &wishes.seed},
		{OPTION_FLAG, 0, "dynamic", NULL, "eval: learn each file after it was measured",
			&wishes.dynamic},
		{OPTION_FLAG, 0, "json", NULL, "eval: figures of the whole and of each file",
			&wishes.json},
		OPTIONS_END};
	struct model *model = NULL;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc;

	if (left < 0)
		return code;
	interrupt_watch();
	if (left == 1 && !strcmp(argv[0], "train")) {
		if (!wishes.files || !wishes.output)
			return command_usage(self, "train needs --files and --output");
		rc = train(&wishes);
		return rc ? command_fail(rc) : EXIT_OK;
	}
	if (left != 2 || (strcmp(argv[0], "eval") != 0 && strcmp(argv[0], "score") != 0))
		return command_usage(self, "say train, eval <model> or score <model>");
	if (*argv[0] == 'e' && !wishes.files)
		return command_usage(self, "eval needs --files");
	rc = model_open(argv[1], &model);
	if (!rc)
		rc = *argv[0] == 'e' ? evaluate(&wishes, argv[1], model) : score(model);
	model_free(model);
	return rc ? command_fail(rc) : EXIT_OK;
}

const struct command command_house = {
	.name = "house",
	.summary = "train, measure and ask a house model by hand",
	.usage = "house train -f <list> -o <model> [--seed <number>]\n"
		 "   or: git flywheel house eval <model> -f <list> [--dynamic] [--json]\n"
		 "   or: git flywheel house score <model> <lines",
	.group = "plumbing",
	.run = run,
};
