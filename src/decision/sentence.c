/* Where a sentence ends: at a stop, unless it belongs to an abbreviation, a path or a code span. */
#include "decision/internal.h"

#include <ctype.h>
#include <string.h>

static bool is_abbreviation(const char *text, size_t stop)
{
	static const char *const known[] = {"e.g", "i.e", "etc", "vs", "cf", "mr", "mrs", "ms",
		"dr", "approx", "resp", "no", "fig", "incl", "ca", "w.r.t", "a.k.a", "al", "eq",
		"sec", "ver", "viz", "eg", "ie", "esp", "orig", "max", "min", "st", "p.s"};
	size_t start = stop;
	char word[12];
	size_t len;

	while (start && (isalpha((unsigned char)text[start - 1]) || text[start - 1] == '.'))
		start--;
	len = stop - start;
	if (len == 1 && isupper((unsigned char)text[start])) /* an initial */
		return true;
	if (!len || len >= sizeof(word))
		return false;
	for (size_t i = 0; i < len; i++)
		word[i] = (char)tolower((unsigned char)text[start + i]);
	word[len] = '\0';
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(word, known[i]))
			return true;
	return false;
}

/* Is the stop at `at` the end of a sentence? `*next` is where the following one begins. */
static bool is_end(const char *text, size_t len, size_t at, size_t *next)
{
	size_t i = at + 1;

	while (i < len && strchr(".!?)\"'*`", text[i]))
		i++;
	*next = i;
	if (i >= len)
		return true;
	if (text[i] != ' ')
		return false;
	while (i < len && text[i] == ' ')
		i++;
	if (i >= len)
		return true;
	*next = i;
	if (text[at] != '.')
		return true;
	if (at && text[at - 1] == '.') /* an ellipsis goes on unless a capital follows */
		return isupper((unsigned char)text[i]);
	if (is_abbreviation(text, at))
		return false;
	return true;
}

static void add_trimmed(struct strings *out, const char *text, size_t start, size_t end)
{
	while (start < end && text[start] == ' ')
		start++;
	while (end > start && text[end - 1] == ' ')
		end--;
	if (end > start)
		strings_add_len(out, text + start, end - start);
}

/* Past a code span that begins at `at`; `at` itself when the backtick is a lonely one. */
static size_t skip_code(const char *text, size_t len, size_t at)
{
	const char *mark = at + 1 < len && text[at + 1] == '`' ? "``" : "`";
	size_t width = strlen(mark);
	const char *end = strstr(text + at + width, mark);

	return end && (size_t)(end - text) < len ? (size_t)(end - text) + width - 1 : at;
}

void sentence_split(const char *text, size_t len, struct strings *out)
{
	size_t start = 0, next;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '`')
			i = skip_code(text, len, i);
		else if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if ((c == '.' || c == '!' || c == '?') && !depth &&
			 is_end(text, len, i, &next)) {
			size_t end = next;

			while (end > i + 1 && text[end - 1] == ' ')
				end--;
			add_trimmed(out, text, start, end);
			start = next;
			i = next - 1;
		}
		if (depth && i - start > EVIDENCE_MAX) /* an unclosed bracket */
			depth = 0;
	}
	add_trimmed(out, text, start, len);
}
