/*
 * The history of a file's symbols: their lines are followed back from version to version, and a
 * commit that changed one of them changed the symbol. A symbol ends where its name is not in its
 * lines any more: there it was added, renamed or taken from elsewhere.
 */
#include "graph/history/history.h"

#include "graph/internal.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

/* Lines new_start.. in place of lines old_start..; from 1. A count of 0 is a place between. */
struct hunk {
	uint32_t old_start, old_count, new_start, new_count;
};
struct hunks {
	struct hunk *items;
	size_t count, capacity;
	uint32_t added, removed; /* in all hunks so far */
};

/* Where a symbol stands in the version that is looked at; line 0: not there. */
struct track {
	uint32_t line, end_line;
};

static int on_line(const struct diff_line *line, void *payload)
{
	struct hunks *hunks = payload;
	struct hunk *hunk;

	if (line->origin != '+' && line->origin != '-')
		return 0;
	if (line->hunk_start || !hunks->count) {
		GROW(hunks->items, hunks->count, hunks->capacity);
		hunk = &hunks->items[hunks->count++];
		*hunk = (struct hunk){0, 0, 0, 0};
		if (line->origin == '-') {
			hunk->old_start = (uint32_t)line->old_line;
			hunk->new_start = hunk->old_start + hunks->added - hunks->removed;
		} else {
			hunk->new_start = (uint32_t)line->new_line;
			hunk->old_start = hunk->new_start + hunks->removed - hunks->added;
		}
	}
	hunk = &hunks->items[hunks->count - 1];
	hunk->old_count += line->origin == '-';
	hunk->new_count += line->origin == '+';
	hunks->added += line->origin == '+';
	hunks->removed += line->origin == '-';
	return 0;
}

static bool touches(const struct hunk *hunk, const struct track *track)
{
	if (!hunk->new_count) /* lines went from between new_start - 1 and new_start */
		return track->line < hunk->new_start && hunk->new_start <= track->end_line;
	return hunk->new_start <= track->end_line &&
	       track->line < hunk->new_start + hunk->new_count;
}

/* Lines of the older version that became these; true when one of them was changed. */
static bool step_back(const struct hunks *hunks, struct track *track)
{
	struct track old = *track;
	bool changed = false;

	for (size_t i = 0; i < hunks->count; i++) {
		const struct hunk *hunk = &hunks->items[i];
		uint32_t new_end = hunk->new_start + hunk->new_count;
		uint32_t old_end = hunk->old_start + hunk->old_count;

		changed |= touches(hunk, track);
		if (track->line >= new_end)
			old.line = track->line - new_end + old_end;
		else if (track->line >= hunk->new_start)
			old.line = hunk->old_start;
		if (track->end_line >= new_end)
			old.end_line = track->end_line - new_end + old_end;
		else if (track->end_line >= hunk->new_start)
			old.end_line = old_end - 1;
	}
	*track = old;
	return changed;
}

static void index_lines(const struct buf *text, uint32_t **starts, uint32_t *count)
{
	size_t room = 0;

	*starts = NULL;
	*count = 0;
	for (size_t at = 0; at < text->len; at++)
		if (!at || text->ptr[at - 1] == '\n') {
			GROW(*starts, *count, room);
			(*starts)[(*count)++] = (uint32_t)at;
		}
	GROW(*starts, *count, room);
	(*starts)[*count] = (uint32_t)text->len;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool holds_name(const char *text, size_t len, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = text; n && at + n <= text + len; at++) {
		at = memchr(at, name[0], (size_t)(text + len - at) - n + 1);
		if (!at)
			return false;
		if (!memcmp(at, name, n) && (at == text || !is_word(at[-1])) && !is_word(at[n]))
			return true;
	}
	return false;
}

/* How many are still there. */
static uint32_t drop_lost(const struct graph *graph, const struct graph_file *file,
	const struct buf *text, struct track *tracks)
{
	uint32_t *starts, lines, left = 0;

	index_lines(text, &starts, &lines);
	for (uint32_t i = 0; i < file->symbol_count; i++) {
		struct track *track = &tracks[i];
		const struct graph_symbol *symbol = &graph->symbols[file->first_symbol + i];

		if (!track->line)
			continue;
		if (track->end_line > lines)
			track->end_line = lines;
		if (track->end_line < track->line ||
			!holds_name(text->ptr + starts[track->line - 1],
				starts[track->end_line] - starts[track->line - 1], symbol->name))
			track->line = 0;
		left += track->line != 0;
	}
	free(starts);
	return left;
}

static void count_change(const struct graph_history *history, struct symbol_history *to,
	const struct file_version *version)
{
	to->changes++;
	if (to->changes == 1 || version->at > to->last)
		to->last = version->at;
	if (to->changes == 1 || version->at < to->first)
		to->first = version->at;
	add_share(history, to, version->author);
}

/* The way back through one file. `at` is the text that the tracks stand for. */
struct following {
	struct session *session;
	const struct graph *graph;
	const struct graph_file *file;
	const struct graph_history *history;
	struct track *tracks, *aside;
	struct symbol_history *out;
	struct oid blob;
	struct buf at;
};

/* Takes tracks from one text to an older one; with a version, what it changed is counted. */
static int step(struct following *self, struct track *tracks, const struct buf *from,
	const struct buf *to, const struct file_version *version)
{
	struct hunks hunks = {.items = NULL};
	int rc = repo_text_diff(to->ptr, to->len, from->ptr, from->len, 0, on_line, &hunks);

	for (uint32_t i = 0; i < self->file->symbol_count && !rc; i++)
		if (tracks[i].line && step_back(&hunks, &tracks[i]) && version)
			count_change(self->history, &self->out[i], version);
	free(hunks.items);
	return rc;
}

static uint32_t count_tracks(const struct following *self, const struct track *tracks)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < self->file->symbol_count; i++)
		count += tracks[i].line != 0;
	return count;
}

/*
 * A version that did not lead here in one line: below a merge, or on the other side of one. The
 * tracks are taken to it aside; they stay there when none was lost, because a symbol that only
 * one side had must be looked for on that side.
 */
static int follow_aside(struct following *self, const struct file_version *version, struct buf *old)
{
	size_t size = self->file->symbol_count * sizeof(*self->tracks);
	struct buf new = BUF_INIT;
	int rc = repo_blob_read(self->session->repo, &version->new, SIZE_MAX, &new);

	memcpy(self->aside, self->tracks, size);
	if (!rc)
		rc = step(self, self->aside, &self->at, &new, NULL);
	if (!rc) {
		drop_lost(self->graph, self->file, &new, self->aside);
		rc = step(self, self->aside, &new, old, version);
	}
	if (!rc && drop_lost(self->graph, self->file, old, self->aside) ==
			   count_tracks(self, self->tracks)) {
		memcpy(self->tracks, self->aside, size);
		self->blob = version->old;
		buf_clear(&self->at);
		buf_add(&self->at, old->ptr, old->len);
	}
	buf_release(&new);
	return rc;
}

static int follow_version(struct following *self, const struct file_version *version)
{
	struct buf old = BUF_INIT;
	int rc = interrupted() ? fail(E_STOPPED, "stopped") : 0;

	if (!rc && !oid_is_zero(&version->old))
		rc = repo_blob_read(self->session->repo, &version->old, SIZE_MAX, &old);
	if (!rc && !oid_equal(&version->new, &self->blob)) {
		rc = follow_aside(self, version, &old);
	} else if (!rc) {
		rc = step(self, self->tracks, &self->at, &old, version);
		drop_lost(self->graph, self->file, &old, self->tracks);
		self->blob = version->old;
		buf_clear(&self->at);
		buf_add(&self->at, old.ptr, old.len);
	}
	buf_release(&old);
	return rc;
}

int graph_symbol_histories(struct session *session, const struct graph *graph,
	const struct graph_history *history, uint32_t file, struct symbol_history **out)
{
	const struct graph_file *of = &graph->files[file];
	const struct file_history *versions = &history->files[file];
	size_t room = of->symbol_count + (size_t)1;
	struct following self = {.session = session,
		.graph = graph,
		.file = of,
		.history = history,
		.tracks = xcalloc(room, sizeof(*self.tracks)),
		.aside = xcalloc(room, sizeof(*self.aside)),
		.out = xcalloc(room, sizeof(*self.out)),
		.blob = of->blob,
		.at = BUF_INIT};
	int rc = repo_blob_read(session->repo, &of->blob, SIZE_MAX, &self.at);

	for (uint32_t i = 0; i < of->symbol_count; i++) {
		const struct graph_symbol *symbol = &graph->symbols[of->first_symbol + i];

		self.tracks[i] = (struct track){symbol->line, symbol->end_line};
		self.out[i].cut = versions->count > HISTORY_VERSIONS || history->cut;
	}
	for (uint32_t i = 0; i < versions->count && i < HISTORY_VERSIONS && !rc; i++)
		rc = follow_version(&self, &versions->versions[i]);
	free(self.tracks);
	free(self.aside);
	buf_release(&self.at);
	*out = rc ? NULL : self.out;
	if (rc)
		symbol_histories_free(self.out, of->symbol_count);
	return rc;
}

void symbol_histories_free(struct symbol_history *histories, uint32_t count)
{
	for (uint32_t i = 0; histories && i < count; i++)
		free(histories[i].shares);
	free(histories);
}
