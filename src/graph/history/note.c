/* Graph notes on the commits that HEAD gained since they were last written. */
#include "graph/internal.h"

#include "flywheel/refs.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define TIPS_MAX 2000
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
	if (rc == E_NOTFOUND) { /* a shallow or partial clone lacks what it changed: no note */
		error_clear();
		buf_clear(&text);
		rc = 0;
	}
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

/* Tips whose ancestors need no note: noted before, or there when the first index was made. */
struct tips {
	struct oid *items;
	size_t count, capacity;
};

static void add_tip(struct tips *tips, const struct oid *tip)
{
	if (tips->count >= TIPS_MAX)
		return;
	GROW(tips->items, tips->count, tips->capacity);
	tips->items[tips->count++] = *tip;
}

static int on_ref(const char *name, const struct oid *target, void *payload)
{
	(void)name;
	add_tip(payload, target);
	return 0;
}

static int read_tips(struct session *session, struct tips *tips)
{
	struct strings words = STRINGS_INIT;
	char *text = NULL;
	int rc = store_meta_get(session->store, META_KNOWN, &text);

	if (!rc)
		strings_split(&words, text, ' ');
	for (size_t i = 0; i < words.count; i++) {
		struct oid tip;

		if (!oid_parse(words.items[i], &tip))
			add_tip(tips, &tip);
	}
	strings_release(&words);
	free(text);
	return rc == E_NOTFOUND ? 0 : rc;
}

static int write_tips(struct session *session, const struct tips *tips)
{
	struct buf text = BUF_INIT;
	char hex[OID_HEX + 1];
	int rc;

	for (size_t i = 0; i < tips->count; i++) {
		oid_hex(&tips->items[i], hex);
		buf_addf(&text, "%s%s", i ? " " : "", hex);
	}
	rc = store_meta_set(session->store, META_KNOWN, text.ptr);
	buf_release(&text);
	return rc;
}

/* `head` first, so that it is the last to be dropped; `last` is not needed where head has it. */
static int know(struct session *session, const struct tips *old, const struct oid *last,
	const struct oid *head)
{
	bool covered = last && repo_is_ancestor(session->repo, last, head);
	struct tips tips = {NULL, 0, 0};
	char hex[OID_HEX + 1];
	int rc;

	add_tip(&tips, head);
	for (size_t i = 0; i < old->count; i++)
		if (!oid_equal(&old->items[i], head) &&
			!(covered && oid_equal(&old->items[i], last)))
			add_tip(&tips, &old->items[i]);
	oid_hex(head, hex);
	rc = write_tips(session, &tips);
	if (!rc)
		rc = store_meta_set(session->store, META_NOTED, hex);
	if (!rc)
		rc = store_meta_set(session->store, META_PROBLEM, "");
	free(tips.items);
	return rc;
}

/* The newest commits that `head` reaches and no known tip does. */
static int collect(struct session *session, const struct oid *head, const struct tips *tips,
	struct batch *batch)
{
	struct log_options options = {.from = head,
		.hide_more = tips->items,
		.hide_more_count = tips->count,
		.max = COMMITS_MAX};
	int rc = fact_source_open(session, true, &batch->facts);

	batch->session = session;
	batch->progress = progress_start("Noting", 0);
	if (!rc) {
		fact_source_remember(batch->facts);
		rc = repo_log(session->repo, &options, on_commit, batch);
	}
	progress_finish(batch->progress);
	fact_source_free(batch->facts);
	return rc;
}

/* E_NOTFOUND: this is the first index. */
static int last_noted(struct session *session, struct oid *out)
{
	char *hex = NULL;
	int rc = store_meta_get(session->store, META_NOTED, &hex);

	if (!rc && oid_parse(hex, out))
		rc = E_NOTFOUND;
	free(hex);
	return rc;
}

/* History from before the first index is never noted, whichever branch it is on. */
static int begin_noting(struct session *session, const struct oid *head)
{
	struct tips tips = {NULL, 0, 0};
	int rc = refs_each(session->repo, "refs/heads/", on_ref, &tips);

	if (!rc)
		rc = refs_each(session->repo, "refs/remotes/", on_ref, &tips);
	if (!rc)
		rc = know(session, &tips, NULL, head);
	free(tips.items);
	return rc;
}

/* Notes that git refuses are kept as a problem and tried again; the index stands without them. */
static int write_batch(struct session *session, const struct tips *tips, const struct oid *last,
	const struct oid *head, const struct batch *batch)
{
	char *problem;
	int rc;

	if (!notes_write(session->repo, NOTES_REF, batch->notes, batch->count,
		    "git flywheel: note what changed in the code graph"))
		return know(session, tips, last, head);
	problem = xstrdup(error_message());
	rc = store_meta_set(session->store, META_PROBLEM, problem);
	free(problem);
	return rc;
}

/* Under the sidecar's write lock, so that two processes never append to the ref at once. */
static int note_since(struct session *session, const struct oid *head)
{
	struct batch batch = {.notes = NULL};
	struct tips tips = {NULL, 0, 0};
	struct oid last;
	int rc = last_noted(session, &last);

	if (rc == E_NOTFOUND)
		return begin_noting(session, head);
	if (rc || oid_equal(&last, head))
		return rc;
	rc = read_tips(session, &tips);
	if (!rc)
		rc = collect(session, head, &tips, &batch);
	if (!rc)
		rc = write_batch(session, &tips, &last, head, &batch);
	for (size_t i = 0; i < batch.count; i++)
		free((char *)batch.notes[i].text);
	free(batch.notes);
	free(tips.items);
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
