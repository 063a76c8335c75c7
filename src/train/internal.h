/* What the files of src/train/ share. */
#ifndef TRAIN_INTERNAL_H
#define TRAIN_INTERNAL_H

#include "flywheel/train.h"

extern const struct trainer trainer_house;

/* Sets id and file from the sha256. */
void artifact_name(struct train_artifact *artifact, const char *prefix);

#endif
