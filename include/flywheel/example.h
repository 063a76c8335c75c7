/*
 * Training examples, generated from graph, history, decisions and talk up to the cutoff. One file
 * per kind. An example teaches reasoning: it carries structural context or a decision.
 */
#ifndef FLYWHEEL_EXAMPLE_H
#define FLYWHEEL_EXAMPLE_H

#include "flywheel/session.h"
#include "flywheel/split.h"

struct example {
	char id[17]; /* hash of kind, prompt and answer */
	const char *kind, *prompt, *answer;
	const char *path, *symbol; /* "" when there is none */
	const char *author;        /* scrubbed pseudonym or "" */
	const char *source;        /* where it comes from, for `explain` */
	struct oid commit, blob;   /* zero when none */
	int64_t at;                /* when its answer was written */
	int cyclomatic;            /* of the code in the answer; 0 for prose */
	unsigned context;          /* EXAMPLE_HAS_*: what it carries besides the answer */
};

enum example_context {
	EXAMPLE_HAS_CALLERS = 1,
	EXAMPLE_HAS_CALLEES = 2,
	EXAMPLE_HAS_ROLE = 4,
	EXAMPLE_HAS_DECISION = 8,
	EXAMPLE_HAS_REVIEW = 16,
	EXAMPLE_IS_HANDWRITTEN = 32,
	EXAMPLE_HAS_FAMILY = 64 /* others of its shape */
};

/* Generates all raw examples of a split into the sidecar (replacing those of an older split). */
int example_generate(struct session *session, const struct split *split, size_t *raw);
typedef int (*example_fn)(const struct example *example, void *payload);
int example_each(struct session *session, example_fn fn, void *payload); /* ordered by id */
int example_find(struct session *session, const char *id, example_fn fn, void *payload);

#endif
