/* What the styles of imports share: a file each, import_<style>.c, and the index of paths. */
#ifndef GRAPH_IMPORT_H
#define GRAPH_IMPORT_H

#include "graph/internal.h"

struct import_index {
	const struct snapshot *snapshot;
	struct map paths;    /* path to file */
	struct map bases;    /* last component to first file */
	uint32_t *next_base; /* next file with the same last component, or GRAPH_NONE */
	struct qualified_index *qualified;
	struct map *dotted; /* folder, module and language to what was found */
};

uint32_t import_exact(const struct import_index *index, const char *path);
/* The file whose path ends in `tail` at a folder's boundary, nearest to `from`. */
uint32_t import_by_tail(const struct import_index *index, uint32_t from, const char *tail,
	enum confidence *confidence);
/* "a/b.c" and "../x/y" make "x/y". NULL when that leaves the tree. The caller frees. */
char *import_join(const char *file, const char *relative);

/*
 * Whether an import may mean a file of any name: the one it spells, and not only files with an
 * ending of its language.
 */
bool import_spells(const struct language *language, const char *module);

/* Each finds the file that `module`, as it is written in the file `from`, means; or GRAPH_NONE. */
uint32_t import_package(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence);
uint32_t import_relative(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence);
uint32_t import_crate(const struct import_index *index, uint32_t from, const char *module,
	enum confidence *confidence);

#endif
