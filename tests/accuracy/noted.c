/*
 * What the miner sees of notes, for the program that learns what they are worth.
 * usage: noted < lines of JSON: "id", "source", "text" and "files", an array. Prints for each draft
 * a line: the id given, the draft's, how many features are of its place and how many of its
 * commit's subject, then its statement, reason, alternative, consequences and evidence, then the
 * features, each with its value behind "=", with tabs between all of them.
 */
#include "decision/worth.h"

#include "util/js.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct told {
	struct buf text;
	size_t count;
};

static void on_feature(const char *feature, double value, void *payload)
{
	struct told *told = payload;

	buf_addf(&told->text, "\t%s=%.4g", feature, value);
	told->count++;
}

static void print_draft(struct classifier *classifier, const char *id, const char *source,
	const char *subject, const struct decision_draft *draft, const struct strings *files)
{
	struct told place = {.text = BUF_INIT}, first = {.text = BUF_INIT},
		    words = {.text = BUF_INIT};

	worth_of_place(classifier, source, draft, files, on_feature, &place);
	if (subject)
		worth_of_subject(classifier, draft, subject, on_feature, &first);
	worth_of_words(classifier, source, draft, on_feature, &words);
	printf("%s\t%s\t%zu\t%zu\t%s\t%s\t%s\t%s\t%s%s%s%s\n", id, draft->id, place.count,
		first.count, draft->statement, draft->because, draft->instead_of,
		draft->consequences ? draft->consequences : "", draft->evidence, place.text.ptr,
		first.count ? first.text.ptr : "", words.text.ptr);
	buf_release(&place.text);
	buf_release(&first.text);
	buf_release(&words.text);
}

static void read_text(struct classifier *classifier, const struct js *in)
{
	const char *source = js_get_text(in, "source"), *text = js_get_text(in, "text");
	const struct js *list = js_get(in, "files");
	struct strings files = STRINGS_INIT, spans = STRINGS_INIT;
	struct drafts drafts = {0};
	char *subject = NULL;

	for (size_t i = 0; i < js_count(list); i++)
		strings_add(&files, js_as_text(js_at(list, i)));
	if (!strcmp(source, "commit")) {
		subject = message_drafts(classifier, text, false, 0.5, &drafts);
	} else {
		strings_add(&spans, text);
		drafts_read(classifier, source, NULL, &spans, 0, 0.5, &drafts);
	}
	for (size_t i = 0; i < drafts.count; i++)
		if (drafts.list[i].found_by)
			print_draft(classifier, js_get_text(in, "id"), source, subject,
				&drafts.list[i], &files);
	free(subject);
	drafts_release(&drafts);
	strings_release(&files);
	strings_release(&spans);
}

int main(void)
{
	struct classifier *classifier;
	char *line = NULL;
	size_t capacity = 0;

	if (classifier_open(&classifier))
		return 128;
	while (getline(&line, &capacity, stdin) > 0) {
		struct js *in = NULL;

		if (js_parse(line, strlen(line), &in))
			return 128;
		read_text(classifier, in);
		js_free(in);
	}
	free(line);
	classifier_free(classifier);
	return 0;
}
