/*
 * How sure we are of a draft. A cue knows how often it is right; the classifier knows the sentence;
 * and some drafts are wrong for reasons that both overlook: bookkeeping, manuals, a clause that was
 * cut in the wrong place. The figures were set on the development projects of doc/decisions.md.
 */
#define _GNU_SOURCE
#include "decision/classifier.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BOOKKEEPING 0.20
#define MANUAL 0.15
#define CUT 0.20
#define SYMPTOM 0.25
#define BARE 0.15
#define SCANT 0.15
#define WEIGHT_LEAST 5  /* words in a statement, names counted twice, that stand for themselves */
#define EARLY 24        /* bytes of a statement in which a bare pronoun is its object */
#define INSTEAD_MAX 120 /* bytes of one way; more are several */
#define AREA_MAX 40     /* bytes of a line in which "area: " stands */

static bool has_any(const char *text, const char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		size_t len = strlen(words[i]);

		for (const char *at = text; (at = strcasestr(at, words[i])); at += len)
			if ((at == text || !isalnum((unsigned char)at[-1])) &&
				!isalnum((unsigned char)at[len]))
				return true;
	}
	return false;
}

static bool begins_with_any(const char *text, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (!strncasecmp(text, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Changes of which nobody asks why. */
static bool is_bookkeeping(const char *text)
{
	static const char *const words[] = {"test", "tests", "testing", "unittest", "unittests",
		"testutil", "testutils", "docs", "doc", "documentation", "docstring", "docstrings",
		"changelog", "readme", "typo", "typos", "formatting", "indentation", "whitespace",
		"section", "comment", "comments", "wording", "spelling", "CI", "flake8", "lint",
		"linter", "fixture", "fixtures", "todo", "benchmark", "benchmarks", "example",
		"examples", "sinon", "mock", "mocks", "link to", "links to", "mention", "mentions",
		"help message", "help messages", "quotes", "mypy", "sphinx", "spec", "specs",
		"cuke", "cukes", "cucumber", "assertion", "assertions", "gemfile", "tox", "badge",
		"documented", "rubocop", NULL};

	return has_any(text, words) || !strncmp(text, "Add Test", 8) ||
	       !strncmp(text, "add Test", 8);
}

/* What went wrong before, or has yet to be done, is no decision; a fault's cause is no reason for
 * one. */
static bool is_symptom(const struct decision_draft *draft)
{
	static const char *const broken[] = {"fails", "failed", "fail", "crashes", "crashed",
		"crash", "breaks", "broke", "hangs", "leaks", "doesn't contain", "does not contain",
		"doesn't work", "does not work", "aren't adding", "segfault", "stuck", "would be",
		"could end up", "we'll have to", "will have to", "i want", "was done", "was being",
		"too early", "too late", "turns out", "were being", "used to", "i had to", NULL};
	static const char *const causes[] = {"a problem", "a bug", "an issue", "an error",
		"the bug", "the problem", "a race", "a typo", "a mistake", NULL};

	static const char *const hopes[] = {"as expected", "would expect", NULL};

	return has_any(draft->statement, broken) || has_any(draft->instead_of, hopes) ||
	       begins_with_any(draft->because, causes);
}

/* What follows from a cure is that the fault is gone. */
static bool is_cure(const char *statement)
{
	static const char *const words[] = {
		"fix", "fixes", "fixed", "fixup", "bug", "bugs", "revert", NULL};

	return has_any(statement, words);
}

/* "..., otherwise <do something else>" tells two cases, not a reason. */
static bool is_other_case(const struct cue *cue, const struct decision_draft *draft)
{
	static const char *const condition[] = {
		"if", "when", "given", "available", "unless", "should succeed", NULL};
	static const char *const consequence[] = {"would", "will", "could", "may", "might", "can",
		"can't", "cannot", "is", "are", "gets", "have", "has", "we", "they", NULL};

	if (strcmp(cue->id, "otherwise") && strcmp(cue->id, "because-rule"))
		return has_any(draft->statement, (const char *const[]){"should succeed", NULL});
	return !has_any(draft->because, consequence) ||
	       (!strcmp(cue->id, "otherwise") && has_any(draft->statement, condition));
}

/* Neither a reason nor what it was chosen over: little to learn from. */
static bool is_bare(const struct cue *cue, const struct decision_draft *draft)
{
	return !draft->because[0] && !draft->instead_of[0] && !draft->consequences &&
	       strcmp(cue->id, "on-purpose") && strcmp(cue->id, "no-rule");
}

/* What a comment tells whoever calls: "you can use", "returns", "may be combined". */
static bool is_manual(const char *text)
{
	static const char *const words[] = {"you", "your", "can be used", "may be used",
		"should be", "is used", "are used", "this function", "this method", "this command",
		"the caller can", "user", "users", "see", "returns", "can be combined", "e.g",
		NULL};
	static const char *const starts[] = {"returns ", "return ", "checks ", "copies ", "gets ",
		"sets ", "splits ", "creates ", "tests ", "each ", "helper ", "utility ", "given ",
		"used ", "called ", "this is ", "this was ", NULL};

	return has_any(text, words) || begins_with_any(text, starts);
}

/* "(if passing a callable": the bracket closes, or opens, in what was cut off. */
static bool is_open(const char *text)
{
	int depth = 0;

	for (; *text && depth >= 0; text++)
		depth += (*text == '(') - (*text == ')');
	return depth != 0;
}

/* "Set it up as ...": what it is stands in a sentence before. */
static bool is_about_it(const char *statement)
{
	static const char *const pronouns[] = {"it", "them", NULL};
	static const char *const idioms[] = {
		"make it", "makes it", "made it", "making it", "so it", "so that it", NULL};
	size_t len = strlen(statement), end = len < EARLY ? len : EARLY;
	char start[EARLY + 1];

	while (end && end < len && statement[end] != ' ')
		end--;
	memcpy(start, statement, end);
	start[end] = '\0';
	return has_any(start, pronouns) && !has_any(statement, idioms) &&
	       !begins_with_any(statement, (const char *const[]){"it ", NULL});
}

/* "Check this first", "only the global scope carries these", "move the method": of what? */
static bool points_back(const char *statement)
{
	static const char *const words[] = {"these", "those", "they", "them", "their", "here",
		"such", "this", "the method", "the function", "the code", "the class", "the loop",
		"the callback", "the operation", NULL};
	static const char *const changes[] = {"this commit", "this change", "this patch", NULL};

	return has_any(statement, words) && !begins_with_any(statement, changes);
}

/* What it was chosen over goes on with what is done now, or with what is good about that. */
static bool is_run_on(const char *instead)
{
	return strlen(instead) > INSTEAD_MAX || strstr(instead, ", we ") ||
	       strstr(instead, ", which is ");
}

static bool is_cut(const struct cue *cue, const struct decision_draft *draft)
{
	static const char *const reasons[] = {"are ", "is ", "was ", "were ", "these ", "those ",
		"this issue", "that issue", "this problem", "that problem", "this, ", "it, ",
		"and ", "or ", "will ", "been ", "which ", "prevent this from", "avoid this from",
		NULL};
	static const char *const statements[] = {"may ", "might ", "could ", "if ", "when ",
		"where ", "while ", "however", "and ", "but ", "or ", "which ", "use of ", NULL};
	static const char *const vague[] = {"the latter", "the former", ", e.g", "have to add",
		"in the end", "- otherwise", NULL};
	size_t len = strlen(draft->statement);

	return len > 240 || is_open(draft->statement) || is_open(draft->instead_of) ||
	       is_run_on(draft->instead_of) || is_about_it(draft->statement) ||
	       points_back(draft->statement) || has_any(draft->statement, vague) ||
	       ends_with(draft->statement, " simply") || ends_with(draft->statement, " just") ||
	       begins_with_any(draft->because, reasons) ||
	       begins_with_any(draft->statement, statements) ||
	       (cue->consequence < 0 && strstr(draft->statement, ": "));
}

/* "so that", "to avoid": in a comment they mostly say what the code below does. */
static bool is_purpose(const struct cue *cue)
{
	static const char *const ids[] = {"so-that", "to-avoid", "in-order-to", "to-first", NULL};

	for (size_t i = 0; ids[i]; i++)
		if (!strcmp(cue->id, ids[i]))
			return true;
	return false;
}

/* The cue takes its statement from the commit's subject, so the sentence itself decides nothing. */
static bool is_pure_reason(const struct cue *cue)
{
	return cue->decision < 0;
}

static bool is_side_file(const char *path)
{
	static const char *const parts[] = {"test", "spec", "doc/", "docs/", "bench", "example",
		".github", "fixture", "mock", "contrib/", NULL};
	static const char *const ends[] = {".md", ".rst", ".txt", ".yml", ".yaml", "CHANGES",
		"README", "ChangeLog", ".adoc", NULL};

	for (size_t i = 0; parts[i]; i++)
		if (strcasestr(path, parts[i]))
			return true;
	for (size_t i = 0; ends[i]; i++)
		if (ends_with(path, ends[i]))
			return true;
	return false;
}

void draft_doubt_side_files(struct decision_draft *draft, const struct strings *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (!is_side_file(files->items[i]))
			return;
	if (files->count)
		draft->confidence -= BOOKKEEPING;
}

void draft_doubt_area(struct decision_draft *draft, const char *text)
{
	static const char *const rooms[] = {
		"test", "tests", "doc", "docs", "doc fix", "documentation", "typo", "lint", NULL};
	static const char *const anywhere[] = {"flaky", "grammar", "wording", NULL};
	const char *end = text;
	char *area;

	if (!text || is_bookkeeping(draft->statement))
		return;
	for (const char *colon; (colon = strstr(end, ": ")) && colon - text < AREA_MAX;)
		end = colon + 2;
	area = xstrndup(text, (size_t)(end - text));
	if (has_any(area, rooms) || has_any(text, anywhere) || ends_with(text, " test") ||
		ends_with(text, " tests") || ends_with(text, " documentation"))
		draft->confidence -= BOOKKEEPING;
	free(area);
}

/* How much a word gives a reader to hold on to: a name of code counts twice. */
static unsigned weight_of(const char *word, size_t len)
{
	static const char *const little[] = {"and", "for", "with", "that", "the", "are", "its",
		"this", "from", "not", "now", "only", "can", "does", "use", NULL};
	unsigned letters = 0;

	if (len > 1 && (*word == '`' || (isupper((unsigned char)word[0]) &&
						isupper((unsigned char)word[1]))))
		return 2;
	for (size_t i = 0; i < len; i++) {
		bool last = i + 1 == len || !isalnum((unsigned char)word[i + 1]);

		if (i && ((strchr("_.:/-", word[i]) && !last) || (word[i] == '(' && i + 1 < len) ||
				 (islower((unsigned char)word[i - 1]) &&
					 isupper((unsigned char)word[i]))))
			return 2;
		letters += isalnum((unsigned char)word[i]) != 0;
	}
	for (size_t i = 0; little[i]; i++)
		if (strlen(little[i]) == len && !strncasecmp(little[i], word, len))
			return 0;
	return letters > 2;
}

void draft_doubt_scant(struct decision_draft *draft, const char *subject)
{
	unsigned weight = 0;

	if ((subject && strstr(subject, draft->statement)) ||
		(draft->because[0] && draft->instead_of[0]))
		return;
	for (const char *word = draft->statement; *word; word += strspn(word, " ")) {
		size_t len = strcspn(word, " ");

		weight += weight_of(word, len);
		word += len;
	}
	if (weight < WEIGHT_LEAST)
		draft->confidence -= SCANT;
}

double draft_confidence(struct classifier *classifier, const char *source, const struct cue *cue,
	const struct decision_draft *draft)
{
	double scores[LABEL_COUNT], confidence = cue->confidence;
	bool comment = !strcmp(source, "comment"), follows = cue->consequence > 0;

	classify_sentence(classifier, follows ? draft->statement : draft->evidence, scores);
	if (!is_pure_reason(cue) || follows)
		confidence += (follows ? 0.15 : 0.25) * (scores[LABEL_DECISION] - 0.75);
	if (draft->because[0])
		confidence += 0.15 * (scores[LABEL_RATIONALE] - 0.6);
	if (is_bookkeeping(draft->statement))
		confidence -= BOOKKEEPING;
	if (comment && (is_manual(draft->statement) || is_purpose(cue)))
		confidence -= MANUAL;
	if (is_cut(cue, draft) || is_other_case(cue, draft))
		confidence -= CUT;
	if (is_symptom(draft) || (follows && is_cure(draft->statement)))
		confidence -= SYMPTOM;
	if (is_bare(cue, draft))
		confidence -= BARE;
	confidence = confidence < 0.01 ? 0.01 : confidence > 0.99 ? 0.99 : confidence;
	return classifier_correct(classifier, cue, confidence);
}
