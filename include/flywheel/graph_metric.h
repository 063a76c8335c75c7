/* Measures of a graph that need all of it: importance, roles, modules and their layers. */
#ifndef FLYWHEEL_GRAPH_METRIC_H
#define FLYWHEEL_GRAPH_METRIC_H

#include "flywheel/graph_query.h"

/* What a function is to the others; the first that fits, in this order. */
enum role {
	ROLE_NONE,    /* no function */
	ROLE_TEST,    /* a test, or in a file of tests */
	ROLE_ENTRY,   /* main; or it calls others, and is only ever named, or called from outside */
	ROLE_HUB,     /* among the most called: more callers than 98 of 100, eight at least */
	ROLE_ADAPTER, /* little more than one call into another module or package */
	ROLE_BOUNDARY, /* called from other modules */
	ROLE_LEAF,     /* calls nothing of the repository */
	ROLE_INNER
};
const char *role_name(enum role role);

/*
 * PageRank (Brin and Page 1998; damping 0.85, 40 rounds, what ends nowhere is spread evenly) over
 * resolved and likely edges: of symbols over calls, values and bases, of files over imports and the
 * edges of their symbols. Each sums to 1.
 */
struct graph_metrics {
	double *rank;                /* per symbol */
	double *file_rank;           /* per file */
	enum role *roles;            /* per symbol */
	uint32_t *callers, *callees; /* per symbol: different ones, itself left out */
};
void graph_metrics_init(struct graph_metrics *metrics, const struct graph *graph);
void graph_metrics_release(struct graph_metrics *metrics);

/* A module is a folder with parsed files directly in it. */
struct module {
	char *path;
	uint32_t files, symbols, lines;
	uint32_t inside, in, out; /* resolved and likely edges */
	double rank;              /* of its files together */
	/*
	 * 0 depends on no other, n on one of layer n - 1 at most. Where two depend on each other
	 * the stronger direction counts when it has more than four times the edges; otherwise
	 * they, and all in such a ring, share a layer and a `ring` number from 1 (0: none).
	 */
	uint32_t layer, ring;
};
struct module_link {
	uint32_t from, to; /* modules */
	uint32_t edges[EDGE_KIND_COUNT], total;
	uint32_t example; /* the first edge */
	bool upward;      /* against the layers: the weaker direction of two */
};
struct modules {
	struct module *items;      /* by path */
	struct module_link *links; /* by from, to */
	uint32_t *of_file;         /* GRAPH_NONE for a file that is not parsed */
	uint32_t count, link_count;
};

/* Folders deeper than `depth` belong to the one at that depth; 0: each stands for itself. */
void modules_init(struct modules *modules, const struct graph *graph, uint32_t depth);
void modules_release(struct modules *modules);

/* True when neither folder holds the other: an edge between them leaves its domain. */
bool modules_apart(const char *a, const char *b);

#endif
