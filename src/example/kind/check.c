/* Error handling: a function up to the point where something may have failed, then what is done. */
#include "example/internal.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CHECKS_MAX 6 /* per function */
#define BLOCK_MAX 24 /* lines */

/* Words of a condition that ask whether something failed. */
static const char *const failures[] = {"NULL", "null", "nil", "None", "err", "error", "errno", "rc",
	"ret", "C_ERR", "C_OK", "fail", "failed", "invalid", "missing", "exists", "ok"};
/* Words of a block that leave or clean up. */
static const char *const exits[] = {"return", "goto", "raise", "throw", "exit", "abort", "panic",
	"free", "close", "release", "rollback", "continue", "break"};
static const char *const handlers[] = {"except", "catch", "rescue", "finally"};

static bool has_word(const char *text, size_t len, const char *const *words, size_t count)
{
	for (size_t at = 0; at < len;) {
		size_t start = at;

		while (at < len && (isalnum((unsigned char)text[at]) || text[at] == '_'))
			at++;
		for (size_t i = 0; i < count && at > start; i++)
			if (strlen(words[i]) == at - start &&
				!memcmp(words[i], text + start, at - start))
				return true;
		at += at == start;
	}
	return false;
}

static bool has_text(const char *text, size_t len, const char *part)
{
	size_t n = strlen(part);

	for (size_t at = 0; at + n <= len; at++)
		if (!memcmp(text + at, part, n))
			return true;
	return false;
}

static bool asks_for_failure(const char *text, size_t len)
{
	size_t at = strspn(text, " \t}");

	if (at >= len)
		return false;
	if (has_word(text + at, len - at > 10 ? 10 : len - at, handlers, ARRAY_SIZE(handlers)))
		return true;
	if (strncmp(text + at, "if", 2) || isalnum((unsigned char)text[at + 2]))
		return false;
	return has_word(text, len, failures, ARRAY_SIZE(failures)) || has_text(text, len, "< 0") ||
	       has_text(text, len, "== -1") || has_text(text, len, "(!") ||
	       has_text(text, len, "if not ");
}

static int emit_check(struct generator *generator, uint32_t symbol, const char *text,
	const struct line *lines, size_t first, size_t end)
{
	size_t start = lines[first].start, stop = lines[end - 1].end;
	struct origin origin;

	generator_begin(generator);
	origin = generator_origin(generator, symbol);
	origin.context = add_context(generator, symbol, false, &generator->prompt);
	buf_add(&generator->prompt, text, start);
	buf_addf(&generator->prompt,
		"\nWhat may have gone wrong at this point of %s, and how is it handled here?\n",
		generator->graph->symbols[symbol].qualified);
	buf_add(&generator->answer, text + start, stop - start);
	origin.cyclomatic = count_branches(text + start, stop - start);
	return generator_emit(generator, &origin);
}

static int on_function(struct generator *generator, uint32_t symbol)
{
	size_t len, count, made = 0;
	const char *text = symbol_text(generator, symbol, &len);
	struct line *lines = split_lines(text, len, &count);
	int rc = 0;

	for (size_t i = 1; i + 1 < count && made < CHECKS_MAX && !rc; i++) {
		size_t end, stop;

		if (lines[i].indent < 0 ||
			!asks_for_failure(text + lines[i].start, lines[i].end - lines[i].start))
			continue;
		end = block_end(text, lines, count, i);
		stop = lines[end - 1].end;
		if (end - i > BLOCK_MAX || !has_word(text + lines[i].start, stop - lines[i].start,
						   exits, ARRAY_SIZE(exits)))
			continue;
		rc = emit_check(generator, symbol, text, lines, i, end);
		made++;
	}
	free(lines);
	return rc;
}

static int generate(struct generator *generator)
{
	return generator_each_function(generator, on_function);
}

const struct example_kind kind_check = {
	.name = "error-handling",
	.summary = "what may have failed at this point, and how the house handles it",
	.generate = generate,
};
