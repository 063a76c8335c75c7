/* Where each line stands in HEAD, once all of its history was walked. */
#include "conversation/fate_walk.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

/* Edits that no commit followed are held against the file as HEAD has it. */
static int settle_path(struct fates *fates, struct fate_path *path, const struct oid *tree)
{
	struct text_lines text = {.text = BUF_INIT};
	struct oid blob;
	bool there = !repo_tree_file(fates->session->repo, tree, path->name, &blob);
	bool due = is_due(fates, path, INT64_MAX);
	int rc = 0;

	error_clear();
	path->head = there ? version_find(path, &blob) : NULL;
	if (there && (due || !path->head))
		there = fate_text(fates, &blob, &text);
	if (there && !path->head)
		rc = version_of(fates, path, &blob, &text, VERSIONS, &path->head);
	if (due)
		activate(fates, path, there ? &text : NULL, INT64_MAX);
	for (uint32_t i = 0; i < path->version_count; i++) {
		if (&path->versions[i] == path->head)
			continue;
		free(path->versions[i].runs); /* nothing is walked any more */
		path->versions[i].runs = NULL;
	}
	text_release(&text);
	return rc;
}

static void place_lines(struct fates *fates)
{
	for (uint32_t i = 0; i < fates->path_count; i++) {
		const struct version *head = fates->paths[i].head;
		uint32_t *owners = head ? version_owners(head) : NULL;

		for (uint32_t k = 0; head && k < head->count; k++) {
			if (owners[k] == FATE_NONE)
				continue;
			fates->lines[owners[k]].path = i;
			fate_set_place(fates, owners[k], k + 1);
		}
		free(owners);
	}
}

/* HEAD has the last word on whether a line is there. */
static void judge(struct fates *fates, uint32_t number, int64_t head_time)
{
	struct fate_line *line = &fates->lines[number];
	const struct origin *origin = &fates->origins[line->origin];

	if (line->state == LINE_PENDING || line->state == LINE_PASSED) {
		if (origin->at < head_time - FATE_HORIZON)
			line->state = LINE_DROPPED;
		return;
	}
	if (line->state != LINE_KEPT && line->state != LINE_EDITED)
		return;
	if (fate_place(fates, number)) {
		fate_set_gone(fates, line, 0);
		line->end = END_NONE;
	} else if (!line->gone) {
		fate_set_gone(fates, line, head_time);
		line->end = END_REWRITTEN;
	}
}

int fates_settle(struct fates *fates, const struct oid *head, int64_t head_time)
{
	struct oid tree;
	int rc = fate_tree(fates->session->repo, head, &tree);

	for (uint32_t i = 0; i < fates->path_count && !rc; i++)
		rc = settle_path(fates, &fates->paths[i], &tree);
	if (rc)
		return rc;
	place_lines(fates);
	fates_end_walk(fates);
	for (uint32_t i = 0; i < fates->line_count; i++)
		judge(fates, i, head_time);
	return 0;
}
