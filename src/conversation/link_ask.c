/* The conversations behind a path, a line, a symbol or a commit: every kind of link, weighed. */
#include "flywheel/conversation_link.h"

#include "conversation/fate_walk.h"
#include "conversation/mail.h"
#include "flywheel/graph_place.h"
#include "flywheel/store_talk_link.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/name.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is left of a link's confidence when it leads only near to what was asked. */
#define SYMBOL_OF_LINE 0.85
#define COMMIT_OF_LINE 0.75
#define FILE_OF_LINE 0.4
#define LINE_ITSELF 0.98
#define NEAR_LINES 3 /* of a review's line */
#define SAME_BRANCH 0.35
#define ANY_BRANCH 0.2
#define NAME_ALONE 0.6
#define PATH_WHOLE 0.7
#define PATH_TAIL 0.5
#define ID_NAMED 0.9
#define SUBJECT_SAME 0.8
#define MAIL_NAMED 0.95

struct conversation {
	char *source, *session, *branch, *reason, *path, *symbol;
	struct oid commit;
	double confidence;
	int64_t turn, at;
	int64_t *turns;
	size_t turn_count, turn_capacity;
};

struct asking {
	struct session *session;
	const struct talk_question *question;
	struct conversation *list;
	size_t count, capacity;
	struct map by_name; /* source and session */
	double weight;      /* of the links that come in now */
	const char *symbol; /* of mentions that come in now; or NULL */
	const char *path;
	const struct oid *commit;
	struct map branches; /* name: 1 has the commit, 2 has not, 3 is gone */
};

static void conversation_release(struct conversation *one)
{
	free(one->source);
	free(one->session);
	free(one->branch);
	free(one->reason);
	free(one->path);
	free(one->symbol);
	free(one->turns);
}

static void add_turn(struct conversation *one, int64_t turn)
{
	for (size_t i = 0; i < one->turn_count; i++)
		if (one->turns[i] == turn)
			return;
	GROW(one->turns, one->turn_count, one->turn_capacity);
	one->turns[one->turn_count++] = turn;
}

static void set_best(struct conversation *one, const struct link_view *view, double confidence)
{
	free(one->reason);
	free(one->path);
	free(one->symbol);
	free(one->branch);
	one->reason = xstrdup(view->row.reason);
	one->path = xstrdup(view->row.path);
	one->symbol = xstrdup(view->row.symbol);
	one->branch = xstrdup(view->branch);
	one->commit = view->row.commit;
	one->confidence = confidence;
	one->turn = view->row.turn;
	one->at = view->at;
}

static void add_link(struct asking *asking, const struct link_view *view, double confidence)
{
	char *name = xstrfmt("%s %s", view->source, view->session);
	bool added = false;
	struct map_entry *entry = map_put_str(&asking->by_name, name, &added);
	struct conversation *one;

	if (added) {
		GROW(asking->list, asking->count, asking->capacity);
		asking->list[asking->count] = (struct conversation){
			.source = xstrdup(view->source), .session = xstrdup(view->session)};
		entry->value.num = (int64_t)asking->count++;
	}
	one = &asking->list[entry->value.num];
	if (confidence > one->confidence || (confidence == one->confidence && view->at > one->at))
		set_best(one, view, confidence);
	add_turn(one, view->row.turn);
	free(name);
}

static int on_link(const struct link_view *view, void *payload)
{
	struct asking *asking = payload;

	add_link(asking, view, view->row.confidence * asking->weight);
	return 0;
}

/* A word that names code: the fewer places it may mean, the surer. */
static int on_mention(const struct link_view *view, void *payload)
{
	struct asking *asking = payload;
	struct link_view link = *view;

	link.row.reason = !strcmp(view->row.reason, "n")   ? "name"
			  : !strcmp(view->row.reason, "p") ? "path"
			  : !strcmp(view->row.reason, "s") ? "subject"
							   : "id";
	link.row.path = asking->path ? asking->path : "";
	link.row.symbol = asking->symbol ? asking->symbol : "";
	if (asking->commit)
		link.row.commit = *asking->commit;
	add_link(asking, &link, asking->weight);
	return 0;
}

static int ask(struct asking *asking, const struct link_filter *filter, double weight)
{
	asking->weight = weight;
	return talk_link_each(asking->session->store, filter, on_link, asking);
}

static int ask_word(struct asking *asking, char kind, const char *word, double weight)
{
	asking->weight = weight;
	return store_mention_each(asking->session->store, kind, word, on_mention, asking);
}

/* ---- lines ---- */

/* How a line of one version is numbered in another; 0: it is not there. */
static uint32_t line_in(
	struct repo *repo, const struct oid *old_blob, const struct oid *new_blob, uint32_t line)
{
	struct text_lines old = {.text = BUF_INIT}, new = {.text = BUF_INIT};
	unsigned char *gone = NULL, *come = NULL;
	uint32_t found = 0, i = 0, k = 0;

	if (oid_equal(old_blob, new_blob))
		return line;
	if (text_read(repo, old_blob, &old) && text_read(repo, new_blob, &new) &&
		!text_compare(&old, &new, &gone, &come))
		while (i < old.count && k < new.count && !found) {
			if (gone[i]) {
				if (++i == line)
					break;
			} else if (come[k]) {
				k++;
			} else {
				i++;
				k++;
				found = i == line ? k : 0;
			}
		}
	free(gone);
	free(come);
	text_release(&old);
	text_release(&new);
	return found;
}

struct placing {
	struct asking *asking;
	struct oid blob; /* of the path at HEAD */
	uint32_t from, to;
	struct link_view *view; /* of the turn whose anchors are read */
	double weight;
};

static int on_anchor(const struct talk_anchor *anchor, void *payload)
{
	struct placing *placing = payload;
	struct repo *repo = placing->asking->session->repo;
	struct oid tree, blob;
	uint32_t line = (uint32_t)anchor->line;

	if (strcmp(anchor->path, placing->asking->question->path) || anchor->line <= 0 ||
		anchor->line > UINT32_MAX)
		return 0;
	if (*anchor->commit && !repo_tree_of(repo, anchor->commit, &tree) &&
		!repo_tree_file(repo, &tree, anchor->path, &blob))
		line = line_in(repo, &blob, &placing->blob, line);
	error_clear();
	if (line && line + NEAR_LINES >= placing->from && line <= placing->to + NEAR_LINES)
		add_link(placing->asking, placing->view,
			placing->view->row.confidence * placing->weight);
	return 0;
}

static int on_review(const struct link_view *view, void *payload)
{
	struct placing *placing = payload;
	struct link_view copy = *view;

	if (strcmp(view->row.reason, "place"))
		return 0;
	placing->view = &copy;
	return talk_each_anchor(
		placing->asking->session->store, view->row.turn, on_anchor, placing);
}

/* Reviews of some lines of a file: their places are followed to HEAD. */
static int ask_reviews(struct asking *asking, uint32_t from, uint32_t to, double weight)
{
	struct placing placing = {.asking = asking, .from = from, .to = to, .weight = weight};
	struct link_filter filter = {.path = asking->question->path};
	struct oid tree;

	if (repo_tree_of(asking->session->repo, "HEAD", &tree) ||
		repo_tree_file(asking->session->repo, &tree, filter.path, &placing.blob)) {
		error_clear();
		return 0;
	}
	return talk_link_each(asking->session->store, &filter, on_review, &placing);
}

/* Of all links of a turn that wrote the line, the one of its edit in this file. */
static int on_own_line(const struct link_view *view, void *payload)
{
	struct asking *asking = payload;

	if (!strcmp(view->row.reason, "edit") && !strcmp(view->row.path, asking->question->path))
		add_link(asking, view, LINE_ITSELF);
	return 0;
}

/* Turns whose lines stand just there in HEAD. */
static int ask_lines(struct asking *asking)
{
	const struct talk_question *question = asking->question;
	struct fates fates = {.session = asking->session};
	uint32_t to = question->end_line ? question->end_line : question->line;
	struct map turns = MAP_INIT;
	struct fate_path *path;
	int rc = fates_load_path(&fates, question->path);

	path = rc ? NULL : fate_path_known(&fates, question->path);
	for (uint32_t i = 0; path && i < fates.line_count; i++) {
		const struct fate_line *line = &fates.lines[i];
		const int64_t *turn = &fates.origins[line->origin].turn;
		uint32_t place = fate_place(&fates, i);

		if (&fates.paths[line->path] == path && place >= question->line && place <= to &&
			*turn)
			map_put(&turns, (const char *)turn, sizeof(*turn), NULL);
	}
	for (size_t i = 0; i < turns.count && !rc; i++) {
		struct link_filter filter = {0};

		memcpy(&filter.turn, turns.entries[i].key, sizeof(filter.turn));
		rc = talk_link_each(asking->session->store, &filter, on_own_line, asking);
	}
	map_release(&turns);
	fates_release(&fates);
	return rc;
}

/* ---- files, symbols, commits ---- */

/* "src/a.c", then "a.c": a tail of the path may be meant, unless other files end so too. */
static int ask_path(struct asking *asking, double weight)
{
	const char *path = asking->question->path;
	struct link_filter filter = {.path = path};
	int rc = ask(asking, &filter, weight);

	asking->path = path;
	for (const char *tail = path; !rc && tail && *tail;) {
		size_t places = 1;

		rc = tail == path ? 0 : talk_link_places(asking->session->store, tail, &places);
		if (!rc)
			rc = ask_word(asking, 'p', tail,
				weight *
					(tail == path ? PATH_WHOLE
						      : PATH_TAIL / (double)(places ? places : 1)));
		tail = strchr(tail, '/');
		tail += tail != NULL;
	}
	asking->path = NULL;
	return rc;
}

static int count_place(const struct symbol_place *place, void *payload)
{
	(void)place;
	++*(size_t *)payload;
	return 0;
}

static int ask_symbol(struct asking *asking, double weight)
{
	const struct talk_question *question = asking->question;
	struct link_filter filter = {.symbol = question->symbol, .path = question->path};
	const char *plain = name_last(question->symbol);
	size_t places = 0;
	int rc = ask(asking, &filter, weight);

	if (!rc)
		rc = graph_place_find(asking->session, plain, 20, count_place, &places);
	asking->symbol = question->symbol;
	asking->path = question->path;
	if (!rc)
		rc = ask_word(
			asking, 'n', plain, weight * NAME_ALONE / (double)(places ? places : 1));
	if (!rc && plain != question->symbol)
		rc = ask_word(asking, 'n', question->symbol, weight * PATH_WHOLE);
	asking->symbol = asking->path = NULL;
	return rc;
}

/* Does a branch that still stands have the commit? One that is gone may have had it. */
static int64_t branch_has(struct asking *asking, const char *branch)
{
	struct repo *repo = asking->session->repo;
	bool added = false;
	struct map_entry *entry = map_put_str(&asking->branches, branch, &added);
	char *ref = xstrfmt("refs/heads/%s", branch);
	struct oid tip;

	if (added)
		entry->value.num = !*branch || repo_resolve(repo, ref, &tip) ? 3
				   : oid_equal(asking->commit, &tip) ||
						   repo_is_ancestor(repo, asking->commit, &tip)
					   ? 1
					   : 2;
	error_clear();
	free(ref);
	return entry->value.num;
}

static int on_near(const struct link_view *view, void *payload)
{
	struct asking *asking = payload;
	struct link_view link = *view;
	int64_t has = branch_has(asking, view->branch);

	link.row.commit = *asking->commit;
	if (has != 2)
		add_link(asking, &link, asking->weight * (has == 1 ? SAME_BRANCH : ANY_BRANCH));
	return 0;
}

static int on_trailer(const struct link_view *view, void *payload)
{
	struct asking *asking = payload;
	struct link_view link = *view;

	link.row.commit = *asking->commit;
	add_link(asking, &link, asking->weight * MAIL_NAMED);
	return 0;
}

/* "Link: https://lore.example.org/r/<id>" and "Message-ID: <id>" of a commit name its mail. */
static int ask_trailers(struct asking *asking, const char *message)
{
	char record[MAIL_ID];
	int rc = 0;

	for (size_t len; *message && !rc; message += len + (message[len] == '\n')) {
		const char *id = NULL;

		len = strcspn(message, "\n");
		if (!strncasecmp(message, "Message-ID:", 11))
			id = message + 11;
		else if (!strncasecmp(message, "Link:", 5))
			for (const char *c = message + len; c > message + 5 && !id; c--)
				if (c[-1] == '/' && c < message + len && c[0] != '/')
					id = c;
		if (!id)
			continue;
		mail_id(id, (size_t)(message + len - id), record);
		if (*record)
			rc = talk_link_said(asking->session->store, record, on_trailer, asking);
	}
	return rc;
}

static int ask_commit(struct asking *asking, double weight)
{
	struct store *store = asking->session->store;
	struct link_filter filter = {.commit = asking->question->commit};
	char hex[OID_HEX + 1];
	struct commit commit;
	char *subject;
	int rc = ask(asking, &filter, weight);

	oid_hex(filter.commit, hex);
	asking->commit = filter.commit;
	for (size_t len = OID_HEX; !rc && len >= 7; len--) {
		hex[len] = '\0';
		rc = ask_word(asking, 'c', hex, weight * ID_NAMED);
	}
	if (!rc)
		rc = repo_commit_read(asking->session->repo, filter.commit, &commit);
	if (rc)
		return rc;
	subject = first_line(commit.message + strspn(commit.message, "\n"), 200);
	rc = ask_word(asking, 's', subject, weight * SUBJECT_SAME);
	free(subject);
	asking->weight = weight;
	if (!rc)
		rc = ask_trailers(asking, commit.message);
	if (!rc)
		rc = talk_link_between(store, commit.commit_time - FATE_NEAR,
			commit.commit_time + FATE_SLACK, on_near, asking);
	commit_release(&commit);
	asking->commit = NULL;
	return rc;
}

/* ---- the answer ---- */

static int by_confidence(const void *a, const void *b)
{
	const struct conversation *x = a, *y = b;
	int order;

	if (x->confidence != y->confidence)
		return x->confidence < y->confidence ? 1 : -1;
	if (x->at != y->at)
		return x->at < y->at ? 1 : -1;
	order = strcmp(x->source, y->source);
	return order ? order : strcmp(x->session, y->session);
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int hand_over(struct asking *asking, talk_found_fn fn, void *payload)
{
	int rc = 0;

	qsort(asking->list, asking->count, sizeof(*asking->list), by_confidence);
	for (size_t i = 0; i < asking->count && i < asking->question->limit && !rc; i++) {
		struct conversation *one = &asking->list[i];
		struct talk_found found = {one->source, one->session, one->branch, one->reason,
			one->confidence, one->turn, one->at, one->path, one->symbol, one->commit,
			one->turns, one->turn_count};

		qsort(one->turns, one->turn_count, sizeof(*one->turns), by_id);
		rc = fn(&found, payload);
	}
	return rc;
}

static int collect(struct asking *asking)
{
	const struct talk_question *question = asking->question;
	uint32_t to = question->end_line ? question->end_line : question->line;
	bool line = question->path && question->line && !question->end_line;
	int rc = 0;

	if (line)
		rc = ask_lines(asking);
	if (!rc && question->path && question->line)
		rc = ask_reviews(asking, question->line, to, line ? 1 : SYMBOL_OF_LINE);
	if (!rc && question->symbol)
		rc = ask_symbol(asking, line ? SYMBOL_OF_LINE : 1);
	if (!rc && question->commit)
		rc = ask_commit(asking, line ? COMMIT_OF_LINE : 1);
	if (!rc && question->path && (line || !question->symbol))
		rc = ask_path(asking, line ? FILE_OF_LINE : 1);
	return rc;
}

int talk_ask(struct session *session, const struct talk_question *question, talk_found_fn fn,
	void *payload)
{
	struct asking asking = {.session = session, .question = question};
	int rc = collect(&asking);

	if (!rc)
		rc = hand_over(&asking, fn, payload);
	for (size_t i = 0; i < asking.count; i++)
		conversation_release(&asking.list[i]);
	free(asking.list);
	map_release(&asking.by_name);
	map_release(&asking.branches);
	return rc;
}

struct reading {
	turn_fn fn;
	void *payload;
};

static int hand_turn(const struct talk_turn *stored, void *payload)
{
	const struct reading *reading = payload;
	const struct turn turn = {.id = stored->id,
		.at = stored->at,
		.source = stored->source,
		.session = stored->session,
		.role = stored->role,
		.branch = stored->branch,
		.text = stored->text,
		.tool = stored->tool,
		.model = stored->model};

	return reading->fn(&turn, reading->payload);
}

int talk_read(
	struct session *session, const char *source, const char *name, turn_fn fn, void *payload)
{
	struct reading reading = {fn, payload};

	return talk_each_turn_of(session->store, source, name, hand_turn, &reading);
}
