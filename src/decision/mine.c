/* One mining pass: every source since its watermark, in one transaction, then the notes. */
#include "decision/internal.h"
#include "decision/life.h"
#include "decision/lines.h"

#include "flywheel/classify.h"
#include "flywheel/config.h"
#include "flywheel/conversation.h"
#include "flywheel/graph.h"
#include "flywheel/store_answer.h"
#include "util/digest.h"
#include "flywheel/conversation_link.h"
#include "flywheel/scrub.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Higher when cues, model or rules find other decisions in the same text. */
#define MINER_VERSION 9

static int scrub(struct scrubber *scrubber, char **text)
{
	struct buf out = BUF_INIT;
	int rc = scrub_text(scrubber, *text, strlen(*text), &out, NULL, NULL);

	if (!rc) {
		free(*text);
		*text = buf_detach(&out);
	}
	buf_release(&out);
	return rc;
}

/* Names are taken from the text before it is scrubbed: a key may pass for one. */
static void drop_secret_names(struct miner *miner, struct strings *names)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->count; i++) {
		if (scrub_count_secrets(miner->scrubber, names->items[i], strlen(names->items[i])))
			free(names->items[i]);
		else
			names->items[kept++] = names->items[i];
	}
	names->count = kept;
}

int miner_add(struct miner *miner, struct decision_draft *draft, struct decision_row *row,
	const struct strings *files)
{
	char **texts[] = {&draft->statement, &draft->because, &draft->instead_of, &draft->evidence,
		&draft->consequences};
	bool added = false;
	int rc;

	if (draft->confidence < miner->least)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (*texts[i] && scrub(miner->scrubber, texts[i]))
			return 0; /* fails closed: this one is dropped, the pass goes on */
	drop_secret_names(miner, &draft->symbols);
	row->id = draft->id;
	row->statement = draft->statement;
	row->because = draft->because;
	row->instead_of = draft->instead_of;
	row->evidence = draft->evidence;
	row->consequences = draft->consequences;
	row->cue = draft->cue;
	row->confidence = draft->confidence;
	rc = decision_writer_add(miner->writer, row, files, &draft->symbols, &added);
	if (!added)
		return rc;
	miner->found++;
	if (!miner->touched.count ||
		!oid_equal(&miner->touched.commits[miner->touched.count - 1], &row->commit))
		life_add(&miner->touched, &row->commit);
	return rc;
}

static int mine_sources(struct miner *miner, const struct oid *head)
{
	int rc = mine_commits(miner, head);

	if (!rc)
		rc = mine_comments(miner, head);
	if (!rc)
		rc = mine_records(miner, head);
	return rc ? rc : mine_talk(miner);
}

static bool is_marked(struct session *session, const char *source, const char *hex)
{
	char *mark = NULL;
	bool same = !store_mined_get(session->store, source, &mark) && !strcmp(mark, hex);

	error_clear();
	free(mark);
	return same;
}

/* Do the notes stand where the rows stand? */
static bool notes_are_current(struct session *session)
{
	char *mark = NULL;
	bool current = !store_mined_get(session->store, "commit", &mark) &&
		       is_marked(session, "notes", mark);

	error_clear();
	free(mark);
	return current;
}

/* What is new outside, then what is new in the sources, then what all of it makes of the rest. */
static int pass(struct miner *miner, const struct oid *head, bool mined, struct strings *taken)
{
	struct session *session = miner->session;
	int rc = rewrites_collect(session, taken, &miner->touched), closed;

	if (!rc)
		rc = notes_import(session, &miner->touched);
	if (!rc && !mined) {
		miner->writer = decision_writer_open(session->store);
		rc = mine_sources(miner, head);
		closed = decision_writer_close(miner->writer);
		rc = rc ? rc : closed;
	}
	if (!rc)
		rc = carry_commits(session, head, &miner->touched);
	if (!rc)
		rc = life_apply(session, &miner->touched);
	if (!rc)
		rc = anchors_update(session, head);
	if (!rc)
		rc = states_update(session);
	/* Until they are written: a pass that dies in between is followed by one that looks at all.
	 */
	if (!rc && miner->touched.count)
		rc = store_mined_set(session->store, "notes", "");
	return rc;
}

/* All rows or none: a pass that was killed leaves the marks where they were. */
static int mine_all(struct miner *miner, const struct oid *head, bool mined, struct strings *taken)
{
	struct store *store = miner->session->store;
	int rc = mined ? 0 : classifier_open(&miner->classifier);

	if (!rc && !mined)
		rc = feedback_learn(miner->session, miner->classifier);
	if (!rc && !mined)
		rc = scrubber_open(miner->session, &miner->scrubber);
	if (!rc && !mined)
		rc = store_answer_count(store, &miner->answers);
	if (!rc)
		rc = store_begin(store);
	if (rc)
		return rc;
	/* Asked inside the transaction: the worker may have mined, and not yet noted, just now. */
	miner->noted = notes_are_current(miner->session);
	rc = pass(miner, head, mined, taken);
	if (rc) {
		store_rollback(store);
		return rc;
	}
	return store_commit(store);
}

/*
 * The notes follow the rows, which are safe already. Their own mark tells a pass that died in
 * between from one that is done; then all commits are looked at again.
 */
static int write_notes(struct miner *miner, const char *hex, const struct strings *taken)
{
	struct session *session = miner->session;
	int rc = notes_update(session, miner->touched.commits, miner->touched.count, !miner->noted);

	for (size_t i = 0; i < taken->count && !rc; i++)
		unlink(taken->items[i]);
	return rc ? rc : store_mined_set(session->store, "notes", hex);
}

/* When the miner finds other things, or the verdicts that count are others, all is mined anew. */
static int heed_changes(struct session *session)
{
	static const char *const sources[] = {"commit", "comment", "talk", "verdicts"};
	char verdicts[DIGEST_HEX + 1];
	char *old = NULL, *mark;
	int rc = feedback_mark(session, verdicts);

	if (rc)
		return rc;
	mark = xstrfmt("%d %s", MINER_VERSION, verdicts);
	if (store_mined_get(session->store, "verdicts", &old))
		error_clear();
	if (strcmp(mark, old ? old : ""))
		for (size_t i = 0; i < ARRAY_SIZE(sources) && !rc; i++)
			rc = store_mined_set(session->store, sources[i],
				i + 1 < ARRAY_SIZE(sources) ? "" : mark);
	free(mark);
	free(old);
	return rc;
}

static int mine_head(struct miner *miner, const struct oid *head)
{
	struct session *session = miner->session;
	struct strings taken = STRINGS_INIT;
	char hex[OID_HEX + 1];
	bool mined, quiet;
	int rc = 0;

	oid_hex(head, hex);
	rc = heed_changes(session);
	if (rc)
		return rc;
	mined = is_marked(session, "commit", hex) && talk_is_mined(session);
	quiet = !rewrites_wait(session) && !notes_moved(session);
	if (mined && quiet && is_marked(session, "notes", hex))
		return 0;
	if (!mined)
		rc = graph_catch_up(session);
	if (!rc && !(mined && quiet))
		rc = mine_all(miner, head, mined, &taken);
	if (!rc)
		rc = write_notes(miner, hex, &taken);
	strings_release(&taken);
	return rc;
}

int decision_read_versions(struct session *session)
{
	struct oid head;
	int rc = repo_head(session->repo, &head);

	return rc ? rc : versions_update(session, &head, true);
}

int decision_mine(struct session *session, size_t *found)
{
	struct miner miner = {
		.session = session, .least = config_real(session->config, "miner.confidence")};
	struct oid head;
	int rc = repo_head(session->repo, &head);

	if (found)
		*found = 0;
	if (rc == E_NOTFOUND) { /* nothing is committed yet: nothing to mine */
		error_clear();
		return 0;
	}
	if (!rc)
		rc = conversation_link(session);
	if (!rc)
		rc = mine_head(&miner, &head);
	if (!rc && found)
		*found = miner.found;
	free(miner.touched.commits);
	scrubber_free(miner.scrubber);
	classifier_free(miner.classifier);
	return rc;
}
