/* git flywheel house: train, evaluate and ask a house model by hand, outside any repository. */
#include "flywheel/command.h"

#include "flywheel/model_ask.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define LIST_MAX ((size_t)64 << 20)

struct wishes {
	const char *files, *output, *gone;
	long seed;
	bool dynamic, json, no_ranks;
};

static int add_file(const char *path, const char *text, size_t len, void *payload)
{
	model_builder_add(payload, path, text, len);
	return 0;
}

static int replace_file(const char *path, const char *text, size_t len, void *payload)
{
	model_builder_remove(payload, path);
	model_builder_add(payload, path, text, len);
	return 0;
}

static int remove_names(const char *list, struct model_builder *builder)
{
	struct strings names = STRINGS_INIT;
	struct buf text = BUF_INIT;
	int rc = file_read(list, LIST_MAX, &text);

	if (!rc)
		strings_split(&names, text.ptr, '\n');
	for (size_t i = 0; !rc && i < names.count; i++)
		if (*names.items[i] && !model_builder_remove(builder, names.items[i]))
			rc = fail(E_NOTFOUND, "the model has no text '%s'", names.items[i]);
	strings_release(&names);
	buf_release(&text);
	return rc;
}

/* Trains from nothing, or goes on from the texts of `old`. */
static int train(const struct wishes *wishes, const struct model *old)
{
	struct model_builder *builder = model_builder_new();
	double start = clock_monotonic();
	struct model *model = NULL;
	char sha256[65];
	int rc = 0;

	if (old)
		model_builder_extend(builder, old);
	if (wishes->gone)
		rc = remove_names(wishes->gone, builder);
	if (!rc && wishes->files)
		rc = model_each_file(wishes->files, old ? replace_file : add_file, builder);
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
	js_set_real(object, "top5", (double)score->top5 / ranked);
}

static int evaluate_file(const char *path, const char *text, size_t len, void *payload)
{
	struct evaluation *evaluation = payload;
	struct model_score *sum = &evaluation->sum;
	struct model_score score;
	struct js *file;
	double start = clock_cpu();
	int rc =
		model_evaluate(evaluation->model, text, len, !evaluation->wishes->no_ranks, &score);

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
	sum->top5 += score.top5;
	sum->reciprocal_rank += score.reciprocal_rank;
	file = js_object();
	js_set_text(file, "path", path);
	set_score(file, &score);
	js_set_real(file, "cpu_seconds", clock_cpu() - start);
	js_add(evaluation->files, file);
	return 0;
}

/* Peak of resident memory, in MB; Linux counts in KiB. */
static double peak_megabytes(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) ? 0 : (double)usage.ru_maxrss * 1024 / 1e6;
}

static void print_evaluation(
	const struct evaluation *evaluation, const char *path, off_t size, double seconds)
{
	const struct model_score *sum = &evaluation->sum;
	double tokens = sum->tokens ? (double)sum->tokens : 1;
	double ranked = sum->ranked ? (double)sum->ranked : 1;
	struct js *report;
	struct buf out = BUF_INIT;

	if (!evaluation->wishes->json) {
		printf("%.3f bits/token with novel tokens spelled (%.3f as one of the known)\n",
			sum->bits / tokens, sum->closed_bits / tokens);
		if (sum->ranked)
			printf("%.3f MRR@10, %.1f %% ranked first, ", sum->reciprocal_rank / ranked,
				100 * (double)sum->top1 / ranked);
		printf("%.2f %% novel\n", 100 * (double)sum->novel / tokens);
		printf("%llu tokens in %zu files, %.1f s of CPU, %.0f us a token; the model has "
		       "%llu tokens in %.1f MB\n",
			(unsigned long long)sum->tokens, js_count(evaluation->files), seconds,
			1e6 * seconds / tokens, (unsigned long long)model_tokens(evaluation->model),
			(double)size / 1e6);
		return;
	}
	report = js_object();
	js_set_text(report, "model", path);
	js_set_number(report, "model_tokens", (int64_t)model_tokens(evaluation->model));
	js_set_number(report, "model_bytes", size);
	js_set_bool(report, "dynamic", evaluation->wishes->dynamic);
	js_set_real(report, "cpu_seconds", seconds);
	js_set_real(report, "us_per_token", 1e6 * seconds / tokens);
	js_set_real(report, "peak_megabytes", peak_megabytes());
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
	double start = clock_cpu();
	struct stat info = {0};
	int rc = model_each_file(wishes->files, evaluate_file, &evaluation);

	if (rc || stat(path, &info) != 0) {
		js_free(evaluation.files);
		return rc ? rc : fail(E_IO, "'%s' went away", path);
	}
	print_evaluation(&evaluation, path, info.st_size, clock_cpu() - start);
	if (!wishes->json)
		js_free(evaluation.files);
	return 0;
}

/* -- questions on standard input -------------------------------------------------------------- */

typedef int (*question_fn)(struct model *model, const struct js *question, size_t number);

static int score(struct model *model, const struct js *question, size_t number)
{
	const char *text = js_get_text(question, "text"), *prompt = js_get_text(question, "prompt");
	size_t tokens;
	double bits;

	if (!text)
		return fail(E_INVALID, "line %zu: no \"text\"", number);
	bits = model_bits(model, prompt ? prompt : "", prompt ? strlen(prompt) : 0, text,
		strlen(text), &tokens);
	printf("%.4f %zu\n", bits, tokens);
	return 0;
}

static int predict(struct model *model, const struct js *question, size_t number)
{
	const char *prompt = js_get_text(question, "prompt");
	struct model_typing *typing = model_typing_new(model);
	struct model_completion completion;
	struct js *tokens = js_array();
	struct buf out = BUF_INIT;

	(void)number;
	prompt = prompt ? prompt : "";
	model_complete(typing, prompt, strlen(prompt), NULL, 0, &completion);
	for (unsigned i = 0; i < completion.guess_count; i++) {
		struct js *token = js_object();

		js_set_text(token, "token", completion.guesses[i].text);
		js_set_real(token, "p", completion.guesses[i].p);
		js_add(tokens, token);
	}
	js_write(tokens, &out);
	puts(out.ptr);
	js_free(tokens);
	buf_release(&out);
	model_completion_release(&completion);
	model_typing_free(typing);
	return 0;
}

static int each_question(struct model *model, question_fn fn)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;
	int rc = 0;

	for (size_t number = 1; !rc && (len = getline(&line, &capacity, stdin)) >= 0; number++) {
		struct js *question = NULL;

		rc = js_parse(line, (size_t)len, &question);
		if (rc)
			rc = fail_context(rc, "line %zu", number);
		else
			rc = fn(model, question, number);
		js_free(question);
	}
	free(line);
	return rc;
}

/* -- tokens ----------------------------------------------------------------------------------- */

/* A line break's token is written as it is spelled in C. */
static int print_token(const char *token, size_t len, size_t offset, void *payload)
{
	bool *first = payload;

	(void)offset;
	if (!*first)
		putchar(' ');
	*first = false;
	if (*token == '\n')
		fputs("\\n", stdout);
	fwrite(token + (*token == '\n'), 1, len - (*token == '\n'), stdout);
	return 0;
}

static int print_tokens(const char *path, const char *text, size_t len, void *payload)
{
	bool first = true;

	(void)path;
	(void)payload;
	model_tokenize(text, len, print_token, &first);
	putchar('\n');
	return 0;
}

/* -- the words -------------------------------------------------------------------------------- */

static int with_model(const char *word, const char *path, const struct wishes *wishes)
{
	struct model *model = NULL;
	int rc = model_open(path, &model);

	if (rc)
		return rc;
	if (!strcmp(word, "eval"))
		rc = evaluate(wishes, path, model);
	else if (!strcmp(word, "update"))
		rc = train(wishes, model);
	else
		rc = each_question(model, *word == 's' ? score : predict);
	model_free(model);
	return rc;
}

static int usage_of(const struct command *self, int left, char **argv, const struct wishes *wishes)
{
	const char *word = left ? argv[0] : "";
	bool alone = !strcmp(word, "train") || !strcmp(word, "tokens");

	if (!alone && strcmp(word, "eval") != 0 && strcmp(word, "update") != 0 &&
		strcmp(word, "score") != 0 && strcmp(word, "predict") != 0)
		return command_usage(self, "say train, update, eval, score, predict or tokens");
	if (left != 2 - alone)
		return command_usage(
			self, alone ? "%s takes no model" : "%s takes one model", word);
	if ((alone || *word == 'e') && !wishes->files)
		return command_usage(self, "%s needs --files", word);
	if ((!strcmp(word, "train") || *word == 'u') && !wishes->output)
		return command_usage(self, "%s needs --output", word);
	return 0;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {0};
	const struct option_spec specs[] = {
		{OPTION_TEXT, 'f', "files", "list", "file that names the texts, one path a line",
			&wishes.files},
		{OPTION_TEXT, 'o', "output", "model", "train, update: the model to write",
			&wishes.output},
		{OPTION_TEXT, 0, "gone", "list", "update: file that names the texts to forget",
			&wishes.gone},
		{OPTION_NUMBER, 0, "seed", "number",
			"train: which texts are left out to learn the weights", &wishes.seed},
		{OPTION_FLAG, 0, "dynamic", NULL, "eval: learn each file after it was measured",
			&wishes.dynamic},
		{OPTION_FLAG, 0, "no-ranks", NULL, "eval: bits only, which is much faster",
			&wishes.no_ranks},
		{OPTION_FLAG, 0, "json", NULL, "eval: figures of the whole and of each file",
			&wishes.json},
		OPTIONS_END};
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc;

	if (left < 0)
		return code;
	code = usage_of(self, left, argv, &wishes);
	if (code)
		return code;
	interrupt_watch();
	if (left == 2)
		rc = with_model(argv[0], argv[1], &wishes);
	else if (!strcmp(argv[0], "train"))
		rc = train(&wishes, NULL);
	else
		rc = model_each_file(wishes.files, print_tokens, NULL);
	return rc ? command_fail(rc) : EXIT_OK;
}

const struct command command_house = {
	.name = "house",
	.summary = "train, measure and ask a house model by hand",
	.usage = "house train -f <list> -o <model> [--seed <number>]\n"
		 "   or: git flywheel house update <model> [-f <list>] [--gone <list>] -o <model>\n"
		 "   or: git flywheel house eval <model> -f <list> [--dynamic] [--no-ranks] "
		 "[--json]\n"
		 "   or: git flywheel house score | predict <model> <lines\n"
		 "   or: git flywheel house tokens -f <list>",
	.group = "plumbing",
	.run = run,
};
