/*
 * What history says of today's files and symbols: how often they changed, since when, and by whom.
 * Read on demand, newest commits first; author names stay on this machine.
 */
#ifndef FLYWHEEL_GRAPH_HISTORY_H
#define FLYWHEEL_GRAPH_HISTORY_H

#include "flywheel/graph.h"

#define HISTORY_COMMITS 50000 /* read at most */
#define HISTORY_VERSIONS 300  /* of a file compared at most, for its symbols */

struct history_share {
	uint32_t author, commits; /* author: index into authors */
};
struct file_version {
	uint32_t author;
	int64_t at;          /* the author's time, seconds */
	struct oid old, new; /* blobs; old is zero where the file begins */
};
struct file_history {
	struct file_version *versions; /* newest first; merges are left out */
	uint32_t count, capacity;
};
struct graph_history {
	struct file_history *files; /* per file of the graph */
	char **authors;             /* names as recorded, by first sight */
	uint32_t file_count, author_count;
	uint32_t commits; /* read */
	bool cut;         /* older ones were not read: the numbers are lower bounds */
};

/*
 * History of the files of HEAD's graph. A file that moved without another change in that commit
 * keeps its history. Shows progress. E_STOPPED.
 */
int graph_history_open(
	struct session *session, const struct graph *graph, struct graph_history **out);
void graph_history_free(struct graph_history *history);

/* One symbol's share of its file's history. */
struct symbol_history {
	uint32_t changes;             /* commits that touched its lines */
	int64_t first, last;          /* times of them; 0 without any */
	struct history_share *shares; /* most commits first, then by name */
	uint32_t share_count, share_room;
	bool cut; /* older versions were not compared */
};
/*
 * Of all symbols of a file, by following their lines back through its versions. One element for
 * each symbol of the file, in order; free with symbol_histories_free. E_STOPPED.
 */
int graph_symbol_histories(struct session *session, const struct graph *graph,
	const struct graph_history *history, uint32_t file, struct symbol_history **out);
void symbol_histories_free(struct symbol_history *histories, uint32_t count);

/* Who changed a file, most commits first, then by name. The caller frees. */
struct history_share *file_history_shares(
	const struct graph_history *history, uint32_t file, uint32_t *count);

#endif
