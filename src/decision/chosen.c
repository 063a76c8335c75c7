/*
 * Decisions that a person took by answering an assistant's question. Talk keeps a question as a
 * paragraph, its choices as lines after "- ", and the answer as a paragraph of the person that
 * follows: the question again and the answer, or the answer alone. What was chosen is the decision,
 * the other choices are what it was taken instead of, and the reason is the person's own.
 */
#include "decision/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CHOICES_MAX 12
#define ANSWER_MAX 400 /* bytes: longer ones are read as any talk */

struct question {
	char *words;
	struct strings labels; /* without what explains them */
};

static void question_release(struct question *question)
{
	free(question->words);
	strings_release(&question->labels);
}

/* "A table: fast to read" and "A table - fast to read" are both labelled "A table". */
static size_t label_length(const char *choice)
{
	const char *colon = strstr(choice, ": "), *dash = strstr(choice, " - ");
	const char *end = colon && dash ? (colon < dash ? colon : dash) : colon ? colon : dash;

	return end ? (size_t)(end - choice) : strlen(choice);
}

/* A paragraph that is a question with choices, and no other list. */
static bool read_question(const char *paragraph, struct question *out)
{
	struct strings lines = STRINGS_INIT;
	bool asked;

	memset(out, 0, sizeof(*out));
	strings_split(&lines, paragraph, '\n');
	asked = lines.count > 1 && lines.count <= CHOICES_MAX + 1 && ends_with(lines.items[0], "?");
	for (size_t i = 1; i < lines.count && asked; i++)
		asked = !strncmp(lines.items[i], "- ", 2);
	for (size_t i = 1; i < lines.count && asked; i++)
		strings_add_len(&out->labels, lines.items[i] + 2, label_length(lines.items[i] + 2));
	if (asked)
		out->words = xstrdup(lines.items[0]);
	strings_release(&lines);
	return asked;
}

/* Paragraphs, as an empty line parts them. */
static void paragraphs_of(const char *text, struct strings *out)
{
	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		if (len)
			strings_add_len(out, text, len);
		text += len + strspn(text + len, "\n");
	}
}

/* Each line of it is a choice of the question. */
static bool are_labels(const struct question *question, const char *answer)
{
	struct strings lines = STRINGS_INIT;
	bool all;

	strings_split(&lines, answer, '\n');
	all = lines.count > 0;
	for (size_t i = 0; i < lines.count && all; i++)
		all = strings_contains(&question->labels, lines.items[i]);
	strings_release(&lines);
	return all;
}

/* The answer among a person's paragraphs; NULL when there is none. */
static const char *answer_to(const struct question *question, const struct strings *paragraphs)
{
	size_t len = strlen(question->words);

	for (size_t i = 0; i < paragraphs->count; i++) {
		const char *paragraph = paragraphs->items[i];

		if (!strncmp(paragraph, question->words, len) && paragraph[len] == '\n')
			return paragraph + len + 1;
	}
	for (size_t i = 0; i < paragraphs->count; i++)
		if (are_labels(question, paragraphs->items[i]))
			return paragraphs->items[i];
	return NULL;
}

/* An answer that decides whether to go on, not how a thing is made. */
static bool is_assent(const char *answer)
{
	static const char *const words[] = {
		"yes", "no", "ok", "okay", "skip", "cancel", "continue", "none", "sure", "stop"};
	size_t len = strcspn(answer, " ,.!:(\n");

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (len == strlen(words[i]) && !strncasecmp(answer, words[i], len))
			return true;
	return false;
}

/* The choices that the answer does not begin a line with. */
static char *others_of(const struct question *question, const char *answer)
{
	struct strings lines = STRINGS_INIT;
	struct buf others = BUF_INIT;

	strings_split(&lines, answer, '\n');
	for (size_t i = 0; i < question->labels.count; i++) {
		const char *label = question->labels.items[i];
		bool taken = false;

		for (size_t k = 0; k < lines.count; k++)
			taken |= !strncasecmp(lines.items[k], label, strlen(label));
		if (!taken)
			buf_addf(&others, "%s%s", others.len ? "; " : "", label);
	}
	strings_release(&lines);
	return buf_detach(&others);
}

static void finish(
	struct decision_draft *draft, const struct question *question, const char *answer)
{
	static const char mark[] = "ecause "; /* "Because " as well */
	struct buf flat = BUF_INIT;
	char *line, *why, *end;

	buf_add_line(&flat, answer);
	line = buf_detach(&flat);
	end = why = strstr(line, mark);
	memset(draft, 0, sizeof(*draft));
	draft->evidence = xstrfmt("%s %s", question->words, line);
	draft->because = xstrdup(why ? why + strlen(mark) : "");
	draft->instead_of = others_of(question, answer);
	while (end && end > line && strchr("bB ,;:-", end[-1]))
		end--;
	if (end && end > line) /* else the reason is all of the answer */
		*end = '\0';
	draft->statement = xstrfmt("%s %s", question->words, line);
	draft->cue = "answer";
	draft->confidence = are_labels(question, answer) ? 0.95 : 0.9;
	decision_id("talk", draft->evidence, draft->id);
	text_names(draft->evidence, &draft->symbols);
	free(line);
}

size_t chosen_drafts(
	const char *asked, const char *reply, struct decision_draft *drafts, size_t most)
{
	struct strings questions = STRINGS_INIT, replies = STRINGS_INIT;
	size_t count = 0;

	paragraphs_of(asked, &questions);
	paragraphs_of(reply, &replies);
	for (size_t i = 0; i < questions.count && count < most; i++) {
		struct question question;
		const char *answer = NULL;

		if (read_question(questions.items[i], &question))
			answer = answer_to(&question, &replies);
		if (answer && strlen(answer) <= ANSWER_MAX && !is_assent(answer))
			finish(&drafts[count++], &question, answer);
		question_release(&question);
	}
	strings_release(&questions);
	strings_release(&replies);
	return count;
}

char *text_without_choices(const char *text)
{
	struct strings paragraphs = STRINGS_INIT;
	struct buf plain = BUF_INIT;

	paragraphs_of(text, &paragraphs);
	for (size_t i = 0; i < paragraphs.count; i++) {
		struct question question;

		if (!read_question(paragraphs.items[i], &question))
			buf_addf(&plain, "%s%s", plain.len ? "\n\n" : "", paragraphs.items[i]);
		question_release(&question);
	}
	strings_release(&paragraphs);
	return buf_detach(&plain);
}
