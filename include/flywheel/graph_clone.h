/* Clone families: functions of nearly one shape, whatever their names, numbers and strings. */
#ifndef FLYWHEEL_GRAPH_CLONE_H
#define FLYWHEEL_GRAPH_CLONE_H

#include "flywheel/graph.h"

#define CLONE_TOKENS 50    /* shorter functions are alike by nature */
#define CLONE_LIKENESS 0.8 /* of runs of seven tokens, Jaccard, estimated */

struct clone_family {
	uint32_t first, count; /* in members */
	uint32_t tokens;       /* of the first member */
	double likeness;       /* the least of a member with the first; 1: one shape */
	bool same_text;        /* of all members, byte by byte */
};
struct clones {
	struct clone_family *families; /* those that repeat most tokens first */
	uint32_t *members;             /* symbols of each family, in order */
	uint32_t count, member_count;
};

/*
 * Functions, methods and tests of `least` tokens or more, nested ones left out. Reads the blobs of
 * the graph's tree. E_STOPPED.
 */
int graph_clones(
	struct session *session, const struct graph *graph, uint32_t least, struct clones *out);
void graph_clones_release(struct clones *clones);

#endif
