/*
 * What an import of a qualified name means: the file that defines the type or the function, the
 * type that holds the member, or of a namespace's files the one that holds what is used of it.
 */
#include "graph/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct holder {
	uint32_t file, next; /* next: index + 1 of the next holder of the name, or 0 */
};

struct qualified_index {
	const struct snapshot *snapshot;
	struct map names;      /* of types, and of what stands outside of any, to holders */
	struct map namespaces; /* that hold something directly, to holders */
	struct holder *holders;
	uint32_t *opaque; /* files without definitions: what they could not tell, their path may */
	uint32_t holder_count, holder_room, opaque_count, opaque_room;
};

static void add_holder(
	struct qualified_index *index, struct map *map, const char *name, size_t len, uint32_t file)
{
	struct map_entry *entry = map_put(map, name, len, NULL);
	uint32_t next = (uint32_t)entry->value.num;

	if (next && index->holders[next - 1].file == file)
		return;
	GROW(index->holders, index->holder_count, index->holder_room);
	index->holders[index->holder_count++] = (struct holder){file, next};
	entry->value.num = index->holder_count;
}

static void add_definitions(struct qualified_index *index, uint32_t file)
{
	const struct source_file *source = &index->snapshot->files[file];
	const char *separator = language_separator(source->language);

	for (uint32_t i = 0; i < source->facts.definition_count; i++) {
		const struct fact_definition *at = &source->facts.definitions[i];
		const char *qualified = source->facts.text + at->qualified;
		size_t len = strlen(qualified);
		size_t tail = strlen(source->facts.text + at->name) + strlen(separator);

		if (at->parent != PARSE_NONE && at->kind != SYMBOL_TYPE)
			continue;
		add_holder(index, &index->names, qualified, len, file);
		if (at->parent == PARSE_NONE && !at->owner && len > tail)
			add_holder(index, &index->namespaces, qualified, len - tail, file);
	}
}

struct qualified_index *qualified_index_new(const struct snapshot *snapshot)
{
	struct qualified_index *index = xcalloc(1, sizeof(*index));

	index->snapshot = snapshot;
	for (uint32_t i = snapshot->count; i--;) { /* backwards: chains come out in order of path */
		const struct source_file *file = &snapshot->files[i];

		if (!file->language || language_import(file->language) != LANGUAGE_IMPORT_QUALIFIED)
			continue;
		add_definitions(index, i);
		if (file->facts.definition_count)
			continue;
		GROW(index->opaque, index->opaque_count, index->opaque_room);
		index->opaque[index->opaque_count++] = i;
	}
	return index;
}

void qualified_index_free(struct qualified_index *index)
{
	if (!index)
		return;
	map_release(&index->names);
	map_release(&index->namespaces);
	free(index->holders);
	free(index->opaque);
	free(index);
}

static uint32_t shared_folders(const char *a, const char *b)
{
	uint32_t shared = 0;

	for (; *a && *a == *b; a++, b++)
		shared += *a == '/';
	return shared;
}

/* The holder nearest to `from`, itself only when there is no other. */
static uint32_t nearest(const struct qualified_index *index, const struct map *map,
	const char *name, size_t len, uint32_t from, enum confidence *confidence)
{
	const struct map_entry *entry = map_get(map, name, len);
	const struct source_file *files = index->snapshot->files;
	uint32_t best = GRAPH_NONE, best_score = 0, count = 0;

	for (uint32_t at = entry ? (uint32_t)entry->value.num : 0; at;
		at = index->holders[at - 1].next) {
		uint32_t file = index->holders[at - 1].file, score;

		if (!language_related(files[file].language, files[from].language))
			continue;
		score = file == from ? 0 : 1 + shared_folders(files[file].path, files[from].path);
		count++;
		if (best != GRAPH_NONE && score <= best_score)
			continue;
		best = file;
		best_score = score;
	}
	*confidence = count == 1 ? EDGE_RESOLVED : EDGE_LIKELY;
	return best;
}

/* A file names Foo, and namespace.Foo stands in another: that is the file it means. */
static uint32_t file_of_use(const struct qualified_index *index, const char *namespace, size_t len,
	uint32_t from, enum confidence *confidence)
{
	const struct source_file *source = &index->snapshot->files[from];
	const char *separator = language_separator(source->language);
	uint32_t found = GRAPH_NONE;
	struct buf name = BUF_INIT;
	size_t before;

	buf_add(&name, namespace, len);
	buf_addstr(&name, separator);
	before = name.len;
	for (uint32_t i = 0; i < source->facts.reference_count && found == GRAPH_NONE; i++) {
		const struct fact_reference *at = &source->facts.references[i];
		const char *first = source->facts.text + (at->receiver ? at->receiver : at->name);

		if (at->kind == REFERENCE_DECLARATION)
			continue;
		buf_truncate(&name, before);
		buf_add(&name, first, strcspn(first, " .:\\(<?-["));
		found = nearest(index, &index->names, name.ptr, name.len, from, confidence);
		if (found == from)
			found = GRAPH_NONE;
	}
	buf_release(&name);
	return found;
}

/* a.b.C is likely in a/b/C.java, even when nothing in that file could be read. */
static uint32_t by_path(const struct qualified_index *index, const char *module, uint32_t from)
{
	const struct source_file *files = index->snapshot->files;
	char *path = xstrdup(module);
	size_t len = 0;
	uint32_t found = GRAPH_NONE;

	for (const char *c = module; *c; c++)
		if (!strchr(".:\\", *c))
			path[len++] = *c;
		else if (len && path[len - 1] != '/')
			path[len++] = '/';
	path[len] = '\0';
	for (uint32_t i = index->opaque_count; i-- && found == GRAPH_NONE;) {
		const char *its = files[index->opaque[i]].path, *dot = strrchr(its, '.');
		size_t stem = dot ? (size_t)(dot - its) : strlen(its);

		if (stem >= len && !strncmp(its + stem - len, path, len) &&
			(stem == len || its[stem - len - 1] == '/') &&
			language_related(files[index->opaque[i]].language, files[from].language))
			found = index->opaque[i];
	}
	free(path);
	return found;
}

/* Where the last part of a qualified name begins with its separator; 0 when it has but one. */
static size_t parent_length(const char *name, size_t len, const char *separator)
{
	size_t part = strlen(separator);

	while (part && len > part && strncmp(name + len - part, separator, part) != 0)
		len--;
	return part && len > part ? len - part : 0;
}

uint32_t qualified_find(const struct qualified_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	const char *separator = language_separator(index->snapshot->files[from].language);
	uint32_t found = GRAPH_NONE, used;
	size_t len;

	module += strspn(module, ".:\\");
	len = strlen(module);
	found = nearest(index, &index->names, module, len, from, confidence);
	if (found != GRAPH_NONE)
		return found;
	found = nearest(index, &index->namespaces, module, len, from, confidence);
	if (found != GRAPH_NONE && *confidence != EDGE_RESOLVED) {
		used = file_of_use(index, module, len, from, confidence);
		return used == GRAPH_NONE ? found : used;
	}
	/* A member: of a type of that name, and not of a namespace that holds no such thing. */
	for (size_t cut = parent_length(module, len, separator); cut && found == GRAPH_NONE;
		cut = parent_length(module, cut, separator))
		found = nearest(index, &index->names, module, cut, from, confidence);
	if (found == GRAPH_NONE) {
		found = by_path(index, module, from);
		*confidence = EDGE_LIKELY;
	}
	return found;
}
