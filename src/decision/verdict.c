/* What a person says of a decision: a fact, kept for its id with the words, and shown in notes. */
#include "decision/internal.h"
#include "decision/life.h"
#include "flywheel/decision_life.h"

#include "flywheel/scrub.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 4000 /* bytes of one text of a person */

static int on_judged(const struct decision_view *view, void *payload)
{
	life_touch(payload, &view->row.commit);
	return 0;
}

static int on_kept_commit(const struct kept_row *kept, void *payload)
{
	life_touch(payload, &kept->row.commit);
	return 0;
}

/* Lays what is kept over the rows again, and writes the notes of all commits that bear the id. */
static int settle(struct session *session, const char *id, struct touched *touched)
{
	int rc = store_begin(session->store);

	if (!rc) {
		rc = store_kept_each(session->store, id, on_kept_commit, touched);
		if (!rc)
			rc = life_apply(session, touched);
		if (!rc)
			rc = states_update(session);
		if (rc)
			store_rollback(session->store);
		else
			rc = store_commit(session->store);
	}
	if (!rc)
		rc = store_decision_each(session->store,
			&(struct decision_filter){.id = id, .every = true}, on_judged, touched);
	return rc ? rc : notes_update(session, touched->commits, touched->count, false);
}

struct saying {
	struct session *session;
	const char *verdict;
	const struct decision_words *words; /* NULL: as they are */
	const struct oid *commit;           /* that a person tied it to, or NULL */
	bool done;
};

static char *lines_of(const struct strings *list)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < list->count; i++)
		buf_addf(&out, "%s\n", list->items[i]);
	return buf_detach(&out);
}

static const char *pick(const char *words, const char *old)
{
	return words ? words : old;
}

static bool differ(const struct decision_words *words, const struct decision_row *row)
{
	return strcmp(pick(words->statement, row->statement), row->statement) ||
	       strcmp(pick(words->because, row->because), row->because) ||
	       strcmp(pick(words->instead_of, row->instead_of), row->instead_of) ||
	       strcmp(pick(words->consequences, row->consequences), row->consequences);
}

static int put_words(struct saying *saying, struct kept_row *kept)
{
	const struct decision_words *words = saying->words;

	if (words && differ(words, &kept->row)) {
		kept->row.statement = pick(words->statement, kept->row.statement);
		kept->row.because = pick(words->because, kept->row.because);
		kept->row.instead_of = pick(words->instead_of, kept->row.instead_of);
		kept->row.consequences = pick(words->consequences, kept->row.consequences);
		kept->edited = true;
	}
	if (saying->commit) {
		kept->row.commit = *saying->commit;
		kept->kind = strcmp(kept->kind, "judged") ? kept->kind : "linked";
	}
	if (repo_head(saying->session->repo, &kept->seen))
		error_clear();
	saying->done = true;
	return store_kept_put(saying->session->store, kept);
}

static int on_kept_again(const struct kept_row *old, void *payload)
{
	struct saying *saying = payload;
	struct kept_row kept = *old;
	struct oid commit;
	int rc = 0;

	if (oid_is_zero(&kept.row.commit) && !strcmp(saying->verdict, "accepted")) {
		rc = carried_out(saying->session, kept.files, kept.row.at, &commit);
		kept.row.commit = commit;
		if (!rc && !oid_is_zero(&commit))
			rc = store_here_add(saying->session->store, &commit);
	}
	return rc ? rc : put_words(saying, &kept);
}

static int on_first(const struct decision_view *view, void *payload)
{
	struct saying *saying = payload;
	struct kept_row kept = {.row = view->row, .kind = "judged"};
	char *files = lines_of(&view->files), *names = lines_of(&view->names);
	int rc = 0;

	if (!saying->done) {
		kept.files = files;
		kept.names = names;
		if (oid_is_zero(&kept.row.commit) && strcmp(view->row.source, "comment") != 0 &&
			!strcmp(saying->verdict, "accepted"))
			rc = carried_out(saying->session, files, view->row.at, &kept.row.commit);
		if (!rc)
			rc = put_words(saying, &kept);
		if (!rc && !oid_is_zero(&kept.row.commit))
			rc = store_here_add(saying->session->store, &kept.row.commit);
	}
	free(files);
	free(names);
	return rc;
}

/* The words go with the verdict: without them it teaches nobody when the source is gone. */
static int keep_words(struct saying *saying, const char *id)
{
	struct store *store = saying->session->store;
	int rc = store_kept_each(store, id, on_kept_again, saying);

	if (!rc && !saying->done)
		rc = store_decision_each(
			store, &(struct decision_filter){.id = id}, on_first, saying);
	return rc;
}

int life_tie(struct session *session, const char *id, const struct oid *commit)
{
	struct saying saying = {.session = session, .verdict = "", .commit = commit};

	return keep_words(&saying, id);
}

static int say(struct session *session, const char *full, const char *verdict, const char *reason,
	const struct decision_words *words)
{
	struct saying saying = {.session = session, .verdict = verdict, .words = words};
	struct touched touched = {0};
	int rc = store_begin(session->store);

	if (rc)
		return rc;
	rc = keep_words(&saying, full);
	if (!rc)
		rc = store_judge(session->store, "decision", full, verdict, reason, clock_now());
	if (rc)
		store_rollback(session->store);
	else
		rc = store_commit(session->store);
	if (!rc)
		rc = settle(session, full, &touched);
	free(touched.commits);
	return rc;
}

int decision_judge(struct session *session, const char *id, const char *verdict, const char *reason)
{
	char full[13];
	int rc = decision_expand(session, id, full);

	return rc ? rc : say(session, full, verdict, reason, NULL);
}

int decision_forget(struct session *session, const char *id)
{
	struct touched touched = {0};
	char full[13];
	int rc = decision_expand(session, id, full);

	if (!rc)
		rc = store_decision_each(session->store,
			&(struct decision_filter){.id = full, .every = true}, on_judged, &touched);
	if (!rc)
		rc = store_kept_each(session->store, full, on_kept_commit, &touched);
	if (!rc)
		rc = store_judge(session->store, "decision", full, "forgotten", "", clock_now());
	if (!rc)
		rc = store_kept_drop(session->store, full);
	if (!rc)
		rc = settle(session, full, &touched);
	free(touched.commits);
	return rc;
}

static int on_said(const struct kept_row *kept, void *payload)
{
	struct {
		decision_said_fn fn;
		void *payload;
	} *state = payload;
	struct decision_said said = {.id = kept->row.id,
		.evidence = kept->row.evidence,
		.statement = kept->row.statement,
		.because = kept->row.because,
		.instead_of = kept->row.instead_of,
		.source = kept->row.source,
		.verdict = kept->verdict,
		.edited = kept->edited,
		.at = kept->judged_at};

	return state->fn(&said, state->payload);
}

int decision_said_each(struct session *session, decision_said_fn fn, void *payload)
{
	struct {
		decision_said_fn fn;
		void *payload;
	} state = {fn, payload};

	return store_said_each(session->store, on_said, &state);
}

/* One line, without secrets: what a person types may end in a note that is pushed. */
static int clean(struct scrubber *scrubber, const char *text, struct buf *out)
{
	struct buf flat = BUF_INIT;
	int rc = 0;

	for (; *text; text++)
		if ((unsigned char)*text > ' ')
			buf_addch(&flat, *text);
		else if (flat.len && flat.ptr[flat.len - 1] != ' ')
			buf_addch(&flat, ' ');
	buf_trim(&flat);
	if (flat.len > WORDS_MAX || utf8_valid_prefix(flat.ptr, flat.len) != flat.len)
		rc = fail(E_INVALID, "a text is over %d bytes, or is not UTF-8", WORDS_MAX);
	if (!rc && flat.len)
		rc = scrub_text(scrubber, flat.ptr, flat.len, out, NULL, NULL);
	buf_release(&flat);
	return rc;
}

struct clean_words {
	struct buf texts[4];
	struct decision_words words;
};

static void clean_release(struct clean_words *clean)
{
	for (size_t i = 0; i < ARRAY_SIZE(clean->texts); i++)
		buf_release(&clean->texts[i]);
}

static int clean_all(
	struct session *session, const struct decision_words *words, struct clean_words *out)
{
	const char *from[] = {
		words->statement, words->because, words->instead_of, words->consequences};
	const char **to[] = {&out->words.statement, &out->words.because, &out->words.instead_of,
		&out->words.consequences};
	struct scrubber *scrubber = NULL;
	int rc = scrubber_open(session, &scrubber);

	for (size_t i = 0; i < ARRAY_SIZE(from); i++) {
		buf_init(&out->texts[i]);
		*to[i] = NULL;
		if (rc || !from[i])
			continue;
		rc = clean(scrubber, from[i], &out->texts[i]);
		*to[i] = out->texts[i].ptr;
	}
	scrubber_free(scrubber);
	if (!rc && words->statement && !*out->words.statement)
		rc = fail(E_INVALID, "a decision needs a statement: what was decided");
	return rc;
}

int decision_edit(struct session *session, const char *id, const struct decision_words *words)
{
	struct clean_words clean = {0};
	char full[13];
	int rc = clean_all(session, words, &clean);

	if (!rc)
		rc = decision_expand(session, id, full);
	if (!rc)
		rc = say(session, full, "accepted", "", &clean.words);
	clean_release(&clean);
	return rc;
}

static char *evidence_of(const struct decision_words *words)
{
	const char *because = words->because, *instead_of = words->instead_of;

	return xstrfmt("%s%s%s%s%s", words->statement, because && *because ? "; because: " : "",
		because ? because : "", instead_of && *instead_of ? "; instead of: " : "",
		instead_of ? instead_of : "");
}

static int add(struct session *session, const struct decision_words *words,
	const struct commit *commit, const char *files, char out[13])
{
	struct kept_row kept = {.kind = "added", .edited = true, .files = files};
	struct strings names = STRINGS_INIT;
	char *evidence = evidence_of(words), *lines;
	int rc = 0;

	text_names(evidence, &names);
	lines = lines_of(&names);
	decision_id("person", evidence, out);
	kept.names = lines;
	kept.seen = commit->id;
	kept.row = (struct decision_row){.id = out,
		.statement = words->statement,
		.because = pick(words->because, ""),
		.instead_of = pick(words->instead_of, ""),
		.consequences = pick(words->consequences, ""),
		.evidence = evidence,
		.source = "person",
		.origin = "",
		.cue = "person",
		.commit = commit->id,
		.confidence = 1,
		.at = clock_now()};
	if (store_decision_is_on(session->store, out, NULL))
		rc = fail(E_EXISTS, "these words are there already: %s", out);
	if (!rc)
		rc = store_kept_put(session->store, &kept);
	if (!rc)
		rc = store_here_add(session->store, &commit->id);
	free(evidence);
	free(lines);
	strings_release(&names);
	return rc;
}

static int files_of(struct session *session, const struct commit *commit, const char *const *wanted,
	struct buf *out)
{
	struct strings files = STRINGS_INIT;
	struct oid blob;
	int rc = 0;

	for (size_t i = 0; wanted && wanted[i] && !rc; i++) {
		rc = repo_tree_file(session->repo, &commit->tree, wanted[i], &blob);
		if (rc)
			rc = fail(E_NOTFOUND, "the commit has no file '%s'", wanted[i]);
		buf_addf(out, "%s\n", wanted[i]);
	}
	if (!rc && (!wanted || !wanted[0]))
		rc = commit_files(session->repo, commit, &files);
	for (size_t i = 0; i < files.count; i++)
		buf_addf(out, "%s\n", files.items[i]);
	strings_release(&files);
	return rc;
}

int decision_add(struct session *session, const struct decision_words *words,
	const struct oid *commit, const char *const *files, char out[13])
{
	struct clean_words clean = {0};
	struct touched touched = {0};
	struct commit on = {0};
	struct buf lines = BUF_INIT;
	struct oid id;
	int rc = commit ? 0 : repo_head(session->repo, &id);

	if (!rc)
		rc = repo_commit_read(session->repo, commit ? commit : &id, &on);
	if (!rc && !words->statement)
		rc = fail(E_INVALID, "a decision needs a statement: what was decided");
	if (!rc)
		rc = clean_all(session, words, &clean);
	if (!rc)
		rc = files_of(session, &on, files, &lines);
	if (!rc)
		rc = add(session, &clean.words, &on, lines.ptr, out);
	if (!rc)
		rc = store_judge(session->store, "decision", out, "accepted", "", clock_now());
	if (!rc)
		rc = settle(session, out, &touched);
	clean_release(&clean);
	buf_release(&lines);
	free(touched.commits);
	commit_release(&on);
	return rc;
}
