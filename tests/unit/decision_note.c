/*
 * Decision notes: what is written is read back, and merging them is idempotent, commutative and
 * associative, on notes made up at random from few ids, times and texts, so that they often meet.
 */
#include "test.h"

#include "decision/internal.h"
#include "flywheel/decision_note.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 3000

static uint64_t state = 42;

static unsigned pick(unsigned below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % below;
}

static void add_paragraph(struct buf *out)
{
	static const char *const texts[] = {"use an array", "use a list", "--- a/x.c",
		"a long text that must be folded because it does not fit on a single line of any "
		"terminal that people use today, not even on a very wide one",
		"a: b: c", "Id: 000000000000"};
	static const char *const status[] = {"proposed", "accepted", "rejected", FORGOTTEN};
	struct note_decision decision = {.id = xstrfmt("%012x", pick(4)),
		.statement = xstrdup(texts[pick(6)]),
		.evidence = xstrdup(texts[pick(6)]),
		.source = xstrdup(pick(2) ? "commit" : "claude-code"),
		.status = xstrdup(status[pick(4)]),
		.when = pick(2) ? 1767225600 + pick(3) * 60 : 0,
		.confidence = 0.9};

	if (pick(4)) {
		note_format_one(&decision, out);
	} else {
		static const char *const foreign[] = {"a remark\n", "Reviewed-by: A B\n---\nC: d\n",
			"Id: xyz\nDecision: no id\n", "  indented\n"};

		buf_addstr(out, foreign[pick(4)]);
	}
	note_decision_release(&decision);
}

static char *random_note(void)
{
	struct buf out = BUF_INIT;

	for (unsigned i = pick(5); i > 0; i--) {
		if (out.len)
			buf_addstr(&out, pick(3) ? "\n" : "\n\n\n");
		add_paragraph(&out);
	}
	return buf_detach(&out);
}

static char *merged(const char *a, const char *b)
{
	struct buf out = BUF_INIT;

	decision_note_merge(a, b, &out);
	return buf_detach(&out);
}

static void same(char *a, char *b)
{
	assert_string_equal(a, b);
	free(a);
	free(b);
}

static void merging_is_a_join(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		char *a = random_note(), *b = random_note(), *c = random_note();
		char *ab = merged(a, b), *bc = merged(b, c);

		same(merged(a, b), merged(b, a));
		same(merged(ab, c), merged(a, bc));
		same(merged(ab, ab), xstrdup(ab));
		same(merged(ab, a), xstrdup(ab)); /* at every criss-cross */
		same(merged(ab, b), xstrdup(ab));
		free(a);
		free(b);
		free(c);
		free(ab);
		free(bc);
	}
}

static void merged_notes_are_sorted_and_whole(void **unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		char *a = random_note(), *b = random_note(), *ab = merged(a, b);
		struct decision_note of_a = {0}, of_ab = {0};

		note_parse(a, &of_a);
		note_parse(ab, &of_ab);
		for (size_t k = 1; k < of_ab.count; k++)
			assert_true(strcmp(of_ab.list[k - 1].id, of_ab.list[k].id) < 0);
		for (size_t k = 0; k < of_a.count; k++) {
			size_t at = 0;

			while (at < of_ab.count && strcmp(of_ab.list[at].id, of_a.list[k].id))
				at++;
			assert_true(at < of_ab.count);
			assert_true(note_compare(&of_ab.list[at], &of_a.list[k]) >= 0);
		}
		for (size_t k = 0; k < of_a.foreign.count; k++)
			assert_true(strings_contains(&of_ab.foreign, of_a.foreign.items[k]));
		note_release(&of_a);
		note_release(&of_ab);
		free(a);
		free(b);
		free(ab);
	}
}

static void the_later_word_counts_and_a_forgotten_one_always(void **unused)
{
	static const char early[] = "Decision: early\nSource: commit\nStatus: accepted\n"
				    "When: 2026-01-01T00:00:00Z\nId: 0123456789ab\n";
	static const char late[] = "Decision: late\nSource: commit\nStatus: rejected\n"
				   "When: 2026-01-02T00:00:00Z\nId: 0123456789ab\n";
	static const char gone[] = "Status: forgotten\nWhen: 2025-01-01T00:00:00Z\n"
				   "Id: 0123456789ab\n";
	static const char words[] = "Decision: left over\nStatus: forgotten\n"
				    "When: 2025-01-01T00:00:00Z\nId: 0123456789ab\n";

	(void)unused;
	same(merged(early, late), xstrdup(late));
	same(merged(late, early), xstrdup(late));
	same(merged(gone, late), xstrdup(gone));
	same(merged(late, gone), xstrdup(gone));
	same(merged(words, ""), xstrdup(gone));
}

static void a_line_of_dashes_in_evidence_cuts_nothing(void **unused)
{
	struct note_decision decision = {.id = xstrdup("0123456789ab"),
		.statement = xstrdup("keep it"),
		.evidence = xstrdup("first\n---\nDecision: second\n\nId: 999999999999"),
		.source = xstrdup("commit"),
		.status = xstrdup("proposed")};
	struct decision_note note = {0}, again = {0};
	struct buf out = BUF_INIT;

	(void)unused;
	note_add(&note, &decision);
	note_format(&note, &out);
	assert_null(strstr(out.ptr, "\n---"));
	note_parse(out.ptr, &again);
	assert_int_equal(again.count, 1);
	assert_int_equal(again.foreign.count, 0);
	assert_string_equal(again.list[0].id, "0123456789ab");
	assert_string_equal(again.list[0].evidence, "first --- Decision: second  Id: 999999999999");
	note_release(&note);
	note_release(&again);
	buf_release(&out);
}

static void nonsense_is_kept_as_it_stands(void **unused)
{
	static const char *const texts[] = {"", "\n\n\n", ":", "Id:", "Id: 12\nDecision: x",
		"Decision: \nId: 0123456789ab\nConfidence: many\nWhen: yesterday",
		" starts with a blank\n: and a colon", "\xff\xfe: \x80\nId: 0123456789ab"};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char *once = merged(texts[i], "");

		same(merged(once, texts[i]), xstrdup(once));
		free(once);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging_is_a_join),
		cmocka_unit_test(merged_notes_are_sorted_and_whole),
		cmocka_unit_test(the_later_word_counts_and_a_forgotten_one_always),
		cmocka_unit_test(a_line_of_dashes_in_evidence_cuts_nothing),
		cmocka_unit_test(nonsense_is_kept_as_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
