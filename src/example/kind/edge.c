/* What a function takes from another module, and at which lines it crosses the border. */
#include "example/internal.h"

#include <stdlib.h>
#include <string.h>

#define CROSSINGS_MIN 2 /* different callees */
#define CROSSINGS_MAX 24

static bool crosses(
	const struct graph *graph, const struct graph_edge *edge, const char *home, char **module)
{
	*module = NULL;
	if (edge->kind != EDGE_CALL || edge->to == GRAPH_NONE || edge->confidence > EDGE_LIKELY)
		return false;
	*module = graph_module(graph->files[graph->symbols[edge->to].file].path);
	if (strcmp(*module, home))
		return true;
	free(*module);
	*module = NULL;
	return false;
}

/* "name of path (what it is for):" and the line of the first call. */
static void add_crossing(struct generator *generator, const struct graph_edge *edge)
{
	const struct graph_symbol *to = &generator->graph->symbols[edge->to];
	const char *doc = graph_doc(generator->graph, to);
	struct buf *out = &generator->answer;

	buf_addf(out, "%s of %s", to->qualified, generator->graph->files[to->file].path);
	if (*doc) {
		buf_addstr(out, " (");
		add_summary(out, doc, 120);
		buf_addch(out, ')');
	}
	buf_addstr(out, ":\n    ");
	add_reference_line(generator, edge, out);
	buf_addch(out, '\n');
}

/* One example for a function and one module that it reaches into; each callee is named once. */
static int emit_module(
	struct generator *generator, uint32_t symbol, const char *home, const char *module)
{
	const struct graph *graph = generator->graph;
	uint32_t first, end = graph_edges_of(graph, symbol, &first), crossings = 0;
	struct map seen = MAP_INIT;
	struct origin origin;
	int rc;

	generator_begin(generator);
	origin = generator_origin(generator, symbol);
	origin.context = add_context(generator, symbol, true, &generator->prompt);
	buf_addf(&generator->prompt,
		"%s stands in module %s. What does it take from module %s, and where?\n",
		graph->symbols[symbol].qualified, home, module);
	for (uint32_t i = first; i < end && crossings < CROSSINGS_MAX; i++) {
		char *other = NULL;
		bool added = false;

		if (crosses(graph, &graph->edges[i], home, &other) && !strcmp(other, module))
			map_put(&seen, (const char *)&graph->edges[i].to, sizeof(uint32_t), &added);
		if (added) {
			add_crossing(generator, &graph->edges[i]);
			crossings++;
		}
		free(other);
	}
	if (crossings < CROSSINGS_MIN) /* one call over the border is no dependency to speak of */
		origin.context = EXAMPLE_HAS_ROLE;
	rc = generator_emit(generator, &origin);
	map_release(&seen);
	return rc;
}

static int on_function(struct generator *generator, uint32_t symbol)
{
	const struct graph *graph = generator->graph;
	char *home = graph_module(graph->files[graph->symbols[symbol].file].path);
	uint32_t first, end = graph_edges_of(graph, symbol, &first);
	struct map seen = MAP_INIT;
	bool test = graph->symbols[symbol].kind == SYMBOL_TEST; /* it may call anything */
	int rc = 0;

	for (uint32_t i = first; i < end && !rc && !test; i++) {
		char *module = NULL;
		bool added = false;

		if (crosses(graph, &graph->edges[i], home, &module))
			map_put_str(&seen, module, &added);
		if (added)
			rc = emit_module(generator, symbol, home, module);
		free(module);
	}
	map_release(&seen);
	free(home);
	return rc;
}

static int generate(struct generator *generator)
{
	return generator_each_function(generator, on_function);
}

const struct example_kind kind_edge = {
	.name = "module-edge",
	.summary = "what a function takes from another module, and where",
	.generate = generate,
};
