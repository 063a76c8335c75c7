/* Dead code candidates: what no edge reaches and no text names. When in doubt it is alive. */
#include "flywheel/graph_query.h"

#include "flywheel/config.h"
#include "graph/internal.h"
#include "graph/query/metric.h"
#include "graph/query/shape.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX_LEAST 3
#define ATTRIBUTE_LINES 12 /* of one attribute with its arguments */

struct dead {
	struct session *session;
	const struct whole *whole;
	bool *candidate;  /* per symbol */
	struct map names; /* of candidates: first of `chain` + 1; 0 when alive */
	uint32_t *next;   /* per symbol: the next candidate of that name + 1 */
	/* What names are made of elsewhere: strings that end in '_', words beside a C "##". */
	struct map prefixes, suffixes;
	/* The file that is read. */
	uint32_t file, line;
	size_t counted; /* bytes whose lines are counted */
	const char *text;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Operators, destructors and setters ("x=") are used without their name being written. */
static bool is_written(const char *name)
{
	while (is_letter(*name))
		name++;
	return !*name;
}

static bool is_called_by_itself(const struct dead *self, const struct graph_symbol *symbol)
{
	static const char *const names[] = {
		"main", "init", "_start", "DllMain", "setup", "teardown", "setUp", "tearDown"};
	const struct graph_symbol *symbols = self->whole->graph.symbols;
	const char *constructor =
		language_constructor(self->whole->snapshot.files[symbol->file].language);
	size_t len = strlen(symbol->name);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], symbol->name))
			return true;
	return len < 2 ||
	       (len > 4 && starts_with(symbol->name, "__") &&
		       !strcmp(symbol->name + len - 2, "__")) ||
	       !strcmp(symbol->name, constructor) ||
	       (symbol->parent != GRAPH_NONE &&
		       !strcmp(symbols[symbol->parent].name, symbol->name));
}

static bool is_decorated(const struct dead *self, const struct graph_symbol *symbol)
{
	const struct facts *facts = &self->whole->snapshot.files[symbol->file].facts;

	for (uint32_t i = 0; i < facts->binding_count; i++)
		if (facts->text[facts->bindings[i].value] == '@' &&
			!strcmp(facts->text + facts->bindings[i].name, symbol->name))
			return true;
	return strstr(symbol->signature, "__attribute__") != NULL;
}

/* Attributes stand in or above a definition: "@route(...)", "#[no_mangle]", "[Test]". */
static bool has_attribute(const char *text, size_t start)
{
	size_t at = start;

	if (text[start] == '@' || text[start] == '[')
		return true;
	while (at && text[at - 1] != '\n')
		at--;
	for (int lines = 0; at && lines < ATTRIBUTE_LINES; lines++) {
		size_t end = at - 1, first;

		while (--at && text[at - 1] != '\n')
			;
		for (first = at; first < end && (text[first] == ' ' || text[first] == '\t');)
			first++;
		if (text[first] == '@' || text[first] == '[' ||
			(text[first] == '#' && text[first + 1] == '['))
			return true;
		if (first == end || (text[first] != ')' && text[end - 1] != ',' &&
					    text[end - 1] != '(' && text[end - 1] != ')'))
			return false;
	}
	return false;
}

/* An enumeration lives by its constants, whoever names its tag. */
static bool is_enumeration(const struct graph_symbol *symbol)
{
	return symbol->kind == SYMBOL_TYPE && strstr(symbol->signature, "enum") != NULL;
}

static bool is_inside(const struct graph *graph, uint32_t symbol, uint32_t outer)
{
	while (symbol != GRAPH_NONE && symbol != outer)
		symbol = graph->symbols[symbol].parent;
	return symbol == outer;
}

/* Symbols that an edge of any kind reaches, and types that inherit from elsewhere with members. */
static bool *find_reached(const struct graph *graph)
{
	bool *reached = xcalloc(graph->symbol_count + (size_t)1, sizeof(*reached));
	bool *foreign = xcalloc(graph->symbol_count + (size_t)1, sizeof(*foreign));

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		if (edge->kind == EDGE_INHERIT && edge->from != GRAPH_NONE &&
			edge->confidence >= EDGE_AMBIGUOUS)
			foreign[edge->from] = true;
		if (edge->kind != EDGE_IMPORT && edge->to != GRAPH_NONE &&
			(edge->from == GRAPH_NONE || !is_inside(graph, edge->from, edge->to)))
			reached[edge->to] = true;
	}
	for (uint32_t i = 0; i < graph->symbol_count; i++)
		for (uint32_t at = i; at != GRAPH_NONE; at = graph->symbols[at].parent)
			reached[i] |= foreign[at];
	free(foreign);
	return reached;
}

static void choose(struct dead *self)
{
	const struct graph *graph = &self->whole->graph;
	bool *reached = find_reached(graph);

	self->candidate = xcalloc(graph->symbol_count + (size_t)1, sizeof(bool));
	self->next = xcalloc(graph->symbol_count + (size_t)1, sizeof(uint32_t));
	for (uint32_t i = graph->symbol_count; i--;) {
		const struct graph_symbol *symbol = &graph->symbols[i];
		struct map_entry *entry;

		if (reached[i] || symbol->kind == SYMBOL_CONSTANT || symbol->kind == SYMBOL_TEST ||
			is_enumeration(symbol) || !is_written(symbol->name) ||
			path_holds_tests(graph->files[symbol->file].path) ||
			is_called_by_itself(self, symbol) || is_decorated(self, symbol))
			continue;
		self->candidate[i] = true;
		entry = map_put_str(&self->names, symbol->name, NULL);
		self->next[i] = (uint32_t)entry->value.num;
		entry->value.num = i + 1;
	}
	free(reached);
}

static bool is_declaration(const struct dead *self, const char *name)
{
	const struct facts *facts = &self->whole->snapshot.files[self->file].facts;

	for (uint32_t i = 0; i < facts->reference_count; i++)
		if (facts->references[i].kind == REFERENCE_DECLARATION &&
			facts->references[i].line == self->line &&
			!strcmp(facts->text + facts->references[i].name, name))
			return true;
	return false;
}

/* A name in a text: unless a candidate of that name holds it, all of that name are alive. */
static void see_word(struct dead *self, const char *word, size_t len, size_t offset)
{
	struct map_entry *entry = map_get(&self->names, word, len);

	for (; self->counted < offset; self->counted++)
		self->line += self->text[self->counted] == '\n';
	if (!entry || !entry->value.num)
		return;
	for (uint32_t at = (uint32_t)entry->value.num; at; at = self->next[at - 1]) {
		const struct graph_symbol *symbol = &self->whole->graph.symbols[at - 1];

		if (symbol->file == self->file && symbol->start <= offset && offset < symbol->end)
			return;
	}
	if (!is_declaration(self, entry->key))
		entry->value.num = 0;
}

static void see_string(struct dead *self, const char *text, size_t len, size_t offset)
{
	for (size_t at = 0, end; at < len; at = end + 1) {
		for (end = at; end < len && is_letter(text[end]);)
			end++;
		if (end == at)
			continue;
		see_word(self, text + at, end - at, offset + at);
		if (end - at >= PREFIX_LEAST && text[end - 1] == '_')
			map_put(&self->prefixes, text + at, end - at, NULL);
	}
}

/* The preprocessor joins words: "cmd_ ## name" and "name ## _handler". */
static void see_pasted(struct dead *self, const char *word, size_t len, size_t offset)
{
	const char *after = word + len, *before = word;

	while (*after == ' ')
		after++;
	while (before > word - offset && before[-1] == ' ')
		before--;
	if (len < PREFIX_LEAST)
		return;
	if (after[0] == '#' && after[1] == '#')
		map_put(&self->prefixes, word, len, NULL);
	if (before - 2 >= word - offset && before[-1] == '#' && before[-2] == '#')
		map_put(&self->suffixes, word, len, NULL);
}

static int on_token(
	enum token_kind kind, const char *text, size_t len, size_t offset, void *payload)
{
	struct dead *self = payload;

	if (kind == TOKEN_WORD) {
		see_word(self, text, len, offset);
		see_pasted(self, text, len, offset);
	}
	if (kind == TOKEN_STRING)
		see_string(self, text, len, offset);
	return 0;
}

static bool is_document(const char *path)
{
	static const char *const ends[] = {
		".md", ".rst", ".txt", ".adoc", ".html", ".po", ".svg", ".lock"};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (ends_with(path, ends[i]))
			return true;
	return false;
}

/* What has an attribute may be called by whoever reads it. */
static void drop_attributed(struct dead *self, const struct source_file *file, const char *text)
{
	const struct graph *graph = &self->whole->graph;

	for (uint32_t i = 0; i < file->facts.definition_count; i++) {
		uint32_t at = file->first_symbol + i;

		if (self->candidate[at] && has_attribute(text, graph->symbols[at].start))
			map_get_str(&self->names, graph->symbols[at].name)->value.num = 0;
	}
}

static int read_file(struct dead *self, uint32_t index, struct buf *text)
{
	const struct source_file *file = &self->whole->snapshot.files[index];
	size_t max = (size_t)config_number(self->session->config, "maxFileBytes");
	int rc;

	if (!file->facts.text && is_document(file->path))
		return 0;
	buf_clear(text);
	rc = repo_blob_read(self->session->repo, &file->blob, max, text);
	if (rc == E_TOOBIG || rc == E_NOTFOUND) {
		error_clear();
		return 0;
	}
	if (rc || memchr(text->ptr, '\0', text->len))
		return rc;
	self->file = index;
	self->line = 1;
	self->counted = 0;
	self->text = text->ptr;
	drop_attributed(self, file, text->ptr);
	return each_token(
		text->ptr, 0, text->len, file->facts.text ? &file->facts : NULL, on_token, self);
}

static int read_files(struct dead *self)
{
	uint32_t count = self->whole->snapshot.count;
	struct progress *progress = progress_start("Looking for names", count);
	struct buf text = BUF_INIT;
	int rc = 0;

	for (uint32_t i = 0; i < count && !rc; i++) {
		progress_set(progress, i);
		rc = interrupted() ? fail(E_STOPPED, "stopped") : read_file(self, i, &text);
	}
	progress_finish(progress);
	buf_release(&text);
	return rc;
}

static bool may_be_composed(const struct dead *self, const char *name)
{
	size_t len = strlen(name);

	for (size_t at = PREFIX_LEAST; at < len; at++)
		if (map_get(&self->prefixes, name, at) ||
			map_get(&self->suffixes, name + len - at, at))
			return true;
	return false;
}

static bool is_header(const char *path)
{
	const char *dot = strrchr(path_base(path), '.');

	return dot && dot[1] == 'h';
}

static bool is_dead(const struct dead *self, uint32_t at)
{
	const char *name = self->whole->graph.symbols[at].name;

	return self->candidate[at] && map_get_str(&self->names, name)->value.num &&
	       !may_be_composed(self, name);
}

/* Of what is inside of each other the outermost; a C header's static is for all who include it. */
static void list(struct dead *self, struct graph_dead **out, size_t *count)
{
	const struct graph *graph = &self->whole->graph;
	size_t room = 0;

	for (uint32_t i = 0; i < graph->symbol_count; i++) {
		const struct graph_symbol *symbol = &graph->symbols[i];
		uint32_t outer = symbol->parent;

		while (outer != GRAPH_NONE && !is_dead(self, outer))
			outer = graph->symbols[outer].parent;
		if (outer != GRAPH_NONE || !is_dead(self, i))
			continue;
		GROW(*out, *count, room);
		(*out)[(*count)++] = (struct graph_dead){i,
			symbol->visibility == VISIBLE_EVERYWHERE ||
				symbol->visibility == VISIBLE_FAMILY ||
				is_header(graph->files[symbol->file].path),
			symbol->end_line - symbol->line + 1};
	}
}

int graph_dead(
	struct session *session, const struct graph *graph, struct graph_dead **out, size_t *count)
{
	struct dead self = {.session = session,
		.whole = (const struct whole *)graph,
		.names = MAP_INIT,
		.prefixes = MAP_INIT,
		.suffixes = MAP_INIT};
	int rc;

	*out = NULL;
	*count = 0;
	choose(&self);
	rc = read_files(&self);
	if (!rc)
		list(&self, out, count);
	map_release(&self.names);
	map_release(&self.prefixes);
	map_release(&self.suffixes);
	free(self.candidate);
	free(self.next);
	return rc;
}
