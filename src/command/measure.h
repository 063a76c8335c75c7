/* What `assess` measures of a repository, as one flat JSON object. */
#ifndef COMMAND_MEASURE_H
#define COMMAND_MEASURE_H

#include "flywheel/session.h"

struct js;

/* E_NOTFOUND: no commit yet. */
int measure(struct session *session, struct js *facts);

#endif
