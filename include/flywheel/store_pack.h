/* How the sidecar packs what it holds of many files. */
#ifndef FLYWHEEL_STORE_PACK_H
#define FLYWHEEL_STORE_PACK_H

#include "flywheel/store.h"
#include "util/buf.h"

#include <stddef.h>
#include <stdint.h>

/* What is packed in the sidecar: a blob's facts, a file's edges. */
enum store_pack { STORE_FACTS, STORE_EDGES, STORE_PACKS };
/*
 * Learns what such pieces have in common from some of them, spread over all: what is written from
 * then on takes less. Does nothing when that was learnt before, or would not pay. `of`: how many
 * there will be. Inside the caller's transaction.
 */
int store_learn(struct store *store, enum store_pack kind, const struct buf *pieces, size_t count,
	size_t of);
/*
 * Packs a piece; appends. Once store_learn was asked (with no pieces, it may be), on any thread and
 * beside other queries, until the transaction is rolled back.
 */
int store_pack(
	struct store *store, enum store_pack kind, const void *bytes, size_t len, struct buf *out);
/* Like store_facts_write, of what store_pack made of the facts. */
struct store_facts;
void store_facts_put(struct store_facts *facts, const unsigned char *blob, int64_t version,
	const void *packed, size_t len);

#endif
