/*
 * Writing the notes: those commits whose decisions changed, in one batch, and of those only the
 * ones whose text is another. What a teammate's note holds beyond ours is kept as it stands.
 */
#include "decision/internal.h"

#include "flywheel/config.h"
#include "flywheel/refs.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define ATTEMPTS 3

struct publisher {
	struct session *session;
	bool publish; /* flywheel.publish: private talk may enter notes */
	bool has_ref;
	struct note *notes;
	size_t count, capacity;
	struct decision_note current; /* of the commit at hand */
};

static bool is_public(const struct publisher *publisher, const struct decision_view *view)
{
	const char *source = view->row.source;

	if (!strcmp(source, "commit") || !strcmp(source, "comment") || !strcmp(source, "adr"))
		return true;
	return publisher->publish || !strcmp(view->verdict, "accepted");
}

static int on_view(const struct decision_view *view, void *payload)
{
	struct publisher *publisher = payload;
	struct decision_note *note = &publisher->current;
	const struct decision_row *row = &view->row;
	struct note_decision *decision;

	if (!is_public(publisher, view))
		return 0;
	GROW(note->list, note->count, note->capacity);
	decision = &note->list[note->count++];
	*decision = (struct note_decision){.id = xstrdup(row->id),
		.statement = xstrdup(row->statement),
		.because = xstrdup(row->because),
		.instead_of = xstrdup(row->instead_of),
		.source = xstrdup(row->source),
		.evidence = xstrdup(row->evidence),
		.status = xstrdup(view->verdict[0] ? view->verdict : row->status),
		.confidence = row->confidence};
	for (size_t i = 0; i < view->names.count; i++)
		strings_add(&decision->symbols, view->names.items[i]);
	return 0;
}

/* Keeps foreign paragraphs, and a foreign verdict where we have none. */
static void merge(struct decision_note *ours, struct decision_note *theirs)
{
	for (size_t i = 0; i < theirs->count; i++) {
		struct note_decision *old = &theirs->list[i];
		size_t k = 0;

		while (k < ours->count && strcmp(ours->list[k].id, old->id))
			k++;
		if (k < ours->count) {
			if (!strcmp(ours->list[k].status, "proposed") &&
				(!strcmp(old->status, "accepted") ||
					!strcmp(old->status, "rejected"))) {
				free(ours->list[k].status);
				ours->list[k].status = xstrdup(old->status);
			}
			continue;
		}
		if (old->source && !strcmp(old->source, "commit"))
			continue; /* an older cue made it; it can be mined again */
		GROW(ours->list, ours->count, ours->capacity);
		ours->list[ours->count++] = *old;
		memset(old, 0, sizeof(*old));
	}
}

static int build(struct publisher *publisher, const struct oid *commit)
{
	struct decision_filter filter = {.commit = commit};
	struct decision_note old = {0};
	struct buf before = BUF_INIT, after = BUF_INIT;
	int rc = store_decision_each(publisher->session->store, &filter, on_view, publisher);

	if (!rc && publisher->has_ref &&
		note_read(publisher->session->repo, NOTES_DECISIONS, commit, &before))
		error_clear(); /* no note yet */
	note_parse(before.ptr, &old);
	merge(&publisher->current, &old);
	note_sort(&publisher->current);
	note_format(&publisher->current, &after);
	buf_trim(&before);
	buf_trim(&after);
	if (!rc && (before.len != after.len || memcmp(before.ptr, after.ptr, after.len))) {
		if (after.len)
			buf_addch(&after, '\n');
		GROW(publisher->notes, publisher->count, publisher->capacity);
		publisher->notes[publisher->count].commit = *commit;
		publisher->notes[publisher->count++].text = buf_detach(&after);
	}
	buf_release(&before);
	buf_release(&after);
	note_release(&publisher->current);
	note_release(&old);
	return rc;
}

static int on_commit(const struct oid *commit, void *payload)
{
	return build(payload, commit);
}

static int write_once(
	struct publisher *publisher, const struct oid *commits, size_t count, bool all)
{
	struct session *session = publisher->session;
	int rc = 0;

	if (all)
		rc = store_decision_commits(session->store, on_commit, publisher);
	for (size_t i = 0; !all && i < count && !rc; i++)
		rc = build(publisher, &commits[i]);
	if (!rc)
		rc = notes_write(session->repo, NOTES_DECISIONS, publisher->notes, publisher->count,
			"Write down decisions\n");
	for (size_t i = 0; i < publisher->count; i++)
		free((char *)(uintptr_t)publisher->notes[i].text);
	publisher->count = 0;
	return rc;
}

/* Did somebody else write meanwhile? What went wrong stays the message: it may have to be told. */
static bool has_moved(struct repo *repo, const struct oid *before, int rc)
{
	char *why = xstrdup(error_message());
	struct oid after;
	bool moved = !ref_read(repo, NOTES_DECISIONS, &after) && !oid_equal(before, &after);

	fail(rc, "%s", why);
	free(why);
	return moved;
}

int notes_update(struct session *session, const struct oid *commits, size_t count, bool all)
{
	struct publisher publisher = {
		.session = session, .publish = config_bool(session->config, "publish")};
	struct oid before;
	int rc = 0;

	/* The worker may write at the same moment; git lets one win, the other looks again. */
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		memset(&before, 0, sizeof(before));
		publisher.has_ref = !ref_read(session->repo, NOTES_DECISIONS, &before);
		error_clear();
		rc = write_once(&publisher, commits, count, all);
		if (!rc || !has_moved(session->repo, &before, rc))
			break;
	}
	free(publisher.notes);
	return rc;
}
