/*
 * Entire: the branch entire/checkpoints/v1, where <id[:2]>/<id[2:]>/.../full.jsonl is a whole
 * session, as it was at a checkpoint, in its assistant's own form: later checkpoints repeat what
 * earlier ones hold, and the records' ids tell; a long one goes on in full.jsonl.001 and so on. A
 * commit's trailer "Entire-Checkpoint: <id>" names
 * the one that led to it. Only what changed since the branch's last state is read, and checkpoints
 * that a new commit names: the one may come before the other, or the other before the one.
 */
#include "conversation/harvest.h"
#include "conversation/readers.h"

#include "flywheel/refs.h"
#include "flywheel/store.h"
#include "flywheel/store_talk.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BRANCH "entire/checkpoints/v1"
#define ID_LEN 12
#define WAIT_SECONDS 60.0

/* Which commits name a checkpoint; `open` are those whose checkpoint has not come yet. */
struct naming {
	struct strings tips; /* of branches and tags, in hex: what they reach was looked at */
	struct strings open; /* "<checkpoint> <commit>", sorted */
	struct strings new;  /* of `open`: found in this call */
	struct map here;     /* checkpoints that were read in this call */
	char *before;        /* the state as it was read; may be NULL */
};

struct reading {
	struct harvest *harvest;
	struct naming naming;
	const char *checkpoint; /* whose tree is walked */
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

/* ---- which commits a checkpoint led to ---- */

static char *state_key(const char *ref)
{
	char hex[DIGEST_HEX + 1];

	digest_bytes(ref, strlen(ref), hex);
	return xstrfmt("entire.%.16s", hex);
}

/* Lines with a blank are open, the others are tips. It goes with the branch's watermark. */
static void naming_load(struct harvest *harvest, const char *ref, struct naming *out)
{
	struct strings lines = STRINGS_INIT;
	struct watermark mark;
	char *key = state_key(ref);

	if (harvest_watermark(harvest, ref, &mark) &&
		store_meta_get(harvest_session(harvest)->store, key, &out->before))
		error_clear();
	strings_split(&lines, out->before ? out->before : "", '\n');
	for (size_t i = 0; i < lines.count; i++)
		if (*lines.items[i])
			strings_add(strchr(lines.items[i], ' ') ? &out->open : &out->tips,
				lines.items[i]);
	strings_release(&lines);
	free(key);
}

static void add_lines(struct buf *out, const struct strings *lines, const struct map *without)
{
	for (size_t i = 0; i < lines->count; i++)
		if (!without || !map_get(without, lines->items[i], ID_LEN))
			buf_addf(out, "%s\n", lines->items[i]);
}

static bool same_lines(const struct strings *a, const struct strings *b)
{
	size_t i = 0;

	while (i < a->count && i < b->count && !strcmp(a->items[i], b->items[i]))
		i++;
	return i == a->count && i == b->count;
}

static int naming_save(struct harvest *harvest, const char *ref, const struct naming *naming)
{
	struct buf text = BUF_INIT;
	char *key = state_key(ref);
	int rc = 0;

	add_lines(&text, &naming->tips, NULL);
	add_lines(&text, &naming->open, &naming->here);
	/* With turns left out for another call the next one must look again. */
	if (!harvest->options.dry_run && !harvest->left_out &&
		(!naming->before || strcmp(naming->before, text.ptr) != 0))
		rc = store_meta_set(harvest_session(harvest)->store, key, text.ptr);
	buf_release(&text);
	free(key);
	return rc;
}

static void naming_release(struct naming *naming)
{
	strings_release(&naming->tips);
	strings_release(&naming->open);
	strings_release(&naming->new);
	map_release(&naming->here);
	free(naming->before);
}

static int add_tip(const char *name, const struct oid *target, void *payload)
{
	char hex[OID_HEX + 1];

	oid_hex(target, hex);
	if (!ends_with(name, "/" BRANCH))
		strings_add(payload, hex);
	return 0;
}

static int list_tips(struct repo *repo, struct strings *out)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/remotes/", "refs/tags/"};
	struct oid head;
	int rc = 0;

	if (!repo_head(repo, &head))
		rc = add_tip("HEAD", &head, out);
	error_clear();
	for (size_t i = 0; i < ARRAY_SIZE(prefixes) && !rc; i++)
		rc = refs_each(repo, prefixes[i], add_tip, out);
	strings_sort_unique(out);
	return rc;
}

/* "<commit> <checkpoint> <checkpoint>" */
static void take_naming(const char *line, struct naming *naming)
{
	struct strings words = STRINGS_INIT;

	strings_split(&words, line, ' ');
	for (size_t i = 1; i < words.count; i++)
		if (strlen(words.items[0]) == OID_HEX &&
			strspn(words.items[i], "0123456789abcdef") == ID_LEN) {
			char *item = xstrfmt("%.12s %s", words.items[i], words.items[0]);

			strings_add(&naming->open, item);
			strings_add(&naming->new, item);
			free(item);
		}
	strings_release(&words);
}

/* Of commits that no tip of the last time reaches; what was pruned meanwhile hides nothing. */
static int look_for_commits(struct repo *repo, struct naming *naming)
{
	const char *const args[] = {"log", "--ignore-missing", "--grep=^Entire-Checkpoint: ",
		"--format=%H %(trailers:key=Entire-Checkpoint,valueonly,separator=%x20)", "--stdin",
		NULL};
	struct strings tips = STRINGS_INIT, lines = STRINGS_INIT;
	struct buf revisions = BUF_INIT, out = BUF_INIT;
	int rc = list_tips(repo, &tips);

	for (size_t i = 0; i < naming->tips.count; i++)
		buf_addf(&revisions, "^%s\n", naming->tips.items[i]);
	add_lines(&revisions, &tips, NULL);
	if (!rc && !same_lines(&tips, &naming->tips))
		rc = git_run(repo_common_dir(repo), args, revisions.ptr, revisions.len, &out);
	strings_split(&lines, out.ptr, '\n');
	for (size_t i = 0; i < lines.count && !rc; i++)
		take_naming(lines.items[i], naming);
	strings_sort_unique(&naming->open);
	strings_release(&naming->tips);
	naming->tips = tips;
	strings_release(&lines);
	buf_release(&revisions);
	buf_release(&out);
	return rc;
}

/* That the session was at this commit then: a turn of its own, without words. */
static int store_anchor(
	struct reading *reading, const char *id, const char *session, const char *commit)
{
	struct raw_draft draft;
	int rc;

	raw_init(&draft);
	raw_add_anchor(&draft, &(struct raw_anchor){.commit = commit});
	draft.turn = (struct raw_turn){
		.record = raw_id(&draft, "entire", id, session, commit),
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

static int store_anchors(struct reading *reading, const char *id, const char *session)
{
	struct naming *naming = &reading->naming;
	int rc = 0;

	map_put(&naming->here, id, ID_LEN, NULL);
	for (size_t i = 0; i < naming->open.count && session && !rc; i++)
		if (!strncmp(naming->open.items[i], id, ID_LEN))
			rc = store_anchor(reading, id, session, naming->open.items[i] + ID_LEN + 1);
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
		rc = store_anchors(reading, id, session);
	rc = lines_close(lines, rc);
	if (process_wait(pid, WAIT_SECONDS))
		error_clear();
	close_readers(reading);
	free(session);
	return rc;
}

/* "full.jsonl", and "full.jsonl.001" */
static bool is_transcript(const char *path)
{
	static const char name[] = "full.jsonl";
	const char *base = path_base(path);
	const char *rest = starts_with(base, name) ? base + strlen(name) : NULL;

	return rest && (!*rest || (*rest == '.' && rest[1] &&
					  strspn(rest + 1, "0123456789") == strlen(rest + 1)));
}

/* "ab/cdef012345/0/full.jsonl" of the checkpoint abcdef012345 */
static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct reading *reading = payload;
	char id[ID_LEN + 1];

	(void)old;
	if (!new || !is_transcript(path) || strlen(path) < ID_LEN + 1 || path[2] != '/')
		return 0;
	memcpy(id, path, 2);
	memcpy(id + 2, path + 3, ID_LEN - 2);
	id[ID_LEN] = '\0';
	return read_blob(reading, id, new);
}

static int on_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	struct reading *reading = payload;

	(void)mode;
	return is_transcript(path) ? read_blob(reading, reading->checkpoint, blob) : 0;
}

/* A checkpoint that was read before is read once more when a commit names it only now. */
static int read_named(struct reading *reading, const struct oid *tree)
{
	struct repo *repo = harvest_session(reading->harvest)->repo;
	char root[OID_HEX + 1], id[ID_LEN + 1];
	int rc = 0;

	oid_hex(tree, root);
	for (size_t i = 0; i < reading->naming.new.count && !rc; i++) {
		char *name = NULL;
		struct oid folder;

		snprintf(id, sizeof(id), "%s", reading->naming.new.items[i]);
		if (map_get(&reading->naming.here, id, ID_LEN))
			continue;
		name = xstrfmt("%s:%.2s/%s", root, id, id + 2);
		reading->checkpoint = id;
		if (!repo_tree_of(repo, name, &folder))
			rc = repo_tree_walk(repo, &folder, on_file, reading);
		else
			error_clear();
		free(name);
	}
	return rc;
}

static int read_branch(struct harvest *harvest, const char *ref)
{
	struct reading reading = {.harvest = harvest};
	struct repo *repo = harvest_session(harvest)->repo;
	struct ref_state state;
	int rc = ref_state_open(harvest, ref, &state);

	if (rc)
		return rc;
	naming_load(harvest, ref, &reading.naming);
	rc = look_for_commits(repo, &reading.naming);
	if (!rc && state.changed)
		rc = repo_tree_diff(repo, state.known ? &state.old_tree : NULL, &state.tree,
			on_change, &reading);
	if (!rc)
		rc = read_named(&reading, &state.tree);
	if (!rc)
		rc = naming_save(harvest, ref, &reading.naming);
	naming_release(&reading.naming);
	return rc ? rc : ref_state_save(harvest, ref, &state);
}

const struct conversation_source source_entire = {
	.name = "entire",
	.title = "Entire's checkpoints (branch " BRANCH ")",
	.reach = REACH_REPOSITORY,
	.find = find,
	.read = read_branch,
};
