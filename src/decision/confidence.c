/*
 * How sure we are of a draft. A cue knows how often it is right; the classifier knows the sentence;
 * and some drafts are wrong for reasons that both overlook: bookkeeping, manuals, a clause that was
 * cut in the wrong place. The figures were set on the development projects of doc/decisions.md.
 */
#define _GNU_SOURCE
#include "decision/classifier.h"

#include "util/memory.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define BOOKKEEPING 0.20
#define MANUAL 0.15
#define CUT 0.20

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
	static const char *const words[] = {"test", "tests", "testing", "unittest", "docs", "doc",
		"documentation", "docstring", "docstrings", "changelog", "readme", "typo", "typos",
		"formatting", "indentation", "whitespace", "section", "comment", "comments",
		"wording", "spelling", "CI", "flake8", "lint", "linter", "fixture", "fixtures",
		"todo", NULL};

	return has_any(text, words);
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

static bool is_cut(const struct decision_draft *draft)
{
	static const char *const reasons[] = {"are ", "is ", "was ", "were ", "these ", "those ",
		"this issue", "that issue", "it, ", "and ", "or ", "will ", "been ", NULL};
	static const char *const statements[] = {"may ", "might ", "could ", "if ", "when ",
		"where ", "while ", "however", "and ", "but ", "or ", "which ", NULL};
	size_t len = strlen(draft->statement);

	return len > 240 || begins_with_any(draft->because, reasons) ||
	       begins_with_any(draft->statement, statements) || strstr(draft->statement, ": ");
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

double draft_confidence(struct classifier *classifier, const char *source, const struct cue *cue,
	const struct decision_draft *draft)
{
	double scores[LABEL_COUNT], confidence = cue->confidence;
	bool comment = !strcmp(source, "comment");

	classify_sentence(classifier, draft->evidence, scores);
	if (!is_pure_reason(cue))
		confidence += 0.25 * (scores[LABEL_DECISION] - 0.75);
	if (draft->because[0])
		confidence += 0.15 * (scores[LABEL_RATIONALE] - 0.6);
	if (is_bookkeeping(draft->statement))
		confidence -= BOOKKEEPING;
	if (comment && (is_manual(draft->statement) || is_purpose(cue)))
		confidence -= MANUAL;
	if (is_cut(draft))
		confidence -= CUT;
	return confidence < 0.01 ? 0.01 : confidence > 0.99 ? 0.99 : confidence;
}
