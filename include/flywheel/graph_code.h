/* Which files of a tree are code that one wants to read. */
#ifndef FLYWHEEL_GRAPH_CODE_H
#define FLYWHEEL_GRAPH_CODE_H

#include "flywheel/repo.h"
#include "flywheel/session.h"

/* The files that a language claims by their names, less those that .gitattributes and
 * .flywheelignore of this tree leave out; in order of their paths. Nothing is read but names. */
typedef int (*graph_code_fn)(const char *path, const struct oid *blob, void *payload);
int graph_each_code(
	struct session *session, const struct oid *tree, graph_code_fn fn, void *payload);

#endif
