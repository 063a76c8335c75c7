/*
 * Files that a repository says not to read: linguist-generated and linguist-vendored in
 * .gitattributes, and .flywheelignore in the syntax of .gitignore. The last rule that fits wins.
 */
#include "graph/internal.h"

#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

enum reason { REASON_IGNORED, REASON_GENERATED, REASON_VENDORED, REASON_COUNT };

struct rule {
	enum reason reason;
	bool skip;       /* false: an exception to earlier rules */
	bool any_parent; /* also fits what lies below a folder of this name */
	bool folder_only;
	bool base_name; /* no '/' in it: compared with the last component */
	char *folder;   /* of the rules file, with its '/'; "" at the top */
	char *pattern;
};

struct ignore {
	struct rule *rules;
	size_t count, capacity;
};

/* One set [a-z] or [!a-z]; `*end` is set behind it. NULL end: not closed, so a plain '['. */
static bool set_match(const char *pattern, char c, const char **end)
{
	bool negated = pattern[1] == '!' || pattern[1] == '^', found = false;
	const char *at = pattern + 1 + negated;

	*end = NULL;
	for (const char *first = at; *at && (*at != ']' || at == first); at++) {
		if (at[1] == '-' && at[2] && at[2] != ']') {
			found |= c >= at[0] && c <= at[2];
			at += 2;
		} else {
			found |= c == *at;
		}
	}
	if (*at == ']')
		*end = at + 1;
	return found != negated;
}

/*
 * Stars are retried from the last one only: a single star never needs to give way to an earlier
 * one, except that `**` may cross folders where a later `*` could not, so both are remembered.
 */
bool pattern_match(const char *pattern, const char *text)
{
	const char *star = NULL, *star_text = NULL, *deep = NULL, *deep_text = NULL, *end;

	for (;;) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			pattern += 2;
			if (*pattern == '/')
				pattern++; /* "a" is below the zero folders of a double star */
			deep = pattern;
			deep_text = text;
			star = NULL;
			continue;
		}
		if (*pattern == '*') {
			star = ++pattern;
			star_text = text;
			continue;
		}
		if (!*text && !*pattern)
			return true;
		end = NULL;
		if (*text && *pattern == '[' && *text != '/' && set_match(pattern, *text, &end) &&
			end) {
			pattern = end;
			text++;
			continue;
		}
		if (*text && !end && *pattern == '\\' && pattern[1] == *text) {
			pattern += 2;
			text++;
			continue;
		}
		if (*text && !end && (*pattern == *text || (*pattern == '?' && *text != '/'))) {
			pattern++;
			text++;
			continue;
		}
		if (star && *star_text && *star_text != '/') {
			text = ++star_text;
			pattern = star;
			continue;
		}
		if (!deep || !*deep_text)
			return false;
		text = ++deep_text;
		pattern = deep;
		star = NULL;
	}
}

struct ignore *ignore_new(void)
{
	return xcalloc(1, sizeof(struct ignore));
}

void ignore_free(struct ignore *ignore)
{
	if (!ignore)
		return;
	for (size_t i = 0; i < ignore->count; i++) {
		free(ignore->rules[i].folder);
		free(ignore->rules[i].pattern);
	}
	free(ignore->rules);
	free(ignore);
}

bool ignore_is_rules(const char *path)
{
	const char *base = path_base(path);

	return !strcmp(base, ".gitattributes") || !strcmp(base, ".flywheelignore");
}

static struct rule *add_rule(
	struct ignore *ignore, const char *path, const char *pattern, size_t len)
{
	struct rule *rule;

	GROW(ignore->rules, ignore->count, ignore->capacity);
	rule = &ignore->rules[ignore->count++];
	memset(rule, 0, sizeof(*rule));
	rule->folder = xstrndup(path, (size_t)(path_base(path) - path));
	if (len && pattern[len - 1] == '/') {
		rule->folder_only = true;
		len--;
	}
	rule->base_name = !memchr(pattern, '/', len);
	if (len && pattern[0] == '/') {
		pattern++;
		len--;
	}
	rule->pattern = xstrndup(pattern, len);
	return rule;
}

static void add_ignore_line(struct ignore *ignore, const char *path, const char *line, size_t len)
{
	bool except = len && *line == '!';
	struct rule *rule;

	while (len && strchr(" \t\r", line[len - 1]))
		len--;
	if (!len || *line == '#' || len == (size_t)except)
		return;
	rule = add_rule(ignore, path, line + except, len - except);
	rule->reason = REASON_IGNORED;
	rule->skip = !except;
	rule->any_parent = true;
}

static void add_attribute_line(
	struct ignore *ignore, const char *path, const char *line, size_t len)
{
	static const char *const names[REASON_COUNT] = {
		[REASON_GENERATED] = "linguist-generated", [REASON_VENDORED] = "linguist-vendored"};
	struct strings words = STRINGS_INIT;

	for (size_t i = 0; i < len;) {
		size_t start = i;

		while (i < len && !strchr(" \t\r", line[i]))
			i++;
		if (i > start)
			strings_add_len(&words, line + start, i - start);
		i++;
	}
	for (size_t i = 1; i < words.count && words.items[0][0] != '#'; i++)
		for (int reason = REASON_GENERATED; reason < REASON_COUNT; reason++) {
			const char *word = words.items[i];
			bool off = *word == '-' || *word == '!';
			const char *name = word + off;
			size_t length = strlen(names[reason]);
			struct rule *rule;

			if (strncmp(name, names[reason], length) ||
				(name[length] && name[length] != '='))
				continue;
			rule = add_rule(ignore, path, words.items[0], strlen(words.items[0]));
			rule->reason = (enum reason)reason;
			rule->skip = !off && strcmp(name + length, "=false") != 0;
		}
	strings_release(&words);
}

void ignore_add(struct ignore *ignore, const char *path, const char *text)
{
	bool attributes = !strcmp(path_base(path), ".gitattributes");

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (attributes)
			add_attribute_line(ignore, path, text, len);
		else
			add_ignore_line(ignore, path, text, len);
		text += len + (text[len] == '\n');
	}
}

static bool fits_one(const struct rule *rule, const char *path)
{
	return pattern_match(rule->pattern, rule->base_name ? path_base(path) : path);
}

static bool fits(const struct rule *rule, const char *path)
{
	size_t skip = strlen(rule->folder);
	bool found = false;
	char *prefix;

	if (strncmp(path, rule->folder, skip))
		return false;
	path += skip;
	if (!rule->folder_only && fits_one(rule, path))
		return true;
	if (!rule->any_parent)
		return false;
	prefix = xstrdup(path);
	for (char *slash = strrchr(prefix, '/'); slash && !found; slash = strrchr(prefix, '/')) {
		*slash = '\0';
		found = fits_one(rule, prefix);
	}
	free(prefix);
	return found;
}

const char *ignore_reason(const struct ignore *ignore, const char *path)
{
	static const char *const words[REASON_COUNT] = {"ignored", "generated", "vendored"};
	bool skip[REASON_COUNT] = {false};

	for (size_t i = 0; i < ignore->count; i++)
		if (fits(&ignore->rules[i], path))
			skip[ignore->rules[i].reason] = ignore->rules[i].skip;
	for (int i = 0; i < REASON_COUNT; i++)
		if (skip[i])
			return words[i];
	return NULL;
}
