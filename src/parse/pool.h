/*
 * Memory for tree-sitter, by the parse: it asks for millions of small pieces, of a few sizes, whose
 * lives end with the tree. What is asked for between enter and leave on this thread comes from the
 * pool, and is gone at leave, freed or not. Outside of that, and in other threads, it is malloc's.
 */
#ifndef PARSE_POOL_H
#define PARSE_POOL_H

#include <stdint.h>

struct pool;
struct pool *pool_new(void);
void pool_free(struct pool *pool);

void pool_enter(struct pool *pool);
void pool_leave(struct pool *pool);

/*
 * What this thread asked for so far, with a pool or without, in pieces that no sound tree asks for
 * often; bytes. The parser's own buffers are smaller, so that any parser asks for the same.
 */
uint64_t pool_huge(void);

#endif
