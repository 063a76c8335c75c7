/* code-understanding: which first sentence of documentation belongs to this code, or which head
 * of a definition to this sentence. Only documentation written after the cutoff. */
#include "bench/internal.h"

#include "bench/code.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define CODE_BYTES 900

/* The sentence with the definition's own name taken out; NULL when it says too little. */
static char *sentence_of(const struct graph *graph, const struct graph_symbol *symbol)
{
	char *doc = first_sentence(graph_doc(graph, symbol), CHOICE_BYTES), *masked;

	masked = replace_word(doc, symbol->name, "this");
	free(doc);
	if (strlen(masked) >= 24 && strchr(masked, ' '))
		return masked;
	free(masked);
	return NULL;
}

static int list(struct material *material, struct candidates *out)
{
	const struct graph *graph = material->head;

	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		const struct graph_symbol *symbol = graph->symbols + i;

		if (*graph_doc(graph, symbol) && material->fresh[symbol->file] &&
			symbol->kind != SYMBOL_CONSTANT && material_is_new(material, i) &&
			symbol->end_line >= symbol->line + 3 && material->fresh_docs[i])
			candidates_add(out,
				material_order(material, symbol->file,
					material_hash(material, symbol->qualified, 31)),
				i, 0);
	}
	return 0;
}

/* The definition's lines but those that stand in its documentation (a docstring lies inside). */
static void add_code(struct material *material, const struct graph_symbol *symbol, struct buf *out)
{
	const struct buf *text = material_text(material, symbol->file);
	size_t end = symbol->end < text->len ? symbol->end : text->len;
	const char *at = text->ptr + (symbol->start < end ? symbol->start : end);
	const char *stop = text->ptr + end;
	bool quoted = false;

	while (at < stop && out->len < CODE_BYTES) {
		const char *newline = memchr(at, '\n', (size_t)(stop - at));
		const char *next = newline ? newline + 1 : stop;
		size_t indent = indent_of(at, (size_t)(next - at));
		char *bare = xstrndup(at + indent, strcspn(at + indent, "\n"));
		bool triple = strstr(bare, "\"\"\"") || strstr(bare, "'''");

		if (triple) {
			char *mark = strstr(bare, "\"\"\"") ? "\"\"\"" : "'''";
			bool closed = strstr(strstr(bare, mark) + 3, mark) != NULL;

			quoted = closed ? quoted : !quoted;
		} else if (!quoted && !starts_with(bare, "/*") && !starts_with(bare, "* ")) {
			buf_add(out, at, (size_t)(next - at));
		}
		free(bare);
		at = next;
	}
	if (out->len && out->ptr[out->len - 1] != '\n')
		buf_addch(out, '\n');
}

/* A pool of the same file and folder. `of` gives each symbol's text, freed here. */
static void add_others(struct material *material, uint32_t self,
	char *(*of)(const struct graph *, const struct graph_symbol *), struct draft *draft)
{
	const struct graph *graph = material->head;
	const struct graph_symbol *symbol = graph->symbols + self;
	char *module = graph_module(graph->files[symbol->file].path);

	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		const struct graph_symbol *other = graph->symbols + i;
		char *other_module, *text;
		bool near;

		/* As new as the answer: a familiar sentence would be told by its familiarity. */
		if (i == self || !material->fresh_docs[i] || other->kind != symbol->kind)
			continue;
		other_module = graph_module(graph->files[other->file].path);
		near = !strcmp(module, other_module);
		free(other_module);
		if (!near)
			continue;
		text = of(graph, other);
		if (text)
			draft_other(draft, text, strlen(text), other->file == symbol->file ? 0 : 1);
		free(text);
	}
	free(module);
}

static char *head_of(const struct graph *graph, const struct graph_symbol *symbol)
{
	char *line = first_line(symbol->signature, CHOICE_BYTES);

	(void)graph;
	if (*line && strchr(line, '('))
		return line;
	free(line);
	return NULL;
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	const struct graph *graph = material->head;
	const struct graph_symbol *symbol = graph->symbols + candidate->a;
	const struct graph_file *file = material->head->files + symbol->file;
	bool forward = candidate->order & 1;
	char *sentence = sentence_of(graph, symbol), *head = head_of(graph, symbol);
	const char *open, *close;

	if (!sentence || (!forward && !head)) {
		free(sentence);
		free(head);
		return NO_ITEM;
	}
	comment_marks(file, &open, &close);
	if (forward) {
		add_code(material, symbol, &draft->prompt);
		buf_addf(&draft->prompt, "%sWhat it does:%s\n%s", open, close, open);
		draft_answer(draft, sentence, strlen(sentence));
		add_others(material, candidate->a, sentence_of, draft);
	} else {
		buf_addf(&draft->prompt, "%s%s%s\n%s%s%s\n", open, file->path, close, open,
			sentence, close);
		draft_answer(draft, head, strlen(head));
		add_others(material, candidate->a, head_of, draft);
	}
	draft->path = xstrdup(file->path);
	draft->symbol = xstrdup(symbol->qualified);
	draft->source = material_place(material, symbol->file, symbol->line);
	free(sentence);
	free(head);
	return 0;
}

const struct category category_understanding = {
	.name = "code-understanding",
	.about = "which documentation belongs to this code, and the other way round",
	.list = list,
	.make = make,
};
