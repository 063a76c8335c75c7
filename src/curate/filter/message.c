/* CommitPackFT's rules (Muennighoff et al. 2023), widened: a message must be worth learning. */
#include "curate/internal.h"

#include "util/memory.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MIN 10   /* characters, in the subject */
#define MESSAGE_MAX 2000 /* their 1000 drops the messages that give reasons at length */
#define WORDS_MIN 4      /* more than, in the subject and body together */

static const char *const verbs[] = {"add", "adapt", "adjust", "allow", "apply", "assert", "avoid",
	"backport", "build", "cache", "call", "catch", "change", "check", "clarify", "clean",
	"clear", "close", "compare", "compile", "convert", "copy", "correct", "count", "create",
	"cut", "decrease", "define", "delete", "deprecate", "detect", "disable", "disallow",
	"document", "don't", "do", "drop", "emit", "enable", "enhance", "ensure", "establish",
	"expand", "export", "expose", "extend", "extract", "fix", "fixe", "force", "format", "free",
	"generate", "get", "give", "guard", "handle", "hide", "honor", "implement", "import",
	"improve", "include", "increase", "inline", "integrate", "introduce", "invoke", "keep",
	"let", "limit", "link", "load", "lock", "log", "lower", "make", "mark", "merge", "migrate",
	"modify", "move", "name", "optimize", "optimise", "parse", "pass", "port", "preserve",
	"prevent", "print", "propagate", "protect", "provide", "raise", "read", "reduce",
	"refactor", "reflect", "refuse", "reject", "relax", "release", "remove", "rename", "render",
	"reorder", "reorganize", "repair", "replace", "report", "require", "reset", "resolve",
	"restore", "restrict", "return", "reuse", "revise", "rewrite", "run", "save", "send",
	"separate", "set", "show", "simplify", "skip", "solve", "sort", "speed", "split", "start",
	"stop", "store", "strip", "support", "suppress", "switch", "sync", "test", "throw", "track",
	"trigger", "trim", "try", "turn", "tweak", "unify", "update", "upgrade", "use", "validate",
	"verify", "wait", "warn", "work", "wrap", "write"};
static const char *const noise[] = {"wip", "fixup", "squash", "tmp", "temp", "bump", "typo",
	"version", "release", "revert", "merge", "changelog", "whitespace", "pep8", "lint"};

/* The first word after prefixes such as "net: ", "[FIX] ", "- ", in lower case. */
static char *first_word(const char *subject)
{
	size_t line = strcspn(subject, "\n");
	const char *colon = memchr(subject, ':', line);
	char *word;

	while (*subject == '-' || *subject == '*' || *subject == ' ')
		subject++;
	if (*subject == '[' && strchr(subject, ']'))
		subject = strchr(subject, ']') + 1;
	else if (colon && colon - subject < 24 && colon[1] == ' ')
		subject = colon + 1;
	subject += strspn(subject, " ");
	word = xstrndup(subject, strcspn(subject, " \t\n,.:;()"));
	for (char *c = word; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return word;
}

/* "fix", and as people write it: "fixes", "fixed", "fixing", "moved", "stopped". */
static bool is_verb(const char *word)
{
	static const char *const endings[] = {"", "s", "es", "ed", "d", "ing"};
	size_t len = strlen(word);

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		size_t n = strlen(verbs[i]);

		if (n > len || strncmp(word, verbs[i], n - 1))
			continue;
		for (size_t e = 0; e < ARRAY_SIZE(endings); e++)
			if ((!strncmp(word, verbs[i], n) && !strcmp(word + n, endings[e])) ||
				(verbs[i][n - 1] == 'e' && !strcmp(word + n - 1, "ing")) ||
				(verbs[i][n - 1] == 'y' && !strcmp(word + n - 1, "ied")))
				return true;
		if (len > n && word[n] == verbs[i][n - 1] && !strcmp(word + n + 1, "ed"))
			return true;
	}
	return false;
}

static const char *judge(const char *message)
{
	size_t len = strlen(message), words = 0;
	char *word;
	const char *reason = NULL;

	for (size_t i = 0; i < len; i++)
		words += !isspace((unsigned char)message[i]) &&
			 (i + 1 == len || isspace((unsigned char)message[i + 1]));
	if (strcspn(message, "\n") < MESSAGE_MIN)
		return "a subject of less than 10 characters";
	if (len > MESSAGE_MAX)
		return "a message of more than 2000 characters";
	if (words <= WORDS_MIN)
		return "a message of four words or fewer";
	word = first_word(message);
	for (size_t i = 0; i < ARRAY_SIZE(noise) && !reason; i++)
		if (!strcmp(word, noise[i]))
			reason = "a merge, revert, release, bump or work in progress";
	if (!reason && !is_verb(word))
		reason = "a subject that does not start with a verb";
	free(word);
	return reason;
}

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	const char *end, *reason;
	char *message;

	(void)curation;
	(void)state;
	if (!example_is_change(example))
		return NULL;
	if (!strcmp(example->kind, "change-message"))
		return judge(example->answer);
	end = strstr(example->prompt, "\n\nIn ");
	message = xstrndup(
		example->prompt, end ? (size_t)(end - example->prompt) : strlen(example->prompt));
	reason = judge(message);
	free(message);
	return reason;
}

const struct filter filter_message = {
	.name = "message",
	.summary = "a commit message that is no lesson (CommitPackFT's rules, widened)",
	.reject = reject,
};
