/* Finding the words that may name code. Whether they do, only a graph knows. */
#include "util/mention.h"

#include <ctype.h>
#include <string.h>

#define PATH_MIN 3
#define PATH_LONGEST 200
#define ID_MIN 7
#define ID_MAX 40

static bool is_name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Looks like code rather than English: an underscore inside, or a hump. */
static bool is_codelike(const char *name, size_t len)
{
	bool underscore = false, lower = false, hump = false;

	for (size_t i = 0; i < len; i++) {
		underscore |= name[i] == '_' && i && i + 1 < len;
		hump |= lower && isupper((unsigned char)name[i]);
		lower |= islower((unsigned char)name[i]) != 0;
	}
	return len >= 3 && (underscore || hump);
}

static void add_name(struct strings *out, const char *name, size_t len)
{
	while (len && name[len - 1] == '.')
		len--;
	if (len < 2 || len > 80 || isdigit((unsigned char)name[0]))
		return;
	for (size_t i = 0; i < out->count; i++)
		if (strlen(out->items[i]) == len && !memcmp(out->items[i], name, len))
			return;
	if (out->count < MENTIONS_MAX)
		strings_add_len(out, name, len);
}

void text_names(const char *text, struct strings *out)
{
	bool code = false;
	size_t len;

	for (const char *c = text; *c; c += len) {
		len = 1;
		if (*c == '`')
			code = !code;
		if (!is_name_byte(*c))
			continue;
		while (is_name_byte(c[len]) || (c[len] == '.' && is_name_byte(c[len + 1])) ||
			(c[len] == ':' && c[len + 1] == ':' && is_name_byte(c[len + 2])) ||
			(c[len] == ':' && c[len - 1] == ':' && is_name_byte(c[len + 1])))
			len++;
		if (code || c[len] == '(' || is_codelike(c, len))
			add_name(out, c, len);
	}
}

static void add_once(struct strings *out, const char *word, size_t len)
{
	for (size_t i = 0; i < out->count; i++)
		if (strlen(out->items[i]) == len && !memcmp(out->items[i], word, len))
			return;
	if (out->count < MENTIONS_MAX)
		strings_add_len(out, word, len);
}

static bool is_path_byte(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_./-+@", c));
}

/* "a.c" but neither "1.2" nor "e.g.": an ending of letters behind a name, or a folder before it. */
static bool is_pathlike(const char *word, size_t len)
{
	static const char *const words[] = {"e.g", "i.e", "a.m", "p.m"};
	size_t dot = len, letters = 0;
	bool folder = false;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (len == strlen(words[i]) && !strncmp(word, words[i], len))
			return false;
	for (size_t i = 0; i < len; i++) {
		folder |= word[i] == '/' && i;
		if (word[i] == '.')
			dot = i;
		letters += isalpha((unsigned char)word[i]) != 0;
	}
	if (len < PATH_MIN || len > PATH_LONGEST || letters < 2 || strchr("/@+-", *word))
		return false;
	return folder || (dot && dot + 1 < len && isalpha((unsigned char)word[dot + 1]));
}

void text_paths(const char *text, struct strings *out)
{
	size_t len;

	for (const char *c = text; *c; c += len) {
		const char *word = c;
		size_t kept;

		for (len = 0; is_path_byte(c[len]); len++)
			;
		kept = len;
		while (kept && strchr("./-+@", word[kept - 1]))
			kept--;
		while (kept > 2 && word[0] == '.' && word[1] == '/') {
			word += 2;
			kept -= 2;
		}
		if (c[len] == ':' && c[len + 1] == '/') /* an address */
			kept = 0;
		if (kept && is_pathlike(word, kept))
			add_once(out, word, kept);
		len += !len;
	}
}

void text_commits(const char *text, struct strings *out)
{
	size_t len;

	for (const char *c = text; *c; c += len) {
		bool letter = false, figure = false;

		for (len = 0; isalnum((unsigned char)c[len]) || c[len] == '_'; len++) {
			letter |= c[len] >= 'a' && c[len] <= 'f';
			figure |= isdigit((unsigned char)c[len]) != 0;
		}
		if (len >= ID_MIN && len <= ID_MAX && letter && figure &&
			strspn(c, "0123456789abcdef") == len)
			add_once(out, c, len);
		len += !len;
	}
}
