/*
 * From references to edges. A name is looked for where its language would see it: the same file,
 * what is imported, the same folder, the whole repository. What is found in one place only is
 * resolved or likely; several equal candidates are ambiguous; none is external.
 */
#include "graph/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 12 /* of re-exports and of base classes followed */

struct base {
	uint32_t type, target; /* symbols */
};

struct resolver {
	struct whole *whole;
	struct graph *graph;
	struct snapshot *snapshot;
	struct import_index *imports;
	uint32_t **targets;          /* per file, per import: file or GRAPH_NONE */
	enum confidence **certainty; /* of those */
	struct base *bases;          /* by type */
	uint32_t base_count, base_room;
	struct map declared; /* name to first entry of `declarers` + 1 */
	uint32_t *declarers; /* pairs: file, next entry + 1 */
	uint32_t declarer_count, declarer_room;
	uint32_t *seen; /* per file: the file that sees it, + 1 */
	uint32_t *queue;
	uint32_t edge_room;
};

struct answer {
	uint32_t to;
	enum confidence confidence;
};
static const struct answer external = {GRAPH_NONE, EDGE_EXTERNAL};

static const char *text_of(const struct resolver *self, uint32_t file, uint32_t offset)
{
	return self->snapshot->files[file].facts.text + offset;
}

static bool can_be_called(const struct graph_symbol *symbol)
{
	return symbol->kind != SYMBOL_CONSTANT;
}

static bool is_method(const struct graph *graph, const struct graph_symbol *symbol)
{
	return symbol->parent != GRAPH_NONE && graph->symbols[symbol->parent].kind == SYMBOL_TYPE &&
	       symbol->kind != SYMBOL_TYPE;
}

static const struct fact_definition *fact_of(const struct resolver *self, uint32_t symbol)
{
	const struct source_file *file = &self->snapshot->files[self->graph->symbols[symbol].file];

	return &file->facts.definitions[symbol - file->first_symbol];
}

static bool same_language(const struct resolver *self, uint32_t a, uint32_t b)
{
	return self->snapshot->files[a].language == self->snapshot->files[b].language;
}

static uint32_t shared_folders(const char *a, const char *b)
{
	uint32_t shared = 0;

	for (; *a && *a == *b; a++, b++)
		shared += *a == '/';
	return shared;
}

static bool same_folder(const char *a, const char *b)
{
	const char *end = strrchr(a, '/'), *other = strrchr(b, '/');
	size_t len = end ? (size_t)(end - a) : 0, other_len = other ? (size_t)(other - b) : 0;

	return len == other_len && !memcmp(a, b, len);
}

/* Candidates of one rank: their number, and the one nearest to the caller. */
struct tally {
	uint32_t count, best, shared;
};

static void tally_add(
	const struct resolver *self, struct tally *tally, uint32_t from, uint32_t symbol)
{
	const struct graph_file *files = self->graph->files;
	uint32_t shared =
		shared_folders(files[from].path, files[self->graph->symbols[symbol].file].path);

	if (!tally->count++ || shared > tally->shared) {
		tally->best = symbol;
		tally->shared = shared;
	}
}

/* A definition at a file's top level, the last one when it is defined again. */
static uint32_t top_level(const struct resolver *self, uint32_t file, const char *name)
{
	uint32_t found = GRAPH_NONE;

	for (uint32_t i = first_named(self->whole, name); i != GRAPH_NONE;
		i = self->whole->next_same[i])
		if (self->graph->symbols[i].file == file &&
			self->graph->symbols[i].parent == GRAPH_NONE)
			found = i;
	return found;
}

static uint32_t method_of(const struct resolver *self, uint32_t type, const char *name, int depth)
{
	uint32_t low = 0, high = self->base_count, found = GRAPH_NONE;

	if (depth > MAX_DEPTH)
		return GRAPH_NONE;
	for (uint32_t i = first_named(self->whole, name); i != GRAPH_NONE;
		i = self->whole->next_same[i])
		if (self->graph->symbols[i].parent == type)
			found = i; /* the last one counts: overloads come before */
	if (found != GRAPH_NONE)
		return found;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (self->bases[middle].type < type)
			low = middle + 1;
		else
			high = middle;
	}
	for (; found == GRAPH_NONE && low < self->base_count && self->bases[low].type == type;
		low++)
		found = method_of(self, self->bases[low].target, name, depth + 1);
	return found;
}

/* What a name imported into a file means: a symbol, or a whole file. */
struct meaning {
	uint32_t symbol, file;
};

static struct meaning imported(
	const struct resolver *self, uint32_t file, const char *name, int depth);

/* A name as another file exports it: defined there, imported there, or a file of that package. */
static struct meaning exported(
	const struct resolver *self, uint32_t target, const char *name, int depth)
{
	struct meaning found = {top_level(self, target, name), GRAPH_NONE};

	if (found.symbol == GRAPH_NONE)
		found = imported(self, target, name, depth + 1);
	return found;
}

static uint32_t submodule(
	const struct resolver *self, uint32_t file, const char *module, const char *name)
{
	enum confidence confidence;
	size_t len = strlen(module);
	char *whole = xstrfmt("%s%s%s", module, len && module[len - 1] == '.' ? "" : ".", name);
	uint32_t found = import_find(self->imports, file, whole, &confidence);

	free(whole);
	return found;
}

static struct meaning imported(
	const struct resolver *self, uint32_t file, const char *name, int depth)
{
	const struct facts *facts = &self->snapshot->files[file].facts;
	struct meaning found = {GRAPH_NONE, GRAPH_NONE};

	if (depth > MAX_DEPTH)
		return found;
	for (uint32_t i = 0; i < facts->import_count; i++) {
		const struct fact_import *import = &facts->imports[i];
		const char *taken = facts->text + import->name;
		const char *alias = facts->text + import->alias;
		const char *module = facts->text + import->module;
		uint32_t target = self->targets[file][i];

		if (!*taken) {
			if (target != GRAPH_NONE && !strcmp(*alias ? alias : module, name))
				found.file = target;
		} else if (!strcmp(taken, "*")) {
			struct meaning star = {GRAPH_NONE, GRAPH_NONE};

			if (target != GRAPH_NONE && target != file)
				star = exported(self, target, name, depth + 1);
			if (star.symbol != GRAPH_NONE || star.file != GRAPH_NONE)
				found = star;
		} else if (!strcmp(*alias ? alias : taken, name)) {
			if (target != GRAPH_NONE && target != file)
				found = exported(self, target, taken, depth + 1);
			if (found.symbol == GRAPH_NONE && found.file == GRAPH_NONE)
				found.file = submodule(self, file, module, taken);
		}
		if (found.symbol != GRAPH_NONE || found.file != GRAPH_NONE)
			break;
	}
	return found;
}

static bool declared_in_sight(const struct resolver *self, uint32_t file, const char *name)
{
	const struct map_entry *entry = map_get_str(&self->declared, name);
	uint32_t at = entry ? (uint32_t)entry->value.num : 0;

	for (; at; at = self->declarers[2 * (at - 1) + 1])
		if (self->seen[self->declarers[2 * (at - 1)]] == file + 1)
			return true;
	return false;
}

/* Whether the scope that a symbol stands in is around `from`. Methods are in no scope. */
static bool in_scope(const struct resolver *self, uint32_t symbol, uint32_t from)
{
	uint32_t parent = self->graph->symbols[symbol].parent;

	while (from != GRAPH_NONE && from != parent)
		from = self->graph->symbols[from].parent;
	return from == parent;
}

/* A bare name in a language whose names are visible where they are imported. */
static struct answer find_imported(
	const struct resolver *self, uint32_t file, uint32_t from, const char *name)
{
	const struct graph *graph = self->graph;
	uint32_t best = GRAPH_NONE;
	struct meaning meaning;

	for (uint32_t i = first_named(self->whole, name); i != GRAPH_NONE;
		i = self->whole->next_same[i]) {
		const struct graph_symbol *symbol = &graph->symbols[i];

		if (symbol->file != file || !can_be_called(symbol) || is_method(graph, symbol) ||
			!in_scope(self, i, from))
			continue;
		if (best == GRAPH_NONE || symbol->parent != GRAPH_NONE ||
			graph->symbols[best].parent == GRAPH_NONE)
			best = i;
	}
	if (best != GRAPH_NONE)
		return (struct answer){best, EDGE_RESOLVED};
	meaning = imported(self, file, name, 0);
	if (meaning.symbol == GRAPH_NONE || !can_be_called(&graph->symbols[meaning.symbol]))
		return external;
	return (struct answer){meaning.symbol, EDGE_RESOLVED};
}

/* A bare name in a language with one name space for the whole program. */
static struct answer find_global(const struct resolver *self, uint32_t file, const char *name)
{
	const struct graph *graph = self->graph;
	struct tally here = {0}, seen = {0}, folder = {0}, all = {0};

	for (uint32_t i = first_named(self->whole, name); i != GRAPH_NONE;
		i = self->whole->next_same[i]) {
		const struct graph_symbol *symbol = &graph->symbols[i];
		bool in_sight = self->seen[symbol->file] == file + 1;

		if (!can_be_called(symbol) || symbol->kind == SYMBOL_TYPE ||
			!same_language(self, symbol->file, file) ||
			(fact_of(self, i)->visibility == VISIBLE_FILE && !in_sight))
			continue;
		if (symbol->file == file)
			tally_add(self, &here, file, i);
		else if (in_sight)
			tally_add(self, &seen, file, i);
		else if (same_folder(graph->files[symbol->file].path, graph->files[file].path))
			tally_add(self, &folder, file, i);
		if (symbol->file != file && !in_sight)
			tally_add(self, &all, file, i);
	}
	if (here.count) /* several are the branches of an #if: one of them is built */
		return (struct answer){here.best, here.count == 1 ? EDGE_RESOLVED : EDGE_LIKELY};
	if (seen.count)
		return (struct answer){seen.best, seen.count == 1 ? EDGE_RESOLVED : EDGE_LIKELY};
	if (all.count == 1)
		return (struct answer){all.best,
			declared_in_sight(self, file, name) ? EDGE_RESOLVED : EDGE_LIKELY};
	if (folder.count == 1)
		return (struct answer){folder.best, EDGE_LIKELY};
	if (folder.count)
		return (struct answer){folder.best, EDGE_AMBIGUOUS};
	return all.count ? (struct answer){all.best, EDGE_AMBIGUOUS} : external;
}

/* A method called on something whose type is not known: never better than likely. */
static struct answer find_any_method(const struct resolver *self, uint32_t file, const char *name)
{
	const struct graph *graph = self->graph;
	struct tally near = {0}, all = {0};

	for (uint32_t i = first_named(self->whole, name); i != GRAPH_NONE;
		i = self->whole->next_same[i]) {
		const struct graph_symbol *symbol = &graph->symbols[i];

		if (!can_be_called(symbol) || !is_method(graph, symbol) ||
			!same_language(self, symbol->file, file))
			continue;
		tally_add(self, &all, file, i);
		if (self->seen[symbol->file] == file + 1)
			tally_add(self, &near, file, i);
	}
	if (near.count == 1)
		return (struct answer){near.best, EDGE_LIKELY};
	if (near.count)
		return (struct answer){near.best, EDGE_AMBIGUOUS};
	return all.count ? (struct answer){all.best, EDGE_AMBIGUOUS} : external;
}

static uint32_t enclosing_type(const struct graph *graph, uint32_t symbol)
{
	while (symbol != GRAPH_NONE && graph->symbols[symbol].kind != SYMBOL_TYPE)
		symbol = graph->symbols[symbol].parent;
	return symbol;
}

static struct answer find_on_receiver(const struct resolver *self, uint32_t file, uint32_t from,
	const char *receiver, const char *name)
{
	const struct language *language = self->snapshot->files[file].language;
	struct meaning meaning = {GRAPH_NONE, GRAPH_NONE};
	uint32_t type = GRAPH_NONE, found = GRAPH_NONE;

	if (language_is_receiver(language, receiver)) {
		type = enclosing_type(self->graph, from);
	} else {
		meaning = imported(self, file, receiver, 0);
		type = meaning.symbol != GRAPH_NONE ? meaning.symbol
						    : top_level(self, file, receiver);
	}
	if (type != GRAPH_NONE && self->graph->symbols[type].kind == SYMBOL_TYPE)
		found = method_of(self, type, name, 0);
	if (found == GRAPH_NONE && meaning.file != GRAPH_NONE)
		found = exported(self, meaning.file, name, 0).symbol;
	if (found != GRAPH_NONE && can_be_called(&self->graph->symbols[found]))
		return (struct answer){found, EDGE_RESOLVED};
	if (meaning.file != GRAPH_NONE) /* a module that does not have it */
		return external;
	return find_any_method(self, file, name);
}

static void see(struct resolver *self, uint32_t file)
{
	bool transitive = language_import_transitive(self->snapshot->files[file].language);
	uint32_t count = 0;

	self->queue[count++] = file;
	self->seen[file] = file + 1;
	for (uint32_t at = 0; at < count && (at == 0 || transitive); at++) {
		uint32_t from = self->queue[at];

		for (uint32_t i = 0; i < self->snapshot->files[from].facts.import_count; i++) {
			uint32_t target = self->targets[from][i];

			if (target == GRAPH_NONE || self->seen[target] == file + 1)
				continue;
			self->seen[target] = file + 1;
			self->queue[count++] = target;
		}
	}
}

static struct graph_edge *add_edge(struct resolver *self)
{
	struct graph *graph = self->graph;

	GROW(graph->edges, graph->edge_count, self->edge_room);
	return &graph->edges[graph->edge_count++];
}

static void add_imports(struct resolver *self, uint32_t file)
{
	const struct facts *facts = &self->snapshot->files[file].facts;

	for (uint32_t i = 0; i < facts->import_count; i++) {
		uint32_t target = self->targets[file][i];

		/* `from x import a, b` is one edge to x. */
		if (i && facts->imports[i].start == facts->imports[i - 1].start)
			continue;
		*add_edge(self) = (struct graph_edge){.from = GRAPH_NONE,
			.file = file,
			.to = target,
			.kind = EDGE_IMPORT,
			.confidence =
				target == GRAPH_NONE ? EDGE_EXTERNAL : self->certainty[file][i],
			.line = facts->imports[i].line,
			.start = facts->imports[i].start,
			.name = facts->text + facts->imports[i].module};
	}
}

static void add_calls(struct resolver *self, uint32_t file)
{
	const struct source_file *source = &self->snapshot->files[file];
	enum language_scope scope = language_scope(source->language);

	for (uint32_t i = 0; i < source->facts.reference_count; i++) {
		const struct fact_reference *call = &source->facts.references[i];
		const char *name = source->facts.text + call->name;
		uint32_t from =
			call->from == PARSE_NONE ? GRAPH_NONE : source->first_symbol + call->from;
		struct answer answer;

		if (call->kind != REFERENCE_CALL)
			continue;
		if (call->receiver)
			answer = find_on_receiver(
				self, file, from, source->facts.text + call->receiver, name);
		else if (scope == LANGUAGE_SCOPE_FILE)
			answer = find_imported(self, file, from, name);
		else
			answer = find_global(self, file, name);
		*add_edge(self) = (struct graph_edge){.from = from,
			.file = file,
			.to = answer.to,
			.kind = EDGE_CALL,
			.confidence = answer.confidence,
			.line = call->line,
			.start = call->start,
			.name = name};
	}
}

static void find_imports(struct resolver *self)
{
	for (uint32_t file = 0; file < self->snapshot->count; file++) {
		const struct facts *facts = &self->snapshot->files[file].facts;

		self->targets[file] = xcalloc(facts->import_count + (size_t)1, sizeof(uint32_t));
		self->certainty[file] =
			xcalloc(facts->import_count + (size_t)1, sizeof(enum confidence));
		for (uint32_t i = 0; i < facts->import_count; i++)
			self->targets[file][i] = import_find(self->imports, file,
				facts->text + facts->imports[i].module, &self->certainty[file][i]);
	}
}

static void add_declaration(struct resolver *self, uint32_t file, const char *name)
{
	struct map_entry *entry = map_put_str(&self->declared, name, NULL);

	if (self->declarer_count + 2 > self->declarer_room) {
		self->declarer_room = self->declarer_room ? self->declarer_room * 2 : 64;
		self->declarers = xrealloc(self->declarers, self->declarer_room * sizeof(uint32_t));
	}
	self->declarers[self->declarer_count++] = file;
	self->declarers[self->declarer_count++] = (uint32_t)entry->value.num;
	entry->value.num = self->declarer_count / 2;
}

static int compare_bases(const void *left, const void *right)
{
	const struct base *a = left, *b = right;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return (a->target > b->target) - (a->target < b->target);
}

static void add_base(struct resolver *self, uint32_t file, const struct fact_reference *reference)
{
	const struct source_file *source = &self->snapshot->files[file];
	const char *name = source->facts.text + reference->name;
	struct meaning meaning;
	uint32_t target = GRAPH_NONE;

	if (reference->from == PARSE_NONE)
		return;
	if (reference->receiver) {
		meaning = imported(self, file, source->facts.text + reference->receiver, 0);
		if (meaning.file != GRAPH_NONE)
			target = exported(self, meaning.file, name, 0).symbol;
	} else {
		target = top_level(self, file, name);
		if (target == GRAPH_NONE)
			target = imported(self, file, name, 0).symbol;
	}
	if (target == GRAPH_NONE || target == source->first_symbol + reference->from)
		return;
	GROW(self->bases, self->base_count, self->base_room);
	self->bases[self->base_count++] =
		(struct base){source->first_symbol + reference->from, target};
}

static void find_declarations(struct resolver *self)
{
	for (uint32_t file = 0; file < self->snapshot->count; file++) {
		const struct facts *facts = &self->snapshot->files[file].facts;

		for (uint32_t i = 0; i < facts->reference_count; i++) {
			const struct fact_reference *at = &facts->references[i];

			if (at->kind == REFERENCE_DECLARATION)
				add_declaration(self, file, text_of(self, file, at->name));
			else if (at->kind == REFERENCE_BASE)
				add_base(self, file, at);
		}
	}
	if (self->base_count)
		qsort(self->bases, self->base_count, sizeof(*self->bases), compare_bases);
}

static int compare_edges(const void *left, const void *right)
{
	const struct graph_edge *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->kind > b->kind) - (a->kind < b->kind);
}

void resolve(struct whole *whole)
{
	struct resolver self = {
		.whole = whole, .graph = &whole->graph, .snapshot = &whole->snapshot};
	size_t files = whole->snapshot.count + (size_t)1;

	self.imports = import_index_new(&whole->snapshot);
	self.targets = xcalloc(files, sizeof(*self.targets));
	self.certainty = xcalloc(files, sizeof(*self.certainty));
	self.seen = xcalloc(files, sizeof(*self.seen));
	self.queue = xcalloc(files, sizeof(*self.queue));
	find_imports(&self);
	find_declarations(&self);
	for (uint32_t file = 0; file < whole->snapshot.count; file++) {
		if (whole->snapshot.files[file].skipped)
			continue;
		see(&self, file);
		add_imports(&self, file);
		add_calls(&self, file);
	}
	if (whole->graph.edge_count)
		qsort(whole->graph.edges, whole->graph.edge_count, sizeof(*whole->graph.edges),
			compare_edges);
	for (uint32_t file = 0; file < whole->snapshot.count; file++) {
		free(self.targets[file]);
		free(self.certainty[file]);
	}
	free(self.targets);
	free(self.certainty);
	free(self.seen);
	free(self.queue);
	free(self.bases);
	free(self.declarers);
	map_release(&self.declared);
	import_index_free(self.imports);
}
