/* A list of owned strings, and the small questions that text is asked. */
#ifndef UTIL_STRINGS_H
#define UTIL_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

struct strings {
	char **items;
	size_t count, capacity;
};

#define STRINGS_INIT                                                                               \
	{                                                                                          \
		0                                                                                  \
	}

void strings_release(struct strings *list);
void strings_add(struct strings *list, const char *text); /* copies */
void strings_add_len(struct strings *list, const char *text, size_t len);
void strings_sort_unique(struct strings *list);
bool strings_contains(const struct strings *list, const char *text);
void strings_split(struct strings *list, const char *text, char separator);

/* A byte of a name or a word: letters, digits, underscores, and whatever is no ASCII. */
static inline bool is_word_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '_' || (unsigned char)byte >= 0x80;
}

/* One of `count` items of `size` bytes, which are in the order of their paths and begin with them
 * (a `char *` each); NULL: none has it. `items` may be NULL when there are none. */
const void *find_by_path(const void *items, size_t count, size_t size, const char *path);
size_t count_in(const char *text, const char *what); /* how often, side by side */
bool starts_with(const char *text, const char *prefix);
bool ends_with(const char *text, const char *suffix);
/* Lines up text for people: the first line of `text`, at most `max` bytes, cut at a rune. */
char *first_line(const char *text, size_t max);
/* Length of the longest prefix of text[0..len) that is valid UTF-8; len when all of it is. */
size_t utf8_valid_prefix(const char *text, size_t len);

#endif
