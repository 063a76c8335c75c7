/* What a function is to the others: an entry, a hub, an adapter, a boundary, a leaf. */
#include "graph/query/metric.h"

#include "util/map.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define HUB_SHARE 50 /* one of so many functions that are called */
#define HUB_CALLERS 8
#define ADAPTER_CYCLOMATIC 2
#define ADAPTER_LINES 15

const char *role_name(enum role role)
{
	static const char *const names[] = {
		"none", "test", "entry", "hub", "adapter", "boundary", "leaf", "inner"};

	return names[role];
}

struct roles {
	const struct graph_links *calls;
	const struct graph_metrics *metrics;
	uint32_t *module; /* per file: a number for its folder */
	bool *tests;      /* per file */
	bool *external;   /* per symbol: it calls out of the repository */
	uint32_t hub;     /* callers that make one */
};

static bool is_function(const struct graph_symbol *symbol)
{
	return symbol->kind == SYMBOL_FUNCTION || symbol->kind == SYMBOL_METHOD ||
	       symbol->kind == SYMBOL_TEST;
}

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

static void number_files(struct roles *self)
{
	const struct graph *graph = self->calls->graph;
	struct map folders = MAP_INIT;

	self->module = xcalloc(graph->file_count + (size_t)1, sizeof(*self->module));
	self->tests = xcalloc(graph->file_count + (size_t)1, sizeof(*self->tests));
	for (uint32_t i = 0; i < graph->file_count; i++) {
		const char *path = graph->files[i].path;
		bool added;
		struct map_entry *entry = map_put(&folders, path, folder_length(path), &added);

		if (added)
			entry->value.num = (int64_t)folders.count;
		self->module[i] = (uint32_t)entry->value.num;
		self->tests[i] = path_holds_tests(path);
	}
	map_release(&folders);
	self->external = xcalloc(graph->symbol_count + (size_t)1, sizeof(bool));
	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		if (edge->kind == EDGE_CALL && edge->confidence == EDGE_EXTERNAL &&
			edge->from != GRAPH_NONE)
			self->external[edge->from] = true;
	}
}

static int compare_numbers(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* As many callers as the top one of HUB_SHARE called functions has. */
static uint32_t hub_callers(const struct roles *self)
{
	const struct graph *graph = self->calls->graph;
	uint32_t *callers = xcalloc(graph->symbol_count + (size_t)1, sizeof(*callers));
	uint32_t count = 0, found;

	for (uint32_t i = 0; i < graph->symbol_count; i++)
		if (self->metrics->callers[i] && is_function(&graph->symbols[i]))
			callers[count++] = self->metrics->callers[i];
	if (count)
		qsort(callers, count, sizeof(*callers), compare_numbers);
	found = count ? callers[count - 1 - count / HUB_SHARE] : 0;
	free(callers);
	return found > HUB_CALLERS ? found : HUB_CALLERS;
}

/* Whether some call joins the symbol with another module, on the given side. */
static bool crosses(const struct roles *self, uint32_t symbol, bool backward)
{
	const struct graph_links *calls = self->calls;
	const struct graph *graph = calls->graph;
	const uint32_t *first = backward ? calls->first_in : calls->first_out;
	const uint32_t *edges = backward ? calls->in : calls->out;
	uint32_t own = self->module[graph->symbols[symbol].file];

	for (uint32_t i = first[symbol]; i < first[symbol + 1]; i++) {
		const struct graph_edge *edge = &graph->edges[edges[i]];
		uint32_t other = backward ? edge->file : graph->symbols[edge->to].file;

		if (self->module[other] != own && (!backward || !self->tests[other]))
			return true;
	}
	return false;
}

static bool is_adapter(const struct roles *self, uint32_t at)
{
	const struct graph_symbol *symbol = &self->calls->graph->symbols[at];

	if (symbol->cyclomatic > ADAPTER_CYCLOMATIC || self->metrics->callees[at] > 2 ||
		symbol->end_line - symbol->line >= ADAPTER_LINES)
		return false;
	return self->metrics->callees[at] ? crosses(self, at, false) : self->external[at];
}

static enum role role_of(const struct roles *self, uint32_t at)
{
	const struct graph_symbol *symbol = &self->calls->graph->symbols[at];
	uint32_t callers = self->metrics->callers[at], callees = self->metrics->callees[at];

	if (!is_function(symbol))
		return ROLE_NONE;
	if (symbol->kind == SYMBOL_TEST || self->tests[symbol->file])
		return ROLE_TEST;
	if (!callers && (callees || !strcmp(symbol->name, "main")))
		return ROLE_ENTRY;
	if (callers >= self->hub)
		return ROLE_HUB;
	if (is_adapter(self, at))
		return ROLE_ADAPTER;
	if (crosses(self, at, true))
		return ROLE_BOUNDARY;
	return callees ? ROLE_INNER : ROLE_LEAF;
}

enum role *find_roles(const struct graph_links *calls, const struct graph_metrics *metrics)
{
	struct roles self = {.calls = calls, .metrics = metrics};
	enum role *roles = xcalloc(calls->graph->symbol_count + (size_t)1, sizeof(*roles));

	number_files(&self);
	self.hub = hub_callers(&self);
	for (uint32_t i = 0; i < calls->graph->symbol_count; i++)
		roles[i] = role_of(&self, i);
	free(self.module);
	free(self.tests);
	free(self.external);
	return roles;
}
