/* The newest commits up to the cutoff: what each touched, said, and who touched each path last. */
#include "example/internal.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct loading {
	struct session *session;
	struct history *history;
	struct progress *progress;
	const struct commit *commit;
	struct change change; /* being filled */
	size_t commits, touched;
};

static void change_release(struct change *change)
{
	for (size_t i = 0; i < change->count; i++)
		free(change->files[i].path);
	free(change->files);
	free(change->message);
	free(change->author);
	memset(change, 0, sizeof(*change));
}

void history_release(struct history *history)
{
	for (size_t i = 0; i < history->count; i++)
		change_release(&history->changes[i]);
	free(history->changes);
	free(history->touches);
	map_release(&history->touched);
	memset(history, 0, sizeof(*history));
}

static void touch(struct history *history, const char *path, const struct commit *commit)
{
	bool added;
	struct map_entry *entry = map_put_str(&history->touched, path, &added);

	if (!added) /* a newer commit was here already */
		return;
	GROW(history->touches, history->touch_count, history->touch_capacity);
	history->touches[history->touch_count].commit = commit->id;
	history->touches[history->touch_count].time = commit->commit_time;
	entry->value.num = (int64_t)++history->touch_count;
}

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct loading *loading = payload;
	struct change *change = &loading->change;

	touch(loading->history, path, loading->commit);
	if (++loading->touched > EXAMPLE_COMMIT_FILES)
		return 0;
	GROW(change->files, change->count, change->capacity);
	memset(&change->files[change->count], 0, sizeof(*change->files));
	if (old)
		change->files[change->count].old = *old;
	if (new)
		change->files[change->count].new = *new;
	change->files[change->count++].path = xstrdup(path);
	return 0;
}

/* "Signed-off-by: ..." and its like: a key of letters and dashes with a capital, then ": ". */
static bool is_trailer(const char *line, size_t len)
{
	size_t key = 0;

	while (key < len && (isalpha((unsigned char)line[key]) || line[key] == '-'))
		key++;
	return key > 2 && key + 1 < len && line[key] == ':' && line[key + 1] == ' ' &&
	       isupper((unsigned char)line[0]);
}

static bool all_trailers(const char *text)
{
	bool any = false;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len && !is_trailer(text, len) && text[0] != ' ' &&
			!starts_with(text, "Co-authored-by"))
			return false;
		any = any || len;
		text += len + (text[len] == '\n');
	}
	return any;
}

/* The message without its last paragraph of trailers: names of people are no lesson. */
static char *without_trailers(const char *message)
{
	struct buf text = BUF_INIT;
	const char *last = NULL;

	for (const char *at = message; *at; at++)
		if (*at != '\r') /* web forms leave them */
			buf_addch(&text, *at);
	buf_trim(&text);
	for (const char *at = strstr(text.ptr, "\n\n"); at; at = strstr(at + 1, "\n\n"))
		last = at;
	if (last && all_trailers(last + 2))
		buf_truncate(&text, (size_t)(last - text.ptr));
	buf_trim(&text);
	return buf_detach(&text);
}

#define BODY_WORDS 20 /* a body of so many says more than what was done */

static size_t body_words(const char *message)
{
	const char *at = strstr(message, "\n\n");
	size_t words = 0;

	for (at = at ? at + 2 : ""; *at; words++) {
		at += strcspn(at, " \n");
		at += strspn(at, " \n");
	}
	return words;
}

bool change_gives_reason(const char *message)
{
	static const char *const cues[] = {"because", "so that", "instead of", "rather than",
		"otherwise", "in order to", "to avoid", "to prevent", "since ", "the reason",
		"the problem", "due to", "caused by", "makes it possible", "no longer needed"};

	for (size_t i = 0; i < ARRAY_SIZE(cues); i++)
		if (strstr(message, cues[i]))
			return true;
	return body_words(message) >= BODY_WORDS;
}

static int read_change(struct loading *loading, const struct commit *commit)
{
	struct repo *repo = loading->session->repo;
	struct commit parent;
	int rc;

	if (!commit->parent_count)
		return repo_tree_diff(repo, NULL, &commit->tree, on_change, loading);
	rc = repo_commit_read(repo, &commit->parents[0], &parent);
	if (rc)
		return repo_is_shallow(repo) ? 0 : rc;
	rc = repo_tree_diff(repo, &parent.tree, &commit->tree, on_change, loading);
	commit_release(&parent);
	return rc;
}

static int on_commit(const struct commit *commit, void *payload)
{
	struct loading *loading = payload;
	struct history *history = loading->history;
	struct change *change = &loading->change;
	int rc;

	if (interrupted())
		return fail(E_STOPPED, "stopped: nothing was changed");
	progress_set(loading->progress, ++loading->commits);
	history->oldest = commit->commit_time;
	if (commit->parent_count > 1) /* its changes are its parents' changes */
		return 0;
	loading->commit = commit;
	loading->touched = 0;
	rc = read_change(loading, commit);
	if (rc || !loading->touched || loading->touched > EXAMPLE_COMMIT_FILES) {
		change_release(change);
		return rc;
	}
	change->id = commit->id;
	change->time = commit->commit_time;
	change->message = without_trailers(commit->message);
	change->author = xstrfmt(
		"author-%08x", (unsigned)hash_bytes(commit->email, strlen(commit->email), 0));
	GROW(history->changes, history->count, history->capacity);
	history->changes[history->count++] = *change;
	memset(change, 0, sizeof(*change));
	return 0;
}

int history_load(struct session *session, const struct split *split, struct history *out)
{
	struct log_options options = {.from = &split->cutoff, .max = EXAMPLE_COMMITS};
	struct loading loading = {.session = session, .history = out};
	int rc;

	memset(out, 0, sizeof(*out));
	loading.progress =
		progress_start("reading changes", split->commits - split->held_out < EXAMPLE_COMMITS
							  ? split->commits - split->held_out
							  : EXAMPLE_COMMITS);
	rc = repo_log(session->repo, &options, on_commit, &loading);
	if (rc && rc != E_STOPPED && loading.commits && repo_is_shallow(session->repo))
		rc = 0;
	progress_finish(loading.progress);
	change_release(&loading.change);
	return rc;
}
