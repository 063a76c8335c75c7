/* What `curate` prints: the funnel, and one example with provenance and verdict. */
#ifndef COMMAND_FUNNEL_H
#define COMMAND_FUNNEL_H

#include "flywheel/curate.h"

#include <stdbool.h>

int funnel_print(struct session *session, const struct dataset *dataset);
int funnel_print_json(struct session *session, const struct dataset *dataset);
/* An example_problem_fn: a warning on stderr. */
int funnel_print_problem(const char *place, const char *message, void *payload);
int example_explain(struct session *session, const char *id, bool json);

#endif
