/* Compression of many small pieces, on zstd: fast, and the same bytes for the same input. */
#ifndef UTIL_COMPRESS_H
#define UTIL_COMPRESS_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What zstd keeps between pieces, because making it costs as much as a piece. With a dictionary
 * (copied; NULL and 0: none) what pieces have in common is not said in each of them.
 */
struct compressor;
struct compressor *compressor_new(const void *dictionary, size_t len);
void compressor_free(struct compressor *compressor);

/* Appends the piece, with its length and its dictionary's number in it. On any thread; what follows
 * is one thread's at a time. */
void compress_bytes(struct compressor *compressor, const void *bytes, size_t len, struct buf *out);
/* Appends what was compressed. E_INVALID: damaged, longer than `max`, or of another dictionary. */
int decompress_bytes(
	struct compressor *compressor, const void *bytes, size_t len, size_t max, struct buf *out);

/*
 * A whole frame of somebody else's, in pieces and of any length. `fn` gets what comes out,
 * borrowed; non-zero ends it. E_INVALID: damaged, or it wants more memory than 8 MiB.
 */
struct unpacker;
typedef int (*unpacked_fn)(const char *bytes, size_t len, void *payload);
struct unpacker *unpacker_new(unpacked_fn fn, void *payload);
int unpacker_feed(struct unpacker *unpacker, const void *bytes, size_t len);
int unpacker_finish(const struct unpacker *unpacker); /* E_INVALID: the end is missing */
void unpacker_free(struct unpacker *unpacker);        /* NULL is fine */
bool is_packed(const void *bytes, size_t len);        /* begins as such a frame does */

/* The number of a dictionary, and of the one that a piece needs; 0: none. */
unsigned dictionary_number(const void *dictionary, size_t len);
unsigned dictionary_wanted(const void *bytes, size_t len);

/*
 * What the samples, which lie one after the other, have in common: a dictionary of at most `room`
 * bytes. Appends; nothing when they are too few.
 */
void dictionary_learn(
	const void *samples, const size_t *lens, size_t count, size_t room, struct buf *out);

#endif
