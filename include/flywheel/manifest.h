/*
 * What a remote trainer published: `<flywheel.artifacts>/<key>/manifest.json` beside `model/`. The
 * manifest's bytes are kept as models/<id>.manifest.json; they list every file with its digest.
 */
#ifndef FLYWHEEL_MANIFEST_H
#define FLYWHEEL_MANIFEST_H

#include "flywheel/train.h"

/* Is flywheel.artifacts a place that can be used? E_INVALID says what to set. */
int artifacts_check(struct session *session);
/*
 * The bearer token of an artifact URL, "" when there is none: FLYWHEEL_ARTIFACTS_TOKEN, or what
 * git's credential helpers know of it. `source` (static) says which.
 */
int artifacts_token(struct session *session, struct buf *token, const char **source);

/*
 * Reads and checks the result of a job, and keeps its manifest; `trainer` is static. E_NOTFOUND:
 * nothing is published; E_FAIL: the trainer's reason; E_INVALID: it is not this job's, or not what
 * its digests say; E_IO: the folder is not there at all.
 */
int manifest_collect(const struct train_job *job, const char *trainer, struct train_artifact *out);
/*
 * Is the artifact of a kept manifest (`file`, relative to the sidecar's folder) still there, and
 * what it was? In a folder every byte is read; behind a URL every file is asked for (HEAD), not
 * its bytes. E_NOTFOUND: gone; E_INVALID: changed.
 */
int manifest_verify(struct session *session, const char *file, const char *sha256);

#endif
