/*
 * House patterns: functions of one shape (the same keywords and punctuation, whatever the names)
 * form a family. Two of it are shown, and another one like these is asked for.
 */
#include "example/internal.h"

#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MIN 4
#define FAMILY_MIN 3
#define FAMILY_MAX 60 /* members that make examples */

struct member {
	uint64_t shape;
	uint32_t symbol;
};
struct families {
	struct member *members;
	size_t count, capacity;
};

static bool is_keyword(const char *word, size_t len)
{
	static const char *const words[] = {"if", "else", "for", "while", "do", "switch", "case",
		"default", "return", "goto", "break", "continue", "sizeof", "def", "class", "elif",
		"try", "except", "finally", "raise", "with", "yield", "lambda", "pass", "in", "is",
		"not", "and", "or", "None", "NULL", "del", "await", "async", "assert"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && !memcmp(words[i], word, len))
			return true;
	return false;
}

/* Adds one token's contribution and returns where the next one starts. */
static size_t add_token(const char *text, size_t len, size_t at, uint64_t *shape)
{
	size_t start = at;
	char mark = text[at];

	if (isalnum((unsigned char)mark) || mark == '_') {
		while (at < len && (isalnum((unsigned char)text[at]) || text[at] == '_'))
			at++;
		if (is_keyword(text + start, at - start)) {
			*shape = hash_bytes(text + start, at - start, *shape);
			return at;
		}
		mark = isdigit((unsigned char)mark) ? '0' : 'a';
	} else if (mark == '"' || mark == '\'') {
		for (at++; at < len && text[at] != mark && text[at] != '\n'; at++)
			at += text[at] == '\\';
		at = at < len ? at + 1 : len;
		mark = '"';
	} else {
		at++;
	}
	*shape = hash_bytes(&mark, 1, *shape);
	return at;
}

static uint64_t shape_of(const char *text, size_t len)
{
	uint64_t shape = 0;

	for (size_t at = 0; at < len;)
		if (isspace((unsigned char)text[at]))
			at++;
		else
			at = add_token(text, len, at, &shape);
	return shape;
}

static int by_shape(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	if (a->shape != b->shape)
		return a->shape < b->shape ? -1 : 1;
	return a->symbol < b->symbol ? -1 : a->symbol > b->symbol;
}

static void add_sibling(struct generator *generator, uint32_t symbol)
{
	const struct graph_symbol *s = &generator->graph->symbols[symbol];
	size_t len;
	const char *text = symbol_text(generator, symbol, &len);

	add_comment(&generator->prompt, &generator->graph->files[s->file],
		generator->graph->files[s->file].path);
	add_dedented(&generator->prompt, text, len);
	buf_addstr(&generator->prompt, "\n\n");
}

static int emit_member(
	struct generator *generator, const struct member *family, size_t count, size_t at)
{
	const struct graph *graph = generator->graph;
	uint32_t symbol = family[at].symbol;
	struct origin origin;
	const char *text;
	size_t len;

	generator_begin(generator);
	add_sibling(generator, family[(at + count - 2) % count].symbol);
	add_sibling(generator, family[(at + count - 1) % count].symbol);
	buf_addf(&generator->prompt,
		"%zu functions have this shape. Add another one like these: %s\n", count,
		graph->symbols[symbol].signature);
	origin = generator_origin(generator, symbol);
	/* The family is the structure: it is what the house does when it needs one more. */
	origin.context = EXAMPLE_HAS_FAMILY;
	text = symbol_text(generator, symbol, &len);
	add_dedented(&generator->answer, text, len);
	return generator_emit(generator, &origin);
}

static void collect(struct generator *generator, struct families *families)
{
	const struct graph *graph = generator->graph;

	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		const struct graph_symbol *s = &graph->symbols[i];
		const char *text;
		size_t len;

		if (!symbol_is_code(graph, i) || s->end_line - s->line + 1 < LINES_MIN ||
			s->end - s->start > EXAMPLE_CODE_MAX / 4)
			continue;
		text = symbol_text(generator, i, &len);
		GROW(families->members, families->count, families->capacity);
		families->members[families->count].shape = shape_of(text, len);
		families->members[families->count++].symbol = i;
	}
	if (families->count)
		qsort(families->members, families->count, sizeof(*families->members), by_shape);
}

static int generate(struct generator *generator)
{
	struct families families = {0};
	int rc = 0;

	collect(generator, &families);
	for (size_t i = 0, end; i < families.count && !rc; i = end) {
		for (end = i + 1; end < families.count &&
				  families.members[end].shape == families.members[i].shape;)
			end++;
		if (end - i < FAMILY_MIN)
			continue;
		for (size_t k = i; k < end && k < i + FAMILY_MAX && !rc; k++)
			rc = emit_member(generator, families.members + i, end - i, k - i);
	}
	free(families.members);
	return rc;
}

const struct example_kind kind_pattern = {
	.name = "house-pattern",
	.summary = "one more function of a shape that the house repeats",
	.generate = generate,
};
