/* An open-addressing table whose slots carry the round they are of, so that forgetting is free. */
#include "graph/memo.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

void memo_release(struct memo *memo)
{
	free(memo->slots);
	memset(memo, 0, sizeof(*memo));
}

void memo_forget(struct memo *memo)
{
	memo->used = 0;
	memo->round++;
	if (memo->round == UINT32_MAX)
		memo_release(memo);
}

/* The slot of a key, or the free one where it belongs. */
static struct memo_slot *find(const struct memo *memo, uint32_t a, uint32_t b, uint32_t c)
{
	uint64_t mixed = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15U;
	uint32_t mask = memo->slot_count - 1, at;

	mixed = (mixed ^ mixed >> 29 ^ c) * 0xbf58476d1ce4e5b9U;
	at = (uint32_t)(mixed >> 32) & mask;
	for (;; at = (at + 1) & mask) {
		struct memo_slot *slot = &memo->slots[at];

		if (slot->round != memo->round || (slot->a == a && slot->b == b && slot->c == c))
			return slot;
	}
}

static void grow(struct memo *memo)
{
	struct memo old = *memo;

	memo->slot_count = old.slot_count ? old.slot_count * 2 : 512;
	memo->slots = xcalloc(memo->slot_count, sizeof(*memo->slots));
	memo->round = old.round ? old.round : 1;
	for (uint32_t i = 0; i < old.slot_count; i++)
		if (old.slots[i].round == old.round)
			*find(memo, old.slots[i].a, old.slots[i].b, old.slots[i].c) = old.slots[i];
	free(old.slots);
}

bool memo_get(const struct memo *memo, uint32_t a, uint32_t b, uint32_t c, uint32_t *value)
{
	const struct memo_slot *slot;

	if (!memo->used)
		return false;
	slot = find(memo, a, b, c);
	*value = slot->value;
	return slot->round == memo->round;
}

void memo_put(struct memo *memo, uint32_t a, uint32_t b, uint32_t c, uint32_t value)
{
	struct memo_slot *slot;

	if (memo->used * 2 >= memo->slot_count)
		grow(memo);
	slot = find(memo, a, b, c);
	memo->used += slot->round != memo->round;
	*slot = (struct memo_slot){a, b, c, value, memo->round};
}
