/* Fill in the middle: a function with one block taken out, the rest of it and its context given. */
#include "example/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MIN 8 /* a shorter function has no middle */
#define BLOCK_MIN 2 /* lines */
#define BLOCK_MAX 24
#define LINES_PER_HOLE 24 /* one more example for every so many lines */
#define HOLES_MAX 4

struct hole {
	size_t first, end; /* lines */
};

static int emit_hole(struct generator *generator, uint32_t symbol, const char *text, size_t len,
	const struct line *lines, struct hole hole)
{
	const struct graph *graph = generator->graph;
	const struct graph_file *file = &graph->files[graph->symbols[symbol].file];
	size_t start = lines[hole.first].start, end = lines[hole.end - 1].end;
	struct origin origin;

	generator_begin(generator);
	origin = generator_origin(generator, symbol);
	origin.context = add_context(generator, symbol, true, &generator->prompt);
	buf_add(&generator->prompt, text, start);
	add_comment(&generator->prompt, file, "... missing here ...");
	buf_add(&generator->prompt, text + end, len - end);
	buf_addf(&generator->prompt, "\nWrite the missing lines of %s.\n",
		graph->symbols[symbol].qualified);
	buf_add(&generator->answer, text + start, end - start);
	origin.cyclomatic = count_branches(text + start, end - start);
	return generator_emit(generator, &origin);
}

/* False for "} else {", "except:", ")": what only goes on with something above it. */
static bool starts_something(const char *text, const struct line *line)
{
	static const char *const words[] = {"else", "elif", "except", "finally", "case", "default",
		"catch", "rescue", "and ", "or "};
	const char *at = text + line->start + strspn(text + line->start, " \t");

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strncmp(at, words[i], strlen(words[i])))
			return false;
	/* A comment alone is no answer: nothing in the code says what it would be. */
	if (!strncmp(at, "/*", 2) || !strncmp(at, "//", 2) || *at == '#' || *at == '*')
		return false;
	return !strchr("})].,&|?:", *at);
}

/* Starts looking at a place that the function's own hash chooses: spread, yet always the same. */
static bool find_hole(
	const char *text, const struct line *lines, size_t count, uint64_t seed, struct hole *out)
{
	size_t inner = count - 3; /* neither the head, nor its first line, nor the last one */

	for (size_t i = 0; i < inner; i++) {
		size_t first = 2 + (seed + i) % inner;
		size_t end;

		if (first + 1 >= count || lines[first].indent <= lines[0].indent ||
			!starts_something(text, &lines[first]))
			continue;
		end = block_end(text, lines, count, first);
		if (end - first < BLOCK_MIN || end - first > BLOCK_MAX || end >= count)
			continue;
		out->first = first;
		out->end = end;
		return true;
	}
	return false;
}

static int on_function(struct generator *generator, uint32_t symbol)
{
	const struct graph_symbol *s = &generator->graph->symbols[symbol];
	size_t len, count, holes;
	const char *text = symbol_text(generator, symbol, &len);
	struct line *lines = split_lines(text, len, &count);
	int rc = 0;

	holes = count < LINES_MIN || s->kind == SYMBOL_TEST ? 0 : 1 + count / LINES_PER_HOLE;
	for (size_t i = 0; i < holes && i < HOLES_MAX && !rc; i++) {
		struct hole hole;

		if (find_hole(text, lines, count, s->body / (i + 1), &hole))
			rc = emit_hole(generator, symbol, text, len, lines, hole);
	}
	free(lines);
	return rc;
}

static int generate(struct generator *generator)
{
	return generator_each_function(generator, on_function);
}

const struct example_kind kind_middle = {
	.name = "fill-in-middle",
	.summary = "the missing block of a function, given what stands around it",
	.generate = generate,
};
