/*
 * Small pieces are cut from chunks and, once freed, kept in a list for each size; large ones are
 * malloc's, in a list by which leave finds those that are left. A head before each piece says what
 * it is. tree-sitter has one allocator for all threads, hence the pool of a thread.
 */
#include "parse/pool.h"

#include "util/memory.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tree_sitter/api.h>

#define STEP 16u                  /* sizes are multiples of it */
#define SIZES 64u                 /* in steps; larger pieces are malloc's */
#define CHUNK ((size_t)256 << 10) /* bytes */
#define KEPT 4                    /* chunks that stay for the next parse */
#define HUGE_MIN ((size_t)16 << 10)

enum kind { KIND_OUTSIDE, KIND_SMALL, KIND_LARGE };

/* Of 8 bytes, which is all the alignment that tree-sitter's structures want. */
struct head {
	uint32_t kind, size; /* size in steps, of a small one, with the head */
};

struct piece { /* a free one */
	struct piece *next;
};

/* Before the head of a large piece. */
struct large {
	struct large *next, **from;
};

struct chunk {
	struct chunk *next;
	uint64_t bytes[CHUNK / sizeof(uint64_t)];
};

struct pool {
	struct piece *free[SIZES + 1];
	struct large *large;
	struct chunk *chunks, *spare; /* in use, the newest first; to be used again */
	size_t used;                  /* of the newest; bytes */
};

static _Thread_local struct pool *current;
static _Thread_local uint64_t huge;

static void *cut(struct pool *pool, size_t bytes)
{
	struct chunk *chunk = pool->chunks;

	if (!chunk || pool->used + bytes > CHUNK) {
		chunk = pool->spare;
		if (chunk)
			pool->spare = chunk->next;
		else
			chunk = xmalloc(sizeof(*chunk));
		chunk->next = pool->chunks;
		pool->chunks = chunk;
		pool->used = 0;
	}
	pool->used += bytes;
	return (char *)chunk->bytes + pool->used - bytes;
}

static void link_large(struct pool *pool, struct large *large)
{
	large->next = pool->large;
	large->from = &pool->large;
	if (large->next)
		large->next->from = &large->next;
	pool->large = large;
}

static void unlink_large(struct large *large)
{
	*large->from = large->next;
	if (large->next)
		large->next->from = large->from;
}

static void *allocate_large(struct pool *pool, size_t bytes)
{
	struct large *large = xmalloc(sizeof(*large) + sizeof(struct head) + bytes);
	struct head *head = (struct head *)(large + 1);

	link_large(pool, large);
	*head = (struct head){KIND_LARGE, 0};
	return head + 1;
}

static void count_huge(size_t bytes)
{
	huge += bytes >= HUGE_MIN ? bytes : 0;
}

static void *allocate(size_t bytes)
{
	size_t size = (bytes + sizeof(struct head) + STEP - 1) / STEP;
	struct pool *pool = current;
	struct head *head;

	count_huge(bytes);
	if (!pool) {
		head = xmalloc(sizeof(*head) + bytes);
		*head = (struct head){KIND_OUTSIDE, 0};
		return head + 1;
	}
	if (size > SIZES)
		return allocate_large(pool, bytes);
	if (pool->free[size]) {
		struct piece *piece = pool->free[size];

		pool->free[size] = piece->next;
		return piece;
	}
	head = cut(pool, size * STEP);
	*head = (struct head){KIND_SMALL, (uint32_t)size};
	return head + 1;
}

static void *allocate_zeros(size_t count, size_t size)
{
	void *piece = allocate(count * size); /* tree-sitter's are small numbers */

	memset(piece, 0, count * size);
	return piece;
}

static void release(void *piece)
{
	struct head *head = piece ? (struct head *)piece - 1 : NULL;
	struct piece *freed = piece;

	if (!head)
		return;
	if (head->kind == KIND_OUTSIDE) {
		free(head);
	} else if (head->kind == KIND_LARGE) {
		struct large *large = (struct large *)head - 1;

		unlink_large(large);
		free(large);
	} else if (current) {
		freed->next = current->free[head->size];
		current->free[head->size] = freed;
	}
}

static void *reallocate(void *piece, size_t bytes)
{
	struct head *head = piece ? (struct head *)piece - 1 : NULL;
	struct large *large;
	void *moved;

	if (!head)
		return allocate(bytes);
	if (head->kind != KIND_SMALL)
		count_huge(bytes);
	if (head->kind == KIND_OUTSIDE)
		return (struct head *)xrealloc(head, sizeof(*head) + bytes) + 1;
	if (head->kind == KIND_LARGE) {
		unlink_large((struct large *)head - 1);
		large = xrealloc((struct large *)head - 1, sizeof(*large) + sizeof(*head) + bytes);
		link_large(current, large);
		return (struct head *)(large + 1) + 1;
	}
	if (bytes + sizeof(*head) <= head->size * (size_t)STEP)
		return piece;
	moved = allocate(bytes);
	memcpy(moved, piece, head->size * (size_t)STEP - sizeof(*head));
	release(piece);
	return moved;
}

static void use(void)
{
	ts_set_allocator(allocate, allocate_zeros, reallocate, release);
}

struct pool *pool_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, use);
	return xcalloc(1, sizeof(struct pool));
}

static void free_chunks(struct chunk *chunk)
{
	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void pool_enter(struct pool *pool)
{
	current = pool;
}

uint64_t pool_huge(void)
{
	return huge;
}

/* A few chunks stay: the next file's tree is as large, most often. */
static void keep_chunks(struct pool *pool)
{
	unsigned kept = 0;

	for (const struct chunk *at = pool->spare; at; at = at->next)
		kept++;
	while (pool->chunks && kept++ < KEPT) {
		struct chunk *chunk = pool->chunks;

		pool->chunks = chunk->next;
		chunk->next = pool->spare;
		pool->spare = chunk;
	}
	free_chunks(pool->chunks);
	pool->chunks = NULL;
	pool->used = 0;
}

void pool_leave(struct pool *pool)
{
	current = NULL;
	while (pool->large) {
		struct large *large = pool->large;

		unlink_large(large);
		free(large);
	}
	memset(pool->free, 0, sizeof(pool->free));
	keep_chunks(pool);
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	free_chunks(pool->chunks);
	free_chunks(pool->spare);
	free(pool);
}
