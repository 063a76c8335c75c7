/* Commits, the walk over history, and line diffs. */
#include "repo/internal.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdlib.h>
#include <string.h>

static void fill(struct commit *out, git_commit *commit)
{
	const git_signature *author = git_commit_author(commit);
	const char *message = git_commit_message(commit);

	memset(out, 0, sizeof(*out));
	oid_from_git(&out->id, git_commit_id(commit));
	oid_from_git(&out->tree, git_commit_tree_id(commit));
	out->parent_count = git_commit_parentcount(commit);
	out->parents = xcalloc(out->parent_count, sizeof(*out->parents));
	for (size_t i = 0; i < out->parent_count; i++)
		oid_from_git(&out->parents[i], git_commit_parent_id(commit, (unsigned)i));
	out->author = xstrdup(author ? author->name : "");
	out->email = xstrdup(author ? author->email : "");
	out->author_time = author ? author->when.time : 0;
	out->commit_time = git_commit_time(commit);
	out->message = xstrdup(message ? message : "");
}

int repo_commit_read(struct repo *repo, const struct oid *id, struct commit *out)
{
	git_commit *commit = NULL;
	git_oid oid;
	int error;

	oid_to_git(&oid, id);
	error = git_commit_lookup(&commit, repo->git, &oid);
	if (error)
		return repo_fail(error, "cannot read a commit");
	fill(out, commit);
	git_commit_free(commit);
	return 0;
}

void commit_release(struct commit *commit)
{
	free(commit->parents);
	free(commit->author);
	free(commit->email);
	free(commit->message);
	memset(commit, 0, sizeof(*commit));
}

static int start_walk(struct repo *repo, const struct log_options *options, git_revwalk **out)
{
	unsigned sorting = GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME;
	git_oid oid;
	int error = git_revwalk_new(out, repo->git);

	if (error)
		return error;
	if (options->oldest_first)
		sorting |= GIT_SORT_REVERSE;
	git_revwalk_sorting(*out, sorting);
	if (options->first_parent)
		git_revwalk_simplify_first_parent(*out);
	if (options->from) {
		oid_to_git(&oid, options->from);
		error = git_revwalk_push(*out, &oid);
	} else {
		error = git_revwalk_push_head(*out);
	}
	if (!error && options->hide) {
		oid_to_git(&oid, options->hide);
		error = git_revwalk_hide(*out, &oid);
	}
	for (size_t i = 0; i < options->hide_more_count && !error; i++) {
		oid_to_git(&oid, &options->hide_more[i]);
		error = git_revwalk_hide(*out, &oid);
		if (error == GIT_ENOTFOUND)
			error = 0;
	}
	return error;
}

static void add_hidden(struct buf *out, const struct oid *id)
{
	char hex[OID_HEX + 1];

	oid_hex(id, hex);
	buf_addf(out, "^%s\n", hex);
}

/*
 * libgit2 stops a walk at the edge of a shallow clone with nothing, because it does not know that
 * the missing parents are meant to be missing. git does, so there its list of ids is walked.
 */
static int list_shallow(struct repo *repo, const struct log_options *options, struct buf *out)
{
	const char *args[] = {
		"rev-list", "--date-order", "--ignore-missing", "--stdin", NULL, NULL, NULL};
	char from[OID_HEX + 1] = "HEAD";
	struct buf input = BUF_INIT;
	size_t next = 4;
	int rc;

	if (options->first_parent)
		args[next++] = "--first-parent";
	if (options->oldest_first)
		args[next++] = "--reverse";
	if (options->from)
		oid_hex(options->from, from);
	buf_addf(&input, "%s\n", from);
	if (options->hide)
		add_hidden(&input, options->hide);
	for (size_t i = 0; i < options->hide_more_count; i++)
		add_hidden(&input, &options->hide_more[i]);
	rc = git_run(repo->git_dir, args, input.ptr, input.len, out);
	buf_release(&input);
	return rc;
}

struct ids {
	struct oid *list;
	size_t count, capacity;
};

static int add_id(struct ids *ids, const struct oid *id)
{
	GROW(ids->list, ids->count, ids->capacity);
	ids->list[ids->count++] = *id;
	return 0;
}

static int ids_shallow(struct repo *repo, const struct log_options *options, struct ids *ids)
{
	struct buf list = BUF_INIT;
	int rc = list_shallow(repo, options, &list);

	for (size_t at = 0; !rc && at + OID_HEX < list.len; at += OID_HEX + 1) {
		struct oid id;

		list.ptr[at + OID_HEX] = '\0';
		rc = oid_parse(list.ptr + at, &id);
		if (!rc)
			rc = add_id(ids, &id);
	}
	buf_release(&list);
	return rc;
}

/* The walk holds a node for each commit, and the packs: what listens may want to forget these. */
static int log_listed(
	struct repo *repo, size_t max, const struct ids *ids, repo_commit_fn fn, void *payload)
{
	int rc = 0;

	for (size_t i = 0; i < ids->count && !rc && (!max || i < max); i++) {
		struct commit commit;

		rc = repo_commit_read(repo, &ids->list[i], &commit);
		if (rc) /* a shallow or partial clone ends here */
			break;
		rc = fn(&commit, payload);
		commit_release(&commit);
	}
	return rc;
}

int repo_log(struct repo *repo, const struct log_options *options, repo_commit_fn fn, void *payload)
{
	bool shallow = repo_is_shallow(repo), listed = shallow || options->oldest_first;
	struct ids ids = {0};
	git_revwalk *walk = NULL;
	size_t count = 0;
	git_oid oid;
	int rc = shallow ? ids_shallow(repo, options, &ids) : start_walk(repo, options, &walk);

	if (rc && !shallow)
		rc = repo_fail(rc, "cannot walk the history");
	while (!rc && walk && (!options->max || count++ < options->max) &&
		!git_revwalk_next(&oid, walk)) {
		struct commit commit;
		struct oid id;

		oid_from_git(&id, &oid);
		rc = listed ? add_id(&ids, &id) : repo_commit_read(repo, &id, &commit);
		if (rc || listed)
			continue;
		rc = fn(&commit, payload);
		commit_release(&commit);
	}
	git_revwalk_free(walk);
	if (options->listed)
		*options->listed = ids.count;
	if (!rc)
		rc = log_listed(repo, options->max, &ids, fn, payload);
	free(ids.list);
	return rc;
}

struct line_state {
	repo_line_fn fn;
	void *payload;
	bool hunk_start;
	int rc;
};

static int on_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *payload)
{
	struct line_state *state = payload;

	(void)delta;
	(void)hunk;
	state->hunk_start = true;
	return 0;
}

static int on_line(const git_diff_delta *delta, const git_diff_hunk *hunk, const git_diff_line *in,
	void *payload)
{
	struct line_state *state = payload;
	struct diff_line line = {.origin = in->origin,
		.old_line = in->old_lineno > 0 ? in->old_lineno : 0,
		.new_line = in->new_lineno > 0 ? in->new_lineno : 0,
		.text = in->content,
		.len = in->content_len,
		.hunk_start = state->hunk_start};

	(void)delta;
	(void)hunk;
	if (in->origin != '+' && in->origin != '-' && in->origin != ' ')
		return 0; /* "no newline at end of file" markers */
	state->hunk_start = false;
	state->rc = state->fn(&line, state->payload);
	return state->rc;
}

int repo_text_diff(const char *old, size_t old_len, const char *new, size_t new_len, int context,
	repo_line_fn fn, void *payload)
{
	struct line_state state = {.fn = fn, .payload = payload};
	git_diff_options options;
	int error;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.context_lines = (uint32_t)context;
	options.flags |= GIT_DIFF_FORCE_TEXT;
	error = git_diff_buffers(old, old_len, NULL, new, new_len, NULL, &options, NULL, NULL,
		on_hunk, on_line, &state);
	if (state.rc)
		return state.rc;
	return error ? repo_fail(error, "cannot compare two texts") : 0;
}
