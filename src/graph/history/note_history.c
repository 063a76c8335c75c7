/* Graph notes for commits from before the first index, on demand: newest first, in batches. */
#include "graph/history/delta.h"
#include "graph/internal.h"

#include "flywheel/graph_index.h"
#include "flywheel/refs.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_CHANGES 8192 /* of files: what a kill can lose */

/* A commit whose note is being made. */
struct pending {
	struct oid commit;
	struct change *changes;
	size_t count;
	char *old; /* the note it has, or "" */
};

struct history {
	struct session *session;
	struct languages *languages;
	struct pending *pending;
	size_t pending_count, pending_room, changes;
	struct note *notes;
	size_t count, capacity;
	struct progress *progress;
	size_t seen, noted;
	bool again;
};

/* Under the sidecar's write lock, so that two processes never append to the ref at once. */
static int flush(struct history *history)
{
	struct session *session = history->session;
	int rc = history->count ? store_begin(session->store) : 0;

	if (!rc && history->count) {
		rc = notes_write(session->repo, NOTES_REF, history->notes, history->count,
			"git flywheel: note what older commits changed in the code graph");
		if (rc)
			store_rollback(session->store);
		else
			rc = store_commit(session->store);
	}
	for (size_t i = 0; i < history->count; i++)
		free((char *)history->notes[i].text);
	if (!rc)
		history->noted += history->count;
	history->count = 0;
	return rc;
}

static int compare(struct history *history)
{
	struct change **all = xcalloc(history->changes + 1, sizeof(*all));
	size_t count = 0;
	int rc;

	for (size_t i = 0; i < history->pending_count; i++)
		for (size_t k = 0; k < history->pending[i].count; k++)
			all[count++] = &history->pending[i].changes[k];
	rc = changes_compare(history->session, history->languages, all, count);
	free(all);
	return rc;
}

static void note_pending(struct history *history, struct pending *pending)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < pending->count; i++)
		if (!pending->changes[i].compared)
			return;
	changes_say(pending->changes, pending->count, &text);
	if (strcmp(pending->old, text.ptr) != 0) {
		GROW(history->notes, history->count, history->capacity);
		history->notes[history->count].commit = pending->commit;
		history->notes[history->count++].text = buf_detach(&text);
	}
	buf_release(&text);
}

static void forget_pending(struct history *history)
{
	for (size_t i = 0; i < history->pending_count; i++) {
		changes_free(history->pending[i].changes, history->pending[i].count);
		free(history->pending[i].old);
	}
	history->pending_count = history->changes = 0;
}

/* Notes of all that waits; when it is stopped, of those commits that it came to. */
static int settle(struct history *history)
{
	int rc = compare(history), error;

	for (size_t i = 0; i < history->pending_count; i++) {
		struct pending *pending = &history->pending[i];

		if (!rc || rc == E_STOPPED)
			note_pending(history, pending);
	}
	forget_pending(history);
	error = flush(history);
	return error ? error : rc;
}

static int add_pending(struct history *history, const struct commit *commit, const char *old)
{
	struct change *changes;
	size_t count;
	int rc = commit_changes(history->session->repo, commit, &changes, &count);

	if (rc == E_NOTFOUND) { /* a shallow or partial clone lacks what it changed: no note */
		error_clear();
		return 0;
	}
	if (rc)
		return rc;
	GROW(history->pending, history->pending_count, history->pending_room);
	history->pending[history->pending_count++] =
		(struct pending){commit->id, changes, count, xstrdup(old)};
	history->changes += count;
	return history->changes < BATCH_CHANGES ? 0 : settle(history);
}

static int on_commit(const struct commit *commit, void *payload)
{
	struct history *history = payload;
	struct buf old = BUF_INIT;
	bool has = !note_read(history->session->repo, NOTES_REF, &commit->id, &old);
	int rc = 0;

	progress_set(history->progress, ++history->seen);
	error_clear();
	if (!has || history->again)
		rc = add_pending(history, commit, old.ptr);
	buf_release(&old);
	return !rc && interrupted() ? fail(E_STOPPED, "stopped; the same command goes on") : rc;
}

/* "A..B": what B has and A has not. */
static int read_range(
	struct session *session, const char *range, struct oid *from, struct oid *hide, bool *hides)
{
	const char *dots = range ? strstr(range, "..") : NULL;
	char *before = dots ? xstrndup(range, (size_t)(dots - range)) : NULL;
	int rc = 0;

	*hides = dots && *before;
	if (*hides)
		rc = repo_resolve(session->repo, before, hide);
	if (!rc)
		rc = repo_resolve(session->repo,
			!range            ? "HEAD"
			: dots && dots[2] ? dots + 2
			: dots            ? "HEAD"
					  : range,
			from);
	free(before);
	return rc;
}

int graph_note_history(
	struct session *session, const char *range, bool again, size_t *seen, size_t *noted)
{
	struct history history = {.session = session, .again = again};
	struct log_options options = {.max = 0};
	struct oid from, hide;
	bool hides = false;
	int rc = read_range(session, range, &from, &hide, &hides), error;

	*seen = *noted = 0;
	if (!rc)
		rc = languages_load(&history.languages);
	if (rc)
		return rc;
	options.from = &from;
	options.hide = hides ? &hide : NULL;
	history.progress = progress_start("Noting history", 0);
	rc = repo_log(session->repo, &options, on_commit, &history);
	progress_finish(history.progress);
	if (!rc || rc == E_STOPPED) {
		error = settle(&history);
		rc = error ? error : rc;
	}
	*seen = history.seen;
	*noted = history.noted;
	forget_pending(&history);
	free(history.pending);
	free(history.notes);
	languages_free(history.languages);
	return rc;
}
