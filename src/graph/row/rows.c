/*
 * The graph as rows of the sidecar: their digest, file by file, which says which files' rows are
 * written again, and as canonical lines, by which --verify tells a person what differs.
 */
#include "graph/internal.h"
#include "graph/row/record.h"

#include "util/digest.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct rows {
	const struct graph *graph;
	uint32_t *ordinal;   /* per symbol: how many of its qualified name come before it */
	uint32_t *first_own; /* per file: its first edge that leaves a symbol */
	uint32_t *first_top; /* per file: its first edge that does not */
	uint64_t *files;     /* per file: hash of its path */
	uint64_t *symbols;   /* per symbol: hash of its qualified name */
	struct buf target;
};

static uint32_t slot_count(uint32_t count)
{
	uint32_t size = 16;

	while (size < count * 2)
		size *= 2;
	return size;
}

/* Slots of an open table, free at 0, hold a number + 1 of the last symbol of that name so far. */
static void count_file(struct rows *rows, uint32_t file, uint32_t *slots)
{
	const struct graph_symbol *symbols = rows->graph->symbols;
	uint32_t first = rows->graph->files[file].first_symbol;
	uint32_t count = rows->graph->files[file].symbol_count;
	uint32_t size = slot_count(count);

	memset(slots, 0, size * sizeof(*slots));
	for (uint32_t i = first; i < first + count; i++) {
		const char *name = symbols[i].qualified;
		uint32_t slot;

		rows->symbols[i] = hash_bytes(name, strlen(name), 0);
		slot = (uint32_t)rows->symbols[i] & (size - 1);
		while (slots[slot] && strcmp(symbols[slots[slot] - 1].qualified, name) != 0)
			slot = (slot + 1) & (size - 1);
		if (slots[slot])
			rows->ordinal[i] = rows->ordinal[slots[slot] - 1] + 1;
		slots[slot] = i + 1;
	}
}

static void count_ordinals(struct rows *rows)
{
	const struct graph *graph = rows->graph;
	uint32_t most = 0, *slots;

	for (uint32_t file = 0; file < graph->file_count; file++)
		if (graph->files[file].symbol_count > most)
			most = graph->files[file].symbol_count;
	slots = xcalloc(slot_count(most), sizeof(*slots));
	for (uint32_t file = 0; file < graph->file_count; file++) {
		const char *path = graph->files[file].path;

		rows->files[file] = hash_bytes(path, strlen(path), 0);
		count_file(rows, file, slots);
	}
	free(slots);
}

struct rows *rows_new(const struct graph *graph)
{
	struct rows *rows = xcalloc(1, sizeof(*rows));
	uint32_t at = 0;

	rows->graph = graph;
	rows->ordinal = xcalloc(graph->symbol_count + (size_t)1, sizeof(uint32_t));
	rows->first_own = xcalloc(graph->file_count + (size_t)1, sizeof(uint32_t));
	rows->first_top = xcalloc(graph->file_count + (size_t)1, sizeof(uint32_t));
	rows->files = xcalloc(graph->file_count + (size_t)1, sizeof(*rows->files));
	rows->symbols = xcalloc(graph->symbol_count + (size_t)1, sizeof(*rows->symbols));
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
	free(rows->files);
	free(rows->symbols);
	buf_release(&rows->target);
	free(rows);
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
		.lines = in->lines,
		.symbols = in->symbol_count,
		.edges = rows_edge_count(rows, file)};
	memcpy(out->blob, in->blob.raw, sizeof(out->blob));
	for (uint32_t i = 0; i < out->edges; i++) {
		const struct graph_edge *edge = rows_edge_at(rows, file, i);

		if (edge->kind == EDGE_CALL)
			out->calls[edge->confidence]++;
		else if (edge->kind == EDGE_IMPORT)
			out->imports[edge->confidence]++;
	}
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

uint32_t rows_ordinal(const struct rows *rows, uint32_t symbol)
{
	return rows->ordinal[symbol];
}

uint32_t name_hash(const char *name)
{
	return (uint32_t)hash_bytes(name, strlen(name), 0);
}

const struct graph_edge *rows_edge_at(const struct rows *rows, uint32_t file, uint32_t at)
{
	uint32_t own = rows->first_own[file + 1] - rows->first_own[file];

	return at < own ? &rows->graph->edges[rows->first_own[file] + at]
			: &rows->graph->edges[rows->first_top[file] + at - own];
}

void rows_edge(struct rows *rows, uint32_t file, uint32_t at, struct store_graph_edge *out)
{
	const struct graph *graph = rows->graph;
	const struct graph_edge *in = rows_edge_at(rows, file, at);

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

/* A target by what does not move when its file changes elsewhere, as the stored row has it. */
static void record_one(
	const struct rows *rows, const struct graph_edge *in, uint32_t first, struct buf *out)
{
	const struct graph *graph = rows->graph;
	bool symbol = in->to != GRAPH_NONE && in->kind != EDGE_IMPORT;
	uint32_t file = symbol ? graph->symbols[in->to].file : in->to;

	record_edge(out, &(struct edge_record){
				 .from = in->from == GRAPH_NONE ? GRAPH_NONE : in->from - first,
				 .kind = (uint32_t)in->kind,
				 .confidence = (uint32_t)in->confidence,
				 .line = in->line,
				 .start = in->start,
				 .file = file == GRAPH_NONE ? 0 : rows->files[file],
				 .symbol = symbol ? rows->symbols[in->to] : 0,
				 .ordinal = symbol ? rows->ordinal[in->to] : 0,
				 .name = in->name,
				 .package = file == GRAPH_NONE ? in->package : NULL});
}

void rows_digest(
	const struct rows *rows, uint32_t file, struct buf *record, unsigned char digest[HASH_WIDE])
{
	const struct graph_file *in = &rows->graph->files[file];
	struct store_graph_symbol symbol;

	buf_clear(record);
	record_file(record, &(struct file_record){in->path, in->language, in->skipped, in->blob.raw,
				    in->lines, in->symbol_count});
	for (uint32_t i = 0; i < in->symbol_count; i++) {
		rows_symbol(rows, file, i, &symbol);
		record_symbol(record, &symbol);
	}
	for (uint32_t i = 0; i < rows_edge_count(rows, file); i++)
		record_one(rows, rows_edge_at(rows, file, i), in->first_symbol, record);
	hash_wide(record->ptr, record->len, digest);
}

void graph_digest(const struct graph *graph, char hex[65])
{
	struct rows *rows = rows_new(graph);
	struct digest *digest = digest_new();
	struct buf record = BUF_INIT;
	unsigned char one[HASH_WIDE];

	for (uint32_t i = 0; i < graph->file_count; i++) {
		rows_digest(rows, i, &record, one);
		digest_add(digest, one, sizeof(one));
	}
	digest_finish(digest, hex);
	buf_release(&record);
	rows_free(rows);
}
