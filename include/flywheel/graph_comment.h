/* The comments of one blob, as its language has them. */
#ifndef FLYWHEEL_GRAPH_COMMENT_H
#define FLYWHEEL_GRAPH_COMMENT_H

#include "flywheel/repo.h"
#include "flywheel/session.h"

#include <stdint.h>

/* The comments of a blob, in order; runs of one-line comments are one. */
struct graph_comment {
	uint32_t line, end_line, start, end; /* lines from 1; bytes in the blob, markers included */
	const char *words;                   /* without markers and margins, NUL-terminated */
};
typedef int (*graph_comment_fn)(const struct graph_comment *comment, void *payload);
/* `path` says the language; nothing is visited for a blob that is not parsed. */
int graph_comments(struct session *session, const char *path, const struct oid *blob,
	graph_comment_fn fn, void *payload);

#endif
