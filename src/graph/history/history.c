/* The history of HEAD's files: one walk over the commits, trees compared, no text read. */
#include "graph/history/history.h"

#include "graph/internal.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

/* One changed path of the commit that is looked at. */
struct touched {
	char *path;
	struct oid old, new;
};

struct reading {
	struct session *session;
	struct graph_history *history;
	struct map file_of; /* a path at the time of the walk to today's file + 1; 0: none */
	struct map authors;
	struct touched *touched;
	size_t count, capacity, author_room;
	struct progress *progress;
};

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct reading *self = payload;
	struct touched *touched;

	GROW(self->touched, self->count, self->capacity);
	touched = &self->touched[self->count++];
	memset(touched, 0, sizeof(*touched));
	touched->path = xstrdup(path);
	if (old)
		touched->old = *old;
	if (new)
		touched->new = *new;
	return 0;
}

static uint32_t author_number(struct reading *self, const char *name)
{
	struct graph_history *history = self->history;
	bool added;
	struct map_entry *entry = map_put_str(&self->authors, name, &added);

	if (added) {
		entry->value.num = history->author_count;
		GROW(history->authors, history->author_count, self->author_room);
		history->authors[history->author_count++] = xstrdup(name);
	}
	return (uint32_t)entry->value.num;
}

/* A file that begins here may have gone from another path: its history goes on there. */
static bool follow_move(struct reading *self, const struct touched *to, int64_t file)
{
	for (size_t i = 0; i < self->count; i++) {
		const struct touched *from = &self->touched[i];

		if (!oid_is_zero(&from->new) || !oid_equal(&from->old, &to->new))
			continue;
		map_put_str(&self->file_of, from->path, NULL)->value.num = file;
		return true;
	}
	return false;
}

static void take(struct reading *self, const struct commit *commit)
{
	uint32_t author = GRAPH_NONE;

	for (size_t i = 0; i < self->count; i++) {
		const struct touched *touched = &self->touched[i];
		struct map_entry *entry = map_get_str(&self->file_of, touched->path);
		int64_t file = entry ? entry->value.num : 0;
		struct file_history *of;

		if (!file || oid_is_zero(&touched->new))
			continue;
		if (oid_is_zero(&touched->old) && follow_move(self, touched, file))
			continue;
		if (author == GRAPH_NONE)
			author = author_number(self, commit->author);
		of = &self->history->files[file - 1];
		GROW(of->versions, of->count, of->capacity);
		of->versions[of->count++] = (struct file_version){
			author, commit->author_time, touched->old, touched->new};
	}
}

static int on_commit(const struct commit *commit, void *payload)
{
	struct reading *self = payload;
	struct commit parent = {.parents = NULL};
	int rc = 0;

	progress_set(self->progress, ++self->history->commits);
	if (interrupted())
		return fail(E_STOPPED, "stopped");
	if (commit->parent_count > 1)
		return 0;
	if (commit->parent_count)
		rc = repo_commit_read(self->session->repo, &commit->parents[0], &parent);
	if (!rc)
		rc = repo_tree_diff(self->session->repo, commit->parent_count ? &parent.tree : NULL,
			&commit->tree, on_change, self);
	if (!rc)
		take(self, commit);
	if (rc == E_NOTFOUND) { /* the edge of a shallow clone, or a partial one */
		error_clear();
		self->history->cut = true;
		rc = 0;
	}
	for (size_t i = 0; i < self->count; i++)
		free(self->touched[i].path);
	self->count = 0;
	commit_release(&parent);
	return rc;
}

int graph_history_open(
	struct session *session, const struct graph *graph, struct graph_history **out)
{
	struct graph_history *history = xcalloc(1, sizeof(*history));
	struct reading self = {.session = session, .history = history};
	struct log_options options = {.max = HISTORY_COMMITS};
	int rc;

	*out = NULL;
	history->file_count = graph->file_count;
	history->files = xcalloc(graph->file_count + (size_t)1, sizeof(*history->files));
	for (uint32_t i = 0; i < graph->file_count; i++)
		map_put_str(&self.file_of, graph->files[i].path, NULL)->value.num = i + 1;
	self.progress = progress_start("Reading history", 0);
	rc = repo_log(session->repo, &options, on_commit, &self);
	progress_finish(self.progress);
	history->cut |= history->commits == HISTORY_COMMITS;
	map_release(&self.file_of);
	map_release(&self.authors);
	free(self.touched);
	if (rc)
		graph_history_free(history);
	else
		*out = history;
	return rc;
}

void graph_history_free(struct graph_history *history)
{
	if (!history)
		return;
	for (uint32_t i = 0; i < history->file_count; i++)
		free(history->files[i].versions);
	for (uint32_t i = 0; i < history->author_count; i++)
		free(history->authors[i]);
	free(history->files);
	free(history->authors);
	free(history);
}

/* Few authors change one thing: the one that is sought is moved up, so that order needs no sort. */
void add_share(const struct graph_history *history, struct symbol_history *to, uint32_t author)
{
	uint32_t at = 0;

	while (at < to->share_count && to->shares[at].author != author)
		at++;
	if (at == to->share_count) {
		GROW(to->shares, to->share_count, to->share_room);
		to->shares[to->share_count++] = (struct history_share){author, 0};
	}
	to->shares[at].commits++;
	for (; at; at--) {
		struct history_share *up = &to->shares[at - 1], swap = *up;

		if (up->commits > to->shares[at].commits ||
			(up->commits == to->shares[at].commits &&
				strcmp(history->authors[up->author],
					history->authors[to->shares[at].author]) <= 0))
			break;
		*up = to->shares[at];
		to->shares[at] = swap;
	}
}

struct history_share *file_history_shares(
	const struct graph_history *history, uint32_t file, uint32_t *count)
{
	const struct file_history *of = &history->files[file];
	struct symbol_history all = {.shares = NULL};

	for (uint32_t i = 0; i < of->count; i++)
		add_share(history, &all, of->versions[i].author);
	*count = all.share_count;
	return all.shares;
}
