/*
 * Kept words among the mined rows. What a person added, accepted or edited, what a rewrite of
 * history left behind, and what teammates' notes hold gets rows of its own on those commits of
 * HEAD's history that it belongs to; what is mined there anyway needs none.
 */
#include "decision/life.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

void life_add(struct touched *touched, const struct oid *commit)
{
	if (oid_is_zero(commit))
		return;
	GROW(touched->commits, touched->count, touched->capacity);
	touched->commits[touched->count++] = *commit;
}

void life_touch(struct touched *touched, const struct oid *commit)
{
	if (oid_is_zero(commit))
		return;
	for (size_t i = touched->count; i-- > 0;)
		if (oid_equal(&touched->commits[i], commit))
			return;
	life_add(touched, commit);
}

struct applying {
	struct session *session;
	struct decision_writer *writer;
	struct rewrites rewrites;
	struct map before; /* "<id> <commit>" that had a kept row */
	struct touched *touched;
};

/* Key of a row in `before`. */
#define PLACE (13 + OID_RAW)
static void place_of(const char *id, const struct oid *commit, char key[PLACE])
{
	memset(key, 0, PLACE);
	memcpy(key, id, strnlen(id, 12));
	memcpy(key + 13, commit->raw, OID_RAW);
}

static int on_before(const struct decision_view *view, void *payload)
{
	struct applying *applying = payload;
	char key[PLACE];

	if (!starts_with(view->row.cue, "kept "))
		return 0;
	place_of(view->row.id, &view->row.commit, key);
	map_put(&applying->before, key, PLACE, NULL);
	return 0;
}

static int put_row(struct applying *applying, const struct kept_row *kept, const struct oid *commit)
{
	struct decision_row row = kept->row;
	struct strings files = STRINGS_INIT, names = STRINGS_INIT;
	char *cue, key[PLACE];
	int rc;

	if (store_decision_is_on(applying->session->store, row.id, commit))
		return 0;
	cue = xstrfmt("kept %s", kept->kind);
	row.commit = *commit;
	row.cue = cue;
	row.status = "proposed";
	strings_split(&files, kept->files, '\n');
	strings_split(&names, kept->names, '\n');
	while (files.count && !*files.items[files.count - 1])
		free(files.items[--files.count]);
	while (names.count && !*names.items[names.count - 1])
		free(names.items[--names.count]);
	rc = decision_writer_add(applying->writer, &row, &files, &names, NULL);
	place_of(row.id, commit, key);
	if (!map_get(&applying->before, key, PLACE))
		life_touch(applying->touched, commit);
	strings_release(&files);
	strings_release(&names);
	free(cue);
	return rc;
}

/*
 * On what became of its commit, as far as HEAD has it. What a person said is shown in any case:
 * a squash elsewhere leaves no trace to follow. What a teammate wrote on a commit that is not here
 * waits for it.
 */
static int put_rows(struct applying *applying, const struct kept_row *kept)
{
	size_t count = 0, put = 0;
	struct oid *all = rewrites_follow(&applying->rewrites, &kept->row.commit, &count);
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++)
		if (store_here_has(applying->session->store, &all[i])) {
			rc = put_row(applying, kept, &all[i]);
			put++;
		}
	if (!rc && !put && strcmp(kept->kind, "imported") != 0 &&
		strcmp(kept->kind, "carried") != 0)
		rc = put_row(applying, kept, &all[count - 1]);
	free(all);
	return rc;
}

static int on_kept(const struct kept_row *kept, void *payload)
{
	struct applying *applying = payload;
	bool judged = !strcmp(kept->kind, "judged"), accepted = !strcmp(kept->verdict, "accepted");

	/* It was carried for nothing: the message of the new commit holds it, too. */
	if (!strcmp(kept->kind, "carried") && !*kept->verdict && !kept->edited &&
		store_decision_is_on(applying->session->store, kept->row.id, &kept->row.commit))
		return store_kept_drop(applying->session->store, kept->row.id);
	if (!strcmp(kept->verdict, "forgotten") || (judged && !accepted && !kept->edited))
		return 0;
	if (judged && (accepted || kept->edited) && oid_is_zero(&kept->row.commit) &&
		store_decision_is_on(applying->session->store, kept->row.id, NULL))
		return 0;
	/* Mined from the message of what its commit became: that is the same place. */
	if (judged &&
		(!strcmp(kept->row.source, "commit") || !strcmp(kept->row.source, "comment") ||
			!strcmp(kept->row.source, "adr")) &&
		store_decision_is_on(applying->session->store, kept->row.id, NULL))
		return 0;
	return put_rows(applying, kept);
}

int life_apply(struct session *session, struct touched *touched)
{
	struct applying applying = {.session = session, .touched = touched};
	struct decision_filter all = {.kept = true, .every = true};
	int rc = store_decision_each(session->store, &all, on_before, &applying), closed;

	if (!rc)
		rc = store_life_clear(session->store);
	if (!rc)
		rc = rewrites_load(session, &applying.rewrites);
	applying.writer = decision_writer_open(session->store);
	if (!rc)
		rc = store_kept_each(session->store, NULL, on_kept, &applying);
	closed = decision_writer_close(applying.writer);
	rc = rc ? rc : closed;
	if (!rc)
		rc = store_life_edit(session->store);
	if (!rc)
		rc = store_life_link(session->store);
	rewrites_release(&applying.rewrites);
	map_release(&applying.before);
	return rc;
}
