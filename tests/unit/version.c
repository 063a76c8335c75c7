/* Whatever is edited, the facts of a version are those of a whole parse, byte for byte. */
#include "test.h"

#include "flywheel/language.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define EDITS 30
#define LONG 3000 /* what stands in a text so long is kept by itself */

/* A generator of our own: the same edits on every machine. */
static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*state >> 33);
}

static size_t any_line(const struct buf *text, uint64_t *state, size_t *len)
{
	size_t at = text->len ? next_random(state) % text->len : 0;
	const char *end;

	while (at && text->ptr[at - 1] != '\n')
		at--;
	end = memchr(text->ptr + at, '\n', text->len - at);
	*len = end ? (size_t)(end - text->ptr) + 1 - at : text->len - at;
	return at;
}

static void replace(struct buf *text, size_t at, size_t len, const char *with, size_t with_len)
{
	struct buf made = BUF_INIT;

	buf_add(&made, text->ptr, at);
	buf_add(&made, with, with_len);
	buf_add(&made, text->ptr + at + len, text->len - at - len);
	buf_release(text);
	*text = made;
}

/* Lines that go, are doubled, moved or come from elsewhere; bytes that break what they stand in. */
static void edit(struct buf *text, const struct buf *other, uint64_t *state)
{
	static const char *const bytes[] = {"{", "}", "(", "\"", "/*", " ", "\n", "x", "#if A\n"};
	uint32_t kind = next_random(state) % 6;
	size_t len, at = any_line(text, state, &len), more, from;
	char *line;

	if (kind == 0) {
		replace(text, at, len, "", 0);
	} else if (kind == 1) {
		line = xstrndup(text->ptr + at, len);
		replace(text, at, 0, line, len);
		free(line);
	} else if (kind == 2) {
		line = xstrndup(text->ptr + at, len);
		replace(text, at, len, "", 0);
		at = any_line(text, state, &more);
		replace(text, at, 0, line, len);
		free(line);
	} else if (kind < 5) {
		from = any_line(other, state, &more);
		more = other->len - from < 400 ? other->len - from : 400;
		replace(text, at, kind == 3 ? len : 0, other->ptr + from, more);
	} else {
		line = xstrdup(bytes[next_random(state) % ARRAY_SIZE(bytes)]);
		replace(text, text->len ? next_random(state) % text->len : 0, 0, line,
			strlen(line));
		free(line);
	}
}

static void check_version(
	struct grammar *grammar, const struct buf *text, struct version **version, const char *path)
{
	struct buf whole = BUF_INIT, along = BUF_INIT;

	parse_text(grammar, text->ptr, text->len, &whole);
	parse_version(grammar, text->ptr, text->len, version, &along);
	if (whole.len != along.len || memcmp(whole.ptr, along.ptr, whole.len) != 0)
		fail_msg("%s: other facts for\n%s", path, text->ptr);
	buf_release(&whole);
	buf_release(&along);
}

static void check_text(const struct facts *a, uint32_t at, const struct facts *b, uint32_t other)
{
	assert_string_equal(a->text + at, b->text + other);
}

static void check_definitions(const struct facts *a, const struct facts *b)
{
	assert_int_equal(a->definition_count, b->definition_count);
	for (uint32_t i = 0; i < a->definition_count; i++) {
		const struct fact_definition *one = &a->definitions[i], *other = &b->definitions[i];

		assert_int_equal(one->kind, other->kind);
		assert_int_equal(one->visibility, other->visibility);
		assert_int_equal(one->parent, other->parent);
		assert_int_equal(one->start, other->start);
		assert_int_equal(one->end, other->end);
		assert_int_equal(one->line, other->line);
		assert_int_equal(one->end_line, other->end_line);
		assert_int_equal(one->cyclomatic, other->cyclomatic);
		assert_int_equal(one->cognitive, other->cognitive);
		assert_int_equal(one->nesting, other->nesting);
		assert_int_equal(one->parameters, other->parameters);
		assert_true(one->body == other->body);
		check_text(a, one->qualified, b, other->qualified);
		check_text(a, one->signature, b, other->signature);
	}
}

static void check_edges(const struct facts *a, const struct facts *b)
{
	assert_int_equal(a->reference_count, b->reference_count);
	for (uint32_t i = 0; i < a->reference_count; i++) {
		assert_int_equal(a->references[i].kind, b->references[i].kind);
		assert_int_equal(a->references[i].from, b->references[i].from);
		assert_int_equal(a->references[i].start, b->references[i].start);
		check_text(a, a->references[i].name, b, b->references[i].name);
		check_text(a, a->references[i].receiver, b, b->references[i].receiver);
	}
	assert_int_equal(a->import_count, b->import_count);
	for (uint32_t i = 0; i < a->import_count; i++)
		check_text(a, a->imports[i].module, b, b->imports[i].module);
}

/* All versions in the grammar's own memory, the last two kept, as histories are compared. */
static void check_comparable(struct grammar *grammar, const struct strings *texts)
{
	struct facts *whole = xcalloc(texts->count, sizeof(*whole));
	struct version *before = NULL;

	for (size_t i = 0; i < texts->count; i++) {
		struct buf bytes = BUF_INIT;

		parse_text(grammar, texts->items[i], strlen(texts->items[i]), &bytes);
		assert_int_equal(facts_decode(bytes.ptr, bytes.len, &whole[i]), 0);
		buf_release(&bytes);
	}
	versions_begin(grammar);
	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->items[i];
		struct version *version = version_parse(grammar, text, strlen(text), before);

		if (version) {
			check_definitions(&whole[i], version_facts(version));
			check_edges(&whole[i], version_facts(version));
		} else {
			assert_int_equal(whole[i].definition_count, 0);
		}
		version_free(before);
		before = version;
		facts_release(&whole[i]);
	}
	version_abandon(before);
	versions_end(grammar);
	free(whole);
}

/* The text some times over, within one thing that holds it all. */
static void wrap(struct buf *text, const char *language)
{
	static const char *const around[][3] = {{"c", "#ifdef A\n", "#endif\n"},
		{"cpp", "namespace n {\n", "}\n"}, {"c_sharp", "namespace n {\n", "}\n"},
		{"java", "class Around {\n", "}\n"}, {"rust", "mod around {\n", "}\n"},
		{"ruby", "module Around\n", "end\n"}, {"python", "class Around:\n", ""},
		{"javascript", "function around() {\n", "}\n"},
		{"typescript", "function around() {\n", "}\n"}, {"bash", "around() {\n", "}\n"}};
	struct buf made = BUF_INIT;
	size_t at = 0;

	while (at < ARRAY_SIZE(around) && strcmp(around[at][0], language) != 0)
		at++;
	if (at < ARRAY_SIZE(around))
		buf_addstr(&made, around[at][1]);
	while (made.len < LONG && text->len) {
		for (const char *line = text->ptr; *line;) {
			size_t len = strcspn(line, "\n");

			len += line[len] == '\n';
			buf_addstr(&made, strcmp(language, "python") ? "" : "\t");
			buf_add(&made, line, len);
			line += len;
		}
	}
	if (at < ARRAY_SIZE(around))
		buf_addstr(&made, around[at][2]);
	buf_release(text);
	*text = made;
}

static void walk(struct grammar *grammar, const char *language, const char *path, const char *other,
	uint64_t seed)
{
	struct buf text = BUF_INIT, more = BUF_INIT, original;
	struct version *version = NULL;
	struct strings texts = STRINGS_INIT;

	assert_int_equal(file_read(path, 1 << 20, &text), 0);
	assert_int_equal(file_read(other, 1 << 20, &more), 0);
	if (seed % 2)
		wrap(&text, language);
	original = (struct buf)BUF_INIT;
	buf_add(&original, text.ptr, text.len);
	for (int i = 0; i < EDITS; i++) {
		check_version(grammar, &text, &version, path);
		strings_add_len(&texts, text.ptr, text.len);
		edit(&text, &more, &seed);
		if (i % 20 == 19) { /* back again, which is much at once */
			check_version(grammar, &text, &version, path);
			buf_clear(&text);
			buf_add(&text, original.ptr, original.len);
		}
	}
	version_free(version);
	check_comparable(grammar, &texts);
	strings_release(&texts);
	buf_release(&original);
	buf_release(&text);
	buf_release(&more);
}

/* A golden input, another one of its language or the same, and its number. */
struct input {
	struct grammar *grammar;
	const char *language, *path, *other;
	uint64_t number;
};

static void each_input(void (*fn)(const struct input *input, void *payload), void *payload)
{
	struct languages *languages = NULL;
	glob_t found;

	assert_int_equal(languages_load(&languages), 0);
	assert_int_equal(glob("tests/language/*/*/input.*", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct input input = {.path = found.gl_pathv[i],
			.other = found.gl_pathv[i ? i - 1 : 0],
			.number = i};
		const struct language *language = languages_find(languages, input.path);

		if (!language)
			continue;
		if (languages_find(languages, input.other) != language)
			input.other = input.path;
		input.language = language_name(language);
		assert_int_equal(language_grammar(language, &input.grammar), 0);
		fn(&input, payload);
		grammar_free(input.grammar);
	}
	globfree(&found);
	languages_free(languages);
}

static void on_walked_input(const struct input *input, void *payload)
{
	(void)payload;
	walk(input->grammar, input->language, input->path, input->other, input->number);
}

static void edited_files_have_the_facts_of_whole_ones(void **state)
{
	(void)state;
	each_input(on_walked_input, NULL);
}

/* A text and its facts, by a whole parse. */
struct known {
	struct buf text, bytes;
	struct facts facts;
};

static void know(struct grammar *grammar, const struct buf *text, struct known *out)
{
	*out = (struct known){.text = BUF_INIT, .bytes = BUF_INIT};
	buf_add(&out->text, text->ptr, text->len);
	parse_text(grammar, text->ptr, text->len, &out->bytes);
	assert_int_equal(facts_decode(out->bytes.ptr, out->bytes.len, &out->facts), 0);
}

static void forget(struct known *known)
{
	buf_release(&known->text);
	buf_release(&known->bytes);
	facts_release(&known->facts);
}

static void check_near(
	struct grammar *grammar, const struct known *by, const struct buf *text, size_t *near)
{
	struct near_text old = {by->text.ptr, by->text.len, &by->facts};
	struct buf out = BUF_INIT;
	struct known whole;

	if (!parse_near(grammar, &old, text->ptr, text->len, &out)) {
		assert_int_equal(out.len, 0);
		return;
	}
	know(grammar, text, &whole);
	if (out.len != whole.bytes.len || memcmp(out.ptr, whole.bytes.ptr, out.len) != 0)
		fail_msg("other facts for\n%s", text->ptr);
	++*near;
	forget(&whole);
	buf_release(&out);
}

/*
 * A long text between a head and a tail, edited here and there. Returns how often it need not be
 * parsed as a whole.
 */
static size_t edit_long(const struct input *input, const char *head, const char *tail)
{
	struct grammar *grammar = input->grammar;
	uint64_t seed = input->number;
	struct buf text = BUF_INIT, more = BUF_INIT;
	struct known original;
	size_t near = 0;

	assert_int_equal(file_read(input->path, 1 << 20, &more), 0);
	buf_addstr(&text, head);
	while (text.len < LONG * 5 && more.len)
		buf_add(&text, more.ptr, more.len);
	buf_addstr(&text, tail);
	buf_clear(&more);
	assert_int_equal(file_read(input->other, 1 << 20, &more), 0);
	know(grammar, &text, &original);
	for (int i = 0; i < EDITS; i++) {
		for (int k = 0; k <= i % 3; k++)
			edit(&text, &more, &seed);
		check_near(grammar, &original, &text, &near);
		buf_clear(&text);
		buf_add(&text, original.text.ptr, original.text.len);
	}
	forget(&original);
	buf_release(&text);
	buf_release(&more);
	return near;
}

struct near_count {
	size_t all, in_ruby;
};

static void on_edited_input(const struct input *input, void *payload)
{
	struct near_count *count = payload;
	size_t near = edit_long(input, "", "");

	count->all += near;
	count->in_ruby += strcmp(input->language, "ruby") ? 0 : near;
}

static void facts_of_a_near_text_are_those_of_a_whole_one(void **state)
{
	struct near_count near = {0, 0};

	(void)state;
	each_input(on_edited_input, &near);
	assert_true(near.all > 2 * EDITS);
	assert_int_equal(near.in_ruby, 0); /* a variable at file level reaches from part to part */
}

static void on_guarded_input(const struct input *input, void *payload)
{
	size_t *near = payload;

	if (!strcmp(input->language, "c") || !strcmp(input->language, "cpp"))
		*near += edit_long(input,
			"/* Of old. */\n\n#ifndef A_H\n#define A_H\n\n#include <a.h>\nint b(int a, "
			"@ c);\n",
			"\n#endif /* A_H */\n");
}

static void a_guard_around_a_header_is_no_matter(void **state)
{
	size_t near = 0;

	(void)state;
	each_input(on_guarded_input, &near);
	assert_true(near > EDITS / 3); /* none before: most edits break something */
}

static void what_cannot_be_gone_on_from_is_let_go(void **state)
{
	struct languages *languages = NULL;
	struct grammar *grammar = NULL;
	struct version *version = NULL;
	struct buf text = BUF_INIT;

	(void)state;
	assert_int_equal(languages_load(&languages), 0);
	assert_int_equal(language_grammar(languages_named(languages, "c"), &grammar), 0);
	buf_addstr(&text, "int f(void)\n{\n\treturn g();\n}\n");
	check_version(grammar, &text, &version, "a.c");
	assert_non_null(version);
	assert_true(version_size(version) > text.len);
	buf_add(&text, "\0\0", 2); /* binary */
	check_version(grammar, &text, &version, "a.c");
	assert_null(version);
	buf_clear(&text);
	check_version(grammar, &text, &version, "a.c");
	buf_addstr(&text, "int h(void) { return f(); }\n");
	check_version(grammar, &text, &version, "a.c");
	assert_non_null(version);
	for (int i = 0; i < 15000; i++)
		buf_addstr(&text, "0x00, 0xff, 0x55,\n"); /* the parser is lost in them */
	check_version(grammar, &text, &version, "a.c");
	assert_null(version);
	version_free(NULL);
	buf_release(&text);
	grammar_free(grammar);
	languages_free(languages);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(edited_files_have_the_facts_of_whole_ones),
		cmocka_unit_test(facts_of_a_near_text_are_those_of_a_whole_one),
		cmocka_unit_test(a_guard_around_a_header_is_no_matter),
		cmocka_unit_test(what_cannot_be_gone_on_from_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
