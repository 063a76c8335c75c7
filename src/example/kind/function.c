/* Write this function, given its place in the design: who calls it, what it stands on, its role. */
#include "example/internal.h"

static int on_function(struct generator *generator, uint32_t symbol)
{
	const struct graph_symbol *s = &generator->graph->symbols[symbol];
	struct origin origin;
	const char *text;
	size_t len;

	if (s->kind == SYMBOL_TEST)
		return 0;
	generator_begin(generator);
	origin = generator_origin(generator, symbol);
	text = symbol_text(generator, symbol, &len);
	origin.context = add_context(generator, symbol, true, &generator->prompt);
	buf_addf(&generator->prompt, "Write %s: %s\n", s->qualified, s->signature);
	add_dedented(&generator->answer, text, len);
	return generator_emit(generator, &origin);
}

static int generate(struct generator *generator)
{
	return generator_each_function(generator, on_function);
}

const struct example_kind kind_function = {
	.name = "function",
	.summary = "write a function, given callers, callees, role and purpose",
	.generate = generate,
};
