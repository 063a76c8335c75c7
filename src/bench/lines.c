/* Fresh lines: where most questions stand. */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/memory.h"

#include <string.h>

void list_fresh_lines(struct material *material, line_fn wanted, struct candidates *out)
{
	for (uint32_t f = 0; f < material->head->file_count; f++) {
		const struct buf *text;
		const char *at, *end;
		uint64_t salt;

		if (!material->fresh[f])
			continue;
		text = material_text(material, f);
		salt = material_hash(material, material->head->files[f].path, 11);
		at = text->ptr;
		end = text->ptr + text->len;
		for (uint32_t line = 1; at < end; line++) {
			const char *newline = memchr(at, '\n', (size_t)(end - at));
			size_t len = (size_t)((newline ? newline : end) - at);
			size_t indent = indent_of(at, len);

			if (material_is_fresh(material, f, line) && is_statement(at, len) &&
				(!wanted || wanted(at + indent, len - indent)))
				candidates_add(out, hash_bytes(at, len, salt), f, line);
			at = newline ? newline + 1 : end;
		}
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
