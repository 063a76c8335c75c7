/* Finding what the words of a question mean, and printing symbols. */
#include "command/graph_request.h"

#include "util/memory.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUGGESTIONS 5

struct search {
	struct symbol_set *out;
	const char *in_path; /* only symbols of this file, or NULL */
	size_t path_len;
};

static int on_symbol(const struct graph *graph, uint32_t symbol, void *payload)
{
	struct search *search = payload;
	const char *path = graph->files[graph->symbols[symbol].file].path;

	if (search->in_path && (strlen(path) != search->path_len ||
				       strncmp(path, search->in_path, search->path_len) != 0))
		return 0;
	GROW(search->out->items, search->out->count, search->out->capacity);
	search->out->items[search->out->count++] = symbol;
	return 0;
}

/* Levenshtein distance of the lowered names, for names short enough to be typed. */
static size_t distance(const char *a, const char *b)
{
	size_t row[65], len = strlen(b);

	if (len > 64 || strlen(a) > 64)
		return SIZE_MAX;
	for (size_t k = 0; k <= len; k++)
		row[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < len; k++) {
			bool same = tolower((unsigned char)a[i]) == tolower((unsigned char)b[k]);
			size_t best = corner + !same;

			corner = row[k + 1];
			best = best < row[k] + 1 ? best : row[k] + 1;
			row[k + 1] = best < corner + 1 ? best : corner + 1;
		}
	}
	return row[len];
}

static void say_unknown(const char *what, const char *name, const struct strings *near)
{
	struct buf line = BUF_INIT;

	buf_addf(&line, "no %s '", what);
	buf_add_printable(&line, name, strlen(name));
	buf_addstr(&line, near->count ? "' at HEAD; near: " : "' at HEAD");
	for (size_t i = 0; i < near->count; i++) {
		buf_addstr(&line, i ? ", " : "");
		buf_add_printable(&line, near->items[i], strlen(near->items[i]));
	}
	fprintf(stderr, "git-flywheel: %s\n", line.ptr);
	buf_release(&line);
}

static void suggest_symbols(const struct graph *graph, const char *name)
{
	size_t limit = strlen(name) / 3 + 1;
	struct strings near = STRINGS_INIT;

	for (size_t far = 0; far <= limit && near.count < SUGGESTIONS; far++)
		for (uint32_t i = 0; i < graph->symbol_count && near.count < SUGGESTIONS; i++) {
			const char *other = graph->symbols[i].name;

			if (distance(name, other) == far && !strings_contains(&near, other))
				strings_add(&near, other);
		}
	say_unknown("symbol", name, &near);
	strings_release(&near);
}

/* The file before one of the colons; a name behind it may hold some as well. */
static uint32_t file_of(const struct graph *graph, const char *words, const char **colon)
{
	uint32_t file = GRAPH_NONE;

	*colon = strchr(words, ':');
	while (*colon && file == GRAPH_NONE) {
		char *path = xstrndup(words, (size_t)(*colon - words));

		file = graph_find_file(graph, path);
		free(path);
		if (file == GRAPH_NONE)
			*colon = strchr(*colon + 1, ':');
	}
	return file;
}

bool graph_find_words(
	const struct graph_request *request, const char *words, struct symbol_set *out)
{
	const struct graph *graph = request->graph;
	struct search search = {.out = out};
	const char *colon, *name = words;
	uint32_t file = file_of(graph, words, &colon);
	char *end = NULL;

	if (file != GRAPH_NONE) {
		unsigned long line = strtoul(colon + 1, &end, 10);
		uint32_t symbol = GRAPH_NONE;

		search.in_path = words;
		search.path_len = (size_t)(colon - words);
		name = colon + 1;
		if (end > colon + 1 && !*end && line <= UINT32_MAX)
			symbol = graph_symbol_at(graph, file, (uint32_t)line);
		if (symbol != GRAPH_NONE)
			on_symbol(graph, symbol, &search);
	}
	if (!out->count)
		graph_find(graph, name, on_symbol, &search);
	if (!out->count)
		suggest_symbols(graph, name);
	return out->count > 0;
}

bool graph_find_path(const struct graph_request *request, const char *words, uint32_t *file)
{
	const struct graph *graph = request->graph;
	struct strings near = STRINGS_INIT;
	size_t len = strlen(words);

	*file = graph_find_file(graph, starts_with(words, "./") ? words + 2 : words);
	if (*file != GRAPH_NONE)
		return true;
	for (uint32_t i = 0; i < graph->file_count && near.count < SUGGESTIONS; i++) {
		const char *path = graph->files[i].path;
		size_t n = strlen(path);

		if (len && n > len && !strcmp(path + n - len, words) && path[n - len - 1] == '/')
			strings_add(&near, path);
	}
	say_unknown("file", words, &near);
	strings_release(&near);
	return false;
}

bool path_is_inside(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	while (len && folder[len - 1] == '/')
		len--;
	if (!len || (len == 1 && *folder == '.'))
		return true;
	return !strncmp(path, folder, len) && (path[len] == '/' || !path[len]);
}

void print_foreign(const char *before, const char *text, const char *after)
{
	struct buf line = BUF_INIT;

	buf_add_printable(&line, text, strcspn(text, "\n"));
	printf("%s%s%s", before, line.ptr, after);
	buf_release(&line);
}

void print_place(const struct graph *graph, uint32_t file, uint32_t line)
{
	print_foreign("", graph->files[file].path, "");
	printf(":%u", line);
}

const char *symbol_label(const struct graph *graph, uint32_t symbol)
{
	return symbol == GRAPH_NONE ? "(top level)" : graph->symbols[symbol].qualified;
}

void print_symbol(const struct graph *graph, uint32_t at)
{
	const struct graph_symbol *symbol = &graph->symbols[at];

	printf("%s ", symbol_kind_name(symbol->kind));
	print_foreign("", symbol->qualified, "  ");
	print_place(graph, symbol->file, symbol->line);
	printf("-%u\n", symbol->end_line);
	if (*symbol->signature)
		print_foreign("    ", symbol->signature, "\n");
	if (*graph_doc(graph, symbol))
		print_foreign("    ", graph_doc(graph, symbol), "\n");
	if (symbol->cyclomatic)
		printf("    cyclomatic %u, cognitive %u, nesting %u, parameters %u\n",
			symbol->cyclomatic, symbol->cognitive, symbol->nesting, symbol->parameters);
	printf("    called from %u places, calls %u\n", symbol->fan_in, symbol->fan_out);
}

struct js *symbol_json_short(const struct graph *graph, uint32_t at)
{
	const struct graph_symbol *symbol = &graph->symbols[at];
	struct js *out = js_object();

	js_set_text(out, "qualified", symbol->qualified);
	js_set_text(out, "kind", symbol_kind_name(symbol->kind));
	js_set_text(out, "path", graph->files[symbol->file].path);
	js_set_number(out, "line", symbol->line);
	js_set_number(out, "endLine", symbol->end_line);
	return out;
}

struct js *symbol_json(const struct graph *graph, uint32_t at)
{
	const struct graph_symbol *symbol = &graph->symbols[at];
	struct js *out = symbol_json_short(graph, at);

	js_set_text(out, "name", symbol->name);
	js_set_text(out, "signature", symbol->signature);
	js_set_text(out, "doc", graph_doc(graph, symbol));
	js_set_number(out, "cyclomatic", symbol->cyclomatic);
	js_set_number(out, "cognitive", symbol->cognitive);
	js_set_number(out, "nesting", symbol->nesting);
	js_set_number(out, "parameters", symbol->parameters);
	js_set_number(out, "fanIn", symbol->fan_in);
	js_set_number(out, "fanOut", symbol->fan_out);
	return out;
}

void print_json(struct js *value)
{
	struct buf text = BUF_INIT;

	js_write_pretty(value, &text);
	puts(text.ptr);
	buf_release(&text);
	js_free(value);
}
