/* What a test tests: the code that it calls, else the one function that it is named after. */
#include "graph/query/metric.h"
#include "graph/resolve/resolver.h"

#include "util/file.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Folders and file names that hold tests in the conventions of most languages. */
bool path_holds_tests(const char *path)
{
	static const char *const folders[] = {"test/", "tests/", "__tests__/", "spec/"};
	static const char *const ends[] = {"_test", ".test", ".spec", "_spec", "Test", "Tests"};
	const char *base = path_base(path);
	size_t len = strcspn(base, "."), dot;

	for (const char *at = path; at; at = strchr(at, '/'), at += at != NULL)
		for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
			if (starts_with(at, folders[i]))
				return true;
	if (starts_with(base, "test_"))
		return true;
	dot = strrchr(base, '.') ? (size_t)(strrchr(base, '.') - base) : strlen(base);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t n = strlen(ends[i]);

		if ((len > n && !strncmp(base + len - n, ends[i], n)) ||
			(dot > n && !strncmp(base + dot - n, ends[i], n)))
			return true;
	}
	return false;
}

static void mark_tests(struct resolver *self)
{
	const struct graph *graph = self->graph;

	self->tests = xcalloc(graph->file_count + (size_t)1, sizeof(bool));
	for (uint32_t i = 0; i < graph->file_count; i++)
		self->tests[i] = path_holds_tests(graph->files[i].path);
	for (uint32_t i = 0; i < graph->symbol_count; i++)
		if (graph->symbols[i].kind == SYMBOL_TEST)
			self->tests[graph->symbols[i].file] = true;
}

/* Tests may stand beside the code that they test: what they call in their own file is that. */
static bool is_tested(const struct resolver *self, uint32_t test, uint32_t target)
{
	const struct graph_symbol *symbols = self->graph->symbols;
	uint32_t file = symbols[target].file;

	if (symbols[target].kind == SYMBOL_TEST)
		return false;
	return !self->tests[file] ||
	       (file == symbols[test].file && !path_holds_tests(self->graph->files[file].path));
}

/* "test_parse_date", "TestParseDate", "parseDateTest" name the function parse_date or parseDate. */
static uint32_t named_after(const struct resolver *self, uint32_t test)
{
	const struct graph *graph = self->graph;
	const char *name = graph->symbols[test].name;
	uint32_t found = GRAPH_NONE, count = 0;
	struct span span;
	char *subject;

	if (strncmp(name, "test", 4) != 0 && strncmp(name, "Test", 4) != 0)
		return GRAPH_NONE;
	subject = xstrdup(name + 4 + (name[4] == '_'));
	for (int lower = 0; lower < 2 && !count && *subject; lower++) {
		if (lower)
			*subject = (char)tolower((unsigned char)*subject);
		span = named(self->whole, subject);
		for (uint32_t i = 0; i < span.count; i++) {
			const struct graph_symbol *symbol = &graph->symbols[span.symbols[i]];

			if (symbol->kind == SYMBOL_CONSTANT || symbol->file == GRAPH_NONE ||
				!is_tested(self, test, span.symbols[i]) ||
				!language_related(self->snapshot->files[symbol->file].language,
					self->snapshot->files[graph->symbols[test].file].language))
				continue;
			found = span.symbols[i];
			count++;
		}
	}
	free(subject);
	return count == 1 ? found : GRAPH_NONE;
}

/* The test that a symbol is, or is inside of. */
static uint32_t test_around(const struct graph *graph, uint32_t symbol)
{
	while (symbol != GRAPH_NONE && graph->symbols[symbol].kind != SYMBOL_TEST)
		symbol = graph->symbols[symbol].parent;
	return symbol;
}

/* Edges come by symbol, and what stands in a test right after it: `first` is its first edge. */
static bool has_edge(const struct edges *edges, uint32_t first, uint32_t test, uint32_t target)
{
	for (uint32_t i = first; i < edges->count; i++)
		if (edges->items[i].from == test && edges->items[i].to == target)
			return true;
	return false;
}

void add_tests(struct resolver *self)
{
	struct graph *graph = self->graph;
	uint32_t last = GRAPH_NONE, first = 0;
	bool *covered = xcalloc(graph->symbol_count + (size_t)1, sizeof(bool));

	mark_tests(self);
	for (uint32_t i = 0; i < graph->edge_count; i++) {
		struct graph_edge edge = graph->edges[i];
		uint32_t test =
			edge.from == GRAPH_NONE ? GRAPH_NONE : test_around(graph, edge.from);

		if (edge.kind != EDGE_CALL || edge.confidence > EDGE_LIKELY || test == GRAPH_NONE ||
			!is_tested(self, test, edge.to))
			continue;
		covered[test] = true;
		if (test != last)
			first = self->edges->count;
		last = test;
		if (has_edge(self->edges, first, test, edge.to))
			continue;
		edge.from = test;
		edge.kind = EDGE_TEST;
		*add_edge(self) = edge;
	}
	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		uint32_t target = graph->symbols[i].kind == SYMBOL_TEST && !covered[i]
					  ? named_after(self, i)
					  : GRAPH_NONE;

		if (target != GRAPH_NONE)
			*add_edge(self) = (struct graph_edge){.from = i,
				.file = graph->symbols[i].file,
				.to = target,
				.kind = EDGE_TEST,
				.confidence = EDGE_LIKELY,
				.line = graph->symbols[i].line,
				.start = graph->symbols[i].start,
				.name = graph->symbols[i].name};
	}
	free(covered);
	free(self->tests);
}
