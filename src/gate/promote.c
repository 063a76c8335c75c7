/* Promotion, recorded verdicts and rollback: each one commit on the log, a promotion also a tag. */
#include "gate/internal.h"

#include "flywheel/manifest.h"
#include "flywheel/refs.h"
#include "flywheel/store.h"
#include "flywheel/store_run.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define TAG_SHORT "flywheel/v"
#define RACES 8 /* how often another writer may beat us before we give up */

int gate_production(struct session *session, struct production *out)
{
	struct log_state state;
	int rc = log_load(session, &state);

	memset(out, 0, sizeof(*out));
	if (rc)
		return rc;
	out->model = xstrdup(strcmp(state.production, GENERIC) ? state.production : "");
	out->tag = xstrdup(state.tag);
	out->anchor = xstrdup(state.anchor);
	log_release(&state);
	return 0;
}

void production_release(struct production *production)
{
	if (!production)
		return;
	free(production->model);
	free(production->tag);
	free(production->anchor);
	memset(production, 0, sizeof(*production));
}

static int file_verify(struct session *session, const char *file, const char *sha256)
{
	char *path = path_join(store_folder(session->store), file);
	char actual[DIGEST_HEX + 1];
	int rc = digest_file(path, actual);

	if (rc == E_NOTFOUND)
		rc = fail(E_NOTFOUND, "its artifact %s is gone", path);
	else if (!rc && strcmp(actual, sha256))
		rc = fail(E_INVALID,
			"its artifact %s is not what was promoted (sha256 %.12s, was %.12s)", path,
			actual, sha256);
	free(path);
	return rc;
}

int artifact_verify(struct session *session, const char *file, const char *sha256)
{
	return ends_with(file, ".manifest.json") ? manifest_verify(session, file, sha256)
						 : file_verify(session, file, sha256);
}

static int64_t tag_number(const char *tag)
{
	return starts_with(tag, TAG_SHORT) ? strtoll(tag + strlen(TAG_SHORT), NULL, 10) : 0;
}

static int take_number(const char *name, const struct oid *target, void *payload)
{
	int64_t *highest = payload, number = tag_number(name + strlen("refs/tags/"));

	(void)target;
	*highest = number > *highest ? number : *highest;
	return 0;
}

/* One above every number that a tag or the log has used: a deleted tag's number is not reused. */
static int next_tag(struct session *session, const struct log_state *state, char **tag)
{
	int64_t highest = 0;
	int rc = refs_each(session->repo, TAG_PREFIX, take_number, &highest);

	for (size_t i = 0; i < state->count; i++)
		if (tag_number(state->promoted[i].tag) > highest)
			highest = tag_number(state->promoted[i].tag);
	*tag = xstrfmt(TAG_SHORT "%lld", (long long)highest + 1);
	return rc;
}

static void become(struct log_state *state, const char *tag, const struct promotion *promotion,
	const struct model_row *model)
{
	run_set(&state->production, model->id);
	run_set(&state->tag, tag);
	if (promotion->best)
		run_set(&state->anchor, model->id);
	state->promoted = xrealloc(state->promoted, (state->count + 1) * sizeof(*state->promoted));
	state->promoted[state->count++] = (struct promoted){
		.tag = xstrdup(tag), .model = xstrdup(model->id), .sha256 = xstrdup(model->sha256)};
}

static void event_message(struct buf *out, const char *subject, const char *event,
	const char *model, const char *tag, const struct promotion *promotion, const char *previous)
{
	buf_addf(out, "%s\n\n%s\n\n", subject, promotion->reason);
	trailer_add(out, "Event", event);
	trailer_add(out, "Model-Id", model);
	trailer_add(out, "Tag", tag);
	trailer_add(out, "Verdict", promotion->verdict);
	trailer_add(out, "Run", promotion->run);
	trailer_add(out, "Reason", promotion->reason);
	trailer_add(out, "Previous", previous);
}

/* True when another writer moved the log or took the tag since `state` was read. */
static bool was_beaten(struct session *session, const struct log_state *state, const char *tag)
{
	char *name = xstrfmt("refs/tags/%s", tag ? tag : "");
	struct oid now;
	bool beaten = tag && !ref_read(session->repo, name, &now);
	int rc = ref_read(session->repo, REF_LOG, &now);

	free(name);
	if (beaten)
		return true;
	return state->exists ? rc || !oid_equal(&now, &state->tip) : !rc;
}

/* Moves log and tag together. `before` is the state that the commit was made from. */
static int publish(struct session *session, const struct log_state *before,
	const struct oid *commit, const char *tag, const struct oid *tag_object)
{
	struct ref_update updates[2] = {{.name = REF_LOG, .new = *commit}};
	char *name = xstrfmt("refs/tags/%s", tag ? tag : "");
	size_t count = 1;
	int rc;

	if (before->exists)
		updates[0].old = before->tip;
	if (tag)
		updates[count++] = (struct ref_update){.name = name, .new = *tag_object};
	rc = refs_update(session->repo, updates, count, "git flywheel");
	if (rc && !was_beaten(session, before, tag))
		rc = fail_context(E_IO, "nothing was promoted or recorded");
	free(name);
	return rc;
}

static int promote_once(struct session *session, const struct promotion *promotion,
	const struct model_row *model, char **tag)
{
	const char *event = promotion->by_hand ? "promotion-by-hand" : "promotion";
	struct log_state state;
	struct buf message = BUF_INIT, card = BUF_INIT;
	struct oid commit, object;
	char *subject = NULL;
	int rc = log_load(session, &state);

	if (rc)
		return rc;
	if (!strcmp(state.production, model->id)) {
		rc = fail(E_EXISTS, "%s is in force already (%s)", model->id, state.tag);
	} else if (log_by_model(&state, model->id)) {
		const char *known = log_by_model(&state, model->id)->tag;

		rc = fail(E_EXISTS, "%s was promoted as %s before: `git flywheel rollback %s`",
			model->id, known, known);
	} else if (promotion->against && strcmp(state.production, promotion->against)) {
		rc = fail(E_STOPPED, "production moved to %s since the benchmark ran",
			state.production);
	}
	if (!rc)
		rc = next_tag(session, &state, tag);
	if (!rc) {
		card_write(&card, *tag, promotion, model, state.production, state.tag);
		subject = xstrfmt("Promote %s as %s%s", model->id, *tag,
			promotion->by_hand ? " by hand" : "");
		event_message(
			&message, subject, event, model->id, *tag, promotion, state.production);
		become(&state, *tag, promotion, model);
		rc = log_commit(session, &state, message.ptr, promotion->report, &commit);
	}
	if (!rc)
		rc = tag_make(session->repo, *tag, &commit, card.ptr, &object);
	if (!rc)
		rc = publish(session, &state, &commit, *tag, &object);
	log_release(&state);
	buf_release(&message);
	buf_release(&card);
	free(subject);
	return rc;
}

int gate_promote(struct session *session, const struct promotion *promotion, char **tag)
{
	const char *event = promotion->by_hand ? "promotion-by-hand" : "promotion";
	struct model_row model = {0};
	bool found = false;
	int rc;

	*tag = NULL;
	rc = log_find(session, event, promotion->run, promotion->model, &found, tag);
	if (rc || found)
		return rc;
	rc = model_row_get(session->store, promotion->model, &model);
	if (!rc)
		rc = artifact_verify(session, model.file, model.sha256);
	for (int i = 0; !rc && i < RACES; i++) {
		free(*tag);
		*tag = NULL;
		rc = promote_once(session, promotion, &model, tag);
		if (rc != E_LOCKED)
			break;
		rc = i + 1 < RACES ? 0 : rc;
	}
	model_row_release(&model);
	if (rc) {
		free(*tag);
		*tag = NULL;
	}
	return rc;
}

int gate_record(struct session *session, const struct promotion *verdict)
{
	struct log_state state;
	struct buf message = BUF_INIT;
	struct oid commit;
	bool found = false;
	char *tag = NULL, *subject = NULL;
	int rc = log_find(session, "verdict", verdict->run, verdict->model, &found, &tag);

	free(tag);
	if (rc || found)
		return rc;
	subject = xstrfmt("%s: %s", *verdict->verdict == 'b' ? "Block" : "Hold", verdict->model);
	event_message(&message, subject, "verdict", verdict->model, NULL, verdict, NULL);
	for (int i = 0; i < RACES; i++) {
		rc = log_load(session, &state);
		if (!rc)
			rc = log_commit(session, &state, message.ptr, verdict->report, &commit);
		if (!rc)
			rc = publish(session, &state, &commit, NULL, NULL);
		log_release(&state);
		if (rc != E_LOCKED)
			break;
	}
	buf_release(&message);
	free(subject);
	return rc;
}
