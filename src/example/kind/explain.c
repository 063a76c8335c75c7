/* What is this function for, and where does it stand? The doc comment, then the graph's facts. */
#include "example/internal.h"

#include <string.h>

#define DOC_MAX 1200

/* "It is a hub of src/x.c (cyclomatic complexity 7)." and who is on either side of it. */
static unsigned add_place(struct generator *generator, uint32_t symbol, struct buf *out)
{
	const struct graph *graph = generator->graph;
	const struct graph_symbol *s = &graph->symbols[symbol];
	struct buf names = BUF_INIT;
	unsigned flags = EXAMPLE_HAS_ROLE;

	buf_addf(out, "In %s it is %s %s", graph->files[s->file].path,
		strchr("aeiou", symbol_role(graph, symbol)[0]) ? "an" : "a",
		symbol_role(graph, symbol));
	if (s->cyclomatic > 1)
		buf_addf(out, " with %u branch%s", s->cyclomatic - 1u,
			s->cyclomatic > 2 ? "es" : "");
	buf_addstr(out, ".");
	flags |= add_callers(graph, symbol, &names);
	if (names.len)
		buf_addf(out, " It is called by %s.", names.ptr);
	buf_clear(&names);
	flags |= add_callees(graph, symbol, &names);
	if (names.len)
		buf_addf(out, " It relies on %s.", names.ptr);
	buf_addch(out, '\n');
	buf_release(&names);
	return flags;
}

static int on_function(struct generator *generator, uint32_t symbol)
{
	const struct graph_symbol *s = &generator->graph->symbols[symbol];
	struct origin origin;
	const char *text, *doc;
	size_t len;

	if (s->kind == SYMBOL_TEST)
		return 0;
	doc = graph_doc(generator->graph, s);
	generator_begin(generator);
	origin = generator_origin(generator, symbol);
	text = symbol_text(generator, symbol, &len);
	add_comment(&generator->prompt, &generator->graph->files[s->file],
		generator->graph->files[s->file].path);
	add_dedented(&generator->prompt, text, len);
	buf_addf(&generator->prompt, "\nWhat is %s for, and where does it stand in the design?\n",
		s->qualified);
	if (*doc) {
		add_summary(&generator->answer, doc, DOC_MAX);
		buf_addch(&generator->answer, '\n');
	}
	origin.context = add_place(generator, symbol, &generator->answer);
	if (!*doc) /* without its author's words it only repeats the graph */
		origin.context = EXAMPLE_HAS_ROLE;
	return generator_emit(generator, &origin);
}

static int generate(struct generator *generator)
{
	return generator_each_function(generator, on_function);
}

const struct example_kind kind_explain = {
	.name = "explain",
	.summary = "what a function is for and where it stands in the design",
	.generate = generate,
};
