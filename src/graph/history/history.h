/* What the files that read history share. */
#ifndef GRAPH_HISTORY_H
#define GRAPH_HISTORY_H

#include "flywheel/graph_history.h"

/* Counts one commit more of an author; keeps the shares in order. */
void add_share(const struct graph_history *history, struct symbol_history *to, uint32_t author);

#endif
