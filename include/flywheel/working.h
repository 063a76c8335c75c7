/*
 * The working model: a house model of the code of one tree, kept beside the promoted ones for
 * `complete` and `fit`. It follows the commits: what differs from the tree it was written for is
 * learned and forgotten when it is opened, and past a tenth it is written again.
 */
#ifndef FLYWHEEL_WORKING_H
#define FLYWHEEL_WORKING_H

#include "flywheel/model.h"
#include "flywheel/repo.h"
#include "flywheel/session.h"

struct working;
/* A model whose counts are those of a training on the code of `tree`; the zero id has none. */
int working_open(struct session *session, const struct oid *tree, struct working **out);
void working_free(struct working *working);
struct model *working_model(struct working *working); /* borrowed */
/* Goes on to another tree, in the same way: it costs what the two differ by. */
int working_move(struct working *working, const struct oid *tree);
bool working_has(const struct working *working, const char *path); /* a file of the tree */
/* The file and line of the N-th token of one of the model's texts: 0 when it is not known. The
 * file may have changed since: `*current` says whether the tree still has it as it was. */
uint32_t working_line(struct working *working, const char *name, uint32_t token, bool *current);

#endif
