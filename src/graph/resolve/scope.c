/*
 * What a plain name means where it stands: a definition around it, one of its file, what is
 * imported, and then as far as its language looks: the folder, the namespace, everywhere.
 */
#include "graph/resolve/resolver.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

const struct answer nowhere = {GRAPH_NONE, EDGE_EXTERNAL, NULL};

bool is_wanted(const struct graph_symbol *symbol, enum want want)
{
	switch (want) {
	case WANT_CALL:
		return symbol->kind != SYMBOL_CONSTANT;
	case WANT_TYPE:
		return symbol->kind == SYMBOL_TYPE;
	case WANT_FUNCTION:
		return symbol->kind != SYMBOL_CONSTANT && symbol->kind != SYMBOL_TYPE;
	default:
		return true;
	}
}

bool is_placeless(const struct language *language, const char *name)
{
	return language_scope(language) == LANGUAGE_SCOPE_GLOBAL &&
	       !*language_separator(language) && !strpbrk(name, ".:\\<[");
}

const struct fact_definition *fact_of(const struct resolver *self, uint32_t symbol)
{
	const struct source_file *file = &self->snapshot->files[self->graph->symbols[symbol].file];

	return &file->facts.definitions[symbol - file->first_symbol];
}

uint32_t shared_folders(const char *a, const char *b)
{
	uint32_t shared = 0;

	for (; *a && *a == *b; a++, b++)
		shared += *a == '/';
	return shared;
}

bool same_folder(const char *a, const char *b)
{
	const char *end = strrchr(a, '/'), *other = strrchr(b, '/');
	size_t len = end ? (size_t)(end - a) : 0, other_len = other ? (size_t)(other - b) : 0;

	return len == other_len && !memcmp(a, b, len);
}

/* A type may be written in several parts, a method's overloads stand together: they are one. */
static bool is_part(const struct graph *graph, uint32_t a, uint32_t b)
{
	const struct graph_symbol *one = &graph->symbols[a], *other = &graph->symbols[b];

	if (one->kind != other->kind || strcmp(one->qualified, other->qualified) != 0)
		return false;
	if (one->kind == SYMBOL_METHOD)
		return one->file == other->file && one->parent == other->parent;
	return one->kind == SYMBOL_TYPE && one->qualified[strcspn(one->qualified, ".:\\")];
}

void tally_add(const struct resolver *self, struct tally *tally, uint32_t file, uint32_t symbol)
{
	const struct graph_file *files = self->graph->files;
	uint32_t shared =
		shared_folders(files[file].path, files[self->graph->symbols[symbol].file].path);

	if (tally->count && is_part(self->graph, tally->best, symbol))
		return;
	if (!tally->count++ || shared > tally->shared) {
		tally->best = symbol;
		tally->shared = shared;
	}
}

struct answer tally_answer(const struct tally *tally, enum confidence one, enum confidence several)
{
	if (!tally->count)
		return nowhere;
	return (struct answer){tally->best, tally->count == 1 ? one : several, NULL};
}

static const struct language *language_at(const struct resolver *self, uint32_t file)
{
	return self->snapshot->files[file].language;
}

static bool is_related(
	const struct resolver *self, uint32_t symbol, const struct language *language)
{
	return language_related(language_at(self, self->graph->symbols[symbol].file), language);
}

/* A definition at a file's top level, the last one when it is defined again. */
static uint32_t top_level(const struct resolver *self, uint32_t file, const char *name)
{
	struct span span = named_in(self->whole, name, file);

	for (uint32_t i = span.count; i--;)
		if (self->graph->symbols[span.symbols[i]].parent == GRAPH_NONE &&
			!is_method(self, span.symbols[i]))
			return span.symbols[i];
	return GRAPH_NONE;
}

static const struct meaning meaningless = {GRAPH_NONE, GRAPH_NONE, NULL};

static bool means_something(struct meaning meaning)
{
	return meaning.symbol != GRAPH_NONE || meaning.file != GRAPH_NONE;
}

/* Names of one file are asked for together and again: the answers for the last file are kept. */
struct recent {
	uint32_t file;
	struct map names; /* to a place in `meanings` + 1 */
	struct meaning *meanings;
	uint32_t count, room;
	struct memo asked; /* (file, hash of a name, again) on the way to a meaning */
};

/*
 * Who was asked for a name on the way to it. Modules that hand on each other's names make as many
 * ways as there are orders of them, and each way ends where the first one did.
 */
static bool ask(struct memo *asked, uint32_t file, const char *name, bool again)
{
	uint32_t hash = (uint32_t)hash_bytes(name, strlen(name), 0), value;

	if (memo_get(asked, file, hash, again, &value))
		return false;
	memo_put(asked, file, hash, again, 1);
	return true;
}

/* `number`: of the name, see import_name. */
static struct meaning imported(const struct resolver *self, uint32_t file, const char *name,
	uint32_t number, bool again, struct memo *asked);

/* `export default f`, `module.exports = f`, `export { f as name }`: a name for another one. */
static struct meaning exported_by_binding(
	const struct resolver *self, uint32_t file, const char *name, struct memo *asked)
{
	const struct facts *facts = &self->snapshot->files[file].facts;
	struct meaning found = meaningless;

	for (uint32_t i = 0; i < facts->binding_count && !means_something(found); i++) {
		const struct fact_binding *at = &facts->bindings[i];
		const char *bound = facts->text + at->name, *value = facts->text + at->value;

		if (at->kind != BINDING_NAME || at->from != PARSE_NONE ||
			(strcmp(bound, name) != 0 &&
				(strcmp(name, "default") != 0 ||
					strcmp(bound, "module.exports") != 0)) ||
			!strcmp(value, name))
			continue;
		found.symbol = top_level(self, file, value);
		if (!means_something(found) && ask(asked, file, value, false))
			found = imported(self, file, value, import_name(self, value), false, asked);
	}
	return found;
}

/* A name as another file exports it: defined there, handed on, or a file of that package. */
static struct meaning exported(const struct resolver *self, uint32_t file, const char *name,
	uint32_t number, struct memo *asked)
{
	const struct language *language = language_at(self, file);
	struct meaning found = {top_level(self, file, name), GRAPH_NONE, NULL};
	/* Python hands on all that it imports; others say what. */
	bool again = language && language_import(language) != LANGUAGE_IMPORT_DOTTED;
	struct span span;

	if (found.symbol != GRAPH_NONE || !language)
		return found;
	/* A folder is what is imported: its files are one. */
	if (language_scope(language) == LANGUAGE_SCOPE_FOLDER) {
		span = named(self->whole, name);
		for (uint32_t i = 0; i < span.count; i++) {
			const struct graph_symbol *symbol = &self->graph->symbols[span.symbols[i]];

			if (symbol->parent == GRAPH_NONE && !is_method(self, span.symbols[i]) &&
				is_related(self, span.symbols[i], language) &&
				same_folder(self->graph->files[symbol->file].path,
					self->graph->files[file].path)) {
				found.symbol = span.symbols[i];
				return found;
			}
		}
		return found;
	}
	if (language_import(language) == LANGUAGE_IMPORT_RELATIVE) {
		found = exported_by_binding(self, file, name, asked);
		if (!means_something(found) && ask(asked, file, name, true))
			found = imported(self, file, name, number, true, asked);
		/* `export { X }` of an import is no fact of its own. */
		if (means_something(found))
			return found;
		again = false;
	}
	return ask(asked, file, name, again) ? imported(self, file, name, number, again, asked)
					     : meaningless;
}

struct meaning find_exported(const struct resolver *self, uint32_t file, const char *name)
{
	memo_forget(&self->recent->asked);
	return exported(self, file, name, import_name(self, name), &self->recent->asked);
}

static uint32_t submodule(const struct resolver *self, uint32_t file, uint32_t at,
	const char *module, const char *name)
{
	struct named_import *import = &self->named_imports[self->first_import[file] + at];
	uint32_t found = import->submodule;
	enum confidence confidence;
	size_t len = strlen(module);
	char *whole;

	if (found != SUBMODULE_UNKNOWN)
		return found;
	whole = xstrfmt("%s%s%s", module, len && module[len - 1] == '.' ? "" : ".", name);
	found = import_find(self->imports, file, whole, &confidence);
	import->submodule = found;
	free(whole);
	return found;
}

/* Whether that is the module's name, or the name of something in it; "" is the module itself. */
static bool is_within(
	const char *qualified, const char *module, const char *separator, const char *name)
{
	size_t len = strlen(module), joint = strlen(separator);

	if (strncmp(qualified, module, len) != 0)
		return false;
	if (!*name || !strcmp(module_last_part(module), name))
		return !qualified[len];
	return !strncmp(qualified + len, separator, joint) &&
	       !strcmp(qualified + len + joint, name);
}

/* Where imports are qualified names: module.name, or module itself when it ends in the name.
 * `span`: what has the name, or the module's last part where that is asked for itself. */
static uint32_t imported_definition(const struct resolver *self, uint32_t file, const char *module,
	const char *name, struct span span)
{
	const struct language *language = language_at(self, file);
	const char *separator = language_separator(language);

	module += strspn(module, "\\:");
	for (uint32_t i = 0; i < span.count; i++)
		if (is_within(self->graph->symbols[span.symbols[i]].qualified, module, separator,
			    name) &&
			is_related(self, span.symbols[i], language))
			return span.symbols[i];
	return GRAPH_NONE;
}

/* One import, asked for a name, which `span` has. */
static struct meaning by_import(const struct resolver *self, uint32_t file, uint32_t at,
	const char *name, uint32_t number, struct span span, struct memo *asked)
{
	const struct facts *facts = &self->snapshot->files[file].facts;
	const struct fact_import *fact = &facts->imports[at];
	const struct named_import *import = &self->named_imports[self->first_import[file] + at];
	const char *taken = facts->text + fact->name, *alias = facts->text + fact->alias;
	const char *module = facts->text + fact->module;
	enum language_import style = language_import(language_at(self, file));
	bool qualified = style == LANGUAGE_IMPORT_QUALIFIED;
	uint32_t target = self->targets[file][at];
	struct meaning found = meaningless;

	if (!strcmp(taken, "*")) {
		if (*alias && strcmp(alias, name) != 0)
			return found;
		if (*alias) /* all of it under one name */
			return (struct meaning){GRAPH_NONE, target, module};
		if (qualified)
			found.symbol = imported_definition(self, file, module, name, span);
		else if (target != GRAPH_NONE && target != file)
			found = exported(self, target, name, number, asked);
		return found;
	}
	if (!*taken) {
		bool same = *alias                            ? !strcmp(alias, name)
			    : style == LANGUAGE_IMPORT_DOTTED ? !strcmp(module, name)
							      : import->last == number;

		if (qualified && !*alias && !same) /* a namespace, opened */
			found.symbol = imported_definition(self, file, module, name, span);
		if (!same)
			return found;
		if (qualified)
			found.symbol = imported_definition(self, file, module, "",
				named(self->whole, module_last_part(module)));
		found.file = found.symbol == GRAPH_NONE ? target : GRAPH_NONE;
		found.package = module;
		return found;
	}
	if (strcmp(*alias ? alias : taken, name) != 0)
		return found;
	if (qualified)
		found.symbol =
			imported_definition(self, file, module, taken, named(self->whole, taken));
	else if (target != GRAPH_NONE && target != file)
		found = exported(self, target, taken, import->taken, asked);
	if (!means_something(found) && style == LANGUAGE_IMPORT_DOTTED)
		found.file = submodule(self, file, at, module, taken);
	found.package = module;
	return found;
}

static struct meaning imported(const struct resolver *self, uint32_t file, const char *name,
	uint32_t number, bool again, struct memo *asked)
{
	const struct facts *facts = &self->snapshot->files[file].facts;
	struct import_walk walk = import_walk(self, file, number);
	struct meaning outside = meaningless;
	struct span span = {NULL, 0};
	bool nothing;
	uint32_t at;

	if (walk.any != GRAPH_NONE)
		span = named(self->whole, name);
	/* What nothing has as its name stands in no namespace that is opened. */
	nothing = !span.count &&
		  language_import(language_at(self, file)) == LANGUAGE_IMPORT_QUALIFIED;
	while ((at = import_walk_next(&walk)) != GRAPH_NONE) {
		struct meaning found;

		if ((again && !facts->imports[at].again) ||
			(nothing && walk.imports[at].local == NAME_ANY &&
				walk.imports[at].last != number))
			continue;
		found = by_import(self, file, at, name, number, span, asked);
		if (means_something(found)) {
			found.package = NULL;
			return found;
		}
		if (found.package && !outside.package)
			outside = found;
	}
	return outside;
}

struct recent *recent_new(void)
{
	struct recent *recent = xcalloc(1, sizeof(*recent));

	recent->file = GRAPH_NONE;
	return recent;
}

void recent_free(struct recent *recent)
{
	map_release(&recent->names);
	memo_release(&recent->asked);
	free(recent->meanings);
	free(recent);
}

struct meaning find_imported(const struct resolver *self, uint32_t file, const char *name)
{
	struct recent *recent = self->recent;
	struct map_entry *entry;
	struct meaning found;

	if (language_import(language_at(self, file)) == LANGUAGE_IMPORT_PATH)
		return meaningless; /* an #include names nothing */
	if (recent->file != file) {
		map_release(&recent->names);
		recent->names = (struct map)MAP_INIT;
		recent->count = 0;
		recent->file = file;
	}
	entry = map_get_str(&recent->names, name);
	if (entry)
		return recent->meanings[entry->value.num];
	memo_forget(&recent->asked);
	found = imported(self, file, name, import_name(self, name), false, &recent->asked);
	GROW(recent->meanings, recent->count, recent->room);
	map_put_str(&recent->names, name, NULL)->value.num = recent->count;
	recent->meanings[recent->count++] = found;
	return found;
}

static bool declared_in_sight(const struct resolver *self, uint32_t file, const char *name)
{
	const struct map_entry *entry = map_get_str(&self->declared, name);
	uint32_t at = entry ? (uint32_t)entry->value.num : 0;

	for (; at; at = self->declarers[2 * (at - 1) + 1])
		if (sees(self, file, self->declarers[2 * (at - 1)]))
			return true;
	return false;
}

bool is_in_sight(const struct resolver *self, uint32_t file, uint32_t other)
{
	return sees(self, file, other) ||
	       (self->spaces[file] && self->spaces[file] == self->spaces[other]);
}

/* The folder of a file, or the namespace that its first definition is in. */
void find_spaces(struct resolver *self)
{
	struct map known = MAP_INIT;

	self->spaces = xcalloc(self->graph->file_count + (size_t)1, sizeof(uint32_t));
	for (uint32_t i = 0; i < self->graph->file_count; i++) {
		const struct graph_file *file = &self->graph->files[i];
		const struct language *language = language_at(self, i);
		const struct graph_symbol *first = &self->graph->symbols[file->first_symbol];
		struct map_entry *entry;
		char *key = NULL;
		size_t len;
		bool added;

		if (file->skipped || !file->symbol_count ||
			(language_scope(language) != LANGUAGE_SCOPE_FOLDER &&
				language_scope(language) != LANGUAGE_SCOPE_NAMESPACE))
			continue;
		len = strlen(first->qualified) - strlen(first->name);
		key = len ? xstrndup(first->qualified, len) : graph_module(file->path);
		entry = map_put_str(&known, key, &added);
		if (added)
			entry->value.num = (int64_t)known.count;
		self->spaces[i] = (uint32_t)entry->value.num;
		free(key);
	}
	map_release(&known);
}

/* Whether the scope that a symbol stands in is around `from`. Methods are in no scope. */
static bool in_scope(const struct resolver *self, uint32_t symbol, uint32_t from)
{
	uint32_t parent = self->graph->symbols[symbol].parent;

	while (from != GRAPH_NONE && from != parent)
		from = self->graph->symbols[from].parent;
	return from == parent;
}

/* The innermost of the definitions around the place, the last one when it is defined again. */
static uint32_t find_around(
	const struct resolver *self, const struct place *place, struct span span, enum want want)
{
	const struct graph_symbol *symbols = self->graph->symbols;
	uint32_t best = GRAPH_NONE;

	span = of_file(self->whole, span, place->file);

	for (uint32_t i = 0; i < span.count; i++) {
		uint32_t at = span.symbols[i];

		if (!is_wanted(&symbols[at], want) || is_method(self, at) ||
			!in_scope(self, at, place->from))
			continue;
		if (best == GRAPH_NONE || symbols[at].parent != GRAPH_NONE ||
			symbols[best].parent == GRAPH_NONE)
			best = at;
	}
	return best;
}

static uint32_t find_in_types(
	const struct resolver *self, const struct place *place, uint32_t name, enum want want)
{
	uint32_t type = type_around(self, place->from), found;

	for (int depth = 0; type != GRAPH_NONE && depth < MAX_DEPTH; depth++) {
		found = member_numbered(self, type, name);
		if (found != GRAPH_NONE && is_wanted(&self->graph->symbols[found], want))
			return found;
		type = type_around(self, self->graph->symbols[type].parent);
	}
	return GRAPH_NONE;
}

/* A bare name in a language with one name space for the whole program. */
static struct answer find_global(
	const struct resolver *self, const struct place *place, const char *name, enum want want)
{
	const struct graph *graph = self->graph;
	struct tally here = {0}, seen = {0}, folder = {0}, all = {0};
	bool types = *language_separator(place->language) || want == WANT_TYPE;
	struct span span = named(self->whole, name);
	uint32_t file = place->file;

	for (uint32_t i = 0; i < span.count; i++) {
		uint32_t at = span.symbols[i];
		const struct graph_symbol *symbol = &graph->symbols[at];
		bool in_sight = sees(self, file, symbol->file);

		if (!is_wanted(symbol, want) || (symbol->kind == SYMBOL_TYPE && !types) ||
			is_method(self, at) || !is_related(self, at, place->language) ||
			(fact_of(self, at)->visibility == VISIBLE_FILE && !in_sight))
			continue;
		if (symbol->file == file)
			tally_add(self, &here, file, at);
		else if (in_sight)
			tally_add(self, &seen, file, at);
		else if (same_folder(graph->files[symbol->file].path, graph->files[file].path))
			tally_add(self, &folder, file, at);
		if (symbol->file != file && !in_sight)
			tally_add(self, &all, file, at);
	}
	if (here.count) /* several are the branches of an #if: one of them is built */
		return tally_answer(&here, EDGE_RESOLVED, EDGE_LIKELY);
	if (seen.count)
		return tally_answer(&seen, EDGE_RESOLVED, EDGE_LIKELY);
	if (all.count == 1)
		return (struct answer){all.best,
			declared_in_sight(self, file, name) ? EDGE_RESOLVED : EDGE_LIKELY, NULL};
	if (folder.count)
		return tally_answer(&folder, EDGE_LIKELY, EDGE_AMBIGUOUS);
	return tally_answer(&all, EDGE_AMBIGUOUS, EDGE_AMBIGUOUS);
}

static struct answer find_in_folder(
	const struct resolver *self, const struct place *place, struct span span, enum want want)
{
	const struct graph *graph = self->graph;
	struct tally found = {0};

	for (uint32_t i = 0; i < span.count; i++) {
		const struct graph_symbol *symbol = &graph->symbols[span.symbols[i]];

		if (symbol->parent == GRAPH_NONE && is_wanted(symbol, want) &&
			!is_method(self, span.symbols[i]) &&
			is_related(self, span.symbols[i], place->language) &&
			same_folder(
				graph->files[symbol->file].path, graph->files[place->file].path))
			tally_add(self, &found, place->file, span.symbols[i]);
	}
	/* Several are for different platforms: one of them is built. */
	return tally_answer(&found, EDGE_RESOLVED, EDGE_LIKELY);
}

/* The qualified name that the place stands in, or one of the same file: it begins as that does. */
static const char *qualified_here(const struct resolver *self, const struct place *place)
{
	const struct graph_file *file = &self->graph->files[place->file];

	if (place->from != GRAPH_NONE)
		return self->graph->symbols[place->from].qualified;
	return file->symbol_count ? self->graph->symbols[file->first_symbol].qualified : "";
}

/* Definitions of the namespaces around the place, the innermost first. */
static struct answer find_in_namespaces(
	const struct resolver *self, const struct place *place, const char *name, enum want want)
{
	const char *here = qualified_here(self, place);
	struct span span = named(self->whole, name);
	struct tally best = {0};
	size_t best_len = 0, name_len = strlen(name);

	for (uint32_t i = 0; i < span.count; i++) {
		uint32_t at = span.symbols[i];
		const struct graph_symbol *symbol = &self->graph->symbols[at];
		size_t len = strlen(symbol->qualified) - name_len;

		if (!is_wanted(symbol, want) || is_method(self, at) || len < best_len ||
			symbol->parent != GRAPH_NONE ||
			strncmp(symbol->qualified, here, len) != 0 ||
			!is_related(self, at, place->language))
			continue;
		if (len > best_len)
			best = (struct tally){0};
		best_len = len;
		tally_add(self, &best, place->file, at);
	}
	return tally_answer(&best, EDGE_RESOLVED, EDGE_LIKELY);
}

struct answer find_qualified(const struct resolver *self, const struct place *place,
	const char *qualifier, const char *name, enum want want)
{
	struct span span = named(self->whole, name);
	struct tally whole = {0}, end = {0};
	char *text = xstrfmt("%s%s%s", qualifier, language_separator(place->language), name);
	size_t len = strlen(text);

	for (uint32_t i = 0; i < span.count; i++) {
		const struct graph_symbol *symbol = &self->graph->symbols[span.symbols[i]];
		size_t its = strlen(symbol->qualified);

		if (its < len || !is_wanted(symbol, want) ||
			strcmp(symbol->qualified + its - len, text) != 0 ||
			!is_related(self, span.symbols[i], place->language))
			continue;
		if (its == len)
			tally_add(self, &whole, place->file, span.symbols[i]);
		else if (strchr(".:\\", symbol->qualified[its - len - 1]))
			tally_add(self, &end, place->file, span.symbols[i]);
	}
	free(text);
	if (whole.count)
		return tally_answer(&whole, EDGE_RESOLVED, EDGE_LIKELY);
	return tally_answer(&end, EDGE_LIKELY, EDGE_AMBIGUOUS);
}

struct answer find_plain(
	const struct resolver *self, const struct place *place, const char *name, enum want want)
{
	enum language_scope scope = language_scope(place->language);
	bool qualifies = *language_separator(place->language);
	struct answer answer = nowhere;
	struct meaning meaning;
	uint32_t number, around;
	struct span span;

	if (scope == LANGUAGE_SCOPE_GLOBAL && !qualifies)
		return find_global(self, place, name, want);
	number = name_number(self->whole, name, strlen(name));
	span = numbered(self->whole, number);
	around = find_around(self, place, span, want);
	if (around != GRAPH_NONE && self->graph->symbols[around].parent != GRAPH_NONE)
		return (struct answer){around, EDGE_RESOLVED, NULL};
	if (span.count && (language_implicit_receiver(place->language) || want == WANT_TYPE)) {
		uint32_t member = find_in_types(self, place, number, want);

		if (member != GRAPH_NONE)
			return (struct answer){member, EDGE_RESOLVED, NULL};
	}
	if (around != GRAPH_NONE && scope != LANGUAGE_SCOPE_GLOBAL)
		return (struct answer){around, EDGE_RESOLVED, NULL};
	meaning = find_imported(self, place->file, name);
	if (meaning.symbol != GRAPH_NONE && is_wanted(&self->graph->symbols[meaning.symbol], want))
		return (struct answer){meaning.symbol, EDGE_RESOLVED, NULL};
	if (meaning.package && meaning.file == GRAPH_NONE)
		return (struct answer){GRAPH_NONE, EDGE_EXTERNAL, meaning.package};
	if (scope == LANGUAGE_SCOPE_FOLDER)
		answer = find_in_folder(self, place, span, want);
	if (answer.to == GRAPH_NONE && scope != LANGUAGE_SCOPE_FILE &&
		scope != LANGUAGE_SCOPE_FOLDER && qualifies) /* a folder is all there is to Go */
		answer = find_in_namespaces(self, place, name, want);
	if (answer.to == GRAPH_NONE && scope == LANGUAGE_SCOPE_GLOBAL)
		answer = find_global(self, place, name, want);
	return answer;
}
