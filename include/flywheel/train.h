/*
 * Trainers. A driver turns a frozen dataset and the tree at the cutoff into an artifact. The
 * embedded `house` driver does it at once; a remote one gets a package, and its job is asked for
 * again and again until it has ended.
 */
#ifndef FLYWHEEL_TRAIN_H
#define FLYWHEEL_TRAIN_H

#include "flywheel/session.h"
#include "flywheel/split.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What leaves for a remote trainer, frozen per run: same inputs, same bytes. */
struct package {
	char *path; /* <sidecar>/spool/<key>.zip */
	char sha256[65];
	size_t bytes, rows, tokens;
};
void package_release(struct package *package);

struct train_job { /* one run's job as a driver sees it; all borrowed */
	struct session *session;
	const struct split *split;
	const char *key;     /* chosen here, [a-z0-9-]: one remote job per key, whatever happens */
	const char *dataset; /* sha256 */
	int64_t seed;
	const struct package *package; /* NULL unless the driver is remote */
};
/* E_INVALID: a part holds what looks like a secret; E_TOOBIG. Idempotent. */
int package_make(const struct train_job *job, struct package *out);

struct train_artifact {
	char id[80]; /* model id: "<trainer>-<12 hex of sha256>" */
	char *file;  /* relative to the sidecar's folder: the model, or a remote one's manifest */
	char sha256[65];
	const char *trainer; /* static */
	char *base;          /* what it was trained from; "none" */
	char *uri;           /* where a server finds it; "" for an embedded model */
};
void train_artifact_release(struct train_artifact *artifact);

enum remote_state {
	REMOTE_ABSENT, /* the trainer does not know the key */
	REMOTE_WAITING,
	REMOTE_RUNNING, /* any state that is not known to be the last */
	REMOTE_SUCCEEDED,
	REMOTE_FAILED,
	REMOTE_STOPPED,
	REMOTE_UNSTARTED /* ended before it began, for want of its package: submit makes it anew */
};

/* Every method is idempotent per key. E_NETWORK, E_DENIED and E_LATER: ask again later. */
struct trainer {
	const char *name, *summary;
	bool remote; /* gets a package; may take days */
	/* May be NULL. E_INVALID: which setting is missing. */
	int (*check)(struct session *session);
	/* May be NULL. Brings the package there. */
	int (*upload)(const struct train_job *job);
	/* Required when remote. The same key again is the same job. */
	int (*submit)(const struct train_job *job);
	/* Required when remote. `message`: the trainer's own words, may stay empty. */
	int (*poll)(const struct train_job *job, enum remote_state *state, struct buf *message);
	/* May be NULL. The end of the job's log, 1 MiB at most. */
	int (*log)(const struct train_job *job, struct buf *out);
	/* May be NULL. A job that is absent or ended is no error. */
	int (*cancel)(const struct train_job *job);
	/*
	 * Required. The result, its bytes checked; who is not remote trains here. E_NOTFOUND: there
	 * is none; E_FAIL: the job's own reason.
	 */
	int (*collect)(const struct train_job *job, struct train_artifact *out);
	/* May be NULL. For a dry run, one "name<TAB>value" line each: destination, entrypoint. */
	int (*describe)(const struct train_job *job, struct buf *out);
};

const struct trainer *trainer_find(const char *name); /* NULL: unknown */
/* The one that flywheel.trainer names, its settings checked. */
int trainer_configured(struct session *session, const struct trainer **out);
/*
 * Takes a copy of an embedded model that was trained elsewhere: "given-<12 hex>". Nothing is
 * known of what it has seen. E_INVALID when it is no model.
 */
int train_adopt(struct session *session, const char *path, struct train_artifact *out);

#endif
