/* Decisions: sentences, what is not prose, and the cues' own samples. */
#include "test.h"

#include "decision/worth.h"
#include "util/error.h"
#include "util/memory.h"

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
	spans_are(
		"Subject\n\nWrapped over\ntwo lines.\n\n> quoted because of old\n\n"
		"```\ncode because\n```\n\n    indented code\n\n- a point\n  goes on\n- another\n\n"
		"Heading\n-------\ntext\n\n"
		"diff --git a/x b/x\n@@ -1 +1 @@\n-old\n+new\n\n"
		"Signed-off-by: A B <a@b.c>\nChange-Id: I1\n",
		(const char *const[]){"Subject", "Wrapped over two lines.", "a point goes on",
			"another", "text", NULL});
}

static void joins_what_leans(void **state)
{
	(void)state;
	spans_are("We reset it here. Otherwise it leaks.\n\nPreviously it was copied. Now it is "
		  "shared.",
		(const char *const[]){"We reset it here. Otherwise it leaks.",
			"Previously it was copied. Now it is shared.", NULL});
}

/* How many samples of these cues are taken for what they are not. */
static int wrong_samples(const struct cues *cues)
{
	int wrong = 0;

	for (size_t i = 0; i < cues->count; i++) {
		const struct cue *cue = &cues->list[i];
		struct cue_match match;

		if (!cue->yes.count || !cue->no.count)
			wrong +=
				(print_error("cue '%s' wants samples of both kinds\n", cue->id), 1);
		for (size_t k = 0; k < cue->yes.count; k++)
			if (!cue_test(cue, cue->yes.items[k], strlen(cue->yes.items[k]), &match))
				wrong +=
					(print_error("%s misses: %s\n", cue->id, cue->yes.items[k]),
						1);
		for (size_t k = 0; k < cue->no.count; k++)
			if (cue_test(cue, cue->no.items[k], strlen(cue->no.items[k]), &match))
				wrong += (print_error("%s takes: %s\n", cue->id, cue->no.items[k]),
					1);
	}
	return wrong;
}

static void cues_obey_their_samples(void **state)
{
	struct cues *cues = NULL;

	(void)state;
	assert_int_equal(cues_load(cues_conf, &cues), 0);
	assert_int_equal(wrong_samples(cues), 0);
	assert_true(cues->consequences->count > 5);
	assert_int_equal(wrong_samples(cues->consequences), 0);
	cues_free(cues);
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
			if (!cues_match(cues, source, cue->yes.items[k], strlen(cue->yes.items[k]),
				    &match))
				wrong += (print_error("a veto takes: %s\n", cue->yes.items[k]), 1);
	}
	cues_free(cues);
	assert_int_equal(wrong, 0);
}

static void makes_drafts(void **state)
{
	struct classifier *classifier = NULL;
	struct decision_draft draft;

	(void)state;
	assert_int_equal(classifier_open(&classifier), 0);
	assert_true(decision_draft_make(classifier, "commit", "Stream replies",
		"We read the header with `pread` instead of mapping the whole_file, because "
		"mapping "
		"stalls on a slow disk.",
		&draft));
	assert_string_equal(draft.statement, "We read the header with `pread`");
	assert_string_equal(draft.instead_of, "mapping the whole_file");
	assert_string_equal(draft.because, "mapping stalls on a slow disk");
	assert_int_equal(draft.symbols.count, 2);
	assert_string_equal(draft.symbols.items[0], "pread");
	decision_draft_release(&draft);
	assert_true(decision_draft_make(classifier, "commit", "Stream replies",
		"This avoids a second copy of large replies in memory.", &draft));
	assert_string_equal(draft.statement, "Stream replies");
	assert_string_equal(draft.because, "avoids a second copy of large replies in memory");
	decision_draft_release(&draft);
	assert_false(decision_draft_make(
		classifier, "commit", "x", "Should we stream it because it is large?", &draft));
	classifier_free(classifier);
}

/* The consequences of the first draft of a message; "" where there is none. */
static void follows_is(
	const char *subject, const char *body, const char *statement, const char *want)
{
	struct classifier *classifier = NULL;
	struct strings spans = STRINGS_INIT;
	struct drafts drafts = {0};
	char *message = xstrfmt("%s\n\n%s\n", subject, body);

	assert_int_equal(classifier_open(&classifier), 0);
	text_spans(message, strlen(message), &spans);
	drafts_read(classifier, "commit", subject, &spans, 0, 0.5, &drafts);
	if (!want)
		for (size_t i = 0; i < drafts.count; i++)
			assert_null(drafts.list[i].consequences);
	assert_true(!want || drafts.count);
	if (want && drafts.count) {
		const struct decision_draft *last = &drafts.list[drafts.count - 1];

		assert_string_equal(last->statement, statement);
		assert_string_equal(last->consequences ? last->consequences : "", want);
		assert_non_null(strstr(last->evidence, want));
	}
	drafts_release(&drafts);
	strings_release(&spans);
	free(message);
	classifier_free(classifier);
}

static void finds_what_follows(void **state)
{
	(void)state;
	follows_is("Keep sizes in the header",
		"Store the size of each block in its header. This means that readers must be "
		"rebuilt.",
		"Store the size of each block in its header", "readers must be rebuilt");
	/* Laid to the decision that was found for its reason, whose id stays. */
	follows_is("Keep sizes in the header",
		"Store sizes in a header of eight bytes instead of a list of fields, because old "
		"readers skip unknown lists. The downside is that a header cannot grow.",
		"Store sizes in a header of eight bytes", "a header cannot grow");
	follows_is("Keep sizes in the header",
		"Compute the sum while writing, at the cost of one more pass over short files.",
		"Compute the sum while writing", "at the cost of one more pass over short files");
	follows_is("Drop the second parser", "Callers now have to pass the length themselves.",
		"Drop the second parser", "Callers now have to pass the length themselves");
	follows_is("Drop the second parser",
		"Nobody calls it.\n\nBREAKING CHANGE: `parse_fast` is gone.",
		"Drop the second parser", "`parse_fast` is gone");
	follows_is("Drop the second parser",
		"One consequence of this change is that errors name the line.",
		"Drop the second parser", "errors name the line");
}

/* Of the fault that was there, of a plan, of a question, or for a reason: no consequence. */
static void leaves_what_does_not_follow(void **state)
{
	static const char *const bodies[] = {
		"The parser reads the header twice. This means that the second one wins.",
		"Currently we keep the list of names. As a result, the memory is never freed.",
		"We moved the list to the heap last year. Consequently, readers crash now.",
		"Store the size in the header. This means we can drop the list in the next commit.",
		"Maybe store the size in the header. This means that readers must be rebuilt.",
		"Read the header first. Does this mean that readers must be rebuilt?",
		"The downside of the old scheme is that nobody understood it.",
		"The lookup was done at the cost of a second pass.", "Users can no longer log in.",
		"Users must give a name.",
		"Store the size in the header. This function costs nothing.",
		"The breaking change in version 2 of the compiler is known.",
		"Read the file as a result of the request. It is large.",
		"Store the size in the header. As a result, the following line:"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		follows_is("Keep sizes in the header", bodies[i], NULL, NULL);
}

static void consequences_keep_the_id(void **state)
{
	static const char first[] =
		"Store sizes in a header, because old readers skip unknown lists.";
	static const char message[] =
		"Headers\n\nStore sizes in a header, because old readers skip unknown lists. As a "
		"result, a header cannot grow.\n";
	struct classifier *classifier = NULL;
	struct strings spans = STRINGS_INIT;
	struct drafts drafts = {0};
	char id[13];

	(void)state;
	assert_int_equal(classifier_open(&classifier), 0);
	text_spans(message, strlen(message), &spans);
	drafts_read(classifier, "talk", NULL, &spans, 0, 0.5, &drafts);
	assert_int_equal(drafts.count, 1);
	decision_id("talk", first, id);
	assert_string_equal(drafts.list[0].id, id);
	assert_string_equal(drafts.list[0].because, "old readers skip unknown lists");
	assert_string_equal(drafts.list[0].consequences, "a header cannot grow");
	drafts_release(&drafts);
	strings_release(&spans);
	classifier_free(classifier);
}

static double sureness(struct classifier *classifier, const char *text)
{
	struct decision_draft draft;
	double confidence = 0;

	if (decision_draft_make(classifier, "commit", "Copy rows", text, &draft)) {
		confidence = draft.confidence;
		decision_draft_release(&draft);
	}
	return confidence;
}

/* Whether a rule of doubt holds for a draft. */
static void doubts_are(const char *subject, const char *text, const char *name, bool want)
{
	struct classifier *classifier = NULL;
	struct decision_draft draft;
	const struct doubt *doubt = doubts;

	while (doubt->name && strcmp(doubt->name, name) != 0)
		doubt++;
	assert_non_null(doubt->name);
	assert_int_equal(classifier_open(&classifier), 0);
	assert_true(decision_draft_make(classifier, "commit", subject, text, &draft));
	assert_int_equal(doubt->holds(&draft), want);
	decision_draft_release(&draft);
	classifier_free(classifier);
}

/* A bracket that closes in the part which was cut off, a plan, a reason that begins with "which".
 */
static void doubts_what_was_cut(void **state)
{
	static const char whole[] = "Use a copy (taken by the reader) instead of a lock.";
	static const char cut[] = "Use a copy (taken by the reader instead of a lock.";
	struct classifier *classifier = NULL;

	(void)state;
	doubts_are("Copy rows", whole, "open", false);
	doubts_are("Copy rows", cut, "open", true);
	doubts_are("Copy rows", "We keep the lock because readers may be late.", "symptom", false);
	doubts_are("Copy rows", "We'll have to keep the lock because readers may be late.",
		"symptom", true);
	doubts_are("Copy rows", "Remove the old field, because it is never read.", "cut", false);
	doubts_are("Copy rows", "Remove the old field, because which is never read.", "cut", true);
	assert_int_equal(classifier_open(&classifier), 0);
	assert_true(sureness(classifier, whole) > sureness(classifier, cut) + 0.15);
	classifier_free(classifier);
}

static void note_is(const char *subject, const char *text, const char *statement,
	const char *because, const char *instead_of)
{
	struct classifier *classifier = NULL;
	struct decision_draft draft;

	assert_int_equal(classifier_open(&classifier), 0);
	assert_true(decision_draft_make(classifier, "commit", subject, text, &draft));
	assert_string_equal(draft.statement, statement);
	assert_string_equal(draft.because, because);
	assert_string_equal(draft.instead_of, instead_of);
	decision_draft_release(&draft);
	classifier_free(classifier);
}

static void keeps_parts_apart(void **state)
{
	(void)state;
	note_is("Fix colours",
		"This commit also removes the second palette, since it is never set while we run.",
		"removes the second palette", "it is never set while we run", "");
	note_is("Fix colours", "Use a static table instead of a list, as rows never come later.",
		"Use a static table", "rows never come later", "a list");
	note_is("Fix colours",
		"Read the rows in place instead of copying them, and move the flag into the "
		"header.",
		"Read the rows in place", "", "copying them");
	note_is("Fix colours",
		"Read the rows in place instead of copying them, reducing the peak of memory.",
		"Read the rows in place", "reducing the peak of memory", "copying them");
	note_is("Fix colours",
		"Write the rows with one call instead of a stream to bypass the lock of its "
		"buffer.",
		"Write the rows with one call", "bypass the lock of its buffer", "a stream");
	note_is("Fix colours", "Read the rows in place instead of trying to keep the copies near.",
		"Read the rows in place", "", "trying to keep the copies near");
	note_is("Fix colours", "Use a table instead of a list, a tree and a heap of rows.",
		"Use a table", "", "a list, a tree and a heap of rows");
	note_is("Fix colours", "Lock the table before the fork to avoid a torn row (Ann Lee).",
		"Lock the table before the fork", "avoid a torn row", "");
	note_is("Fix colours", "Use a table instead of a list of rows (#123)", "Use a table", "",
		"a list of rows");
}

/* A subject that stops in the middle goes on in the body; one that is whole does not. */
static void reads_a_broken_subject(void **state)
{
	(void)state;
	spans_are("Put off the making of the folder until we\nneed it",
		(const char *const[]){"Put off the making of the folder until we need it", NULL});
	spans_are("Do not make the folder of the keys when the agent is\n\nlocked, because it has "
		  "none. More.",
		(const char *const[]){"Do not make the folder of the keys when the agent is "
				      "locked, because it has none.",
			"More.", NULL});
	spans_are("Do not make the folder of the keys any more\n\nwe have none.",
		(const char *const[]){
			"Do not make the folder of the keys any more", "we have none.", NULL});
}

static double sureness_under(struct classifier *classifier, const char *subject, const char *text)
{
	struct decision_draft draft;
	double confidence = 0;

	if (decision_draft_make(classifier, "commit", subject, text, &draft)) {
		confidence = draft.confidence;
		decision_draft_release(&draft);
	}
	return confidence;
}

/* Changes of tests, and statements that stand for something else. */
static void doubts_where_it_stands(void **state)
{
	static const char text[] = "Read the child's output through a pipe instead of a temporary "
				   "file, because files stay behind when it is killed.";
	static const char pronoun[] = "Instead of a file, it is a pipe that the child writes to.";
	struct classifier *classifier = NULL;
	struct strings files = STRINGS_INIT;
	struct decision_draft draft;
	double sure, code, tests;

	(void)state;
	assert_int_equal(classifier_open(&classifier), 0);
	sure = sureness_under(classifier, "Show what the child says", text);
	assert_true(sure > sureness_under(classifier, "tests: a flaky child", text) + 0.1);
	assert_true(sureness_under(classifier, "Show what the child says", pronoun) < 0.7);
	assert_true(decision_draft_make(classifier, "commit", "Show it", text, &draft));
	sure = draft.confidence;
	strings_add(&files, "src/child.c");
	draft_place(classifier, "commit", &draft, &files);
	code = draft.confidence;
	strings_release(&files);
	draft.confidence = sure;
	strings_add(&files, "tests/child.c");
	draft_place(classifier, "commit", &draft, &files);
	tests = draft.confidence;
	assert_true(code > tests + 0.15);
	strings_release(&files);
	decision_draft_release(&draft);
	classifier_free(classifier);
}

/* A pronoun for an object, and a way that goes on with the next deed or what is good about it. */
static void doubts_what_runs_on(void **state)
{
	static const char plain[] = "Set the label up as an empty string to avoid leaking detail.";
	static const char it[] = "Set it up as an empty string to avoid leaking detail.";
	static const char way[] = "Use the space behind the stack instead of upvalues.";
	static const char gain[] = "Use the space behind the stack instead of "
				   "upvalues, which is a little quicker.";
	static const char deed[] = "Use the space behind the stack instead of asking "
				   "the owner for the handle, we look whether a lock is held.";
	struct classifier *classifier = NULL;

	(void)state;
	doubts_are("Mend the log", plain, "about it", false);
	doubts_are("Mend the log", it, "about it", true);
	doubts_are("Mend the log", way, "run on", false);
	doubts_are("Mend the log", gain, "run on", true);
	doubts_are("Mend the log", deed, "run on", true);
	assert_int_equal(classifier_open(&classifier), 0);
	assert_true(sureness_under(classifier, "Mend the log", plain) >
		    sureness_under(classifier, "Mend the log", it) + 0.15);
	classifier_free(classifier);
}

/* Few words, and words for what stands elsewhere. */
static void doubts_what_does_not_stand_alone(void **state)
{
	static const char few[] = "Use the constant instead of a plain old string.";
	static const char many[] =
		"Use the constant of the row header, stored once, instead of a plain old string.";
	static const char these[] = "Only the global table of settings carries these, because a "
				    "local one is never shared.";
	static const char names[] = "Only the global table of settings carries limits, because a "
				    "local one is never shared.";
	struct classifier *classifier = NULL;

	(void)state;
	doubts_are("Mend the log", these, "points back", true);
	doubts_are("Mend the log", names, "points back", false);
	assert_int_equal(doubt_weight("Use the constant"), 1);
	assert_int_equal(doubt_weight("Use `SIZE_MAX` for row.count"), 4);
	assert_int_equal(classifier_open(&classifier), 0);
	assert_true(sureness_under(classifier, "Mend the log", few) + 0.1 <
		    sureness_under(classifier, "Mend the log", many));
	classifier_free(classifier);
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

static struct note_decision note_of(const char *id, const char *evidence)
{
	struct note_decision decision = {.id = xstrdup(id),
		.statement = xstrdup("use a tree"),
		.because = xstrdup("it is small"),
		.instead_of = xstrdup(""),
		.source = xstrdup("commit"),
		.evidence = xstrdup(evidence),
		.status = xstrdup("proposed"),
		.confidence = 0.9};

	strings_add(&decision.symbols, "tree_new");
	strings_add(&decision.symbols, "a::b");
	return decision;
}

static void notes_round_trip(void **state)
{
	const char *const evidence[] = {"short",
		"Use a tree --- because it is small: Id: 000000000000 --- and so on, and so on, "
		"until "
		"the line is folded --- more than --- once, with Status: accepted inside of it.",
		"averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryveryl"
		"ongword "
		"then"};
	struct decision_note note = {0}, back;
	struct buf text = BUF_INIT, again = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char id[13] = "00000000000c";

		id[11] = (char)('c' - i);
		GROW(note.list, note.count, note.capacity);
		note.list[note.count++] = note_of(id, evidence[i]);
	}
	note_sort(&note);
	note_format(&note, &text);
	assert_null(strstr(text.ptr, "\n---"));
	note_parse(text.ptr, &back);
	assert_int_equal(back.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(back.list[i].id, note.list[i].id);
		assert_string_equal(back.list[i].evidence, evidence[2 - i]);
		assert_string_equal(back.list[i].statement, "use a tree");
		assert_string_equal(back.list[i].status, "proposed");
		assert_int_equal(back.list[i].symbols.count, 2);
		assert_string_equal(back.list[i].symbols.items[1], "a::b");
		assert_true(back.list[i].confidence > 0.89 && back.list[i].confidence < 0.91);
	}
	note_format(&back, &again);
	assert_string_equal(again.ptr, text.ptr);
	note_release(&note);
	note_release(&back);
	buf_release(&text);
	buf_release(&again);
}

static void notes_fold_within_the_margin(void **state)
{
	struct decision_note note = {0};
	struct buf text = BUF_INIT;

	(void)state;
	GROW(note.list, note.count, note.capacity);
	note.list[note.count++] =
		note_of("0123456789ab", "a few words that go on and on so that one line cannot "
					"hold them all and another one "
					"is needed, and then one more, because otherwise nothing "
					"would be shown by this test");
	note_format(&note, &text);
	for (const char *line = text.ptr; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 78);
	assert_non_null(strstr(text.ptr, "\n "));
	note_release(&note);
	buf_release(&text);
}

/* What is not ours, or broken, is left out and does not cut what follows. */
static void notes_survive_strangers(void **state)
{
	struct decision_note note;

	(void)state;
	note_parse("just words\n---\nmore\n\nDecision: a b\nId: 111111111111\n\n\n"
		   "Decision: no id\n\nDecision: c d\nEvidence: x\n ---\n y\nId: 222222222222\n",
		&note);
	assert_int_equal(note.count, 2);
	assert_string_equal(note.list[0].id, "111111111111");
	assert_string_equal(note.list[0].status, "proposed");
	assert_string_equal(note.list[1].evidence, "x --- y");
	note_release(&note);
}

static void reads_trailers(void **state)
{
	struct decision_draft drafts[4];
	size_t count = trailer_drafts("Use a list",
		"Use a list\n\nRejected: a tree | too large\nrejected: an array\nBecause: it is "
		"small\nConsequences: it is walked in order\n",
		drafts, 4);

	(void)state;
	assert_int_equal(count, 2);
	assert_string_equal(drafts[0].statement, "Use a list");
	assert_string_equal(drafts[0].instead_of, "a tree");
	assert_string_equal(drafts[0].because, "too large");
	assert_string_equal(drafts[1].instead_of, "an array");
	assert_string_equal(drafts[1].because, "it is small");
	assert_string_equal(drafts[1].consequences, "it is walked in order");
	decision_draft_release(&drafts[0]);
	decision_draft_release(&drafts[1]);
	assert_int_equal(trailer_drafts("s", "s\n\nbody\n", drafts, 4), 0);
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
		cmocka_unit_test(doubts_what_was_cut),
		cmocka_unit_test(ids_survive_rewrapping),
		cmocka_unit_test(notes_round_trip),
		cmocka_unit_test(notes_fold_within_the_margin),
		cmocka_unit_test(notes_survive_strangers),
		cmocka_unit_test(reads_trailers),
		cmocka_unit_test(refuses_bad_cues),
		cmocka_unit_test(keeps_parts_apart),
		cmocka_unit_test(reads_a_broken_subject),
		cmocka_unit_test(doubts_where_it_stands),
		cmocka_unit_test(doubts_what_runs_on),
		cmocka_unit_test(doubts_what_does_not_stand_alone),
		cmocka_unit_test(finds_what_follows),
		cmocka_unit_test(leaves_what_does_not_follow),
		cmocka_unit_test(consequences_keep_the_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
