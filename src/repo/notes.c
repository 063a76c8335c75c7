/*
 * Notes. Reading goes through libgit2; writing many through one `git fast-import`, which makes
 * git's own fan-out and costs tens of microseconds a note where git_note_create is quadratic; a few
 * through the tree, because fast-import writes all of it again.
 */
#include "flywheel/refs.h"
#include "repo/internal.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/process.h"

#include <string.h>

#define FEW 32 /* a commit's; more are a history's */

int note_read(struct repo *repo, const char *ref, const struct oid *commit, struct buf *out)
{
	git_note *note = NULL;
	git_oid oid;
	int error;

	oid_to_git(&oid, commit);
	error = git_note_read(&note, repo->git, ref, &oid);
	if (error == GIT_ENOTFOUND)
		return fail(E_NOTFOUND, "no note there");
	if (error)
		return repo_fail(error, "cannot read a note");
	buf_addstr(out, git_note_message(note));
	git_note_free(note);
	return 0;
}

struct each_state {
	note_fn fn;
	void *payload;
};

static int on_note(const git_oid *blob, const git_oid *commit, void *payload)
{
	struct each_state *state = payload;
	struct oid a, b;

	oid_from_git(&a, commit);
	oid_from_git(&b, blob);
	return state->fn(&a, &b, state->payload);
}

int notes_each(struct repo *repo, const char *ref, note_fn fn, void *payload)
{
	struct each_state state = {.fn = fn, .payload = payload};
	int error = git_note_foreach(repo->git, ref, on_note, &state);

	if (error == GIT_ENOTFOUND) /* no notes ref yet: nothing to visit */
		return 0;
	return error < 0 ? repo_fail(error, "cannot list notes") : error;
}

static int write_many(struct repo *repo, const char *ref, const struct note *notes, size_t count,
	const char *message)
{
	/* Else it looks at each commit's id whether a branch is called so. */
	static const char *const args[] = {"-c", "core.warnAmbiguousRefs=false", "fast-import",
		"--quiet", "--done", "--date-format=raw", NULL};
	struct buf stream = BUF_INIT, who = BUF_INIT;
	struct oid tip;
	char hex[OID_HEX + 1];
	int rc;

	rc = repo_identity(repo, &who);
	if (rc)
		goto out;
	buf_addf(&stream, "commit %s\ncommitter %s\ndata %zu\n%s\n", ref, who.ptr, strlen(message),
		message);
	if (!ref_read(repo, ref, &tip)) {
		oid_hex(&tip, hex);
		buf_addf(&stream, "from %s\n", hex);
	}
	for (size_t i = 0; i < count; i++) {
		const char *text = notes[i].text;

		oid_hex(&notes[i].commit, hex);
		if (!text || !*text) {
			buf_addf(&stream, "N 0000000000000000000000000000000000000000 %s\n", hex);
			continue;
		}
		buf_addf(&stream, "N inline %s\ndata %zu\n", hex, strlen(text));
		buf_addstr(&stream, text);
		buf_addch(&stream, '\n');
	}
	buf_addstr(&stream, "done\n");
	rc = git_run(repo->git_dir, args, stream.ptr, stream.len, NULL);
	if (rc)
		rc = fail_context(rc, "cannot write notes to %s", ref);
out:
	buf_release(&who);
	buf_release(&stream);
	return rc;
}

int notes_write(struct repo *repo, const char *ref, const struct note *notes, size_t count,
	const char *message)
{
	struct oid tip;
	int rc = E_TOOBIG;

	if (!count)
		return 0;
	if (count <= FEW && !ref_read(repo, ref, &tip))
		rc = note_tree_write(repo, ref, &tip, notes, count, message);
	if (rc != E_TOOBIG)
		return rc;
	error_clear();
	return write_many(repo, ref, notes, count, message);
}
