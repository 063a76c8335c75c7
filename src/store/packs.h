/* Facts and edges as they lie in the sidecar: packed. For the files of src/store/ only. */
#ifndef STORE_PACKS_H
#define STORE_PACKS_H

#include "flywheel/store_pack.h"

/* What each opened sidecar keeps for it. Forgotten when a transaction is rolled back: a dictionary
 * that was learnt in it is gone. */
struct packs;
struct packs *packs_new(void);
void packs_forget(struct packs *packs);
void packs_free(struct packs *packs);

/* Unpacks; appends. E_INVALID: damaged, or its dictionary is lost. */
int packs_get(
	struct store *store, enum store_pack kind, const void *bytes, size_t len, struct buf *out);

#endif
