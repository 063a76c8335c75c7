/* Questions about ways: from one symbol to another by calls, to a file by imports. */
#include "command/graph_request.h"

#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_path(const struct graph *graph, const uint32_t *path, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const struct graph_edge *edge = &graph->edges[path[i]];

		if (!i) {
			print_foreign("", symbol_label(graph, edge->from), "  ");
			print_place(graph, edge->file, graph->symbols[edge->from].line);
			putchar('\n');
		}
		printf("    %-9s line %u: %s ", confidence_name(edge->confidence), edge->line,
			edge->kind == EDGE_CALL ? "calls" : "names");
		print_foreign("", symbol_label(graph, edge->to), "  ");
		print_place(graph, graph->symbols[edge->to].file, graph->symbols[edge->to].line);
		putchar('\n');
	}
}

static void path_json(const struct graph *graph, const uint32_t *path, size_t length)
{
	struct js *all = js_array();

	for (size_t i = 0; i < length; i++) {
		const struct graph_edge *edge = &graph->edges[path[i]];
		struct js *item = js_object();

		js_set_text(item, "edge", edge_kind_name(edge->kind));
		js_set_text(item, "confidence", confidence_name(edge->confidence));
		js_set_text(item, "path", graph->files[edge->file].path);
		js_set_number(item, "line", edge->line);
		js_set(item, "from", symbol_json_short(graph, edge->from));
		js_set(item, "to", symbol_json_short(graph, edge->to));
		js_add(all, item);
	}
	print_json(all);
}

static void draw_path(const struct graph_request *request, const uint32_t *path, size_t length)
{
	const struct graph *graph = request->graph;
	struct drawing drawing = draw_begin(request);

	for (size_t i = 0; i <= length; i++) {
		const struct graph_edge *edge = &graph->edges[path[i < length ? i : length - 1]];
		uint32_t at = i < length ? edge->from : edge->to;

		draw_node(&drawing, at, graph->symbols[at].qualified,
			graph->files[graph->symbols[at].file].path, !i || i == length);
	}
	for (size_t i = 0; i < length; i++) {
		const struct graph_edge *edge = &graph->edges[path[i]];

		draw_edge(&drawing, edge->from, edge->to, NULL,
			edge->kind == EDGE_CALL && edge->confidence <= EDGE_LIKELY);
	}
	draw_end(&drawing);
}

/* The surest way first: a longer one of certain calls says more than a short guess. */
static uint32_t *find_path(const struct graph *graph, const struct symbol_set *from,
	const struct symbol_set *to, size_t *length)
{
	static const struct {
		unsigned kinds;
		enum confidence worst;
	} rounds[] = {{GRAPH_KIND(EDGE_CALL), EDGE_LIKELY}, {GRAPH_CALLS, EDGE_LIKELY},
		{GRAPH_CALLS, EDGE_AMBIGUOUS}};
	uint32_t *path = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rounds) && !path; i++) {
		struct graph_links links;

		graph_links_init(&links, graph, rounds[i].kinds, rounds[i].worst);
		path = graph_path(&links, from->items, from->count, to->items, to->count, length);
		graph_links_release(&links);
	}
	return path;
}

int graph_ask_path(struct graph_request *request)
{
	struct symbol_set from = {NULL, 0, 0}, to = {NULL, 0, 0};
	uint32_t *path = NULL;
	size_t length = 0;

	if (graph_find_words(request, request->words[0], &from) &&
		graph_find_words(request, request->words[1], &to)) {
		path = find_path(request->graph, &from, &to, &length);
		if (request->json)
			path_json(request->graph, path, length);
		else if (path && (request->dot || request->mermaid))
			draw_path(request, path, length);
		else if (path)
			print_path(request->graph, path, length);
		else
			fputs("git-flywheel: no way of calls from the one to the other\n", stderr);
	}
	free(path);
	free(from.items);
	free(to.items);
	return path ? EXIT_OK : EXIT_NO;
}

int graph_ask_importers(struct graph_request *request)
{
	const struct graph *graph = request->graph;
	struct js *all;
	struct graph_importer *found;
	size_t count = 0;
	uint32_t file;

	if (!graph_find_path(request, request->words[0], &file))
		return EXIT_NO;
	found = graph_importers(
		graph, file, request->depth < 0 ? 1 : (uint32_t)request->depth, &count);
	all = request->json ? js_array() : NULL;
	for (size_t i = 0; i < count; i++) {
		const struct graph_edge *edge = &graph->edges[found[i].edge];
		struct js *item;

		if (!all) {
			printf("%*s%-9s ", (int)(4 * (found[i].level - 1)), "",
				confidence_name(edge->confidence));
			print_place(graph, edge->file, edge->line);
			print_foreign("  imports ", graph->files[edge->to].path, "\n");
			continue;
		}
		item = js_object();
		js_set_text(item, "path", graph->files[edge->file].path);
		js_set_number(item, "line", edge->line);
		js_set_text(item, "imports", graph->files[edge->to].path);
		js_set_text(item, "confidence", confidence_name(edge->confidence));
		js_set_number(item, "level", found[i].level);
		js_add(all, item);
	}
	if (all)
		print_json(all);
	free(found);
	return EXIT_OK;
}
