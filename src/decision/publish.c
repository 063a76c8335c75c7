/*
 * Writing the notes: those commits whose decisions changed, in one batch, and of those only the
 * ones whose text is another. What a teammate's note holds beyond ours is kept as it stands.
 */
#include "decision/life.h"
#include "flywheel/decision_note.h"

#include "flywheel/config.h"
#include "flywheel/refs.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define ATTEMPTS 3
#define OURS_MAX ((size_t)64 << 10)  /* bytes of a note that we write */
#define THEIRS_MAX ((size_t)1 << 20) /* a larger note is somebody's data: it is left alone */

struct publisher {
	struct session *session;
	bool publish; /* flywheel.publish: private talk may enter notes */
	bool has_ref;
	struct rewrites rewrites;
	struct map built; /* commits that were looked at */
	struct note *notes;
	size_t count, capacity;
	struct decision_note current; /* of the commit at hand */
};

static bool is_public_source(const char *source)
{
	return !strcmp(source, "commit") || !strcmp(source, "comment") || !strcmp(source, "adr") ||
	       !strcmp(source, "person");
}

/* Of private talk, and nobody has said yet that it may be told. */
static bool is_withheld(const struct publisher *publisher, const struct decision_view *view)
{
	const char *cue = view->row.cue;

	return !is_public_source(view->row.source) && !publisher->publish &&
	       strcmp(view->verdict, "accepted") != 0 && strcmp(cue, "kept imported") != 0 &&
	       strcmp(cue, "kept carried") != 0;
}

static int on_view(const struct decision_view *view, void *payload)
{
	struct publisher *publisher = payload;
	const struct decision_row *row = &view->row;
	bool judged = view->verdict[0] && strcmp(view->verdict, "proposed") != 0;
	struct note_decision decision = {.id = xstrdup(row->id),
		.statement = xstrdup(row->statement),
		.because = xstrdup(row->because),
		.instead_of = xstrdup(row->instead_of),
		.consequences = xstrdup(row->consequences),
		.source = xstrdup(row->source),
		.evidence = xstrdup(row->evidence),
		.status = xstrdup(judged ? view->verdict : row->status),
		.carried_from = xstrdup(strcmp(row->cue, "kept carried") ? NULL : row->origin),
		.when = view->verdict[0] ? view->judged_at : 0,
		.confidence = row->confidence,
		.withheld = is_withheld(publisher, view)};

	for (size_t i = 0; i < view->names.count; i++)
		strings_add(&decision.symbols, view->names.items[i]);
	note_add(&publisher->current, &decision);
	return 0;
}

/* Forgotten here: the words that stand in the note go. */
static bool forget(struct session *session, struct note_decision *decision)
{
	char *verdict = NULL, *reason = NULL;
	int64_t at = 0;
	bool gone = !store_verdict_get(session->store, decision->id, &verdict, &reason, &at) &&
		    !strcmp(verdict, FORGOTTEN);

	error_clear();
	if (gone && strcmp(decision->status, FORGOTTEN) != 0) {
		struct note_decision stone = {
			.id = xstrdup(decision->id), .status = xstrdup(FORGOTTEN), .when = at};

		note_decision_release(decision);
		*decision = stone;
	}
	free(verdict);
	free(reason);
	return gone;
}

/* What stands in the note already: a later word of a teammate counts, ours is written otherwise. */
static void merge(struct publisher *publisher, struct decision_note *theirs)
{
	struct decision_note *ours = &publisher->current;

	for (size_t i = 0; i < theirs->count; i++) {
		struct note_decision *old = &theirs->list[i];
		bool gone = forget(publisher->session, old) || !strcmp(old->status, FORGOTTEN);
		size_t k = 0;

		while (k < ours->count && strcmp(ours->list[k].id, old->id))
			k++;
		if (k < ours->count && !gone && old->when <= ours->list[k].when) {
			ours->list[k].withheld = false;
			continue;
		}
		if (k < ours->count) {
			note_decision_release(&ours->list[k]);
			ours->list[k] = *old;
			memset(old, 0, sizeof(*old));
		} else if (gone || !note_is_derived(old)) {
			note_add(ours, old);
		} /* else an older miner made it; it can be mined again */
	}
	for (size_t i = 0; i < theirs->foreign.count; i++)
		strings_add(&ours->foreign, theirs->foreign.items[i]);
}

/* Paragraphs that are no decisions go with the commit that they were written on. */
static void add_foreign_of_old(struct publisher *publisher, const struct oid *commit)
{
	for (size_t i = 0; i < publisher->rewrites.count; i++) {
		const struct rewrite *rewrite = &publisher->rewrites.list[i];
		struct decision_note note = {0};
		struct buf text = BUF_INIT;

		if (!oid_equal(&rewrite->new, commit))
			continue;
		if (note_read(publisher->session->repo, NOTES_DECISIONS, &rewrite->old, &text))
			error_clear();
		note_parse(text.ptr, &note);
		for (size_t k = 0; k < note.foreign.count; k++)
			strings_add(&publisher->current.foreign, note.foreign.items[k]);
		note_release(&note);
		buf_release(&text);
	}
}

static bool is_least(const struct note_decision *a, const struct note_decision *b)
{
	return a->confidence != b->confidence ? a->confidence < b->confidence
					      : strcmp(a->id, b->id) > 0;
}

/* Over the cap, what is least sure goes first; what a person said stays. */
static void cap(struct decision_note *note)
{
	struct buf size = BUF_INIT;

	for (;;) {
		size_t least = SIZE_MAX;

		buf_clear(&size);
		note_format(note, &size);
		if (size.len <= OURS_MAX)
			break;
		for (size_t i = 0; i < note->count; i++)
			if (!note->list[i].raw && !note->list[i].when &&
				(least == SIZE_MAX || is_least(&note->list[i], &note->list[least])))
				least = i;
		if (least == SIZE_MAX)
			break;
		note_decision_release(&note->list[least]);
		note->list[least] = note->list[--note->count];
		memset(&note->list[note->count], 0, sizeof(*note->list));
		note_sort(note);
	}
	buf_release(&size);
}

static void drop_withheld(struct decision_note *note)
{
	size_t kept = 0;

	for (size_t i = 0; i < note->count; i++)
		if (note->list[i].withheld)
			note_decision_release(&note->list[i]);
		else
			note->list[kept++] = note->list[i];
	note->count = kept;
}

static void add_note(struct publisher *publisher, const struct oid *commit, struct buf *text)
{
	if (text->len)
		buf_addch(text, '\n');
	GROW(publisher->notes, publisher->count, publisher->capacity);
	publisher->notes[publisher->count].commit = *commit;
	publisher->notes[publisher->count++].text = buf_detach(text);
}

static int build(struct publisher *publisher, const struct oid *commit)
{
	struct decision_filter filter = {.commit = commit};
	struct decision_note old = {0};
	struct buf before = BUF_INIT, after = BUF_INIT;
	bool added = false;
	int rc;

	map_put(&publisher->built, (const char *)commit->raw, OID_RAW, &added);
	if (!added)
		return 0;
	rc = store_decision_each(publisher->session->store, &filter, on_view, publisher);
	if (!rc && publisher->has_ref &&
		note_read(publisher->session->repo, NOTES_DECISIONS, commit, &before))
		error_clear(); /* no note yet */
	if (before.len > THEIRS_MAX)
		goto out;
	note_parse(before.ptr, &old);
	merge(publisher, &old);
	drop_withheld(&publisher->current);
	add_foreign_of_old(publisher, commit);
	note_sort(&publisher->current);
	cap(&publisher->current);
	note_format(&publisher->current, &after);
	buf_trim(&before);
	buf_trim(&after);
	if (!rc && (before.len != after.len || memcmp(before.ptr, after.ptr, after.len)))
		add_note(publisher, commit, &after);
out:
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

static void drop_texts(struct publisher *publisher)
{
	for (size_t i = 0; i < publisher->count; i++)
		free((char *)(uintptr_t)publisher->notes[i].text);
	publisher->count = 0;
	map_release(&publisher->built);
}

static int write_once(
	struct publisher *publisher, const struct oid *commits, size_t count, bool all)
{
	struct session *session = publisher->session;
	int rc = 0;

	if (all)
		rc = store_decision_commits(session->store, on_commit, publisher);
	for (size_t i = 0; i < count && !rc; i++)
		rc = build(publisher, &commits[i]);
	if (!rc)
		rc = notes_write(session->repo, NOTES_DECISIONS, publisher->notes, publisher->count,
			"Write down decisions\n");
	drop_texts(publisher);
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
	int rc = rewrites_load(session, &publisher.rewrites);
	bool ready = !rc;

	/* The worker may write at the same moment; git lets one win, the other looks again. */
	for (int attempt = 0; ready && attempt < ATTEMPTS; attempt++) {
		bool moved = notes_moved(session);

		memset(&before, 0, sizeof(before));
		publisher.has_ref = !ref_read(session->repo, NOTES_DECISIONS, &before);
		error_clear();
		rc = write_once(&publisher, commits, count, all);
		if (!rc && !moved)
			rc = notes_seen(session); /* what is new in it is our own */
		if (!rc || (rc != E_LOCKED && !has_moved(session->repo, &before, rc)))
			break;
	}
	rewrites_release(&publisher.rewrites);
	free(publisher.notes);
	return rc;
}

/* ---- Another ref merged into ours ------------------------------------------------------------ */

static int on_theirs(const struct oid *commit, const struct oid *blob, void *payload)
{
	struct publisher *publisher = payload;
	struct repo *repo = publisher->session->repo;
	struct buf theirs = BUF_INIT, ours = BUF_INIT, both = BUF_INIT;

	if (repo_blob_read(repo, blob, THEIRS_MAX, &theirs)) {
		error_clear();
		return 0;
	}
	if (publisher->has_ref && note_read(repo, NOTES_DECISIONS, commit, &ours))
		error_clear();
	if (ours.len <= THEIRS_MAX)
		decision_note_merge(ours.ptr, theirs.ptr, &both);
	buf_trim(&ours);
	buf_trim(&both);
	if (both.len && (ours.len != both.len || memcmp(ours.ptr, both.ptr, both.len)))
		add_note(publisher, commit, &both);
	buf_release(&ours);
	buf_release(&theirs);
	buf_release(&both);
	return 0;
}

int decision_notes_take(struct session *session, const char *ref, size_t *changed)
{
	struct publisher publisher = {.session = session};
	struct oid tip;
	int rc = ref_read(session->repo, ref, &tip);

	*changed = 0;
	if (rc)
		return rc;
	publisher.has_ref = !ref_read(session->repo, NOTES_DECISIONS, &tip);
	error_clear();
	rc = notes_each(session->repo, ref, on_theirs, &publisher);
	*changed = publisher.count;
	if (!rc)
		rc = notes_write(session->repo, NOTES_DECISIONS, publisher.notes, publisher.count,
			"Merge decisions\n");
	drop_texts(&publisher);
	free(publisher.notes);
	return rc;
}
