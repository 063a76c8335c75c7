/*
 * Examples that people wrote, one JSON object a line in .flywheel/examples/, as committed at HEAD:
 * a new abstraction has no history to learn from and must be seeded by hand. A bad line is
 * reported with its place and left out; the others count.
 */
#include "example/internal.h"

#include "flywheel/store_example.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define FOLDER ".flywheel/examples/"
#define FILE_MAX_BYTES (16u << 20)

static int on_line(struct generator *generator, const char *path, const struct oid *blob,
	int number, const char *line, size_t len)
{
	struct origin origin = {.path = path,
		.blob = *blob,
		.at = generator->history.oldest,
		.context = EXAMPLE_IS_HANDWRITTEN};
	const char *message = NULL;
	struct js *value = NULL;
	char *place = xstrfmt("%s:%d", path, number);
	int rc = 0;

	generator_begin(generator);
	if (js_parse(line, len, &value))
		message = error_message();
	else if (!js_is_object(value))
		message = "want a JSON object with \"prompt\" and \"answer\"";
	else if (!js_get_text(value, "prompt") || !*js_get_text(value, "prompt"))
		message = "\"prompt\" is missing or empty";
	else if (!js_get_text(value, "answer") || !*js_get_text(value, "answer"))
		message = "\"answer\" is missing or empty";
	if (message) {
		rc = store_example_problem(generator->session->store, place, message);
	} else {
		buf_addstr(&generator->source, place);
		buf_addstr(&generator->prompt, js_get_text(value, "prompt"));
		buf_addstr(&generator->answer, js_get_text(value, "answer"));
		origin.cyclomatic = count_branches(generator->answer.ptr, generator->answer.len);
		origin.kind = js_get_text(value, "kind");
		rc = generator_emit(generator, &origin);
	}
	js_free(value);
	free(place);
	return rc;
}

static int on_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	struct generator *generator = payload;
	struct buf text = BUF_INIT;
	int number = 0, rc;

	(void)mode;
	if (!starts_with(path, FOLDER) || !ends_with(path, ".jsonl"))
		return 0;
	rc = repo_blob_read(generator->session->repo, blob, FILE_MAX_BYTES, &text);
	if (rc) {
		rc = store_example_problem(generator->session->store, path, error_message());
		buf_release(&text);
		return rc;
	}
	for (size_t at = 0; at < text.len && !rc;) {
		const char *stop = memchr(text.ptr + at, '\n', text.len - at);
		size_t end = stop ? (size_t)(stop - text.ptr) : text.len;

		number++;
		if (strspn(text.ptr + at, " \t\r") < end - at)
			rc = on_line(generator, path, blob, number, text.ptr + at, end - at);
		at = end + 1;
	}
	buf_release(&text);
	return rc;
}

static int generate(struct generator *generator)
{
	return repo_tree_walk(
		generator->session->repo, &generator->split->head_tree, on_file, generator);
}

const struct example_kind kind_handwritten = {
	.name = "handwritten",
	.summary = "what people wrote in .flywheel/examples/",
	.generate = generate,
};
