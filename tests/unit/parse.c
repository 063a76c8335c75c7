/* parse: predicates, queries that must be refused, facts as bytes, and texts that hurt parsers. */
#include "test.h"

#include "flywheel/language.h"
#include "flywheel/parse.h"
#include "flywheel/scrub.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

const struct TSLanguage *tree_sitter_c(void);

static int open_query(const char *tags, struct grammar **out)
{
	static const char *const receivers[] = {NULL};
	struct grammar_source source = {"test", tags, tree_sitter_c, "", receivers, false, false};

	return grammar_open(&source, NULL, out);
}

static void facts_of(struct grammar *grammar, const char *text, size_t len, struct facts *out)
{
	struct buf bytes = BUF_INIT;

	parse_text(grammar, text, len, &bytes);
	assert_int_equal(facts_decode(bytes.ptr, bytes.len, out), 0);
	buf_release(&bytes);
}

/* The names that a query finds in a text, each followed by a space. */
static void assert_finds(const char *tags, const char *text, const char *names)
{
	struct grammar *grammar = NULL;
	struct buf found = BUF_INIT;
	struct facts facts;

	assert_int_equal(open_query(tags, &grammar), 0);
	facts_of(grammar, text, strlen(text), &facts);
	for (uint32_t i = 0; i < facts.reference_count; i++)
		buf_addf(&found, "%s ", facts.text + facts.references[i].name);
	assert_string_equal(found.ptr, names);
	buf_release(&found);
	facts_release(&facts);
	grammar_free(grammar);
}

#define CALLS "int f(void) { one(1); two(two); three(3); }"
#define CALL(predicate)                                                                            \
	"((call_expression function: (identifier) @name arguments: (argument_list (_) @_a)) "      \
	"@reference.call " predicate ")"

static void predicates_filter(void **state)
{
	(void)state;
	assert_finds(CALL(""), CALLS, "one two three ");
	assert_finds(CALL("(#eq? @name \"two\")"), CALLS, "two ");
	assert_finds(CALL("(#eq? @name @_a)"), CALLS, "two ");
	assert_finds(CALL("(#not-eq? @name \"two\")"), CALLS, "one three ");
	assert_finds(CALL("(#not-eq? @name @_a)"), CALLS, "one three ");
	assert_finds(CALL("(#match? @name \"^t\")"), CALLS, "two three ");
	assert_finds(CALL("(#any-of? @name \"one\" \"three\")"), CALLS, "one three ");
	assert_finds(CALL("(#any-of? @name \"on\" \"threes\")"), CALLS, "");
	assert_finds(CALL("(#match? @name \"e$\") (#not-eq? @name \"one\")"), CALLS, "three ");
}

static void predicates_change_parts(void **state)
{
	(void)state;
	assert_finds(CALL("(#strip! @name \"^t|e$\")"), CALLS, "on wo hre ");
	assert_finds(CALL("(#strip! @name \"zzz\")"), CALLS, "one two three ");
	assert_finds(CALL("(#strip! @name \".*\")"), CALLS, "");
}

static void assert_doc(
	const struct fact_definition *definition, const char *text, const char *expected)
{
	struct scrubber *scrubber = NULL;
	struct buf words = BUF_INIT;

	assert_int_equal(scrubber_open_for_code(NULL, &scrubber), 0);
	doc_words(scrubber, text, strlen(text), definition, &words);
	assert_string_equal(words.ptr, expected);
	scrubber_free(scrubber);
	buf_release(&words);
}

static void select_adjacent_drops_what_is_far(void **state)
{
	static const char text[] = "/* far */\n\nint f(void) {}\n/* near */\nint g(void) {}\n";
	static const char tags[] =
		"((comment) @doc . (function_definition declarator: (function_declarator "
		"declarator: (identifier) @name)) @definition.function "
		"(#select-adjacent! @doc @definition.function))";
	struct grammar *grammar = NULL;
	struct facts facts;

	(void)state;
	assert_int_equal(open_query(tags, &grammar), 0);
	facts_of(grammar, text, strlen(text), &facts);
	assert_int_equal(facts.definition_count, 2);
	assert_doc(&facts.definitions[0], text, "");
	assert_doc(&facts.definitions[1], text, "near");
	facts_release(&facts);
	grammar_free(grammar);
}

static void assert_refused(const char *tags, const char *words)
{
	struct grammar *grammar = NULL;

	assert_int_equal(open_query(tags, &grammar), E_INVALID);
	assert_null(grammar);
	assert_non_null(strstr(error_message(), words));
}

static void bad_queries_are_refused(void **state)
{
	(void)state;
	assert_refused("(comment) @speech", "unknown capture @speech");
	assert_refused("(comment) @decision.maybe", "unknown capture @decision.maybe");
	assert_refused("((comment) @comment (#is-nice? @comment))", "unknown predicate #is-nice?");
	assert_refused("((comment) @comment (#eq? @comment))", "wrong arguments for #eq?");
	assert_refused("((comment) @comment (#eq? \"a\" @comment))", "wrong arguments for #eq?");
	assert_refused("((comment) @comment (#match? @comment \"(\"))", "#match?");
	assert_refused("\n(no_such_node) @comment", "line 2: unknown node type");
	assert_refused("(comment @comment", "cannot read '@comment'");
	assert_refused("(comment", "a bracket is not closed");
	assert_refused("(function_definition nobody: (_)) @comment", "unknown field 'nobody'");
	assert_refused("(expression) @comment", "supertypes");
}

static struct grammar *c_grammar(struct languages **languages)
{
	struct grammar *grammar = NULL;

	assert_int_equal(languages_load(languages), 0);
	assert_int_equal(language_grammar(languages_named(*languages, "c"), &grammar), 0);
	return grammar;
}

static void all_languages_load(void **state)
{
	struct languages *languages = NULL;

	(void)state;
	assert_int_equal(languages_load(&languages), 0);
	assert_true(languages_count(languages) >= 2);
	for (size_t i = 0; i < languages_count(languages); i++) {
		struct grammar *grammar = NULL;

		assert_int_equal(language_grammar(languages_at(languages, i), &grammar), 0);
		grammar_free(grammar);
	}
	languages_free(languages);
}

static void languages_are_found_by_path_and_script(void **state)
{
	static const char *const scripts[] = {"#!/usr/bin/python\n", "#! /usr/bin/python3.11 -u\n",
		"#!/usr/bin/env python3\n", "#!/usr/bin/env -S python3 -u"};
	struct languages *languages = NULL;

	(void)state;
	assert_int_equal(languages_load(&languages), 0);
	assert_string_equal(language_name(languages_find(languages, "a/b.c/x.py")), "python");
	assert_string_equal(language_name(languages_find(languages, "SConstruct")), "python");
	assert_null(languages_find(languages, "a.c/README"));
	assert_null(languages_find(languages, ".c"));
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++)
		assert_string_equal(language_name(languages_of_script(
					    languages, scripts[i], strlen(scripts[i]))),
			"python");
	assert_string_equal(
		language_name(languages_of_script(languages, "#!/bin/sh\n", 10)), "bash");
	assert_null(languages_of_script(languages, "#!/bin/awk\n", 11));
	assert_null(languages_of_script(languages, "#!", 2));
	assert_null(languages_of_script(languages, "#!/pythonic\n", 12));
	languages_free(languages);
}

static enum parse_skip skip_of(struct grammar *grammar, const char *text, size_t len)
{
	struct facts facts;
	enum parse_skip skip;

	facts_of(grammar, text, len, &facts);
	skip = facts.skip;
	assert_int_equal(facts.size, len);
	facts_release(&facts);
	return skip;
}

static void content_that_is_no_source_is_skipped(void **state)
{
	struct languages *languages;
	struct grammar *grammar = c_grammar(&languages);
	char line[2000];

	(void)state;
	memset(line, 'a', sizeof(line));
	assert_int_equal(skip_of(grammar, "", 0), PARSE_OK);
	assert_int_equal(skip_of(grammar, "int a;\0", 7), PARSE_BINARY);
	assert_int_equal(skip_of(grammar, "/* \xe9 */", 7), PARSE_OK);
	assert_int_equal(skip_of(grammar, "/* \xc3\xa9 */", 8), PARSE_OK);
	assert_int_equal(skip_of(grammar, line, 1001), PARSE_MINIFIED);
	assert_int_equal(skip_of(grammar, line, 101), PARSE_MINIFIED);
	line[50] = '\n';
	assert_int_equal(skip_of(grammar, line, 150), PARSE_OK);
	grammar_free(grammar);
	languages_free(languages);
}

static void repeat(struct buf *out, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		buf_addstr(out, text);
}

static void deep_nesting_ends(void **state)
{
	struct languages *languages;
	struct grammar *grammar = c_grammar(&languages);
	struct buf text = BUF_INIT;
	struct facts facts;

	(void)state;
	buf_addstr(&text, "int f(void) {\n");
	repeat(&text, "if (x) {\n", 10000);
	repeat(&text, "}\n", 10001);
	buf_addstr(&text, "int g(void) { return (\n");
	repeat(&text, "(\n", 10000);
	buf_addstr(&text, "1");
	repeat(&text, ")\n", 10001);
	buf_addstr(&text, "; }\nint h(void) {\n");
	repeat(&text, "while (x) {\n", 10000); /* never closed */
	facts_of(grammar, text.ptr, text.len, &facts);
	assert_int_equal(facts.skip, PARSE_OK);
	assert_true(facts.definition_count >= 1);
	assert_int_equal(facts.definitions[0].nesting, 10000);
	facts_release(&facts);
	buf_release(&text);
	grammar_free(grammar);
	languages_free(languages);
}

static void a_parser_that_is_lost_ends(void **state)
{
	struct languages *languages;
	struct grammar *grammar = c_grammar(&languages);
	struct buf text = BUF_INIT;

	(void)state;
	repeat(&text, "0x00, 0xff, 0x55,\n", 15000);
	assert_int_equal(skip_of(grammar, text.ptr, text.len), PARSE_COMPLEX);
	buf_clear(&text);
	buf_addstr(&text, "int all[] = {\n");
	repeat(&text, "0x00, 0xff, 0x55,\n", 15000);
	buf_addstr(&text, "};\n");
	assert_int_equal(skip_of(grammar, text.ptr, text.len), PARSE_OK);
	buf_release(&text);
	grammar_free(grammar);
	languages_free(languages);
}

/* Whatever bytes stand in the sidecar: an error or facts that are safe to walk. */
/* Names and types are left out of signatures that are kept, and a text may look like that. */
static void signatures_come_back(void **state)
{
	static const char *const cases[][2] = {
		{"long along(long a) { }", "long along(long a)"},
		{"int a(int aa, int a) { }", "int a(int aa, int a)"},
		{"int f(int a[sizeof(\"\1\2\")]) { }", "int f(int a[sizeof(\" \")])"},
	};
	struct grammar *grammar = NULL;
	struct facts facts;

	(void)state;
	assert_int_equal(open_query("(function_definition type: (_) @returns declarator: "
				    "(function_declarator declarator: (identifier) @name)) "
				    "@definition.function",
				 &grammar),
		0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		facts_of(grammar, cases[i][0], strlen(cases[i][0]), &facts);
		assert_int_equal(facts.definition_count, 1);
		assert_string_equal(facts.text + facts.definitions[0].signature, cases[i][1]);
		facts_release(&facts);
	}
	grammar_free(grammar);
}

static void damaged_facts_are_refused(void **state)
{
	static const char text[] = "#include \"a.h\"\n/* doc */\nint f(int a) { return g(a); }\n"
				   "struct s { int x; };\n";
	struct languages *languages;
	struct grammar *grammar = c_grammar(&languages);
	struct scrubber *scrubber = NULL;
	struct buf bytes = BUF_INIT, words = BUF_INIT;
	struct facts facts;

	(void)state;
	assert_int_equal(scrubber_open_for_code(NULL, &scrubber), 0);
	parse_text(grammar, text, strlen(text), &bytes);
	for (size_t len = 0; len < bytes.len; len++) {
		char *cut = xmalloc(len + 1); /* its own block, so that a sanitizer sees its end */

		memcpy(cut, bytes.ptr, len);
		assert_int_equal(facts_decode(cut, len, &facts), E_INVALID);
		free(cut);
	}
	for (size_t i = 0; i < bytes.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			bytes.ptr[i] = (char)(bytes.ptr[i] ^ 1 << bit);
			if (!facts_decode(bytes.ptr, bytes.len, &facts)) {
				for (uint32_t k = 0; k < facts.definition_count; k++)
					doc_words(scrubber, text, strlen(text),
						&facts.definitions[k], &words);
				facts_release(&facts);
			}
			bytes.ptr[i] = (char)(bytes.ptr[i] ^ 1 << bit);
		}
	scrubber_free(scrubber);
	buf_release(&words);
	buf_release(&bytes);
	grammar_free(grammar);
	languages_free(languages);
}

static void assert_words(const char *comment, const char *words)
{
	struct buf out = BUF_INIT;

	comment_words(comment, strlen(comment), &out);
	assert_string_equal(out.ptr, words);
	buf_release(&out);
}

static void comments_lose_their_markers(void **state)
{
	(void)state;
	assert_words("/* one */", "one");
	assert_words("/*\n * two\n *\n * parts\n **/", "two\n\nparts");
	assert_words("// a\n\t// b", "a\nb");
	assert_words("### c", "c");
	assert_words("/***/", "");
	assert_words("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(predicates_filter),
		cmocka_unit_test(predicates_change_parts),
		cmocka_unit_test(select_adjacent_drops_what_is_far),
		cmocka_unit_test(bad_queries_are_refused),
		cmocka_unit_test(all_languages_load),
		cmocka_unit_test(languages_are_found_by_path_and_script),
		cmocka_unit_test(content_that_is_no_source_is_skipped),
		cmocka_unit_test(deep_nesting_ends),
		cmocka_unit_test(a_parser_that_is_lost_ends),
		cmocka_unit_test(signatures_come_back),
		cmocka_unit_test(damaged_facts_are_refused),
		cmocka_unit_test(comments_lose_their_markers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
