/*
 * What others wrote: teammates' verdicts, additions and words of private talk come with a notes
 * ref, ours (fetched or merged over) or one beside it. What a person said in it becomes a fact
 * here, when it is later than what was said here; what a message says by itself is mined, not
 * believed.
 */
#include "decision/life.h"
#include "flywheel/decision_note.h"

#include "flywheel/refs.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define NOTE_MAX ((size_t)1 << 20) /* bytes of a note; a larger one is not ours to read */
#define BESIDE "refs/notes/"
#define OURS_END "/flywheel/decisions"

#define ASKED_MAX 16 /* commits that are looked for in HEAD's history one by one */

struct importing {
	struct session *session;
	struct touched *touched;
	struct oid commit; /* of the note at hand */
	size_t asked;
};

static char *lines_of(const struct strings *list)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < list->count; i++)
		buf_addf(&out, "%s\n", list->items[i]);
	return buf_detach(&out);
}

static char *commit_lines(struct session *session, const struct oid *id)
{
	struct strings files = STRINGS_INIT;
	struct commit commit = {0};
	char *lines;

	if (repo_commit_read(session->repo, id, &commit) ||
		commit_files(session->repo, &commit, &files))
		error_clear(); /* a commit that is not here yet: its files are not known */
	lines = lines_of(&files);
	commit_release(&commit);
	strings_release(&files);
	return lines;
}

struct known { /* what is here of an id already */
	bool kept, mined;
	struct kept_row row;
	char *files, *names, *kind;
	char *statement, *because, *instead_of, *consequences;
	char *source, *origin, *cue, *evidence;
};

static void known_release(struct known *known)
{
	char *texts[] = {known->files, known->names, known->kind, known->statement, known->because,
		known->instead_of, known->consequences, known->source, known->origin, known->cue,
		known->evidence};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(texts[i]);
}

static void remember(struct known *known, const struct decision_row *row)
{
	known->row.row = *row;
	known->row.row.statement = known->statement = xstrdup(row->statement);
	known->row.row.because = known->because = xstrdup(row->because);
	known->row.row.instead_of = known->instead_of = xstrdup(row->instead_of);
	known->row.row.consequences = known->consequences = xstrdup(row->consequences);
	known->row.row.source = known->source = xstrdup(row->source);
	known->row.row.origin = known->origin = xstrdup(row->origin);
	known->row.row.cue = known->cue = xstrdup(row->cue);
	known->row.row.evidence = known->evidence = xstrdup(row->evidence);
}

static int on_kept(const struct kept_row *kept, void *payload)
{
	struct known *known = payload;

	known->kept = true;
	remember(known, &kept->row);
	known->row.edited = kept->edited;
	known->row.seen = kept->seen;
	known->row.files = known->files = xstrdup(kept->files);
	known->row.names = known->names = xstrdup(kept->names);
	known->row.kind = known->kind = xstrdup(kept->kind);
	return 0;
}

static int on_mined(const struct decision_view *view, void *payload)
{
	struct known *known = payload;

	if (known->kept || known->mined)
		return 0;
	known->mined = true;
	remember(known, &view->row);
	known->row.files = known->files = lines_of(&view->files);
	known->row.names = known->names = lines_of(&view->names);
	known->row.kind = known->kind = xstrdup("judged");
	return 0;
}

static const char *text(const char *maybe)
{
	return maybe ? maybe : "";
}

static bool is_other(const struct note_decision *decision, const struct decision_row *row)
{
	return strcmp(decision->statement, row->statement) ||
	       strcmp(text(decision->because), row->because) ||
	       strcmp(text(decision->instead_of), row->instead_of) ||
	       strcmp(text(decision->consequences), text(row->consequences));
}

static void take_words(const struct note_decision *decision, struct kept_row *kept)
{
	kept->row.statement = decision->statement;
	kept->row.because = text(decision->because);
	kept->row.instead_of = text(decision->instead_of);
	kept->row.consequences = text(decision->consequences);
}

/* Is that commit in HEAD's history? When there are many, the next walk tells of all. */
static int find_here(struct importing *importing)
{
	struct session *session = importing->session;
	struct oid head;
	int rc = 0;

	if (store_here_has(session->store, &importing->commit) || repo_head(session->repo, &head)) {
		error_clear();
		return 0;
	}
	if (importing->asked++ == ASKED_MAX)
		return store_mined_set(session->store, "carry", "");
	if (importing->asked <= ASKED_MAX &&
		(oid_equal(&head, &importing->commit) ||
			repo_is_ancestor(session->repo, &importing->commit, &head)))
		rc = store_here_add(session->store, &importing->commit);
	error_clear();
	return rc;
}

/* One that nothing here knows of. */
static int keep_new(struct importing *importing, const struct note_decision *decision,
	const char *kind, const char *origin)
{
	struct kept_row kept = {.kind = kind};
	char *files = commit_lines(importing->session, &importing->commit);
	char *names = lines_of(&decision->symbols);
	struct commit commit = {0};
	int rc;

	kept.row = (struct decision_row){.id = decision->id,
		.source = *text(decision->source) ? decision->source : "note",
		.origin = origin,
		.cue = "note",
		.evidence = text(decision->evidence),
		.commit = importing->commit,
		.confidence = decision->confidence,
		.at = decision->when};
	take_words(decision, &kept);
	kept.files = files;
	kept.names = names;
	if (!repo_commit_read(importing->session->repo, &importing->commit, &commit))
		kept.row.at = commit.commit_time;
	error_clear();
	rc = store_kept_put(importing->session->store, &kept);
	if (!rc)
		rc = find_here(importing);
	commit_release(&commit);
	free(files);
	free(names);
	return rc;
}

/* `later`: a person spoke in the note after whoever spoke here. */
static int keep_words(struct importing *importing, const struct note_decision *decision, bool later)
{
	struct store *store = importing->session->store;
	struct known known = {0};
	int rc = store_kept_each(store, decision->id, on_kept, &known);

	if (!rc)
		rc = store_decision_each(
			store, &(struct decision_filter){.id = decision->id}, on_mined, &known);
	known.row.row.id = decision->id; /* that of the rows went with them */
	if (!rc && !known.kept && !known.mined) {
		rc = keep_new(importing, decision, decision->carried_from ? "carried" : "imported",
			text(decision->carried_from));
	} else if (!rc && later) {
		if (is_other(decision, &known.row.row))
			known.row.edited = true;
		take_words(decision, &known.row);
		if (oid_is_zero(&known.row.row.commit))
			known.row.row.commit = importing->commit;
		rc = store_kept_put(store, &known.row);
	}
	known_release(&known);
	return rc;
}

static int take_one(struct importing *importing, const struct note_decision *decision)
{
	struct store *store = importing->session->store;
	bool gone = !strcmp(decision->status, FORGOTTEN);
	bool judged = gone || !strcmp(decision->status, "accepted") ||
		      !strcmp(decision->status, "rejected") || decision->when;
	int64_t when = decision->when ? decision->when : 1, at = 0;
	char *verdict = NULL, *reason = NULL;
	int rc;

	if (note_is_derived(decision))
		return 0;
	rc = store_verdict_get(store, decision->id, &verdict, &reason, &at);
	if (rc == E_NOTFOUND)
		error_clear();
	rc = rc == E_NOTFOUND ? 0 : rc;
	if (!rc && verdict && !strcmp(verdict, FORGOTTEN)) {
		life_touch(importing->touched, &importing->commit); /* the words must go there */
	} else if (!rc && gone) {
		rc = store_judge(store, "decision", decision->id, FORGOTTEN, "", when);
		if (!rc)
			rc = store_kept_drop(store, decision->id);
		life_touch(importing->touched, &importing->commit);
	} else if (!rc) {
		bool later = judged && when > at;

		rc = keep_words(importing, decision, later);
		if (!rc && later)
			rc = store_judge(
				store, "decision", decision->id, decision->status, "", when);
		if (later)
			life_touch(importing->touched, &importing->commit);
	}
	free(verdict);
	free(reason);
	return rc;
}

static int take_note(struct importing *importing, const char *bytes)
{
	struct decision_note note = {0};
	int rc = 0;

	note_parse(bytes, &note);
	for (size_t i = 0; i < note.count && !rc; i++)
		rc = take_one(importing, &note.list[i]);
	note_release(&note);
	return rc;
}

/* "ab/cd/ef..." in the tree of a notes ref names a commit; anything else there is not a note. */
static bool commit_of(const char *path, struct oid *out)
{
	char hex[OID_HEX + 1];
	size_t len = 0;

	for (; *path; path++)
		if (*path != '/') {
			if (len == OID_HEX)
				return false;
			hex[len++] = *path;
		}
	hex[len] = '\0';
	if (len == OID_HEX && !oid_parse(hex, out))
		return true;
	error_clear();
	return false;
}

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct importing *importing = payload;
	struct buf bytes = BUF_INIT;
	int rc = 0;

	(void)old;
	if (!new || !commit_of(path, &importing->commit))
		return 0;
	if (repo_blob_read(importing->session->repo, new, NOTE_MAX, &bytes))
		error_clear();
	else
		rc = take_note(importing, bytes.ptr);
	buf_release(&bytes);
	return rc;
}

static char *mark_of(const char *ref)
{
	return xstrfmt("notes:%s", ref);
}

static bool is_seen(struct session *session, const char *ref, const struct oid *tip)
{
	char *key = mark_of(ref), *mark = NULL, hex[OID_HEX + 1];
	bool seen;

	oid_hex(tip, hex);
	seen = !store_mined_get(session->store, key, &mark) && !strcmp(mark, hex);
	error_clear();
	free(mark);
	free(key);
	return seen;
}

static int see(struct session *session, const char *ref, const struct oid *tip)
{
	char *key = mark_of(ref), hex[OID_HEX + 1];
	int rc;

	oid_hex(tip, hex);
	rc = store_mined_set(session->store, key, hex);
	free(key);
	return rc;
}

/* Ours, or refs/notes/<anything>/flywheel/decisions: what was fetched from somebody. */
static bool is_ours(const char *name)
{
	return ends_with(name, OURS_END);
}

static int on_moved(const char *name, const struct oid *tip, void *payload)
{
	struct {
		struct session *session;
		bool moved;
	} *state = payload;

	state->moved = state->moved || (is_ours(name) && !is_seen(state->session, name, tip));
	return 0;
}

bool notes_moved(struct session *session)
{
	struct {
		struct session *session;
		bool moved;
	} state = {session, false};

	if (refs_each(session->repo, BESIDE, on_moved, &state))
		error_clear();
	return state.moved;
}

static int on_ref(const char *name, const struct oid *tip, void *payload)
{
	struct importing *importing = payload;
	struct session *session = importing->session;
	char *key = mark_of(name), *mark = NULL, hex[OID_HEX + 1];
	struct oid old, new;
	bool known;
	int rc = 0;

	oid_hex(tip, hex);
	if (is_ours(name) && !is_seen(session, name, tip) &&
		!repo_tree_of(session->repo, hex, &new)) {
		known = !store_mined_get(session->store, key, &mark) &&
			!repo_tree_of(session->repo, mark, &old);
		error_clear();
		rc = repo_tree_diff(session->repo, known ? &old : NULL, &new, on_change, importing);
		if (!rc)
			rc = see(session, name, tip);
	}
	free(mark);
	free(key);
	return rc;
}

int notes_import(struct session *session, struct touched *touched)
{
	struct importing importing = {.session = session, .touched = touched};

	return refs_each(session->repo, BESIDE, on_ref, &importing);
}

int notes_seen(struct session *session)
{
	struct oid tip;

	if (ref_read(session->repo, NOTES_DECISIONS, &tip)) {
		error_clear();
		return 0;
	}
	return is_seen(session, NOTES_DECISIONS, &tip) ? 0 : see(session, NOTES_DECISIONS, &tip);
}

bool note_is_there(struct session *session, const struct oid *commit)
{
	struct buf bytes = BUF_INIT;
	bool there = !note_read(session->repo, NOTES_DECISIONS, commit, &bytes);

	error_clear();
	buf_release(&bytes);
	return there;
}

int notes_keep(struct session *session, const struct oid *old, const struct oid *new)
{
	struct importing importing = {.session = session, .commit = *new};
	struct buf bytes = BUF_INIT;
	struct decision_note note = {0};
	char hex[OID_HEX + 1];
	int rc = 0;

	oid_hex(old, hex);
	if (note_read(session->repo, NOTES_DECISIONS, old, &bytes))
		error_clear();
	note_parse(bytes.ptr, &note);
	for (size_t i = 0; i < note.count && !rc; i++) {
		const struct note_decision *decision = &note.list[i];
		struct known known = {0};

		if (!strcmp(decision->status, FORGOTTEN))
			continue;
		rc = store_kept_each(session->store, decision->id, on_kept, &known);
		if (!rc && !known.kept)
			rc = keep_new(&importing, decision, "carried", hex);
		known_release(&known);
	}
	buf_release(&bytes);
	note_release(&note);
	return rc;
}
