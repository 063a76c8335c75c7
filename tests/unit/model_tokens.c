/*
 * The house model's tokens against the leaves of tree-sitter, on the golden tests' files of every
 * language: outside comments and strings, each leaf should be a token and each token a leaf.
 */
#include "test.h"

#include "flywheel/language.h"
#include "flywheel/model.h"
#include "flywheel/parse.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/memory.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_SHARE 0.94
#define LEAST_IN_SHELL 0.80 /* whose words hold anything: --with=a/b */

struct span {
	size_t start, end;
};

struct spans {
	struct span *items;
	size_t count, capacity;
};

struct comparing {
	struct spans leaves, whole, tokens;
	size_t matched, leaf_count, token_count;
};

static int keep_leaf(size_t start, size_t end, bool whole, void *payload)
{
	struct comparing *comparing = payload;
	struct spans *spans = whole ? &comparing->whole : &comparing->leaves;

	GROW(spans->items, spans->count, spans->capacity);
	spans->items[spans->count++] = (struct span){start, end};
	return 0;
}

static int keep_token(const char *token, size_t len, size_t offset, void *payload)
{
	struct spans *spans = &((struct comparing *)payload)->tokens;

	if (*token == '\n')
		return 0;
	GROW(spans->items, spans->count, spans->capacity);
	spans->items[spans->count++] = (struct span){offset, offset + len};
	return 0;
}

static bool covered(const struct spans *spans, size_t offset)
{
	for (size_t i = 0; i < spans->count; i++)
		if (offset >= spans->items[i].start && offset < spans->items[i].end)
			return true;
	return false;
}

static void compare(struct comparing *comparing)
{
	size_t leaf = 0;

	for (size_t i = 0; i < comparing->tokens.count; i++) {
		const struct span *token = &comparing->tokens.items[i], *other;

		if (covered(&comparing->whole, token->start))
			continue;
		comparing->token_count++;
		while (leaf < comparing->leaves.count &&
			comparing->leaves.items[leaf].start < token->start)
			leaf++;
		other = leaf < comparing->leaves.count ? &comparing->leaves.items[leaf] : NULL;
		if (other && other->start == token->start && other->end == token->end)
			comparing->matched++;
	}
	comparing->leaf_count += comparing->leaves.count;
}

static void read_file(struct grammar *grammar, const char *path, struct comparing *comparing)
{
	struct buf text = BUF_INIT;

	assert_int_equal(file_read(path, 1 << 24, &text), 0);
	comparing->leaves.count = comparing->whole.count = comparing->tokens.count = 0;
	parse_leaves(grammar, text.ptr, text.len, keep_leaf, comparing);
	model_tokenize(text.ptr, text.len, keep_token, comparing);
	compare(comparing);
	buf_release(&text);
}

static void read_folder(const struct language *language, const char *folder,
	struct grammar *grammar, struct comparing *comparing)
{
	DIR *cases = opendir(folder);

	assert_non_null(cases);
	for (struct dirent *one; (one = readdir(cases));)
		for (const char *const *ending = language_extensions(language);
			one->d_name[0] != '.' && strcmp(one->d_name, "broken") && *ending;
			ending++) {
			char *path = xstrfmt("%s/%s/input.%s", folder, one->d_name, *ending);

			if (file_exists(path))
				read_file(grammar, path, comparing);
			free(path);
		}
	closedir(cases);
}

static void tokens_are_leaves(void **state)
{
	struct languages *languages = NULL;

	(void)state;
	assert_int_equal(languages_load(&languages), 0);
	for (size_t i = 0; i < languages_count(languages); i++) {
		const struct language *language = languages_at(languages, i);
		struct comparing comparing = {.matched = 0};
		struct grammar *grammar = NULL;
		char *folder = xstrfmt("tests/language/%s", language_name(language));
		double share;

		assert_int_equal(language_grammar(language, &grammar), 0);
		read_folder(language, folder, grammar, &comparing);
		assert_true(comparing.leaf_count > 100);
		share = 2.0 * (double)comparing.matched /
			(double)(comparing.leaf_count + comparing.token_count);
		print_message("# %s: %zu leaves, %.3f\n", language_name(language),
			comparing.leaf_count, share);
		assert_true(share >= (strcmp(language_name(language), "bash") ? LEAST_SHARE
									      : LEAST_IN_SHELL));
		free(comparing.leaves.items);
		free(comparing.whole.items);
		free(comparing.tokens.items);
		grammar_free(grammar);
		free(folder);
	}
	languages_free(languages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(tokens_are_leaves)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
