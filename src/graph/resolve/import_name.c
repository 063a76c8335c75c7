/*
 * The names that imports give: as numbers, so that asking all imports of a file for a name compares
 * no texts.
 */
#include "graph/resolve/flow.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

const char *module_last_part(const char *module)
{
	const char *end = module + strlen(module), *last = end;

	while (last > module && (last == end || (last[-1] != '.' && last[-1] != '/' &&
							last[-1] != ':' && last[-1] != '\\')))
		last--;
	return last;
}

uint32_t import_name(const struct resolver *self, const char *name)
{
	const struct map_entry *entry = map_get_str(&self->import_names, name);

	return entry ? (uint32_t)entry->value.num : NAME_OTHER;
}

static uint32_t number(struct resolver *self, const char *name)
{
	bool added;
	struct map_entry *entry = map_put_str(&self->import_names, name, &added);

	if (added)
		entry->value.num = (int64_t)self->import_names.count;
	return (uint32_t)entry->value.num;
}

/* The one name that an import is asked for here, or NAME_ANY: then it is to be asked for all. */
static uint32_t local_name(struct resolver *self, const struct facts *facts,
	const struct fact_import *import, enum language_import style)
{
	const char *taken = facts->text + import->name, *alias = facts->text + import->alias;
	const char *module = facts->text + import->module;

	if (*alias)
		return number(self, alias);
	if (!strcmp(taken, "*") || (!*taken && style == LANGUAGE_IMPORT_QUALIFIED))
		return NAME_ANY;
	if (*taken)
		return number(self, taken);
	return number(self, style == LANGUAGE_IMPORT_DOTTED ? module : module_last_part(module));
}

/* Backwards, so that chains come out in order. */
static void chain(struct resolver *self, uint32_t file)
{
	struct named_import *imports = self->named_imports + self->first_import[file];

	self->first_any[file] = GRAPH_NONE;
	for (uint32_t i = self->snapshot->files[file].facts.import_count; i--;) {
		if (imports[i].local == NAME_ANY) {
			imports[i].next = self->first_any[file];
			self->first_any[file] = i;
			continue;
		}
		if (!memo_get(&self->import_at, file, imports[i].local, 0, &imports[i].next))
			imports[i].next = GRAPH_NONE;
		memo_put(&self->import_at, file, imports[i].local, 0, i);
	}
}

void import_names_build(struct resolver *self)
{
	size_t count = 1;

	for (uint32_t i = 0; i < self->snapshot->count; i++)
		count += self->snapshot->files[i].facts.import_count;
	self->named_imports = xcalloc(count, sizeof(*self->named_imports));
	self->first_import = xcalloc(self->snapshot->count + (size_t)1, sizeof(uint32_t));
	self->first_any = xcalloc(self->snapshot->count + (size_t)1, sizeof(uint32_t));
	count = 0;
	for (uint32_t i = 0; i < self->snapshot->count; i++) {
		const struct source_file *file = &self->snapshot->files[i];
		const struct facts *facts = &file->facts;

		self->first_import[i] = (uint32_t)count;
		for (uint32_t k = 0; k < facts->import_count; k++) {
			const char *taken = facts->text + facts->imports[k].name;
			const char *module = facts->text + facts->imports[k].module;

			self->named_imports[count++] = (struct named_import){
				.local = local_name(self, facts, &facts->imports[k],
					language_import(file->language)),
				.taken = *taken ? number(self, taken) : NAME_OTHER,
				.last = *taken ? NAME_OTHER
					       : number(self, module_last_part(module)),
				.next = GRAPH_NONE,
				.submodule = SUBMODULE_UNKNOWN};
		}
		chain(self, i);
	}
}

struct import_walk import_walk(const struct resolver *self, uint32_t file, uint32_t number)
{
	struct import_walk walk = {
		self->named_imports + self->first_import[file], GRAPH_NONE, self->first_any[file]};

	if (number == NAME_OTHER || !memo_get(&self->import_at, file, number, 0, &walk.named))
		walk.named = GRAPH_NONE;
	return walk;
}

uint32_t import_walk_next(struct import_walk *walk)
{
	uint32_t *first = walk->named < walk->any ? &walk->named : &walk->any, at = *first;

	if (at != GRAPH_NONE)
		*first = walk->imports[at].next;
	return at;
}

static uint32_t imported(struct flow *flow, uint32_t file, uint32_t number, uint32_t word)
{
	const struct facts *facts = &flow->self->snapshot->files[file].facts;
	struct import_walk walk = import_walk(flow->self, file, number);
	uint32_t node = NODE_NONE, at, asked;

	while (!node && (at = import_walk_next(&walk)) != GRAPH_NONE) {
		const char *taken = facts->text + facts->imports[at].name;
		uint32_t target = flow->self->targets[file][at], other = word;
		bool all = walk.imports[at].local == NAME_ANY;

		if (target == GRAPH_NONE || target == file || !*taken)
			continue;
		if (!all)
			other = flow_word(flow, taken, strlen(taken));
		node = flow_get(flow, SCOPE_FILE(target), other);
		/* Modules may hand on each other's names: each is asked once. */
		if (node || memo_get(&flow->asked, target, other, 0, &asked))
			continue;
		memo_put(&flow->asked, target, other, 0, 1);
		node = imported(flow, target, all ? number : walk.imports[at].taken, other);
	}
	return node;
}

uint32_t flow_imported(struct flow *flow, uint32_t file, uint32_t number, uint32_t word)
{
	memo_forget(&flow->asked);
	return imported(flow, file, number, word);
}
