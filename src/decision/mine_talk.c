/*
 * Decisions of stored talk, which was scrubbed before it was stored. They carry the commit that
 * their conversation led to, where links know one; publish.c holds them back from notes until they
 * are accepted or may be published.
 */
#include "decision/internal.h"

#include "flywheel/conversation.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURN_MAX (64 << 10)
#define ANSWERS_MAX 8 /* notes of a mining model on one turn, answers in one */

struct scan {
	struct miner *miner;
	int64_t after; /* turns up to this id are mined already */
	int64_t last;
	struct map files;     /* session: struct strings * */
	char *asking, *asked; /* a session, and what an assistant said last in it */
};

static int on_edit(const struct talk_edit *edit, void *payload)
{
	struct map *files = payload;
	bool added = false;
	struct map_entry *entry = map_put_str(files, edit->session, &added);
	struct strings *list;

	if (added)
		entry->value.ptr = xcalloc(1, sizeof(struct strings));
	list = entry->value.ptr;
	if (!strings_contains(list, edit->path))
		strings_add(list, edit->path);
	return 0;
}

/* Stores a draft with what the place of the talk says of it. */
static int add_draft(struct scan *scan, const struct turn *turn, const struct talk_place *place,
	struct decision_draft *draft)
{
	struct map_entry *entry = map_get_str(&scan->files, turn->session);
	struct decision_row row = {.source = turn->source,
		.origin = turn->session,
		.status = "proposed",
		.commit = place->commit,
		.at = turn->at};

	for (size_t k = 0; k < place->names.count; k++)
		if (!strings_contains(&draft->symbols, place->names.items[k]))
			strings_add(&draft->symbols, place->names.items[k]);
	return miner_add(scan->miner, draft, &row,
		place->files.count ? &place->files
		: entry            ? entry->value.ptr
				   : NULL);
}

/* Where they belong is asked only when there are any. */
static int add_drafts(struct scan *scan, const struct turn *turn, struct drafts *drafts)
{
	struct talk_place place = {0};
	int rc = 0;

	if (drafts->count)
		rc = talk_place_of(scan->miner->session, turn->session, turn->at, &place);
	for (size_t i = 0; i < drafts->count && !rc; i++)
		rc = add_draft(scan, turn, &place, &drafts->list[i]);
	talk_place_release(&place);
	return rc;
}

/* What the rules and the classifier find in its sentences. */
static void read_sentences(struct scan *scan, const struct turn *turn, struct drafts *out)
{
	struct strings spans = STRINGS_INIT;
	char *plain = text_without_choices(turn->text);

	text_spans(plain, strlen(plain), &spans);
	drafts_read(scan->miner->classifier, "talk", NULL, &spans, 0, scan->miner->least, out);
	strings_release(&spans);
	free(plain);
}

static void remember(struct scan *scan, const struct turn *turn)
{
	bool person = !strcmp(turn->role, "user");

	free(scan->asking);
	free(scan->asked);
	scan->asking = person ? NULL : xstrdup(turn->session);
	scan->asked = person ? NULL : xstrdup(turn->text);
}

static int mine_turn(struct scan *scan, const struct turn *turn)
{
	struct decision_draft answers[ANSWERS_MAX];
	struct drafts found = {0};
	bool replies =
		!strcmp(turn->role, "user") && scan->asking && !strcmp(scan->asking, turn->session);
	int rc;

	if (!*turn->text)
		return 0;
	if (replies)
		drafts_take(&found, answers,
			chosen_drafts(scan->asked, turn->text, answers, ANSWERS_MAX));
	if (!found.count)
		read_sentences(scan, turn, &found);
	drafts_take(&found, answers,
		answer_drafts(scan->miner, turn->source, turn->text, answers, ANSWERS_MAX));
	rc = add_drafts(scan, turn, &found);
	drafts_release(&found);
	return rc;
}

static int on_turn(const struct turn *turn, void *payload)
{
	struct scan *scan = payload;
	int rc = 0;

	if (turn->id > scan->last)
		scan->last = turn->id;
	if (turn->id > scan->after && strlen(turn->text) <= TURN_MAX && strcmp(turn->role, "tool"))
		rc = mine_turn(scan, turn);
	remember(scan, turn);
	return rc;
}

/* The state of the talk in one line: how many turns, and the last one mined. */
static bool read_mark(struct session *session, long long *turns, long long *last)
{
	char *mark = NULL;
	bool known = !store_mined_get(session->store, "talk", &mark) &&
		     sscanf(mark, "%lld %lld", turns, last) == 2;

	error_clear();
	free(mark);
	return known;
}

bool talk_is_mined(struct session *session)
{
	struct talk_counts counts = {0};
	long long turns = 0, last = 0;

	if (talk_count(session->store, &counts))
		return true; /* the next call says what is wrong */
	if (!talk_is_linked(session))
		return false;
	return read_mark(session, &turns, &last) ? turns == counts.turns && last == counts.last
						 : !counts.turns;
}

int mine_talk(struct miner *miner)
{
	struct session *session = miner->session;
	struct scan scan = {.miner = miner};
	struct talk_counts counts = {0};
	long long turns = 0, last = 0;
	bool known = read_mark(session, &turns, &last);
	char *mark;
	int rc = talk_count(session->store, &counts);

	if (!rc)
		rc = talk_relink(miner);
	if (rc || (known && turns == counts.turns && last == counts.last))
		return rc;
	/* Turns only ever come, unless some were taken back: then all is read again. */
	if (known && turns == talk_count_until(session->store, last))
		scan.after = scan.last = last;
	else
		rc = store_decision_drop_talk(session->store);
	if (!rc)
		rc = talk_each_edit(session->store, 0, on_edit, &scan.files);
	if (!rc)
		rc = conversation_each(session, on_turn, &scan);
	mark = xstrfmt("%lld %lld", (long long)counts.turns, (long long)scan.last);
	if (!rc)
		rc = store_mined_set(session->store, "talk", mark);
	free(mark);
	free(scan.asking);
	free(scan.asked);
	for (size_t i = 0; i < scan.files.count; i++) {
		strings_release(scan.files.entries[i].value.ptr);
		free(scan.files.entries[i].value.ptr);
	}
	map_release(&scan.files);
	return rc;
}
