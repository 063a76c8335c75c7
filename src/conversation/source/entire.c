/*
 * Entire: the branch entire/checkpoints/v1, where <id[:2]>/<id[2:]>/.../full.jsonl is a whole
 * session, as it was at a checkpoint, in its assistant's own form: later checkpoints repeat what
 * earlier ones hold, and the records' ids tell. A commit's trailer "Entire-Checkpoint: <id>" names
 * the one that led to it. Only what changed since the branch's last state is read.
 */
#include "conversation/readers.h"

#include "flywheel/refs.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BRANCH "entire/checkpoints/v1"
#define ID_LEN 12
#define WAIT_SECONDS 60.0

struct reading {
	struct harvest *harvest;
	struct map commits; /* checkpoint: commit, in hex */
	struct claude_reader claude;
	struct codex_reader codex;
	struct gemini_reader gemini;
};

struct forward {
	place_fn fn;
	void *payload;
};

static int hand_on(const char *name, const struct oid *target, void *payload)
{
	struct forward *forward = payload;

	(void)target;
	return ends_with(name, "/" BRANCH) ? forward->fn(name, forward->payload) : 0;
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	struct repo *repo = harvest_session(harvest)->repo;
	struct forward forward = {fn, payload};
	int rc = refs_each(repo, "refs/heads/entire/", hand_on, &forward);

	return rc ? rc : refs_each(repo, "refs/remotes/", hand_on, &forward);
}

/* ---- which commit a checkpoint led to ---- */

static void load_commits(struct reading *reading)
{
	const char *const args[] = {"log", "--all", "--grep=^Entire-Checkpoint: ",
		"--format=%H %(trailers:key=Entire-Checkpoint,valueonly,separator=%x20)", NULL};
	struct repo *repo = harvest_session(reading->harvest)->repo;
	struct strings lines = STRINGS_INIT;
	struct buf out = BUF_INIT;

	if (git_run(repo_common_dir(repo), args, NULL, 0, &out))
		error_clear();
	strings_split(&lines, out.ptr, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		const char *id = strchr(lines.items[i], ' ');

		if (id && strlen(id + 1) >= ID_LEN) {
			struct map_entry *entry = map_put(&reading->commits, id + 1, ID_LEN, NULL);

			free(entry->value.ptr);
			entry->value.ptr = xstrndup(lines.items[i], OID_HEX);
		}
	}
	strings_release(&lines);
	buf_release(&out);
}

/* That the session was at this commit then: a turn of its own, without words. */
static int store_anchor(struct reading *reading, const char *id, const char *session)
{
	const struct map_entry *entry = map_get(&reading->commits, id, ID_LEN);
	struct raw_draft draft;
	int rc;

	if (!entry || !session)
		return 0;
	raw_init(&draft);
	raw_add_anchor(&draft, &(struct raw_anchor){.commit = entry->value.ptr});
	draft.turn = (struct raw_turn){
		.record = raw_id(&draft, "entire", id, session, NULL),
		.session = session,
		.role = "assistant",
		.at = reading->claude.at  ? reading->claude.at
		      : reading->codex.at ? reading->codex.at
					  : reading->gemini.at,
	};
	rc = raw_store(&draft, reading->harvest);
	raw_release(&draft);
	return rc;
}

/* ---- one transcript ---- */

/* A colleague's folder is as good as ours: the branch is in this repository. */
static int take_record(struct reading *reading, const struct js *record, char **session)
{
	const char *type = js_get_text(record, "type"), *id = js_get_text(record, "sessionId");
	const char *folder = js_get_text(record, "cwd");
	const struct js *payload = js_get(record, "payload");

	if (!folder)
		folder = js_get_text(payload, "cwd");
	if (folder)
		harvest_adopt(reading->harvest, folder);
	if (!id && type && !strcmp(type, "session_meta"))
		id = js_get_text(payload, "id");
	if (id && !*session)
		*session = xstrdup(id);
	if (payload)
		return codex_reader_take(&reading->codex, record);
	if (js_get(record, "message") || js_get(record, "uuid"))
		return claude_reader_take(&reading->claude, record);
	return gemini_reader_take(&reading->gemini, record);
}

static void open_readers(struct reading *reading)
{
	const struct strings *roots = harvest_worktrees(reading->harvest);

	claude_reader_init(&reading->claude, reading->harvest);
	codex_reader_init(&reading->codex, reading->harvest);
	gemini_reader_init(&reading->gemini, reading->harvest);
	if (roots->count)
		reading->gemini.folder = xstrdup(roots->items[0]);
}

static void close_readers(struct reading *reading)
{
	claude_reader_release(&reading->claude);
	codex_reader_release(&reading->codex);
	gemini_reader_release(&reading->gemini);
}

/* git writes the blob into a pipe: it may be larger than memory should be. */
static int start_blob(struct reading *reading, const struct oid *blob, int *out, pid_t *pid)
{
	char hex[OID_HEX + 1];
	int ends[2], rc;

	oid_hex(blob, hex);
	if (pipe(ends))
		return fail(E_IO, "cannot open a pipe");
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	rc = process_start((const char *const[]){"git", "-C",
				   repo_common_dir(harvest_session(reading->harvest)->repo),
				   "cat-file", "blob", hex, NULL},
		NULL, ends[1], pid);
	close(ends[1]);
	if (rc)
		close(ends[0]);
	*out = ends[0];
	return rc;
}

static int read_blob(struct reading *reading, const char *id, const struct oid *blob)
{
	struct lines *lines;
	struct js *record = NULL;
	char *session = NULL;
	pid_t pid;
	int fd = -1, rc = start_blob(reading, blob, &fd, &pid);

	if (rc)
		return rc;
	open_readers(reading);
	lines = lines_from(reading->harvest, fd);
	while (!rc && lines_record(lines, &record)) {
		rc = take_record(reading, record, &session);
		js_free(record);
	}
	if (!rc)
		rc = store_anchor(reading, id, session);
	rc = lines_close(lines, rc);
	if (process_wait(pid, WAIT_SECONDS))
		error_clear();
	close_readers(reading);
	free(session);
	return rc;
}

/* "ab/cdef012345/0/full.jsonl" of the checkpoint abcdef012345 */
static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct reading *reading = payload;
	char id[ID_LEN + 1];

	(void)old;
	if (!new || !ends_with(path, "/full.jsonl") || strlen(path) < ID_LEN + 1 || path[2] != '/')
		return 0;
	memcpy(id, path, 2);
	memcpy(id + 2, path + 3, ID_LEN - 2);
	id[ID_LEN] = '\0';
	return read_blob(reading, id, new);
}

static void free_commits(struct map *commits)
{
	for (size_t i = 0; i < commits->count; i++)
		free(commits->entries[i].value.ptr);
	map_release(commits);
}

static int read_branch(struct harvest *harvest, const char *ref)
{
	struct reading reading = {.harvest = harvest};
	struct ref_state state;
	int rc = ref_state_open(harvest, ref, &state);

	if (rc || !state.changed)
		return rc;
	load_commits(&reading);
	rc = repo_tree_diff(harvest_session(harvest)->repo, state.known ? &state.old_tree : NULL,
		&state.tree, on_change, &reading);
	free_commits(&reading.commits);
	return rc ? rc : ref_state_save(harvest, ref, &state);
}

const struct conversation_source source_entire = {
	.name = "entire",
	.title = "Entire's checkpoints (branch " BRANCH ")",
	.reach = REACH_REPOSITORY,
	.find = find,
	.read = read_branch,
};
