/* Between the files that turn the wheel. */
#ifndef GATE_TURN_H
#define GATE_TURN_H

#include "flywheel/cycle.h"
#include "flywheel/revolution.h"

/*
 * The run's stages from where it stands. 0: it has ended, its row says how; `tag` is set when it
 * was promoted. E_LATER and what queue_transient() knows: it goes on at the row's next_at. Any
 * other error: the run has failed with it.
 */
int turn(struct revolution *revolution, const struct cycle_options *options, char **tag);

#endif
