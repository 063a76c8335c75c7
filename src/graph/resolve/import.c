/* What an import means: a path beside the file, or the end of some path of the tree. */
#include "graph/resolve/import.h"

#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct import_index *import_index_new(const struct snapshot *snapshot)
{
	struct import_index *index = xcalloc(1, sizeof(*index));

	index->snapshot = snapshot;
	index->dotted = xcalloc(1, sizeof(*index->dotted));
	index->qualified = qualified_index_new(snapshot);
	index->next_base = xcalloc(snapshot->count + (size_t)1, sizeof(uint32_t));
	for (uint32_t i = snapshot->count; i--;) { /* backwards: chains come out in order of path */
		const char *path = snapshot->files[i].path;
		struct map_entry *entry;
		bool added;

		map_put_str(&index->paths, path, NULL)->value.num = i;
		entry = map_put_str(&index->bases, path_base(path), &added);
		index->next_base[i] = added ? GRAPH_NONE : (uint32_t)entry->value.num;
		entry->value.num = i;
	}
	return index;
}

void import_index_free(struct import_index *index)
{
	if (!index)
		return;
	qualified_index_free(index->qualified);
	map_release(index->dotted);
	free(index->dotted);
	map_release(&index->paths);
	map_release(&index->bases);
	free(index->next_base);
	free(index);
}

uint32_t import_exact(const struct import_index *index, const char *path)
{
	const struct map_entry *entry = map_get_str(&index->paths, path);

	return entry ? (uint32_t)entry->value.num : GRAPH_NONE;
}

/* Number of leading folders that two paths share. */
static uint32_t shared_folders(const char *a, const char *b)
{
	uint32_t shared = 0;

	for (; *a && *a == *b; a++, b++)
		shared += *a == '/';
	return shared;
}

/* Whether the path of a file, less its last `len` bytes, ends in a folder that imports count from.
 */
static bool below_root(const struct language *language, const char *path, size_t len)
{
	size_t end = strlen(path) - len, start;

	if (!end || !language_has_roots(language))
		return true;
	for (start = --end; start && path[start - 1] != '/';)
		start--;
	return language_is_root(language, path + start, end - start);
}

/* The file whose path ends in `tail` at a folder's boundary, nearest to `from`. */
uint32_t import_by_tail(const struct import_index *index, uint32_t from, const char *tail,
	enum confidence *confidence)
{
	const struct map_entry *entry = map_get_str(&index->bases, path_base(tail));
	const struct source_file *here = &index->snapshot->files[from];
	uint32_t best = GRAPH_NONE, best_shared = 0, count = 0;
	size_t len = strlen(tail);

	for (uint32_t at = entry ? (uint32_t)entry->value.num : GRAPH_NONE; at != GRAPH_NONE;
		at = index->next_base[at]) {
		const char *path = index->snapshot->files[at].path;
		size_t path_len = strlen(path);
		uint32_t shared;

		if (!ends_with(path, tail) || (path_len > len && path[path_len - len - 1] != '/') ||
			!below_root(here->language, path, len))
			continue;
		shared = shared_folders(here->path, path);
		count++;
		if (best != GRAPH_NONE && shared <= best_shared)
			continue;
		best = at;
		best_shared = shared;
	}
	*confidence = count == 1 ? EDGE_RESOLVED : EDGE_LIKELY;
	return best;
}

/* folder + "../x/./y.h", made plain. NULL when it leaves the tree. The caller frees. */
char *import_join(const char *file, const char *relative)
{
	struct buf path = BUF_INIT;

	buf_add(&path, file, (size_t)(path_base(file) - file));
	while (*relative) {
		size_t len = strcspn(relative, "/");

		if (len == 2 && !strncmp(relative, "..", 2)) {
			if (!path.len) {
				buf_release(&path);
				return NULL;
			}
			buf_truncate(&path, path.len - 1);
			while (path.len && path.ptr[path.len - 1] != '/')
				buf_truncate(&path, path.len - 1);
		} else if (len && !(len == 1 && *relative == '.')) {
			buf_add(&path, relative, len);
			if (relative[len])
				buf_addch(&path, '/');
		}
		relative += len + (relative[len] == '/');
	}
	return buf_detach(&path);
}

enum places { BESIDE = 1, TAIL = 2 };

/* One spelling of a path: beside the file that imports it, else at the end of any path. */
static uint32_t find_spelled(const struct import_index *index, uint32_t from, const char *name,
	unsigned places, enum confidence *confidence)
{
	char *joined =
		places & BESIDE ? import_join(index->snapshot->files[from].path, name) : NULL;
	uint32_t found = joined ? import_exact(index, joined) : GRAPH_NONE;
	const char *tail = name;

	free(joined);
	*confidence = EDGE_RESOLVED;
	if (found != GRAPH_NONE || !(places & TAIL))
		return found;
	if (*name != '.')
		return import_by_tail(index, from, name, confidence);
	while (!strncmp(tail, "./", 2) || !strncmp(tail, "../", 3))
		tail += tail[1] == '/' ? 2 : 3;
	*confidence = EDGE_LIKELY; /* a script's, from the folder where it is started */
	return import_exact(index, tail);
}

/* As written, then with the extensions of the language: `require "x"`. */
static uint32_t find_path(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	const struct language *language = index->snapshot->files[from].language;
	const char *const *extensions = language_extensions(language);
	bool system = *module == '<', computed = *module == '/';
	size_t skip = system || computed;
	char *name = xstrndup(module + skip, strcspn(module + skip, ">"));
	unsigned places = BESIDE | TAIL;
	uint32_t found;

	if (*name == '.' && !computed)
		places = language_has_roots(language) ? BESIDE : BESIDE | TAIL;
	else if (system || (language_has_roots(language) && !computed))
		places = TAIL;
	found = find_spelled(index, from, name, places, confidence);
	for (size_t i = 0; !system && found == GRAPH_NONE && extensions[i]; i++) {
		char *spelled = xstrfmt("%s.%s", name, extensions[i]);

		found = find_spelled(index, from, spelled, places, confidence);
		free(spelled);
	}
	/* <string.h> means the system's, whoever else has a file of that name. */
	if (system && (*confidence != EDGE_RESOLVED || !strchr(name, '/')))
		found = GRAPH_NONE;
	if (system || computed)
		*confidence = EDGE_LIKELY;
	free(name);
	return found;
}

static bool is_package(const struct import_index *index, const struct language *language,
	const char *path, size_t len)
{
	const char *const *extensions = language_extensions(language);
	bool found = false;

	for (size_t i = 0; extensions[i] && !found && *language_package(language); i++) {
		char *name = xstrfmt(
			"%.*s%s.%s", (int)len, path, language_package(language), extensions[i]);

		found = import_exact(index, name) != GRAPH_NONE;
		free(name);
	}
	return found;
}

/*
 * The file that a module's path means from a root of modules: a folder that is no package itself.
 * A root around the importing file comes first, the innermost one; else the nearest.
 */
static uint32_t by_root(const struct import_index *index, uint32_t from, const char *tail,
	enum confidence *confidence)
{
	const struct map_entry *entry = map_get_str(&index->bases, path_base(tail));
	const struct source_file *importer = &index->snapshot->files[from];
	uint32_t best = GRAPH_NONE, best_rank = 0, count = 0;
	size_t len = strlen(tail);

	for (uint32_t at = entry ? (uint32_t)entry->value.num : GRAPH_NONE; at != GRAPH_NONE;
		at = index->next_base[at]) {
		const char *path = index->snapshot->files[at].path;
		size_t root = strlen(path) - len;
		bool around;
		uint32_t rank;

		if (!ends_with(path, tail) || (root && path[root - 1] != '/') ||
			(root && is_package(index, importer->language, path, root)))
			continue;
		around = !strncmp(importer->path, path, root);
		rank = 1 + shared_folders(importer->path, path) + (around ? 0x10000 : 0);
		count++;
		if (rank > best_rank) {
			best_rank = rank;
			best = at;
		}
	}
	*confidence = best_rank >= 0x10000 || (count == 1 && strchr(tail, '/')) ? EDGE_RESOLVED
										: EDGE_LIKELY;
	return best;
}

/* Tries path.ext and path/package.ext for the extensions of the importing file's language. */
static uint32_t find_module(const struct import_index *index, uint32_t from, const char *path,
	bool relative, enum confidence *confidence)
{
	const struct language *language = index->snapshot->files[from].language;
	const char *const *extensions = language_extensions(language);
	enum confidence its = EDGE_RESOLVED;
	uint32_t found = GRAPH_NONE;

	for (size_t i = 0; extensions[i]; i++)
		for (int package = 0; package < 2; package++) {
			char *name = package ? xstrfmt("%s%s%s.%s", path, *path ? "/" : "",
						       language_package(language), extensions[i])
					     : xstrfmt("%s.%s", path, extensions[i]);
			uint32_t one = relative ? import_exact(index, name)
						: by_root(index, from, name, &its);

			free(name);
			if (one == GRAPH_NONE || (found != GRAPH_NONE && its >= *confidence))
				continue;
			found = one;
			*confidence = its;
		}
	return found;
}

static uint32_t look_for_dotted(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	const char *here = index->snapshot->files[from].path;
	struct buf path = BUF_INIT;
	size_t dots = strspn(module, ".");
	uint32_t found = GRAPH_NONE;

	*confidence = EDGE_RESOLVED;
	if (dots) {
		buf_add(&path, here, (size_t)(path_base(here) - here));
		buf_truncate(&path, path.len ? path.len - 1 : 0);
		for (size_t i = 1; i < dots; i++) {
			const char *slash = path.len ? strrchr(path.ptr, '/') : NULL;

			buf_truncate(&path, slash ? (size_t)(slash - path.ptr) : 0);
		}
	}
	if (module[dots] && path.len)
		buf_addch(&path, '/');
	for (const char *c = module + dots; *c; c++)
		buf_addch(&path, *c == '.' ? '/' : *c);
	found = find_module(index, from, path.ptr, dots > 0, confidence);
	buf_release(&path);
	return found;
}

/* What it means hangs on the folder of the file only: many files of one import the same. */
static uint32_t find_dotted(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	const struct source_file *here = &index->snapshot->files[from];
	struct buf key = BUF_INIT;
	struct map_entry *entry;
	bool added;

	buf_addstr(&key, language_name(here->language));
	buf_addch(&key, ' ');
	buf_addstr(&key, module);
	buf_addch(&key, ' ');
	buf_add(&key, here->path, (size_t)(path_base(here->path) - here->path));
	entry = map_put(index->dotted, key.ptr, key.len, &added);
	if (added) {
		uint32_t found = look_for_dotted(index, from, module, confidence);

		entry->value.num = (int64_t)((uint64_t)*confidence << 32 | found);
	}
	*confidence = (enum confidence)((uint64_t)entry->value.num >> 32);
	buf_release(&key);
	return (uint32_t)entry->value.num;
}

/* PHP imports names and includes files: no name holds a slash, or ends as its files do. */
static bool is_path(const struct language *language, const char *module)
{
	const char *dot = strrchr(module, '.');

	if (strchr(module, '/'))
		return true;
	for (const char *const *at = language_extensions(language); dot && *at; at++)
		if (!strcmp(dot + 1, *at) && strcmp(language_separator(language), ".") != 0)
			return true;
	return false;
}

uint32_t import_find(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	const struct language *language = index->snapshot->files[from].language;

	if (!*module)
		return GRAPH_NONE;
	if (language_import(language) == LANGUAGE_IMPORT_PATH)
		return find_path(index, from, module, confidence);
	if (language_import(language) == LANGUAGE_IMPORT_QUALIFIED && is_path(language, module))
		return find_path(index, from, module, confidence);
	if (language_import(language) == LANGUAGE_IMPORT_QUALIFIED)
		return qualified_find(index->qualified, from, module, confidence);
	if (language_import(language) == LANGUAGE_IMPORT_RELATIVE)
		return import_relative(index, from, module, confidence);
	if (language_import(language) == LANGUAGE_IMPORT_CRATE)
		return import_crate(index, from, module, confidence);
	if (language_import(language) == LANGUAGE_IMPORT_PACKAGE)
		return import_package(index, from, module, confidence);
	return find_dotted(index, from, module, confidence);
}

bool import_spells(const struct language *language, const char *module)
{
	switch (language_import(language)) {
	case LANGUAGE_IMPORT_PATH:
	case LANGUAGE_IMPORT_RELATIVE:
		return true;
	case LANGUAGE_IMPORT_QUALIFIED:
		return is_path(language, module);
	default:
		return false;
	}
}
