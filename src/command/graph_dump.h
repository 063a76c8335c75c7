/* `git flywheel graph dump`: every definition and edge of a tree or a plain folder. */
#ifndef COMMAND_GRAPH_DUMP_H
#define COMMAND_GRAPH_DUMP_H

#include <stdbool.h>

struct graph_dump {
	const char *tree, *folder; /* at most one of them; both NULL: HEAD */
	bool json;
};

/* Touches no sidecar. The exit code. */
int graph_dump(const struct graph_dump *dump);

#endif
