/*
 * What the house has near by: pieces of its texts that share rare tokens with the text at hand.
 * They are mostly of the same file and folder, of its callers, and of what was said about it, so
 * their counts are the evidence of the module. Sources of the weights: Sparck Jones 1972 (rare
 * tokens say more), Robertson & Zaragoza 2009 (a long piece is not better for being long).
 */
#ifndef MODEL_NEAR_H
#define MODEL_NEAR_H

#include "model/internal.h"

#define NEAR_WINDOW 512 /* tokens of the text at hand that are looked for: the last ones */

/* Fills `out` anew with the counts of the pieces most like `ids`, of which there may be
 * NEAR_WINDOW. What was learned since the file was written is not among them. Deterministic. */
void near_count(struct model *model, const uint32_t *ids, size_t count, struct counts *out);
/* A text of the file that is not to be found any more, or is again; `start` is its place. */
void near_hide(struct model *model, uint32_t start, bool hidden);
/* The place of a text of the file with exactly these tokens that is hidden, or is not; 0: none. */
uint32_t near_find(struct model *model, const uint32_t *ids, size_t count, bool hidden);

#endif
