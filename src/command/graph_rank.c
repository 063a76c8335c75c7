/* Rankings: what is alike, and what nothing seems to use. */
#include "command/graph_request.h"

#include "flywheel/graph_clone.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>

#define LIMIT 20

static size_t limit_of(const struct graph_request *request, size_t count)
{
	size_t limit =
		request->limit < 0 ? (request->json ? count : LIMIT) : (size_t)request->limit;

	return limit < count ? limit : count;
}

/* A ranking of a folder, or of all. */
static bool is_asked(const struct graph_request *request, uint32_t symbol)
{
	const struct graph *graph = request->graph;

	return !request->count ||
	       path_is_inside(graph->files[graph->symbols[symbol].file].path, request->words[0]);
}

static void print_rest(size_t shown, size_t count)
{
	if (shown < count)
		printf("(%zu more; --limit %zu shows all)\n", count - shown, count);
}

static void print_family(
	const struct graph *graph, const struct clones *clones, const struct clone_family *family)
{
	printf("%u functions of %u tokens, %s", family->count, family->tokens,
		family->same_text       ? "copies\n"
		: family->likeness == 1 ? "one shape\n"
					: "");
	if (family->likeness < 1)
		printf("alike to %d %%\n", (int)(family->likeness * 100));
	for (uint32_t i = 0; i < family->count; i++) {
		const struct graph_symbol *symbol =
			&graph->symbols[clones->members[family->first + i]];

		fputs("    ", stdout);
		print_place(graph, symbol->file, symbol->line);
		print_foreign("  ", symbol->qualified, "\n");
	}
}

static struct js *family_json(
	const struct graph *graph, const struct clones *clones, const struct clone_family *family)
{
	struct js *out = js_object(), *members = js_array();

	js_set_number(out, "count", family->count);
	js_set_number(out, "tokens", family->tokens);
	js_set_real(out, "likeness", family->likeness);
	js_set_bool(out, "sameText", family->same_text);
	for (uint32_t i = 0; i < family->count; i++)
		js_add(members, symbol_json_short(graph, clones->members[family->first + i]));
	js_set(out, "members", members);
	return out;
}

static bool is_family_asked(const struct graph_request *request, const struct clones *clones,
	const struct clone_family *family)
{
	for (uint32_t i = 0; i < family->count; i++)
		if (is_asked(request, clones->members[family->first + i]))
			return true;
	return false;
}

int graph_ask_clones(struct graph_request *request)
{
	struct js *all = request->json ? js_array() : NULL;
	struct clones clones;
	int rc = graph_clones(&request->session, request->graph, CLONE_TOKENS, &clones);
	size_t count = 0, shown;

	for (size_t i = 0; i < clones.count; i++)
		if (is_family_asked(request, &clones, &clones.families[i]))
			clones.families[count++] = clones.families[i];
	shown = limit_of(request, count);
	for (size_t i = 0; i < shown && !rc; i++) {
		if (all)
			js_add(all, family_json(request->graph, &clones, &clones.families[i]));
		else
			print_family(request->graph, &clones, &clones.families[i]);
	}
	if (all && !rc)
		print_json(all);
	else
		js_free(all);
	if (!all && !rc)
		print_rest(shown, count);
	graph_clones_release(&clones);
	return rc ? command_fail(rc) : EXIT_OK;
}

static void print_dead(const struct graph *graph, const struct graph_dead *dead)
{
	const struct graph_symbol *symbol = &graph->symbols[dead->symbol];

	print_place(graph, symbol->file, symbol->line);
	printf("  %s ", symbol_kind_name(symbol->kind));
	print_foreign("", symbol->qualified, "");
	printf(" (%u lines): %s\n", dead->lines,
		dead->visible ? "nothing in this repository names it; other code may"
			      : "only its own file could use it, and does not");
}

int graph_ask_dead(struct graph_request *request)
{
	struct js *all = request->json ? js_array() : NULL;
	struct graph_dead *found;
	size_t total, count = 0, shown;
	int rc = graph_dead(&request->session, request->graph, &found, &total);

	for (size_t i = 0; i < total; i++)
		if (is_asked(request, found[i].symbol))
			found[count++] = found[i];
	shown = limit_of(request, count);
	/* What nothing can use comes before what only nothing here uses. */
	for (int visible = 0, seen = 0; visible < 2 && !rc; visible++)
		for (size_t i = 0; i < count && (size_t)seen < shown; i++) {
			struct js *item;

			if (found[i].visible != visible)
				continue;
			seen++;
			if (!all) {
				print_dead(request->graph, &found[i]);
				continue;
			}
			item = symbol_json(request->graph, found[i].symbol);
			js_set_bool(item, "visible", found[i].visible);
			js_add(all, item);
		}
	if (all && !rc)
		print_json(all);
	else
		js_free(all);
	if (!all && !rc)
		print_rest(shown, count);
	free(found);
	return rc ? command_fail(rc) : EXIT_OK;
}
