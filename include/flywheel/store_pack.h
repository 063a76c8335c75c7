/* How the sidecar packs what it holds of many files. */
#ifndef FLYWHEEL_STORE_PACK_H
#define FLYWHEEL_STORE_PACK_H

#include "flywheel/store.h"
#include "util/buf.h"

#include <stddef.h>

/* What is packed in the sidecar: a blob's facts, a file's edges. */
enum store_pack { STORE_FACTS, STORE_EDGES, STORE_PACKS };
/*
 * Learns what such pieces have in common from some of them, spread over all: what is written from
 * then on takes less. Does nothing when that was learnt before, or would not pay. `of`: how many
 * there will be. Inside the caller's transaction.
 */
int store_learn(struct store *store, enum store_pack kind, const struct buf *pieces, size_t count,
	size_t of);

#endif
