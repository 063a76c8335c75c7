/* How `survival` and `status` show what became of lines. */
#ifndef COMMAND_SURVIVAL_H
#define COMMAND_SURVIVAL_H

#include "flywheel/conversation_link.h"
#include "util/js.h"

struct js *survival_json(const struct survival *row);

#endif
