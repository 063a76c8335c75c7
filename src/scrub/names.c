/*
 * People's names, known from the history's authors and the mailmap. A part of a name that is also
 * a word (Will, Page) counts only where the whole name stands. Made-up names end in a syllable
 * that follows from those before it: that is how we know our own again.
 */
#include "scrub/internal.h"

#include "flywheel/repo.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY_MAX 20000 /* commits looked at for names */
#define MAILMAP_MAX ((size_t)4 << 20)
#define PART_MIN 4   /* letters of a part that counts alone */
#define HANDLE_MIN 5 /* letters of a name of one word */
#define WORDS_MAX 4
#define HEADS 65536 /* bits of a table of beginnings; a power of two */
#define WORD_MIN 3  /* bytes of the shortest word that is looked up */

enum { NAME_PART = 1, NAME_USER = 2, NAME_START = 4 };

struct names {
	const struct map *common; /* borrowed */
	struct map words;         /* word -> flags */
	struct map full;          /* whole names, words separated by one space */
	/* Beginnings and lengths of words, hashed: most of a text is passed over by this. */
	unsigned char heads[HEADS / 8];
	bool in_word[256];
};

/* `word` has three bytes at least, whatever its length. */
static size_t head_of(const char *word, size_t len)
{
	const unsigned char *byte = (const unsigned char *)word;
	size_t head = byte[0] | (size_t)byte[1] << 8 | (size_t)byte[2] << 16 | len << 24;

	return head * 2654435761u >> 7 & (HEADS - 1);
}

struct names *names_new(const struct map *common)
{
	struct names *names = xcalloc(1, sizeof(*names));

	names->common = common;
	for (int c = 0; c < 256; c++)
		names->in_word[c] = is_word_byte((char)c);
	return names;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	map_release(&names->words);
	map_release(&names->full);
	free(names);
}

/* In the list of words, or built like one (Pointing, Station). */
static bool is_common(const struct names *names, const char *word, size_t len)
{
	static const char *const endings[] = {
		"ing", "tion", "sion", "ment", "ness", "less", "able"};
	char *lower = xstrndup(word, len);
	bool found;

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	found = map_get(names->common, lower, len) != NULL;
	for (size_t i = 0; i < ARRAY_SIZE(endings) && !found; i++)
		found = ends_with(lower, endings[i]);
	free(lower);
	return found;
}

static void add_word(struct names *names, const char *word, size_t len, int flags)
{
	size_t head;

	if (len < WORD_MIN)
		return;
	head = head_of(word, len);
	map_put(&names->words, word, len, NULL)->value.num |= flags;
	names->heads[head / 8] |= (unsigned char)(1u << head % 8);
}

/* Splits at anything that is no word byte; returns the number of words, at most WORDS_MAX. */
static size_t split_name(const char *name, struct span words[WORDS_MAX])
{
	size_t count = 0, at = 0, len = strlen(name);

	while (at < len && count < WORDS_MAX) {
		size_t start = at;

		while (at < len && is_word_byte(name[at]))
			at++;
		if (at > start)
			words[count++] = (struct span){start, at};
		else
			at++;
	}
	return count;
}

static bool has_digit_or_line(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (isdigit((unsigned char)word[i]) || word[i] == '_')
			return true;
	return false;
}

void names_add_person(struct names *names, const char *name)
{
	struct span words[WORDS_MAX];
	size_t count = split_name(name, words);
	struct buf full = BUF_INIT;

	if (strstr(name, "[bot]") || strchr(name, '@') || strchr(name, '/'))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *word = name + words[i].start;
		size_t len = words[i].end - words[i].start;
		bool upper = isupper((unsigned char)*word) || (unsigned char)*word >= 0x80;
		size_t shortest = count == 1 ? HANDLE_MIN : upper ? PART_MIN : HANDLE_MIN + 1;

		if (len >= shortest && !is_common(names, word, len) &&
			(count == 1 || !has_digit_or_line(word, len)))
			add_word(names, word, len, NAME_PART);
		if (i)
			buf_addch(&full, ' ');
		buf_add(&full, word, len);
	}
	if (count > 1) {
		add_word(names, name + words[0].start, words[0].end - words[0].start, NAME_START);
		map_put_str(&names->full, full.ptr, NULL);
	}
	buf_release(&full);
}

void names_add_user(struct names *names, const char *user)
{
	size_t len = strlen(user);

	if (len >= PART_MIN && !is_common(names, user, len))
		add_word(names, user, len, NAME_USER);
}

static int add_author(const struct commit *commit, void *payload)
{
	struct names *names = payload;

	names_add_person(names, commit->author);
	return 0;
}

static void add_mailmap(struct names *names, const char *work_dir)
{
	char *path = path_join(work_dir, ".mailmap");
	struct strings lines = STRINGS_INIT;
	struct buf text = BUF_INIT;

	if (!file_read(path, MAILMAP_MAX, &text))
		strings_split(&lines, text.ptr, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		char *at = lines.items[i], *open;

		while (*at != '#' && (open = strchr(at, '<'))) {
			*open = '\0';
			names_add_person(names, at);
			at = strchr(open + 1, '>');
			if (!at)
				break;
			at++;
		}
	}
	error_clear();
	buf_release(&text);
	strings_release(&lines);
	free(path);
}

int names_add_history(struct names *names, struct repo *repo)
{
	const struct log_options options = {.max = HISTORY_MAX};
	struct oid head;
	int rc = repo_head(repo, &head);

	if (rc == E_NOTFOUND)
		error_clear();
	else if (!rc)
		rc = repo_log(repo, &options, add_author, names);
	if ((!rc || rc == E_NOTFOUND) && repo_work_dir(repo))
		add_mailmap(names, repo_work_dir(repo));
	return rc == E_NOTFOUND ? 0 : rc;
}

/* The end of the longest whole name that begins with the word text[start..end); 0: none. */
static size_t full_name(
	const struct names *names, const char *text, size_t len, size_t start, size_t end)
{
	size_t longest = 0;

	for (int words = 1; words < WORDS_MAX && end + 1 < len && text[end] == ' '; words++) {
		size_t at = end + 1;

		while (at < len && is_word_byte(text[at]))
			at++;
		if (at == end + 1)
			break;
		end = at;
		if (map_get(&names->full, text + start, end - start))
			longest = end;
	}
	return longest;
}

void names_scan(const struct names *names, const char *text, size_t len, names_fn fn, void *payload)
{
	size_t at = 0;

	if (!names->words.count)
		return;
	while (at < len) {
		const struct map_entry *entry;
		size_t start = at, whole = 0, head;

		if (!names->in_word[(unsigned char)text[at]]) {
			at++;
			continue;
		}
		while (at < len && names->in_word[(unsigned char)text[at]])
			at++;
		if (at - start < WORD_MIN)
			continue;
		head = head_of(text + start, at - start);
		if (!(names->heads[head / 8] >> head % 8 & 1))
			continue;
		entry = map_get(&names->words, text + start, at - start);
		if (!entry)
			continue;
		if (entry->value.num & NAME_START)
			whole = full_name(names, text, len, start, at);
		if (whole)
			fn((struct span){start, whole}, false, payload);
		else if (entry->value.num & NAME_PART)
			fn((struct span){start, at}, false, payload);
		else if (entry->value.num & NAME_USER)
			fn((struct span){start, at}, true, payload);
		at = whole ? whole : at;
	}
}

/* ---- made-up names ---- */

static const char consonants[] = "bdfgklmnprstvz";
static const char vowels[] = "aeiou";
#define CONSONANTS (sizeof(consonants) - 1)
#define VOWELS (sizeof(vowels) - 1)
#define BODY 4 /* letters before the check syllable */
#define MADE_UP 7

static void make_word(uint64_t number, char out[MADE_UP + 1])
{
	for (int i = 0; i < MADE_UP; i++) {
		if (i == BODY)
			number = salted_number("flywheel name", out, BODY, 0);
		if (i % 2) {
			out[i] = vowels[number % VOWELS];
			number /= VOWELS;
		} else {
			out[i] = consonants[number % CONSONANTS];
			number /= CONSONANTS;
		}
	}
	out[MADE_UP] = '\0';
}

static bool is_made_up(const char *word, size_t len)
{
	char lower[MADE_UP + 1];
	uint64_t number;

	if (len != MADE_UP)
		return false;
	for (int i = 0; i < MADE_UP; i++)
		lower[i] = (char)tolower((unsigned char)word[i]);
	number = salted_number("flywheel name", lower, BODY, 0);
	for (int i = BODY; i < MADE_UP; i++) {
		size_t count = i % 2 ? VOWELS : CONSONANTS;

		if (lower[i] != (i % 2 ? vowels : consonants)[number % count])
			return false;
		number /= count;
	}
	return true;
}

/* Initials and particles (J, de, van der) stay: they name nobody. */
static bool is_particle(const char *word, size_t len)
{
	return len < 3 || (len == 3 && islower((unsigned char)*word));
}

static enum plausible plausible_name(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	char *name = xstrndup(text + span.start, span.end - span.start);
	struct span words[WORDS_MAX];
	size_t count = split_name(name, words);
	enum plausible answer = PLAUSIBLE_OURS;

	(void)rule;
	(void)len;
	if (!count || strstr(name, "[bot]") || strstr(name, "Claude") || strstr(name, "Copilot"))
		answer = PLAUSIBLE_NO;
	for (size_t i = 0; i < count && answer == PLAUSIBLE_OURS; i++) {
		size_t size = words[i].end - words[i].start;

		if (!is_particle(name + words[i].start, size) &&
			!is_made_up(name + words[i].start, size))
			answer = PLAUSIBLE_YES;
	}
	free(name);
	return answer;
}

static void replace_name(const char *salt, const char *text, size_t len, struct buf *out)
{
	size_t at = 0;

	while (at < len) {
		size_t start = at;
		char word[MADE_UP + 1];

		while (at < len && is_word_byte(text[at]))
			at++;
		if (at == start) {
			buf_addch(out, text[at++]);
		} else if (is_particle(text + start, at - start)) {
			buf_add(out, text + start, at - start);
		} else {
			make_word(salted_number(salt, text + start, at - start, 0), word);
			if (!islower((unsigned char)text[start]))
				word[0] = (char)toupper((unsigned char)word[0]);
			buf_addstr(out, word);
		}
	}
}

const struct form form_name = {
	.name = "name",
	.plausible = plausible_name,
	.replace = replace_name,
};
