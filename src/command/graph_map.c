/* Questions about the whole: modules in their layers, and what crosses from one to another. */
#include "command/graph_request.h"

#include "flywheel/graph_metric.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_WIDTH 44

static int pad_to(int width, const char *text)
{
	int len = (int)strlen(text);

	return len < width ? width - len : 0;
}

static void print_modules(const struct modules *modules)
{
	uint32_t top = 0;
	int width = 0;

	for (uint32_t i = 0; i < modules->count; i++) {
		int len = (int)strlen(modules->items[i].path);

		top = modules->items[i].layer > top ? modules->items[i].layer : top;
		width = len > width ? len : width;
	}
	width = width > PATH_WIDTH ? PATH_WIDTH : width;
	for (uint32_t layer = top + 1; layer--;) {
		printf("layer %u\n", layer);
		for (uint32_t i = 0; i < modules->count; i++) {
			const struct module *module = &modules->items[i];

			if (module->layer != layer)
				continue;
			print_foreign("    ", module->path, "");
			printf("%*s", pad_to(width, module->path), "");
			printf("  %4u files %7u lines %6u symbols; edges %u inside, %u in, %u out",
				module->files, module->lines, module->symbols, module->inside,
				module->in, module->out);
			if (module->ring)
				printf("; in ring %u", module->ring);
			putchar('\n');
		}
	}
}

static struct js *link_json(const struct modules *modules, const struct module_link *link)
{
	struct js *out = js_object();

	js_set_text(out, "from", modules->items[link->from].path);
	js_set_text(out, "to", modules->items[link->to].path);
	js_set_number(out, "edges", link->total);
	for (int kind = 0; kind < EDGE_KIND_COUNT; kind++)
		if (link->edges[kind])
			js_set_number(out, edge_kind_name((enum edge_kind)kind), link->edges[kind]);
	js_set_bool(out, "upward", link->upward);
	return out;
}

static void modules_json(const struct modules *modules)
{
	struct js *all = js_object(), *items = js_array(), *links = js_array();

	for (uint32_t i = 0; i < modules->count; i++) {
		const struct module *module = &modules->items[i];
		struct js *item = js_object();

		js_set_text(item, "path", module->path);
		js_set_number(item, "layer", module->layer);
		js_set_number(item, "ring", module->ring);
		js_set_number(item, "files", module->files);
		js_set_number(item, "lines", module->lines);
		js_set_number(item, "symbols", module->symbols);
		js_set_number(item, "inside", module->inside);
		js_set_number(item, "in", module->in);
		js_set_number(item, "out", module->out);
		js_set_real(item, "pageRank", module->rank);
		js_add(items, item);
	}
	for (uint32_t i = 0; i < modules->link_count; i++)
		js_add(links, link_json(modules, &modules->links[i]));
	js_set(all, "modules", items);
	js_set(all, "links", links);
	print_json(all);
}

static void draw_modules(const struct graph_request *request, const struct modules *modules)
{
	struct drawing drawing = draw_begin(request);
	char text[64];

	for (uint32_t i = 0; i < modules->count; i++) {
		snprintf(text, sizeof(text), "layer %u, %u lines", modules->items[i].layer,
			modules->items[i].lines);
		draw_node(&drawing, i, modules->items[i].path, text, false);
	}
	for (uint32_t i = 0; i < modules->link_count; i++) {
		const struct module_link *link = &modules->links[i];

		snprintf(text, sizeof(text), "%u", link->total);
		draw_edge(&drawing, link->from, link->to, text, !link->upward);
	}
	draw_end(&drawing);
}

int graph_ask_modules(struct graph_request *request)
{
	struct modules modules;

	modules_init(&modules, request->graph, request->depth < 0 ? 0 : (uint32_t)request->depth);
	if (request->json)
		modules_json(&modules);
	else if (request->dot || request->mermaid)
		draw_modules(request, &modules);
	else
		print_modules(&modules);
	modules_release(&modules);
	return EXIT_OK;
}

static int by_weight(const void *left, const void *right)
{
	const struct module_link *a = left, *b = right;

	if (a->total != b->total)
		return a->total > b->total ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static void print_link(
	const struct graph *graph, const struct modules *modules, const struct module_link *link)
{
	const struct graph_edge *example = &graph->edges[link->example];

	printf("%6u  ", link->total);
	print_foreign("", modules->items[link->from].path, " -> ");
	print_foreign("", modules->items[link->to].path, link->upward ? "  upward (" : "  (");
	for (int kind = 0, shown = 0; kind < EDGE_KIND_COUNT; kind++)
		if (link->edges[kind])
			printf("%s%u %s", shown++ ? ", " : "", link->edges[kind],
				edge_kind_name((enum edge_kind)kind));
	fputs("), as ", stdout);
	print_place(graph, example->file, example->line);
	putchar('\n');
}

/* Pairs of modules, the most edges first. */
static void list_links(const struct graph_request *request, struct modules *modules)
{
	size_t left = request->limit < 0 ? 20 : (size_t)request->limit;
	struct js *all = request->json ? js_array() : NULL;

	if (modules->link_count)
		qsort(modules->links, modules->link_count, sizeof(*modules->links), by_weight);
	for (uint32_t i = 0; i < modules->link_count && left; i++) {
		const struct module_link *link = &modules->links[i];

		if (!modules_apart(modules->items[link->from].path, modules->items[link->to].path))
			continue;
		left--;
		if (all)
			js_add(all, link_json(modules, link));
		else
			print_link(request->graph, modules, link);
	}
	if (all)
		print_json(all);
}

static void print_edge(const struct graph *graph, const struct graph_edge *edge)
{
	printf("%-7s %-9s ", edge_kind_name(edge->kind), confidence_name(edge->confidence));
	print_place(graph, edge->file, edge->line);
	print_foreign(" ", symbol_label(graph, edge->from), " -> ");
	if (edge->kind == EDGE_IMPORT) {
		print_foreign("", graph->files[edge->to].path, "\n");
	} else {
		print_place(graph, graph->symbols[edge->to].file, graph->symbols[edge->to].line);
		print_foreign(" ", symbol_label(graph, edge->to), "\n");
	}
}

static struct js *edge_json(const struct graph *graph, const struct graph_edge *edge)
{
	struct js *out = js_object();

	js_set_text(out, "edge", edge_kind_name(edge->kind));
	js_set_text(out, "confidence", confidence_name(edge->confidence));
	js_set_text(out, "path", graph->files[edge->file].path);
	js_set_number(out, "line", edge->line);
	if (edge->from != GRAPH_NONE)
		js_set(out, "from", symbol_json_short(graph, edge->from));
	if (edge->kind == EDGE_IMPORT)
		js_set_text(out, "to", graph->files[edge->to].path);
	else
		js_set(out, "to", symbol_json_short(graph, edge->to));
	return out;
}

/* The single edges that leave a folder, or those into another one. */
static int list_edges(const struct graph_request *request)
{
	const struct graph *graph = request->graph;
	const char *from = request->words[0], *into = request->count > 1 ? request->words[1] : NULL;
	struct js *all = request->json ? js_array() : NULL;
	uint32_t found = 0;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		const char *target;

		if (edge->to == GRAPH_NONE || edge->confidence > EDGE_LIKELY ||
			!path_is_inside(graph->files[edge->file].path, from))
			continue;
		target = graph->files[edge->kind == EDGE_IMPORT ? edge->to
								: graph->symbols[edge->to].file]
				 .path;
		if (path_is_inside(target, from) || (into && !path_is_inside(target, into)))
			continue;
		found++;
		if (all)
			js_add(all, edge_json(graph, edge));
		else
			print_edge(graph, edge);
	}
	if (all)
		print_json(all);
	return found ? EXIT_OK : EXIT_NO;
}

int graph_ask_cross_domain(struct graph_request *request)
{
	struct modules modules;

	if (request->count)
		return list_edges(request);
	modules_init(&modules, request->graph, request->depth < 0 ? 0 : (uint32_t)request->depth);
	list_links(request, &modules);
	modules_release(&modules);
	return EXIT_OK;
}
