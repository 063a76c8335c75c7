/*
 * The scrubber's exam: every family of secrets that the rules know, and those of the held-out exam
 * (tests/scrub/held.conf, written before the rules were tuned), each in the clothes that secrets
 * wear in talk; and what looks like a secret but is none. Prints recall and false positives.
 */
#define _GNU_SOURCE
#include "test.h"

#include "scrub/internal.h"
#include "generate.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS 8
#define LEFT 8 /* bytes of a secret in a row that may not be left */
#define CONTINUATION "\\\n    "
#define OPEN "\302\253"
#define CLOSE "\302\273"

enum dress { BARE, JSON, URL, BASE64, CONTINUED, DRESSES };
static const char *const dress_names[] = {
	"bare", "in JSON", "URL-encoded", "in base64", "continued"};

struct score {
	size_t secrets, found, safe, wrong;
};

static void dress_up(enum dress dress, const char *text, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (dress == JSON && strchr("\"\\/", c))
			buf_addf(out, "\\%c", c);
		else if (dress == JSON && c == '\n')
			buf_addstr(out, "\\n");
		else if (dress == URL && !isalnum(c) && !strchr("-_.~", c) && c < 0x80)
			buf_addf(out, "%%%02X", c);
		else
			buf_addch(out, (char)c);
		if (dress == CONTINUED && i == len / 2 && !strchr("\\\n", c))
			buf_addstr(out, CONTINUATION);
	}
}

/* Is more than a trace of the secret still there? Prefixes and words around it are not marked. */
static bool survives(const char *secret, size_t len, const struct buf *out)
{
	size_t size = len < LEFT ? len : LEFT;

	for (size_t i = 0; i + size <= len; i++)
		if (memmem(out->ptr, out->len, secret + i, size))
			return true;
	return false;
}

/* Where a line goes on is no part of the secret, and need not change. */
static void drop_continuations(struct buf *text)
{
	const size_t len = strlen(CONTINUATION);

	for (char *at; (at = strstr(text->ptr, CONTINUATION));) {
		memmove(at, at + len, strlen(at + len) + 1);
		text->len -= len;
	}
}

static void scrub(struct scrubber *scrubber, const struct buf *text, struct buf *out)
{
	if (scrub_text(scrubber, text->ptr, text->len, out, NULL, NULL)) {
		print_error("%s: %s\n", error_message(), text->ptr);
		assert_true(false);
	}
}

/* A template with its secret marked: false when it came through. */
static bool is_found(
	struct scrubber *scrubber, const char *template, enum dress dress, uint64_t *seed)
{
	struct buf text = BUF_INIT, worn = BUF_INIT, secret = BUF_INIT, out = BUF_INIT;
	char *open, *close;
	bool found;

	generate(template, seed, &text);
	open = strstr(text.ptr, OPEN);
	close = open ? strstr(open, CLOSE) : NULL;
	if (dress == BASE64 || !close) {
		for (char *mark;
			(mark = strstr(text.ptr, OPEN)) || (mark = strstr(text.ptr, CLOSE));)
			memmove(mark, mark + 2, strlen(mark) - 1);
		if (dress == BASE64)
			add_base64(text.ptr, strlen(text.ptr), &secret);
		else
			buf_addstr(&secret, text.ptr);
		buf_add(&worn, secret.ptr, secret.len);
	} else {
		dress_up(dress == CONTINUED ? BARE : dress, text.ptr, (size_t)(open - text.ptr),
			&worn);
		dress_up(dress, open + 2, (size_t)(close - open - 2), &secret);
		buf_add(&worn, secret.ptr, secret.len);
		dress_up(dress == CONTINUED ? BARE : dress, close + 2, strlen(close + 2), &worn);
	}
	scrub(scrubber, &worn, &out);
	drop_continuations(&secret);
	drop_continuations(&out);
	found = !survives(secret.ptr, secret.len, &out);
	if (!found && dress == BARE)
		print_message("missed: %s\n", worn.ptr);
	buf_release(&text);
	buf_release(&worn);
	buf_release(&secret);
	buf_release(&out);
	return found;
}

static bool is_left_alone(
	struct scrubber *scrubber, const char *template, enum dress dress, uint64_t *seed)
{
	struct buf text = BUF_INIT, worn = BUF_INIT;
	bool alone;

	generate(template, seed, &text);
	dress_up(dress, text.ptr, text.len, &worn);
	alone = !scrub_count_secrets(scrubber, worn.ptr, worn.len);
	if (!alone && dress == BARE)
		print_message("wrong: %s\n", worn.ptr);
	buf_release(&text);
	buf_release(&worn);
	return alone;
}

static void take_secret(
	struct scrubber *scrubber, const char *template, int seeds, struct score *scores)
{
	uint64_t seed = 42;

	/* A key of several lines is not continued by hand, and what hides already is not dressed.
	 */
	for (int dress = 0; dress < DRESSES; dress++) {
		if ((dress == CONTINUED && (strchr(template, '\n') || strstr(template, "\\n"))) ||
			(dress && strstr(template, "{b64of:")))
			continue;
		for (int i = 0; i < seeds; i++) {
			scores[dress].secrets++;
			scores[dress].found +=
				is_found(scrubber, template, (enum dress)dress, &seed);
		}
	}
}

static void take_safe(struct scrubber *scrubber, const char *template, struct score *scores)
{
	uint64_t seed = 43;

	for (int dress = BARE; dress <= URL; dress++)
		for (int i = 0; i < SEEDS; i++) {
			scores[dress].safe++;
			scores[dress].wrong +=
				!is_left_alone(scrubber, template, (enum dress)dress, &seed);
		}
}

static struct score report(const char *name, size_t families, const struct score *scores)
{
	struct score all = {0, 0, 0, 0};

	print_message("# %s: %zu families\n", name, families);
	for (int dress = 0; dress < DRESSES; dress++) {
		const struct score *score = &scores[dress];

		print_message("#   %-12s recall %5.1f %% of %zu", dress_names[dress],
			100.0 * (double)score->found / (double)score->secrets, score->secrets);
		if (score->safe)
			print_message(", false positives %4.1f %% of %zu",
				100.0 * (double)score->wrong / (double)score->safe, score->safe);
		print_message("\n");
		all.secrets += score->secrets;
		all.found += score->found;
		all.safe += score->safe;
		all.wrong += score->wrong;
	}
	print_message("#   all          recall %.4f, precision %.4f\n",
		(double)all.found / (double)all.secrets,
		(double)all.found / (double)(all.found + all.wrong));
	return all;
}

static struct scrubber *make(void)
{
	struct scrubber *scrubber = NULL;

	assert_int_equal(scrubber_open(NULL, &scrubber), 0);
	scrubber_set_salt(scrubber, "exam");
	return scrubber;
}

/* Puts the marks around what the rule finds in its own sample. */
static int mark(const struct scrub_finding *finding, const char *pseudonym, void *payload)
{
	struct span *span = payload;

	(void)pseudonym;
	if (!span->end)
		*span = (struct span){finding->start, finding->end};
	return 0;
}

/* What the rules' samples hold, in other clothes than the unit test has seen them in. */
static void test_known_families(void **state)
{
	struct score scores[DRESSES] = {{0, 0, 0, 0}}, all;
	struct scrubber *scrubber = make();
	struct scrub_rules rules;
	size_t families = 0;

	(void)state;
	assert_int_equal(rules_parse(scrub_rules_conf, &rules), 0);
	for (size_t i = 0; i < rules.count; i++) {
		const struct scrub_rule *rule = &rules.items[i];

		families += rule->form->secret && rule->samples.count;
		for (size_t n = 0; n < rule->samples.count * SEEDS && rule->form->secret; n++) {
			struct buf text = BUF_INIT, marked = BUF_INIT, out = BUF_INIT;
			struct span span = {0, 0};
			uint64_t seed = 5 + n;
			size_t k = n / SEEDS;

			generate(rule->samples.items[k], &seed, &text);
			assert_int_equal(
				scrub_text(scrubber, text.ptr, text.len, &out, mark, &span), 0);
			buf_add(&marked, text.ptr, span.start);
			buf_addstr(&marked, OPEN);
			buf_add(&marked, text.ptr + span.start, span.end - span.start);
			buf_addstr(&marked, CLOSE);
			buf_addstr(&marked, text.ptr + span.end);
			take_secret(scrubber, marked.ptr, 1, scores);
			buf_release(&text);
			buf_release(&marked);
			buf_release(&out);
		}
		for (size_t k = 0; k < rule->safe.count && rule->form->secret; k++)
			take_safe(scrubber, rule->safe.items[k], scores);
	}
	all = report("known", families, scores);
	assert_true(families >= 60);
	/* Of random values a few look like words or sequences. */
	assert_true((double)scores[BARE].found >= 0.995 * (double)scores[BARE].secrets);
	assert_true((double)all.found >= 0.97 * (double)all.secrets);
	assert_true((double)all.wrong <= 0.02 * (double)all.safe);
	rules_release(&rules);
	scrubber_free(scrubber);
}

/* The secrets and the innocents of an exam's file, one family after the other. */
static size_t read_exam(const char *path, struct strings *secrets, struct strings *safe)
{
	struct strings lines = STRINGS_INIT;
	struct buf text = BUF_INIT;
	size_t families = 0;

	assert_int_equal(file_read(path, (size_t)1 << 20, &text), 0);
	strings_split(&lines, text.ptr, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i];
		struct buf value = BUF_INIT;

		families += starts_with(line, "[family ");
		if (!starts_with(line, "\tsecret = ") && !starts_with(line, "\tsafe = "))
			continue;
		for (const char *at = strchr(line, '=') + 2; *at; at++) {
			bool feed = at[0] == '\\' && at[1] == 'n';
			bool escaped = at[0] == '\\' && at[1] == '\\';

			buf_addch(&value, feed ? '\n' : *at);
			at += feed || escaped;
		}
		strings_add(line[2] == 'e' ? secrets : safe, value.ptr);
		buf_release(&value);
	}
	strings_release(&lines);
	buf_release(&text);
	return families;
}

static void test_held_out(void **state)
{
	struct score scores[DRESSES] = {{0, 0, 0, 0}}, all;
	struct strings secrets = STRINGS_INIT, safe = STRINGS_INIT;
	struct scrubber *scrubber = make();
	size_t families = read_exam("tests/scrub/held.conf", &secrets, &safe);

	(void)state;
	for (size_t i = 0; i < secrets.count; i++)
		take_secret(scrubber, secrets.items[i], SEEDS, scores);
	for (size_t i = 0; i < safe.count; i++)
		take_safe(scrubber, safe.items[i], scores);
	all = report("held out", families, scores);
	assert_true((double)all.found >= 0.95 * (double)all.secrets);
	assert_true((double)all.found >= 0.99 * (double)(all.found + all.wrong));
	strings_release(&secrets);
	strings_release(&safe);
	scrubber_free(scrubber);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_families),
		cmocka_unit_test(test_held_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
