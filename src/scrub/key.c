/*
 * Secrets: what looks like a key but is none, and fake keys of the same shape. A fake certifies
 * itself: its last characters are a checksum of those before, so that a second scrubbing, or one
 * on another machine with another salt, knows it for ours and leaves it alone.
 */
#include "scrub/find.h"

#include "util/digest.h"
#include "util/memory.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST 5           /* characters that can be replaced; fewer certify nothing */
#define WORD_OR_KEY 6.5      /* mean cost of a pair of letters in a word: see words.c */
#define WORD_OR_PASSWORD 5.5 /* what stands where a password should is less likely a word */
#define FEWEST 4             /* letters and digits of a password */
#define CHECK_MAX 6          /* characters of checksum */
#define PLACEHOLDER_MAX 128  /* longer random text holds such words by chance */

uint64_t salted_number(const char *salt, const char *text, size_t len, unsigned counter)
{
	struct digest *digest = digest_new();
	char hex[DIGEST_HEX + 1], count[16];
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(count); i++)
		count[i] = (char)(i < sizeof(counter) ? counter >> (8 * i) & 0xff : 0);
	digest_addstr(digest, salt);
	digest_add(digest, count, sizeof(count));
	/* Without a salt nothing may follow from the text: anybody could try what it was. */
	if (*salt)
		digest_add(digest, text, len);
	else
		digest_add(digest, &len, sizeof(len));
	digest_finish(digest, hex);
	for (size_t i = 0; i < 16; i++)
		number = number * 16 + (uint64_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
	return number;
}

struct slot {
	size_t at;
	bool hex; /* a letter may become a to f only */
};

/* One pass over the text; escapes (%2F) are passed over unless `escapes`. */
static size_t collect(const char *text, size_t len, bool escapes, struct slot *out)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		bool escape = text[i] == '%' && i + 2 < len &&
			      isxdigit((unsigned char)text[i + 1]) &&
			      isxdigit((unsigned char)text[i + 2]);

		if (text[i] == '\\' && i + 1 < len) {
			i += view_escape_length(text + i, len - i) > 2
				     ? view_escape_length(text + i, len - i) - 1
				     : 1;
		} else if (escape) {
			if (escapes) {
				out[count++] = (struct slot){i + 1, true};
				out[count++] = (struct slot){i + 2, true};
			}
			i += 2;
		} else if (isalnum((unsigned char)text[i])) {
			out[count++] = (struct slot){i, false};
		}
	}
	return count;
}

/* The letters and digits that a fake may change; those of escapes when there are too few. */
static size_t find_slots(const char *text, size_t len, struct slot *out)
{
	size_t count = collect(text, len, false, out);
	bool hex = true;

	if (count < SHORTEST)
		count = collect(text, len, true, out);
	for (size_t i = 0; i < count; i++)
		hex = hex && isxdigit((unsigned char)text[out[i].at]);
	for (size_t i = 0; i < count; i++)
		out[i].hex = out[i].hex || hex;
	return count;
}

/* A digit stays a digit and a letter keeps its case: the fake passes where the secret did. */
static char same_class(char c, uint64_t number, bool hex)
{
	unsigned letters = hex ? 6 : 26;

	if (isdigit((unsigned char)c))
		return (char)('0' + number % 10);
	return (char)((isupper((unsigned char)c) ? 'A' : 'a') + number % letters);
}

/* Overwrites the last of the slots with the checksum of the others. */
static void certify(char *text, const struct slot *slots, size_t count)
{
	static const char purpose[] = "flywheel pseudonym";
	size_t check = count / 2 < CHECK_MAX ? count / 2 : CHECK_MAX;
	char *body = xmalloc(count + 1);
	uint64_t sum;

	for (size_t i = 0; i < count - check; i++)
		body[i] = text[slots[i].at];
	sum = salted_number(purpose, body, count - check, 0);
	for (size_t i = count - check; i < count; i++) {
		text[slots[i].at] = same_class(text[slots[i].at], sum, slots[i].hex);
		sum /= 26;
	}
	free(body);
}

static bool is_certified(const char *text, size_t len, const struct slot *slots, size_t count)
{
	char *copy = xstrndup(text, len);
	bool same;

	certify(copy, slots, count);
	same = !memcmp(copy, text, len);
	free(copy);
	return same;
}

/* Too short to certify itself in its own shape: the fake is longer. */
static void replace_short(const char *salt, const char *text, size_t len, struct buf *out)
{
	static const char shape[] = "aaa0aa0a";
	char *longer = xstrfmt("%s%.*s", shape, (int)len, text);
	uint64_t number = salted_number(salt, longer, strlen(longer), 0);
	struct slot slots[sizeof(shape)];
	char fake[] = "aaa0aa0a";
	size_t count = find_slots(fake, strlen(fake), slots);

	for (size_t i = 0; i < count; i++, number >>= 8)
		fake[i] = same_class(shape[i], number & 0xff, false);
	/* Not by chance a number in hexadecimal, of which certificates are made otherwise. */
	fake[0] = (char)('g' + number % 20);
	certify(fake, slots, count);
	buf_addstr(out, fake);
	free(longer);
}

static void replace_key(const char *salt, const char *text, size_t len, struct buf *out)
{
	struct slot *slots = xmalloc((len + 1) * sizeof(*slots));
	size_t count = find_slots(text, len, slots);
	char *fake;
	uint64_t number = 0;

	if (count <= SHORTEST) {
		free(slots);
		replace_short(salt, text, len, out);
		return;
	}
	fake = xmalloc(len + 1);
	memcpy(fake, text, len);
	for (size_t i = 0; i < count; i++) {
		size_t at = slots[i].at;

		if (i % 8 == 0)
			number = salted_number(salt, text, len, (unsigned)(i / 8));
		fake[at] = same_class(text[at], number & 0xff, slots[i].hex);
		number >>= 8;
	}
	certify(fake, slots, count);
	buf_add(out, fake, len);
	free(fake);
	free(slots);
}

/* Shannon entropy in bits per byte. */
static double entropy(const char *text, size_t len)
{
	size_t seen[256] = {0};
	double bits = 0;

	for (size_t i = 0; i < len; i++)
		seen[(unsigned char)text[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (seen[i])
			bits -= (double)seen[i] / (double)len * log2((double)seen[i] / (double)len);
	return bits;
}

/* `out` has room for a NUL more. */
static void to_lower(char *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	out[len] = '\0';
}

static bool holds_any(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

static bool is_placeholder(const char *text, size_t len)
{
	static const char *const words[] = {"example", "changeme", "change_me", "change-me",
		"placeholder", "your", "xxxx", "dummy", "redacted", "replace", "sample", "...",
		"****", "foobar", "foo_bar", "12345678", "abcdef", "000000", "deadbeef", "notreal",
		"fake", "${", "{{", "$(", "%(", "#{", "[[", "test_", "_test", "test-", "-test",
		"testing", "todo", "password", "passwd", "secret", "insert", "lorem", "qwerty",
		"###", "asdf", "foo:bar", "passw0rd", "p4ssw0rd", "s3cr3t", "0001020304"};
	char lower[PLACEHOLDER_MAX + 1];

	if (len > PLACEHOLDER_MAX)
		return false;
	if (len && (text[0] == '<' || text[len - 1] == '>'))
		return true;
	to_lower(lower, text, len);
	return holds_any(lower, words, ARRAY_SIZE(words));
}

static bool is_identifier(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("_-.", text[i]))
			return false;
	return true;
}

/* A value that the program will look up elsewhere: $TOKEN, %TOKEN%, os.environ, config.token. */
static bool is_reference(const char *text, size_t len)
{
	static const char *const words[] = {"process.env", "environ", "getenv", "self.", "this.",
		"config.", "settings.", "args.", "options.", "::", "->", "()", "[\"", "['"};
	char head[64];

	if (len && strchr("$%", text[0]))
		return true;
	/* An alias, an anchor, a tag or a symbol, where all of the rest is a name. */
	if (len > 1 && strchr("@&*!:", text[0]) && !isdigit((unsigned char)text[1]) &&
		is_identifier(text + 1, len - 1))
		return true;
	if (len >= sizeof(head))
		return false;
	memcpy(head, text, len);
	head[len] = '\0';
	return holds_any(head, words, ARRAY_SIZE(words));
}

/* A way to hash, or what a hash is called: sha-256, SCRAM-SHA-512, pass_sha2. */
static bool is_algorithm(const char *text, size_t len)
{
	static const char *const names[] = {"sha1", "sha2", "sha3", "sha5", "sha-", "scram",
		"bcrypt", "argon2", "pbkdf2", "ecdsa"};
	char lower[24];

	if (len >= sizeof(lower))
		return false;
	to_lower(lower, text, len);
	return holds_any(lower, names, ARRAY_SIZE(names));
}

/* 0xC0000149 */
static bool is_hex_number(const char *text, size_t len)
{
	if (len < 3 || len > 18 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return false;
	for (size_t i = 2; i < len; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return true;
}

/* Runs such as aaaa, 1234, zyxw: most neighbours differ by one at the most. */
static bool is_sequence(const char *text, size_t len)
{
	size_t near = 0;

	for (size_t i = 1; i < len; i++)
		near += abs(text[i] - text[i - 1]) <= 1;
	return near * 2 > len;
}

static bool is_uuid(const char *text, size_t len)
{
	if (len != 36)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

size_t word_end(const char *text, size_t len, size_t start)
{
	size_t at = start;

	while (at < len && isalpha((unsigned char)text[at])) {
		bool upper = isupper((unsigned char)text[at]);
		bool after_lower = at > start && islower((unsigned char)text[at - 1]);
		bool before_lower = at + 1 < len && islower((unsigned char)text[at + 1]);

		if (at > start && upper && (after_lower || before_lower))
			break;
		at++;
	}
	return at;
}

/* Letters that stand in words, as a share of all letters; what is not in words is random. */
static double share_of_words(const char *text, size_t len, double strictness)
{
	size_t letters = 0, worded = 0, words = 0, at = 0;

	while (at < len) {
		size_t start = at;

		at = word_end(text, len, start);
		if (at == start) {
			at++;
			continue;
		}
		words++;
		letters += at - start;
		if (at - start >= 3 && is_word(text + start, at - start, strictness))
			worded += at - start;
	}
	/* Random letters change their case all the time. */
	if (letters >= 8 && (double)letters < 2.5 * (double)words)
		return 0;
	return letters ? (double)worded / (double)letters : 0;
}

bool key_is_ours(const char *text, size_t len)
{
	struct slot *slots = xmalloc((len + 1) * sizeof(*slots));
	size_t count = find_slots(text, len, slots);
	bool ours = count > SHORTEST && is_certified(text, len, slots, count);

	free(slots);
	return ours;
}

struct classes {
	size_t lower, upper, digits, others, wide; /* wide: bytes outside ASCII, of others */
};

static struct classes classes_of(const char *text, size_t len)
{
	struct classes classes = {0};

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		classes.lower += islower(c) != 0;
		classes.upper += isupper(c) != 0;
		classes.digits += isdigit(c) != 0;
		classes.others += !isalnum(c);
		classes.wide += c >= 0x80;
	}
	return classes;
}

static bool ends_in_123(const char *text, size_t len)
{
	return len > 3 && !memcmp(text + len - 3, "123", 3);
}

/* What people make up is short; only what is plainly a word, a name or a number is none. */
static bool is_password(const char *text, size_t len)
{
	struct classes has = classes_of(text, len);
	size_t letters = has.lower + has.upper;
	double words = share_of_words(text, len, WORD_OR_PASSWORD);

	if (!letters)
		return has.digits >= 5 && has.others <= 1;
	/* A word of a language that is not written in ASCII alone. */
	if (has.wide && !has.digits && has.others - has.wide <= 2)
		return false;
	/* An identifier may hold abbreviations: hardly a word must be left in it. */
	if (!has.digits && words > (is_identifier(text, len) ? 0.45 : 0.7))
		return false;
	/* user1, sha256, option-2, admin123; but welcome844 */
	return !(words > 0.85 && has.digits <= (len < 8 || ends_in_123(text, len) ? 3 : 2) &&
		 len < 12);
}

/* Digits in the midst of letters, again and again: no word has them, however its pieces sound. */
static bool is_interleaved(const char *text, size_t len)
{
	size_t changes = 0;

	for (size_t i = 1; i < len; i++) {
		unsigned char before = (unsigned char)text[i - 1], here = (unsigned char)text[i];

		changes += (isalpha(before) && isdigit(here)) || (isdigit(before) && isalpha(here));
	}
	return changes >= 4;
}

/* Long enough, and with enough digits: such words as fade and beef are there by chance. */
static bool is_hexadecimal(const char *text, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return false;
		digits += isdigit((unsigned char)text[i]) != 0;
	}
	return len >= 16 && digits * 4 >= len;
}

static bool is_key(const struct scrub_rule *rule, const char *text, size_t len)
{
	struct classes has = classes_of(text, len);

	if (has.lower + has.upper + has.digits < (rule->password ? FEWEST : SHORTEST + 1))
		return false;
	if (is_placeholder(text, len) || is_reference(text, len) || is_sequence(text, len))
		return false;
	if (!rule->uuid && is_uuid(text, len))
		return false;
	if (rule->password &&
		(is_algorithm(text, len) || is_hex_number(text, len) || !is_password(text, len)))
		return false;
	if (!rule->password && !rule->words && !is_interleaved(text, len) &&
		!is_hexadecimal(text, len) &&
		share_of_words(text, len, WORD_OR_KEY) > (has.digits ? 0.8 : 0.35))
		return false;
	return entropy(text, len) >= rule->entropy;
}

static enum plausible plausible_key(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	const char *secret = text + span.start;

	(void)len;
	len = span.end - span.start;
	if (key_is_ours(secret, len))
		return PLAUSIBLE_OURS;
	return is_key(rule, secret, len) ? PLAUSIBLE_YES : PLAUSIBLE_NO;
}

const struct form form_key = {
	.name = "key",
	.secret = true,
	.plausible = plausible_key,
	.replace = replace_key,
};
