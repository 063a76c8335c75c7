/*
 * Imports of the JavaScript family: "./x" is beside the file, with or without its ending; "x" is a
 * package, which may be one of this repository's own, or an alias of a folder.
 */
#include "graph/resolve/import.h"

#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

/* In the order in which bundlers look; written ".js" may mean a file that is compiled to it. */
static const char *const endings[] = {
	".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", NULL};

typedef uint32_t (*find_fn)(const struct import_index *index, uint32_t from, const char *path,
	enum confidence *confidence);

static uint32_t find_exact(const struct import_index *index, uint32_t from, const char *path,
	enum confidence *confidence)
{
	(void)from;
	(void)confidence;
	return import_exact(index, path);
}

static uint32_t with_endings(const struct import_index *index, uint32_t from, const char *path,
	size_t len, find_fn find, enum confidence *confidence)
{
	uint32_t found = GRAPH_NONE;

	for (size_t i = 0; endings[i] && found == GRAPH_NONE; i++) {
		char *name = xstrfmt("%.*s%s", (int)len, path, endings[i]);

		found = find(index, from, name, confidence);
		free(name);
	}
	return found;
}

/* "x", "x.ts", "x/index.ts"; "x.js" also as "x.ts". */
static uint32_t find_module(const struct import_index *index, uint32_t from, const char *path,
	find_fn find, enum confidence *confidence)
{
	size_t len = strlen(path);
	uint32_t found = find(index, from, path, confidence);
	char *inside;

	if (found == GRAPH_NONE)
		found = with_endings(index, from, path, len, find, confidence);
	if (found == GRAPH_NONE && len > 3 && ends_with(path, ".js"))
		found = with_endings(index, from, path, len - 3, find, confidence);
	if (found == GRAPH_NONE && len > 4 && (ends_with(path, ".mjs") || ends_with(path, ".jsx")))
		found = with_endings(index, from, path, len - 4, find, confidence);
	if (found != GRAPH_NONE)
		return found;
	inside = xstrfmt("%s%sindex", path, len && path[len - 1] != '/' ? "/" : "");
	found = with_endings(index, from, inside, strlen(inside), find, confidence);
	free(inside);
	return found;
}

/* "@scope/name/sub" of a monorepo: a folder `name` with the module, or its `src`. */
static uint32_t find_package(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	const char *name = strchr(module, '/') + 1, *sub = strchr(name, '/');
	size_t len = sub ? (size_t)(sub - name) : strlen(name);
	uint32_t found = GRAPH_NONE;

	for (int deep = 0; deep < 2 && found == GRAPH_NONE; deep++) {
		char *tail = xstrfmt(
			"packages/%.*s%s%s", (int)len, name, deep ? "" : "/src", sub ? sub : "");

		found = find_module(index, from, tail, import_by_tail, confidence);
		free(tail);
	}
	return found;
}

uint32_t import_relative(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	const char *here = index->snapshot->files[from].path;
	uint32_t found = GRAPH_NONE;
	char *path;

	*confidence = EDGE_RESOLVED;
	if (*module == '.') {
		path = import_join(here, module);
		if (path)
			found = find_module(index, from, path, find_exact, confidence);
		free(path);
		*confidence = EDGE_RESOLVED;
		return found;
	}
	if (starts_with(module, "@/") || starts_with(module, "~/") || starts_with(module, "#/"))
		found = find_module(index, from, module + 2, import_by_tail, confidence);
	else if (*module == '@' && strchr(module, '/'))
		found = find_package(index, from, module, confidence);
	else if (strchr(module, '/')) /* from the root of the sources, as some are configured */
		found = find_module(index, from, module, find_exact, confidence);
	*confidence = EDGE_LIKELY; /* the settings that would prove it are not read */
	return found;
}
