/* architecture-reasoning: dependencies between files that are new since the cutoff: an import, or
 * the first call from one file into another. Wrong answers lie as near but are no edge. */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static uint32_t target_of(const struct graph *graph, const struct graph_edge *edge)
{
	return edge->kind == EDGE_IMPORT ? edge->to : graph->symbols[edge->to].file;
}

static bool same_module(const char *a, const char *b)
{
	char *x = graph_module(a), *y = graph_module(b);
	bool same = !strcmp(x, y);

	free(x);
	free(y);
	return same;
}

static int list(struct material *material, struct candidates *out)
{
	const struct graph *graph = material->head;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = graph->edges + i;
		const char *from = graph->files[edge->file].path, *to;
		uint64_t order;
		char *key;

		if (edge->kind > EDGE_IMPORT || edge->to == GRAPH_NONE ||
			edge->confidence > EDGE_LIKELY ||
			!material_is_fresh(material, edge->file, edge->line) ||
			(edge->kind == EDGE_CALL && edge->from == GRAPH_NONE) ||
			target_of(graph, edge) == edge->file)
			continue;
		to = graph->files[target_of(graph, edge)].path;
		if (material_used(material, from, '\t', to))
			continue;
		key = xstrfmt("%s\n%s\n%d", from, to, edge->kind);
		/* Edges between modules first: a free bit says so. */
		order = material_order(material, edge->file, material_hash(material, key, 41));
		candidates_add(out, order | (uint64_t)same_module(from, to) << 62, i, 0);
		free(key);
	}
	return 0;
}

/* `src/dict.c` and `src/dict.h` are one answer. */
static bool same_stem(const char *a, const char *b)
{
	const char *x = path_base(a), *y = path_base(b);
	size_t n = strcspn(x, ".");

	return n == strcspn(y, ".") && !memcmp(x, y, n) && strcmp(x, "__init__.py");
}

/* Marks the files that `file` imports or calls at HEAD, and what can be taken for the answer. */
static unsigned char *neighbours(const struct graph *graph, uint32_t file, uint32_t answer)
{
	unsigned char *near = xcalloc(graph->file_count + 1, 1);

	near[file] = 1;
	for (uint32_t f = 0; f < graph->file_count; f++)
		near[f] |= same_stem(graph->files[f].path, graph->files[answer].path);
	for (uint32_t i = 0; i < graph->edge_count; i++)
		if (graph->edges[i].file == file && graph->edges[i].to != GRAPH_NONE)
			near[target_of(graph, graph->edges + i)] = 1;
	return near;
}

static bool import_line(struct material *material, const struct graph_edge *edge, struct buf *out)
{
	const struct buf *text = material_text(material, edge->file);
	size_t start, end = text_line(text, edge->line, &start);

	buf_clear(out);
	if (end <= start)
		return false;
	for (size_t i = start; i + 2 < end; i++) /* a remark beside it would tell it */
		if (text->ptr[i] == ' ' && strchr("#/", text->ptr[i + 1]) && i > start)
			end = i;
	buf_add(out, text->ptr + start, end - start);
	buf_trim(out);
	return out->len > 4 && !strchr("\\(,", out->ptr[out->len - 1]);
}

static int make_import(
	struct material *material, const struct graph_edge *edge, struct draft *draft)
{
	const struct graph *graph = material->head;
	const char *path = graph->files[edge->file].path;
	unsigned char *near = neighbours(graph, edge->file, target_of(graph, edge));
	struct buf line = BUF_INIT;
	int rc = NO_ITEM;
	size_t start;

	if (import_line(material, edge, &line)) {
		text_line(material_text(material, edge->file), edge->line, &start);
		material_context(material, edge->file, start, 700, &draft->prompt);
		draft_answer(draft, line.ptr, line.len);
		for (uint32_t i = 0; i < graph->edge_count; i++) {
			const struct graph_edge *other = graph->edges + i;

			/* Written in this folder, so that the way it is written says nothing. */
			if (other->kind != EDGE_IMPORT || other->to == GRAPH_NONE ||
				near[other->to] ||
				!same_module(path, graph->files[other->file].path) ||
				!import_line(material, other, &line))
				continue;
			draft_other(draft, line.ptr, line.len,
				same_module(
					graph->files[other->to].path, graph->files[edge->to].path)
					? 0
					: 1);
		}
		rc = 0;
	}
	free(near);
	buf_release(&line);
	return rc;
}

static int make_call(struct material *material, const struct graph_edge *edge, struct draft *draft)
{
	const struct graph *graph = material->head;
	const char *to = graph->files[target_of(graph, edge)].path;
	const struct graph_file *file = graph->files + edge->file;
	unsigned char *near = neighbours(graph, edge->file, target_of(graph, edge));
	const char *open, *close;
	size_t start;

	comment_marks(file, &open, &close);
	text_line(material_text(material, edge->file), edge->line, &start);
	material_context(material, edge->file, start, PROMPT_BYTES, &draft->prompt);
	buf_addf(&draft->prompt, "%sThe next line calls a function of another file:%s\n%s", open,
		close, open);
	draft_answer(draft, to, strlen(to));
	/* Few files are called by much: none of them may be right more often than it is wrong. */
	draft->labels = true;
	for (uint32_t f = 0; f < graph->file_count; f++)
		if (!near[f] && graph->files[f].language && graph->files[f].symbol_count &&
			!strcmp(graph->files[f].language, file->language))
			draft_other(draft, graph->files[f].path, strlen(graph->files[f].path),
				same_module(graph->files[f].path, to) ? 0 : 1);
	free(near);
	return 0;
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	const struct graph_edge *edge = material->head->edges + candidate->a;
	int rc = edge->kind == EDGE_IMPORT ? make_import(material, edge, draft)
					   : make_call(material, edge, draft);

	if (rc)
		return rc;
	draft->path = xstrdup(material->head->files[edge->file].path);
	draft->symbol = xstrdup(
		edge->from == GRAPH_NONE ? "" : material->head->symbols[edge->from].qualified);
	draft->source = material_place(material, edge->file, edge->line);
	return 0;
}

const struct category category_architecture = {
	.name = "architecture-reasoning",
	.about = "which file or module a later change newly depends on",
	.list = list,
	.make = make,
};
