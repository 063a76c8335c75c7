/* git flywheel parse: the facts of one file, for people who write a language's queries. */
#include "flywheel/command.h"

#include "flywheel/language.h"
#include "flywheel/parse.h"
#include "flywheel/scrub.h"
#include "util/error.h"
#include "util/file.h"
#include "util/options.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX ((size_t)64 << 20)

static void print_text(const char *before, const char *text)
{
	struct buf out = BUF_INIT;

	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		buf_addstr(&out, before);
		buf_add_printable(&out, line, len);
		buf_addch(&out, '\n');
		line += len + (line[len] == '\n');
	}
	fputs(out.ptr, stdout);
	buf_release(&out);
}

static void print_definitions(
	const struct facts *facts, const struct buf *text, struct scrubber *scrubber)
{
	static const char *const kinds[] = {"function", "method", "type", "constant", "test"};
	static const char *const visible[] = {"", " family", " private", " local"};
	struct buf doc = BUF_INIT;

	for (uint32_t i = 0; i < facts->definition_count; i++) {
		const struct fact_definition *at = &facts->definitions[i];

		printf("%u-%u %s %s%s", at->line, at->end_line, kinds[at->kind],
			facts->text + at->qualified, visible[at->visibility]);
		if (at->cyclomatic)
			printf(" cyclomatic=%u cognitive=%u nesting=%u parameters=%u",
				at->cyclomatic, at->cognitive, at->nesting, at->parameters);
		putchar('\n');
		if (at->owner)
			print_text("\towner ", facts->text + at->owner);
		if (at->returns)
			print_text("\treturns ", facts->text + at->returns);
		print_text("\tsignature ", facts->text + at->signature);
		buf_clear(&doc);
		doc_words(scrubber, text->ptr, text->len, at, &doc);
		print_text("\tdoc ", doc.ptr);
	}
	buf_release(&doc);
}

static void print_references(const struct facts *facts)
{
	static const char *const kinds[] = {"call", "declaration", "base", "new", "type", "value"};

	for (uint32_t i = 0; i < facts->import_count; i++) {
		const struct fact_import *at = &facts->imports[i];

		printf("%u %s %s", at->line, at->again ? "reexport" : "import",
			facts->text + at->module);
		if (at->name)
			printf(" name=%s", facts->text + at->name);
		if (at->alias)
			printf(" as=%s", facts->text + at->alias);
		putchar('\n');
	}
	for (uint32_t i = 0; i < facts->reference_count; i++) {
		const struct fact_reference *at = &facts->references[i];

		printf("%u %s ", at->line, kinds[at->kind]);
		if (at->receiver)
			printf("%s . ", facts->text + at->receiver);
		printf("%s", facts->text + at->name);
		if (at->arguments)
			printf(" arguments=%d", at->arguments - 1);
		if (at->from != PARSE_NONE)
			printf(" in %s", facts->text + facts->definitions[at->from].qualified);
		putchar('\n');
	}
}

static void print_bindings(const struct facts *facts)
{
	static const char *const kinds[] = {
		"type", "name", "call", "parameter", "argument", "return", "element"};

	for (uint32_t i = 0; i < facts->binding_count; i++) {
		const struct fact_binding *at = &facts->bindings[i];

		printf("bind %s", kinds[at->kind]);
		if (at->kind == BINDING_PARAMETER || at->kind == BINDING_ARGUMENT)
			printf(" %u", at->index);
		printf(" %s = %s", facts->text + at->name, facts->text + at->value);
		if (at->from != PARSE_NONE)
			printf(" in %s", facts->text + facts->definitions[at->from].qualified);
		putchar('\n');
	}
}

static void print_facts(
	const struct facts *facts, const struct buf *text, struct scrubber *scrubber)
{
	struct buf words = BUF_INIT;

	if (facts->skip != PARSE_OK)
		printf("skipped: %s\n", parse_skip_name(facts->skip));
	print_definitions(facts, text, scrubber);
	print_references(facts);
	print_bindings(facts);
	for (uint32_t i = 0; i < facts->comment_count; i++) {
		const struct fact_comment *at = &facts->comments[i];

		buf_clear(&words);
		comment_words(text->ptr + at->start, at->end - at->start, &words);
		printf("%u-%u comment\n", at->line, at->end_line);
		print_text("\t", words.ptr);
	}
	buf_release(&words);
}

static int parse_file(const char *path)
{
	struct languages *languages = NULL;
	const struct language *language = NULL;
	struct grammar *grammar = NULL;
	struct scrubber *scrubber = NULL;
	struct buf text = BUF_INIT, bytes = BUF_INIT;
	struct facts facts = {.text = NULL};
	int rc = file_read(path, FILE_MAX, &text);

	if (!rc)
		rc = languages_load(&languages);
	if (!rc) {
		language = languages_find(languages, path);
		if (!language)
			language = languages_of_script(languages, text.ptr, text.len);
		if (!language)
			rc = fail(E_INVALID, "'%s' is in no language that is known", path);
	}
	if (!rc)
		rc = language_grammar(language, &grammar);
	if (!rc) {
		parse_text(grammar, text.ptr, text.len, &bytes);
		rc = facts_decode(bytes.ptr, bytes.len, &facts);
	}
	if (!rc)
		rc = scrubber_open_for_code(NULL, &scrubber);
	if (!rc)
		print_facts(&facts, &text, scrubber);
	scrubber_free(scrubber);
	facts_release(&facts);
	grammar_free(grammar);
	languages_free(languages);
	buf_release(&text);
	buf_release(&bytes);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	const struct option_spec specs[] = {OPTIONS_END};
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left != 1)
		return command_usage(self, "name one file");
	code = parse_file(argv[0]);
	return code ? command_fail(code) : EXIT_OK;
}

const struct command command_parse = {
	.name = "parse",
	.summary = "print what is found in one file, to try a language's queries",
	.usage = "parse <file>",
	.group = "plumbing",
	.run = run,
};
