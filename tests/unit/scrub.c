/* The scrubber: every rule against its own samples, pseudonyms, idempotence, the prefilter. */
#define _GNU_SOURCE
#include "test.h"

#include "generate.h"

#include "scrub/internal.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* cmocka's fail_msg() needs a fail() that we have a function for. */
#define BROKEN(...)                                                                                \
	do {                                                                                       \
		print_error(__VA_ARGS__);                                                          \
		print_error("\n");                                                                 \
		assert_true(false);                                                                \
	} while (0)

struct seen {
	size_t count;
	struct buf rules;
};

static int note(const struct scrub_finding *finding, const char *pseudonym, void *payload)
{
	struct seen *seen = payload;

	assert_true(finding->end > finding->start);
	assert_true(*pseudonym);
	seen->count++;
	buf_addf(&seen->rules, "%s ", finding->rule);
	return 0;
}

static struct scrubber *make(const char *salt)
{
	struct scrubber *scrubber = NULL;

	if (scrubber_open(NULL, &scrubber))
		BROKEN("%s", error_message());
	scrubber_set_salt(scrubber, salt);
	return scrubber;
}

/* Scrubs; checks that scrubbing the result changes nothing; returns the findings' rules. */
static char *scrub(struct scrubber *scrubber, const char *text, struct buf *out)
{
	struct seen seen = {0, BUF_INIT}, again = {0, BUF_INIT};
	struct buf twice = BUF_INIT;

	if (scrub_text(scrubber, text, strlen(text), out, note, &seen))
		BROKEN("%s: %s", error_message(), text);
	assert_int_equal(scrub_text(scrubber, out->ptr, out->len, &twice, note, &again), 0);
	if (again.count)
		BROKEN("found again by %s: %s", again.rules.ptr, out->ptr);
	assert_string_equal(twice.ptr, out->ptr);
	assert_int_equal(scrub_count_secrets(scrubber, out->ptr, out->len), 0);
	buf_release(&twice);
	buf_release(&again.rules);
	return buf_detach(&seen.rules);
}

/* Does the rule find something in the sample (or nothing), whatever is filled in? */
static bool holds(
	struct scrubber *scrubber, const struct scrub_rule *rule, const char *sample, bool wanted)
{
	uint64_t seed = 7;
	bool good = true;

	for (int i = 0; i < 20 && good; i++) {
		struct buf text = BUF_INIT, out = BUF_INIT;
		char *found;

		generate(sample, &seed, &text);
		found = scrub(scrubber, text.ptr, &out);
		good = (strstr(found, rule->id) != NULL) == wanted;
		if (!good)
			print_error("%s %s: %s (found: %s)\n", rule->id,
				wanted ? "did not find" : "found in", text.ptr, found);
		free(found);
		buf_release(&text);
		buf_release(&out);
	}
	return good;
}

static void test_rule_samples(void **state)
{
	size_t broken = 0;
	struct scrubber *scrubber = make("one");
	struct scrub_rules rules;

	(void)state;
	assert_int_equal(rules_parse(scrub_rules_conf, &rules), 0);
	assert_true(rules.count > 200);
	for (size_t i = 0; i < rules.count; i++) {
		const struct scrub_rule *rule = &rules.items[i];

		if (rule->pattern && (!rule->samples.count || !rule->safe.count))
			print_message("%s lacks samples\n", rule->id);
		assert_true(!rule->pattern || rule->samples.count);
		for (size_t k = 0; k < rule->samples.count; k++)
			broken += !holds(scrubber, rule, rule->samples.items[k], true);
		for (size_t k = 0; k < rule->safe.count; k++)
			broken += !holds(scrubber, rule, rule->safe.items[k], false);
	}
	assert_int_equal(broken, 0);
	rules_release(&rules);
	scrubber_free(scrubber);
}

static void test_bad_rules(void **state)
{
	struct scrub_rules rules;

	(void)state;
	assert_int_equal(rules_parse("[rule \"a\"]\n\tregex = (", &rules), 0);
	assert_int_equal(rule_compile(&rules.items[0]), E_INVALID);
	assert_non_null(strstr(error_message(), "rule a"));
	rules_release(&rules);
	assert_int_equal(rules_parse("[rule \"a\"]\n\tcolour = red", &rules), E_INVALID);
	assert_int_equal(rules_parse("[rule a]", &rules), E_INVALID);
	assert_int_equal(rules_parse("[rule \"a\"]\n\tform = dragon", &rules), E_INVALID);
	assert_int_equal(rules_parse("[rule \"a\"]\n\trun = 3 0-9", &rules), E_INVALID);
	assert_int_equal(rules_parse("[rule \"a\"]\n\trun = 12", &rules), E_INVALID);
}

static void expect(const char *text, const char *pattern)
{
	struct scrubber *scrubber = make("two");
	struct buf out = BUF_INIT;
	struct regex *regex = NULL;

	free(scrub(scrubber, text, &out));
	assert_int_equal(regex_compile(pattern, 0, &regex), 0);
	if (!regex_test(regex, out.ptr, out.len))
		BROKEN("'%s' became '%s', want %s", text, out.ptr, pattern);
	regex_free(regex);
	buf_release(&out);
	scrubber_free(scrubber);
}

static void test_pseudonyms_keep_the_form(void **state)
{
	(void)state;
	expect("mail jane@corp.io", "^mail user\\d+@example\\.com$");
	expect("ls /home/jdoe/src", "^ls /home/user\\d+/src$");
	expect("ping 185.63.21.7", "^ping (192\\.0\\.2|198\\.51\\.100|203\\.0\\.113)\\.\\d+$");
	expect("card 4539 1488 0343 6467 ok", "^card 4000 00\\d\\d \\d{4} \\d{4} ok$");
	expect("gh"
	       "p_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8 end",
		"^ghp_\\d[A-Z]\\d[a-z]\\d[A-Z][A-Za-z0-9]{30} end$");
	expect("Signed-off-by: Jane Roe <jane@corp.io>",
		"^Signed-off-by: [A-Z][a-z]{6} [A-Z][a-z]{6} <user\\d+@example\\.com>$");
	expect("call +49 30 1234 5678", "^call \\+1-\\d{3}-555-01\\d\\d$");
}

static void test_escapes_stay_valid(void **state)
{
	(void)state;
	expect("db://app:pa%25%26%7Cs@h", "^db://app:[a-z]{2}%\\d\\d%\\d\\d%\\d[A-F][a-z]@h$");
	expect("db://app:k3x%40jj5%2Fg@h", "^db://app:[a-z]\\d[a-z]%40[a-z]{2}\\d%2F[a-z]@h$");
}

static void test_consistent_and_salted(void **state)
{
	const char *text = "a jane@corp.io b JANE@corp.io c joe@corp.io";
	struct scrubber *one = make("one"), *two = make("two"), *same = make("one");
	struct buf a = BUF_INIT, b = BUF_INIT, c = BUF_INIT;
	struct strings words = STRINGS_INIT;

	(void)state;
	free(scrub(one, text, &a));
	free(scrub(two, text, &b));
	free(scrub(same, text, &c));
	assert_string_equal(a.ptr, c.ptr);
	assert_string_not_equal(a.ptr, b.ptr);
	strings_split(&words, a.ptr, ' ');
	assert_string_equal(words.items[1], words.items[3]);
	assert_string_not_equal(words.items[1], words.items[5]);
	strings_release(&words);
	/* A fake of another salt is left alone too. */
	buf_clear(&c);
	assert_int_equal(scrub_text(two, a.ptr, a.len, &c, NULL, NULL), 0);
	assert_string_equal(a.ptr, c.ptr);
	buf_release(&a);
	buf_release(&b);
	buf_release(&c);
	scrubber_free(one);
	scrubber_free(two);
	scrubber_free(same);
}

static void test_left_alone(void **state)
{
	static const char *const texts[] = {"", "\n",
		"commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
		"uuid 123e4567-e89b-12d3-a456-426614174000", "key = value; token = next_token();",
		"api_key = \"abcdefghijklmnopqrstuvwxyz012345\"",
		"at 2026-01-31T10:00:00.123456789Z", "std::vector<int>::iterator",
		"https://example.com/a/b?c=d", "@Override public", "version 10.11.12.13",
		"sk-learn", "a1:b2:c3:d4:e5:f6", "0x4539148803436467", "secret = get_secret(name)",
		"password: str = Field(...)"};
	struct scrubber *scrubber = make("x");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct buf out = BUF_INIT;
		char *found = scrub(scrubber, texts[i], &out);

		if (strcmp(out.ptr, texts[i]))
			BROKEN("'%s' became '%s' by %s", texts[i], out.ptr, found);
		free(found);
		buf_release(&out);
	}
	scrubber_free(scrubber);
}

static void test_bytes_that_are_no_text(void **state)
{
	static const char text[] = "\xff\xfe jane@corp.io \0 joe@corp.io \xc3";
	struct scrubber *scrubber = make("x");
	struct buf out = BUF_INIT;

	(void)state;
	assert_int_equal(scrub_text(scrubber, text, sizeof(text) - 1, &out, NULL, NULL), 0);
	assert_null(memmem(out.ptr, out.len, "corp.io", 7));
	assert_int_equal((unsigned char)out.ptr[0], 0xff);
	buf_release(&out);
	scrubber_free(scrubber);
}

/* What stands in place of an address is the password of a URL, and looked at once more. */
static void test_address_as_password(void **state)
{
	struct scrubber *scrubber = make("x");
	struct buf out = BUF_INIT;

	(void)state;
	free(scrub(scrubber, "see https://me:jane@corp.io/", &out));
	assert_null(strstr(out.ptr, "jane"));
	buf_release(&out);
	scrubber_free(scrubber);
}

/* Only the parts around a change are looked at again: as if each stood alone. */
static void test_changes_apart(void **state)
{
	static const char *const parts[] = {"password = \"k3Xq9-vR2mZt\"\n",
		"see https://me:jane@corp.io/ or mail joe@corp.io\n",
		"const key = 'Zk3xQ9vR2mZtPw8sLd' +\n\t'Jh5Gf4Ds3Aq2Wz1X';\n",
		"-----BEGIN PRIVATE "
		"KEY-----\nKDBBCkTyyqcZf5kEgwEtl2zl/ZsC+8HZ0Aytf3gLiscwENFdfEv7TfVUbJ8hTiPx\n"
		"ArtBiTuxKqjm8iBhZRz/CLKfC7dw1YnpRvMlDwDN=\n-----END PRIVATE "
		"KEY-----\n"};
	struct scrubber *scrubber = make("x");
	struct buf text = BUF_INIT, whole = BUF_INIT, alone = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 4 * ARRAY_SIZE(parts); i++) {
		const char *part = parts[i % ARRAY_SIZE(parts)];

		buf_addstr(&text, part);
		assert_int_equal(scrub_text(scrubber, part, strlen(part), &alone, NULL, NULL), 0);
		for (size_t lines = 0; lines < i * 3; lines++) {
			buf_addstr(&text, "nothing is said here that anybody must not read\n");
			buf_addstr(&alone, "nothing is said here that anybody must not read\n");
		}
	}
	free(scrub(scrubber, text.ptr, &whole));
	assert_string_equal(whole.ptr, alone.ptr);
	buf_release(&text);
	buf_release(&whole);
	buf_release(&alone);
	scrubber_free(scrubber);
}

/* A key in the middle of a very long line: windows must neither miss nor cut it. */
static void test_long_line(void **state)
{
	static const char key[] = "gh"
				  "p_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8";
	struct scrubber *scrubber = make("x");
	struct buf text = BUF_INIT, out = BUF_INIT;

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_addstr(&text, i == 9000    ? key
				  : i == 15000 ? " eyJhbGciOiJIUzI1NiJ9."
					       : "token = ");
	buf_addstr(&text, " eyJhbGciOiJIUzI1NiJ9.");
	for (int i = 0; i < 30000; i++)
		buf_addch(&text, (char)('a' + (i * i + i / 7) % 26));
	buf_addstr(&text, ".abcdefghijklmnop");
	assert_int_equal(scrub_text(scrubber, text.ptr, text.len, &out, NULL, NULL), 0);
	assert_int_equal(out.len, text.len);
	assert_null(strstr(out.ptr, key));
	assert_null(strstr(out.ptr, text.ptr + text.len - 5000));
	buf_release(&text);
	buf_release(&out);
	scrubber_free(scrubber);
}

/* A rule that runs into its limit refuses the text. */
static void test_fails_closed(void **state)
{
	struct scrubber *scrubber = NULL;
	struct buf text = BUF_INIT, out = BUF_INIT;

	(void)state;
	assert_int_equal(
		scrubber_from_rules("[rule \"slow\"]\n\tregex = (?:a+)+[bc]\n", &scrubber), 0);
	for (int i = 0; i < 5000; i++)
		buf_addch(&text, 'a');
	assert_int_equal(scrub_text(scrubber, "b", 1, &out, NULL, NULL), 0);
	buf_clear(&out);
	assert_int_equal(scrub_text(scrubber, text.ptr, text.len, &out, NULL, NULL), E_INVALID);
	assert_int_equal(out.len, 0);
	assert_int_equal(scrub_count_secrets(scrubber, text.ptr, text.len), 1);
	scrubber_free(scrubber);
	buf_release(&text);
	buf_release(&out);
}

static void collect(uint32_t id, size_t end, void *payload)
{
	buf_addf(payload, "%u@%zu ", id, end);
}

static void test_prefilter(void **state)
{
	struct prefilter *prefilter = prefilter_new();
	struct buf out = BUF_INIT;

	(void)state;
	prefilter_add(prefilter, "he", 1);
	prefilter_add(prefilter, "she", 2);
	prefilter_add(prefilter, "hers", 3);
	prefilter_add(prefilter, "his", 4);
	prefilter_add(prefilter, "he", 5);
	prefilter_build(prefilter);
	prefilter_scan(prefilter, "uSHErs his", 10, collect, &out);
	assert_string_equal(out.ptr, "2@4 5@4 1@4 3@6 4@10 ");
	buf_release(&out);
	prefilter_free(prefilter);
}

struct hits {
	size_t count, last;
	uint64_t sum;
};

static void add_hit(uint32_t id, size_t end, void *payload)
{
	struct hits *hits = payload;

	assert_true(end >= hits->last);
	hits->last = end;
	hits->count++;
	hits->sum = hits->sum * 31 + end * 7 + id;
}

/* Long texts are scanned in parts side by side: the same hits in the same order as one by one. */
static void test_prefilter_in_parts(void **state)
{
	static const char *const keywords[] = {"ab", "abcab", "bca", "cabcabcabc", "a"};
	struct prefilter *prefilter = prefilter_new();
	struct buf text = BUF_INIT;
	uint64_t seed = 3;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		prefilter_add(prefilter, keywords[i], (uint32_t)i);
	prefilter_build(prefilter);
	for (int i = 0; i < 30000; i++)
		buf_addch(&text, "abcABC x"[pick(&seed, 8)]);
	for (size_t len = 0; len <= text.len; len = len * 2 + 777) {
		struct hits hits = {0, 0, 0}, wanted = {0, 0, 0};

		prefilter_scan(prefilter, text.ptr, len, add_hit, &hits);
		for (size_t end = 1; end <= len; end++)
			for (size_t k = 0; k < ARRAY_SIZE(keywords); k++)
				wanted.count += end >= strlen(keywords[k]) &&
						!strncasecmp(text.ptr + end - strlen(keywords[k]),
							keywords[k], strlen(keywords[k]));
		assert_int_equal(hits.count, wanted.count);
	}
	prefilter_free(prefilter);
	buf_release(&text);
}

/* Every run of a class and no other, whatever of them the search passes over. */
static void test_runs(void **state)
{
	bool of[256] = {false};
	uint64_t seed = 5;

	(void)state;
	bytes_parse("a-cX_-", of);
	assert_true(of['b'] && of['X'] && of['_'] && of['-'] && !of['d'] && !of['Y']);
	for (size_t least = RUN_LEAST; least < 30; least++) {
		char text[4000];
		struct span run = {0, 0};
		size_t at = 0;

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = pick(&seed, least) ? "abcX_-"[pick(&seed, 6)] : '.';
		for (size_t i = 0; i < sizeof(text); i = at + 1) {
			for (at = i; at < sizeof(text) && text[at] != '.'; at++)
				;
			if (at - i < least)
				continue;
			assert_true(run_find(of, least, text, sizeof(text), run.end, &run));
			assert_int_equal(run.start, i);
			assert_int_equal(run.end, at);
		}
		assert_false(run_find(of, least, text, sizeof(text), run.end, &run));
	}
}

static void collect_name(struct span span, bool user, void *payload)
{
	buf_addf(payload, "%s%zu-%zu ", user ? "u" : "", span.start, span.end);
}

static void test_names(void **state)
{
	struct map common = MAP_INIT;
	struct names *names;
	struct buf out = BUF_INIT;
	const char *text =
		"Salvo said Will Page wrote the Page, not salvo_x or Marlowe; ann7 knows";

	(void)state;
	map_put_str(&common, "will", NULL);
	map_put_str(&common, "page", NULL);
	names = names_new(&common);
	names_add_person(names, "Salvo Marlowe");
	names_add_person(names, "Will Page");
	names_add_person(names, "dependabot[bot]");
	names_add_user(names, "ann7");
	names_scan(names, text, strlen(text), collect_name, &out);
	assert_string_equal(out.ptr, "0-5 11-20 52-59 u61-65 ");
	buf_release(&out);
	names_free(names);
	map_release(&common);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule_samples),
		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_pseudonyms_keep_the_form),
		cmocka_unit_test(test_escapes_stay_valid),
		cmocka_unit_test(test_consistent_and_salted),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_bytes_that_are_no_text),
		cmocka_unit_test(test_address_as_password),
		cmocka_unit_test(test_changes_apart),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_fails_closed),
		cmocka_unit_test(test_prefilter),
		cmocka_unit_test(test_prefilter_in_parts),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
