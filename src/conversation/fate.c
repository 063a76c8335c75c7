/* Origins and their lines: made from edits, kept in the sidecar, encoded. */
#include "conversation/fate.h"

#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TELLING 5 /* letters and digits; a line with fewer says nothing of who wrote it */
#define PATHS_MAX 250

uint64_t fate_hash(const char *text, size_t len, bool *trivial)
{
	size_t telling = 0;

	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	for (size_t i = 0; i < len && telling < TELLING; i++)
		telling += isalnum((unsigned char)text[i]) || (unsigned char)text[i] >= 0x80;
	*trivial = telling < TELLING;
	return hash_bytes(text, len, 0);
}

uint32_t fate_path_of(struct fates *fates, const char *name)
{
	bool added = false;
	struct map_entry *entry = map_put_str(&fates->by_path, name, &added);

	if (added) {
		GROW(fates->paths, fates->path_count, fates->path_capacity);
		fates->paths[fates->path_count] = (struct fate_path){.name = xstrdup(name)};
		entry->value.num = fates->path_count++;
		for (const char *slash = name; (slash = strchr(slash, '/')); slash++)
			map_put(&fates->folders, name, (size_t)(slash + 1 - name), NULL);
	}
	return (uint32_t)entry->value.num;
}

struct fate_path *fate_path_known(struct fates *fates, const char *name)
{
	struct map_entry *entry = map_get_str(&fates->by_path, name);

	return entry ? &fates->paths[entry->value.num] : NULL;
}

uint32_t fate_author_of(struct fates *fates, const char *tool, const char *model)
{
	struct buf key = BUF_INIT;
	bool added = false;
	struct map_entry *entry;

	buf_add(&key, tool, strlen(tool) + 1);
	buf_addstr(&key, model);
	entry = map_put(&fates->authors, key.ptr, key.len, &added);
	buf_release(&key);
	return (uint32_t)(entry - fates->authors.entries);
}

const char *origin_tool(const struct fates *fates, const struct origin *origin)
{
	return fates->authors.entries[origin->author].key;
}

const char *origin_model(const struct fates *fates, const struct origin *origin)
{
	const char *tool = origin_tool(fates, origin);

	return tool + strlen(tool) + 1;
}

uint32_t origin_add(struct fates *fates, int64_t turn, int position, int64_t at,
	enum evidence evidence, const char *path, const char *tool, const char *model)
{
	uint32_t number = fate_path_of(fates, path);

	GROW(fates->origins, fates->origin_count, fates->origin_capacity);
	fates->origins[fates->origin_count] = (struct origin){.turn = turn,
		.position = position,
		.at = at,
		.evidence = (uint8_t)evidence,
		.path = number,
		.author = fate_author_of(fates, tool, model),
		.first = fates->line_count};
	return fates->origin_count++;
}

uint32_t origin_add_line(struct fates *fates, uint32_t origin, uint64_t hash)
{
	struct origin *owner = &fates->origins[origin];

	GROW(fates->lines, fates->line_count, fates->line_capacity);
	fates->lines[fates->line_count] =
		(struct fate_line){.hash = hash, .origin = origin, .path = owner->path};
	owner->count++;
	return fates->line_count++;
}

/* The number of a commit: mostly that of the last one. */
static uint32_t add_commit(struct fates *fates, const struct oid *id, int64_t at)
{
	uint32_t last = fates->known_commits;

	if (last && oid_equal(&fates->commits[last - 1].id, id))
		return last - 1;
	GROW(fates->commits, fates->known_commits, fates->commit_capacity);
	fates->commits[last] = (struct fate_commit){*id, at};
	return fates->known_commits++;
}

/* Most have one: there are too many origins to have room for more. */
void origin_add_landed(struct origin *origin, uint32_t commit)
{
	uint32_t count = origin->commit_count++, *many = count > 1 ? origin->commits.many : NULL;

	if (!count) {
		origin->commits.one = commit;
		return;
	}
	if (!(count & (count - 1))) /* a power of two: it is full */
		many = xrealloc(many, 2 * (size_t)count * sizeof(*many));
	if (count == 1)
		many[0] = origin->commits.one;
	many[count] = commit;
	origin->commits.many = many;
}

const struct fate_commit *origin_landed(
	const struct fates *fates, const struct origin *origin, uint32_t number)
{
	return &fates->commits[origin->commit_count > 1 ? origin->commits.many[number]
							: origin->commits.one];
}

static void release_landed(struct origin *origin)
{
	if (origin->commit_count > 1)
		free(origin->commits.many);
	origin->commit_count = 0;
}

uint16_t origin_commit(struct fates *fates, struct origin *origin, const struct oid *id, int64_t at)
{
	for (uint32_t i = origin->commit_count; i--;)
		if (oid_equal(&origin_landed(fates, origin, i)->id, id))
			return (uint16_t)(i + 1);
	if (origin->commit_count == UINT16_MAX - 1)
		return (uint16_t)origin->commit_count;
	origin_add_landed(origin, add_commit(fates, id, at));
	return (uint16_t)origin->commit_count;
}

uint32_t fate_place(const struct fates *fates, uint32_t line)
{
	return line < fates->place_count ? fates->places[line] : 0;
}

void fate_set_place(struct fates *fates, uint32_t line, uint32_t place)
{
	uint32_t count = line < fates->line_count ? fates->line_count : line + 1;

	if (line >= fates->place_count && !place)
		return;
	if (line >= fates->place_count) {
		fates->places = xrealloc(fates->places, count * sizeof(*fates->places));
		memset(fates->places + fates->place_count, 0,
			(count - fates->place_count) * sizeof(*fates->places));
		fates->place_count = count;
	}
	fates->places[line] = place;
}

int64_t fate_gone(const struct fates *fates, const struct fate_line *line)
{
	return line->gone ? fates->times[line->gone] : 0;
}

/* What goes at one time goes together. */
void fate_set_gone(struct fates *fates, struct fate_line *line, int64_t at)
{
	if (at && (!fates->time_count || fates->times[fates->time_count - 1] != at)) {
		if (!fates->time_count) {
			GROW(fates->times, fates->time_count, fates->time_capacity);
			fates->times[fates->time_count++] = 0;
		}
		GROW(fates->times, fates->time_count, fates->time_capacity);
		fates->times[fates->time_count++] = at;
	}
	line->gone = at ? fates->time_count - 1 : 0;
}

static void add_pending(struct fate_path *path, uint32_t line)
{
	GROW(path->pending, path->pending_count, path->pending_capacity);
	path->pending[path->pending_count++] = line;
}

void path_lose(struct fate_path *path, uint32_t line)
{
	GROW(path->lost, path->lost_count, path->lost_capacity);
	path->lost[path->lost_count++] = line;
}

/* ---- edits ---- */

/* How often each line stands in a text. */
static void count_lines(const char *text, struct map *counts)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		bool trivial;
		uint64_t hash;

		len = strcspn(text, "\n");
		hash = fate_hash(text, len, &trivial);
		if (!trivial)
			map_put(counts, (const char *)&hash, sizeof(hash), NULL)->value.num++;
	}
}

/* What is left of it goes: the assistant may take back what it proposed just before. */
static void add_replaced(struct fate_path *path, uint32_t origin, const struct map *left)
{
	for (size_t i = 0; i < left->count; i++)
		for (int64_t times = left->entries[i].value.num; times > 0; times--) {
			struct replaced *line;

			GROW(path->replaced, path->replaced_count, path->replaced_capacity);
			line = &path->replaced[path->replaced_count++];
			memcpy(&line->hash, left->entries[i].key, sizeof(line->hash));
			line->origin = origin;
		}
}

static int take_edit(const struct link_edit *edit, void *payload)
{
	struct fates *fates = payload;
	bool rejected = !strcmp(edit->outcome, "rejected");
	struct map old = MAP_INIT;
	struct fate_path *path;
	uint32_t origin;

	origin = origin_add(fates, edit->turn, edit->position, edit->at,
		edit->old ? BY_EDIT : BY_WRITE, edit->path, edit->tool, edit->model);
	if (edit->old)
		count_lines(edit->old, &old);
	for (const char *text = edit->text; *text;) {
		size_t len = strcspn(text, "\n");
		bool trivial;
		uint64_t hash = fate_hash(text, len, &trivial);
		struct map_entry *before = map_get(&old, (const char *)&hash, sizeof(hash));

		if (before && before->value.num > 0)
			before->value.num--; /* it stood there already */
		else if (!trivial) {
			uint32_t line = origin_add_line(fates, origin, hash);

			if (rejected)
				fates->lines[line].state = LINE_DROPPED;
		}
		text += len + (text[len] == '\n');
	}
	path = &fates->paths[fates->origins[origin].path];
	if (!rejected)
		add_replaced(path, origin, &old);
	for (uint32_t i = 0; i < fates->origins[origin].count && !rejected; i++)
		add_pending(path, fates->origins[origin].first + i);
	map_release(&old);
	return 0;
}

static int add_edit(const struct link_place *place, void *payload)
{
	struct fates *fates = payload;

	GROW(fates->edits, fates->edit_count, fates->edit_capacity);
	fates->edits[fates->edit_count++] = *place;
	return 0;
}

int fates_list_edits(struct fates *fates, int64_t last, int64_t *oldest)
{
	int rc = talk_link_edits(fates->session->store, last, add_edit, fates);

	*oldest = fates->edit_count ? fates->edits->at : 0;
	return rc;
}

int fates_take_edits(struct fates *fates, int64_t until)
{
	int rc = 0;

	for (; !rc && fates->next_edit < fates->edit_count &&
		fates->edits[fates->next_edit].at <= until;
		fates->next_edit++)
		rc = talk_link_edit(
			fates->session->store, &fates->edits[fates->next_edit], take_edit, fates);
	return rc;
}

/* ---- encoding: numbers as they lie in memory, for one machine's sidecar only ---- */

static void put(struct buf *out, const void *bytes, size_t len)
{
	buf_add(out, bytes, len);
}

/* The place of a line's path in the origin's list of other paths, plus 1; 0: its own. */
static uint8_t other_path(const struct fates *fates, const struct origin *origin, uint32_t path,
	struct strings *others)
{
	const char *name = fates->paths[path].name;

	if (path == origin->path)
		return 0;
	for (size_t i = 0; i < others->count; i++)
		if (!strcmp(others->items[i], name))
			return (uint8_t)(i + 1);
	if (others->count == PATHS_MAX)
		return 0;
	strings_add(others, name);
	return (uint8_t)others->count;
}

static void encode_lines(const struct fates *fates, const struct origin *origin,
	struct strings *others, struct buf *out, uint32_t *count)
{
	*count = 0;
	for (uint32_t i = 0; i < origin->count; i++) {
		const struct fate_line *line = &fates->lines[origin->first + i];
		uint8_t path = other_path(fates, origin, line->path, others);
		uint32_t at = fate_place(fates, origin->first + i);
		int64_t gone = fate_gone(fates, line);

		if (line->state == LINE_CONTEXT)
			continue;
		put(out, &line->hash, sizeof(line->hash));
		put(out, &at, sizeof(at));
		put(out, &line->commit, sizeof(line->commit));
		put(out, &line->state, 1);
		put(out, &line->end, 1);
		put(out, &path, 1);
		put(out, &gone, sizeof(gone));
		++*count;
	}
}

static void encode(const struct fates *fates, const struct origin *origin, struct buf *out)
{
	struct strings others = STRINGS_INIT;
	struct buf lines = BUF_INIT;
	uint32_t counts[3];

	encode_lines(fates, origin, &others, &lines, &counts[2]);
	counts[0] = origin->commit_count;
	counts[1] = (uint32_t)others.count;
	put(out, counts, sizeof(counts));
	for (uint32_t i = 0; i < origin->commit_count; i++) {
		const struct fate_commit *commit = origin_landed(fates, origin, i);

		put(out, commit->id.raw, OID_RAW);
		put(out, &commit->at, sizeof(commit->at));
	}
	for (size_t i = 0; i < others.count; i++)
		put(out, others.items[i], strlen(others.items[i]) + 1);
	put(out, lines.ptr, lines.len);
	buf_release(&lines);
	strings_release(&others);
}

struct input {
	const char *at, *end;
};

static bool take(struct input *in, void *out, size_t len)
{
	if ((size_t)(in->end - in->at) < len)
		return false;
	memcpy(out, in->at, len);
	in->at += len;
	return true;
}

static bool decode_line(struct fates *fates, uint32_t origin, struct input *in,
	const uint32_t *paths, uint32_t count)
{
	struct fate_line line = {.origin = origin};
	uint8_t path;
	uint32_t number, at;
	int64_t gone;

	if (!take(in, &line.hash, sizeof(line.hash)) || !take(in, &at, sizeof(at)) ||
		!take(in, &line.commit, sizeof(line.commit)) || !take(in, &line.state, 1) ||
		!take(in, &line.end, 1) || !take(in, &path, 1) || !take(in, &gone, sizeof(gone)) ||
		path > count || line.commit > fates->origins[origin].commit_count)
		return false;
	number = origin_add_line(fates, origin, line.hash);
	line.path = path ? paths[path - 1] : fates->origins[origin].path;
	fate_set_gone(fates, &line, gone);
	fate_set_place(fates, number, at);
	fates->lines[number] = line;
	return true;
}

static bool decode(struct fates *fates, uint32_t origin, struct input *in)
{
	struct origin *into = &fates->origins[origin];
	uint32_t counts[3], paths[PATHS_MAX];

	if (!take(in, counts, sizeof(counts)) || counts[0] >= UINT16_MAX || counts[1] > PATHS_MAX)
		return false;
	for (uint32_t i = 0; i < counts[0]; i++) {
		struct fate_commit commit;

		if (!take(in, commit.id.raw, OID_RAW) || !take(in, &commit.at, sizeof(commit.at)))
			return false;
		origin_add_landed(into, add_commit(fates, &commit.id, commit.at));
	}
	for (uint32_t i = 0; i < counts[1]; i++) {
		size_t len = strnlen(in->at, (size_t)(in->end - in->at));

		if (in->at + len == in->end)
			return false;
		paths[i] = fate_path_of(fates, in->at);
		in->at += len + 1;
	}
	for (uint32_t i = 0; i < counts[2]; i++)
		if (!decode_line(fates, origin, in, paths, counts[1]))
			return false;
	return in->at == in->end;
}

static const char *const evidence_names[] = {
	[BY_EDIT] = "edit", [BY_WRITE] = "write", [BY_NOTE] = "note", [BY_TRAILER] = "trailer"};

static int take_origin(const struct origin_row *row, void *payload)
{
	struct fates *fates = payload;
	struct input in = {row->fate, (const char *)row->fate + row->fate_len};
	enum evidence kind = BY_EDIT;
	uint32_t origin;

	while (kind < ARRAY_SIZE(evidence_names) && strcmp(evidence_names[kind], row->evidence))
		kind++;
	if (kind == ARRAY_SIZE(evidence_names) || !row->fate)
		return fail(E_INVALID, "the sidecar's lines of assistants are damaged: run `git "
				       "flywheel rebuild`");
	origin = origin_add(
		fates, row->turn, row->position, row->at, kind, row->path, row->tool, row->model);
	if (!decode(fates, origin, &in))
		return fail(E_INVALID, "the sidecar's lines of assistants are damaged: run `git "
				       "flywheel rebuild`");
	return 0;
}

struct handing {
	struct fates *fates;
	fate_origin_fn fn;
	void *payload;
};

static int hand_out(const struct origin_row *row, void *payload)
{
	struct handing *handing = payload;
	struct fates *fates = handing->fates;
	int rc = take_origin(row, fates);

	if (!rc)
		rc = handing->fn(fates, fates->origins, handing->payload);
	if (fates->origin_count)
		release_landed(fates->origins);
	fates->origin_count = fates->line_count = fates->place_count = 0;
	fates->known_commits = fates->time_count = 0;
	return rc;
}

int fates_each(struct fates *fates, fate_origin_fn fn, void *payload)
{
	struct handing handing = {fates, fn, payload};

	return store_origin_each(fates->session->store, NULL, hand_out, &handing);
}

int fates_load_path(struct fates *fates, const char *path)
{
	return store_origin_each(fates->session->store, path, take_origin, fates);
}

static void row_of(
	const struct fates *fates, uint32_t number, struct buf *bytes, struct origin_row *out)
{
	const struct origin *origin = &fates->origins[number];

	buf_clear(bytes);
	encode(fates, origin, bytes);
	*out = (struct origin_row){.id = (int64_t)number + 1,
		.turn = origin->turn,
		.position = origin->position,
		.at = origin->at,
		.evidence = evidence_names[origin->evidence],
		.path = fates->paths[origin->path].name,
		.tool = origin_tool(fates, origin),
		.model = origin_model(fates, origin),
		.fate = bytes->ptr,
		.fate_len = bytes->len};
}

struct comparing {
	struct fates *fates;
	struct buf bytes;
	bool gone; /* what was of one turn is not any more */
};

static int compare_row(const struct origin_row *old, void *payload)
{
	struct comparing *comparing = payload;
	struct fates *fates = comparing->fates;
	struct origin_row new;

	if (old->id < 1 || old->id > fates->origin_count) {
		comparing->gone = true;
		return 0;
	}
	row_of(fates, (uint32_t)old->id - 1, &comparing->bytes, &new);
	comparing->gone |= old->turn != new.turn;
	fates->origins[old->id - 1].changed =
		old->turn != new.turn || old->position != new.position || old->at != new.at ||
		strcmp(old->evidence, new.evidence) || strcmp(old->path, new.path) ||
		strcmp(old->tool, new.tool) || strcmp(old->model, new.model) ||
		old->fate_len != new.fate_len || memcmp(old->fate, new.fate, new.fate_len);
	return 0;
}

int fates_save(struct fates *fates)
{
	struct store *store = fates->session->store;
	struct comparing comparing = {fates, BUF_INIT, false};
	int rc;

	for (uint32_t i = 0; i < fates->origin_count; i++)
		fates->origins[i].changed = true;
	rc = store_origin_each(store, NULL, compare_row, &comparing);
	for (uint32_t i = 0; i < fates->origin_count && !rc; i++) {
		struct origin_row row;

		if (!fates->origins[i].changed)
			continue;
		row_of(fates, i, &comparing.bytes, &row);
		rc = store_origin_put(store, &row);
	}
	if (!rc && comparing.gone)
		rc = store_origin_end(store, fates->origin_count);
	buf_release(&comparing.bytes);
	return rc;
}

void fates_end_walk(struct fates *fates)
{
	for (uint32_t i = 0; i < fates->path_count; i++) {
		struct fate_path *path = &fates->paths[i];

		for (uint32_t k = 0; k < path->version_count; k++)
			free(path->versions[k].runs);
		free(path->pending);
		free(path->replaced);
		free(path->lost);
		*path = (struct fate_path){.name = path->name};
	}
	for (size_t i = 0; i < FATE_TEXTS; i++)
		if (fates->texts[i].text.ptr)
			buf_release(&fates->texts[i].text);
	fates->texts_size = 0;
	free(fates->edits);
	fates->edits = NULL;
	fates->edit_count = fates->edit_capacity = fates->next_edit = 0;
	memory_trim();
}

void fates_release(struct fates *fates)
{
	for (uint32_t i = 0; i < fates->origin_count; i++)
		release_landed(&fates->origins[i]);
	fates_end_walk(fates);
	for (uint32_t i = 0; i < fates->path_count; i++)
		free(fates->paths[i].name);
	free(fates->places);
	free(fates->commits);
	free(fates->times);
	free(fates->origins);
	free(fates->lines);
	free(fates->paths);
	for (size_t i = 0; i < fates->notes.count; i++)
		free(fates->notes.entries[i].value.ptr);
	for (size_t i = 0; i < fates->signed_count; i++) {
		free(fates->signed_by[i].session);
		free(fates->signed_by[i].path);
	}
	free(fates->signed_by);
	map_release(&fates->by_path);
	map_release(&fates->folders);
	map_release(&fates->authors);
	map_release(&fates->notes);
}
