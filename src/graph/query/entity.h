/* Pairing the definitions of two versions of a file: for notes and for the diff of trees. */
#ifndef GRAPH_ENTITY_H
#define GRAPH_ENTITY_H

#include "flywheel/facts.h"

#include <stdbool.h>

/*
 * Pairs definitions of the same kind and qualified name, in order. Per old definition its new one,
 * or PARSE_NONE; the caller frees. `*taken` (freed too) says which new ones have a partner.
 */
uint32_t *pair_definitions(const struct facts *old, const struct facts *new, bool **taken);
/* Whether a definition's own text changed, and not only that of a definition inside of it. */
bool definition_differs(const struct facts *old, uint32_t a, const struct facts *new, uint32_t b);

#endif
