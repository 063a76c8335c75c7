/* What the files of src/gate/ share: the log's state, trailers, artifacts. */
#ifndef GATE_INTERNAL_H
#define GATE_INTERNAL_H

#include "flywheel/gate.h"
#include "flywheel/repo.h"
#include "util/buf.h"
#include "util/strings.h"

#define BASE "base:"      /* before a base model's name on the server, where answers are kept */
#define GENERIC "generic" /* what `production` says when no model of ours serves */

/* One promoted model: a line "<tag> <model> <sha256>" of the log's file `models`. */
struct promoted {
	char *tag, *model, *sha256;
};

struct log_state { /* what the newest commit of refs/flywheel/log says */
	bool exists;
	struct oid tip;
	char *production, *tag, *anchor; /* never NULL; production may be "generic" */
	struct promoted *promoted;       /* oldest first */
	size_t count;
};
int log_load(struct session *session, struct log_state *out);
void log_release(struct log_state *state);
const struct promoted *log_by_tag(const struct log_state *state, const char *tag);
const struct promoted *log_by_model(const struct log_state *state, const char *model); /* newest */

/* What served before the model in force did: a tag, or "generic". E_NOTFOUND: nothing did. */
int log_previous(struct session *session, const struct log_state *state, char **out);

/* Makes the next commit of the log from a state; does not move the ref. `report` may be NULL. */
int log_commit(struct session *session, const struct log_state *state, const char *message,
	const char *report, struct oid *out);
/* Whether an event of a run is recorded already; `tag` gets its Tag trailer (may be ""). */
int log_find(struct session *session, const char *event, const char *run, const char *model,
	bool *found, char **tag);

/* The value of "Key: value" in the last paragraph of a message; "" when absent. Caller frees. */
char *trailer_get(const char *message, const char *key);
void trailer_add(struct buf *message, const char *key, const char *value); /* one line; not "" */

/* The card of a promoted model: what the annotated tag says. */
struct model_row;
void card_write(struct buf *out, const char *tag, const struct promotion *promotion,
	const struct model_row *model, const char *previous, const char *previous_tag);

/* <sidecar>/<file> of an artifact whose bytes are those that were promoted. */
int artifact_verify(struct session *session, const char *file, const char *sha256);

#endif
