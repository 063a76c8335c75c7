/* Mail and the words of talk that may name code: what is read, and hostile input. */
#include "test.h"

#include "conversation/mail.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/mention.h"

#include <stdlib.h>
#include <string.h>

#define HEAD "Message-ID: <1@x>\nDate: Thu, 1 Jan 2026 10:00:00 +0100\n"

static void text_is(const char *message, const char *subject, const char *text)
{
	struct mail mail;

	assert_true(mail_parse(message, strlen(message), &mail));
	assert_string_equal(mail.subject.ptr, subject);
	assert_string_equal(mail.text.ptr, text);
	mail_release(&mail);
}

static void test_dates(void **state)
{
	int64_t at = 0;

	(void)state;
	assert_int_equal(clock_parse_mail("Thu, 1 Jan 2026 10:00:00 +0100", &at), 0);
	assert_int_equal(at, 1767258000);
	assert_int_equal(clock_parse_mail("1 Jan 2026 10:00 -0530", &at), 0);
	assert_int_equal(at, 1767281400);
	assert_int_equal(clock_parse_mail(" Thu, 01 Jan 2026 09:00:00 GMT (x)", &at), 0);
	assert_int_equal(at, 1767258000);
	assert_int_equal(clock_parse_mail("yesterday", &at), E_INVALID);
	assert_int_equal(clock_parse_mail("", &at), E_INVALID);
}

static void test_bodies(void **state)
{
	(void)state;
	text_is(HEAD "Subject: Re: re:  a\n  long one\n\n> quoted\nwords\n-- \nme\n", "a long one",
		"words");
	text_is(HEAD "Subject: x\r\n\r\nwith\r\nreturns\r\n", "x", "with\nreturns");
	text_is(HEAD "Content-Type: text/html\n\n<p>no</p>\n", "", "");
	text_is(HEAD "Content-Transfer-Encoding: quoted-printable\n\nA=3DB =C3=BC=\nC =4\n", "",
		"A=B \xc3\xbc"
		"C =4");
	/* Bytes that are no UTF-8, an encoding that breaks off, a boundary that never ends. */
	text_is(HEAD "Subject: =?utf-8?q?broken\n\n\xff ok\n", "=?utf-8?q?broken",
		"\xef\xbf\xbd ok");
	text_is(HEAD "Content-Transfer-Encoding: base64\n\nd29yZ", "", "wor");
	text_is(HEAD "Content-Type: multipart/mixed; boundary=B\n\n--B\n\nfirst\n", "", "first");
	text_is(HEAD "Content-Type: multipart/mixed\n\n--B\n\nfirst\n", "", "");
}

static void test_no_message(void **state)
{
	static const char *const texts[] = {"", "\n", "words", "Subject: x\n\nno id\n",
		"Message-ID: <1@x>\n\nno date\n", "Message-ID: <>\nDate: 1 Jan 2026 10:00\n\nx\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct mail mail;

		assert_false(mail_parse(texts[i], strlen(texts[i]), &mail));
		mail_release(&mail);
	}
}

/* Parts in parts in parts: an end to it. */
static void test_depth(void **state)
{
	struct buf text = BUF_INIT;
	struct mail mail;

	(void)state;
	buf_addstr(&text, HEAD);
	for (int i = 0; i < 2000; i++)
		buf_addf(&text, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	assert_true(mail_parse(text.ptr, text.len, &mail));
	assert_string_equal(mail.text.ptr, "");
	mail_release(&mail);
	buf_release(&text);
}

static void test_ids(void **state)
{
	static const char *const same[] = {"<a@b>", "a@b", " <a@b>\n"};
	char first[MAIL_ID], other[MAIL_ID];

	(void)state;
	mail_id(same[0], strlen(same[0]), first);
	assert_int_equal(strlen(first), MAIL_ID - 1);
	for (size_t i = 1; i < ARRAY_SIZE(same); i++) {
		mail_id(same[i], strlen(same[i]), other);
		assert_string_equal(first, other);
	}
	mail_id("<>", 2, other);
	assert_string_equal(other, "");
}

static void words_are(
	void (*find)(const char *text, struct strings *out), const char *text, const char *expected)
{
	struct strings words = STRINGS_INIT;
	struct buf all = BUF_INIT;

	find(text, &words);
	for (size_t i = 0; i < words.count; i++)
		buf_addf(&all, "%s%s", i ? " " : "", words.items[i]);
	assert_string_equal(all.ptr, expected);
	buf_release(&all);
	strings_release(&words);
}

static void test_mentions(void **state)
{
	(void)state;
	words_are(text_names, "call `go` or parse_it(x), in MyType", "go parse_it MyType");
	words_are(text_paths, "see ./src/a.c:12, (b.py) and https://x.org/y.z; e.g. 1.2. src/a.c",
		"src/a.c b.py");
	words_are(text_commits, "since 1a2b3c4d and deadbeef, 1234567, 1a2b3c4dz, 1A2B3C4D",
		"1a2b3c4d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_no_message),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_mentions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
