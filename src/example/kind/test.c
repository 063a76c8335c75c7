/* Write the test: a function, and the name of a test that calls it, give the test's code. */
#include "example/internal.h"

#include <ctype.h>
#include <string.h>

#define SUBJECT_CALLERS 8 /* a function with more is a tool of the tests, unless they name it */
#define NAME_MIN 4

/* Length of `name` when `test` contains it, whatever the case and underscores. */
static size_t named_in(const char *test, const char *name)
{
	if (strlen(name) < NAME_MIN)
		return 0;
	for (; *test; test++) {
		const char *a = test, *b = name;

		while (*a && *b) {
			if (*a == '_' && *b != '_')
				a++;
			else if (*b == '_' && *a != '_')
				b++;
			else if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
				break;
			else
				a++, b++;
		}
		if (!*b)
			return strlen(name);
	}
	return 0;
}

/* Test support and what everybody calls is not what a test is about. */
static bool is_support(const struct graph *graph, uint32_t symbol)
{
	const struct graph_symbol *s = &graph->symbols[symbol];

	return s->kind == SYMBOL_TEST || strstr(graph->files[s->file].path, "test");
}

/* What a test is about: the callee that its name mentions, else the least used one elsewhere. */
static uint32_t subject_of(const struct graph *graph, uint32_t test)
{
	const struct graph_symbol *t = &graph->symbols[test];
	uint32_t first, end = graph_edges_of(graph, test, &first), best = GRAPH_NONE;
	long best_score = -1;

	for (uint32_t i = first; i < end; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		const struct graph_symbol *to;
		long score;

		if (edge->kind != EDGE_CALL || edge->to == GRAPH_NONE ||
			edge->confidence > EDGE_LIKELY)
			continue;
		to = &graph->symbols[edge->to];
		if (to->file == t->file || is_support(graph, edge->to) ||
			!symbol_is_code(graph, edge->to))
			continue;
		if (to->fan_in > SUBJECT_CALLERS && !named_in(t->name, to->name))
			continue;
		score = 100000 * (long)named_in(t->name, to->name) +
			(to->fan_in < 99999 ? 99999 - (long)to->fan_in : 0);
		if (score > best_score) {
			best_score = score;
			best = edge->to;
		}
	}
	return best;
}

static int on_function(struct generator *generator, uint32_t symbol)
{
	const struct graph *graph = generator->graph;
	struct origin origin;
	uint32_t subject;
	const char *text;
	size_t len;

	if (graph->symbols[symbol].kind != SYMBOL_TEST)
		return 0;
	subject = subject_of(graph, symbol);
	if (subject == GRAPH_NONE)
		return 0;
	generator_begin(generator);
	text = symbol_text(generator, subject, &len);
	if (len > EXAMPLE_CODE_MAX)
		return 0;
	add_context(generator, subject, true, &generator->prompt);
	add_dedented(&generator->prompt, text, len);
	buf_addf(&generator->prompt, "\nWrite the test %s in %s, which tests %s.\n",
		graph->symbols[symbol].qualified, graph->files[graph->symbols[symbol].file].path,
		graph->symbols[subject].qualified);
	text = symbol_text(generator, symbol, &len);
	add_dedented(&generator->answer, text, len);
	origin = generator_origin(generator, symbol);
	origin.context = EXAMPLE_HAS_CALLEES | EXAMPLE_HAS_ROLE;
	return generator_emit(generator, &origin);
}

static int generate(struct generator *generator)
{
	return generator_each_function(generator, on_function);
}

const struct example_kind kind_test = {
	.name = "test",
	.summary = "the test of a function, as the tests of this repository are written",
	.generate = generate,
};
