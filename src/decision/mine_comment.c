/*
 * Decisions of code comments in HEAD's tree. Only files that changed since the last pass are read
 * again. Which commit wrote a comment is not asked here, because blaming every file of a large
 * repository takes minutes; `decisions show` asks it for the one it shows.
 */
#include "decision/internal.h"

#include "flywheel/graph.h"
#include "flywheel/graph_comment.h"
#include "flywheel/graph_place.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define COMMENT_MAX 8192 /* bytes; longer ones are licenses and tables */
#define BELOW 3          /* lines between a comment and the symbol that it documents */

struct file {
	char *path;
	struct oid blob;
	int64_t at; /* of the last commit that touched it; 0: not known yet */
	bool gone;
};

struct scan {
	struct miner *miner;
	struct file *files; /* to be read again */
	size_t count, capacity;
	struct map index; /* path: index + 1 */
	size_t waiting;   /* files whose time is not known */
	struct file *current;
	int64_t commit_time; /* of the commit that the walk is at */
};

static int add_file(struct scan *scan, const char *path, const struct oid *blob)
{
	struct file *file;

	GROW(scan->files, scan->count, scan->capacity);
	file = &scan->files[scan->count++];
	memset(file, 0, sizeof(*file));
	file->path = xstrdup(path);
	file->gone = !blob;
	if (blob)
		file->blob = *blob;
	map_put_str(&scan->index, path, NULL)->value.num = (int64_t)scan->count;
	return 0;
}

static int on_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	(void)mode;
	return add_file(payload, path, blob);
}

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	(void)old;
	return add_file(payload, path, new);
}

/* The line on which a span of a comment begins: words have lost their places, so look for them. */
static uint32_t line_of(const struct graph_comment *comment, const char *span)
{
	uint32_t line = comment->line;

	for (const char *at = comment->words; *at; at++) {
		const char *a = at, *b = span;
		size_t same = 0;

		while (*a && *b && same < 24) {
			if (isspace((unsigned char)*a) || isspace((unsigned char)*b)) {
				a += isspace((unsigned char)*a) != 0;
				b += isspace((unsigned char)*b) != 0;
				continue;
			}
			if (*a != *b)
				break;
			a++;
			b++;
			same++;
		}
		if (same == 24 || !*b)
			return line;
		line += *at == '\n';
	}
	return comment->line;
}

static int on_symbol(const struct symbol_place *place, void *payload)
{
	strings_add(payload, place->qualified);
	return 0;
}

static bool is_license(const struct graph_comment *comment)
{
	return comment->line <= 3 &&
	       (strstr(comment->words, "opyright") || strstr(comment->words, "icense"));
}

static int on_comment(const struct graph_comment *comment, void *payload)
{
	struct scan *scan = payload;
	struct miner *miner = scan->miner;
	struct strings spans = STRINGS_INIT, files = STRINGS_INIT;
	struct drafts read = {0};
	size_t len = strlen(comment->words);
	int rc = 0;

	if (len > COMMENT_MAX || is_license(comment))
		return 0;
	text_spans(comment->words, len, &spans);
	strings_add(&files, scan->current->path);
	drafts_read(miner->classifier, "comment", NULL, &spans, 0, miner->least, &read);
	for (size_t i = 0; i < read.count && !rc; i++) {
		struct decision_draft *draft = &read.list[i];
		struct decision_row row = {
			.source = "comment", .status = "proposed", .at = scan->current->at};
		uint32_t line;
		char *origin;

		draft_place(miner->classifier, "comment", draft, &files);
		line = line_of(comment, spans.items[draft->span]);
		origin = xstrfmt("%s:%u", scan->current->path, line);
		row.origin = origin;
		rc = graph_place_at(miner->session, scan->current->path, line,
			comment->end_line - line + BELOW, on_symbol, &draft->symbols);
		if (!rc)
			rc = miner_add(miner, draft, &row, &files);
		free(origin);
	}
	drafts_release(&read);
	strings_release(&spans);
	strings_release(&files);
	return rc;
}

static int on_touch(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct scan *scan = payload;
	struct map_entry *entry = map_get_str(&scan->index, path);
	struct file *file = entry ? &scan->files[entry->value.num - 1] : NULL;

	(void)old;
	(void)new;
	if (file && !file->gone && !file->at) {
		file->at = scan->commit_time;
		scan->waiting--;
	}
	return 0;
}

/* Newest first along the first parents: the first commit that touches a file is its last. */
static int on_commit(const struct commit *commit, void *payload)
{
	struct scan *scan = payload;
	struct repo *repo = scan->miner->session->repo;
	struct commit parent = {0};
	bool first;
	int rc;

	if (!scan->waiting || interrupted())
		return E_STOPPED;
	scan->commit_time = commit->commit_time;
	/* The end of a shallow clone counts as the beginning: everything was touched by then. */
	first = !commit->parent_count || repo_commit_read(repo, &commit->parents[0], &parent);
	rc = repo_tree_diff(repo, first ? NULL : &parent.tree, &commit->tree, on_touch, scan);
	commit_release(&parent);
	return rc;
}

static int find_times(struct scan *scan, const struct oid *head)
{
	struct log_options options = {.from = head, .first_parent = true};
	int rc;

	for (size_t i = 0; i < scan->count; i++)
		scan->waiting += !scan->files[i].gone;
	rc = repo_log(scan->miner->session->repo, &options, on_commit, scan);
	if (rc == E_STOPPED && !interrupted())
		rc = 0;
	return rc;
}

static int read_files(struct scan *scan)
{
	struct session *session = scan->miner->session;
	struct progress *progress = progress_start("reading comments", scan->count);
	int rc = 0;

	for (size_t i = 0; i < scan->count && !rc; i++) {
		scan->current = &scan->files[i];
		rc = store_decision_drop_file(session->store, "comment", scan->current->path);
		if (!rc && !scan->current->gone)
			rc = graph_comments(session, scan->current->path, &scan->current->blob,
				on_comment, scan);
		progress_set(progress, i + 1);
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "stopped: nothing was changed");
	}
	progress_finish(progress);
	return rc;
}

static int list_files(struct scan *scan, const struct oid *head, const char *mark)
{
	struct repo *repo = scan->miner->session->repo;
	struct oid old, new;
	char hex[OID_HEX + 1];
	int rc;

	oid_hex(head, hex);
	rc = repo_tree_of(repo, hex, &new);
	if (rc)
		return rc;
	if (mark && !repo_tree_of(repo, mark, &old))
		return repo_tree_diff(repo, &old, &new, on_change, scan);
	error_clear();
	rc = store_decision_drop_source(scan->miner->session->store, "comment");
	return rc ? rc : repo_tree_walk(repo, &new, on_file, scan);
}

int mine_comments(struct miner *miner, const struct oid *head)
{
	struct scan scan = {.miner = miner};
	char *mark = NULL, hex[OID_HEX + 1];
	int rc = store_mined_get(miner->session->store, "comment", &mark);

	oid_hex(head, hex);
	if (!rc && !strcmp(mark, hex)) {
		free(mark);
		return 0;
	}
	if (rc == E_NOTFOUND)
		rc = 0;
	if (!rc)
		rc = list_files(&scan, head, mark);
	if (!rc && scan.count)
		rc = find_times(&scan, head);
	if (!rc)
		rc = read_files(&scan);
	if (!rc)
		rc = store_mined_set(miner->session->store, "comment", hex);
	for (size_t i = 0; i < scan.count; i++)
		free(scan.files[i].path);
	free(scan.files);
	map_release(&scan.index);
	free(mark);
	return rc;
}
