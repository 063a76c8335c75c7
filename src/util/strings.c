/* Lists of strings and questions about text. */
#include "util/strings.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

void strings_release(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	memset(list, 0, sizeof(*list));
}

void strings_add_len(struct strings *list, const char *text, size_t len)
{
	GROW(list->items, list->count, list->capacity);
	list->items[list->count++] = xstrndup(text, len);
}

void strings_add(struct strings *list, const char *text)
{
	strings_add_len(list, text, strlen(text));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strings_sort_unique(struct strings *list)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare);
	for (size_t i = 0; i < list->count; i++) {
		if (kept && !strcmp(list->items[kept - 1], list->items[i]))
			free(list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

bool strings_contains(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

void strings_split(struct strings *list, const char *text, char separator)
{
	const char *end;

	while ((end = strchr(text, separator))) {
		strings_add_len(list, text, (size_t)(end - text));
		text = end + 1;
	}
	if (*text)
		strings_add(list, text);
}

static int compare_path(const void *path, const void *item)
{
	return strcmp(path, *(const char *const *)item);
}

const void *find_by_path(const void *items, size_t count, size_t size, const char *path)
{
	return count ? bsearch(path, items, count, size, compare_path) : NULL;
}

size_t count_in(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		count++;
	return count;
}

bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

bool ends_with(const char *text, const char *suffix)
{
	size_t len = strlen(text), tail = strlen(suffix);

	return len >= tail && !memcmp(text + len - tail, suffix, tail);
}

char *first_line(const char *text, size_t max)
{
	size_t len = strcspn(text, "\n");

	if (len > max) {
		len = max;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	return xstrndup(text, len);
}

size_t utf8_valid_prefix(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i = 0;

	while (i < len) {
		size_t need = s[i] < 0x80   ? 0
			      : s[i] < 0xc2 ? 9
			      : s[i] < 0xe0 ? 1
			      : s[i] < 0xf0 ? 2
			      : s[i] < 0xf5 ? 3
					    : 9;

		if (need == 9 || i + need >= len + (need == 0))
			return i;
		for (size_t k = 1; k <= need; k++)
			if ((s[i + k] & 0xc0) != 0x80)
				return i;
		/* Overlong forms, surrogates and what lies past U+10FFFF are not UTF-8. */
		if ((s[i] == 0xe0 && s[i + 1] < 0xa0) || (s[i] == 0xed && s[i + 1] > 0x9f) ||
			(s[i] == 0xf0 && s[i + 1] < 0x90) || (s[i] == 0xf4 && s[i + 1] > 0x8f))
			return i;
		i += need + 1;
	}
	return len;
}
