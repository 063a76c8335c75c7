/*
 * Decisions of commit messages. Each commit is read once: the mined HEAD is the watermark, what
 * left the history since then is dropped, what came is added, so that the rows are a function of
 * the history alone.
 */
#define _GNU_SOURCE
#include "decision/internal.h"
#include "decision/life.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 64           /* a decision on more files than this says little about each */
#define DECISIONS_MAX 12       /* of one commit */
#define MESSAGE_MAX (64 << 10) /* bytes read of one message */

struct walk {
	struct miner *miner;
	struct progress *progress;
	size_t done;
};

/* The first line without a trailing "(#123)". */
static char *subject_of(const char *message)
{
	char *subject;
	size_t len;

	while (isspace((unsigned char)*message))
		message++;
	subject = first_line(message, 300);
	len = strlen(subject);
	while (len && isspace((unsigned char)subject[len - 1]))
		subject[--len] = '\0';
	if (len && subject[len - 1] == ')') {
		char *open = strrchr(subject, '(');

		if (open && open > subject && open[1] == '#' &&
			strspn(open + 2, "0123456789") == (size_t)(subject + len - open - 3)) {
			*open = '\0';
			while (open > subject && open[-1] == ' ')
				*--open = '\0';
		}
	}
	return subject;
}

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	(void)old;
	(void)new;
	strings_add(payload, path);
	return ((struct strings *)payload)->count > FILES_MAX ? E_STOPPED : 0;
}

int commit_files(struct repo *repo, const struct commit *commit, struct strings *out)
{
	struct commit parent = {0};
	int rc = 0;

	if (commit->parent_count)
		rc = repo_commit_read(repo, &commit->parents[0], &parent);
	if (!rc)
		rc = repo_tree_diff(repo, commit->parent_count ? &parent.tree : NULL, &commit->tree,
			on_change, out);
	else /* a shallow clone ends here: the files cannot be known */
		rc = 0;
	commit_release(&parent);
	if (rc == E_STOPPED && !interrupted()) {
		strings_release(out);
		rc = 0;
	}
	return rc;
}

/* A robot's new version of a dependency: what follows tells of that project's choices. */
static bool is_bump(const char *subject, const char *message)
{
	static const char *const subjects[] = {
		"(deps", "update dependency ", "update module ", "bump ", NULL};
	static const char *const robots[] = {"dependabot", "renovate", "redirect.github.com", NULL};

	for (size_t i = 0; subjects[i]; i++)
		if (strcasestr(subject, subjects[i]))
			return true;
	for (size_t i = 0; robots[i]; i++)
		if (strstr(message, robots[i]))
			return true;
	return false;
}

/* "This reverts commit <id>." names what no longer holds. */
static int note_revert(struct miner *miner, const struct commit *commit)
{
	const char *at = strstr(commit->message, "This reverts commit ");
	char hex[OID_HEX + 1] = "";
	struct oid target;
	size_t len;

	if (!at)
		return 0;
	at += strlen("This reverts commit ");
	len = strspn(at, "0123456789abcdef");
	if (len < 7 || len > OID_HEX)
		return 0;
	memcpy(hex, at, len);
	if (repo_resolve(miner->session->repo, hex, &target))
		return 0;
	return store_revert_add(miner->session->store, &commit->id, &target);
}

static int store_drafts(struct miner *miner, const struct commit *commit,
	struct decision_draft *drafts, size_t count)
{
	struct strings files = STRINGS_INIT;
	int rc = commit_files(miner->session->repo, commit, &files);

	for (size_t i = 0; i < count && !rc; i++) {
		struct decision_row row = {.source = "commit",
			.origin = "",
			.status = "proposed",
			.commit = commit->id,
			.at = commit->commit_time};

		draft_place(miner->classifier, "commit", &drafts[i], &files);
		rc = miner_add(miner, &drafts[i], &row, &files);
	}
	strings_release(&files);
	return rc;
}

char *message_drafts(struct classifier *classifier, const char *message, bool merge, double least,
	struct drafts *out)
{
	struct decision_draft said[DECISIONS_MAX];
	struct strings spans = STRINGS_INIT;
	char *subject = subject_of(message);
	size_t len = strlen(message), count;

	if (len <= MESSAGE_MAX && !starts_with(message, "Squashed '") && !is_bump(subject, message))
		text_spans(message, len, &spans);
	if (spans.count && text_goes_on(message, len)) {
		free(subject);
		subject = xstrdup(spans.items[0]);
	}
	count = len <= MESSAGE_MAX ? trailer_drafts(subject, message, said, DECISIONS_MAX) : 0;
	drafts_take(out, said, count);
	/* A merge's own subject repeats that of the branch. */
	drafts_read(classifier, "commit", subject, &spans, merge, least, out);
	strings_release(&spans);
	return subject;
}

static int mine_commit(struct miner *miner, const struct commit *commit)
{
	struct decision_draft answers[DECISIONS_MAX];
	struct drafts read = {0};
	size_t count = 0;
	int rc = note_revert(miner, commit);

	if (!rc)
		free(message_drafts(miner->classifier, commit->message, commit->parent_count > 1,
			miner->least, &read));
	if (!rc && read.count < DECISIONS_MAX)
		count = answer_drafts(
			miner, "commit", commit->message, answers, DECISIONS_MAX - read.count);
	drafts_take(&read, answers, count);
	if (!rc && read.count)
		rc = store_drafts(miner, commit, read.list,
			read.count < DECISIONS_MAX ? read.count : DECISIONS_MAX);
	drafts_release(&read);
	return rc;
}

static int on_new(const struct commit *commit, void *payload)
{
	struct walk *walk = payload;

	if (interrupted())
		return fail(E_STOPPED, "stopped: what was mined so far is kept");
	progress_set(walk->progress, ++walk->done);
	return mine_commit(walk->miner, commit);
}

static int on_gone(const struct commit *commit, void *payload)
{
	struct miner *miner = payload;
	int rc = store_decision_drop_commit(miner->session->store, &commit->id);

	return rc ? rc : store_revert_drop(miner->session->store, &commit->id);
}

/* True when the mark names a commit that is still here; git may have pruned it. */
static bool old_head(struct miner *miner, struct oid *old)
{
	char *mark = NULL;
	bool known = !store_mined_get(miner->session->store, "commit", &mark) &&
		     !oid_parse(mark, old) && !repo_resolve(miner->session->repo, mark, old);

	free(mark);
	return known;
}

int mine_commits(struct miner *miner, const struct oid *head)
{
	struct session *session = miner->session;
	struct walk walk = {.miner = miner};
	struct oid old;
	bool known = old_head(miner, &old);
	struct log_options added = {
		.from = head, .hide = known ? &old : NULL, .oldest_first = true};
	struct log_options gone = {.from = &old, .hide = head};
	char hex[OID_HEX + 1];
	int rc = 0;

	if (known && oid_equal(&old, head))
		return 0;
	if (known && !repo_is_ancestor(session->repo, &old, head))
		rc = repo_log(session->repo, &gone, on_gone, miner);
	else if (!known)
		rc = store_decision_drop_source(session->store, "commit");
	walk.progress = progress_start("reading commit messages", 0);
	if (!rc)
		rc = repo_log(session->repo, &added, on_new, &walk);
	progress_finish(walk.progress);
	oid_hex(head, hex);
	return rc ? rc : store_mined_set(session->store, "commit", hex);
}
