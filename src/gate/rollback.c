/* Rollback: what served before serves again, after its bytes have been checked. */
#include "gate/internal.h"

#include "flywheel/deploy.h"
#include "flywheel/refs.h"
#include "flywheel/store_run.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

/* The card of a tag; the tag itself is the record, so that a fresh sidecar can roll back too. */
static int read_card(struct session *session, const char *tag, struct buf *message)
{
	char *name = xstrfmt("refs/tags/%s", tag);
	struct oid object, commit;
	int rc = ref_read(session->repo, name, &object);

	if (!rc)
		rc = tag_read(session->repo, &object, &commit, message);
	free(name);
	return rc;
}

/* "v2" and "2" mean "flywheel/v2". */
static char *full_tag(const char *tag)
{
	if (!strcmp(tag, GENERIC) || starts_with(tag, "flywheel/"))
		return xstrdup(tag);
	if (starts_with(tag, "refs/tags/"))
		return xstrdup(tag + strlen("refs/tags/"));
	return xstrfmt(tag[0] == 'v' ? "flywheel/%s" : "flywheel/v%s", tag);
}

int log_previous(struct session *session, const struct log_state *state, char **out)
{
	struct buf card = BUF_INIT;
	char *previous;
	int rc = 0;

	if (!*state->tag)
		return fail(E_NOTFOUND,
			"nothing to roll back to: the generic base serves, and no "
			"model was in force before it%s",
			state->count ? " (name a tag)" : "");
	rc = read_card(session, state->tag, &card);
	if (!rc) {
		previous = trailer_get(card.ptr, "Previous");
		previous[strcspn(previous, " ")] = '\0';
		*out = previous;
	}
	buf_release(&card);
	return rc;
}

static int unknown_tag(const struct log_state *state, const char *tag)
{
	struct buf known = BUF_INIT;
	int rc;

	for (size_t i = 0; i < state->count; i++)
		buf_addf(&known, "%s%s", i ? ", " : "", state->promoted[i].tag);
	rc = fail(E_NOTFOUND, "no promoted model is tagged '%s': there %s %s", tag,
		state->count == 1 ? "is" : "are", known.len ? known.ptr : "none yet");
	buf_release(&known);
	return rc;
}

static int verify(struct session *session, const struct promoted *promoted)
{
	struct buf card = BUF_INIT;
	char *file = NULL;
	int rc = read_card(session, promoted->tag, &card);

	if (!rc) {
		file = trailer_get(card.ptr, "Artifact");
		rc = artifact_verify(session, file, promoted->sha256);
	}
	if (rc)
		rc = fail_context(
			rc, "cannot roll back to %s (%s)", promoted->tag, promoted->model);
	free(file);
	buf_release(&card);
	return rc;
}

/* A served model answers again before the log says that it is in force. */
static int redeploy(struct session *session, const char *id)
{
	struct model_row model = {0};
	int rc = model_row_get(session->store, id, &model);

	if (!rc)
		rc = model_deploy(session, &model);
	else if (rc == E_NOTFOUND)
		rc = 0; /* another clone trained it: its server is that clone's matter */
	model_row_release(&model);
	return rc;
}

static int append(struct session *session, struct log_state *state, const char *tag,
	const struct promoted *promoted)
{
	const char *model = promoted ? promoted->model : GENERIC;
	struct ref_update update = {.name = REF_LOG, .old = state->tip};
	struct buf message = BUF_INIT;
	int rc;

	buf_addf(&message, "Roll back to %s\n\n%s served before.\n\n", tag, state->production);
	trailer_add(&message, "Event", "rollback");
	trailer_add(&message, "Model-Id", model);
	trailer_add(&message, "Tag", promoted ? promoted->tag : NULL);
	trailer_add(&message, "Previous", state->production);
	run_set(&state->production, model);
	run_set(&state->tag, promoted ? promoted->tag : "");
	rc = log_commit(session, state, message.ptr, NULL, &update.new);
	if (!rc)
		rc = refs_update(session->repo, &update, 1, "git flywheel rollback");
	buf_release(&message);
	return rc;
}

int gate_rollback(struct session *session, const char *tag, struct production *out)
{
	const struct promoted *promoted = NULL;
	struct log_state state;
	char *target = NULL;
	int rc = log_load(session, &state);

	memset(out, 0, sizeof(*out));
	if (rc)
		return rc;
	if (tag)
		target = full_tag(tag);
	else
		rc = log_previous(session, &state, &target);
	if (!rc && strcmp(target, GENERIC)) {
		promoted = log_by_tag(&state, target);
		if (!promoted)
			rc = unknown_tag(&state, tag ? tag : target);
	}
	if (!rc && !strcmp(state.tag, promoted ? promoted->tag : ""))
		rc = fail(E_EXISTS, "%s serves already", target);
	if (!rc && promoted)
		rc = verify(session, promoted);
	if (!rc && promoted)
		rc = redeploy(session, promoted->model);
	if (!rc)
		rc = append(session, &state, target, promoted);
	log_release(&state);
	free(target);
	return rc ? rc : gate_production(session, out);
}
