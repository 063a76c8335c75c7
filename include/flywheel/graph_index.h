/* The index of HEAD: what it holds, whether it is right, and how to make it anew. */
#ifndef FLYWHEEL_GRAPH_INDEX_H
#define FLYWHEEL_GRAPH_INDEX_H

#include "flywheel/session.h"
#include "flywheel/store_graph.h"
#include "util/strings.h"

struct graph_report {
	struct store_graph_counts counts;
	char digest[65]; /* as graph_digest gives it */
	char *problem;   /* why graph notes could not be written last time, or NULL */
};

/* What the sidecar holds of HEAD. Call graph_catch_up before. */
int graph_report(struct session *session, struct graph_report *out);
/* Only why graph notes could not be written, or NULL: counting costs. The caller frees. */
int graph_problem(struct session *session, char **out);
void graph_report_release(struct graph_report *report);

/*
 * Parses everything anew in memory and compares with the sidecar. Appends the first differences,
 * as lines for people; `*total` counts them all, 0 when the index holds.
 */
int graph_verify(struct session *session, struct strings *differences, size_t *total);

/*
 * Writes the graph notes of old commits: those that `range` ("A..B", "B"; NULL: HEAD) holds and
 * that have none, or all of them with `again`. In batches, each kept when the next is stopped:
 * E_STOPPED.
 */
int graph_note_history(
	struct session *session, const char *range, bool again, size_t *seen, size_t *noted);

/* Empties every derived table and indexes HEAD again, in one transaction. */
int graph_rebuild(struct session *session);

#endif
