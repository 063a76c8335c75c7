/* How one function reaches another: a path of calls with the line of code at each step. */
#include "example/internal.h"

#define CHAIN_MIN 3
#define CHAIN_MAX 5

/*
 * The next step: a call with a known target that was not visited, best the one that leaves the
 * file, then the one that itself calls most. Ties go to the first call in the text.
 */
static uint32_t next_step(const struct graph *graph, const uint32_t *path, size_t length)
{
	uint32_t first, best = GRAPH_NONE;
	uint32_t end = graph_edges_of(graph, path[length - 1], &first);
	long best_score = -1;

	for (uint32_t i = first; i < end; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		bool usable = edge->kind == EDGE_CALL && edge->to != GRAPH_NONE &&
			      edge->confidence == EDGE_RESOLVED && symbol_is_code(graph, edge->to);
		long score;

		for (size_t k = 0; k < length && usable; k++)
			usable = path[k] != edge->to;
		if (!usable)
			continue;
		score = (graph->symbols[edge->to].file != edge->file ? 1000 : 0) +
			graph->symbols[edge->to].fan_out;
		if (score > best_score) {
			best_score = score;
			best = i;
		}
	}
	return best;
}

static int on_function(struct generator *generator, uint32_t symbol)
{
	const struct graph *graph = generator->graph;
	uint32_t path[CHAIN_MAX] = {symbol}, edges[CHAIN_MAX];
	struct origin origin;
	size_t length = 1;

	if (graph->symbols[symbol].kind == SYMBOL_TEST)
		return 0;
	while (length < CHAIN_MAX) {
		uint32_t edge = next_step(graph, path, length);

		if (edge == GRAPH_NONE)
			break;
		edges[length - 1] = edge;
		path[length++] = graph->edges[edge].to;
	}
	if (length < CHAIN_MIN)
		return 0;
	generator_begin(generator);
	origin = generator_origin(generator, symbol);
	origin.context = EXAMPLE_HAS_CALLEES | EXAMPLE_HAS_ROLE;
	add_comment(&generator->prompt, &graph->files[graph->symbols[symbol].file],
		graph->files[graph->symbols[symbol].file].path);
	buf_addf(&generator->prompt,
		"How does %s (%s) come to call %s? Name each step and its line.\n",
		graph->symbols[symbol].qualified, symbol_role(graph, symbol),
		graph->symbols[path[length - 1]].qualified);
	for (size_t i = 0; i + 1 < length; i++) {
		const struct graph_symbol *from = &graph->symbols[path[i]];
		const struct graph_symbol *to = &graph->symbols[path[i + 1]];

		buf_addf(&generator->answer, "%s (%s) calls %s (%s):\n    ", from->qualified,
			graph->files[from->file].path, to->qualified, graph->files[to->file].path);
		add_reference_line(generator, &graph->edges[edges[i]], &generator->answer);
		buf_addch(&generator->answer, '\n');
	}
	return generator_emit(generator, &origin);
}

static int generate(struct generator *generator)
{
	return generator_each_function(generator, on_function);
}

const struct example_kind kind_chain = {
	.name = "call-chain",
	.summary = "how one function comes to call another, step by step",
	.generate = generate,
};
