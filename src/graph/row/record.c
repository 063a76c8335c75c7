/* What the digest of a file is made over. */
#include "graph/row/record.h"

#include <string.h>

static unsigned char *put32(unsigned char *out, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(number >> (8 * i));
	return out + 4;
}

static unsigned char *put64(unsigned char *out, uint64_t number)
{
	return put32(put32(out, (uint32_t)number), (uint32_t)(number >> 32));
}

static void add_text(struct buf *out, const char *text)
{
	buf_add(out, text ? text : "", text ? strlen(text) + 1 : 1);
}

void record_file(struct buf *out, const struct file_record *file)
{
	unsigned char bytes[8];

	add_text(out, file->path);
	add_text(out, file->language);
	add_text(out, file->skipped);
	buf_add(out, file->blob, OID_RAW);
	put32(put32(bytes, file->lines), file->symbols);
	buf_add(out, bytes, sizeof(bytes));
}

void record_symbol(struct buf *out, const struct store_graph_symbol *symbol)
{
	unsigned char bytes[48], *at = bytes;

	at = put32(at, symbol->parent < 0 ? GRAPH_NONE : (uint32_t)symbol->parent);
	at = put32(at, symbol->kind);
	at = put32(at, symbol->line);
	at = put32(at, symbol->end_line);
	at = put32(at, symbol->start);
	at = put32(at, symbol->end);
	at = put32(at, symbol->cyclomatic | symbol->cognitive << 16);
	at = put32(at, symbol->nesting | symbol->parameters << 16);
	at = put64(at, (uint64_t)symbol->body);
	buf_add(out, bytes, (size_t)(at - bytes));
	add_text(out, symbol->name);
	add_text(out, symbol->qualified);
	add_text(out, symbol->signature);
}

void record_edge(struct buf *out, const struct edge_record *edge)
{
	unsigned char bytes[48], *at = bytes;

	at = put32(at, edge->from);
	at = put32(at, edge->kind << 8 | edge->confidence);
	at = put32(at, edge->line);
	at = put32(at, edge->start);
	at = put64(at, edge->file);
	at = put64(at, edge->symbol);
	at = put32(at, edge->ordinal);
	buf_add(out, bytes, (size_t)(at - bytes));
	add_text(out, edge->name);
	add_text(out, edge->package);
}
