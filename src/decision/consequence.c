/*
 * All decisions of one text, and what follows from them. A sentence that tells a consequence is
 * laid to the decision it speaks of: the one before it. Where that was not written down for its
 * reason, it is now for its consequence. "This means" says as much of a fault as of its cure, so
 * such a sentence counts only behind one that decides.
 */
#include "decision/internal.h"

#include "flywheel/classify.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define CONSEQUENCES_MAX 2 /* of one decision */

void drafts_release(struct drafts *drafts)
{
	for (size_t i = 0; i < drafts->count; i++)
		decision_draft_release(&drafts->list[i]);
	free(drafts->list);
	memset(drafts, 0, sizeof(*drafts));
}

void drafts_take(struct drafts *drafts, const struct decision_draft *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		GROW(drafts->list, drafts->count, drafts->capacity);
		drafts->list[drafts->count++] = list[i];
	}
}

struct drafts_reader {
	struct classifier *classifier;
	const char *source, *subject;
	const struct strings *spans;
	double least;
	struct drafts *out;
};

/* Not where it has enough, or would be too long. */
static void lay_to(struct decision_draft *draft, const char *text, const char *sentence)
{
	const char *has = draft->consequences ? draft->consequences : "";
	char *evidence, *consequences;
	size_t count = (*has != '\0') + count_in(has, "; ");

	if (count >= CONSEQUENCES_MAX || strlen(draft->evidence) + strlen(sentence) > EVIDENCE_MAX)
		return;
	evidence = xstrfmt("%s %s", draft->evidence, sentence);
	consequences = xstrfmt("%s%s%s", has, *has ? "; " : "", text);
	free(draft->evidence);
	free(draft->consequences);
	draft->evidence = evidence;
	draft->consequences = consequences;
	text_names(sentence, &draft->symbols);
}

/* What it follows from becomes a decision of its own. */
static void add_new(struct drafts_reader *reader, size_t at, const struct cue_match *match,
	const char *statement, const char *text, const char *evidence)
{
	struct drafts *out = reader->out;
	struct decision_draft *draft;

	GROW(out->list, out->count, out->capacity);
	draft = &out->list[out->count++];
	memset(draft, 0, sizeof(*draft));
	draft->statement = xstrdup(statement);
	draft->because = xstrdup("");
	draft->instead_of = xstrdup("");
	draft->consequences = xstrdup(text);
	draft->evidence = xstrdup(evidence);
	draft->cue = match->cue->id;
	draft->found_by = match->cue;
	draft->span = at;
	decision_id(reader->source, evidence, draft->id);
	text_names(evidence, &draft->symbols);
	draft->confidence =
		draft_confidence(reader->classifier, reader->source, reader->subject, draft);
}

/* The decision of which the sentence before this one speaks. */
static struct decision_draft *decision_before(struct drafts_reader *reader, size_t at)
{
	struct drafts *out = reader->out;
	struct decision_draft *last = out->count ? &out->list[out->count - 1] : NULL;

	return last && last->span + 1 == at && last->confidence >= reader->least ? last : NULL;
}

/* "This means ...": of the sentence before. */
static bool read_pair(struct drafts_reader *reader, size_t at)
{
	struct decision_draft *host = decision_before(reader, at);
	const char *sentence = reader->spans->items[at];
	const char *before = reader->spans->items[at - 1];
	char *pair = xstrfmt("%s %s", before, sentence);
	struct cue_match match;
	bool found = strlen(pair) <= EVIDENCE_MAX &&
		     cues_match_consequence(classifier_cues(reader->classifier), FORM_PAIR, pair,
			     strlen(pair), &match) &&
		     match.decision.end + 1 >= strlen(before) &&
		     match.decision.end <= strlen(before);
	char *text = found ? draft_phrase(pair, match.consequence) : NULL;
	char *statement = found ? draft_phrase(pair, match.decision) : NULL;

	if (found && host)
		lay_to(host, text, sentence);
	else if (found && reader->subject)
		add_new(reader, at, &match,
			at == 1 || draft_is_pronoun_first(statement) ? reader->subject : statement,
			text, pair);
	free(pair);
	free(text);
	free(statement);
	return found;
}

/* "This change means ...": of the commit as a whole, which its subject names. */
static void read_sentence(struct drafts_reader *reader, size_t at)
{
	const char *sentence = reader->spans->items[at];
	struct cue_match match;
	char *text;

	if (!reader->subject || !cues_match_consequence(classifier_cues(reader->classifier),
					FORM_SENTENCE, sentence, strlen(sentence), &match))
		return;
	text = draft_phrase(sentence, match.consequence);
	add_new(reader, at, &match, reader->subject, text, sentence);
	free(text);
}

static bool is_whole(const char *sentence)
{
	size_t len = strlen(sentence);

	return len && sentence[len - 1] != ':' && !draft_is_dangling(sentence);
}

void drafts_read(struct classifier *classifier, const char *source, const char *subject,
	const struct strings *spans, size_t first, double least, struct drafts *out)
{
	struct drafts_reader reader = {classifier, source, subject, spans, least, out};

	for (size_t i = first; i < spans->count; i++) {
		struct decision_draft draft;

		if (decision_draft_make(classifier, source, subject, spans->items[i], &draft)) {
			draft.span = i;
			drafts_take(out, &draft, 1);
		} else if (i && is_whole(spans->items[i]) && !read_pair(&reader, i)) {
			read_sentence(&reader, i);
		}
	}
}
