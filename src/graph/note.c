/* Graph notes on the commits that HEAD gained since they were last written. */
#include "graph/internal.h"

#include "flywheel/refs.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define NOTES_REF "refs/notes/flywheel/graph"
#define COMMITS_MAX 2000 /* per pass: a branch that shares no history must not stall a command */

struct batch {
	struct session *session;
	struct fact_source *facts;
	struct note *notes;
	size_t count, capacity;
	struct progress *progress;
	size_t seen;
};

static int on_commit(const struct commit *commit, void *payload)
{
	struct batch *batch = payload;
	struct buf text = BUF_INIT, old = BUF_INIT;
	int rc = note_text(batch->session, batch->facts, commit, &text);

	progress_set(batch->progress, ++batch->seen);
	if (!rc && note_read(batch->session->repo, NOTES_REF, &commit->id, &old))
		error_clear(); /* none yet */
	if (!rc && strcmp(old.ptr, text.ptr) != 0) {
		GROW(batch->notes, batch->count, batch->capacity);
		batch->notes[batch->count].commit = commit->id;
		batch->notes[batch->count++].text = buf_detach(&text);
	}
	buf_release(&text);
	buf_release(&old);
	if (!rc && interrupted())
		rc = fail(E_STOPPED, "stopped");
	return rc;
}

/* Commits that `from` reaches and `hide` does not, the newest first. */
static int collect(struct session *session, const struct oid *head, const struct oid *hide,
	struct batch *batch)
{
	struct log_options options = {.from = head, .hide = hide, .max = COMMITS_MAX};
	int rc = fact_source_open(session, true, &batch->facts);

	batch->session = session;
	batch->progress = progress_start("Noting", 0);
	if (!rc)
		rc = repo_log(session->repo, &options, on_commit, batch);
	progress_finish(batch->progress);
	fact_source_free(batch->facts);
	return rc;
}

/* E_NOTFOUND: no notes yet, or the commit they reach to is gone. */
static int last_noted(struct session *session, struct oid *out)
{
	struct commit commit;
	char *hex = NULL;
	int rc = store_meta_get(session->store, META_NOTED, &hex);

	if (!rc && oid_parse(hex, out))
		rc = E_NOTFOUND;
	if (!rc && repo_commit_read(session->repo, out, &commit))
		rc = E_NOTFOUND;
	else if (!rc)
		commit_release(&commit);
	free(hex);
	return rc;
}

static int set_noted(struct session *session, const struct oid *head)
{
	char hex[OID_HEX + 1];
	int rc;

	oid_hex(head, hex);
	rc = store_meta_set(session->store, META_NOTED, hex);
	return rc ? rc : store_meta_set(session->store, META_PROBLEM, "");
}

static int write_batch(struct session *session, const struct oid *head, struct batch *batch)
{
	char *problem;
	int rc;

	if (!notes_write(session->repo, NOTES_REF, batch->notes, batch->count,
		    "git flywheel: note what changed in the code graph"))
		return set_noted(session, head);
	problem = xstrdup(error_message());
	rc = store_meta_set(session->store, META_PROBLEM, problem);
	free(problem);
	return rc;
}

/* Under the sidecar's write lock, so that two processes never append to the ref at once. */
static int note_since(struct session *session, const struct oid *head)
{
	struct batch batch = {.notes = NULL};
	struct oid last;
	int rc = last_noted(session, &last);

	if (rc == E_NOTFOUND) /* history from before the first index is never noted */
		return set_noted(session, head);
	if (rc || oid_equal(&last, head))
		return rc;
	rc = collect(session, head, &last, &batch);
	if (!rc)
		rc = write_batch(session, head, &batch);
	for (size_t i = 0; i < batch.count; i++)
		free((char *)batch.notes[i].text);
	free(batch.notes);
	return rc;
}

int graph_note(struct session *session, const struct oid *head)
{
	struct oid last;
	int rc;

	if (!last_noted(session, &last) && oid_equal(&last, head))
		return 0;
	error_clear();
	rc = store_begin(session->store);
	if (rc)
		return rc;
	rc = note_since(session, head);
	if (rc)
		store_rollback(session->store);
	return rc ? rc : store_commit(session->store);
}
