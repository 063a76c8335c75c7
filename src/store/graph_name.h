/* Which files define a name, by its hash. For the files of src/store/ only. */
#ifndef STORE_GRAPH_NAME_H
#define STORE_GRAPH_NAME_H

#include "flywheel/store.h"

#include <stddef.h>
#include <stdint.h>

/* What is to be changed, in the order in which that was said. {NULL} is none. */
struct name_changes {
	struct name_change *items;
	size_t count, room;
};

void names_change(struct name_changes *changes, int64_t file, uint32_t name, bool there);
/* Makes the changes, and forgets them. */
int names_apply(struct store *store, struct name_changes *changes);
/* At once: that a file defines anything. Looks at every name there is. */
int names_forget(struct store *store, int64_t file);
/* The files that define names with these hashes, one name after the other. */
typedef int (*name_file_fn)(int64_t file, void *payload);
int names_files(
	struct store *store, const uint32_t *names, size_t count, name_file_fn fn, void *payload);

#endif
