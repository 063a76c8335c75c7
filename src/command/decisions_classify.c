/*
 * git flywheel decisions classify: labels of sentences on standard input. Needs no repository.
 */
#include "command/decisions.h"

#include "flywheel/classify.h"
#include "flywheel/config.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/js.h"
#include "util/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)1 << 20)

struct wishes {
	bool json, whole;
	const char *source, *subject;
	double least; /* confidence of what the miner writes down, unless a setting says */
	struct classifier *classifier;
	long line;
};

static struct js *scores_json(const struct wishes *wishes, const double scores[LABEL_COUNT])
{
	struct js *object = js_object();

	for (int i = 0; i < LABEL_COUNT; i++) {
		struct js *one = js_object();

		js_set_real(one, "score", scores[i]);
		js_set_real(one, "threshold", label_threshold(wishes->classifier, i));
		js_set(object, label_name(i), one);
	}
	return object;
}

static struct js *note_json(struct wishes *wishes, const char *sentence)
{
	struct classified_note note;
	struct js *object;

	if (!classify_note(wishes->classifier, wishes->source, wishes->subject, sentence, &note))
		return js_null();
	object = js_object();
	js_set_text(object, "statement", note.statement);
	js_set_text(object, "because", note.because);
	js_set_text(object, "insteadOf", note.instead_of);
	js_set_text(object, "consequences", note.consequences);
	js_set_real(object, "confidence", note.confidence);
	js_set_bool(object, "kept", note.confidence >= wishes->least);
	classified_note_release(&note);
	return object;
}

static struct js *sentence_json(
	struct wishes *wishes, const char *sentence, const double scores[LABEL_COUNT])
{
	struct js *object = js_object(), *labels = js_array();

	js_set_text(object, "text", sentence);
	for (int i = 0; i < LABEL_COUNT; i++)
		if (scores[i] >= label_threshold(wishes->classifier, i))
			js_add(labels, js_text(label_name(i)));
	js_set(object, "labels", labels);
	js_set(object, "scores", scores_json(wishes, scores));
	js_set(object, "note", note_json(wishes, sentence));
	return object;
}

static void print_sentence(
	const struct wishes *wishes, const char *sentence, const double scores[LABEL_COUNT])
{
	struct buf safe = BUF_INIT;
	bool any = false;

	for (int i = 0; i < LABEL_COUNT; i++) {
		if (scores[i] < label_threshold(wishes->classifier, i))
			continue;
		printf("%s%s %.2f", any ? ", " : "", label_name(i), scores[i]);
		any = true;
	}
	buf_add_printable(&safe, sentence, strlen(sentence));
	printf("%s\t%s\n", any ? "" : "-", safe.ptr);
	buf_release(&safe);
}

static void classify(struct wishes *wishes, const char *id, const char *text)
{
	struct strings sentences = STRINGS_INIT;
	struct js *list = js_array(), *object;
	struct buf out = BUF_INIT;

	if (wishes->whole)
		strings_add(&sentences, text);
	else
		classify_sentences(text, strlen(text), &sentences);
	for (size_t i = 0; i < sentences.count; i++) {
		double scores[LABEL_COUNT];

		classify_sentence(wishes->classifier, sentences.items[i], scores);
		if (wishes->json)
			js_add(list, sentence_json(wishes, sentences.items[i], scores));
		else
			print_sentence(wishes, sentences.items[i], scores);
	}
	if (wishes->json) {
		object = js_object();
		js_set_text(object, "id", id);
		js_set(object, "sentences", list);
		list = NULL;
		js_write(object, &out);
		puts(out.ptr);
		js_free(object);
	}
	js_free(list);
	buf_release(&out);
	strings_release(&sentences);
}

/* {"id": ..., "text": ..., "subject": ...}; an id may be a text or a number. */
static int take_object(struct wishes *wishes, const char *line, size_t len)
{
	struct js *object = NULL;
	char number[24];
	const char *id, *text;
	int rc = js_parse(line, len, &object);

	if (rc)
		return fail_context(rc, "line %ld", wishes->line);
	text = js_get_text(object, "text");
	id = js_get_text(object, "id");
	if (!id && js_get(object, "id")) {
		snprintf(number, sizeof(number), "%lld",
			(long long)js_get_number(object, "id", wishes->line));
		id = number;
	}
	wishes->subject = js_get_text(object, "subject");
	if (text)
		classify(wishes, id, text);
	else
		rc = fail(E_INVALID, "line %ld has no \"text\"", wishes->line);
	wishes->subject = NULL;
	js_free(object);
	return rc;
}

static double default_confidence(void)
{
	const struct config_record *record = config_records();

	while (record->key && strcmp(record->key, "miner.confidence"))
		record++;
	return record->key ? strtod(record->value, NULL) : 0;
}

static int take_line(struct wishes *wishes, char *line, size_t len)
{
	char id[24];

	wishes->line++;
	if (len > LINE_MAX_BYTES)
		return fail(E_TOOBIG, "line %ld is over a megabyte", wishes->line);
	while (len && strchr("\r\n", line[len - 1]))
		line[--len] = '\0';
	if (strlen(line) != len)
		return fail(E_INVALID, "line %ld holds a NUL", wishes->line);
	if (line[0] == '{')
		return take_object(wishes, line, len);
	snprintf(id, sizeof(id), "%ld", wishes->line);
	if (len)
		classify(wishes, id, line);
	return 0;
}

static int read_lines(struct wishes *wishes)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;
	int rc = 0;

	while (!rc && (len = getline(&line, &capacity, stdin)) >= 0)
		rc = take_line(wishes, line, (size_t)len);
	if (!rc && ferror(stdin))
		rc = fail(E_IO, "cannot read standard input");
	free(line);
	return rc;
}

int decisions_classify(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {.source = "commit", .least = default_confidence()};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print JSON, an object a line", &wishes.json},
		{OPTION_FLAG, 0, "whole", NULL, "each line is one sentence: split nothing",
			&wishes.whole},
		{OPTION_TEXT, 0, "source", "name",
			"what a note would come from: commit, comment, adr or talk",
			&wishes.source},
		OPTIONS_END};
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left > 0)
		return command_usage(self, "classify reads standard input, not '%.40s'", argv[0]);
	if (strcmp(wishes.source, "commit") && strcmp(wishes.source, "comment") &&
		strcmp(wishes.source, "adr") && strcmp(wishes.source, "talk"))
		return command_usage(
			self, "'%.40s' is none of commit, comment, adr, talk", wishes.source);
	rc = classifier_open(&wishes.classifier);
	if (!rc)
		rc = read_lines(&wishes);
	classifier_free(wishes.classifier);
	return rc ? command_fail(rc) : EXIT_OK;
}
