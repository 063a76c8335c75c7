/* Modules are folders: what they hold, how they use each other, and the layers that gives. */
#include "graph/query/metric.h"

#include "util/map.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define STRONGER 4 /* times the edges of the other direction: then that one does not count */

bool modules_apart(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b), shorter = m < n ? m : n;

	if (!strcmp(a, ".") || !strcmp(b, "."))
		return false;
	return strncmp(a, b, shorter) != 0 || (m != n && a[shorter] != '/' && b[shorter] != '/');
}

static char *module_path(const char *path, uint32_t depth)
{
	char *folder = graph_module(path), *at = folder;

	for (uint32_t i = 0; depth && at; i++) {
		at = strchr(at, '/');
		if (at && i + 1 == depth)
			*at = '\0';
		else if (at)
			at++;
		if (i + 1 == depth)
			break;
	}
	return folder;
}

static int compare_modules(const void *left, const void *right)
{
	const struct module *a = left, *b = right;

	return strcmp(a->path, b->path);
}

/* Files come by path, but "a/b.c" stands between "a-b" and "a/b": so sort, then number. */
static void find_modules(struct modules *self, const struct graph *graph, uint32_t depth)
{
	struct map numbers = MAP_INIT;

	self->items = xcalloc(graph->file_count + (size_t)1, sizeof(*self->items));
	self->of_file = xcalloc(graph->file_count + (size_t)1, sizeof(*self->of_file));
	for (uint32_t i = 0; i < graph->file_count; i++) {
		char *path = module_path(graph->files[i].path, depth);
		bool added = false;

		if (graph->files[i].language)
			map_put_str(&numbers, path, &added);
		if (added)
			self->items[self->count++].path = path;
		else
			free(path);
	}
	if (self->count)
		qsort(self->items, self->count, sizeof(*self->items), compare_modules);
	for (uint32_t i = 0; i < self->count; i++)
		map_get_str(&numbers, self->items[i].path)->value.num = i;
	for (uint32_t i = 0; i < graph->file_count; i++) {
		char *path = module_path(graph->files[i].path, depth);

		self->of_file[i] = GRAPH_NONE;
		if (graph->files[i].language)
			self->of_file[i] = (uint32_t)map_get_str(&numbers, path)->value.num;
		free(path);
	}
	map_release(&numbers);
}

static void count_files(struct modules *self, const struct graph *graph)
{
	struct graph_metrics metrics;

	graph_metrics_init(&metrics, graph);
	for (uint32_t i = 0; i < graph->file_count; i++) {
		struct module *module;

		if (self->of_file[i] == GRAPH_NONE)
			continue;
		module = &self->items[self->of_file[i]];
		module->files++;
		module->symbols += graph->files[i].symbol_count;
		module->lines += graph->files[i].lines;
		module->rank += metrics.file_rank[i];
	}
	graph_metrics_release(&metrics);
}

static struct module_link *link_of(
	struct modules *self, struct map *known, uint32_t *room, uint32_t from, uint32_t to)
{
	uint32_t key[2] = {from, to};
	bool added;
	struct map_entry *entry = map_put(known, (const char *)key, sizeof(key), &added);

	if (added) {
		entry->value.num = self->link_count;
		GROW(self->links, self->link_count, *room);
		self->links[self->link_count++] =
			(struct module_link){.from = from, .to = to, .example = GRAPH_NONE};
	}
	return &self->links[entry->value.num];
}

static int compare_links(const void *left, const void *right)
{
	const struct module_link *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static void find_links(struct modules *self, const struct graph *graph)
{
	struct map known = MAP_INIT;
	uint32_t room = 0;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		struct module_link *link;
		uint32_t from = self->of_file[edge->file], to;

		if (edge->to == GRAPH_NONE || edge->confidence > EDGE_LIKELY)
			continue;
		to = self->of_file[edge->kind == EDGE_IMPORT ? edge->to
							     : graph->symbols[edge->to].file];
		if (from == GRAPH_NONE || to == GRAPH_NONE)
			continue;
		if (from == to) {
			self->items[from].inside++;
			continue;
		}
		self->items[from].out++;
		self->items[to].in++;
		link = link_of(self, &known, &room, from, to);
		link->edges[edge->kind]++;
		link->total++;
		if (link->example == GRAPH_NONE || i < link->example)
			link->example = i;
	}
	if (self->link_count)
		qsort(self->links, self->link_count, sizeof(*self->links), compare_links);
	map_release(&known);
}

static void mark_upward(struct modules *self)
{
	for (uint32_t i = 0; i < self->link_count; i++) {
		struct module_link *link = &self->links[i];
		struct module_link key = {.from = link->to, .to = link->from};
		const struct module_link *back =
			bsearch(&key, self->links, self->link_count, sizeof(key), compare_links);

		link->upward = back && back->total > STRONGER * (uint64_t)link->total;
	}
}

/* Strongly connected modules (Tarjan 1972): found in order of their layers, the lowest first. */
struct rings {
	struct modules *modules;
	const uint32_t *first; /* per module: where its links begin */
	uint32_t *index, *low, *stack;
	bool *stacked;
	uint32_t seen, depth, rings;
};

static void close_ring(struct rings *self, uint32_t root)
{
	struct module *items = self->modules->items;
	uint32_t begin = self->depth, layer = 0, ring = 0;

	while (self->stack[--begin] != root)
		;
	if (self->depth - begin > 1)
		ring = ++self->rings;
	for (uint32_t i = begin; i < self->depth; i++)
		items[self->stack[i]].ring = ring;
	for (uint32_t i = begin; i < self->depth; i++) {
		uint32_t at = self->stack[i];

		for (uint32_t k = self->first[at]; k < self->first[at + 1]; k++) {
			const struct module_link *link = &self->modules->links[k];

			/* What is still stacked is of this ring or above it. */
			if (!link->upward && !self->stacked[link->to] &&
				items[link->to].layer + 1 > layer)
				layer = items[link->to].layer + 1;
		}
	}
	for (; self->depth > begin; self->depth--) {
		items[self->stack[self->depth - 1]].layer = layer;
		self->stacked[self->stack[self->depth - 1]] = false;
	}
}

/* Recursion is as deep as a chain of folders that use each other. */
static void visit(struct rings *self, uint32_t at)
{
	self->index[at] = self->low[at] = ++self->seen;
	self->stack[self->depth++] = at;
	self->stacked[at] = true;
	for (uint32_t i = self->first[at]; i < self->first[at + 1]; i++) {
		const struct module_link *link = &self->modules->links[i];

		if (link->upward)
			continue;
		if (!self->index[link->to])
			visit(self, link->to);
		if (self->stacked[link->to] && self->low[link->to] < self->low[at])
			self->low[at] = self->low[link->to];
	}
	if (self->low[at] == self->index[at])
		close_ring(self, at);
}

static void find_layers(struct modules *self)
{
	size_t room = self->count + (size_t)2;
	uint32_t *first = xcalloc(room, sizeof(*first));
	struct rings rings = {.modules = self,
		.first = first,
		.index = xcalloc(room, sizeof(uint32_t)),
		.low = xcalloc(room, sizeof(uint32_t)),
		.stack = xcalloc(room, sizeof(uint32_t)),
		.stacked = xcalloc(room, sizeof(bool))};

	for (uint32_t i = 0; i < self->link_count; i++)
		first[self->links[i].from + 1]++;
	for (uint32_t i = 0; i < self->count; i++)
		first[i + 1] += first[i];
	for (uint32_t i = 0; i < self->count; i++)
		if (!rings.index[i])
			visit(&rings, i);
	free(first);
	free(rings.index);
	free(rings.low);
	free(rings.stack);
	free(rings.stacked);
}

void modules_init(struct modules *modules, const struct graph *graph, uint32_t depth)
{
	memset(modules, 0, sizeof(*modules));
	find_modules(modules, graph, depth);
	count_files(modules, graph);
	find_links(modules, graph);
	mark_upward(modules);
	find_layers(modules);
}

void modules_release(struct modules *modules)
{
	for (uint32_t i = 0; i < modules->count; i++)
		free(modules->items[i].path);
	free(modules->items);
	free(modules->links);
	free(modules->of_file);
	memset(modules, 0, sizeof(*modules));
}
