/*
 * An import that names a folder by the address of its package (Go): the address ends in the path of
 * the folder, from the root of the repository or of a module in it.
 */
#include "graph/resolve/import.h"

#include "util/memory.h"
#include "util/strings.h"

#include <string.h>

/* Code hosts put owner and project before the path. */
static const char *const hosts[] = {
	"github.com/", "gitlab.com/", "bitbucket.org/", "codeberg.org/"};

static bool is_source(const struct source_file *file, const struct language *language)
{
	return file->language == language && !file->skipped;
}

/* Of a folder's files the first that is no test: the others are found by their folder. */
static uint32_t file_of_folder(const struct import_index *index, const char *folder, size_t len,
	const struct language *language)
{
	const struct snapshot *snapshot = index->snapshot;
	uint32_t low = 0, high = snapshot->count, found = GRAPH_NONE;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const char *path = snapshot->files[middle].path;
		int order = strncmp(path, folder, len);

		if (order < 0 || (!order && (unsigned char)path[len] < '/'))
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < snapshot->count; low++) {
		const struct source_file *file = &snapshot->files[low];

		if (strncmp(file->path, folder, len) != 0 || file->path[len] != '/')
			break;
		if (strchr(file->path + len + 1, '/') || !is_source(file, language))
			continue;
		if (!ends_with(file->path, "_test.go"))
			return low;
		found = found == GRAPH_NONE ? low : found;
	}
	return found;
}

static const char *behind_slash(const char *path)
{
	const char *slash = strchr(path, '/');

	return slash ? slash + 1 : NULL;
}

/* The part of an address that may be a path here: behind host, owner and project. */
static const char *first_tail(const char *module)
{
	const char *tail = behind_slash(module);

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (starts_with(module, hosts[i])) {
			tail = tail ? behind_slash(tail) : NULL;
			return tail ? behind_slash(tail) : NULL;
		}
	return tail;
}

/* In the folder of a module that is not at the root: "services/shop" + "/store". */
static uint32_t below_module(const struct import_index *index, uint32_t from, const char *tail,
	const struct language *language)
{
	const char *here = index->snapshot->files[from].path;
	uint32_t found = GRAPH_NONE;

	for (const char *slash = strrchr(here, '/'); slash && found == GRAPH_NONE;) {
		struct buf folder = BUF_INIT;

		buf_add(&folder, here, (size_t)(slash - here) + 1);
		buf_addstr(&folder, tail);
		found = file_of_folder(index, folder.ptr, folder.len, language);
		buf_release(&folder);
		do
			slash--;
		while (slash > here && *slash != '/');
		if (slash <= here)
			break;
	}
	return found;
}

uint32_t import_package(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence)
{
	const struct language *language = index->snapshot->files[from].language;
	uint32_t found;

	*confidence = EDGE_RESOLVED;
	/* The standard library's packages have no dot in their first part; a module's path has one.
	 */
	if (!memchr(module, '.', strcspn(module, "/"))) {
		*confidence = EDGE_LIKELY;
		for (const char *tail = behind_slash(module); tail; tail = behind_slash(tail)) {
			found = file_of_folder(index, tail, strlen(tail), language);
			if (found != GRAPH_NONE)
				return found;
		}
		return GRAPH_NONE;
	}
	for (const char *tail = first_tail(module); tail; tail = behind_slash(tail)) {
		found = file_of_folder(index, tail, strlen(tail), language);
		if (found == GRAPH_NONE) {
			found = below_module(index, from, tail, language);
			*confidence = EDGE_LIKELY;
		}
		if (found != GRAPH_NONE)
			return found;
	}
	return GRAPH_NONE;
}
