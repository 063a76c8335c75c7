/* Fresh lines: where most questions stand. */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/memory.h"

#include <string.h>

struct lister {
	struct material *material;
	line_fn wanted;
	struct candidates *out;
	uint32_t file;
	uint64_t salt;
};

static void list_line(const struct statement *statement, void *payload)
{
	struct lister *lister = payload;
	const char *line = statement->line + statement->indent;
	size_t len = statement->len - statement->indent;

	if (material_is_fresh(lister->material, lister->file, statement->number) &&
		(!lister->wanted || lister->wanted(line, len)))
		candidates_add(lister->out,
			material_order(lister->material, lister->file,
				hash_bytes(line, len, lister->salt)),
			lister->file, statement->number);
}

void list_fresh_lines(struct material *material, line_fn wanted, struct candidates *out)
{
	struct lister lister = {material, wanted, out, 0, 0};

	for (; lister.file < material->head->file_count; lister.file++) {
		const struct graph_file *file = material->head->files + lister.file;
		const struct buf *text;

		if (!material->fresh[lister.file])
			continue;
		text = material_text(material, lister.file);
		lister.salt = material_hash(material, file->path, 11);
		each_statement(
			text->ptr, text->len, has_semicolons(file->language), list_line, &lister);
	}
}

int place_of(struct material *material, const struct candidate *candidate, struct place *out)
{
	const struct buf *text = material_text(material, candidate->a);
	const struct graph_symbol *symbol;

	out->file = candidate->a;
	out->line = candidate->b;
	out->symbol = graph_symbol_at(material->head, out->file, out->line);
	if (out->symbol == GRAPH_NONE)
		return NO_ITEM;
	symbol = material->head->symbols + out->symbol;
	if ((symbol->kind != SYMBOL_FUNCTION && symbol->kind != SYMBOL_METHOD &&
		    symbol->kind != SYMBOL_TEST) ||
		out->line <= symbol->line)
		return NO_ITEM;
	out->end = text_line(text, out->line, &out->start);
	out->start += indent_of(text->ptr + out->start, out->end - out->start);
	while (out->end > out->start && strchr(" \t\r", text->ptr[out->end - 1]))
		out->end--;
	return out->end > out->start ? 0 : NO_ITEM;
}

void draft_from(
	struct draft *draft, struct material *material, const struct place *place, size_t offset)
{
	material_context(material, place->file, offset, PROMPT_BYTES, &draft->prompt);
	draft->path = xstrdup(material->head->files[place->file].path);
	draft->symbol = xstrdup(material->head->symbols[place->symbol].qualified);
	draft->source = material_place(material, place->file, place->line);
}
