/*
 * What holds of a decision now. The latest event counts: a person's word, a later decision, a
 * revert, or what became of the code it speaks about.
 */
#include "decision/internal.h"

#include "util/error.h"
#include "util/file.h"

#include <string.h>

bool decision_in_force(const char *status)
{
	return !strcmp(status, "proposed") || !strcmp(status, "accepted");
}

static int on_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	(void)blob;
	(void)mode;
	map_put_str(payload, path_base(path), NULL);
	return 0;
}

/* A file that went to another folder is not gone: one of its name somewhere is enough. */
static bool has_moved(struct reading *reading, const char *path)
{
	if (!reading->has_bases &&
		repo_tree_walk(reading->session->repo, &reading->tree, on_file, &reading->bases))
		error_clear();
	reading->has_bases = true;
	return map_get_str(&reading->bases, path_base(path)) != NULL;
}

static bool is_at_head(struct reading *reading, const char *path)
{
	bool added = false;
	struct map_entry *entry = map_put_str(&reading->files, path, &added);
	struct oid blob;
	bool there;

	if (!added)
		return entry->value.num == 1;
	there = !repo_tree_file(reading->session->repo, &reading->tree, path, &blob) ||
		has_moved(reading, path);
	error_clear();
	entry->value.num = there ? 1 : 2;
	return there;
}

static bool are_gone(struct reading *reading, const struct decision_view *view)
{
	if (!reading->has_tree || !view->files.count)
		return false;
	for (size_t i = 0; i < view->files.count; i++)
		if (is_at_head(reading, view->files.items[i]))
			return false;
	return true;
}

/* A person may have accepted it in spite of the revert. */
static bool reverted_since(const struct reading *reading, const struct decision_view *view)
{
	struct commit commit;
	int64_t at;

	if (repo_commit_read(reading->session->repo, &view->reverted_by, &commit)) {
		error_clear();
		return false;
	}
	at = commit.commit_time;
	commit_release(&commit);
	return at > view->judged_at;
}

const char *reading_status(struct reading *reading, const struct decision_view *view)
{
	bool accepted = !strcmp(view->verdict, "accepted");
	bool held = !strcmp(view->state, STATE_HELD);

	if (!strcmp(view->verdict, "rejected"))
		return "rejected";
	if (view->state[0] && !held &&
		(!accepted || !view->state_at || view->state_at >= view->judged_at))
		return view->state;
	if (view->reverted && (!accepted || reverted_since(reading, view)))
		return "superseded";
	if (accepted)
		return "accepted";
	return !held && are_gone(reading, view) ? "stale" : view->row.status;
}

void reading_by(const struct decision_view *view, const char *status, char out[OID_HEX + 1],
	const char **by)
{
	*by = "";
	if (view->state[0] && !strcmp(status, view->state)) {
		*by = view->by;
	} else if (view->reverted && !strcmp(status, "superseded")) {
		oid_hex(&view->reverted_by, out);
		*by = out;
	} else if (!strcmp(status, "stale")) {
		*by = "its files are gone";
	}
}
