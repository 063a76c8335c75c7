/* Graph notes for commits from before the first index, on demand: newest first, in batches. */
#include "graph/internal.h"

#include "flywheel/graph_index.h"
#include "flywheel/refs.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_NOTES 1000
#define BATCH_BYTES ((size_t)16 << 20)

struct history {
	struct session *session;
	struct fact_source *facts;
	struct note *notes;
	size_t count, capacity, bytes;
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
	history->count = history->bytes = 0;
	return rc;
}

static int note_commit(struct history *history, const struct commit *commit, const char *old)
{
	struct buf text = BUF_INIT;
	int rc = note_text(history->session, history->facts, commit, &text);

	if (rc == E_NOTFOUND) { /* a shallow or partial clone lacks what it changed: no note */
		error_clear();
		buf_release(&text);
		return 0;
	}
	if (!rc && strcmp(old, text.ptr) != 0) {
		GROW(history->notes, history->count, history->capacity);
		history->bytes += text.len;
		history->notes[history->count].commit = commit->id;
		history->notes[history->count++].text = buf_detach(&text);
	}
	buf_release(&text);
	if (!rc && (history->count == BATCH_NOTES || history->bytes > BATCH_BYTES))
		rc = flush(history);
	return rc;
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
		rc = note_commit(history, commit, old.ptr);
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
	if (!rc) /* nothing is kept: the facts of a whole history would outgrow the sidecar */
		rc = fact_source_open(session, false, &history.facts);
	if (rc)
		return rc;
	options.from = &from;
	options.hide = hides ? &hide : NULL;
	fact_source_remember(history.facts);
	history.progress = progress_start("Noting history", 0);
	rc = repo_log(session->repo, &options, on_commit, &history);
	progress_finish(history.progress);
	if (!rc || rc == E_STOPPED) {
		error = flush(&history);
		rc = error ? error : rc;
	}
	*seen = history.seen;
	*noted = history.noted;
	for (size_t i = 0; i < history.count; i++)
		free((char *)history.notes[i].text);
	free(history.notes);
	fact_source_free(history.facts);
	return rc;
}
