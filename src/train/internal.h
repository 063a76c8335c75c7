/* What the files of src/train/ share. */
#ifndef TRAIN_INTERNAL_H
#define TRAIN_INTERNAL_H

#include "flywheel/revolution.h"
#include "flywheel/train.h"

extern const struct trainer trainer_command, trainer_house, trainer_ray;

/* Sets id and file from the sha256. */
void artifact_name(struct train_artifact *artifact, const char *prefix);

/* Appends the end of a job's log, from the start of a line. */
void log_tail(const char *text, struct buf *out);
/* Stages of a run; see revolution_stage. */
int upload_stage(struct revolution *revolution);
int train_stage(struct revolution *revolution);
int deploy_stage(struct revolution *revolution);

#endif
