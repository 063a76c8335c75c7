/* What the files behind `git flywheel graph` share: one question, and how its answer is shown. */
#ifndef COMMAND_GRAPH_REQUEST_H
#define COMMAND_GRAPH_REQUEST_H

#include "flywheel/command.h"
#include "flywheel/graph_history.h"
#include "flywheel/graph_query.h"
#include "util/js.h"

struct graph_request {
	const struct command *command;
	struct session session;
	struct graph *graph; /* of HEAD; NULL for a question that needs none */
	char **words;        /* after the question's name */
	int count;
	long depth, limit; /* 0: as the question likes it */
	const char *tree, *folder;
	bool json, dot, mermaid, history;
};

/* One of the questions of `git flywheel graph`. An answer is the exit code. */
struct graph_question {
	const char *name;
	int least, most; /* words */
	bool bare;       /* opens what it needs by itself */
	bool drawn;      /* knows --dot and --mermaid */
	int (*answer)(struct graph_request *request);
};

int graph_dump(struct graph_request *request);
int graph_ask_symbol(struct graph_request *request);
int graph_ask_callers(struct graph_request *request);
int graph_ask_callees(struct graph_request *request);
int graph_ask_path(struct graph_request *request);
int graph_ask_importers(struct graph_request *request);
int graph_ask_modules(struct graph_request *request);
int graph_ask_cross_domain(struct graph_request *request);
int graph_ask_hotspots(struct graph_request *request);
int graph_ask_clones(struct graph_request *request);
int graph_ask_diff(struct graph_request *request);
int graph_ask_dead(struct graph_request *request);

/* Symbols that words name: "path:line", "path:name" or a name, qualified or not. */
struct symbol_set {
	uint32_t *items;
	size_t count, capacity;
};
/* False, with a message and near names, when there is none. */
bool graph_find_words(
	const struct graph_request *request, const char *words, struct symbol_set *out);
bool graph_find_path(const struct graph_request *request, const char *words, uint32_t *file);

/* Whether a file is in a folder, or is that file; "." is the whole repository. */
bool path_is_inside(const char *path, const char *folder);

void print_foreign(const char *before, const char *text, const char *after);
void print_place(const struct graph *graph, uint32_t file, uint32_t line); /* "path:line" */
void print_symbol(const struct graph *graph, uint32_t symbol);
const char *symbol_label(const struct graph *graph, uint32_t symbol); /* NONE: "(top level)" */
struct js *symbol_json(const struct graph *graph, uint32_t symbol);
/* Name, path and line only. */
struct js *symbol_json_short(const struct graph *graph, uint32_t symbol);
/* "Ann 80 %, Bob 20 %": the first few of those who changed something `commits` times. */
void print_shares(const struct graph_history *history, const struct history_share *shares,
	uint32_t count, uint32_t commits);
/* What became of a symbol: printed, or set in `out`. 0 or an error. */
int tell_history(struct graph_request *request, const struct graph_history *history,
	uint32_t symbol, struct js *out);
struct js *shares_json(
	const struct graph_history *history, const struct history_share *shares, uint32_t count);
void print_json(struct js *value); /* takes ownership */

/* A picture in the language of Graphviz or Mermaid, written node by node. */
struct drawing {
	bool mermaid;
};
struct drawing draw_begin(const struct graph_request *request);
void draw_node(const struct drawing *drawing, uint32_t id, const char *label, const char *below,
	bool strong);
/* `label` may be NULL; `sure`: a full line, else a dashed one. */
void draw_edge(
	const struct drawing *drawing, uint32_t from, uint32_t to, const char *label, bool sure);
void draw_end(const struct drawing *drawing);

#endif
