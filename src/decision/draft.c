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

/* Where "(Ann Lee)", whom the change is owed to, or "(#123)" begins at the end of a text; else the
 * end. */
static size_t before_credit(const char *text, size_t start, size_t end)
{
	size_t open = end, words = 1;

	if (end <= start || text[end - 1] != ')')
		return end;
	while (open > start && text[open - 1] != '(')
		open--;
	if (open < start + 2 || text[open - 2] != ' ')
		return end;
	if (text[open] == '#' && strspn(text + open + 1, "0123456789") == end - open - 2)
		return open - 1;
	for (size_t i = open; i < end - 1; i++) {
		bool first = i == open || text[i - 1] == ' ';

		words += text[i] == ' ';
		if (text[i] != ' ' && (first ? !isupper((unsigned char)text[i])
					     : !islower((unsigned char)text[i])))
			return end;
	}
	return words > 1 && words < 4 ? open - 1 : end;
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
	end = before_credit(text, start, end);
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
		" for", " with", " not", " be", " by", " e.g", " i.e", ", it", ", this", ", they"};

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

/* "This commit also moves the lock" says what it does: from the verb on. NULL: it does not. */
static const char *done_by_commit(const char *text)
{
	static const char *const whos[] = {
		"this commit ", "this change ", "this patch ", "this pr ", "this branch "};
	static const char *const adverbs[] = {"also ", "now ", "therefore ", "thus ", "just ",
		"simply ", "instead ", "additionally "};
	static const char *const states[] = {"is ", "was ", "has ", "does ", "allows ", "means ",
		"avoids ", "prevents ", "ensures ", "fixes "};
	size_t who = 0, len;

	while (who < ARRAY_SIZE(whos) && strncasecmp(text, whos[who], strlen(whos[who])) != 0)
		who++;
	if (who == ARRAY_SIZE(whos))
		return NULL;
	text += strlen(whos[who]);
	for (size_t i = 0; i < ARRAY_SIZE(adverbs); i++)
		if (starts_with(text, adverbs[i]))
			text += strlen(adverbs[i]);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (starts_with(text, states[i]))
			return NULL;
	len = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	return len > 2 && text[len] == ' ' && text[len - 1] == 's' ? text : NULL;
}

/* "This avoids ..." is a reason; what it is the reason for is the commit's subject. */
static void settle_statement(struct decision_draft *draft, const char *subject, const char *span)
{
	const char *done = done_by_commit(draft->statement);
	char *statement = NULL;

	if (draft->statement[0] && !draft_is_pronoun_first(draft->statement))
		return;
	if (done) {
		statement = xstrdup(done);
		free(draft->statement);
		draft->statement = statement;
	} else if (subject && *subject) {
		free(draft->statement);
		draft->statement = draft_phrase(subject, (struct span){0, strlen(subject)});
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

/* What may stand behind an alternative: its reason, or another story. */
struct tail {
	const char *mark;
	size_t skip; /* bytes before the reason; 0: it is none */
};

/* Another deed: ", and move the flag". Nouns that go on have no article behind their first word. */
static bool is_deed(const char *text)
{
	static const char *const next[] = {" the ", " a ", " an ", " it ", " its ", " all ",
		" each ", " this ", " them ", " to ", NULL};
	size_t len;

	if (starts_with(text, "and "))
		text += strlen("and ");
	len = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
	for (size_t i = 0; len > 2 && next[i]; i++)
		if (starts_with(text + len, next[i]))
			return true;
	return false;
}

/* ", reducing the overhead": a gain. */
static bool is_gain(const char *text)
{
	static const char *const words[] = {"reducing ", "avoiding ", "making ", "allowing ",
		"saving ", "preventing ", "letting ", "keeping ", "simplifying ", "improving ",
		"ensuring ", NULL};

	for (size_t i = 0; words[i]; i++)
		if (starts_with(text, words[i]))
			return true;
	return false;
}

/* "trying to keep": what is to be done belongs to the word before it. */
static bool needs_verb(const char *text, const char *at)
{
	static const char *const words[] = {
		"ing", "able", "need", "have", "try", "want", "way", "us", "how", NULL};
	size_t len = (size_t)(at - text);

	for (size_t i = 0; words[i]; i++) {
		size_t end = strlen(words[i]);

		if (len >= end && !strncmp(at - end, words[i], end))
			return true;
	}
	return false;
}

/* Where the tail of an alternative begins, and how much of it stands before a reason. */
static char *find_tail(char *text, size_t *skip)
{
	static const struct tail tails[] = {{"; ", 0}, {" - ", 3}, {", which allows ", 8},
		{", which makes ", 8}, {", which avoids ", 8}, {", which prevents ", 8},
		{", as ", 5}, {", such that ", 12}, {", so ", 5}, {", since ", 8},
		{", because ", 10}, {" since some ", 7}, {" because of ", 12}, {" because ", 9},
		{" so that ", 9}, {" so they ", 4}, {" so it ", 4}, {" so we ", 4}, {", to ", 5},
		{" to avoid ", 4}, {" to prevent ", 4}, {" to bypass ", 4}, {" to match ", 4},
		{" to ensure ", 4}, {" to allow ", 4}, {" to reduce ", 4}, {" to keep ", 4},
		{" to not ", 4}};

	for (char *at = text; *at; at++) {
		bool comma = starts_with(at, ", ");

		for (size_t i = 0; i < ARRAY_SIZE(tails); i++)
			if (starts_with(at, tails[i].mark) &&
				!(starts_with(at, " to ") && needs_verb(text, at))) {
				*skip = tails[i].skip;
				return at;
			}
		if (comma && (is_gain(at + 2) || is_deed(at + 2))) {
			*skip = is_gain(at + 2) ? 2 : 0;
			return at;
		}
	}
	return NULL;
}

/* "a list, as it is small": what follows the alternative does not belong to it. */
static void cut_alternative(struct decision_draft *draft)
{
	size_t skip = 0;
	char *at = find_tail(draft->instead_of, &skip);

	if (!at || at == draft->instead_of)
		return;
	if (skip && !draft->because[0]) {
		free(draft->because);
		draft->because = draft_phrase(at, (struct span){skip, strlen(at)});
	}
	*at = '\0';
}

/* "trying" + "to keep the copies": no reason, the way itself. */
static void join_infinitive(struct decision_draft *draft)
{
	const char *way = draft->instead_of;
	char *whole;

	if (!way[0] || !starts_with(draft->because, "to ") || !needs_verb(way, way + strlen(way)))
		return;
	whole = xstrfmt("%s %s", way, draft->because);
	free(draft->instead_of);
	draft->instead_of = whole;
	draft->because[0] = '\0';
}

/* A sentence that was joined for what it leans on, or the next deed of a list. */
static void cut_next(char *text)
{
	char *at = strstr(text, ". Otherwise"), *list = strstr(text, "; ");

	if (at)
		*at = '\0';
	if (list && list > text && (!at || list < at) && is_deed(list + 2))
		*list = '\0';
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
	split_alternative(out);
	cut_alternative(out);
	join_infinitive(out);
	cut_next(out->statement);
	cut_next(out->because);
	settle_statement(out, subject, span);
	decision_id(source, span, out->id);
	text_names(span, &out->symbols);
	/* Without a subject "this is needed" says nothing of what was decided. */
	if (words_in(out->statement) >= (draft_is_pronoun_first(out->statement) ? 6 : 2) &&
		!draft_is_dangling(out->statement) && !draft_is_dangling(out->because) &&
		!draft_is_dangling(out->instead_of) &&
		!(follows && draft_is_dangling(out->consequences))) {
		out->found_by = match.cue;
		out->confidence = draft_confidence(classifier, source, subject, out);
		return true;
	}
	decision_draft_release(out);
	return false;
}
