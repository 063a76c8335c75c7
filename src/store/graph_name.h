/* Which files define a name, by its hash. For the files of src/store/ only. */
#ifndef STORE_GRAPH_NAME_H
#define STORE_GRAPH_NAME_H

#include "flywheel/store.h"
#include "util/buf.h"

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
/* The ids of the files that define a name with this hash, as a JSON array. Appends. */
int names_files(struct store *store, uint32_t name, struct buf *out);

#endif
