/* Where each line stands in HEAD, once all of its history was walked. */
#include "conversation/fate_walk.h"

#include "util/error.h"
#include "util/memory.h"

#include <string.h>

/* Edits that no commit followed are held against the file as HEAD has it. */
static int settle_path(struct fates *fates, struct fate_path *path, const struct oid *tree)
{
	struct text_lines text = {.text = BUF_INIT};
	struct version *version = NULL;
	struct oid blob;
	bool there = !repo_tree_file(fates->session->repo, tree, path->name, &blob);
	int rc = 0;

	error_clear();
	there = there && fate_text(fates, &blob, &text);
	if (there)
		rc = version_of(fates, path, &blob, &text, VERSIONS, &version);
	activate(fates, path, there ? &text : NULL, INT64_MAX);
	path->head = version;
	text_release(&text);
	return rc;
}

static void place_lines(struct fates *fates)
{
	for (uint32_t i = 0; i < fates->path_count; i++) {
		const struct fate_path *path = &fates->paths[i];

		for (uint32_t k = 0; path->head && k < path->head->run_count; k++) {
			const struct owned *run = &path->head->runs[k];

			for (uint32_t n = 0; n < run->count; n++) {
				fates->lines[run->owner + n].path = i;
				fates->lines[run->owner + n].at = run->at + n + 1;
			}
		}
	}
}

/* HEAD has the last word on whether a line is there. */
static void judge(struct fates *fates, struct fate_line *line, int64_t head_time)
{
	struct origin *origin = &fates->origins[line->origin];

	if (line->state == LINE_PENDING || line->state == LINE_PASSED) {
		if (origin->at < head_time - FATE_HORIZON) {
			line->state = LINE_DROPPED;
			origin->dirty = true;
		}
		return;
	}
	if ((line->state != LINE_KEPT && line->state != LINE_EDITED) ||
		!fates->paths[line->path].touched)
		return;
	origin->dirty = true;
	if (line->at) {
		line->gone = 0;
		line->end = END_NONE;
	} else if (!line->gone) {
		line->gone = head_time;
		line->end = END_REWRITTEN;
	}
}

int fates_settle(struct fates *fates, const struct oid *head, int64_t head_time)
{
	char hex[OID_HEX + 1];
	struct oid tree;
	int rc;

	oid_hex(head, hex);
	rc = repo_tree_of(fates->session->repo, hex, &tree);
	for (uint32_t i = 0; i < fates->path_count && !rc; i++)
		if (fates->paths[i].touched)
			rc = settle_path(fates, &fates->paths[i], &tree);
	for (uint32_t i = 0; i < fates->line_count && !rc; i++)
		if (fates->paths[fates->lines[i].path].touched)
			fates->lines[i].at = 0;
	if (rc)
		return rc;
	place_lines(fates);
	for (uint32_t i = 0; i < fates->line_count; i++)
		judge(fates, &fates->lines[i], head_time);
	return 0;
}
