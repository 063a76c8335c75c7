/*
 * The names that imports give: as numbers, so that asking all imports of a file for a name compares
 * no texts.
 */
#include "graph/flow.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

const char *module_last_part(const char *module)
{
	const char *last = module;

	for (const char *c = module; *c; c++)
		if (strchr("./:\\", *c) && c[1])
			last = c + 1;
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

void import_names_build(struct resolver *self)
{
	size_t count = 1;

	for (uint32_t i = 0; i < self->snapshot->count; i++)
		count += self->snapshot->files[i].facts.import_count;
	self->named_imports = xcalloc(count, sizeof(*self->named_imports));
	self->first_import = xcalloc(self->snapshot->count + (size_t)1, sizeof(uint32_t));
	count = 0;
	for (uint32_t i = 0; i < self->snapshot->count; i++) {
		const struct source_file *file = &self->snapshot->files[i];
		const struct facts *facts = &file->facts;

		self->first_import[i] = (uint32_t)count;
		for (uint32_t k = 0; k < facts->import_count; k++) {
			const char *taken = facts->text + facts->imports[k].name;

			self->named_imports[count++] = (struct named_import){
				.local = local_name(self, facts, &facts->imports[k],
					language_import(file->language)),
				.taken = *taken ? number(self, taken) : NAME_OTHER,
				.submodule = SUBMODULE_UNKNOWN};
		}
	}
}

uint32_t flow_imported(struct flow *flow, uint32_t file, uint32_t number, uint32_t word, int depth)
{
	const struct facts *facts = &flow->self->snapshot->files[file].facts;
	const struct named_import *imports =
		flow->self->named_imports + flow->self->first_import[file];
	uint32_t node = NODE_NONE;

	for (uint32_t i = 0; i < facts->import_count && depth < MAX_DEPTH && !node; i++) {
		const char *taken = facts->text + facts->imports[i].name;
		uint32_t target = flow->self->targets[file][i], other = word;
		bool all = imports[i].local == NAME_ANY;

		if (target == GRAPH_NONE || target == file || !*taken ||
			(!all && imports[i].local != number))
			continue;
		if (!all)
			other = flow_word(flow, taken, strlen(taken));
		node = flow_get(flow, SCOPE_FILE(target), other);
		if (!node)
			node = flow_imported(
				flow, target, all ? number : imports[i].taken, other, depth + 1);
	}
	return node;
}
