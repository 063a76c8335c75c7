/* git flywheel graph: ask the code graph of HEAD for a symbol, its callers and its callees. */
#include "command/graph_dump.h"
#include "flywheel/command.h"

#include "flywheel/graph.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 20
#define SUGGESTIONS 5

enum question { ASK_SYMBOL, ASK_CALLERS, ASK_CALLEES };

struct request {
	const struct graph *graph;
	enum question question;
	const char *name, *in_path; /* in_path: only symbols of this file, or NULL */
	size_t path_len;
	long depth;
	uint32_t *found;
	size_t count, capacity;
	bool *open; /* symbols on the way down: a cycle is shown once */
};

static int on_symbol(const struct graph *graph, uint32_t symbol, void *payload)
{
	struct request *request = payload;
	const char *path = graph->files[graph->symbols[symbol].file].path;

	if (request->in_path && (strlen(path) != request->path_len ||
					strncmp(path, request->in_path, request->path_len) != 0))
		return 0;
	GROW(request->found, request->count, request->capacity);
	request->found[request->count++] = symbol;
	return 0;
}

/* "path:line", "path:name" or a name, qualified or not. */
static void find(struct request *request, const char *words)
{
	const char *colon = strrchr(words, ':');
	char *path = colon ? xstrndup(words, (size_t)(colon - words)) : NULL, *end = NULL;
	uint32_t file = path ? graph_find_file(request->graph, path) : GRAPH_NONE;

	request->name = words;
	if (file != GRAPH_NONE) {
		unsigned long line = strtoul(colon + 1, &end, 10);
		uint32_t symbol = GRAPH_NONE;

		request->in_path = words;
		request->path_len = (size_t)(colon - words);
		request->name = colon + 1;
		if (end > colon + 1 && !*end && line <= UINT32_MAX)
			symbol = graph_symbol_at(request->graph, file, (uint32_t)line);
		if (symbol != GRAPH_NONE)
			on_symbol(request->graph, symbol, request);
	}
	if (!request->count)
		graph_find(request->graph, request->name, on_symbol, request);
	free(path);
}

/* Levenshtein distance of the lowered names, for names short enough to be typed. */
static size_t distance(const char *a, const char *b)
{
	size_t row[65], len = strlen(b);

	if (len > 64 || strlen(a) > 64)
		return SIZE_MAX;
	for (size_t k = 0; k <= len; k++)
		row[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < len; k++) {
			bool same = tolower((unsigned char)a[i]) == tolower((unsigned char)b[k]);
			size_t best = corner + !same;

			corner = row[k + 1];
			best = best < row[k] + 1 ? best : row[k] + 1;
			row[k + 1] = best < corner + 1 ? best : corner + 1;
		}
	}
	return row[len];
}

static void suggest(const struct graph *graph, const char *name)
{
	size_t limit = strlen(name) / 3 + 1;
	struct strings near = STRINGS_INIT;
	struct buf line = BUF_INIT;

	for (size_t far = 0; far <= limit && near.count < SUGGESTIONS; far++)
		for (uint32_t i = 0; i < graph->symbol_count && near.count < SUGGESTIONS; i++) {
			const char *other = graph->symbols[i].name;

			if (distance(name, other) == far && !strings_contains(&near, other))
				strings_add(&near, other);
		}
	buf_addstr(&line, "no symbol '");
	buf_add_printable(&line, name, strlen(name));
	buf_addstr(&line, near.count ? "' at HEAD; near: " : "' at HEAD");
	for (size_t i = 0; i < near.count; i++)
		buf_addf(&line, "%s%s", i ? ", " : "", near.items[i]);
	fprintf(stderr, "git-flywheel: %s\n", line.ptr);
	buf_release(&line);
	strings_release(&near);
}

static void print_foreign(const char *before, const char *text, const char *after)
{
	struct buf line = BUF_INIT;

	buf_add_printable(&line, text, strcspn(text, "\n"));
	printf("%s%s%s", before, line.ptr, after);
	buf_release(&line);
}

static void print_symbol(const struct graph *graph, uint32_t at)
{
	const struct graph_symbol *symbol = &graph->symbols[at];

	printf("%s %s  ", symbol_kind_name(symbol->kind), symbol->qualified);
	print_foreign("", graph->files[symbol->file].path, "");
	printf(":%u-%u\n", symbol->line, symbol->end_line);
	if (*symbol->signature)
		print_foreign("    ", symbol->signature, "\n");
	if (*symbol->doc)
		print_foreign("    ", symbol->doc, "\n");
	if (symbol->cyclomatic)
		printf("    cyclomatic %u, cognitive %u, nesting %u, parameters %u\n",
			symbol->cyclomatic, symbol->cognitive, symbol->nesting, symbol->parameters);
	printf("    called from %u places, calls %u\n", symbol->fan_in, symbol->fan_out);
}

static struct js *symbol_json(const struct graph *graph, uint32_t at)
{
	const struct graph_symbol *symbol = &graph->symbols[at];
	struct js *out = js_object();

	js_set_text(out, "name", symbol->name);
	js_set_text(out, "qualified", symbol->qualified);
	js_set_text(out, "kind", symbol_kind_name(symbol->kind));
	js_set_text(out, "path", graph->files[symbol->file].path);
	js_set_number(out, "line", symbol->line);
	js_set_number(out, "endLine", symbol->end_line);
	js_set_text(out, "signature", symbol->signature);
	js_set_text(out, "doc", symbol->doc);
	js_set_number(out, "cyclomatic", symbol->cyclomatic);
	js_set_number(out, "cognitive", symbol->cognitive);
	js_set_number(out, "nesting", symbol->nesting);
	js_set_number(out, "parameters", symbol->parameters);
	js_set_number(out, "fanIn", symbol->fan_in);
	js_set_number(out, "fanOut", symbol->fan_out);
	return out;
}

/* The other end of a call, as seen from the question; GRAPH_NONE outside of any definition. */
static uint32_t other_end(const struct request *request, const struct graph_edge *edge)
{
	return request->question == ASK_CALLERS ? edge->from : edge->to;
}

static void print_call(const struct request *request, const struct graph_edge *edge, long level)
{
	uint32_t other = other_end(request, edge);
	const char *name = other != GRAPH_NONE ? request->graph->symbols[other].qualified
			   : request->question == ASK_CALLERS ? "(top level)"
							      : edge->name;

	printf("%*s%-9s %s  ", (int)(4 * level), "", confidence_name(edge->confidence), name);
	print_foreign("", request->graph->files[edge->file].path, "");
	printf(":%u\n", edge->line);
}

static void list_calls(struct request *request, uint32_t symbol, long level, struct js *out);

static void follow(
	struct request *request, const struct graph_edge *edge, long level, struct js *out)
{
	uint32_t other = other_end(request, edge);
	struct js *item = NULL, *below = NULL;

	if (!out) {
		print_call(request, edge, level);
	} else {
		item = other == GRAPH_NONE ? js_object() : symbol_json(request->graph, other);
		js_set_text(item, "written", edge->name);
		js_set_text(item, "confidence", confidence_name(edge->confidence));
		js_set_text(item, "callPath", request->graph->files[edge->file].path);
		js_set_number(item, "callLine", edge->line);
		js_add(out, item);
	}
	if (other == GRAPH_NONE || level >= request->depth || request->open[other])
		return;
	if (item) {
		below = js_array();
		js_set(item, "calls", below);
	}
	list_calls(request, other, level + 1, below);
}

static void list_calls(struct request *request, uint32_t symbol, long level, struct js *out)
{
	const struct graph *graph = request->graph;
	bool callers = request->question == ASK_CALLERS;
	uint32_t first = 0;
	uint32_t end = callers ? graph_calls_to(graph, symbol, &first)
			       : graph_edges_of(graph, symbol, &first);

	request->open[symbol] = true;
	for (uint32_t i = first; i < end; i++) {
		const struct graph_edge *edge = &graph->edges[callers ? graph->incoming[i] : i];

		if (edge->kind == EDGE_CALL)
			follow(request, edge, level, out);
	}
	request->open[symbol] = false;
}

static void answer(struct request *request, bool json)
{
	struct js *all = json ? js_array() : NULL;
	struct buf text = BUF_INIT;

	request->open = xcalloc(request->graph->symbol_count + (size_t)1, sizeof(bool));
	for (size_t i = 0; i < request->count; i++) {
		struct js *item = json ? symbol_json(request->graph, request->found[i]) : NULL;
		struct js *calls = NULL;

		if (!json)
			print_symbol(request->graph, request->found[i]);
		else
			js_add(all, item);
		if (request->question == ASK_SYMBOL)
			continue;
		if (json) {
			calls = js_array();
			js_set(item, "calls", calls);
		}
		list_calls(request, request->found[i], 1, calls);
	}
	if (json) {
		js_write_pretty(all, &text);
		puts(text.ptr);
	}
	js_free(all);
	buf_release(&text);
	free(request->open);
}

static int ask(struct request *request, const char *words, bool json)
{
	struct session session;
	struct graph *graph = NULL;
	struct oid tree;
	int code = session_open_current(&session), rc;

	if (code)
		return code;
	rc = repo_tree_of(session.repo, "HEAD", &tree);
	if (!rc)
		rc = graph_open(&session, &tree, &graph);
	if (rc) {
		code = command_fail(rc);
	} else {
		request->graph = graph;
		find(request, words);
		if (request->count)
			answer(request, json);
		else
			suggest(graph, request->name);
		code = request->count ? EXIT_OK : EXIT_NO;
	}
	free(request->found);
	graph_free(graph);
	session_close(&session);
	return code;
}

static int run(const struct command *self, int argc, char **argv)
{
	static const char *const questions[] = {"symbol", "callers", "callees"};
	struct request request = {.depth = 1};
	struct graph_dump dump = {NULL, NULL, false};
	bool json = false;
	const struct option_spec specs[] = {
		{OPTION_NUMBER, 'd', "depth", "N", "follow calls N levels (1)", &request.depth},
		{OPTION_TEXT, 0, "tree", "tree-ish", "dump: this tree instead of HEAD's",
			&dump.tree},
		{OPTION_TEXT, 0, "dir", "folder", "dump: this folder, in a repository or not",
			&dump.folder},
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &json},
		OPTIONS_END,
	};
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left >= 1 && !strcmp(argv[0], "dump")) {
		if (left > 1)
			return command_usage(self, "'%s' is too much for dump", argv[1]);
		if (dump.tree && dump.folder)
			return command_usage(self, "--tree or --dir, not both");
		dump.json = json;
		return graph_dump(&dump);
	}
	if (dump.tree || dump.folder)
		return command_usage(self, "--tree and --dir go with dump");
	if (left != 2)
		return command_usage(self, "ask for symbol, callers or callees of one name");
	if (request.depth < 1 || request.depth > MAX_DEPTH)
		return command_usage(self, "--depth is from 1 to %d", MAX_DEPTH);
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		if (!strcmp(argv[0], questions[i])) {
			request.question = (enum question)i;
			return ask(&request, argv[1], json);
		}
	return command_usage(self, "'%s' is not symbol, callers or callees", argv[0]);
}

const struct command command_graph = {
	.name = "graph",
	.summary = "ask the code graph for a symbol, its callers or callees; or print all of it",
	.usage =
		"graph (symbol | callers | callees) (<name> | <path>:<line>) [--depth N] [--json]\n"
		"   or: graph dump [--tree <tree-ish> | --dir <folder>] [--json]",
	.group = "look",
	.run = run,
};
