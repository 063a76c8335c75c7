/* Structural context in words: who calls, what is called, which role, as the house would say it. */
#include "example/internal.h"

#include <string.h>

#define HUB_CALLERS 10
#define SUMMARY_MAX 240

const char *symbol_role(const struct graph *graph, uint32_t symbol)
{
	const struct graph_symbol *s = &graph->symbols[symbol];
	uint32_t first, end = graph_calls_to(graph, symbol, &first), outside = 0;

	for (uint32_t i = first; i < end; i++)
		outside += graph->edges[graph->incoming[i]].file != s->file;
	if (s->kind == SYMBOL_TEST)
		return "test";
	if (!s->fan_in)
		return s->fan_out ? "entry point" : "unreferenced";
	if (s->fan_in >= HUB_CALLERS)
		return "hub";
	if (!s->fan_out)
		return "leaf";
	if (s->fan_out == 1 && s->cyclomatic <= 2)
		return "adapter";
	return outside * 2 > end - first ? "boundary" : "internal step";
}

static bool names_target(const struct graph_edge *edge)
{
	return edge->kind == EDGE_CALL && edge->to != GRAPH_NONE &&
	       (edge->confidence == EDGE_RESOLVED || edge->confidence == EDGE_LIKELY);
}

/* Adds a name once; a name from another file says where it lives. */
static void add_name(const struct graph *graph, uint32_t symbol, uint32_t home, struct buf *out)
{
	const struct graph_symbol *s = &graph->symbols[symbol];

	buf_addf(out, "%s%s", out->len ? ", " : "", s->qualified);
	if (s->file != home)
		buf_addf(out, " (%s)", graph->files[s->file].path);
}

unsigned add_callers(const struct graph *graph, uint32_t symbol, struct buf *out)
{
	uint32_t first, end = graph_calls_to(graph, symbol, &first);
	uint32_t seen[EXAMPLE_CONTEXT_NAMES], used = 0;
	struct buf names = BUF_INIT;

	for (uint32_t i = first; i < end && used < EXAMPLE_CONTEXT_NAMES; i++) {
		const struct graph_edge *edge = &graph->edges[graph->incoming[i]];
		bool again =
			edge->from == GRAPH_NONE || edge->from == symbol || !names_target(edge);

		for (uint32_t k = 0; k < used && !again; k++)
			again = seen[k] == edge->from;
		if (again)
			continue;
		seen[used++] = edge->from;
		add_name(graph, edge->from, graph->symbols[symbol].file, &names);
	}
	buf_add(out, names.ptr, names.len);
	buf_release(&names);
	return used ? EXAMPLE_HAS_CALLERS : 0;
}

unsigned add_callees(const struct graph *graph, uint32_t symbol, struct buf *out)
{
	uint32_t first, end = graph_edges_of(graph, symbol, &first);
	uint32_t seen[EXAMPLE_CONTEXT_NAMES], used = 0;
	struct buf names = BUF_INIT;

	for (uint32_t i = first; i < end && used < EXAMPLE_CONTEXT_NAMES; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		bool again = !names_target(edge) || edge->to == symbol;

		for (uint32_t k = 0; k < used && !again; k++)
			again = seen[k] == edge->to;
		if (again)
			continue;
		seen[used++] = edge->to;
		add_name(graph, edge->to, graph->symbols[symbol].file, &names);
	}
	buf_add(out, names.ptr, names.len);
	buf_release(&names);
	return used ? EXAMPLE_HAS_CALLEES : 0;
}

void add_comment(struct buf *out, const struct graph_file *file, const char *text)
{
	bool hash = file->language &&
		    (!strcmp(file->language, "python") || !strcmp(file->language, "ruby") ||
			    !strcmp(file->language, "bash"));

	buf_addf(out, hash ? "# %s\n" : "/* %s */\n", text);
}

void add_summary(struct buf *out, const char *doc, size_t max)
{
	size_t start = out->len;

	for (const char *at = doc; *at && out->len - start < max; at++) {
		if (at[0] == '\n' && at[1] == '\n')
			break;
		if (*at != '\n' && *at != '\r' && *at != '\t' && *at != ' ')
			buf_addch(out, *at);
		else if (out->len > start && out->ptr[out->len - 1] != ' ')
			buf_addch(out, ' ');
	}
	if (out->len - start >= max) /* cut at a word, never inside a character */
		while (out->len > start && out->ptr[out->len - 1] != ' ')
			buf_truncate(out, out->len - 1);
	buf_trim(out);
}

static void add_labelled(
	struct buf *out, const struct graph_file *file, const char *label, struct buf *value)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "%s: %s", label, value->ptr);
	add_comment(out, file, line.ptr);
	buf_release(&line);
	buf_clear(value);
}

unsigned add_context(struct generator *generator, uint32_t symbol, bool doc, struct buf *out)
{
	const struct graph *graph = generator->graph;
	const struct graph_symbol *s = &graph->symbols[symbol];
	const struct graph_file *file = &graph->files[s->file];
	struct buf value = BUF_INIT;
	unsigned flags = EXAMPLE_HAS_ROLE;

	add_comment(out, file, file->path);
	buf_addstr(&value, symbol_role(graph, symbol));
	add_labelled(out, file, "role", &value);
	flags |= add_callers(graph, symbol, &value);
	if (value.len)
		add_labelled(out, file, "called by", &value);
	flags |= add_callees(graph, symbol, &value);
	if (value.len)
		add_labelled(out, file, "calls", &value);
	if (doc && *graph_doc(graph, s)) {
		add_summary(&value, graph_doc(graph, s), SUMMARY_MAX);
		if (value.len)
			add_labelled(out, file, "purpose", &value);
	}
	buf_release(&value);
	return flags;
}

void add_reference_line(struct generator *generator, const struct graph_edge *edge, struct buf *out)
{
	const struct buf *text = generator_text(generator, edge->file);
	size_t start = edge->start, end = edge->start;

	if (start >= text->len)
		return;
	while (start && text->ptr[start - 1] != '\n')
		start--;
	while (end < text->len && text->ptr[end] != '\n')
		end++;
	while (start < end && (text->ptr[start] == ' ' || text->ptr[start] == '\t'))
		start++;
	buf_add(out, text->ptr + start, end - start);
}

void add_dedented(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;
	size_t margin = strspn(text, " \t");

	if (margin >= len)
		margin = 0;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t skip = 0;

		stop = stop ? stop + 1 : end;
		while (skip < margin && text + skip < stop &&
			(text[skip] == ' ' || text[skip] == '\t'))
			skip++;
		buf_add(out, text + skip, (size_t)(stop - text) - skip);
		text = stop;
	}
}
