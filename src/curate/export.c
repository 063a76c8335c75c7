/* A frozen dataset in the formats that trainers read. What leaves is scanned once more. */
#include "curate/internal.h"

#include "flywheel/scrub.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct exporting {
	const struct export_format *format;
	struct scrubber *scrubber;
	struct buf *out;
	size_t rows;
};

/* Fills one row's object. */
struct export_format {
	const char *name;
	void (*fill)(struct js *row, const char *id, const char *kind, const char *prompt,
		const char *answer);
};

static void add_turn(struct js *list, const char *who_key, const char *who, const char *text_key,
	const char *text)
{
	struct js *turn = js_object();

	js_set_text(turn, who_key, who);
	js_set_text(turn, text_key, text);
	js_add(list, turn);
}

static void add_turns(struct js *row, const char *key, const char *role, const char *text)
{
	struct js *turns = js_array();

	add_turn(turns, "role", role, "content", text);
	js_set(row, key, turns);
}

static void fill_chat(
	struct js *row, const char *id, const char *kind, const char *prompt, const char *answer)
{
	struct js *messages = js_array();

	(void)id;
	(void)kind;
	add_turn(messages, "role", "user", "content", prompt);
	add_turn(messages, "role", "assistant", "content", answer);
	js_set(row, "messages", messages);
}

/*
 * Conversational prompt and completion: the loss is then on the completion alone and the model's
 * own chat template is applied, without the generation markers that many templates lack.
 */
static void fill_trl(
	struct js *row, const char *id, const char *kind, const char *prompt, const char *answer)
{
	(void)id;
	(void)kind;
	add_turns(row, "prompt", "user", prompt);
	add_turns(row, "completion", "assistant", answer);
}

static void fill_sharegpt(
	struct js *row, const char *id, const char *kind, const char *prompt, const char *answer)
{
	struct js *conversations = js_array();

	(void)kind;
	js_set_text(row, "id", id);
	add_turn(conversations, "from", "human", "value", prompt);
	add_turn(conversations, "from", "gpt", "value", answer);
	js_set(row, "conversations", conversations);
}

static void fill_alpaca(
	struct js *row, const char *id, const char *kind, const char *prompt, const char *answer)
{
	(void)id;
	(void)kind;
	js_set_text(row, "instruction", prompt);
	js_set_text(row, "input", "");
	js_set_text(row, "output", answer);
}

static void fill_own(
	struct js *row, const char *id, const char *kind, const char *prompt, const char *answer)
{
	js_set_text(row, "id", id);
	js_set_text(row, "kind", kind);
	js_set_text(row, "prompt", prompt);
	js_set_text(row, "answer", answer);
}

static const struct export_format formats[] = {
	{"jsonl", fill_own},
	{"chat", fill_chat},
	{"trl", fill_trl},
	{"sharegpt", fill_sharegpt},
	{"alpaca", fill_alpaca},
};

/* The bytes that leave are what is scanned, not the texts that they were made from. */
static int add_row(
	const char *id, const char *kind, const char *prompt, const char *answer, void *payload)
{
	struct exporting *exporting = payload;
	struct js *row = js_object();
	size_t start = exporting->out->len;
	int rc = 0;

	exporting->format->fill(row, id, kind, prompt, answer);
	js_write(row, exporting->out);
	js_free(row);
	exporting->rows++;
	if (scrub_count_secrets(
		    exporting->scrubber, exporting->out->ptr + start, exporting->out->len - start))
		rc = fail(E_INVALID,
			"row %zu (example %s) holds what looks like a secret, nothing was "
			"exported: reject it with `git flywheel curate --reject %s --reason "
			"secret`",
			exporting->rows, id, id);
	buf_addch(exporting->out, '\n');
	return rc;
}

int dataset_export(struct session *session, const char *sha256, const char *format, struct buf *out)
{
	struct exporting exporting = {.out = out};
	int rc;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i].name, format))
			exporting.format = &formats[i];
	if (!exporting.format)
		return fail(
			E_USAGE, "no format '%s': chat, trl, sharegpt, alpaca or jsonl", format);
	rc = scrubber_open_for_code(session, &exporting.scrubber);
	if (!rc)
		rc = dataset_each(session, sha256, add_row, &exporting);
	scrubber_free(exporting.scrubber);
	return rc;
}
