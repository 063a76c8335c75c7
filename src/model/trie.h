/*
 * Counts of the n-grams of a short text that grows: the cache of the text at hand, and what was
 * learned since the file was written. What was added last can be taken back.
 */
#ifndef MODEL_TRIE_H
#define MODEL_TRIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRIE_ROOT 0u /* the empty context; always there */
#define TRIE_NONE UINT32_MAX

struct trie_node {
	uint32_t parent, symbol;
	uint32_t count;          /* how often this n-gram was added */
	uint32_t total;          /* sum of the children's counts */
	uint32_t distinct;       /* children */
	uint32_t most;           /* no child has a higher count */
	uint32_t child, sibling; /* newest child; next older child of the same parent */
};

struct trie {
	struct trie_node *nodes; /* in the order in which they were made */
	uint32_t count, capacity;
	uint32_t *slots; /* node by (parent, symbol); 0 is free, as the root is nobody's child */
	uint32_t slot_count;
	uint32_t *journal; /* nodes counted, oldest first */
	size_t journal_len, journal_capacity;
};

void trie_init(struct trie *trie);
void trie_release(struct trie *trie);
/* The node of a context followed by `symbol`, or TRIE_NONE. `node` may be TRIE_NONE. */
uint32_t trie_child(const struct trie *trie, uint32_t node, uint32_t symbol);
/* Counts `symbol` after the context `node`; returns the child, made when new. */
uint32_t trie_add(struct trie *trie, uint32_t node, uint32_t symbol);
/* Takes back everything added since the journal had `mark` entries (trie->journal_len then). */
void trie_undo(struct trie *trie, size_t mark);

#endif
