/*
 * What the make-believe models know: the questions of a benchmark with their answers. Which ones a
 * model gets right is decided by a hash, so that a tuned model is better than its base by a share
 * that the test chose, in every world alike.
 */
#define _GNU_SOURCE
#include "world.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define MAX_EXAM ((size_t)64 << 20)

struct exam {
	struct question *questions;
	size_t count, capacity;
};

static int add_question(struct exam *exam, const char *line, size_t len)
{
	struct question *question;
	struct js *object = NULL;
	const struct js *choices;
	int rc = js_parse(line, len, &object);

	if (rc)
		return rc;
	choices = js_get(object, "choices");
	if (js_count(choices) != ARRAY_SIZE(question->choices) || !js_get_text(object, "prompt") ||
		!js_get_text(object, "id")) {
		js_free(object);
		return fail(E_INVALID, "a question has an id, a prompt and four choices");
	}
	GROW(exam->questions, exam->count, exam->capacity);
	question = exam->questions + exam->count++;
	question->id = xstrdup(js_get_text(object, "id"));
	question->prompt = xstrdup(js_get_text(object, "prompt"));
	for (size_t i = 0; i < ARRAY_SIZE(question->choices); i++)
		question->choices[i] = xstrdup(js_as_text(js_at(choices, i)));
	question->answer = (int)js_get_number(object, "answer", 0);
	js_free(object);
	return 0;
}

int exam_open(struct map *exams, const char *path, const struct exam **out)
{
	struct map_entry *entry = map_get_str(exams, path);
	struct buf text = BUF_INIT;
	struct exam *exam;
	int rc;

	if (entry) {
		*out = entry->value.ptr;
		return 0;
	}
	rc = file_read(path, MAX_EXAM, &text);
	if (rc)
		return rc;
	exam = xcalloc(1, sizeof(*exam));
	for (char *line = text.ptr, *end; !rc && (end = strchr(line, '\n')); line = end + 1)
		rc = add_question(exam, line, (size_t)(end - line));
	buf_release(&text);
	map_put_str(exams, path, NULL)->value.ptr = exam;
	*out = exam;
	return rc;
}

void exams_release(struct map *exams)
{
	for (size_t i = 0; i < exams->count; i++) {
		struct exam *exam = exams->entries[i].value.ptr;

		for (size_t q = 0; q < exam->count; q++) {
			free(exam->questions[q].id);
			free(exam->questions[q].prompt);
			for (size_t c = 0; c < ARRAY_SIZE(exam->questions[q].choices); c++)
				free(exam->questions[q].choices[c]);
		}
		free(exam->questions);
		free(exam);
	}
	map_release(exams);
}

const struct question *exam_find(const struct exam *exam, const char *text, size_t len, size_t *end)
{
	const struct question *best = NULL;

	for (size_t i = 0; exam && i < exam->count; i++) {
		const struct question *question = exam->questions + i;
		size_t size = strlen(question->prompt);
		const char *found = memmem(text, len, question->prompt, size);

		if (found && (!best || size > strlen(best->prompt))) {
			best = question;
			*end = (size_t)(found - text) + size;
		}
	}
	return best;
}

int question_choice(const struct question *question, const char *role, unsigned skill)
{
	uint64_t hash = hash_bytes(question->id, strlen(question->id), strlen(role));

	if (hash % 100 < skill)
		return question->answer;
	return (question->answer + 1 + (int)(hash / 100 % 3)) % (int)ARRAY_SIZE(question->choices);
}
