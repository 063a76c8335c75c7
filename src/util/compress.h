/* Compression of many small pieces, on zstd: fast, and the same bytes for the same input. */
#ifndef UTIL_COMPRESS_H
#define UTIL_COMPRESS_H

#include "util/buf.h"

#include <stddef.h>

/* What zstd keeps between pieces; one per thread, because making it costs as much as a piece. */
struct compressor;
struct compressor *compressor_new(void);
void compressor_free(struct compressor *compressor);

/* Appends the piece, with its length in it. */
void compress_bytes(struct compressor *compressor, const void *bytes, size_t len, struct buf *out);
/* Appends what was compressed. E_INVALID: damaged, or longer than `max`. */
int decompress_bytes(const void *bytes, size_t len, size_t max, struct buf *out);

#endif
