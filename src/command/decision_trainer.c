/*
 * A program of the build, not a command: learns the classifier of sentences from those that we
 * labelled and from the cues' own samples, beginning from figures that real histories left.
 *
 *   decision-trainer <cues.conf> <words.tsv> <figures> <output> <sentences.tsv>...
 *   decision-trainer --figures <cues.conf> <words.tsv> <real.tsv> <output> <sentences.tsv>...
 *
 * The second makes such figures, from sentences of others too, which are not kept: it is run by
 * tests/accuracy/decisions/figures.py. A line of sentences: letters of its labels (D R A P C W Y,
 * or -), a tab, the sentence.
 */
#include "decision/classifier.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX ((size_t)4 << 20)
struct trainer {
	struct lexicon *lexicon;
	struct cues *cues;
	struct examples examples;
};

static void add(
	struct trainer *trainer, const char *text, unsigned labels, unsigned known, double weight)
{
	struct examples *examples = &trainer->examples;
	struct example *example;

	GROW(examples->list, examples->count, examples->capacity);
	example = &examples->list[examples->count++];
	*example = (struct example){.labels = labels, .known = known, .weight = weight};
	features_of(trainer->lexicon, trainer->cues, text, &example->features);
}

static int take_line(struct trainer *trainer, char *line)
{
	static const char letters[] = "DRAPCWY";
	char *tab = strchr(line, '\t');
	unsigned labels = 0;

	if (!*line)
		return 0;
	if (!tab || !tab[1])
		return fail(E_INVALID, "'%.40s' is no labelled sentence", line);
	for (const char *c = line; c < tab; c++) {
		const char *at = strchr(letters, *c);

		if (!at && *c != '-')
			return fail(E_INVALID, "'%c' is no label: %.40s", *c, line);
		labels |= at ? 1u << (at - letters) : 0;
	}
	add(trainer, tab + 1, labels, (1u << LABEL_COUNT) - 1, WEIGHT_READ);
	return 0;
}

static int take_file(struct trainer *trainer, const char *path)
{
	struct buf text = BUF_INIT;
	struct strings lines = STRINGS_INIT;
	int rc = file_read(path, FILE_MAX, &text);

	strings_split(&lines, text.ptr, '\n');
	for (size_t i = 0; i < lines.count && !rc; i++)
		rc = take_line(trainer, lines.items[i]);
	strings_release(&lines);
	buf_release(&text);
	return rc ? fail_context(rc, "%s", path) : 0;
}

/* A cue's samples say what it finds, and nothing of the other labels. */
static void take_samples(struct trainer *trainer)
{
	const unsigned decision = 1u << LABEL_DECISION, reason = 1u << LABEL_RATIONALE;

	for (size_t i = 0; i < trainer->cues->count; i++) {
		const struct cue *cue = &trainer->cues->list[i];

		for (size_t k = 0; k < cue->yes.count; k++) {
			unsigned labels = decision;

			if (cue->veto) {
				add(trainer, cue->yes.items[k], 0, decision, WEIGHT_CUE);
				continue;
			}
			if (cue->because > 0)
				labels |= reason;
			if (cue->instead > 0)
				labels |= 1u << LABEL_ALTERNATIVE;
			add(trainer, cue->yes.items[k], labels, labels, WEIGHT_CUE);
		}
	}
}

/* Learns from what was taken: from the figures of the file, or, where that is NULL, from nothing.
 */
static int learn(const struct trainer *trainer, const char *figures, struct buf *model)
{
	struct label_model models[LABEL_COUNT];
	struct buf text = BUF_INIT;
	int rc = figures ? file_read(figures, FILE_MAX, &text) : 0;

	if (!rc && figures)
		rc = label_models_read(text.ptr, models);
	if (!rc)
		classifier_learn(&trainer->examples, figures ? models : NULL, model);
	buf_release(&text);
	return rc;
}

/* `files`: cues, words, figures or real sentences, output, then sentences of ours. */
static int train(bool figures, char **files, int count)
{
	struct trainer trainer = {0};
	struct buf text = BUF_INIT, vectors = BUF_INIT, model = BUF_INIT;
	int rc = file_read(files[0], FILE_MAX, &text);

	if (!rc)
		rc = cues_load(text.ptr, &trainer.cues);
	if (!rc)
		rc = file_read(files[1], FILE_MAX, &vectors);
	trainer.lexicon = lexicon_new(vectors.ptr);
	for (int i = 4; i < count && !rc; i++)
		rc = take_file(&trainer, files[i]);
	if (!rc && figures)
		rc = take_file(&trainer, files[2]);
	if (!rc) {
		take_samples(&trainer);
		rc = learn(&trainer, figures ? NULL : files[2], &model);
	}
	if (!rc)
		rc = file_write(files[3], model.ptr, model.len, 0644);
	examples_release(&trainer.examples);
	lexicon_free(trainer.lexicon);
	cues_free(trainer.cues);
	buf_release(&text);
	buf_release(&vectors);
	buf_release(&model);
	return rc;
}

int main(int argc, char **argv)
{
	bool figures = argc > 1 && !strcmp(argv[1], "--figures");

	if (argc - figures < 6) {
		fprintf(stderr,
			"usage: decision-trainer <cues.conf> <words.tsv> <figures> <output> "
			"<sentences.tsv>...\n");
		return 129;
	}
	if (train(figures, argv + 1 + figures, argc - 1 - figures)) {
		fprintf(stderr, "decision-trainer: %s\n", error_message());
		return 1;
	}
	return 0;
}
