/*
 * The graph as rows of the sidecar, and rows as canonical lines. Clean and incremental graphs are
 * compared by these lines, and a file's rows are rewritten only when the lines' digest changed.
 */
#include "graph/internal.h"

#include "util/digest.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct rows {
	const struct graph *graph;
	uint32_t *ordinal;   /* per symbol: how many of its qualified name come before it */
	uint32_t *first_own; /* per file: its first edge that leaves a symbol */
	uint32_t *first_top; /* per file: its first edge that does not */
	struct buf target;
};

static void count_ordinals(struct rows *rows)
{
	const struct graph *graph = rows->graph;

	for (uint32_t file = 0; file < graph->file_count; file++) {
		uint32_t first = graph->files[file].first_symbol;
		struct map seen = MAP_INIT;

		for (uint32_t i = first; i < first + graph->files[file].symbol_count; i++) {
			struct map_entry *entry =
				map_put_str(&seen, graph->symbols[i].qualified, NULL);

			rows->ordinal[i] = (uint32_t)entry->value.num++;
		}
		map_release(&seen);
	}
}

struct rows *rows_new(const struct graph *graph)
{
	struct rows *rows = xcalloc(1, sizeof(*rows));
	uint32_t at = 0;

	rows->graph = graph;
	rows->ordinal = xcalloc(graph->symbol_count + (size_t)1, sizeof(uint32_t));
	rows->first_own = xcalloc(graph->file_count + (size_t)1, sizeof(uint32_t));
	rows->first_top = xcalloc(graph->file_count + (size_t)1, sizeof(uint32_t));
	buf_init(&rows->target);
	count_ordinals(rows);
	/* Edges come by symbol, and symbols by file; those of no symbol follow, by file too. */
	for (uint32_t file = 0; file < graph->file_count; file++) {
		rows->first_own[file] = at;
		while (at < graph->edge_count && graph->edges[at].from != GRAPH_NONE &&
			graph->edges[at].file == file)
			at++;
	}
	rows->first_own[graph->file_count] = at;
	for (uint32_t file = 0; file < graph->file_count; file++) {
		rows->first_top[file] = at;
		while (at < graph->edge_count && graph->edges[at].file == file)
			at++;
	}
	rows->first_top[graph->file_count] = at;
	return rows;
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	free(rows->ordinal);
	free(rows->first_own);
	free(rows->first_top);
	buf_release(&rows->target);
	free(rows);
}

uint32_t rows_symbol_count(const struct rows *rows, uint32_t file)
{
	return rows->graph->files[file].symbol_count;
}

uint32_t rows_edge_count(const struct rows *rows, uint32_t file)
{
	return rows->first_own[file + 1] - rows->first_own[file] + rows->first_top[file + 1] -
	       rows->first_top[file];
}

void rows_file(const struct rows *rows, uint32_t file, struct store_graph_file *out)
{
	const struct graph_file *in = &rows->graph->files[file];

	*out = (struct store_graph_file){.path = in->path,
		.language = in->language,
		.skipped = in->skipped,
		.lines = in->lines};
	memcpy(out->blob, in->blob.raw, sizeof(out->blob));
}

void rows_symbol(
	const struct rows *rows, uint32_t file, uint32_t at, struct store_graph_symbol *out)
{
	uint32_t first = rows->graph->files[file].first_symbol;
	const struct graph_symbol *in = &rows->graph->symbols[first + at];

	*out = (struct store_graph_symbol){.position = at,
		.parent = in->parent == GRAPH_NONE ? -1 : (int64_t)in->parent - first,
		.kind = in->kind,
		.name = in->name,
		.qualified = in->qualified,
		.signature = in->signature,
		.doc = in->doc,
		.line = in->line,
		.end_line = in->end_line,
		.start = in->start,
		.end = in->end,
		.cyclomatic = in->cyclomatic,
		.cognitive = in->cognitive,
		.nesting = in->nesting,
		.parameters = in->parameters,
		.body = (int64_t)in->body};
}

void rows_edge(struct rows *rows, uint32_t file, uint32_t at, struct store_graph_edge *out)
{
	const struct graph *graph = rows->graph;
	uint32_t own = rows->first_own[file + 1] - rows->first_own[file];
	const struct graph_edge *in = at < own ? &graph->edges[rows->first_own[file] + at]
					       : &graph->edges[rows->first_top[file] + at - own];

	*out = (struct store_graph_edge){.position = at,
		.from = in->from == GRAPH_NONE
				? -1
				: (int64_t)in->from - graph->files[file].first_symbol,
		.kind = in->kind,
		.confidence = in->confidence,
		.line = in->line,
		.start = in->start,
		.name = in->name};
	if (in->to == GRAPH_NONE) {
		out->to_symbol = in->package;
		return;
	}
	if (in->kind == EDGE_IMPORT) {
		out->to_path = graph->files[in->to].path;
		return;
	}
	out->to_path = graph->files[graph->symbols[in->to].file].path;
	buf_clear(&rows->target);
	buf_addstr(&rows->target, graph->symbols[in->to].qualified);
	if (rows->ordinal[in->to])
		buf_addf(&rows->target, "#%u", rows->ordinal[in->to]);
	out->to_symbol = rows->target.ptr;
}

/* Texts may hold tabs and newlines (docs do): lines are compared by machine, so lengths do. */
static void field(struct buf *out, const char *text)
{
	if (text)
		buf_addf(out, "\t%zu:%s", strlen(text), text);
	else
		buf_addstr(out, "\t-");
}

void line_file(struct buf *out, const struct store_graph_file *file)
{
	buf_addf(out, "file %s", file->path);
	field(out, file->language);
	field(out, file->skipped);
	buf_addf(out, "\tlines %u\tblob ", file->lines);
	for (size_t i = 0; i < sizeof(file->blob); i++)
		buf_addf(out, "%02x", file->blob[i]);
	buf_addch(out, '\0');
}

void line_symbol(struct buf *out, const char *path, const struct store_graph_symbol *symbol)
{
	buf_addf(out, "symbol %s:%u %s", path, symbol->line, symbol->qualified);
	buf_addf(out, "\t%s\t%u in %lld\tbytes %u-%u to line %u",
		symbol_kind_name((enum symbol_kind)symbol->kind), symbol->position,
		(long long)symbol->parent, symbol->start, symbol->end, symbol->end_line);
	buf_addf(out, "\tcyclomatic %u cognitive %u nesting %u parameters %u body %llx",
		symbol->cyclomatic, symbol->cognitive, symbol->nesting, symbol->parameters,
		(unsigned long long)symbol->body);
	field(out, symbol->name);
	field(out, symbol->signature);
	field(out, symbol->doc);
	buf_addch(out, '\0');
}

void line_edge(struct buf *out, const char *path, const struct store_graph_edge *edge)
{
	static const char *const verbs[] = {
		"calls", "imports", "inherits", "uses type", "tests", "passes"};

	buf_addf(out, "edge %s:%u %s %s", path, edge->line, verbs[edge->kind], edge->name);
	buf_addf(out, "\t%u from %lld\t%s\tbyte %u", edge->position, (long long)edge->from,
		confidence_name((enum confidence)edge->confidence), edge->start);
	field(out, edge->to_path);
	field(out, edge->to_symbol);
	buf_addch(out, '\0');
}

void rows_lines(struct rows *rows, uint32_t file, struct buf *out)
{
	struct store_graph_file row;
	struct store_graph_symbol symbol;
	struct store_graph_edge edge;

	rows_file(rows, file, &row);
	line_file(out, &row);
	for (uint32_t i = 0; i < rows->graph->files[file].symbol_count; i++) {
		rows_symbol(rows, file, i, &symbol);
		line_symbol(out, row.path, &symbol);
	}
	for (uint32_t i = 0; i < rows_edge_count(rows, file); i++) {
		rows_edge(rows, file, i, &edge);
		line_edge(out, row.path, &edge);
	}
}

void graph_digest(const struct graph *graph, char hex[65])
{
	struct rows *rows = rows_new(graph);
	struct digest *digest = digest_new();
	struct buf lines = BUF_INIT;
	char one[DIGEST_HEX + 1];

	for (uint32_t i = 0; i < graph->file_count; i++) {
		buf_clear(&lines);
		rows_lines(rows, i, &lines);
		digest_bytes(lines.ptr, lines.len, one);
		digest_addstr(digest, one);
	}
	digest_finish(digest, hex);
	buf_release(&lines);
	rows_free(rows);
}
