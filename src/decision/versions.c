/*
 * The versions of all files in HEAD's history, as `git diff-tree` tells them: of a commit each file
 * that it changed, of a merge those that are like none of its parents'. Read once, then only what
 * is new; so that a question about a line walks no commits.
 */
#include "decision/lines.h"

#include "decision/internal.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/progress.h"
#include "util/spool.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 4000                /* commits per run of diff-tree */
#define MOST "--max-count=300000" /* the newest; what is older is left to git blame */
#define AT_ONCE 2000              /* new commits that a question waits for */
#define AT_FIRST 20000            /* commits in all: to read them costs what one blame costs */
#define MARK "versions"

static int list_commits(
	struct session *session, const struct oid *from, const struct oid *without, struct buf *out)
{
	char tip[OID_HEX + 1], hidden[OID_HEX + 2] = "^", most[32];
	const char *args[] = {"rev-list", "--reverse", "--topo-order", most, tip, NULL, NULL};

	memcpy(most, MOST, sizeof(MOST));
	oid_hex(from, tip);
	if (without) {
		oid_hex(without, hidden + 1);
		args[5] = hidden;
	}
	return git_run(repo_git_dir(session->repo), args, NULL, 0, out);
}

/* The n-th word of a line, cut off there; NULL when there is none. */
static char *word(char **at)
{
	char *start = *at, *end;

	if (!start || !*start)
		return NULL;
	end = strchr(start, ' ');
	*at = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return start;
}

static int64_t key_of(const char *hex)
{
	struct oid id;

	return oid_parse(hex, &id) || oid_is_zero(&id) ? 0 : version_key(&id);
}

/* ":100644 100644 <old> <new> M", or "::100644 100644 100644 <one> <other> <new> MM". */
static int add_change(struct version_writer *writer, char *head, const char *path)
{
	size_t parents = strspn(head, ":");
	char *at = head + parents, *ids[3] = {NULL, NULL, NULL}, *mode = NULL;
	struct oid blob;

	for (size_t i = 0; i <= parents; i++)
		mode = word(&at); /* the last one is the file's own */
	if (!mode || strncmp(mode, "100", 3) != 0)
		return 0; /* removed, a link, a submodule */
	for (size_t i = 0; i < parents; i++) {
		char *id = word(&at);

		if (i < 2)
			ids[i] = id;
	}
	ids[2] = word(&at);
	if (!ids[0] || !ids[2] || oid_parse(ids[2], &blob))
		return 0;
	return version_writer_add(writer, path, &blob, key_of(ids[0]), ids[1] ? key_of(ids[1]) : 0);
}

/* With -z every field ends in NUL: a commit's id, or a change and then its path. */
static int read_changes(struct version_writer *writer, struct buf *out)
{
	char *at = out->ptr, *end = out->ptr + out->len;
	struct oid commit;
	int rc = 0;

	while (at < end && !rc) {
		char *field = at;

		at += strlen(at) + 1;
		if (*field == ':' && at < end) {
			rc = add_change(writer, field, at);
			at += strlen(at) + 1;
		} else if (!oid_parse(field, &commit)) {
			rc = version_writer_commit(writer, &commit);
		}
	}
	error_clear();
	return rc;
}

static int read_batch(
	struct session *session, struct version_writer *writer, const char *ids, size_t len)
{
	static const char *const args[] = {"diff-tree", "--stdin", "-r", "--root", "-c", "--raw",
		"--no-abbrev", "--no-renames", "-z", NULL};
	const struct process_options options = {
		.input = ids, .input_len = len, .max_output = (size_t)1 << 30};
	struct buf out = BUF_INIT;
	int rc = git_run_with(repo_git_dir(session->repo), args, &options, &out);

	if (!rc)
		rc = read_changes(writer, &out);
	buf_release(&out);
	return rc;
}

static int read_commits(struct session *session, const struct buf *list)
{
	struct version_writer *writer = version_writer_open(session->store);
	const size_t line = OID_HEX + 1;
	struct progress *progress =
		progress_start("reading the versions of files", list->len / line);
	int rc = 0, closed;

	for (size_t at = 0; at < list->len && !rc; at += BATCH * line) {
		size_t left = list->len - at;

		rc = read_batch(
			session, writer, list->ptr + at, left < BATCH * line ? left : BATCH * line);
		progress_set(progress, at / line);
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "stopped: nothing was changed");
	}
	progress_finish(progress);
	closed = version_writer_close(writer);
	return rc ? rc : closed;
}

static int drop_commits(struct session *session, struct buf *list)
{
	char *at = list->ptr, *line;
	struct oid commit;
	int rc = 0;

	while (!rc && (line = spool_line(&at)))
		if (!oid_parse(line, &commit))
			rc = store_version_drop(session->store, &commit);
	return rc;
}

/* What left the history, then what came; all of it when there is no mark that is still here. */
static int update(struct session *session, const struct oid *head, const struct oid *old)
{
	struct buf gone = BUF_INIT, added = BUF_INIT;
	char hex[OID_HEX + 1];
	int rc = old ? 0 : store_version_clear(session->store);

	if (!rc && old && !repo_is_ancestor(session->repo, old, head))
		rc = list_commits(session, old, head, &gone);
	if (!rc)
		rc = drop_commits(session, &gone);
	if (!rc)
		rc = list_commits(session, head, old, &added);
	if (!rc)
		rc = read_commits(session, &added);
	oid_hex(head, hex);
	if (!rc)
		rc = store_mined_set(session->store, MARK, hex);
	buf_release(&gone);
	buf_release(&added);
	return rc;
}

/* More than a question can wait for? Where nothing is known yet, it waits once and never again. */
static bool is_too_much(struct session *session, const struct oid *head, const struct oid *old)
{
	size_t most = old ? AT_ONCE : AT_FIRST;
	char tip[OID_HEX + 1], hidden[OID_HEX + 2] = "^",
						*count = xstrfmt("--max-count=%zu", most + 1);
	const char *args[] = {"rev-list", count, tip, NULL, NULL};
	struct buf added = BUF_INIT;
	bool much;

	oid_hex(head, tip);
	if (old) {
		oid_hex(old, hidden + 1);
		args[3] = hidden;
	}
	much = git_run(repo_git_dir(session->repo), args, NULL, 0, &added) ||
	       added.len / (OID_HEX + 1) > most;
	error_clear();
	buf_release(&added);
	free(count);
	return much;
}

int versions_update(struct session *session, const struct oid *head, bool first)
{
	struct store *store = session->store;
	char *mark = NULL;
	struct oid old;
	bool known = !store_mined_get(store, MARK, &mark) && !oid_parse(mark, &old) &&
		     !repo_resolve(session->repo, mark, &old);
	int64_t commits = 0, dropped = 0;
	int rc = 0;

	error_clear();
	free(mark);
	if (known && oid_equal(&old, head))
		return 0;
	if (known)
		rc = store_version_count(store, &commits, &dropped);
	if (!first && is_too_much(session, head, known ? &old : NULL))
		return E_LATER;
	if (first && dropped > 1000 && dropped > commits / 4)
		known = false; /* more chaff than it is worth: all anew */
	if (!rc)
		rc = store_begin(store);
	if (rc)
		return rc;
	rc = update(session, head, known ? &old : NULL);
	if (rc)
		store_rollback(store);
	return rc ? rc : store_commit(store);
}
