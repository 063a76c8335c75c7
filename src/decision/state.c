/* What holds of a decision now: a person's word, a later decision, or what became of the code. */
#include "decision/internal.h"

#include "util/error.h"

#include <string.h>

static bool is_at_head(struct reading *reading, const char *path)
{
	bool added = false;
	struct map_entry *entry = map_put_str(&reading->files, path, &added);
	struct oid blob;

	if (added)
		entry->value.num =
			repo_tree_file(reading->session->repo, &reading->tree, path, &blob) ? 2 : 1;
	return entry->value.num == 1;
}

/* A person's word first; then a revert; then whether anything is left of what it speaks about. */
const char *reading_status(struct reading *reading, const struct decision_view *view)
{
	if (view->verdict[0])
		return view->verdict;
	if (view->reverted)
		return "superseded";
	if (!reading->has_tree || !view->files.count)
		return view->row.status;
	for (size_t i = 0; i < view->files.count; i++)
		if (is_at_head(reading, view->files.items[i]))
			return view->row.status;
	return "stale";
}
