/* Decisions: sentences, what is not prose, and the cues' own samples. */
#include "test.h"

#include "decision/internal.h"
#include "util/error.h"

#include <string.h>

static void splits_to(const char *text, const char *const *want)
{
	struct strings got = STRINGS_INIT;
	size_t i = 0;

	sentence_split(text, strlen(text), &got);
	for (; want[i]; i++) {
		assert_true(i < got.count);
		assert_string_equal(got.items[i], want[i]);
	}
	assert_int_equal(got.count, i);
	strings_release(&got);
}

static void splits_sentences(void **state)
{
	(void)state;
	splits_to("One thing. Another one! A third?",
		(const char *const[]){"One thing.", "Another one!", "A third?", NULL});
	splits_to("See server.c and v1.2.3 for it. zfree() is next.",
		(const char *const[]){"See server.c and v1.2.3 for it.", "zfree() is next.", NULL});
	splits_to("Some types, e.g. lists, i.e. the small ones, stay. Etc. is no end here",
		(const char *const[]){"Some types, e.g. lists, i.e. the small ones, stay.",
			"Etc. is no end here", NULL});
	splits_to("Call `a. B` first (it is slow. Very slow) then stop. Done",
		(const char *const[]){
			"Call `a. B` first (it is slow. Very slow) then stop.", "Done", NULL});
	splits_to("A lonely ` stays. As said by J. Smith.",
		(const char *const[]){"A lonely ` stays.", "As said by J. Smith.", NULL});
	splits_to("", (const char *const[]){NULL});
}

static void spans_are(const char *text, const char *const *want)
{
	struct strings got = STRINGS_INIT;
	size_t i = 0;

	text_spans(text, strlen(text), &got);
	for (; want[i]; i++) {
		assert_true(i < got.count);
		assert_string_equal(got.items[i], want[i]);
	}
	assert_int_equal(got.count, i);
	strings_release(&got);
}

static void drops_what_is_not_prose(void **state)
{
	(void)state;
	spans_are("Subject\n\nWrapped over\ntwo lines.\n\n> quoted because of old\n\n"
		  "```\ncode because\n```\n\n    indented code\n\n- a point\n  goes on\n- another\n\n"
		  "Heading\n-------\ntext\n\n"
		  "diff --git a/x b/x\n@@ -1 +1 @@\n-old\n+new\n\n"
		  "Signed-off-by: A B <a@b.c>\nChange-Id: I1\n",
		(const char *const[]){"Subject", "Wrapped over two lines.", "a point goes on", "another",
			"text", NULL});
}

static void joins_what_leans(void **state)
{
	(void)state;
	spans_are("We reset it here. Otherwise it leaks.\n\nPreviously it was copied. Now it is shared.",
		(const char *const[]){"We reset it here. Otherwise it leaks.",
			"Previously it was copied. Now it is shared.", NULL});
}

static void cues_obey_their_samples(void **state)
{
	struct cues *cues = NULL;
	int wrong = 0;

	(void)state;
	assert_int_equal(cues_load(cues_conf, &cues), 0);
	for (size_t i = 0; i < cues->count; i++) {
		const struct cue *cue = &cues->list[i];
		struct cue_match match;

		if (!cue->yes.count || !cue->no.count)
			wrong += (print_error("cue '%s' wants samples of both kinds\n", cue->id), 1);
		for (size_t k = 0; k < cue->yes.count; k++)
			if (!cue_test(cue, cue->yes.items[k], strlen(cue->yes.items[k]), &match))
				wrong += (print_error("%s misses: %s\n", cue->id, cue->yes.items[k]), 1);
		for (size_t k = 0; k < cue->no.count; k++)
			if (cue_test(cue, cue->no.items[k], strlen(cue->no.items[k]), &match))
				wrong += (print_error("%s takes: %s\n", cue->id, cue->no.items[k]), 1);
	}
	cues_free(cues);
	assert_int_equal(wrong, 0);
}

/* What a cue accepts by itself must also get past the vetoes: otherwise it can never fire. */
static void vetoes_spare_the_samples(void **state)
{
	struct cues *cues = NULL;
	int wrong = 0;

	(void)state;
	assert_int_equal(cues_load(cues_conf, &cues), 0);
	for (size_t i = 0; i < cues->count; i++) {
		const struct cue *cue = &cues->list[i];
		char source[16] = "commit";
		struct cue_match match;

		if (cue->sources)
			strncpy(source, strchr(cue->sources, ' ') ? "comment" : cue->sources, 15);
		for (size_t k = 0; k < cue->yes.count && !cue->veto; k++)
			if (!cues_match(cues, source, cue->yes.items[k], strlen(cue->yes.items[k]), &match))
				wrong += (print_error("a veto takes: %s\n", cue->yes.items[k]), 1);
	}
	cues_free(cues);
	assert_int_equal(wrong, 0);
}

static void makes_drafts(void **state)
{
	struct cues *cues = NULL;
	struct decision_draft draft;

	(void)state;
	assert_int_equal(cues_load(cues_conf, &cues), 0);
	assert_true(decision_draft_make(cues, "commit", "Stream replies",
		"We read the header with `pread` instead of mapping the whole_file, because mapping "
		"stalls on a slow disk.",
		&draft));
	assert_string_equal(draft.statement, "We read the header with `pread`");
	assert_string_equal(draft.instead_of, "mapping the whole_file");
	assert_string_equal(draft.because, "mapping stalls on a slow disk");
	assert_int_equal(draft.symbols.count, 2);
	assert_string_equal(draft.symbols.items[0], "pread");
	decision_draft_release(&draft);
	assert_true(decision_draft_make(cues, "commit", "Stream replies",
		"This avoids a second copy of large replies in memory.", &draft));
	assert_string_equal(draft.statement, "Stream replies");
	assert_string_equal(draft.because, "avoids a second copy of large replies in memory");
	decision_draft_release(&draft);
	assert_false(decision_draft_make(cues, "commit", "x", "Should we stream it because it is large?", &draft));
	cues_free(cues);
}

static void ids_survive_rewrapping(void **state)
{
	char a[13], b[13], c[13];

	(void)state;
	decision_id("commit", "Use a tree, because\nit is small.", a);
	decision_id("commit", "use a tree because it is small", b);
	decision_id("comment", "use a tree because it is small", c);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
}

static void refuses_bad_cues(void **state)
{
	struct cues *cues = NULL;

	(void)state;
	assert_int_equal(cues_load("[cue \"x\"]\nregex = (\n", &cues), E_INVALID);
	assert_null(cues);
	assert_int_equal(cues_load("[cue \"x\"]\ncolour = red\n", &cues), E_INVALID);
	assert_int_equal(cues_load("label = Decision\n", &cues), E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_sentences),
		cmocka_unit_test(drops_what_is_not_prose),
		cmocka_unit_test(joins_what_leans),
		cmocka_unit_test(cues_obey_their_samples),
		cmocka_unit_test(vetoes_spare_the_samples),
		cmocka_unit_test(makes_drafts),
		cmocka_unit_test(ids_survive_rewrapping),
		cmocka_unit_test(refuses_bad_cues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
