/* A team's own items: .flywheel/bench/<any>.jsonl at HEAD, one question a line. */
#include "bench/internal.h"

#include "flywheel/config.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define TEAM_FOLDER ".flywheel/bench/"
#define TEAM_BYTES ((size_t)16 << 20)
#define TEAM_PROMPT ((size_t)8192)

struct team {
	struct session *session;
	struct bench_suite *suite;
};

static int category_of(const char *name)
{
	for (int i = 0; name && i < BENCH_CATEGORIES; i++)
		if (!strcmp(bench_category_name(i), name))
			return i;
	return -1;
}

/* The key is the number of a choice from 0, or the choice's own text. */
static int key_of(const struct js *object, const struct js *choices)
{
	const char *text = js_get_text(object, "answer");

	if (!text)
		return (int)js_get_number(object, "answer", -1);
	for (size_t i = 0; i < js_count(choices); i++)
		if (js_as_text(js_at(choices, i)) && !strcmp(js_as_text(js_at(choices, i)), text))
			return (int)i;
	return -1;
}

static const char *check_choices(const struct js *choices)
{
	if (!js_is_array(choices) || js_count(choices) != BENCH_CHOICES)
		return "'choices' must be four texts";
	for (size_t i = 0; i < BENCH_CHOICES; i++) {
		const char *text = js_as_text(js_at(choices, i));

		if (!text || !*text)
			return "'choices' must be four texts";
		for (size_t k = 0; k < i; k++)
			if (!strcmp(text, js_as_text(js_at(choices, k))))
				return "two choices are the same";
	}
	return NULL;
}

/* NULL and the item added, or what is wrong with the line. */
static const char *read_item(
	const struct js *object, const char *path, size_t line, struct bench_suite *suite)
{
	const struct js *choices = js_get(object, "choices");
	const char *prompt = js_get_text(object, "prompt"), *wrong = check_choices(choices);
	int category = category_of(js_get_text(object, "category")), key;
	struct bench_item *item;

	if (category < 0)
		return "'category' is none of the nine: see `git flywheel bench`";
	if (!prompt || !*prompt || strlen(prompt) > TEAM_PROMPT)
		return "'prompt' must be a text of at most 8192 bytes";
	if (wrong)
		return wrong;
	key = key_of(object, choices);
	if (key < 0 || key >= BENCH_CHOICES)
		return "'answer' must be 0, 1, 2, 3 or one of the choices";
	item = suite_add(suite);
	item->category = category;
	item->answer = key;
	item->prompt = xstrdup(prompt);
	for (size_t i = 0; i < BENCH_CHOICES; i++)
		item->choices[i] = xstrdup(js_as_text(js_at(choices, i)));
	item->path = xstrdup("");
	item->symbol = xstrdup("");
	item->source = xstrfmt("%s:%zu", path, line);
	item_seal(item);
	return NULL;
}

static int read_lines(const char *path, const struct buf *text, struct bench_suite *suite)
{
	const char *at = text->ptr, *end = text->ptr + text->len;

	for (size_t line = 1; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline ? newline : end) - at);
		const char *wrong = NULL;
		struct js *object = NULL;

		if (len && strspn(at, " \t\r") < len) {
			if (js_parse(at, len, &object))
				return fail_context(E_INVALID, "%s:%zu", path, line);
			wrong = js_is_object(object) ? read_item(object, path, line, suite)
						     : "not a JSON object";
			js_free(object);
		}
		if (wrong)
			return fail(E_INVALID, "%s:%zu: %s", path, line, wrong);
		at = newline ? newline + 1 : end;
	}
	return 0;
}

static int read_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	struct team *team = payload;
	struct buf text = BUF_INIT;
	int rc;

	(void)mode;
	if (!starts_with(path, TEAM_FOLDER) || !ends_with(path, ".jsonl"))
		return 0;
	rc = repo_blob_read(team->session->repo, blob, TEAM_BYTES, &text);
	if (rc)
		fail_context(rc, "%s", path);
	else
		rc = read_lines(path, &text, team->suite);
	buf_release(&text);
	return rc;
}

int team_items(struct session *session, const struct split *split, struct bench_suite *suite)
{
	struct team team = {session, suite};

	return repo_tree_walk(session->repo, &split->head_tree, read_file, &team);
}
