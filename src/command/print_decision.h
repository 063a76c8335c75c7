/* How `why` and `decisions` show one decision. */
#ifndef COMMAND_PRINT_DECISION_H
#define COMMAND_PRINT_DECISION_H

#include "flywheel/decision.h"
#include "util/js.h"

/* Some lines for people. `relation` may be NULL. */
void print_decision(struct session *session, const char *relation, const struct decision *decision);
struct js *decision_json(const struct decision *decision);
/* Foreign text on one line, made harmless. */
void print_text(const char *text);

#endif
