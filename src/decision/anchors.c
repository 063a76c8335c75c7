/*
 * Anchors: the symbols that a decision of a commit names, as they were in the files that this
 * commit changed. How much of each is left in HEAD is the share of its token triples that stand in
 * the symbol of that name today: renamed variables and added lines take little from it, another
 * way to do the thing takes most.
 */
#include "decision/life.h"

#include "flywheel/graph_part.h"
#include "flywheel/graph_place.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/name.h"
#include "util/progress.h"
#include "util/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SKETCH_MAX 512   /* triples kept of a symbol: the lowest hashes, a fair sample */
#define FILES_MAX 12     /* a decision on more files speaks about none of them closely */
#define LEFT_TO_HOLD 0.3 /* a decision with less of all its symbols left is stale */
#define LOOKED_AT ""     /* the name of the row that says: this file of this commit was read */

struct sketch { /* sorted, each once */
	uint32_t *hash;
	size_t count, capacity;
};

static int by_number(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* All triples of tokens: words, and every other byte that is no blank. */
static void sketch_read(const char *text, size_t len, struct sketch *out)
{
	uint64_t last[2] = {0, 0};
	size_t kept = 0;

	for (size_t at = 0; at < len;) {
		size_t end = at + 1;
		uint64_t token;

		if (isspace((unsigned char)text[at])) {
			at++;
			continue;
		}
		while (is_word_byte(text[at]) && end < len && is_word_byte(text[end]))
			end++;
		token = hash_bytes(text + at, end - at, 0);
		GROW(out->hash, out->count, out->capacity);
		out->hash[out->count++] = (uint32_t)hash_bytes(
			(uint64_t[]){last[0], last[1], token}, 3 * sizeof(token), 0);
		last[0] = last[1];
		last[1] = token;
		at = end;
	}
	if (out->count)
		qsort(out->hash, out->count, sizeof(*out->hash), by_number);
	for (size_t i = 0; i < out->count; i++)
		if (!kept || out->hash[kept - 1] != out->hash[i])
			out->hash[kept++] = out->hash[i];
	out->count = kept;
}

/* The share of `old`, a sample, that is in `now`, which is whole. */
static double share_left(const uint32_t *old, size_t count, const struct sketch *now)
{
	size_t same = 0;

	for (size_t i = 0; i < count; i++)
		same += now->count &&
			bsearch(&old[i], now->hash, now->count, sizeof(*old), by_number) != NULL;
	return count ? (double)same / (double)count : 1;
}

/* What decisions name in one file of one commit. */
struct place {
	struct oid commit;
	char *path;
	struct strings names;
	bool looked_at;
};

struct anchor {
	size_t place;
	char *name;
	uint32_t *old;
	size_t count;
	int64_t now;
	double same;
	bool changed; /* to be written */
};

struct anchoring {
	struct session *session;
	struct graph_parts *parts;
	struct oid head;  /* its tree */
	struct map index; /* commit and path: index + 1 into places */
	struct place *places;
	size_t count, capacity;
	struct anchor *anchors;
	size_t anchor_count, anchor_capacity;
	size_t place; /* at hand */
};

static size_t place_at(struct anchoring *anchoring, const struct oid *commit, const char *path)
{
	struct buf key = BUF_INIT;
	struct map_entry *entry;

	buf_add(&key, commit->raw, OID_RAW);
	buf_addstr(&key, path);
	entry = map_put(&anchoring->index, key.ptr, key.len, NULL);
	buf_release(&key);
	if (!entry->value.num) {
		GROW(anchoring->places, anchoring->count, anchoring->capacity);
		anchoring->places[anchoring->count++] =
			(struct place){.commit = *commit, .path = xstrdup(path)};
		entry->value.num = (int64_t)anchoring->count;
	}
	return (size_t)entry->value.num - 1;
}

static int on_anchor(const struct anchor_row *row, void *payload)
{
	struct anchoring *anchoring = payload;
	size_t place = place_at(anchoring, &row->commit, row->path);
	struct anchor *anchor;

	if (!*row->name) {
		anchoring->places[place].looked_at = true;
		return 0;
	}
	GROW(anchoring->anchors, anchoring->anchor_count, anchoring->anchor_capacity);
	anchor = &anchoring->anchors[anchoring->anchor_count++];
	*anchor = (struct anchor){.place = place,
		.name = xstrdup(row->name),
		.count = row->old_len / sizeof(uint32_t),
		.now = row->now,
		.same = row->same};
	anchor->old = xmalloc(row->old_len + 1);
	if (row->old_len)
		memcpy(anchor->old, row->old, row->old_len);
	return 0;
}

/*
 * A decision of a commit is held against what the commit made of its files; one that a person
 * accepted against what the person saw. Comments and records are in HEAD themselves.
 */
static bool is_anchored(const struct life_item *item, const struct oid **at)
{
	bool accepted = !strcmp(item->verdict, "accepted");

	*at = accepted ? &item->seen : &item->commit;
	return !oid_is_zero(*at) && *item->names && strcmp(item->verdict, "rejected") != 0 &&
	       strcmp(item->source, "comment") != 0 && strcmp(item->source, "adr") != 0;
}

static int on_item(const struct life_item *item, void *payload)
{
	struct anchoring *anchoring = payload;
	struct strings files = STRINGS_INIT, names = STRINGS_INIT;
	const struct oid *at;

	if (!is_anchored(item, &at))
		return 0;
	strings_split(&files, item->files, '\n');
	strings_split(&names, item->names, '\n');
	for (size_t i = 0; i < files.count && files.count <= FILES_MAX; i++) {
		struct place *place;
		size_t index;

		if (!*files.items[i])
			continue;
		index = place_at(anchoring, at, files.items[i]); /* may move them all */
		place = &anchoring->places[index];
		for (size_t k = 0; k < names.count; k++)
			strings_add(&place->names, names.items[k]);
	}
	strings_release(&files);
	strings_release(&names);
	return 0;
}

static int64_t number_of(const struct oid *blob)
{
	int64_t number;

	memcpy(&number, blob->raw, sizeof(number));
	return number;
}

static int on_old_part(const struct graph_part *part, void *payload)
{
	struct anchoring *anchoring = payload;
	struct sketch sketch = {0};
	struct anchor *anchor;

	sketch_read(part->text, part->len, &sketch);
	GROW(anchoring->anchors, anchoring->anchor_count, anchoring->anchor_capacity);
	anchor = &anchoring->anchors[anchoring->anchor_count++];
	*anchor = (struct anchor){.place = anchoring->place,
		.name = xstrdup(part->qualified),
		.old = sketch.hash,
		.count = sketch.count > SKETCH_MAX ? SKETCH_MAX : sketch.count,
		.same = 1,
		.changed = true};
	return 0;
}

static int look_back(struct anchoring *anchoring, size_t index)
{
	struct session *session = anchoring->session;
	struct place *place = &anchoring->places[index];
	struct oid tree, old;
	char hex[OID_HEX + 1];
	int rc;

	anchoring->place = index;
	oid_hex(&place->commit, hex);
	/* A commit that is gone, or one that removed the file: nothing to hold it against. */
	if (!repo_tree_of(session->repo, hex, &tree) &&
		!repo_tree_file(session->repo, &tree, place->path, &old)) {
		rc = graph_parts_named(
			anchoring->parts, place->path, &old, &place->names, on_old_part, anchoring);
		if (rc)
			return rc;
	}
	error_clear();
	return store_anchor_put(session->store,
		&(struct anchor_row){
			.commit = place->commit, .path = place->path, .name = LOOKED_AT});
}

struct today { /* the anchors that the parts of a blob are held against */
	struct anchor **anchors;
	size_t count, capacity;
};

/* Overloads share a name: the most alike counts. */
static int on_new_part(const struct graph_part *part, void *payload)
{
	const struct today *today = payload;
	struct sketch sketch = {0};

	for (size_t i = 0; i < today->count; i++) {
		struct anchor *anchor = today->anchors[i];
		double same;

		if (!anchor->changed || strcmp(anchor->name, part->qualified) != 0)
			continue;
		if (!sketch.count)
			sketch_read(part->text, part->len, &sketch);
		same = share_left(anchor->old, anchor->count, &sketch);
		if (same > anchor->same)
			anchor->same = same;
	}
	free(sketch.hash);
	return 0;
}

static int on_moved(const struct symbol_place *place, void *payload)
{
	strings_add(payload, place->path);
	return 0;
}

/* It may have moved to another file. */
static int follow(struct anchoring *anchoring, struct anchor *anchor)
{
	struct session *session = anchoring->session;
	struct strings paths = STRINGS_INIT;
	struct today today = {.anchors = &anchor, .count = 1};
	struct oid blob;
	int rc = graph_place_find(session, anchor->name, 3, on_moved, &paths);

	for (size_t i = 0; i < paths.count && !rc; i++)
		if (!repo_tree_file(session->repo, &anchoring->head, paths.items[i], &blob))
			rc = graph_parts_each(
				anchoring->parts, paths.items[i], &blob, on_new_part, &today);
	error_clear();
	strings_release(&paths);
	return rc;
}

/* All of one file at once, where it is another than when they were last compared. */
static int compare_file(struct anchoring *anchoring, const char *path, struct today *today)
{
	struct oid blob;
	bool there = !repo_tree_file(anchoring->session->repo, &anchoring->head, path, &blob);
	int64_t now = there ? number_of(&blob) : 0;
	bool due = false;
	int rc = 0;

	error_clear();
	for (size_t i = 0; i < today->count; i++) {
		struct anchor *anchor = today->anchors[i];

		if (!anchor->changed && now && anchor->now == now)
			continue;
		anchor->changed = due = true;
		anchor->now = now;
		anchor->same = 0;
	}
	if (due && there)
		rc = graph_parts_each(anchoring->parts, path, &blob, on_new_part, today);
	for (size_t i = 0; i < today->count && !rc; i++)
		if (today->anchors[i]->changed && today->anchors[i]->same <= 0) {
			today->anchors[i]->now = 0; /* looked for again each time */
			rc = follow(anchoring, today->anchors[i]);
		}
	return rc;
}

static int compare_with_head(struct anchoring *anchoring)
{
	struct map files = MAP_INIT;
	int rc = 0;

	for (size_t i = 0; i < anchoring->anchor_count; i++) {
		struct anchor *anchor = &anchoring->anchors[i];
		struct map_entry *entry =
			map_put_str(&files, anchoring->places[anchor->place].path, NULL);
		struct today *today = entry->value.ptr;

		if (!today)
			entry->value.ptr = today = xcalloc(1, sizeof(*today));
		GROW(today->anchors, today->count, today->capacity);
		today->anchors[today->count++] = anchor;
	}
	for (size_t i = 0; i < files.count; i++) {
		struct today *today = files.entries[i].value.ptr;

		if (!rc)
			rc = compare_file(anchoring, files.entries[i].key, today);
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "stopped: nothing was changed");
		free(today->anchors);
		free(today);
	}
	map_release(&files);
	return rc;
}

static int write_changed(const struct anchoring *anchoring)
{
	int rc = 0;

	for (size_t i = 0; i < anchoring->anchor_count && !rc; i++) {
		const struct anchor *anchor = &anchoring->anchors[i];
		const struct place *place = &anchoring->places[anchor->place];

		if (anchor->changed)
			rc = store_anchor_put(anchoring->session->store,
				&(struct anchor_row){place->commit, place->path, anchor->name,
					anchor->old, anchor->count * sizeof(*anchor->old),
					anchor->now, anchor->same});
	}
	return rc;
}

static void anchoring_release(struct anchoring *anchoring)
{
	for (size_t i = 0; i < anchoring->count; i++) {
		free(anchoring->places[i].path);
		strings_release(&anchoring->places[i].names);
	}
	for (size_t i = 0; i < anchoring->anchor_count; i++) {
		free(anchoring->anchors[i].name);
		free(anchoring->anchors[i].old);
	}
	free(anchoring->places);
	free(anchoring->anchors);
	map_release(&anchoring->index);
	graph_parts_free(anchoring->parts);
}

struct visit {
	const char *path; /* borrowed */
	size_t place;
};

static int by_path(const void *a, const void *b)
{
	const struct visit *one = a, *other = b;
	int order = strcmp(one->path, other->path);

	return order ? order : (one->place > other->place) - (one->place < other->place);
}

/* File after file, each from old to new: a version is parsed from the tree of the one before. */
static int look_back_all(struct anchoring *anchoring)
{
	struct visit *visits = xcalloc(anchoring->count + 1, sizeof(*visits));
	struct progress *progress;
	size_t count = 0;
	int rc = 0;

	for (size_t i = 0; i < anchoring->count; i++)
		if (!anchoring->places[i].looked_at && anchoring->places[i].names.count)
			visits[count++] = (struct visit){anchoring->places[i].path, i};
	qsort(visits, count, sizeof(*visits), by_path);
	progress = progress_start("reading what decisions speak about", count);
	for (size_t i = 0; i < count && !rc; i++) {
		progress_set(progress, i);
		rc = look_back(anchoring, visits[i].place);
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "stopped: nothing was changed");
	}
	progress_finish(progress);
	free(visits);
	return rc;
}

int anchors_update(struct session *session, const struct oid *head)
{
	struct anchoring anchoring = {.session = session};
	char hex[OID_HEX + 1];
	int rc;

	oid_hex(head, hex);
	rc = repo_tree_of(session->repo, hex, &anchoring.head);
	if (!rc)
		rc = graph_parts_open(session, &anchoring.parts);
	if (!rc)
		rc = store_anchor_each(session->store, on_anchor, &anchoring);
	if (!rc)
		rc = store_life_each(session->store, on_item, &anchoring);
	if (!rc)
		rc = look_back_all(&anchoring);
	if (!rc)
		rc = compare_with_head(&anchoring);
	if (!rc)
		rc = write_changed(&anchoring);
	anchoring_release(&anchoring);
	return rc;
}

/* ---- What it says of decisions --------------------------------------------------------------- */

struct left { /* of the symbols that a decision names in a file of a commit */
	char *name;
	double same;
};

struct judging {
	struct session *session;
	struct oid head;   /* its tree */
	struct map places; /* commit and path: struct shares * */
};

struct shares {
	struct left *list;
	size_t count, capacity;
};

static struct shares *shares_at(
	struct judging *judging, const struct oid *commit, const char *path, bool make)
{
	struct buf key = BUF_INIT;
	struct map_entry *entry;

	buf_add(&key, commit->raw, OID_RAW);
	buf_addstr(&key, path);
	entry = make ? map_put(&judging->places, key.ptr, key.len, NULL)
		     : map_get(&judging->places, key.ptr, key.len);
	buf_release(&key);
	if (entry && !entry->value.ptr)
		entry->value.ptr = xcalloc(1, sizeof(struct shares));
	return entry ? entry->value.ptr : NULL;
}

static int on_share(const struct anchor_row *row, void *payload)
{
	struct shares *shares = shares_at(payload, &row->commit, row->path, true);

	if (!*row->name)
		return 0;
	GROW(shares->list, shares->count, shares->capacity);
	shares->list[shares->count++] = (struct left){xstrdup(row->name), row->same};
	return 0;
}

static bool is_of(const struct strings *names, const char *qualified)
{
	return strings_contains(names, qualified) || strings_contains(names, name_last(qualified));
}

static bool has_any(struct session *session, const struct oid *tree, const struct strings *files)
{
	struct oid blob;
	bool found = false;

	for (size_t i = 0; i < files->count && !found; i++)
		found = *files->items[i] &&
			!repo_tree_file(session->repo, tree, files->items[i], &blob);
	error_clear();
	return found;
}

/* Were its files there when a person accepted it, and are they gone now? */
static bool lost_files(struct judging *judging, const struct life_item *item)
{
	struct session *session = judging->session;
	struct strings files = STRINGS_INIT;
	struct oid then;
	char hex[OID_HEX + 1];
	bool lost;

	if (strcmp(item->verdict, "accepted") != 0 || oid_is_zero(&item->seen) || !*item->files)
		return false;
	oid_hex(&item->seen, hex);
	strings_split(&files, item->files, '\n');
	lost = !has_any(session, &judging->head, &files) &&
	       !repo_tree_of(session->repo, hex, &then) && has_any(session, &then, &files);
	error_clear();
	strings_release(&files);
	return lost;
}

static int on_judged(const struct life_item *item, void *payload)
{
	struct judging *judging = payload;
	struct strings files = STRINGS_INIT, names = STRINGS_INIT;
	const char *changed = NULL;
	double most = -1;
	const struct oid *at;
	int rc = 0;

	if (lost_files(judging, item))
		rc = store_state_put(
			judging->session->store, item->id, "stale", "its files are gone", 0);
	if (rc || !is_anchored(item, &at))
		return rc;
	strings_split(&files, item->files, '\n');
	strings_split(&names, item->names, '\n');
	for (size_t i = 0; i < files.count && files.count <= FILES_MAX; i++) {
		const struct shares *shares = shares_at(judging, at, files.items[i], false);

		for (size_t k = 0; shares && k < shares->count; k++)
			if (is_of(&names, shares->list[k].name) && shares->list[k].same > most) {
				most = shares->list[k].same;
				changed = shares->list[k].name;
			}
	}
	if (changed) /* what moved on to another file holds although its own file is gone */
		rc = store_state_put(judging->session->store, item->id,
			most < LEFT_TO_HOLD ? "stale" : STATE_HELD, changed, 0);
	strings_release(&files);
	strings_release(&names);
	return rc;
}

int anchors_judge(struct session *session)
{
	struct judging judging = {.session = session};
	int rc = repo_tree_of(session->repo, "HEAD", &judging.head);

	if (!rc)
		rc = store_anchor_each(session->store, on_share, &judging);
	if (!rc)
		rc = store_life_each(session->store, on_judged, &judging);
	for (size_t i = 0; i < judging.places.count; i++) {
		struct shares *shares = judging.places.entries[i].value.ptr;

		for (size_t k = 0; k < shares->count; k++)
			free(shares->list[k].name);
		free(shares->list);
		free(shares);
	}
	map_release(&judging.places);
	return rc;
}
