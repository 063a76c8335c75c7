/* One mining pass: every source since its watermark, in one transaction, then the notes. */
#include "decision/internal.h"

#include "flywheel/conversation.h"
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
	int rc = 0;

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
	miner->found += added;
	return rc;
}

static int mine_all(struct miner *miner)
{
	struct oid head;
	int rc = repo_head(miner->session->repo, &head);

	if (rc == E_NOTFOUND) { /* nothing is committed yet: nothing to mine */
		error_clear();
		return 0;
	}
	return rc ? rc : mine_commits(miner, &head);
}

static int is_current(struct session *session, bool *current)
{
	struct oid head, mined;
	char *mark = NULL;
	int rc = repo_head(session->repo, &head);

	*current = false;
	if (rc == E_NOTFOUND) {
		*current = true;
		error_clear();
		return 0;
	}
	if (!rc && !store_mined_get(session->store, "commit", &mark) && !oid_parse(mark, &mined))
		*current = oid_equal(&head, &mined);
	free(mark);
	return rc;
}

int decision_mine(struct session *session, size_t *found)
{
	struct miner miner = {.session = session};
	bool current = false;
	int rc = is_current(session, &current), closed;

	if (found)
		*found = 0;
	if (rc || current)
		return rc;
	rc = cues_load(cues_conf, &miner.cues);
	if (!rc)
		rc = scrubber_open(session, &miner.scrubber);
	if (!rc)
		rc = store_begin(session->store);
	if (rc)
		goto out;
	miner.writer = decision_writer_open(session->store);
	rc = mine_all(&miner);
	closed = decision_writer_close(miner.writer);
	rc = rc ? rc : closed;
	if (rc)
		store_rollback(session->store);
	else
		rc = store_commit(session->store);
	if (!rc && found)
		*found = miner.found;
out:
	scrubber_free(miner.scrubber);
	cues_free(miner.cues);
	return rc;
}
