/* Opening the graph of a tree, and the small questions that are asked of it. */
#include "graph/internal.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/name.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

const char *symbol_kind_name(enum symbol_kind kind)
{
	static const char *const names[] = {"function", "method", "type", "constant", "test"};

	return names[kind];
}

const char *edge_kind_name(enum edge_kind kind)
{
	static const char *const names[] = {"call", "import", "inherit", "type", "test", "value"};

	return names[kind];
}

const char *confidence_name(enum confidence confidence)
{
	static const char *const names[] = {"resolved", "likely", "ambiguous", "external"};

	return names[confidence];
}

char *graph_module(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
}

static void add_symbols(struct whole *whole, struct source_file *file, uint32_t index)
{
	struct graph *graph = &whole->graph;
	const struct facts *facts = &file->facts;

	file->first_symbol = graph->symbol_count;
	for (uint32_t i = 0; i < facts->definition_count; i++) {
		const struct fact_definition *fact = &facts->definitions[i];

		graph->symbols[graph->symbol_count++] = (struct graph_symbol){.file = index,
			.parent = fact->parent == PARSE_NONE ? GRAPH_NONE
							     : file->first_symbol + fact->parent,
			.kind = fact->kind,
			.visibility = fact->visibility,
			.name = facts->text + fact->name,
			.qualified = facts->text + fact->qualified,
			.signature = facts->text + fact->signature,
			.line = fact->line,
			.end_line = fact->end_line,
			.start = fact->start,
			.end = fact->end,
			.cyclomatic = fact->cyclomatic,
			.cognitive = fact->cognitive,
			.nesting = fact->nesting,
			.parameters = fact->parameters,
			.body = fact->body};
	}
}

/* Symbols by name: a counting sort keeps their order. */
static void index_names(struct whole *whole)
{
	const struct graph *graph = &whole->graph;
	uint32_t names = 0;

	whole->name_of = xcalloc(graph->symbol_count + (size_t)1, sizeof(uint32_t));
	whole->named = xcalloc(graph->symbol_count + (size_t)1, sizeof(uint32_t));
	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		bool added;
		struct map_entry *entry =
			map_put_str(&whole->names, graph->symbols[i].name, &added);

		if (added)
			entry->value.num = names++;
		whole->name_of[i] = (uint32_t)entry->value.num;
	}
	whole->first_named = xcalloc(names + (size_t)2, sizeof(uint32_t));
	for (uint32_t i = 0; i < graph->symbol_count; i++)
		whole->first_named[whole->name_of[i] + 2]++;
	for (uint32_t i = 0; i < names; i++)
		whole->first_named[i + 2] += whole->first_named[i + 1];
	for (uint32_t i = 0; i < graph->symbol_count; i++)
		whole->named[whole->first_named[whole->name_of[i] + 1]++] = i;
}

static void build(struct whole *whole)
{
	struct graph *graph = &whole->graph;
	struct snapshot *snapshot = &whole->snapshot;
	size_t symbols = 0;

	for (uint32_t i = 0; i < snapshot->count; i++)
		symbols += snapshot->files[i].facts.definition_count;
	graph->files = xcalloc(snapshot->count + (size_t)1, sizeof(*graph->files));
	graph->symbols = xcalloc(symbols + 1, sizeof(*graph->symbols));
	graph->file_count = snapshot->count;
	for (uint32_t i = 0; i < snapshot->count; i++) {
		struct source_file *file = &snapshot->files[i];

		add_symbols(whole, file, i);
		graph->files[i] = (struct graph_file){.path = file->path,
			.language = file->skipped ? NULL : language_name(file->language),
			.skipped = file->skipped,
			.blob = file->blob,
			.first_symbol = file->first_symbol,
			.symbol_count = file->facts.definition_count,
			.lines = file->facts.lines};
	}
	index_names(whole);
}

uint32_t name_number(const struct whole *whole, const char *name, size_t len)
{
	const struct map_entry *entry = map_get(&whole->names, name, len);

	return entry ? (uint32_t)entry->value.num : NAME_UNKNOWN;
}

struct span numbered(const struct whole *whole, uint32_t number)
{
	if (number == NAME_UNKNOWN)
		return (struct span){NULL, 0};
	return (struct span){whole->named + whole->first_named[number],
		whole->first_named[number + 1] - whole->first_named[number]};
}

struct span named(const struct whole *whole, const char *name)
{
	return numbered(whole, name_number(whole, name, strlen(name)));
}

static uint32_t first_from(struct span span, uint32_t symbol)
{
	uint32_t low = 0, high = span.count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (span.symbols[middle] < symbol)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct span of_file(const struct whole *whole, struct span span, uint32_t file)
{
	const struct graph_file *in = &whole->graph.files[file];
	uint32_t first;

	if (!span.count)
		return span;
	first = first_from(span, in->first_symbol);
	return (struct span){span.symbols + first,
		first_from(span, in->first_symbol + in->symbol_count) - first};
}

struct span named_in(const struct whole *whole, const char *name, uint32_t file)
{
	return of_file(whole, named(whole, name), file);
}

/* Counting sort of the calls by target keeps the order (from, line) that the edges have. */
static void count_calls(struct graph *graph)
{
	uint32_t *place = xcalloc(graph->symbol_count + (size_t)2, sizeof(*place));

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		if (edge->kind != EDGE_CALL)
			continue;
		if (edge->confidence <= EDGE_LIKELY) {
			graph->symbols[edge->to].fan_in++;
			if (edge->from != GRAPH_NONE)
				graph->symbols[edge->from].fan_out++;
		}
		if (edge->to != GRAPH_NONE) {
			place[edge->to + 1]++;
			graph->incoming_count++;
		}
	}
	for (uint32_t i = 0; i < graph->symbol_count; i++)
		place[i + 1] += place[i];
	graph->incoming = xcalloc(graph->incoming_count + (size_t)1, sizeof(uint32_t));
	for (uint32_t i = 0; i < graph->edge_count; i++)
		if (graph->edges[i].kind == EDGE_CALL && graph->edges[i].to != GRAPH_NONE)
			graph->incoming[place[graph->edges[i].to]++] = i;
	free(place);
}

int whole_make(struct whole *whole)
{
	build(whole);
	return resolve(whole);
}

int whole_open(
	struct session *session, const struct oid *tree, bool store_facts, struct whole **out)
{
	struct whole *whole = xcalloc(1, sizeof(*whole));
	int rc = snapshot_load(session, tree, store_facts, &whole->snapshot);

	*out = NULL;
	whole->session = session;
	if (rc) {
		graph_free(&whole->graph);
		return rc;
	}
	rc = whole_make(whole);
	if (rc) {
		graph_free(&whole->graph);
		return rc;
	}
	count_calls(&whole->graph);
	*out = whole;
	return 0;
}

int graph_open(struct session *session, const struct oid *tree, struct graph **out)
{
	struct whole *whole = NULL;
	int rc = whole_open(session, tree, session->store != NULL, &whole);

	*out = whole ? &whole->graph : NULL;
	return rc;
}

void graph_free(struct graph *graph)
{
	struct whole *whole = (struct whole *)graph;

	if (!graph)
		return;
	free(graph->files);
	free(graph->symbols);
	free(graph->edges);
	free(graph->incoming);
	free(whole->name_of);
	free(whole->first_named);
	free(whole->named);
	free(whole->wanted);
	docs_free(whole->docs);
	map_release(&whole->names);
	snapshot_release(&whole->snapshot);
	free(whole);
}

uint32_t graph_find_file(const struct graph *graph, const char *path)
{
	const struct graph_file *found =
		find_by_path(graph->files, graph->file_count, sizeof(*graph->files), path);

	return found ? (uint32_t)(found - graph->files) : GRAPH_NONE;
}

uint32_t graph_symbol_at(const struct graph *graph, uint32_t file, uint32_t line)
{
	const struct graph_file *in = &graph->files[file];
	uint32_t best = GRAPH_NONE;

	/* Symbols come in order of their start: the last one that covers the line is innermost. */
	for (uint32_t i = in->first_symbol; i < in->first_symbol + in->symbol_count; i++)
		if (graph->symbols[i].line <= line && line <= graph->symbols[i].end_line)
			best = i;
	return best;
}

static bool is_called(const struct graph_symbol *symbol, const char *name)
{
	return !strcmp(symbol->name, name) || !strcmp(symbol->qualified, name);
}

int graph_find(const struct graph *graph, const char *name, graph_symbol_fn fn, void *payload)
{
	const struct whole *whole = (const struct whole *)graph;
	struct span span = named(whole, name);
	bool exact = span.count > 0;
	int rc = 0;

	if (!exact)
		span = named(whole, name_last(name));
	for (uint32_t i = 0; i < span.count && !exact; i++)
		exact = is_called(&graph->symbols[span.symbols[i]], name);
	for (uint32_t i = 0; i < span.count && !rc; i++) {
		const struct graph_symbol *symbol = &graph->symbols[span.symbols[i]];

		if (exact ? is_called(symbol, name) : name_ends(symbol->qualified, name))
			rc = fn(graph, span.symbols[i], payload);
	}
	return rc;
}

uint32_t graph_edges_of(const struct graph *graph, uint32_t symbol, uint32_t *first)
{
	uint32_t low = 0, high = graph->edge_count, end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (graph->edges[middle].from < symbol)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < graph->edge_count && graph->edges[end].from == symbol;)
		end++;
	*first = low;
	return end;
}

uint32_t graph_calls_to(const struct graph *graph, uint32_t symbol, uint32_t *first)
{
	uint32_t low = 0, high = graph->incoming_count, end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (graph->edges[graph->incoming[middle]].to < symbol)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low;
		end < graph->incoming_count && graph->edges[graph->incoming[end]].to == symbol;)
		end++;
	*first = low;
	return end;
}
