/*
 * A state is written in parts of some size, each a list of items of one kind; a reader takes one
 * part after the other, so that neither side holds a state twice.
 */
#include "conversation/fate_state.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/number.h"

#include <stdlib.h>
#include <string.h>

#define STATE_VERSION 2         /* another one also when lines are followed otherwise */
#define PART ((size_t)60 << 10) /* bytes; an edit of more is a part of its own */
#define SHALLOW_MAX ((size_t)16 << 20)
#define STEP 16  /* commits between the youngest states; to walk these is as good as to read one */
#define WIDER 8  /* times as many between older ones */
#define WITHIN 2 /* steps */

enum item { ITEM_MARK, ITEM_AUTHOR, ITEM_COMMIT, ITEM_TIME, ITEM_NOTE, ITEM_PATH, ITEM_ORIGIN };

void fate_mark_release(struct fate_mark *mark)
{
	free(mark->tips);
	memset(mark, 0, sizeof(*mark));
}

bool fate_state_kept(int64_t seen, int64_t all)
{
	for (int64_t step = STEP; seen % step == 0 && step <= all; step *= WIDER)
		if (all - seen < WITHIN * step)
			return seen <= all;
	return false;
}

static uint64_t hash_edits(const struct fates *fates, size_t count)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < count; i++) {
		const struct link_place *edit = &fates->edits[i];
		int64_t fields[] = {edit->turn, edit->at, edit->position, edit->rejected};

		hash = hash_bytes(fields, sizeof(fields), hash);
	}
	return hash;
}

/* A clone that was deepened has other commits before those that were walked. */
static uint64_t hash_shallow(struct session *session)
{
	char *path = path_join(repo_common_dir(session->repo), "shallow");
	struct buf text = BUF_INIT;
	uint64_t hash = 0;

	if (!file_read(path, SHALLOW_MAX, &text))
		hash = hash_bytes(text.ptr, text.len, 1);
	error_clear();
	buf_release(&text);
	free(path);
	return hash;
}

/* ---- writing ---- */

struct writing {
	struct store *store;
	int64_t state;
	int part;
	struct buf bytes;
	int rc;
};

static void end_part(struct writing *out)
{
	if (!out->rc && out->bytes.len)
		out->rc = store_walk_put(
			out->store, out->state, out->part++, out->bytes.ptr, out->bytes.len);
	buf_clear(&out->bytes);
}

static struct buf *begin_item(struct writing *out, enum item kind)
{
	if (out->bytes.len > PART || (out->bytes.len && *out->bytes.ptr != (char)kind))
		end_part(out);
	if (!out->bytes.len)
		buf_addch(&out->bytes, (char)kind);
	return &out->bytes;
}

static void put_text(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	number_put(out, len);
	buf_add(out, text, len);
}

/* In their order: most follow one another. */
static void put_list(struct buf *out, const uint32_t *list, uint32_t count)
{
	uint32_t last = 0;

	number_put(out, count);
	for (uint32_t i = 0; i < count; i++) {
		number_put_step(out, last, list[i]);
		last = list[i] + 1;
	}
}

static void put_commit(struct buf *out, const struct fate_commit *commit)
{
	buf_add(out, commit->id.raw, OID_RAW);
	number_put(out, (uint64_t)commit->at);
}

static void put_mark(struct writing *out, const struct fate_mark *mark)
{
	struct buf *bytes = begin_item(out, ITEM_MARK);

	number_put(bytes, STATE_VERSION);
	number_put(bytes, CLAIMS_VERSION);
	number_put(bytes, (uint64_t)mark->seen);
	buf_add(bytes, mark->notes.raw, OID_RAW);
	number_put(bytes, mark->shallow);
	number_put(bytes, (uint64_t)mark->newest);
	number_put(bytes, mark->taken);
	number_put(bytes, mark->edits);
	number_put(bytes, mark->tip_count);
	for (size_t i = 0; i < mark->tip_count; i++)
		put_commit(bytes, &mark->tips[i]);
}

static void put_tables(struct writing *out, const struct fates *fates)
{
	for (size_t i = 0; i < fates->authors.count; i++) {
		const char *tool = fates->authors.entries[i].key;
		struct buf *bytes = begin_item(out, ITEM_AUTHOR);

		put_text(bytes, tool);
		put_text(bytes, tool + strlen(tool) + 1);
	}
	for (uint32_t i = 0; i < fates->known_commits; i++)
		put_commit(begin_item(out, ITEM_COMMIT), &fates->commits[i]);
	for (uint32_t i = 0; i < fates->time_count; i++)
		number_put(begin_item(out, ITEM_TIME), (uint64_t)fates->times[i]);
	for (size_t i = 0; i < fates->signed_count; i++) {
		const struct fate_signed *note = &fates->signed_by[i];
		struct buf *bytes = begin_item(out, ITEM_NOTE);

		put_text(bytes, note->session);
		put_text(bytes, note->path ? note->path : "");
		put_commit(bytes, &(struct fate_commit){note->commit, note->at});
	}
}

static void put_path(struct buf *out, const struct fate_path *path)
{
	put_text(out, path->name);
	number_put(out, path->version_count);
	for (uint32_t i = 0; i < path->version_count; i++) {
		const struct version *version = &path->versions[i];

		buf_add(out, version->blob.raw, OID_RAW);
		number_put(out, version->count);
		number_put(out, version->runs_len);
		buf_add(out, version->runs ? (const char *)version->runs : "", version->runs_len);
	}
	put_list(out, path->pending, path->pending_count);
	number_put(out, path->active);
	put_list(out, path->lost, path->lost_count);
	number_put(out, path->replaced_count);
	for (uint32_t i = 0; i < path->replaced_count; i++) {
		number_put(out, path->replaced[i].origin);
		buf_add(out, &path->replaced[i].hash, sizeof(path->replaced[i].hash));
	}
}

static bool same_fate(const struct fate_line *a, const struct fate_line *b)
{
	return a->path == b->path && a->gone == b->gone && a->commit == b->commit &&
	       a->state == b->state && a->end == b->end;
}

/* Lines of one edit mostly go the same way. */
static void put_lines(struct buf *out, const struct fate_line *lines, uint32_t count)
{
	for (uint32_t i = 0, run; i < count; i += run) {
		run = 1;
		while (i + run < count && same_fate(&lines[i], &lines[i + run]))
			run++;
		number_put(out, run);
		number_put(out, lines[i].path);
		number_put(out, lines[i].gone);
		number_put(out, lines[i].commit);
		buf_addch(out, (char)lines[i].state);
		buf_addch(out, (char)lines[i].end);
		for (uint32_t k = i; k < i + run; k++)
			buf_add(out, &lines[k].hash, sizeof(lines[k].hash));
	}
}

static void put_origin(struct buf *out, const struct fates *fates, const struct origin *origin)
{
	number_put(out, (uint64_t)origin->turn);
	number_put(out, (uint64_t)origin->position);
	number_put(out, (uint64_t)origin->at);
	buf_addch(out, (char)origin->evidence);
	number_put(out, origin->author);
	number_put(out, origin->path);
	number_put(out, origin->commit_count);
	for (uint32_t i = 0; i < origin->commit_count; i++)
		number_put(out, (uint64_t)(origin_landed(fates, origin, i) - fates->commits));
	number_put(out, origin->count);
	put_lines(out, fates->lines + origin->first, origin->count);
}

int fate_state_save(const struct fate_walk *walk, const struct oid *notes)
{
	const struct fates *fates = walk->fates;
	struct store *store = fates->session->store;
	struct writing out = {.store = store, .state = walk->seen, .bytes = BUF_INIT};
	struct fate_mark mark = {.seen = walk->seen,
		.notes = *notes,
		.shallow = hash_shallow(fates->session),
		.newest = fates->newest,
		.taken = (uint32_t)fates->next_edit,
		.edits = hash_edits(fates, fates->next_edit),
		.tips = walk->tips,
		.tip_count = walk->tip_count};
	int rc = store_begin(store);

	if (rc)
		return rc;
	out.rc = store_walk_drop(store, walk->seen);
	put_mark(&out, &mark);
	put_tables(&out, fates);
	for (uint32_t i = 0; i < fates->path_count; i++)
		put_path(begin_item(&out, ITEM_PATH), &fates->paths[i]);
	for (uint32_t i = 0; i < fates->origin_count; i++)
		put_origin(begin_item(&out, ITEM_ORIGIN), fates, &fates->origins[i]);
	end_part(&out);
	buf_release(&out.bytes);
	if (!out.rc)
		return store_commit(store);
	store_rollback(store);
	return out.rc;
}

/* ---- reading ---- */

static void get_bytes(struct numbers *in, void *out, size_t len)
{
	if ((size_t)(in->end - in->at) < len) {
		in->bad = true;
		memset(out, 0, len);
		return;
	}
	memcpy(out, in->at, len);
	in->at += len;
}

static unsigned char get_byte(struct numbers *in)
{
	unsigned char byte;

	get_bytes(in, &byte, 1);
	return byte;
}

/* The caller frees. */
static char *get_text(struct numbers *in)
{
	size_t len = number_get(in), room = (size_t)(in->end - in->at);
	char *text;

	in->bad |= len > room;
	text = xstrndup((const char *)in->at, len > room ? 0 : len);
	in->at += len > room ? 0 : len;
	return text;
}

/* How many follow, of which each takes a byte at least. */
static uint32_t get_count(struct numbers *in)
{
	uint64_t count = number_get(in);

	if (count <= (uint64_t)(in->end - in->at))
		return (uint32_t)count;
	in->bad = true;
	return 0;
}

static uint32_t *get_list(struct numbers *in, uint32_t *count)
{
	uint32_t *list = NULL, last = 0;

	*count = get_count(in);
	if (*count)
		list = xcalloc(*count, sizeof(*list));
	for (uint32_t i = 0; i < *count; i++) {
		list[i] = number_get_step(in, last);
		last = list[i] + 1;
	}
	return list;
}

static struct fate_commit get_commit(struct numbers *in)
{
	struct fate_commit commit;

	get_bytes(in, commit.id.raw, OID_RAW);
	commit.at = (int64_t)number_get(in);
	return commit;
}

static bool get_mark(struct numbers *in, struct fate_mark *out)
{
	memset(out, 0, sizeof(*out));
	if (get_byte(in) != ITEM_MARK || number_get(in) != STATE_VERSION ||
		number_get(in) != CLAIMS_VERSION)
		return false;
	out->seen = (int64_t)number_get(in);
	get_bytes(in, out->notes.raw, OID_RAW);
	out->shallow = number_get(in);
	out->newest = (int64_t)number_get(in);
	out->taken = number_get32(in);
	out->edits = number_get(in);
	out->tip_count = get_count(in);
	out->tips = xcalloc(out->tip_count + 1, sizeof(*out->tips));
	for (size_t i = 0; i < out->tip_count; i++)
		out->tips[i] = get_commit(in);
	return !in->bad;
}

static void get_author(struct fates *fates, struct numbers *in)
{
	char *tool = get_text(in), *model = get_text(in);

	fate_author_of(fates, tool, model);
	free(tool);
	free(model);
}

static void get_landed(struct fates *fates, struct numbers *in)
{
	GROW(fates->commits, fates->known_commits, fates->commit_capacity);
	fates->commits[fates->known_commits++] = get_commit(in);
}

static void get_time(struct fates *fates, struct numbers *in)
{
	GROW(fates->times, fates->time_count, fates->time_capacity);
	fates->times[fates->time_count++] = (int64_t)number_get(in);
}

static void get_note(struct fates *fates, struct numbers *in)
{
	struct fate_signed *note;
	struct fate_commit commit;

	GROW(fates->signed_by, fates->signed_count, fates->signed_capacity);
	note = &fates->signed_by[fates->signed_count++];
	note->session = get_text(in);
	note->path = get_text(in);
	if (!*note->path) {
		free(note->path);
		note->path = NULL;
	}
	commit = get_commit(in);
	note->commit = commit.id;
	note->at = commit.at;
}

static void get_path(struct fates *fates, struct numbers *in)
{
	char *name = get_text(in);
	uint32_t number = fate_path_of(fates, name);
	struct fate_path *path = &fates->paths[number];

	free(name);
	path->version_count = get_count(in);
	in->bad |= path->version_count > VERSIONS;
	for (uint32_t i = 0; i < path->version_count && !in->bad; i++) {
		struct version *version = &path->versions[i];

		get_bytes(in, version->blob.raw, OID_RAW);
		version->count = number_get32(in);
		version->runs_len = get_count(in);
		version->runs = version->runs_len ? xmalloc(version->runs_len) : NULL;
		if (version->runs)
			get_bytes(in, version->runs, version->runs_len);
	}
	path->pending = get_list(in, &path->pending_count);
	path->active = number_get32(in);
	path->lost = get_list(in, &path->lost_count);
	path->pending_capacity = path->pending_count;
	path->lost_capacity = path->lost_count;
	path->replaced_count = path->replaced_capacity = get_count(in);
	path->replaced = path->replaced_count
				 ? xcalloc(path->replaced_count, sizeof(*path->replaced))
				 : NULL;
	for (uint32_t i = 0; i < path->replaced_count; i++) {
		path->replaced[i].origin = number_get32(in);
		get_bytes(in, &path->replaced[i].hash, sizeof(path->replaced[i].hash));
	}
}

/* Lines that went the same way; how many. */
static uint32_t get_run(struct fates *fates, uint32_t origin, uint32_t most, struct numbers *in)
{
	struct fate_line line = {.origin = origin};
	uint32_t run = get_count(in);

	line.path = number_get32(in);
	line.gone = number_get32(in);
	line.commit = (uint16_t)number_get(in);
	line.state = get_byte(in);
	line.end = get_byte(in);
	in->bad |= !run || run > most;
	for (uint32_t i = 0; i < run && !in->bad; i++) {
		uint32_t number;

		get_bytes(in, &line.hash, sizeof(line.hash));
		number = origin_add_line(fates, origin, line.hash);
		fates->lines[number] = line;
	}
	return run;
}

static void get_origin(struct fates *fates, struct numbers *in)
{
	uint32_t number = fates->origin_count++, commits, lines;
	struct origin *origin;

	GROW(fates->origins, number, fates->origin_capacity);
	origin = &fates->origins[number];
	*origin = (struct origin){.turn = (int64_t)number_get(in), .first = fates->line_count};
	origin->position = (int)number_get(in);
	origin->at = (int64_t)number_get(in);
	origin->evidence = get_byte(in);
	origin->author = number_get32(in);
	origin->path = number_get32(in);
	for (commits = get_count(in); commits; commits--)
		origin_add_landed(origin, number_get32(in));
	for (lines = get_count(in); lines && !in->bad;)
		lines -= get_run(fates, number, lines, in);
}

struct finding {
	struct fates *fates;
	int64_t below;
	uint64_t shallow;
	struct fate_mark *found;
};

static bool has_edits(const struct fates *fates, const struct fate_mark *mark)
{
	size_t taken = 0;

	while (taken < fates->edit_count && fates->edits[taken].at <= mark->newest + FATE_SLACK)
		taken++;
	return taken == mark->taken && hash_edits(fates, taken) == mark->edits;
}

static int look_at(int64_t state, const void *bytes, size_t len, void *payload)
{
	struct finding *finding = payload;
	struct numbers in = {bytes, (const unsigned char *)bytes + len, false};
	struct fate_mark mark;

	if (state >= finding->below)
		return 0;
	if (get_mark(&in, &mark) && mark.seen == state && mark.shallow == finding->shallow &&
		has_edits(finding->fates, &mark)) {
		*finding->found = mark;
		return E_LATER;
	}
	fate_mark_release(&mark);
	return 0;
}

int fate_state_find(struct fates *fates, int64_t below, struct fate_mark *out)
{
	struct finding finding = {fates, below, hash_shallow(fates->session), out};
	int rc = store_walk_firsts(fates->session->store, look_at, &finding);

	if (rc == E_LATER)
		return 0;
	return rc ? rc : fail(E_NOTFOUND, "no state of the walk holds");
}

struct loading {
	struct fates *fates;
	const struct fate_mark *mark;
	bool begun;
};

static bool is_mark(const struct loading *loading, struct numbers *in)
{
	struct fate_mark mark;
	bool same = get_mark(in, &mark) && mark.edits == loading->mark->edits &&
		    mark.tip_count == loading->mark->tip_count &&
		    mark.newest == loading->mark->newest;

	for (size_t i = 0; i < mark.tip_count && same; i++)
		same = oid_equal(&mark.tips[i].id, &loading->mark->tips[i].id);

	fate_mark_release(&mark);
	return same;
}

static int take_part(int64_t state, const void *bytes, size_t len, void *payload)
{
	static void (*const takers[])(struct fates *, struct numbers *) = {
		[ITEM_AUTHOR] = get_author,
		[ITEM_COMMIT] = get_landed,
		[ITEM_TIME] = get_time,
		[ITEM_NOTE] = get_note,
		[ITEM_PATH] = get_path,
		[ITEM_ORIGIN] = get_origin};
	struct loading *loading = payload;
	struct numbers in = {bytes, (const unsigned char *)bytes + len, false};
	unsigned kind;

	(void)state;
	if (!loading->begun) {
		loading->begun = is_mark(loading, &in);
		return loading->begun ? 0 : fail(E_NOTFOUND, "another state took its place");
	}
	kind = get_byte(&in);
	while (in.at < in.end && !in.bad && kind < ARRAY_SIZE(takers) && takers[kind])
		takers[kind](loading->fates, &in);
	return in.at == in.end && !in.bad
		       ? 0
		       : fail(E_INVALID, "the sidecar's lines of assistants are damaged: run `git "
					 "flywheel rebuild`");
}

int fate_state_load(struct fate_walk *walk, const struct fate_mark *mark)
{
	struct fates *fates = walk->fates;
	struct loading loading = {fates, mark, false};
	int rc = store_walk_each(fates->session->store, mark->seen, take_part, &loading);

	if (!rc && !loading.begun)
		rc = fail(E_NOTFOUND, "the state was removed");
	if (rc)
		return rc;
	fates->newest = mark->newest;
	fates->next_edit = mark->taken;
	walk->seen = mark->seen;
	walk->all = true; /* what came before is followed */
	for (size_t i = 0; i < mark->tip_count; i++)
		fate_add_tip(walk, &mark->tips[i].id, mark->tips[i].at);
	return 0;
}

int fate_state_prune(struct store *store, int64_t all)
{
	int64_t state = -1;
	int rc = store_walk_next(store, state, &state);

	while (!rc) {
		if (!fate_state_kept(state, all))
			rc = store_walk_drop(store, state);
		if (!rc)
			rc = store_walk_next(store, state, &state);
	}
	if (rc != E_NOTFOUND)
		return rc;
	error_clear();
	return 0;
}
