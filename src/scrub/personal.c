/*
 * Personal data with a form of its own: addresses, numbers of networks, cards, accounts and
 * telephones. Every pseudonym comes from a range that is reserved for examples (RFC 2606, 3849,
 * 5737, the 555-01 numbers, test cards), which is also how we know our own again.
 */
#include "scrub/internal.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS_MAX 40

static bool matches_any(const char *text, size_t len, const char *const *list)
{
	for (size_t i = 0; list[i]; i++)
		if (strlen(list[i]) == len && !strncasecmp(list[i], text, len))
			return true;
	return false;
}

static bool has_suffix(const char *text, size_t len, const char *suffix)
{
	size_t tail = strlen(suffix);

	return len >= tail && !strncasecmp(text + len - tail, suffix, tail);
}

/* ---- e-mail ---- */

static enum plausible plausible_email(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	static const char *const roles[] = {"git", "noreply", "no-reply", "donotreply", "user",
		"me", "you", "foo", "bar", "root", "localhost", "example", NULL};
	static const char *const reserved[] = {"example.com", "example.org", "example.net",
		".example", ".test", ".invalid", ".localhost", ".local", NULL};
	static const char *const files[] = {".c", ".h", ".py", ".js", ".so", ".png", ".svg", ".jpg",
		".md", ".txt", ".json", ".html", ".css", ".service", ".target", ".git", NULL};
	const char *at = memchr(text + span.start, '@', span.end - span.start);
	size_t local = (size_t)(at - (text + span.start)), domain = span.end - span.start - local;

	(void)rule;
	(void)len;
	for (size_t i = 0; reserved[i]; i++)
		if (has_suffix(at, domain, reserved[i]))
			return PLAUSIBLE_OURS;
	for (size_t i = 0; files[i]; i++)
		if (has_suffix(at, domain, files[i]))
			return PLAUSIBLE_NO;
	if (matches_any(text + span.start, local, roles))
		return PLAUSIBLE_NO;
	return PLAUSIBLE_YES;
}

static uint64_t lower_number(const char *salt, const char *text, size_t len)
{
	char *lower = xstrndup(text, len);
	uint64_t number;

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	number = salted_number(salt, lower, len, 0);
	free(lower);
	return number;
}

static void replace_email(const char *salt, const char *text, size_t len, struct buf *out)
{
	buf_addf(out, "user%u@example.com", (unsigned)(lower_number(salt, text, len) % 1000000));
}

const struct form form_email = {
	.name = "email",
	.plausible = plausible_email,
	.replace = replace_email,
};

/* ---- user names, alone or in a path ---- */

static enum plausible plausible_user(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	size_t digits = 0;

	(void)rule;
	(void)len;
	text += span.start;
	len = span.end - span.start;
	while (digits < len && isdigit((unsigned char)text[len - digits - 1]))
		digits++;
	if (len == digits + 4 && !strncmp(text, "user", 4))
		return PLAUSIBLE_OURS;
	return len < 2 ? PLAUSIBLE_NO : PLAUSIBLE_YES;
}

static void replace_user(const char *salt, const char *text, size_t len, struct buf *out)
{
	buf_addf(out, "user%u", (unsigned)(lower_number(salt, text, len) % 100000));
}

const struct form form_user = {
	.name = "user",
	.plausible = plausible_user,
	.replace = replace_user,
};

/* ---- network addresses ---- */

/* Small numbers, or "version" before them; 1.0 to 1.3 also begin the identifiers of ASN.1. */
static bool is_version(const char *text, size_t start, const unsigned octets[4])
{
	size_t from = start > 24 ? start - 24 : 0;

	if (octets[0] < 32 && octets[0] != 10 && octets[1] < 32 && octets[2] < 32 &&
		octets[3] < 100)
		return true;
	if (octets[0] == 1 && octets[1] <= 3)
		return true;
	for (size_t i = from; i + 3 <= start; i++)
		if (!strncasecmp(text + i, "ver", 3) || !strncasecmp(text + i, "rel", 3))
			return true;
	return false;
}

static enum plausible plausible_ipv4(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	static const char *const known[] = {"0.0.0.0", "255.255.255.255", "169.254.169.254",
		"8.8.8.8", "8.8.4.4", "1.1.1.1", "10.0.0.0", "10.0.0.1", "10.0.0.2", "192.168.0.0",
		"192.168.0.1", "192.168.1.1", "192.168.1.0", "172.16.0.0", "172.17.0.1", NULL};
	const char *address = text + span.start;
	unsigned o[4];
	char copy[16];

	(void)rule;
	len = span.end - span.start;
	if (len >= sizeof(copy))
		return PLAUSIBLE_NO;
	memcpy(copy, address, len);
	copy[len] = '\0';
	if (sscanf(copy, "%3u.%3u.%3u.%3u", &o[0], &o[1], &o[2], &o[3]) != 4)
		return PLAUSIBLE_NO;
	for (int i = 0; i < 4; i++)
		if (o[i] > 255)
			return PLAUSIBLE_NO;
	if ((o[0] == 192 && o[1] == 0 && o[2] == 2) || (o[0] == 198 && o[1] == 51 && o[2] == 100) ||
		(o[0] == 203 && o[1] == 0 && o[2] == 113))
		return PLAUSIBLE_OURS;
	if (o[0] == 127 || o[0] == 0 || o[0] >= 224 || (o[3] == 0 && o[2] == 0))
		return PLAUSIBLE_NO;
	if (matches_any(address, len, known) || is_version(text, span.start, o))
		return PLAUSIBLE_NO;
	return PLAUSIBLE_YES;
}

static void replace_ipv4(const char *salt, const char *text, size_t len, struct buf *out)
{
	static const char *const nets[] = {"192.0.2", "198.51.100", "203.0.113"};
	uint64_t number = salted_number(salt, text, len, 0);

	buf_addf(out, "%s.%u", nets[number % 3], (unsigned)(number / 3 % 254 + 1));
}

const struct form form_ipv4 = {
	.name = "ipv4",
	.plausible = plausible_ipv4,
	.replace = replace_ipv4,
};

static enum plausible plausible_ipv6(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	const char *address = text + span.start;
	size_t colons = 0, digits = 0, pairs = 0;
	bool gap = false;

	(void)rule;
	len = span.end - span.start;
	for (size_t i = 0; i < len; i++) {
		colons += address[i] == ':';
		digits += isdigit((unsigned char)address[i]) != 0;
		gap = gap || (i && address[i] == ':' && address[i - 1] == ':');
		pairs += address[i] == ':' && i % 3 == 2;
	}
	if (!strncasecmp(address, "2001:db8:", 9) || !strncasecmp(address, "2001:0db8:", 10))
		return PLAUSIBLE_OURS;
	/* Times (10:20:30), C++ scopes (a::b) and hardware addresses have colons too. */
	if (colons < 3 || pairs == colons || (!gap && colons != 7) || digits < 2 || len < 9)
		return PLAUSIBLE_NO;
	return PLAUSIBLE_YES;
}

static void replace_ipv6(const char *salt, const char *text, size_t len, struct buf *out)
{
	uint64_t number = lower_number(salt, text, len);

	buf_addf(out, "2001:db8::%x:%x", (unsigned)(number & 0xffff),
		(unsigned)(number >> 16 & 0xffff));
}

const struct form form_ipv6 = {
	.name = "ipv6",
	.plausible = plausible_ipv6,
	.replace = replace_ipv6,
};

/* ---- names of hosts inside of an organisation ---- */

static enum plausible plausible_host(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	static const char *const everywhere[] = {"localhost.localdomain", "host.docker.internal",
		"gateway.docker.internal", "metadata.google.internal", "kubernetes.docker.internal",
		NULL};

	(void)rule;
	(void)len;
	text += span.start;
	len = span.end - span.start;
	if (matches_any(text, len, everywhere) || has_suffix(text, len, ".cluster.local"))
		return PLAUSIBLE_NO;
	if (has_suffix(text, len, ".example.internal"))
		return PLAUSIBLE_OURS;
	return PLAUSIBLE_YES;
}

static void replace_host(const char *salt, const char *text, size_t len, struct buf *out)
{
	buf_addf(
		out, "host%u.example.internal", (unsigned)(lower_number(salt, text, len) % 100000));
}

const struct form form_host = {
	.name = "host",
	.plausible = plausible_host,
	.replace = replace_host,
};

/* ---- cards (ISO/IEC 7812, with Luhn's check digit) ---- */

static size_t take_digits(const char *text, size_t len, char out[DIGITS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < len && count < DIGITS_MAX - 1; i++)
		if (isdigit((unsigned char)text[i]))
			out[count++] = text[i];
	out[count] = '\0';
	return count;
}

static unsigned luhn(const char *digits, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned digit = (unsigned)(digits[count - 1 - i] - '0') * (i % 2 ? 2 : 1);

		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10;
}

static bool is_issuer(const char *digits, size_t count)
{
	long prefix = 0;

	for (size_t i = 0; i < 4 && i < count; i++)
		prefix = prefix * 10 + (digits[i] - '0');
	if (count == 15)
		return prefix / 100 == 34 || prefix / 100 == 37;
	if (count != 16)
		return false;
	return prefix / 1000 == 4 || (prefix >= 5100 && prefix < 5600) ||
	       (prefix >= 2221 && prefix <= 2720) || prefix == 6011 || prefix / 100 == 65 ||
	       (prefix >= 6440 && prefix < 6500) || (prefix >= 3528 && prefix < 3590);
}

static enum plausible plausible_card(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	static const char *const tests[] = {"4111111111111111", "4242424242424242",
		"4012888888881881", "5555555555554444", "5105105105105100", "378282246310005",
		"371449635398431", "6011111111111117", "3530111333300000", NULL};
	char digits[DIGITS_MAX];
	size_t count = take_digits(text + span.start, span.end - span.start, digits);

	(void)rule;
	(void)len;
	if (!is_issuer(digits, count) || luhn(digits, count))
		return PLAUSIBLE_NO;
	if (matches_any(digits, count, tests))
		return PLAUSIBLE_NO;
	return !strncmp(digits, "400000", 6) || !strncmp(digits, "340000", 6) ? PLAUSIBLE_OURS
									      : PLAUSIBLE_YES;
}

/* Test cards begin 4000 00 (and 3400 00 for the 15 digits of American Express). */
static void replace_card(const char *salt, const char *text, size_t len, struct buf *out)
{
	char digits[DIGITS_MAX];
	size_t count = take_digits(text, len, digits), next = 0;
	uint64_t number = salted_number(salt, digits, count, 0);

	for (size_t i = 0; i < count; i++)
		digits[i] = '0';
	digits[0] = count == 15 ? '3' : '4';
	digits[1] = count == 15 ? '4' : '0';
	for (size_t i = 6; i + 1 < count; i++, number /= 10)
		digits[i] = (char)('0' + number % 10);
	digits[count - 1] = (char)('0' + (10 - luhn(digits, count)) % 10);
	for (size_t i = 0; i < len; i++)
		buf_addch(out, isdigit((unsigned char)text[i]) ? digits[next++] : text[i]);
}

const struct form form_card = {
	.name = "card",
	.plausible = plausible_card,
	.replace = replace_card,
};

/* ---- bank accounts (ISO 13616, check digits modulo 97) ---- */

/* The remainder of the account with its first four characters moved to the end. */
static unsigned iban_remainder(const char *iban)
{
	size_t len = strlen(iban);
	unsigned rest = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)iban[(i + 4) % len];

		rest = isdigit(c) ? (rest * 10 + (c - '0')) % 97
				  : (rest * 100 + (c - 'A') + 10) % 97;
	}
	return rest;
}

static size_t iban_compact(const char *text, size_t len, char out[DIGITS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < len && count < DIGITS_MAX - 1; i++)
		if (text[i] != ' ')
			out[count++] = text[i];
	out[count] = '\0';
	return count;
}

static enum plausible plausible_iban(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	char iban[DIGITS_MAX];
	size_t count = iban_compact(text + span.start, span.end - span.start, iban);

	(void)rule;
	(void)len;
	if (count < 15 || count > 34 || iban_remainder(iban) != 1)
		return PLAUSIBLE_NO;
	return !strncmp(iban + 4, "00000000", 8) ? PLAUSIBLE_OURS : PLAUSIBLE_YES;
}

/* Bank 0000 0000 exists nowhere; the check digits are right. */
static void replace_iban(const char *salt, const char *text, size_t len, struct buf *out)
{
	char iban[DIGITS_MAX];
	size_t count = iban_compact(text, len, iban), next = 0;
	uint64_t number = salted_number(salt, iban, count, 0);
	unsigned check;

	for (size_t i = 2; i < count; i++)
		iban[i] = '0';
	for (size_t i = count; i > 12; i--, number /= 10)
		iban[i - 1] = (char)('0' + number % 10);
	check = 98 - iban_remainder(iban);
	iban[2] = (char)('0' + check / 10);
	iban[3] = (char)('0' + check % 10);
	for (size_t i = 0; i < len; i++)
		buf_addch(out, text[i] == ' ' ? ' ' : iban[next++]);
}

const struct form form_iban = {
	.name = "iban",
	.plausible = plausible_iban,
	.replace = replace_iban,
};

/* ---- telephones ---- */

static enum plausible plausible_phone(
	const struct scrub_rule *rule, const char *text, size_t len, struct span span)
{
	char digits[DIGITS_MAX];
	size_t count = take_digits(text + span.start, span.end - span.start, digits);

	(void)rule;
	(void)len;
	if (count < 9 || count > 15)
		return PLAUSIBLE_NO;
	if (strstr(digits, "5551212")) /* directory assistance */
		return PLAUSIBLE_NO;
	return strstr(digits, "55501") ? PLAUSIBLE_OURS : PLAUSIBLE_YES;
}

static void replace_phone(const char *salt, const char *text, size_t len, struct buf *out)
{
	char digits[DIGITS_MAX];
	uint64_t number = salted_number(salt, digits, take_digits(text, len, digits), 0);

	buf_addf(out, "+1-%u-555-01%02u", (unsigned)(number % 800 + 200),
		(unsigned)(number / 800 % 100));
}

const struct form form_phone = {
	.name = "phone",
	.plausible = plausible_phone,
	.replace = replace_phone,
};

const struct form *form_find(const char *name)
{
	static const struct form *const forms[] = {&form_key, &form_email, &form_user, &form_ipv4,
		&form_ipv6, &form_host, &form_card, &form_iban, &form_phone, &form_name, NULL};

	for (size_t i = 0; forms[i]; i++)
		if (!strcmp(forms[i]->name, name))
			return forms[i];
	return NULL;
}
