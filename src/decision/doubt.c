/*
 * Rules for what makes a draft doubtful although its cue and the classifier take it for a decision:
 * bookkeeping, manuals, symptoms, a clause that was cut in the wrong place. What it is worth that a
 * rule holds was learned of messages and comments (worth.h); in talk each has its cost.
 */
#define _GNU_SOURCE
#include "decision/worth.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EARLY 24        /* bytes of a statement in which a bare pronoun is its object */
#define INSTEAD_MAX 120 /* bytes of one way; more are several */

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
static bool is_bookkeeping(const struct decision_draft *draft)
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

	return has_any(draft->statement, words) || !strncasecmp(draft->statement, "add Test", 8);
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
static bool is_cure(const struct decision_draft *draft)
{
	static const char *const words[] = {
		"fix", "fixes", "fixed", "fixup", "bug", "bugs", "revert", NULL};

	return has_any(draft->statement, words);
}

/* "..., otherwise <do something else>" tells two cases, not a reason. */
static bool is_other_case(const struct decision_draft *draft)
{
	static const char *const condition[] = {
		"if", "when", "given", "available", "unless", "should succeed", NULL};
	static const char *const consequence[] = {"would", "will", "could", "may", "might", "can",
		"can't", "cannot", "is", "are", "gets", "have", "has", "we", "they", NULL};

	if (strcmp(draft->cue, "otherwise") && strcmp(draft->cue, "because-rule"))
		return has_any(draft->statement, (const char *const[]){"should succeed", NULL});
	return !has_any(draft->because, consequence) ||
	       (!strcmp(draft->cue, "otherwise") && has_any(draft->statement, condition));
}

/* Neither a reason nor what it was chosen over: little to learn from. */
static bool is_bare(const struct decision_draft *draft)
{
	return !draft->because[0] && !draft->instead_of[0] && !draft->consequences &&
	       strcmp(draft->cue, "on-purpose") && strcmp(draft->cue, "no-rule");
}

/* What a comment tells whoever calls: "you can use", "returns", "may be combined". */
static bool is_manual(const struct decision_draft *draft)
{
	static const char *const words[] = {"you", "your", "can be used", "may be used",
		"should be", "is used", "are used", "this function", "this method", "this command",
		"the caller can", "user", "users", "see", "returns", "can be combined", "e.g",
		NULL};
	static const char *const starts[] = {"returns ", "return ", "checks ", "copies ", "gets ",
		"sets ", "splits ", "creates ", "tests ", "each ", "helper ", "utility ", "given ",
		"used ", "called ", "this is ", "this was ", NULL};

	return has_any(draft->statement, words) || begins_with_any(draft->statement, starts);
}

/* "(if passing a callable": the bracket closes, or opens, in what was cut off. */
static bool opens(const char *text)
{
	int depth = 0;

	for (; *text && depth >= 0; text++)
		depth += (*text == '(') - (*text == ')');
	return depth != 0;
}

static bool is_open(const struct decision_draft *draft)
{
	return opens(draft->statement) || opens(draft->instead_of);
}

/* "Set it up as ...": what it is stands in a sentence before. */
static bool is_about_it(const struct decision_draft *draft)
{
	const char *statement = draft->statement;
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
static bool points_back(const struct decision_draft *draft)
{
	static const char *const words[] = {"these", "those", "they", "them", "their", "here",
		"such", "this", "the method", "the function", "the code", "the class", "the loop",
		"the callback", "the operation", NULL};
	static const char *const changes[] = {"this commit", "this change", "this patch", NULL};

	return has_any(draft->statement, words) && !begins_with_any(draft->statement, changes);
}

/* What it was chosen over goes on with what is done now, or with what is good about that. */
static bool is_run_on(const struct decision_draft *draft)
{
	const char *instead = draft->instead_of;

	return strlen(instead) > INSTEAD_MAX || strstr(instead, ", we ") ||
	       strstr(instead, ", which is ");
}

static bool is_cut(const struct decision_draft *draft)
{
	static const char *const reasons[] = {"are ", "is ", "was ", "were ", "these ", "those ",
		"this issue", "that issue", "this problem", "that problem", "this, ", "it, ",
		"and ", "or ", "will ", "been ", "which ", "prevent this from", "avoid this from",
		NULL};
	static const char *const statements[] = {"may ", "might ", "could ", "if ", "when ",
		"where ", "while ", "however", "and ", "but ", "or ", "which ", "use of ", NULL};
	static const char *const vague[] = {"the latter", "the former", ", e.g", "have to add",
		"in the end", "- otherwise", NULL};

	return strlen(draft->statement) > 240 || has_any(draft->statement, vague) ||
	       ends_with(draft->statement, " simply") || ends_with(draft->statement, " just") ||
	       begins_with_any(draft->because, reasons) ||
	       begins_with_any(draft->statement, statements) ||
	       (draft->found_by->consequence < 0 && strstr(draft->statement, ": "));
}

/* "so that", "to avoid": in a comment they mostly say what the code below does. */
static bool is_purpose(const struct decision_draft *draft)
{
	static const char *const ids[] = {"so-that", "to-avoid", "in-order-to", "to-first", NULL};

	for (size_t i = 0; ids[i]; i++)
		if (!strcmp(draft->cue, ids[i]))
			return true;
	return false;
}

/* The cue takes its statement from the commit's subject, so the sentence itself decides nothing. */
static bool is_pure_reason(const struct decision_draft *draft)
{
	return draft->found_by->decision < 0;
}

bool doubt_is_side_file(const char *path)
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

/* How much a word gives a reader to hold on to: a name of code counts twice. */
static unsigned weigh_word(const char *word, size_t len)
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

unsigned doubt_weight(const char *statement)
{
	unsigned weight = 0;

	for (const char *word = statement; *word; word += strspn(word, " ")) {
		size_t len = strcspn(word, " ");

		weight += weigh_word(word, len);
		word += len;
	}
	return weight;
}

const struct doubt doubts[] = {{"bookkeeping", is_bookkeeping, 0.2}, {"symptom", is_symptom, 0.25},
	{"cure", is_cure, 0}, {"other case", is_other_case, 0.2}, {"bare", is_bare, 0.15},
	{"manual", is_manual, 0}, {"open", is_open, 0.2}, {"about it", is_about_it, 0.2},
	{"points back", points_back, 0.2}, {"run on", is_run_on, 0.2}, {"cut", is_cut, 0.2},
	{"purpose", is_purpose, 0}, {"pure reason", is_pure_reason, 0}, {NULL, NULL, 0}};
