/*
 * Which lines of HEAD are new since the cutoff. A line counts when the diff adds it and when it
 * stands, with the two lines before it, nowhere in the tree at the cutoff: code that only moved
 * has been seen.
 */
#include "bench/internal.h"

#include "flywheel/config.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PRIOR_BYTES ((size_t)64 << 20) /* more of the cutoff teaches the prior nothing new */

struct scan {
	struct material *material;
	struct map windows; /* hash of three lines -> 1 where the cutoff has them */
	struct map lines;   /* the same of one line */
	size_t max, taught;
	uint32_t file; /* of head, whose added lines are marked */
};

typedef void (*window_fn)(struct scan *scan, uint32_t number, uint64_t line, uint64_t window);

/* Calls fn for each line that is not blank, with the hash of it and the two before it. */
static void each_window(struct scan *scan, const struct buf *text, window_fn fn)
{
	uint64_t before[2] = {0, 0};
	const char *at = text->ptr, *end = text->ptr + text->len;

	for (uint32_t line = 1; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		while (at < stop && isspace((unsigned char)*at))
			at++;
		while (stop > at && isspace((unsigned char)stop[-1]))
			stop--;
		if (stop > at) {
			uint64_t hash = hash_bytes(at, (size_t)(stop - at), 3);

			fn(scan, line, hash,
				(before[0] * 0x9e3779b97f4a7c15u + before[1]) *
						0xff51afd7ed558ccdu +
					hash);
			before[0] = before[1];
			before[1] = hash;
		}
		at = newline ? newline + 1 : end;
	}
}

static void want_window(struct scan *scan, uint32_t number, uint64_t line, uint64_t window)
{
	if (!material_is_fresh(scan->material, scan->file, number))
		return;
	map_put(&scan->windows, (const char *)&window, sizeof(window), NULL);
	map_put(&scan->lines, (const char *)&line, sizeof(line), NULL);
}

static void see(struct map *map, uint64_t hash)
{
	struct map_entry *entry = map_get(map, (const char *)&hash, sizeof(hash));

	if (entry)
		entry->value.num = 1;
}

static bool was_seen(const struct map *map, uint64_t hash)
{
	const struct map_entry *entry = map_get(map, (const char *)&hash, sizeof(hash));

	return entry && entry->value.num;
}

static void see_window(struct scan *scan, uint32_t number, uint64_t line, uint64_t window)
{
	(void)number;
	see(&scan->windows, window);
	see(&scan->lines, line);
}

static void drop_seen(struct scan *scan, uint32_t number, uint64_t line, uint64_t window)
{
	if (!material_is_fresh(scan->material, scan->file, number))
		return;
	if (was_seen(&scan->windows, window))
		scan->material->fresh[scan->file][number] = 0;
	else if (!was_seen(&scan->lines, line))
		scan->material->fresh[scan->file][number] = FRESH_UNSEEN;
}

static int mark_line(const struct diff_line *line, void *payload)
{
	struct scan *scan = payload;
	uint32_t lines = scan->material->head->files[scan->file].lines;

	if (line->origin == '+' && line->new_line > 0 && (uint32_t)line->new_line <= lines)
		scan->material->fresh[scan->file][line->new_line] = 1;
	return 0;
}

static int mark_file(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct scan *scan = payload;
	struct material *material = scan->material;
	struct buf before = BUF_INIT;
	const struct buf *after;
	int rc = 0;

	if (interrupted())
		return fail(E_STOPPED, "stopped");
	scan->file = new ? graph_find_file(material->head, path) : GRAPH_NONE;
	if (scan->file == GRAPH_NONE || !material->head->files[scan->file].language ||
		is_foreign_path(path))
		return 0;
	if (old && repo_blob_read(material->session->repo, old, scan->max, &before))
		error_clear();
	after = material_text(material, scan->file);
	material->fresh[scan->file] = xcalloc(material->head->files[scan->file].lines + 2, 1);
	rc = repo_text_diff(before.ptr, before.len, after->ptr, after->len, 0, mark_line, scan);
	each_window(scan, after, want_window);
	buf_release(&before);
	return rc;
}

int material_find_fresh(struct material *material)
{
	struct session *session = material->session;
	struct scan scan = {.material = material, .windows = MAP_INIT, .lines = MAP_INIT};
	struct progress *progress = NULL;
	struct buf text = BUF_INIT;
	int rc;

	scan.max = (size_t)config_number(session->config, "maxFileBytes");
	rc = repo_tree_diff(session->repo, &material->split->cutoff_tree,
		&material->split->head_tree, mark_file, &scan);
	progress = progress_start("Comparing with the cutoff", material->cutoff->file_count);
	for (uint32_t i = 0; !rc && i < material->cutoff->file_count; i++) {
		progress_set(progress, i);
		if (interrupted())
			rc = fail(E_STOPPED, "stopped");
		if (rc || !material->cutoff->files[i].language)
			continue;
		buf_clear(&text);
		if (repo_blob_read(
			    session->repo, &material->cutoff->files[i].blob, scan.max, &text)) {
			error_clear();
			continue;
		}
		each_window(&scan, &text, see_window);
		if (scan.taught < PRIOR_BYTES)
			prior_add(material->prior, text.ptr, text.len);
		scan.taught += text.len;
	}
	for (scan.file = 0; !rc && scan.file < material->head->file_count; scan.file++)
		if (material->fresh[scan.file])
			each_window(&scan, material_text(material, scan.file), drop_seen);
	progress_finish(progress);
	buf_release(&text);
	map_release(&scan.windows);
	map_release(&scan.lines);
	return rc;
}
