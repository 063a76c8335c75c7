/*
 * tags: our executor of query files against tree-sitter's own, over every language's golden files,
 * whole and cut short. Both must find the same matches; tree-sitter drops one whose captures
 * another has too, and some inside of errors.
 */
#include "test.h"

#include "language/internal.h"
#include "parse/tags.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUDGET 100000000u

struct matches {
	struct strings lines;
	const struct tags *tags; /* of ours, or */
	const TSQuery *query;    /* of theirs */
};

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* "pattern: name start-end, ..." with the captures in order of text. */
static void on_match(const TSQueryMatch *match, void *payload)
{
	struct matches *matches = payload;
	struct strings captures = STRINGS_INIT;
	struct buf line = BUF_INIT;
	uint32_t len;

	for (uint16_t i = 0; i < match->capture_count; i++) {
		const TSQueryCapture *at = &match->captures[i];
		const char *name = matches->tags ? matches->tags->captures.items[at->index]
						 : ts_query_capture_name_for_id(
							   matches->query, at->index, &len);
		char *text = xstrfmt(" %u-%u %s", ts_node_start_byte(at->node),
			ts_node_end_byte(at->node), name);

		strings_add(&captures, text);
		free(text);
	}
	strings_sort_unique(&captures);
	buf_addf(&line, "%u:", match->pattern_index);
	for (size_t i = 0; i < captures.count; i++)
		buf_addstr(&line, captures.items[i]);
	strings_add(&matches->lines, line.ptr);
	strings_release(&captures);
	buf_release(&line);
}

static void theirs(TSQuery *query, TSNode root, struct matches *out)
{
	TSQueryCursor *cursor = ts_query_cursor_new();
	TSQueryMatch match;

	out->query = query;
	ts_query_cursor_exec(cursor, query, root);
	while (ts_query_cursor_next_match(cursor, &match))
		on_match(&match, out);
	ts_query_cursor_delete(cursor);
	strings_sort_unique(&out->lines);
}

static bool has(const struct strings *sorted, const char *line)
{
	return bsearch(&line, sorted->items, sorted->count, sizeof(*sorted->items), compare_texts);
}

/* Every capture of one match is one of the other's. */
static bool covers(const char *wide, const char *narrow)
{
	size_t pattern = strcspn(narrow, ":");
	const char *at = narrow + pattern + 1;

	if (strncmp(wide, narrow, pattern + 1) != 0)
		return false;
	while (*at) {
		size_t len = 1 + strcspn(at + 1, " ");
		char *capture;
		bool found;

		len += 1 + strcspn(at + len + 1, " ");
		capture = xstrndup(at, len);
		found = strstr(wide, capture) != NULL;
		free(capture);
		if (!found)
			return false;
		at += len;
	}
	return true;
}

static bool is_covered(const struct strings *lines, const char *line)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->items[i], line) != 0 && covers(lines->items[i], line))
			return true;
	return false;
}

static void report(const char *path, size_t len, const char *who, const char *line)
{
	fail_msg("%s, first %zu bytes: only %s: %s", path, len, who, line);
}

static void compare(const struct tags *tags, TSQuery *query, TSParser *parser, const char *path,
	const char *text, size_t len, bool whole)
{
	struct matches ours = {.tags = tags}, other = {.tags = NULL};
	TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)len);

	assert_true(tags_run(tags, ts_tree_root_node(tree), BUDGET, on_match, &ours, NULL));
	strings_sort_unique(&ours.lines);
	theirs(query, ts_tree_root_node(tree), &other);
	for (size_t i = 0; i < ours.lines.count && whole; i++)
		if (!has(&other.lines, ours.lines.items[i]) &&
			!is_covered(&other.lines, ours.lines.items[i]))
			report(path, len, "ours", ours.lines.items[i]);
	for (size_t i = 0; i < other.lines.count; i++)
		if (!has(&ours.lines, other.lines.items[i]) &&
			!is_covered(&ours.lines, other.lines.items[i]))
			report(path, len, "theirs", other.lines.items[i]);
	strings_release(&ours.lines);
	strings_release(&other.lines);
	ts_tree_delete(tree);
}

static char *input_of(const char *folder)
{
	DIR *open = opendir(folder);
	const struct dirent *entry;
	char *path = NULL;

	while (open && (entry = readdir(open)))
		if (starts_with(entry->d_name, "input."))
			path = path_join(folder, entry->d_name);
	if (open)
		closedir(open);
	return path;
}

static void compare_file(
	const struct tags *tags, TSQuery *query, TSParser *parser, const char *path)
{
	struct buf text = BUF_INIT;

	assert_int_equal(file_read(path, 1 << 20, &text), 0);
	for (size_t part = 1; part <= 4; part++)
		compare(tags, query, parser, path, text.ptr, text.len * part / 4, part == 4);
	buf_release(&text);
}

static void matches_are_tree_sitters(void **state)
{
	(void)state;
	for (const struct language_data *at = language_table; at->name; at++) {
		char *folder = xstrfmt("tests/language/%s", at->name);
		TSParser *parser = ts_parser_new();
		TSQueryError error = TSQueryErrorNone;
		struct tags *tags = NULL;
		const struct dirent *entry;
		DIR *cases = opendir(folder);
		uint32_t offset = 0;
		TSQuery *query = ts_query_new(
			at->grammar(), at->tags, (uint32_t)strlen(at->tags), &offset, &error);

		if (!query)
			fail_msg("%s: tree-sitter refuses tags.scm at byte %u", at->name, offset);
		assert_true(ts_parser_set_language(parser, at->grammar()));
		assert_int_equal(tags_new(at->grammar(), at->name, at->tags, &tags), 0);
		assert_int_equal(tags->pattern_count, ts_query_pattern_count(query));
		while (cases && (entry = readdir(cases))) {
			char *path, *inner = path_join(folder, entry->d_name);

			path = entry->d_name[0] == '.' ? NULL : input_of(inner);
			if (path)
				compare_file(tags, query, parser, path);
			free(path);
			free(inner);
		}
		if (cases)
			closedir(cases);
		tags_free(tags);
		ts_query_delete(query);
		ts_parser_delete(parser);
		free(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(matches_are_tree_sitters)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
