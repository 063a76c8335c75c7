/* What was found already: small numbers by three numbers, forgotten all at once. */
#ifndef GRAPH_MEMO_H
#define GRAPH_MEMO_H

#include <stdbool.h>
#include <stdint.h>

struct memo_slot {
	uint32_t a, b, c, value;
	uint32_t round; /* in which it was put; 0: never */
};

struct memo {
	struct memo_slot *slots;
	uint32_t slot_count, used, round;
};

void memo_release(struct memo *memo);
/* Costs nothing: what was put before counts no more. */
void memo_forget(struct memo *memo);
bool memo_get(const struct memo *memo, uint32_t a, uint32_t b, uint32_t c, uint32_t *value);
void memo_put(struct memo *memo, uint32_t a, uint32_t b, uint32_t c, uint32_t value);

#endif
