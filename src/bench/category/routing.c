/* tool-routing: given a task (a later commit's subject) and the place, which function of the
 * house was used for it; the others come from where that one lives. */
#include "bench/internal.h"

#include "bench/code.h"
#include "flywheel/config.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define SUBJECT_BYTES 120
#define HEAD_LINES 8 /* of the function, before the question */

struct added { /* calls on the lines that a commit adds to a file */
	struct material *material;
	uint32_t file;
	struct map names; /* name -> line at HEAD + 1 */
	struct strings lines;
};

static int list(struct material *material, struct candidates *out)
{
	for (size_t c = 0; c < material->commit_count; c++) {
		const struct held_commit *commit = material->commits + c;

		/* A sweep over many files has no one task. */
		for (size_t f = 0; f < commit->count && commit->count <= 12; f++) {
			uint32_t file = graph_find_file(material->head, commit->files[f].path);

			if (file != GRAPH_NONE && material->fresh[file])
				candidates_add(out, material_hash(material, commit->hex, 51 + f),
					(uint32_t)c, (uint32_t)f);
		}
	}
	return 0;
}

static int keep_added(const struct diff_line *line, void *payload)
{
	struct added *added = payload;

	if (line->origin == '+' && line->len)
		strings_add_len(
			&added->lines, line->text, line->len - (line->text[line->len - 1] == '\n'));
	return 0;
}

/* The one function of that name in another file that others use too; GRAPH_NONE otherwise. */
struct lookup {
	uint32_t file, found;
	size_t count;
};
static int look(const struct graph *graph, uint32_t symbol, void *payload)
{
	struct lookup *lookup = payload;

	if (graph->symbols[symbol].kind <= SYMBOL_METHOD) {
		lookup->count++;
		lookup->found = symbol;
	}
	return 0;
}

static uint32_t api_of(const struct graph *graph, uint32_t file, const char *name)
{
	struct lookup lookup = {file, GRAPH_NONE, 0};

	graph_find(graph, name, look, &lookup);
	if (lookup.count != 1 || starts_with(name, "__") ||
		graph->symbols[lookup.found].file == file ||
		graph->symbols[lookup.found].fan_in < 2)
		return GRAPH_NONE;
	return lookup.found;
}

/* The fresh line of HEAD with these bytes, or 0. */
static uint32_t line_at_head(struct material *material, uint32_t file, const char *line)
{
	const struct buf *text = material_text(material, file);
	const char *at = text->ptr, *end = text->ptr + text->len;
	size_t len = strlen(line);

	for (uint32_t n = 1; at < end; n++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((newline ? newline : end) - at);

		if (size == len && !memcmp(at, line, len) && material_is_fresh(material, file, n))
			return n;
		at = newline ? newline + 1 : end;
	}
	return 0;
}

static int read_added(struct added *added, const struct held_file *change)
{
	struct repo *repo = added->material->session->repo;
	size_t max = (size_t)config_number(added->material->session->config, "maxFileBytes");
	struct buf old = BUF_INIT, new = BUF_INIT;
	int rc = NO_ITEM;

	if (!oid_is_zero(&change->new) && !repo_blob_read(repo, &change->new, max, &new) &&
		(oid_is_zero(&change->old) || !repo_blob_read(repo, &change->old, max, &old)))
		rc = repo_text_diff(old.ptr, old.len, new.ptr, new.len, 0, keep_added, added);
	error_clear();
	for (size_t i = 0; !rc && i < added->lines.count; i++) {
		const char *line = added->lines.items[i];
		struct words words = {0};
		uint32_t at = 0;

		words_read(&words, line, strlen(line));
		for (size_t w = 0; w < words.count; w++) {
			const struct piece *piece = &words.items[w].piece;

			if (words.items[w].role != ROLE_CALL)
				continue;
			at = at ? at : line_at_head(added->material, added->file, line);
			map_put(&added->names, line + piece->start, piece->end - piece->start, NULL)
				->value.num = at;
		}
		words_release(&words);
	}
	buf_release(&old);
	buf_release(&new);
	return rc;
}

/* The function's head and first lines, at most up to the line in question. */
static void add_start(
	struct material *material, uint32_t file, uint32_t symbol, uint32_t line, struct buf *out)
{
	const struct buf *text = material_text(material, file);
	const struct graph_symbol *s = material->head->symbols + symbol;
	uint32_t last = s->line + HEAD_LINES < line ? s->line + HEAD_LINES : line;

	for (uint32_t n = s->line; n < last && out->len < PROMPT_BYTES; n++) {
		size_t start, end = text_line(text, n, &start);

		buf_add(out, text->ptr + start, end - start);
		buf_addch(out, '\n');
	}
}

static bool calls(const struct graph *graph, uint32_t from, uint32_t to)
{
	uint32_t first, end = graph_edges_of(graph, from, &first);

	for (uint32_t i = first; i < end; i++)
		if (graph->edges[i].kind == EDGE_CALL && graph->edges[i].to == to)
			return true;
	return false;
}

/*
 * Functions of the house that neither the commit nor the function calls: the API's own file first.
 * None stands in the prompt, as the answer does not.
 */
static void add_others(
	const struct added *added, uint32_t api, uint32_t within, struct draft *draft)
{
	const struct graph *graph = added->material->head;

	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		const struct graph_symbol *other = graph->symbols + i;

		if (other->kind > SYMBOL_METHOD || other->fan_in < 2 ||
			other->kind != graph->symbols[api].kind || other->file == added->file ||
			strcmp(graph->files[other->file].language,
				graph->files[added->file].language) ||
			map_get_str(&added->names, other->name) || calls(graph, within, i) ||
			has_word(draft->prompt.ptr, draft->prompt.len, other->name))
			continue;
		if (other->file == graph->symbols[api].file)
			draft_other(draft, other->name, strlen(other->name), 0);
		else if (material_used(added->material, graph->files[added->file].path, '\n',
				 other->name))
			draft_other(draft, other->name, strlen(other->name), 1);
	}
}

/* The graph has the call on that line: no word of a comment, no pointer of that name. */
static bool is_edge(const struct graph *graph, uint32_t from, uint32_t to, uint32_t line)
{
	uint32_t first, end = graph_edges_of(graph, from, &first);

	for (uint32_t i = first; i < end; i++)
		if (graph->edges[i].kind == EDGE_CALL && graph->edges[i].to == to &&
			graph->edges[i].line == line)
			return true;
	return false;
}

/* Of the calls that the commit adds, the one to the least used function: it says most. */
static const struct map_entry *most_telling(
	const struct added *added, uint32_t *api, uint32_t *within)
{
	const struct graph *graph = added->material->head;
	const struct map_entry *best = NULL;

	for (size_t i = 0; i < added->names.count; i++) {
		const struct map_entry *entry = added->names.entries + i;
		uint32_t callee = api_of(graph, added->file, entry->key);
		uint32_t line = (uint32_t)entry->value.num, symbol;

		if (callee == GRAPH_NONE || !line)
			continue;
		symbol = graph_symbol_at(graph, added->file, line);
		if (symbol == GRAPH_NONE || graph->symbols[symbol].kind == SYMBOL_TYPE ||
			!is_edge(graph, symbol, callee, line))
			continue;
		if (best && graph->symbols[callee].fan_in >= graph->symbols[*api].fan_in)
			continue;
		best = entry;
		*api = callee;
		*within = symbol;
	}
	return best;
}

static int ask(struct added *added, const struct held_commit *commit, struct draft *draft)
{
	struct material *material = added->material;
	const struct graph_file *file = material->head->files + added->file;
	char *subject = first_line(commit->message, SUBJECT_BYTES);
	uint32_t api = GRAPH_NONE, symbol = GRAPH_NONE;
	const struct map_entry *entry = most_telling(added, &api, &symbol);
	const char *open, *close;

	if (entry) {
		comment_marks(file, &open, &close);
		buf_addf(&draft->prompt, "%sTask: %s%s\n%s%s%s\n", open, subject, close, open,
			file->path, close);
		add_start(
			material, added->file, symbol, (uint32_t)entry->value.num, &draft->prompt);
		buf_addf(&draft->prompt, "%sTo do so it calls:%s ", open, close);
		draft_answer(draft, entry->key, entry->len);
		add_others(added, api, symbol, draft);
		draft->path = xstrdup(file->path);
		draft->symbol = xstrdup(material->head->symbols[symbol].qualified);
		draft->source = xstrdup(commit->hex);
	}
	free(subject);
	return entry && !has_word(draft->prompt.ptr, draft->prompt.len, draft->answer) ? 0
										       : NO_ITEM;
}

static int make(struct material *material, const struct candidate *candidate, struct draft *draft)
{
	const struct held_commit *commit = material->commits + candidate->a;
	const struct held_file *change = commit->files + candidate->b;
	struct added added = {.material = material, .names = MAP_INIT};
	int rc;

	added.file = graph_find_file(material->head, change->path);
	rc = read_added(&added, change);
	if (!rc && added.names.count)
		rc = ask(&added, commit, draft);
	else if (!rc)
		rc = NO_ITEM;
	map_release(&added.names);
	strings_release(&added.lines);
	return rc;
}

const struct category category_routing = {
	.name = "tool-routing",
	.about = "which function of the house a task calls for",
	.list = list,
	.make = make,
};
