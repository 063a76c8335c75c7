/*
 * Every definition and edge of a tree, so that anyone can hold us against another tool. Sorted by
 * path, then position; a line each, or an element of an array on a line each.
 */
#include "command/graph_request.h"

#include "flywheel/config.h"
#include "flywheel/graph.h"
#include "util/js.h"

#include <stdio.h>
#include <string.h>

#define CANDIDATES 16

static void put_text(struct buf *out, const char *text)
{
	buf_add_printable(out, text, strcspn(text, "\n"));
}

static void put_place(struct buf *out, const struct graph *graph, uint32_t symbol)
{
	const struct graph_symbol *at = &graph->symbols[symbol];

	put_text(out, graph->files[at->file].path);
	buf_addf(out, ":%u ", at->line);
	put_text(out, at->qualified);
}

static void put_file(struct buf *out, const struct graph_file *file)
{
	buf_addstr(out, "file ");
	put_text(out, file->path);
	buf_addf(out, " %s\n", file->skipped ? file->skipped : file->language);
}

static void put_symbol(struct buf *out, const struct graph *graph, uint32_t index)
{
	static const char *const seen[] = {"", " family", " private", " local"};
	const struct graph_symbol *at = &graph->symbols[index];

	buf_addf(out, "%s ", symbol_kind_name(at->kind));
	put_place(out, graph, index);
	buf_addf(out, "%s to line %u", seen[at->visibility], at->end_line);
	if (at->cyclomatic)
		buf_addf(out, " cyclomatic %u cognitive %u nesting %u parameters %u",
			at->cyclomatic, at->cognitive, at->nesting, at->parameters);
	buf_addch(out, '\n');
}

static void put_edge(struct buf *out, const struct graph *graph, const struct graph_edge *edge)
{
	uint32_t candidates[CANDIDATES], count;

	buf_addf(out, "%s %s ", edge_kind_name(edge->kind), confidence_name(edge->confidence));
	put_text(out, graph->files[edge->file].path);
	buf_addf(out, ":%u ", edge->line);
	put_text(out, edge->from == GRAPH_NONE ? "-" : graph->symbols[edge->from].qualified);
	buf_addstr(out, " -> ");
	if (edge->to == GRAPH_NONE) {
		put_text(out, edge->name);
		if (edge->package) {
			buf_addstr(out, " of ");
			put_text(out, edge->package);
		}
	} else if (edge->kind == EDGE_IMPORT) {
		put_text(out, graph->files[edge->to].path);
	} else if (edge->confidence != EDGE_AMBIGUOUS) {
		put_place(out, graph, edge->to);
	} else {
		count = graph_candidates(graph, edge, candidates, CANDIDATES);
		for (uint32_t i = 0; i < count && i < CANDIDATES; i++) {
			buf_addstr(out, i ? " | " : "");
			put_place(out, graph, candidates[i]);
		}
		if (count > CANDIDATES)
			buf_addf(out, " | %u more", count - CANDIDATES);
	}
	buf_addch(out, '\n');
}

static struct js *place_json(const struct graph *graph, uint32_t symbol)
{
	const struct graph_symbol *at = &graph->symbols[symbol];
	struct js *out = js_object();

	js_set_text(out, "path", graph->files[at->file].path);
	js_set_number(out, "line", at->line);
	js_set_text(out, "qualified", at->qualified);
	return out;
}

static struct js *file_json(const struct graph_file *file)
{
	struct js *out = js_object();

	js_set_text(out, "path", file->path);
	js_set_text(out, "language", file->language);
	js_set_text(out, "skipped", file->skipped);
	js_set_number(out, "lines", file->lines);
	return out;
}

static struct js *definition_json(const struct graph *graph, uint32_t index)
{
	static const char *const seen[] = {"everywhere", "family", "type", "file"};
	const struct graph_symbol *at = &graph->symbols[index];
	struct js *out = place_json(graph, index);

	js_set_text(out, "name", at->name);
	js_set_text(out, "kind", symbol_kind_name(at->kind));
	js_set_text(out, "visible", seen[at->visibility]);
	js_set_number(out, "endLine", at->end_line);
	js_set_text(out, "signature", at->signature);
	if (at->cyclomatic) {
		js_set_number(out, "cyclomatic", at->cyclomatic);
		js_set_number(out, "cognitive", at->cognitive);
		js_set_number(out, "nesting", at->nesting);
		js_set_number(out, "parameters", at->parameters);
	}
	return out;
}

static struct js *edge_json(const struct graph *graph, const struct graph_edge *edge)
{
	uint32_t candidates[CANDIDATES], count;
	struct js *out = js_object(), *list;

	js_set_text(out, "kind", edge_kind_name(edge->kind));
	js_set_text(out, "confidence", confidence_name(edge->confidence));
	js_set_text(out, "path", graph->files[edge->file].path);
	js_set_number(out, "line", edge->line);
	js_set_text(out, "name", edge->name);
	if (edge->from != GRAPH_NONE)
		js_set(out, "from", place_json(graph, edge->from));
	if (edge->to == GRAPH_NONE)
		js_set_text(out, "package", edge->package);
	else if (edge->kind == EDGE_IMPORT)
		js_set_text(out, "to", graph->files[edge->to].path);
	else
		js_set(out, "to", place_json(graph, edge->to));
	if (edge->confidence == EDGE_AMBIGUOUS && edge->kind != EDGE_IMPORT) {
		list = js_array();
		count = graph_candidates(graph, edge, candidates, CANDIDATES);
		for (uint32_t i = 0; i < count && i < CANDIDATES; i++)
			js_add(list, place_json(graph, candidates[i]));
		js_set(out, "candidates", list);
		js_set_number(out, "candidateCount", count);
	}
	return out;
}

/* Writes one element and lets it go: the dump of a large tree must not stand in memory. */
static void element(struct js *value, bool *first)
{
	struct buf text = BUF_INIT;

	js_write(value, &text);
	printf("%s\n%s", *first ? "" : ",", text.ptr);
	*first = false;
	buf_release(&text);
	js_free(value);
}

static void dump_json(const struct graph *graph)
{
	bool first = true;

	fputs("{\"files\": [", stdout);
	for (uint32_t i = 0; i < graph->file_count; i++)
		element(file_json(&graph->files[i]), &first);
	fputs("],\n\"definitions\": [", stdout);
	first = true;
	for (uint32_t i = 0; i < graph->symbol_count; i++)
		element(definition_json(graph, i), &first);
	fputs("],\n\"edges\": [", stdout);
	first = true;
	for (uint32_t i = 0; i < graph->edge_count; i++)
		element(edge_json(graph, &graph->edges[i]), &first);
	puts("]}");
}

static void flush(struct buf *out)
{
	fwrite(out->ptr, 1, out->len, stdout);
	buf_clear(out);
}

static void dump_lines(const struct graph *graph)
{
	struct buf out = BUF_INIT;

	for (uint32_t i = 0; i < graph->file_count; i++)
		put_file(&out, &graph->files[i]);
	flush(&out);
	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		put_symbol(&out, graph, i);
		flush(&out);
	}
	for (uint32_t i = 0; i < graph->edge_count; i++) {
		put_edge(&out, graph, &graph->edges[i]);
		flush(&out);
	}
	buf_release(&out);
}

int graph_dump(struct graph_request *request)
{
	struct session session = {NULL, NULL, NULL};
	struct graph *graph = NULL;
	struct oid tree;
	int rc;

	if (request->tree && request->folder)
		return command_usage(request->command, "--tree or --dir, not both");
	rc = request->folder ? repo_open_folder(request->folder, &session.repo, &tree)
			     : repo_open(".", &session.repo);
	if (!rc && !request->folder)
		rc = repo_tree_of(session.repo, request->tree ? request->tree : "HEAD", &tree);
	if (!rc)
		rc = config_load(session.repo, &session.config);
	if (!rc)
		rc = graph_open(&session, &tree, &graph);
	if (!rc && request->json)
		dump_json(graph);
	else if (!rc)
		dump_lines(graph);
	graph_free(graph);
	session_close(&session);
	return rc ? command_fail(rc) : EXIT_OK;
}
