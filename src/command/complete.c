/* git flywheel complete: how a text goes on, for people, and line by line for an editor. */
#include "flywheel/command.h"

#include "flywheel/model_ask.h"
#include "flywheel/repo.h"
#include "flywheel/working.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)64 << 20)

struct wishes {
	const char *model;
	bool json, serve;
};

/* Who answers: a model by its file, or the working model of HEAD, which is followed. */
struct answering {
	struct session session;
	struct working *working;
	struct oid head;
	struct model *model;
	struct model_typing *typing; /* what was read of the text, between two questions */
	bool json;
};

struct request {
	const char *prefix, *suffix;
	size_t prefix_len, suffix_len;
	const struct js *id;
};

static int follow_head(struct answering *answering)
{
	struct oid head, tree;
	char hex[OID_HEX + 1];
	int rc;

	if (!answering->session.repo)
		return 0;
	rc = repo_head(answering->session.repo, &head);
	if (rc || oid_equal(&head, &answering->head))
		return rc;
	model_typing_free(answering->typing);
	answering->typing = NULL;
	oid_hex(&head, hex);
	rc = repo_tree_of(answering->session.repo, hex, &tree);
	if (!rc)
		rc = answering->working
			     ? working_move(answering->working, &tree)
			     : working_open(&answering->session, &tree, &answering->working);
	if (!rc) {
		answering->head = head;
		answering->model = working_model(answering->working);
	}
	return rc;
}

/* -- the answer ------------------------------------------------------------------------------- */

/* "src/a.c:12", to be freed; NULL when it is not known. */
static char *source_text(struct answering *answering, const struct model_source *source)
{
	bool current = true;
	uint32_t line = 0;

	if (!source->name)
		return NULL;
	if (answering->working)
		line = working_line(answering->working, source->name, source->token, &current);
	return line ? xstrfmt("%s:%u", source->name, line) : xstrdup(source->name);
}

/* Looking up a line means reading a file: only for the answer that will be shown. */
static struct js *draft_json(
	struct answering *answering, const struct model_draft *draft, bool sourced)
{
	struct js *object = js_object();
	char *source = sourced ? source_text(answering, &draft->source) : NULL;

	js_set_text(object, "insert", draft->text);
	js_set_real(object, "p", draft->p);
	js_set_number(object, "tokens", draft->tokens);
	if (sourced)
		js_set_text(object, "as", source);
	free(source);
	return object;
}

static void print_json(struct answering *answering, const struct request *request,
	const struct model_completion *completion, double start)
{
	struct js *object = js_object(), *tokens = js_array(), *lines = js_array();
	struct buf out = BUF_INIT;

	if (js_as_text(request->id))
		js_set_text(object, "id", js_as_text(request->id));
	else if (request->id)
		js_set_number(object, "id", js_as_number(request->id, 0));
	for (unsigned i = 0; i < completion->guess_count; i++) {
		struct js *token = js_object();

		js_set_text(token, "token", completion->guesses[i].text);
		js_set_text(token, "insert", completion->guesses[i].text + completion->typed);
		js_set_real(token, "p", completion->guesses[i].p);
		js_add(tokens, token);
	}
	for (unsigned i = 0; i < completion->line_count; i++)
		js_add(lines, draft_json(answering, &completion->lines[i], i == 0));
	js_set(object, "tokens", tokens);
	js_set(object, "lines", lines);
	if (completion->middle.text)
		js_set(object, "middle", draft_json(answering, &completion->middle, false));
	js_set_real(object, "ms", 1000 * (clock_monotonic() - start));
	js_write(object, &out);
	puts(out.ptr);
	fflush(stdout);
	buf_release(&out);
	js_free(object);
}

static void print_draft(
	struct answering *answering, const char *what, const struct model_draft *draft)
{
	struct buf line = BUF_INIT;
	char *source = source_text(answering, &draft->source);

	buf_addf(&line, "%-8s %5.2f  ", what, draft->p);
	buf_add_printable(&line, draft->text, strlen(draft->text));
	if (source) {
		buf_addstr(&line, "   as ");
		buf_add_printable(&line, source, strlen(source));
	}
	puts(line.ptr);
	buf_release(&line);
	free(source);
}

static void print_answer(struct answering *answering, const struct model_completion *completion)
{
	struct buf line = BUF_INIT;

	if (!completion->guess_count)
		puts("nothing like this is known");
	for (unsigned i = 0; i < completion->guess_count; i++) {
		const char *text = completion->guesses[i].text;

		buf_clear(&line);
		buf_add_printable(&line, *text == '\n' ? "(end of line)" : text,
			*text == '\n' ? 13 : strlen(text));
		printf("%-8s %5.2f  %s\n", i ? "" : "token", completion->guesses[i].p, line.ptr);
	}
	for (unsigned i = 0; i < completion->line_count; i++)
		print_draft(answering, i ? "" : "line", &completion->lines[i]);
	if (completion->middle.text)
		print_draft(answering, "middle", &completion->middle);
	buf_release(&line);
}

static int answer(struct answering *answering, const struct request *request)
{
	double start = clock_monotonic();
	struct model_completion completion;
	int rc = follow_head(answering);

	if (rc)
		return rc;
	if (!answering->typing)
		answering->typing = model_typing_new(answering->model);
	model_complete(answering->typing, request->prefix, request->prefix_len, request->suffix,
		request->suffix_len, &completion);
	if (answering->json)
		print_json(answering, request, &completion, start);
	else
		print_answer(answering, &completion);
	model_completion_release(&completion);
	return 0;
}

/* -- the question ----------------------------------------------------------------------------- */

/* The offset of a line and a column, both from 1; column 0 is the end of the line. */
static int offset_of(const char *text, size_t len, int64_t line, int64_t column, size_t *offset)
{
	size_t at = 0, end;

	int64_t n = 1;

	for (; n < line && at < len; at++)
		n += text[at] == '\n';
	for (end = at; end < len && text[end] != '\n';)
		end++;
	if (n != line)
		return fail(E_INVALID, "there is no line %lld", (long long)line);
	if (column < 0 || (size_t)column > end - at + 1)
		return fail(E_INVALID, "line %lld has no column %lld", (long long)line,
			(long long)column);
	*offset = column ? at + (size_t)column - 1 : end;
	return 0;
}

static int answer_text(struct answering *answering, const char *text, size_t len, int64_t line,
	int64_t column, const struct js *id)
{
	struct request request = {.prefix = text, .id = id};
	int rc = 0;

	request.prefix_len = len;
	if (line)
		rc = offset_of(text, len, line, column, &request.prefix_len);
	if (rc)
		return rc;
	request.suffix = request.prefix_len < len ? text + request.prefix_len : NULL;
	request.suffix_len = len - request.prefix_len;
	return answer(answering, &request);
}

static int answer_json(struct answering *answering, const char *line, size_t len)
{
	struct request request = {0};
	struct js *object = NULL;
	const char *text;
	int rc = js_parse(line, len, &object);

	if (rc)
		return rc;
	text = js_get_text(object, "text");
	request.id = js_get(object, "id");
	request.prefix = js_get_text(object, "prefix");
	request.suffix = js_get_text(object, "suffix");
	if (request.prefix) {
		request.prefix_len = strlen(request.prefix);
		request.suffix_len = request.suffix ? strlen(request.suffix) : 0;
		rc = answer(answering, &request);
	} else if (text) {
		rc = answer_text(answering, text, strlen(text), js_get_number(object, "line", 0),
			js_get_number(object, "column", 0), request.id);
	} else {
		rc = fail(E_INVALID, "a request has \"prefix\", or \"text\" with \"line\" and "
				     "\"column\"");
	}
	js_free(object);
	return rc;
}

/* A bad request is answered like any other: the editor goes on. */
static int serve(struct answering *answering)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;

	while (!interrupted() && (len = getline(&line, &capacity, stdin)) >= 0) {
		int rc = answer_json(answering, line, (size_t)len);

		if (rc) {
			struct js *object = js_object();
			struct buf out = BUF_INIT;

			js_set_text(object, "error", error_message());
			js_write(object, &out);
			puts(out.ptr);
			fflush(stdout);
			buf_release(&out);
			js_free(object);
		}
	}
	free(line);
	return 0;
}

static int answer_stdin(struct answering *answering)
{
	struct buf text = BUF_INIT;
	char piece[65536];
	size_t got;
	int rc;

	while (text.len < TEXT_MAX && (got = fread(piece, 1, sizeof(piece), stdin)) > 0)
		buf_add(&text, piece, got);
	rc = *text.ptr == '{' ? answer_json(answering, text.ptr, text.len)
			      : answer_text(answering, text.ptr, text.len, 0, 0, NULL);
	buf_release(&text);
	return rc;
}

/* <file>[:<line>[:<column>]] */
static int answer_place(struct answering *answering, const char *place)
{
	char *path = xstrdup(place), *end;
	long numbers[2] = {0, 0};
	struct buf text = BUF_INIT;
	int rc, given = 0;

	while (given < 2 && !file_exists(path) && (end = strrchr(path, ':')) && end[1] &&
		strspn(end + 1, "0123456789") == strlen(end + 1)) {
		numbers[1] = numbers[0];
		numbers[0] = strtol(end + 1, NULL, 10);
		*end = '\0';
		given++;
	}
	rc = file_read(path, TEXT_MAX, &text);
	if (!rc && given && !numbers[0])
		rc = fail(E_INVALID, "lines count from 1");
	if (!rc)
		rc = answer_text(answering, text.ptr, text.len, numbers[0], numbers[1], NULL);
	buf_release(&text);
	free(path);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {0};
	const struct option_spec specs[] = {
		{OPTION_TEXT, 'm', "model", "file", "ask this model, also outside a repository",
			&wishes.model},
		{OPTION_FLAG, 0, "serve", NULL,
			"answer a JSON request on each line of standard input until it ends",
			&wishes.serve},
		{OPTION_FLAG, 0, "json", NULL, "answer as one line of JSON", &wishes.json},
		OPTIONS_END};
	struct answering answering = {.json = false};
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc = 0;

	if (left < 0)
		return code;
	if (left > 1 || (wishes.serve && left))
		return command_usage(self, "say one place, or none to read standard input");
	interrupt_watch();
	answering.json = wishes.json || wishes.serve;
	if (wishes.model)
		rc = model_open(wishes.model, &answering.model);
	else if (session_open(&answering.session, false))
		return EXIT_BROKEN;
	if (!rc)
		rc = follow_head(&answering);
	if (!rc)
		rc = wishes.serve ? serve(&answering)
		     : left       ? answer_place(&answering, argv[0])
				  : answer_stdin(&answering);
	code = rc ? command_fail(rc) : EXIT_OK;
	model_typing_free(answering.typing);
	if (wishes.model)
		model_free(answering.model);
	else {
		working_free(answering.working);
		session_close(&answering.session);
	}
	return code;
}

const struct command command_complete = {
	.name = "complete",
	.summary = "how a text goes on: next token, rest of the line, middle",
	.usage = "complete [--json] [-m <model>] <file>[:<line>[:<column>]]\n"
		 "   or: git flywheel complete [--json] [-m <model>] <text or request\n"
		 "   or: git flywheel complete --serve [-m <model>] <requests",
	.group = "look",
	.run = run,
};
