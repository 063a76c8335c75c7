/* One mining pass: every source since its watermark, in one transaction, then the notes. */
#include "decision/internal.h"

#include "flywheel/conversation.h"
#include "flywheel/graph.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

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

int miner_add(struct miner *miner, struct decision_draft *draft, struct decision_row *row,
	const struct strings *files)
{
	char **texts[] = {&draft->statement, &draft->because, &draft->instead_of, &draft->evidence};
	bool added = false;
	int rc;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (scrub(miner->scrubber, texts[i]))
			return 0; /* fails closed: this one is dropped, the pass goes on */
	row->id = draft->id;
	row->statement = draft->statement;
	row->because = draft->because;
	row->instead_of = draft->instead_of;
	row->evidence = draft->evidence;
	row->cue = draft->cue;
	row->confidence = draft->confidence;
	rc = decision_writer_add(miner->writer, row, files, &draft->symbols, &added);
	if (!added)
		return rc;
	miner->found++;
	if (!oid_is_zero(&row->commit) &&
		(!miner->touched_count ||
			!oid_equal(&miner->touched[miner->touched_count - 1], &row->commit))) {
		GROW(miner->touched, miner->touched_count, miner->touched_capacity);
		miner->touched[miner->touched_count++] = row->commit;
	}
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

/* All rows or none: a pass that was killed leaves the marks where they were. */
static int mine_all(struct miner *miner, const struct oid *head)
{
	struct store *store = miner->session->store;
	int rc = cues_load(cues_conf, &miner->cues), closed;

	if (!rc)
		rc = scrubber_open(miner->session, &miner->scrubber);
	if (!rc)
		rc = store_begin(store);
	if (rc)
		return rc;
	/* Asked inside the transaction: the worker may have mined, and not yet noted, just now. */
	miner->noted = notes_are_current(miner->session);
	miner->writer = decision_writer_open(store);
	rc = mine_sources(miner, head);
	closed = decision_writer_close(miner->writer);
	rc = rc ? rc : closed;
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
static int write_notes(struct miner *miner, const char *hex)
{
	struct session *session = miner->session;
	int rc = notes_update(session, miner->touched, miner->touched_count, !miner->noted);

	return rc ? rc : store_mined_set(session->store, "notes", hex);
}

int decision_mine(struct session *session, size_t *found)
{
	struct miner miner = {.session = session};
	char hex[OID_HEX + 1];
	struct oid head;
	bool mined;
	int rc = repo_head(session->repo, &head);

	if (found)
		*found = 0;
	if (rc == E_NOTFOUND) { /* nothing is committed yet: nothing to mine */
		error_clear();
		return 0;
	}
	if (rc)
		return rc;
	oid_hex(&head, hex);
	mined = is_marked(session, "commit", hex) && talk_is_mined(session);
	if (mined && is_marked(session, "notes", hex))
		return 0;
	if (!mined)
		rc = graph_catch_up(session);
	if (!rc && !mined)
		rc = mine_all(&miner, &head);
	if (!rc)
		rc = write_notes(&miner, hex);
	if (!rc && found)
		*found = miner.found;
	free(miner.touched);
	scrubber_free(miner.scrubber);
	cues_free(miner.cues);
	return rc;
}
