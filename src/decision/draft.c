/* From a span and the cue that matched it to a decision: statement, reason, alternative, names. */
#define _GNU_SOURCE
#include "decision/internal.h"

#include "util/digest.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SPAN_MIN 24

void decision_draft_release(struct decision_draft *draft)
{
	free(draft->statement);
	free(draft->because);
	free(draft->instead_of);
	free(draft->evidence);
	free(draft->consequences);
	strings_release(&draft->symbols);
	memset(draft, 0, sizeof(*draft));
}

/* Case, blanks and punctuation do not make another decision: rewrapping keeps the id. */
void decision_id(const char *source, const char *evidence, char out[13])
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX + 1];

	buf_addstr(&text, source);
	buf_addch(&text, '\n');
	for (const char *c = evidence; *c; c++)
		if (isalnum((unsigned char)*c) || (unsigned char)*c >= 0x80)
			buf_addch(&text, (char)tolower((unsigned char)*c));
	digest_bytes(text.ptr, text.len, hex);
	memcpy(out, hex, 12);
	out[12] = '\0';
	buf_release(&text);
}

/* A piece of the span as a phrase: no lead-in, no trailing punctuation. */
char *draft_phrase(const char *text, struct span span)
{
	static const char *const leads[] = {"so ", "also ", "but ", "and ", "therefore ", "thus ",
		"hence ", "that ", "now ", "then "};
	size_t start = span.start, end = span.end;

	if (span.start == SIZE_MAX)
		return xstrdup("");
	for (size_t i = 0; i < ARRAY_SIZE(leads); i++) {
		while (start < end && strchr(" ,;:-(", text[start]))
			start++;
		if (!strncasecmp(text + start, leads[i], strlen(leads[i])))
			start += strlen(leads[i]);
	}
	while (start < end && strchr(" ,;:-", text[start]))
		start++;
	while (end > start && strchr(" ,;:.-", text[end - 1]))
		end--;
	/* A closing bracket whose partner stayed outside. */
	if (end > start && text[end - 1] == ')' && !memchr(text + start, '(', end - start))
		end--;
	return xstrndup(text + start, end - start);
}

bool draft_is_pronoun_first(const char *text)
{
	static const char *const words[] = {
		"this ", "it ", "that ", "these ", "they ", "it's ", "that's ", "those "};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strncasecmp(text, words[i], strlen(words[i])))
			return true;
	return false;
}

bool draft_is_dangling(const char *text)
{
	static const char *const words[] = {" where", " but", " and", " or", " that", " which",
		" in", " of", " the", " a", " is", " are", " was", " this", " when", " if", " to",
		" for", " with", " not", " be", " by"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (ends_with(text, words[i]))
			return true;
	return false;
}

static size_t words_in(const char *text)
{
	size_t words = 0;

	for (size_t i = 0; text[i]; i++)
		words += !isspace((unsigned char)text[i]) &&
			 (!i || isspace((unsigned char)text[i - 1]));
	return words;
}

/* "This avoids ..." is a reason; what it is the reason for is the commit's subject. */
static void settle_statement(struct decision_draft *draft, const char *subject, const char *span)
{
	bool whole = !draft->statement[0] || draft_is_pronoun_first(draft->statement);

	if (!whole)
		return;
	if (subject && *subject) {
		free(draft->statement);
		draft->statement = xstrdup(subject);
	} else if (!draft->statement[0]) {
		free(draft->statement);
		draft->statement = xstrdup(span);
	}
}

/* "Use X instead of Y because Z": the surest cue took the reason; the alternative is in there too.
 */
static void split_alternative(struct decision_draft *draft)
{
	static const char *const joints[] = {" instead of ", " rather than "};

	for (size_t i = 0; i < ARRAY_SIZE(joints) && !draft->instead_of[0]; i++) {
		char *at = strstr(draft->statement, joints[i]);
		size_t start = at ? (size_t)(at - draft->statement) + strlen(joints[i]) : 0;

		if (!at)
			continue;
		free(draft->instead_of);
		draft->instead_of = draft_phrase(
			draft->statement, (struct span){start, strlen(draft->statement)});
		*at = '\0';
		while (at > draft->statement && strchr(" ,;", at[-1]))
			*--at = '\0';
	}
}

bool decision_draft_make(struct classifier *classifier, const char *source, const char *subject,
	const char *span, struct decision_draft *out)
{
	const struct cues *cues = classifier_cues(classifier);
	size_t len = strlen(span);
	struct cue_match match, clause;
	bool follows;

	memset(out, 0, sizeof(*out));
	if (len < SPAN_MIN || len > EVIDENCE_MAX || words_in(span) < 5)
		return false;
	/* What follows is cut off before the rest is read. */
	follows = cues_match_consequence(cues, FORM_CLAUSE, span, len, &clause);
	if (!cues_match(cues, source, span, follows ? clause.decision.end : len, &match)) {
		if (!follows)
			return false;
		match = clause;
	}
	out->statement = draft_phrase(span, match.decision);
	out->because = draft_phrase(span, match.because);
	out->instead_of = draft_phrase(span, match.instead);
	if (follows)
		out->consequences = draft_phrase(span, clause.consequence);
	out->evidence = xstrdup(span);
	out->cue = match.cue->id;
	out->confidence = match.cue->confidence;
	split_alternative(out);
	settle_statement(out, subject, span);
	decision_id(source, span, out->id);
	text_names(span, &out->symbols);
	/* Without a subject "this is needed" says nothing of what was decided. */
	if (words_in(out->statement) >= (draft_is_pronoun_first(out->statement) ? 6 : 2) &&
		!draft_is_dangling(out->statement) && !draft_is_dangling(out->because) &&
		!draft_is_dangling(out->instead_of) &&
		!(follows && draft_is_dangling(out->consequences))) {
		out->found_by = match.cue;
		out->confidence = draft_confidence(classifier, source, match.cue, out);
		return true;
	}
	decision_draft_release(out);
	return false;
}
