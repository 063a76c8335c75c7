/*
 * Links from talk to code. Edits are followed line by line (fate_*.c); what a turn says it is about
 * (the place of a review, the commit that a tool made) and the words that may name code are kept as
 * they stand, and what they mean is asked of HEAD's graph when somebody asks.
 */
#include "flywheel/conversation_link.h"

#include "conversation/fate_follow.h"
#include "conversation/fate_state.h"
#include "flywheel/graph_place.h"
#include "flywheel/refs.h"
#include "flywheel/store_decision.h"
#include "flywheel/store_talk_link.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/mention.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK "link"
#define SUBJECT_MAX 200
#define NOTES_AI "refs/notes/ai"

/* What the last update had seen. */
struct mark {
	struct oid head, notes;
	int64_t turns, edits, outcomes, last;
};

struct update {
	struct session *session;
	struct fates fates;
	struct following following;
	struct mark old, new;
	bool onward;  /* what was linked before stays, but for what changed */
	char *before; /* the mark as it was read */
};

static char *mark_text(const struct mark *mark)
{
	char head[OID_HEX + 1], notes[OID_HEX + 1];

	oid_hex(&mark->head, head);
	oid_hex(&mark->notes, notes);
	return xstrfmt("%d %s %s %lld %lld %lld %lld", CLAIMS_VERSION, head, notes,
		(long long)mark->turns, (long long)mark->edits, (long long)mark->outcomes,
		(long long)mark->last);
}

static bool mark_parse(const char *text, struct mark *out)
{
	char head[OID_HEX + 1], notes[OID_HEX + 1];
	long long turns, edits, outcomes, last;
	int version;

	if (!text || sscanf(text, "%d %40s %40s %lld %lld %lld %lld", &version, head, notes, &turns,
			     &edits, &outcomes, &last) != 7)
		return false;
	if (version != CLAIMS_VERSION || oid_parse(head, &out->head) ||
		oid_parse(notes, &out->notes))
		return false;
	out->turns = turns;
	out->edits = edits;
	out->outcomes = outcomes;
	out->last = last;
	return true;
}

/* False when all is as it was. */
static int look(struct update *update, bool *due)
{
	struct session *session = update->session;
	struct talk_known known;
	int rc = repo_head(session->repo, &update->new.head);

	*due = false;
	if (rc == E_NOTFOUND) { /* nothing is committed yet */
		error_clear();
		return 0;
	}
	if (!rc && ref_read(session->repo, NOTES_AI, &update->new.notes))
		memset(&update->new.notes, 0, sizeof(update->new.notes));
	if (!rc && store_mined_get(session->store, MARK, &update->before))
		update->before = NULL;
	error_clear();
	if (!mark_parse(update->before, &update->old))
		memset(&update->old, 0, sizeof(update->old));
	if (!rc)
		rc = talk_link_known(session->store, update->old.last, &known);
	if (rc)
		return rc;
	update->new.turns = known.turns;
	update->new.edits = known.edits;
	update->new.outcomes = known.outcomes;
	update->new.last = known.last;
	*due = oid_is_zero(&update->old.head) || !oid_equal(&update->old.head, &update->new.head) ||
	       !oid_equal(&update->old.notes, &update->new.notes) ||
	       known.turns != update->old.turns || known.edits != update->old.edits ||
	       known.outcomes != update->old.outcomes || known.last != update->old.last;
	update->onward = !oid_is_zero(&update->old.head) &&
			 known.turns - known.new_turns == update->old.turns &&
			 known.edits - known.new_edits == update->old.edits;
	return 0;
}

/* ---- links of edits ---- */

struct symbol_span {
	char *name;
	uint32_t line, end;
};
struct symbols {
	struct symbol_span *list;
	size_t count, capacity;
	bool known;
};

static int add_symbol(const struct symbol_place *place, void *payload)
{
	struct symbols *symbols = payload;

	GROW(symbols->list, symbols->count, symbols->capacity);
	symbols->list[symbols->count++] =
		(struct symbol_span){xstrdup(place->qualified), place->line, place->end_line};
	return 0;
}

static void symbols_release(struct symbols *symbols)
{
	for (size_t i = 0; i < symbols->count; i++)
		free(symbols->list[i].name);
	free(symbols->list);
	*symbols = (struct symbols){0};
}

static int symbols_of(struct update *update, uint32_t path, struct symbols *symbols)
{
	if (symbols->known)
		return 0;
	symbols->known = true;
	return graph_place_each(
		update->session, update->fates.paths[path].name, add_symbol, symbols);
}

/* Innermost symbol around a line: the last of those that cover it. */
static const char *symbol_at(const struct symbols *symbols, uint32_t line)
{
	const char *found = "";

	for (size_t i = 0; i < symbols->count && symbols->list[i].line <= line; i++)
		if (symbols->list[i].end >= line)
			found = symbols->list[i].name;
	return found;
}

/* Ten equal lines say nearly all that a hundred say; one may be chance. */
static double certainty(double lines)
{
	return 0.5 + 0.49 * lines / (lines + 2);
}

/* What one origin's lines come to: per commit, path and symbol how many. */
struct tally {
	struct map counts; /* "commit number, path number, symbol": half lines */
};

static void count_line(
	struct tally *tally, uint16_t commit, uint32_t path, const char *symbol, unsigned halves)
{
	char *key = xstrfmt("%u %u %s", commit, path, symbol);

	map_put_str(&tally->counts, key, NULL)->value.num += halves;
	free(key);
}

static int store_tally(
	struct update *update, const struct origin *origin, const struct tally *tally)
{
	int rc = 0;

	for (size_t i = 0; i < tally->counts.count && !rc; i++) {
		const struct map_entry *entry = &tally->counts.entries[i];
		unsigned commit = 0, path = 0;
		int at = 0;
		struct link_row row = {.turn = origin->turn, .reason = "edit"};

		sscanf(entry->key, "%u %u %n", &commit, &path, &at);
		row.path = update->fates.paths[path].name;
		row.symbol = entry->key + at;
		row.commit = origin_landed(&update->fates, origin, commit - 1)->id;
		row.confidence = certainty((double)entry->value.num / 2);
		rc = talk_link_add(update->session->store, &row);
	}
	return rc;
}

/* Commits that hold none of its lines were near; an edit without any only touched its file. */
static int link_rest(struct update *update, const struct origin *origin, const bool *landed)
{
	struct store *store = update->session->store;
	const char *path = update->fates.paths[origin->path].name;
	struct link_row row = {.turn = origin->turn, .reason = "touch", .path = path, .symbol = ""};
	int rc;

	row.confidence = 0.45;
	rc = talk_link_add(store, &row);
	row.reason = "time";
	row.confidence = 0.3;
	for (uint32_t i = 0; i < origin->commit_count && !rc; i++) {
		row.commit = origin_landed(&update->fates, origin, i)->id;
		if (!landed[i])
			rc = talk_link_add(store, &row);
	}
	return rc;
}

/* `symbols`: of each path, as far as they were asked for. */
static int link_origin(struct update *update, const struct origin *origin, struct symbols *symbols)
{
	struct fates *fates = &update->fates;
	struct tally tally = {.counts = MAP_INIT};
	bool *landed = xcalloc(origin->commit_count + 1, sizeof(*landed));
	int rc = 0;

	for (uint32_t i = 0; i < origin->count && !rc; i++) {
		const struct fate_line *line = &fates->lines[origin->first + i];
		uint32_t place = fate_place(fates, origin->first + i);
		const char *symbol = "";

		if (!line->commit || (line->state != LINE_KEPT && line->state != LINE_EDITED))
			continue;
		if (place)
			rc = symbols_of(update, line->path, &symbols[line->path]);
		if (place)
			symbol = symbol_at(&symbols[line->path], place);
		landed[line->commit - 1] = true;
		count_line(
			&tally, line->commit, line->path, symbol, line->state == LINE_KEPT ? 2 : 1);
	}
	if (!rc)
		rc = store_tally(update, origin, &tally);
	if (!rc)
		rc = link_rest(update, origin, landed);
	map_release(&tally.counts);
	free(landed);
	return rc;
}

/* Files that HEAD has in other words than the last one: their symbols are elsewhere. */
struct moving {
	struct fates *fates;
	bool *moved; /* of each path */
};

static int on_moved(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct moving *moving = payload;
	const struct fate_path *known = fate_path_known(moving->fates, path);

	(void)old;
	(void)new;
	if (known)
		moving->moved[known - moving->fates->paths] = true;
	return 0;
}

static int find_moved(struct update *update, struct moving *moving)
{
	struct repo *repo = update->session->repo;
	struct oid old, new;
	int rc = fate_tree(repo, &update->old.head, &old);

	if (!rc)
		rc = fate_tree(repo, &update->new.head, &new);
	return rc ? rc : repo_tree_diff(repo, &old, &new, on_moved, moving);
}

/* Turns with a line that is not as it was; all of them where there are no links yet. */
static void find_turns(const struct update *update, const bool *moved, struct map *turns)
{
	const struct fates *fates = &update->fates;

	for (uint32_t i = 0; i < fates->origin_count; i++) {
		const struct origin *origin = &fates->origins[i];
		bool changed = origin->changed || !update->onward;

		for (uint32_t k = 0; k < origin->count && !changed; k++)
			changed = moved[fates->lines[origin->first + k].path];
		if (origin->turn && changed)
			map_put(turns, (const char *)&origin->turn, sizeof(origin->turn), NULL);
	}
}

/* All links of a turn's edits are made again as soon as one of them is not as it was. */
static int link_edits(struct update *update)
{
	struct fates *fates = &update->fates;
	struct symbols *symbols = xcalloc(fates->path_count + 1, sizeof(*symbols));
	struct moving moving = {fates, xcalloc(fates->path_count + 1, sizeof(bool))};
	struct map turns = MAP_INIT;
	int rc = update->onward ? find_moved(update, &moving) : 0;

	find_turns(update, moving.moved, &turns);
	for (size_t i = 0; i < turns.count && update->onward && !rc; i++) {
		int64_t turn;

		memcpy(&turn, turns.entries[i].key, sizeof(turn));
		rc = talk_link_drop(update->session->store, turn);
	}
	for (uint32_t i = 0; i < fates->origin_count && !rc; i++) {
		const struct origin *origin = &fates->origins[i];

		if (map_get(&turns, (const char *)&origin->turn, sizeof(origin->turn)))
			rc = link_origin(update, origin, symbols);
	}
	for (uint32_t i = 0; i < fates->path_count; i++)
		symbols_release(&symbols[i]);
	free(symbols);
	free(moving.moved);
	map_release(&turns);
	return rc;
}

/* A note of attribution names the tool's own id of the session. */
static int link_notes(struct update *update)
{
	struct fates *fates = &update->fates;
	int rc = 0;

	for (size_t i = 0; i < fates->signed_count && !rc; i++) {
		const struct fate_signed *note = &fates->signed_by[i];
		struct link_row row = {.reason = "note",
			.path = note->path ? note->path : "",
			.symbol = "",
			.commit = note->commit,
			.confidence = 0.95};

		rc = talk_link_said_by(
			update->session->store, note->session, note->at + FATE_SLACK, &row.turn);
		if (!rc && row.turn)
			rc = talk_link_add(update->session->store, &row);
	}
	return rc;
}

/* ---- links of what turns say themselves ---- */

static int take_anchor(const struct talk_anchor *anchor, void *payload)
{
	struct update *update = payload;
	struct link_row row = {.turn = anchor->turn,
		.reason = *anchor->path ? "place" : "commit",
		.path = anchor->path,
		.symbol = "",
		.confidence = 0.97};

	if (update->onward && anchor->turn <= update->old.last)
		return 0;
	if (*anchor->commit && repo_resolve(update->session->repo, anchor->commit, &row.commit)) {
		error_clear(); /* of another clone, or of a branch that is gone */
		memset(&row.commit, 0, sizeof(row.commit));
	}
	if (!*anchor->path && oid_is_zero(&row.commit))
		return 0;
	return talk_link_add(update->session->store, &row);
}

static int add_words(struct store *store, int64_t turn, char kind, struct strings *words)
{
	int rc = 0;

	for (size_t i = 0; i < words->count && !rc; i++)
		rc = store_mention_add(store, turn, kind, words->items[i]);
	strings_release(words);
	return rc;
}

/* "[PATCH v2 1/3] subject": its commit will have that subject. */
static void take_subject(const char *text, struct strings *out)
{
	const char *close = *text == '[' ? strchr(text, ']') : NULL;
	const char *patch = close ? strstr(text, "PATCH") : NULL;
	size_t len;

	if (!patch || patch > close)
		return;
	close += 1 + strspn(close + 1, " ");
	len = strcspn(close, "\n");
	if (len && len <= SUBJECT_MAX)
		strings_add_len(out, close, len);
}

static int take_turn(int64_t turn, const char *text, void *payload)
{
	struct store *store = ((struct update *)payload)->session->store;
	struct strings words = STRINGS_INIT;
	int rc;

	if (interrupted())
		return fail(E_STOPPED, "stopped: links to talk stay as they were");
	text_names(text, &words);
	rc = add_words(store, turn, 'n', &words);
	text_paths(text, &words);
	if (!rc)
		rc = add_words(store, turn, 'p', &words);
	text_commits(text, &words);
	if (!rc)
		rc = add_words(store, turn, 'c', &words);
	take_subject(text, &words);
	if (!rc)
		rc = add_words(store, turn, 's', &words);
	strings_release(&words);
	return rc;
}

/* ---- all of it ---- */

static int write_all(struct update *update)
{
	struct store *store = update->session->store;
	char *mark = mark_text(&update->new);
	int rc;

	rc = update->onward ? talk_link_drop_notes(store) : talk_link_clear(store);
	if (!rc)
		rc = fates_save(&update->fates);
	if (!rc)
		rc = link_edits(update);
	if (!rc)
		rc = link_notes(update);
	if (!rc)
		rc = talk_each_anchor(store, 0, take_anchor, update);
	if (!rc)
		rc = talk_link_turns(store, update->onward ? update->old.last : 0, update->new.last,
			take_turn, update);
	if (!rc)
		rc = quiet_save(update->session, &update->new.notes, &update->following.quiet);
	if (!rc)
		rc = fate_state_prune(store, update->following.seen);
	if (!rc)
		rc = store_mined_set(store, MARK, mark);
	free(mark);
	return rc;
}

/* Following takes its time and needs no lock; whoever was faster meanwhile has done the work. */
static int write(struct update *update)
{
	struct store *store = update->session->store;
	char *now = NULL;
	bool same;
	int rc = store_begin(store);

	if (rc)
		return rc;
	if (store_mined_get(store, MARK, &now))
		error_clear();
	same = now && update->before ? !strcmp(now, update->before) : now == update->before;
	free(now);
	if (same)
		rc = write_all(update);
	if (!rc)
		return store_commit(store);
	store_rollback(store);
	return rc;
}

int conversation_link(struct session *session)
{
	struct update update = {.session = session, .fates = {.session = session}};
	bool due = false;
	int rc = look(&update, &due);

	update.following = (struct following){.fates = &update.fates,
		.head = update.new.head,
		.notes = update.new.notes,
		.last = update.new.last};
	if (!rc && due)
		rc = fates_follow(&update.following);
	if (!rc && due)
		rc = write(&update);
	fates_release(&update.fates);
	quiet_release(&update.following.quiet);
	free(update.before);
	return rc;
}
