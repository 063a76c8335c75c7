/* Writing the edges of a file, column by column. unpack.c reads them. */
#include "graph/row/pack.h"

#include "graph/memo.h"
#include "graph/row/pack_format.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/number.h"

#include <stdlib.h>
#include <string.h>

struct packer {
	const struct whole *whole;
	const struct rows *rows;
	struct memo meant;   /* (symbol or file, sort of target, 0) to a target's number from 1 */
	struct memo targets; /* (path, text, kind) to the same */
	struct map texts;    /* to numbers from 1 */
	uint32_t target_count, targets_told, texts_told;
	struct buf columns[PACK_COLUMNS];
};

struct packer *packer_new(const struct whole *whole, const struct rows *rows)
{
	struct packer *packer = xcalloc(1, sizeof(*packer));

	packer->whole = whole;
	packer->rows = rows;
	for (size_t i = 0; i < PACK_COLUMNS; i++)
		buf_init(&packer->columns[i]);
	return packer;
}

void packer_free(struct packer *packer)
{
	if (!packer)
		return;
	memo_release(&packer->meant);
	memo_release(&packer->targets);
	map_release(&packer->texts);
	for (size_t i = 0; i < PACK_COLUMNS; i++)
		buf_release(&packer->columns[i]);
	free(packer);
}

static void put(struct packer *packer, enum pack_column column, uint64_t number)
{
	number_put(&packer->columns[column], number);
}

/* A text or a target by its number; new ones are told in the order of their numbers. */
static void tell(struct packer *packer, enum pack_column column, uint32_t *told, uint32_t number)
{
	if (number == *told + 1) {
		put(packer, column, 1);
		*told = number;
	} else {
		put(packer, column, number ? (uint64_t)*told - number + 2 : 0);
	}
}

static uint32_t text_number(struct packer *packer, const char *text, size_t len)
{
	bool added;
	struct map_entry *entry = map_put(&packer->texts, text, len, &added);

	if (added) {
		entry->value.num = (int64_t)packer->texts.count;
		buf_add(&packer->columns[PACK_TEXTS], text, len);
		buf_addch(&packer->columns[PACK_TEXTS], '\0');
	}
	return (uint32_t)entry->value.num;
}

static uint32_t find_target(struct packer *packer, uint32_t path, uint32_t text, uint32_t kind)
{
	uint32_t known;

	if (memo_get(&packer->targets, path, text, kind, &known))
		return known;
	memo_put(&packer->targets, path, text, kind, ++packer->target_count);
	put(packer, PACK_TARGET_KIND, kind);
	if ((kind & 3U) != TARGET_PACKAGE)
		tell(packer, PACK_TARGET_PATH, &packer->texts_told, path);
	if ((kind & 3U) != TARGET_FILE)
		tell(packer, PACK_TARGET_TEXT, &packer->texts_told, text);
	return packer->target_count;
}

static uint32_t symbol_target(struct packer *packer, const struct graph_edge *edge, bool suffixed)
{
	const struct graph *graph = &packer->whole->graph;
	const struct graph_symbol *symbol = &graph->symbols[edge->to];
	const char *path = graph->files[symbol->file].path;
	uint32_t kind = suffixed ? TARGET_SUFFIXED : TARGET_SYMBOL;
	size_t len = strlen(symbol->qualified) - (suffixed ? strlen(edge->name) : 0);
	uint32_t at = symbol->file == edge->file ? 0 : text_number(packer, path, strlen(path));

	kind |= rows_ordinal(packer->rows, edge->to) << TARGET_BITS;
	return find_target(packer, at, text_number(packer, symbol->qualified, len), kind);
}

/* Whether the target's qualified name ends in what is written. */
static bool is_suffixed(const struct graph_symbol *symbol, const char *name)
{
	return (symbol->name == name || !strcmp(symbol->name, name)) &&
	       ends_with(symbol->qualified, name);
}

static uint32_t target_number(struct packer *packer, const struct graph_edge *edge)
{
	const struct graph *graph = &packer->whole->graph;
	const char *path;
	bool file = edge->kind == EDGE_IMPORT, suffixed;
	uint32_t sort, number;

	if (edge->to == GRAPH_NONE)
		return edge->package
			       ? find_target(packer, 0,
					 text_number(packer, edge->package, strlen(edge->package)),
					 TARGET_PACKAGE)
			       : 0;
	suffixed = !file && is_suffixed(&graph->symbols[edge->to], edge->name);
	sort = file ? TARGET_FILE : suffixed ? TARGET_SUFFIXED : TARGET_SYMBOL;
	if (memo_get(&packer->meant, edge->to, sort, 0, &number))
		return number;
	if (file) {
		path = graph->files[edge->to].path;
		number = find_target(packer, text_number(packer, path, strlen(path)), 0, sort);
	} else {
		number = symbol_target(packer, edge, suffixed);
	}
	memo_put(&packer->meant, edge->to, sort, 0, number);
	return number;
}

/* The first of the facts, which are sorted by `start`, that stands there. */
#define FIRST_AT(facts, count, place, out)                                                         \
	do {                                                                                       \
		uint32_t low = 0, high = (count);                                                  \
		while (low < high) {                                                               \
			uint32_t middle = low + (high - low) / 2;                                  \
			if ((facts)[middle].start < (place))                                       \
				low = middle + 1;                                                  \
			else                                                                       \
				high = middle;                                                     \
		}                                                                                  \
		(out) = low;                                                                       \
	} while (0)

struct origin {
	enum pack_origin sort;
	uint32_t index;
};

static bool is_reference(
	const struct facts *facts, uint32_t at, const struct graph_edge *edge, uint32_t from)
{
	const struct fact_reference *reference = &facts->references[at];
	const char *name = facts->text + reference->name;

	return reference->from == from && reference->line == edge->line &&
	       (name == edge->name || !strcmp(name, edge->name));
}

static struct origin origin_of(
	const struct facts *facts, const struct graph_edge *edge, uint32_t from)
{
	uint32_t at;

	if (edge->kind == EDGE_IMPORT) {
		FIRST_AT(facts->imports, facts->import_count, edge->start, at);
		if (at < facts->import_count && facts->imports[at].start == edge->start &&
			facts->imports[at].line == edge->line && from == PARSE_NONE &&
			!strcmp(facts->text + facts->imports[at].module, edge->name))
			return (struct origin){ORIGIN_IMPORT, at};
	}
	FIRST_AT(facts->references, facts->reference_count, edge->start, at);
	for (; at < facts->reference_count && facts->references[at].start == edge->start; at++)
		if (is_reference(facts, at, edge, from))
			return (struct origin){ORIGIN_REFERENCE, at};
	FIRST_AT(facts->bindings, facts->binding_count, edge->start, at);
	for (; at < facts->binding_count && facts->bindings[at].start == edge->start; at++)
		if (facts->bindings[at].from == from && facts->bindings[at].line == edge->line)
			return (struct origin){ORIGIN_BINDING, at};
	return (struct origin){ORIGIN_NONE, 0};
}

struct last {
	uint32_t origin[3], from, line, start;
};

/* Where an edge stands, and what it is called; its target follows. */
static void put_place(struct packer *packer, const struct facts *facts,
	const struct graph_edge *edge, uint32_t from, struct last *last)
{
	struct origin origin = origin_of(facts, edge, from);

	put(packer, PACK_HEAD,
		(uint64_t)origin.sort << (HEAD_KIND + HEAD_CONFIDENCE) |
			(uint64_t)edge->kind << HEAD_CONFIDENCE | (uint64_t)edge->confidence);
	if (origin.sort == ORIGIN_NONE) {
		number_put_step(&packer->columns[PACK_FROM], last->from, from + 1);
		number_put_step(&packer->columns[PACK_LINE], last->line, edge->line);
		number_put_step(&packer->columns[PACK_START], last->start, edge->start);
		last->from = from + 1;
		last->line = edge->line;
		last->start = edge->start;
	} else {
		number_put_step(
			&packer->columns[PACK_ORIGIN], last->origin[origin.sort], origin.index);
		last->origin[origin.sort] = origin.index;
	}
	if (origin.sort == ORIGIN_NONE || origin.sort == ORIGIN_BINDING)
		tell(packer, PACK_NAME, &packer->texts_told,
			text_number(packer, edge->name, strlen(edge->name)));
}

static void begin(struct packer *packer)
{
	memo_forget(&packer->meant);
	memo_forget(&packer->targets);
	map_release(&packer->texts);
	packer->target_count = packer->targets_told = packer->texts_told = 0;
	for (size_t i = 0; i < PACK_COLUMNS; i++)
		buf_clear(&packer->columns[i]);
}

static void finish(struct packer *packer, uint32_t count, struct buf *out)
{
	number_put(out, PACK_FORMAT);
	number_put(out, count);
	number_put(out, packer->target_count);
	number_put(out, packer->texts.count);
	for (size_t i = 0; i < PACK_COLUMNS; i++) {
		number_put(out, packer->columns[i].len);
		buf_add(out, packer->columns[i].ptr, packer->columns[i].len);
	}
}

void edges_pack(struct packer *packer, uint32_t file, struct buf *out)
{
	const struct whole *whole = packer->whole;
	const struct facts *facts = &whole->snapshot.files[file].facts;
	uint32_t first = whole->graph.files[file].first_symbol;
	uint32_t count = rows_edge_count(packer->rows, file);
	struct last last = {.line = 0};

	begin(packer);
	for (uint32_t i = 0; i < count; i++) {
		const struct graph_edge *edge = rows_edge_at(packer->rows, file, i);

		put_place(packer, facts, edge,
			edge->from == GRAPH_NONE ? PARSE_NONE : edge->from - first, &last);
		tell(packer, PACK_TARGET, &packer->targets_told, target_number(packer, edge));
	}
	finish(packer, count, out);
}

static uint32_t row_target(
	struct packer *packer, const char *path, const struct store_graph_edge *edge)
{
	size_t len = 0;
	uint32_t ordinal, at, kind = TARGET_SYMBOL;

	if (!edge->to_path)
		return edge->to_symbol ? find_target(packer, 0,
						 text_number(packer, edge->to_symbol,
							 strlen(edge->to_symbol)),
						 TARGET_PACKAGE)
				       : 0;
	if (edge->kind == EDGE_IMPORT)
		return find_target(packer,
			text_number(packer, edge->to_path, strlen(edge->to_path)), 0, TARGET_FILE);
	ordinal = target_ordinal(edge->to_symbol, &len);
	at = strcmp(edge->to_path, path) != 0
		     ? text_number(packer, edge->to_path, strlen(edge->to_path))
		     : 0;
	if (len >= strlen(edge->name) && !strncmp(edge->to_symbol + len - strlen(edge->name),
						 edge->name, strlen(edge->name))) {
		kind = TARGET_SUFFIXED;
		len -= strlen(edge->name);
	}
	return find_target(packer, at, text_number(packer, edge->to_symbol, len),
		kind | ordinal << TARGET_BITS);
}

void edges_pack_rows(struct packer *packer, const char *path, const struct facts *facts,
	const struct store_graph_edge *edges, uint32_t count, struct buf *out)
{
	struct last last = {.line = 0};

	begin(packer);
	for (uint32_t i = 0; i < count; i++) {
		const struct store_graph_edge *row = &edges[i];
		struct graph_edge edge = {.kind = (enum edge_kind)row->kind,
			.confidence = (enum confidence)row->confidence,
			.line = row->line,
			.start = row->start,
			.name = row->name};

		put_place(packer, facts, &edge, row->from < 0 ? PARSE_NONE : (uint32_t)row->from,
			&last);
		tell(packer, PACK_TARGET, &packer->targets_told, row_target(packer, path, row));
	}
	finish(packer, count, out);
}
