/* One-line functions, getters, import blocks: right, and nothing to learn from. */
#include "curate/internal.h"

#include "util/memory.h"

#include <ctype.h>
#include <string.h>

#define LINES_MIN 3 /* of a whole function, that say something */

static const char *const imports[] = {
	"import ", "from ", "#include", "using ", "require", "use ", "package ", "export "};
static const char *const stubs[] = {"pass", "...", "raise NotImplementedError", "return NULL;",
	"return None", "return;", "return 0;", "unreachable"};

static bool begins(const char *line, size_t len, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(words[i]) <= len && !memcmp(line, words[i], strlen(words[i])))
			return true;
	return false;
}

static bool says_something(const char *line, size_t len)
{
	if (len >= 2 && (!memcmp(line, "//", 2) || !memcmp(line, "/*", 2)))
		return false;
	if (!len || *line == '*' || *line == '#')
		return len && *line == '#' && begins(line, len, imports, ARRAY_SIZE(imports));
	for (size_t i = 0; i < len; i++)
		if (isalnum((unsigned char)line[i]))
			return true;
	return false;
}

/* Whole functions are judged by themselves, an explanation by the code that it explains. */
static const char *code_of(const struct example *example)
{
	return strcmp(example->kind, "explain") ? example->answer : example->prompt;
}

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	size_t lines = 0, imported = 0, empty = 0;
	bool explains = code_of(example) == example->prompt;
	size_t least = explains ? LINES_MIN + 1 : LINES_MIN; /* the question is a line too */

	(void)curation;
	(void)state;
	for (const char *at = code_of(example); *at;) {
		size_t len = strcspn(at, "\n");
		size_t skip = strspn(at, " \t+-");

		skip = skip > len ? len : skip;
		if (says_something(at + skip, len - skip)) {
			lines++;
			imported += begins(at + skip, len - skip, imports, ARRAY_SIZE(imports));
			empty += begins(at + skip, len - skip, stubs, ARRAY_SIZE(stubs));
		}
		at += len + (at[len] == '\n');
	}
	if (lines > 1 && imported * 10 >= lines * 6)
		return "a block of imports";
	if (!explains && !example_is_code(example))
		return NULL;
	if (lines < least)
		return "a stub or getter";
	return empty && lines - empty < least - 1 ? "a stub" : NULL;
}

const struct filter filter_stub = {
	.name = "stub",
	.summary = "stubs, getters and import blocks",
	.reject = reject,
};
