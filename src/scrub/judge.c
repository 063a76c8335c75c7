/* Values behind names, their features, and what these weigh together. */
#define _GNU_SOURCE
#include "scrub/judge.h"

#include "scrub/internal.h"
#include "util/memory.h"
#include "util/weights.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX 60       /* bytes of a name before and behind its keyword */
#define REACH 300         /* bytes behind a name that its values lie in */
#define VALUES_MAX 3      /* values behind one name */
#define SHORTEST 4        /* bytes of a value */
#define LONGEST 600       /* the same */
#define AGAIN 8           /* values looked back at for one that an earlier name had */
#define WORDS_MAX 12      /* words of a name or a value that are told of */
#define WORD_STRICTNESS 6 /* mean cost of a pair of letters: see words.c */
#define FEATURE_MAX 40

void judge_init(struct judge *judge, const char *weights)
{
	memset(judge, 0, sizeof(*judge));
	weights_read(weights, &judge->weights);
}

void judge_release(struct judge *judge)
{
	map_release(&judge->weights);
	free(judge->items);
	memset(judge, 0, sizeof(*judge));
}

void judge_clear(struct judge *judge)
{
	judge->count = 0;
}

/* ---- values ---- */

static bool is_of_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* What no bare value begins with, and what ends it. */
static bool is_before(char c)
{
	return isspace((unsigned char)c) || !c || strchr("<>(){}[],;=:|&?#", c);
}

static bool is_behind(char c)
{
	return isspace((unsigned char)c) || !c || strchr("\"'`<>(){}[],;|&#", c);
}

/* The next value in text[at..end); *at moves behind it. */
static bool next_value(const char *text, size_t *at, size_t end, struct span *value)
{
	size_t start = *at, stop;

	while (start < end && is_before(text[start]))
		start++;
	if (start >= end)
		return false;
	if (is_quote(text[start])) {
		for (stop = start + 1; stop < end && text[stop] != text[start]; stop++)
			stop += text[stop] == '\\' && stop + 1 < end;
		*at = start + 1;
		if (stop >= end || stop - start > LONGEST)
			return next_value(text, at, end, value);
		*value = (struct span){start + 1, stop};
		*at = stop + 1;
		return true;
	}
	for (stop = start; stop < end && !is_behind(text[stop]); stop++)
		;
	*at = stop;
	while (stop > start && strchr(".,;:!?*\\", text[stop - 1]))
		stop--;
	*value = (struct span){start, stop};
	return true;
}

static void take_value(struct judge *judge, const struct judged *found)
{
	for (size_t i = judge->count; i > 0 && judge->count - i < AGAIN; i--)
		if (judge->items[i - 1].value.start == found->value.start) {
			judge->items[i - 1] = *found;
			return;
		}
	GROW(judge->items, judge->count, judge->capacity);
	judge->items[judge->count++] = *found;
}

/* Most of what stands behind such names is sentences: no sign between, or words and more words. */
static bool is_prose(const char *text, size_t len, const struct judged *found)
{
	size_t at = found->name.end;

	while (at < found->value.start && !strchr("=:(,>\"'`", text[at]))
		at++;
	if (at == found->value.start)
		return true;
	if (is_quote(text[found->value.start - 1]))
		return false;
	for (at = found->value.start; at < found->value.end; at++)
		if (!isalpha((unsigned char)text[at]) && !strchr("-/.'", text[at]))
			return false;
	while (at < len && strchr(" .,;:!?", text[at]))
		at++;
	return at < len && at > found->value.end &&
	       (isalnum((unsigned char)text[at]) || strchr("<(\"'`", text[at]));
}

void judge_near(struct judge *judge, const char *text, size_t len, size_t end)
{
	struct judged found = {{0, 0}, {end, end}, 0, 0};
	size_t at, stop;

	while (found.name.start > 0 && end - found.name.start < NAME_MAX &&
		is_of_name(text[found.name.start - 1]))
		found.name.start--;
	while (found.name.end < len && found.name.end - end < NAME_MAX &&
		is_of_name(text[found.name.end]))
		found.name.end++;
	at = stop = found.name.end;
	while (stop < len && stop - at < REACH && text[stop] != '\n')
		stop++;
	while (found.nth < VALUES_MAX && next_value(text, &at, stop, &found.value)) {
		size_t size = found.value.end - found.value.start;

		if (size < SHORTEST || size > LONGEST)
			continue;
		found.nth++;
		if (!is_prose(text, len, &found))
			take_value(judge, &found);
		else if (found.nth == 1)
			break;
	}
}

/* ---- features ---- */

static void say(struct judge *judge, const char *tag, const char *bytes, size_t len)
{
	char feature[FEATURE_MAX];
	size_t size = strlen(tag);

	memcpy(feature, tag, size);
	for (size_t i = 0; i < len && size < sizeof(feature); i++) {
		unsigned char c = (unsigned char)bytes[i];

		feature[size++] = (char)(c >= 0x7f ? 'U' : c < ' ' ? ' ' : c);
	}
	if (judge->fn)
		judge->fn(feature, size, judge->payload);
	judge->sum += weight_of(&judge->weights, feature, size);
}

/* A feature of a few signs that each stand for one of a few cases. */
#define SAY(judge, tag, ...)                                                                       \
	say(judge, tag, (const char[]){__VA_ARGS__}, sizeof((const char[]){__VA_ARGS__}))

struct words {
	struct span items[WORDS_MAX];
	size_t count;
};

/* getHTTPToken2 is get, HTTP, Token and 2. */
static void find_words(const char *text, struct span span, struct words *words)
{
	size_t at = span.start;

	words->count = 0;
	while (at < span.end && words->count < WORDS_MAX) {
		size_t start = at;

		if (isdigit((unsigned char)text[at]))
			while (at < span.end && isdigit((unsigned char)text[at]))
				at++;
		else
			at += word_end(text + at, span.end - at, 0);
		if (at == start)
			at++;
		else
			words->items[words->count++] = (struct span){start, at};
	}
}

static size_t lower_word(const char *text, struct span word, char out[FEATURE_MAX])
{
	size_t len = word.end - word.start;

	len = len < FEATURE_MAX ? len : FEATURE_MAX;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower((unsigned char)text[word.start + i]);
	return len;
}

static bool same_word(const char *text, struct span a, struct span b)
{
	if (a.end - a.start != b.end - b.start)
		return false;
	for (size_t i = 0; i < a.end - a.start; i++)
		if (tolower((unsigned char)text[a.start + i]) !=
			tolower((unsigned char)text[b.start + i]))
			return false;
	return true;
}

/* What is called so: a password, a token, a key, or something else of that kind. */
static char kind_of(const char *text, struct span name)
{
	static const char *const passwords[] = {"pass", "pwd", "psw", "_pw"};
	static const char *const tokens[] = {
		"token", "secret", "auth", "cred", "bearer", "cookie", "sess"};
	char lower[2 * NAME_MAX + 32];
	size_t len =
		name.end - name.start < sizeof(lower) ? name.end - name.start : sizeof(lower) - 1;

	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)text[name.start + i]);
	lower[len] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(passwords); i++)
		if (strstr(lower, passwords[i]))
			return 'P';
	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
		if (strstr(lower, tokens[i]))
			return 'T';
	return strstr(lower, "key") ? 'K' : 'O';
}

static char bucket(double value, const double *edges, size_t count)
{
	size_t i = 0;

	while (i < count && value >= edges[i])
		i++;
	return (char)('a' + i);
}

#define BUCKET(value, ...)                                                                         \
	bucket(value, (const double[]){__VA_ARGS__}, ARRAY_SIZE(((const double[]){__VA_ARGS__})))

/* What a value looks like, each as one sign. */
struct looks {
	char kind, quote, sign, classes, length, form, worded, cost, entropy, changes;
};

static char form_of(const char *value, size_t len, size_t letters, size_t digits)
{
	size_t hex = 0, name = 0, base64 = 0, dashes = 0;
	bool dotted = isalpha((unsigned char)value[0]) != 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		hex += isxdigit(c) != 0;
		name += isalnum(c) || c == '_';
		base64 += isalnum(c) || c == '+' || c == '/' || c == '_' || c == '-' || c == '=';
		dashes += c == '-';
		dotted = dotted && (isalnum(c) || strchr("_.:->", c));
		if (isspace(c))
			return 's';
	}
	if (len == 36 && dashes == 4 && hex == 32)
		return 'u';
	if (!letters && len - digits < 2)
		return 'n';
	if (hex == len && digits * 5 >= len)
		return 'h';
	if (name == len)
		return isdigit((unsigned char)value[0]) ? 'g' : 'i';
	return dotted ? 'd' : base64 == len ? 'b' : 'x';
}

static double spread(const char *value, size_t len)
{
	unsigned short seen[256] = {0};
	double sum = 0;

	for (size_t i = 0; i < len; i++)
		seen[(unsigned char)value[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (seen[i] > 1)
			sum += seen[i] * log2(seen[i]);
	return 1 - sum / ((double)len * log2((double)len));
}

/* How much of the value's letters are words, and how far from words they are. */
static void look_at_words(const char *text, const struct words *words, struct looks *looks)
{
	double letters = 0, worded = 0, cost = 0, counted = 0;

	for (size_t i = 0; i < words->count; i++) {
		struct span word = words->items[i];
		double len = (double)(word.end - word.start), mean;

		if (isdigit((unsigned char)text[word.start]))
			continue;
		letters += len;
		if (len < 2)
			continue;
		mean = word_cost(text + word.start, word.end - word.start);
		cost += mean * len;
		counted += len;
		worded += len >= 3 && mean <= WORD_STRICTNESS ? len : 0;
	}
	looks->worded = letters > 0 ? BUCKET(worded / letters, .01, .2, .4, .6, .8, .95) : '-';
	looks->cost = counted > 0 ? BUCKET(cost / counted, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8) : '-';
}

static void look_at_bytes(const char *value, size_t len, struct looks *looks)
{
	size_t lower = 0, upper = 0, digits = 0, changes = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		lower += islower(c) != 0;
		upper += isupper(c) != 0;
		digits += isdigit(c) != 0;
		changes += i && !isdigit(c) != !isdigit((unsigned char)value[i - 1]);
	}
	looks->classes = (char)('A' + (lower ? 1 : 0) + (upper ? 2 : 0) + (digits ? 4 : 0) +
				(lower + upper + digits < len ? 8 : 0));
	looks->length =
		BUCKET((double)len, 5, 6, 7, 8, 9, 11, 13, 16, 20, 24, 32, 33, 40, 41, 64, 65, 100);
	looks->form = form_of(value, len, lower + upper, digits);
	looks->entropy = BUCKET(spread(value, len), .5, .7, .8, .85, .9, .95);
	looks->changes = BUCKET((double)changes, 1, 2, 3, 4, 6, 9);
}

static void say_looks(struct judge *judge, const struct looks *is)
{
	char quoted = is->quote == '-' ? '-' : 'q';

	SAY(judge, "k:", is->kind);
	SAY(judge, "q:", is->quote, is->sign);
	SAY(judge, "c:", is->classes);
	SAY(judge, "l:", is->length);
	SAY(judge, "cl:", is->classes, is->length);
	SAY(judge, "f:", is->form);
	SAY(judge, "fl:", is->form, is->length);
	SAY(judge, "fk:", is->form, is->kind);
	SAY(judge, "fw:", is->form, is->worded);
	SAY(judge, "fq:", is->form, quoted, is->sign);
	SAY(judge, "w:", is->worded);
	SAY(judge, "wc:", is->worded, is->classes);
	SAY(judge, "wk:", is->worded, is->kind);
	SAY(judge, "wq:", is->worded, quoted, is->sign);
	SAY(judge, "wkq:", is->worded, is->kind, quoted);
	SAY(judge, "wkm:", is->worded, is->kind, is->cost);
	SAY(judge, "m:", is->cost);
	SAY(judge, "mc:", is->cost, is->classes);
	SAY(judge, "ml:", is->cost, is->length);
	SAY(judge, "e:", is->entropy);
	SAY(judge, "el:", is->entropy, is->length);
	SAY(judge, "d:", is->changes);
	SAY(judge, "dl:", is->changes, is->length);
}

/* Parts of a value that tell of templates, paths, calls and the like. */
static void say_marks(struct judge *judge, const char *value, size_t len)
{
	static const char *const marks[] = {"${", "{{", "$(", "%(", "#{", "[[", "://", "->",
		"::", "...", "***", "xxx", "XXX", "%s", "()"};
	bool seen[128] = {false};

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		if (!isalnum(c) && c < 128 && !seen[c]) {
			seen[c] = true;
			SAY(judge, "M:", (char)c);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (memmem(value, len, marks[i], strlen(marks[i])))
			say(judge, "MM:", marks[i], strlen(marks[i]));
	SAY(judge, "^:", isalnum((unsigned char)value[0]) ? 'w' : value[0]);
	SAY(judge, "$:", isalnum((unsigned char)value[len - 1]) ? 'w' : value[len - 1]);
}

/* The first signs of a text, with letters, digits and spaces of a kind in a row as one. */
static size_t shape_of(const char *text, struct span span, bool names, char *out, size_t most)
{
	size_t len = 0;

	for (size_t i = span.start; i < span.end && len < most; i++) {
		unsigned char c = (unsigned char)text[i];
		char sign = (char)(isspace(c)                          ? ' '
				   : names && (isalpha(c) || c == '_') ? 'w'
				   : islower(c)                        ? 'a'
				   : isupper(c)                        ? 'A'
				   : isdigit(c)                        ? '0'
								       : c);

		if (!len || sign != out[len - 1] || !strchr("waA0 ", sign))
			out[len++] = sign;
	}
	return len;
}

static void say_place(struct judge *judge, const char *text, size_t len, const struct judged *item,
	const struct looks *is)
{
	size_t before = item->value.start - (is->quote != '-'), start = item->name.start, size;
	size_t behind = item->value.end + (is->quote != '-');
	char shape[12], quoted = is->quote == '-' ? '-' : 'q', kind[12];

	SAY(judge, "n:", (char)('0' + item->nth));
	size = shape_of(text, (struct span){item->name.end, before}, true, shape, 10);
	say(judge, "b:", shape, size);
	kind[0] = is->kind;
	memcpy(kind + 1, shape, size);
	say(judge, "bk:", kind, size + 1);
	SAY(judge, ">:",
		behind >= len                          ? '\n'
		: isalnum((unsigned char)text[behind]) ? 'w'
						       : text[behind],
		quoted);
	SAY(judge, "<:", isalnum((unsigned char)text[before - 1]) ? 'w' : text[before - 1], quoted);
	size = shape_of(text, item->value, false, shape, 8);
	say(judge, "s:", shape, size);
	while (start > 0 && text[start - 1] != '\n' && item->name.start - start < NAME_MAX)
		start--;
	while (start < item->name.start && isspace((unsigned char)text[start]))
		start++;
	size = item->name.start - start;
	SAY(judge, "h:", size ? (isalnum((unsigned char)text[start]) ? 'w' : text[start]) : '-',
		size > 1 ? (isalnum((unsigned char)text[start + 1]) ? 'w' : text[start + 1]) : '-');
}

static void say_names(
	struct judge *judge, const char *text, const struct judged *item, const struct words *value)
{
	struct words name;
	char word[2 * FEATURE_MAX];
	size_t len = 0;
	bool shared = false;

	find_words(text, item->name, &name);
	for (size_t i = 0; i < name.count; i++) {
		size_t more;

		if (i)
			word[len++] = '_';
		more = lower_word(text, name.items[i], word + len);
		say(judge, "N:", word + len, more);
		if (i)
			say(judge, "P:", word, len + more);
		memmove(word, word + len, more);
		len = more < FEATURE_MAX - 1 ? more : FEATURE_MAX - 1;
	}
	say(judge, "L:", word, len);
	SAY(judge, "#:", (char)('0' + name.count), (char)('0' + value->count));
	for (size_t i = 0; i < value->count; i++) {
		len = lower_word(text, value->items[i], word);
		if (len > 2)
			say(judge, "V:", word, len);
		for (size_t k = 0; k < name.count; k++)
			shared = shared || same_word(text, value->items[i], name.items[k]);
	}
	if (shared)
		SAY(judge, "=:", (char)('0' + (name.count < 3 ? name.count : 3)),
			(char)('0' + (value->count < 3 ? value->count : 3)));
}

void judge_score(struct judge *judge, const char *text, size_t len, struct judged *item)
{
	const char *value = text + item->value.start;
	size_t size = item->value.end - item->value.start;
	struct looks looks = {.quote = '-', .sign = '-'};
	struct words words;

	judge->sum = 0;
	looks.kind = kind_of(text, item->name);
	if (item->value.end < len && is_quote(value[-1]) && value[size] == value[-1])
		looks.quote = value[-1];
	for (size_t i = item->name.end; i < item->value.start && looks.sign == '-'; i++)
		if (strchr("=:,(>", text[i]))
			looks.sign = text[i];
	find_words(text, item->value, &words);
	look_at_words(text, &words, &looks);
	look_at_bytes(value, size, &looks);
	SAY(judge, "1:", '1');
	say_looks(judge, &looks);
	say_marks(judge, value, size);
	say_place(judge, text, len, item, &looks);
	say_names(judge, text, item, &words);
	item->score = judge->sum;
}
