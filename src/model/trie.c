/* A trie in an array, its children found by hashing. */
#include "model/trie.h"

#include "util/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void trie_init(struct trie *trie)
{
	memset(trie, 0, sizeof(*trie));
	trie->capacity = 256;
	trie->nodes = xcalloc(trie->capacity, sizeof(*trie->nodes));
	trie->count = 1;
	trie->slot_count = 512;
	trie->slots = xcalloc(trie->slot_count, sizeof(*trie->slots));
}

void trie_release(struct trie *trie)
{
	free(trie->nodes);
	free(trie->slots);
	free(trie->journal);
	memset(trie, 0, sizeof(*trie));
}

/* The slot that holds the child, or the free one where it belongs. */
static uint32_t find_slot(const struct trie *trie, uint32_t parent, uint32_t symbol)
{
	uint64_t key = (uint64_t)parent << 32 | symbol;
	uint32_t slot;

	/* Fibonacci hashing (Knuth, volume 3, 6.4): the high bits of the product are well mixed. */
	key *= UINT64_C(0x9e3779b97f4a7c15);
	slot = (uint32_t)(key >> 32) & (trie->slot_count - 1);
	while (trie->slots[slot]) {
		const struct trie_node *node = &trie->nodes[trie->slots[slot]];

		if (node->parent == parent && node->symbol == symbol)
			break;
		slot = (slot + 1) & (trie->slot_count - 1);
	}
	return slot;
}

uint32_t trie_child(const struct trie *trie, uint32_t node, uint32_t symbol)
{
	uint32_t child;

	if (node == TRIE_NONE)
		return TRIE_NONE;
	child = trie->slots[find_slot(trie, node, symbol)];
	return child ? child : TRIE_NONE;
}

/* Slots are filled in the order of the nodes, as adding them one by one would have: that is what
 * lets trie_undo empty the slot of the newest node without breaking another's chain. */
static void grow(struct trie *trie)
{
	if (trie->count >= trie->capacity) {
		trie->capacity *= 2;
		trie->nodes = xrealloc(trie->nodes, trie->capacity * sizeof(*trie->nodes));
	}
	if (trie->count < trie->slot_count / 2)
		return;
	free(trie->slots);
	trie->slot_count *= 2;
	trie->slots = xcalloc(trie->slot_count, sizeof(*trie->slots));
	for (uint32_t i = 1; i < trie->count; i++)
		trie->slots[find_slot(trie, trie->nodes[i].parent, trie->nodes[i].symbol)] = i;
}

uint32_t trie_add(struct trie *trie, uint32_t node, uint32_t symbol)
{
	uint32_t child = trie_child(trie, node, symbol);

	if (child == TRIE_NONE) {
		grow(trie);
		child = trie->count++;
		trie->nodes[child] = (struct trie_node){
			.parent = node, .symbol = symbol, .sibling = trie->nodes[node].child};
		trie->nodes[node].child = child;
		trie->nodes[node].distinct++;
		trie->slots[find_slot(trie, node, symbol)] = child;
	}
	trie->nodes[child].count++;
	trie->nodes[node].total++;
	if (trie->nodes[child].count > trie->nodes[node].most)
		trie->nodes[node].most = trie->nodes[child].count;
	GROW(trie->journal, trie->journal_len, trie->journal_capacity);
	trie->journal[trie->journal_len++] = child;
	return child;
}

void trie_undo(struct trie *trie, size_t mark)
{
	while (trie->journal_len > mark) {
		uint32_t id = trie->journal[--trie->journal_len];
		struct trie_node *node = &trie->nodes[id];
		struct trie_node *parent = &trie->nodes[node->parent];

		parent->total--;
		if (--node->count)
			continue;
		assert(id == trie->count - 1 && parent->child == id);
		trie->slots[find_slot(trie, node->parent, node->symbol)] = 0;
		parent->child = node->sibling;
		parent->distinct--;
		trie->count--;
	}
}
