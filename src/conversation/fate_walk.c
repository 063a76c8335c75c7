/* One commit after the other, oldest first: which lines it takes in, moves and takes out. */
#include "conversation/fate_walk.h"

#include "conversation/quiet.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define CLAIMED_FILES 300 /* a commit with more is an import, whoever signed it */
#define FOLLOWED_FILES 2000
#define MOVED_FILES 64 /* looked through for lines that left a followed file */

static int on_change(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct changes *changes = payload;
	struct change *change;

	GROW(changes->list, changes->count, changes->capacity);
	change = &changes->list[changes->count++];
	*change = (struct change){.path = xstrdup(path),
		.number = FATE_NONE,
		.has_old = old != NULL,
		.has_new = new != NULL};
	if (old)
		change->old = *old;
	if (new)
		change->new = *new;
	return 0;
}

static void changes_release(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		free(change->path);
		free(change->owners);
		free(change->added);
		free(change->removed);
	}
	free(changes->list);
}

int fate_tree(struct repo *repo, const struct oid *commit, struct oid *tree)
{
	char hex[OID_HEX + 1];

	if (oid_is_zero(commit))
		return fail(E_NOTFOUND, "there is no commit");
	oid_hex(commit, hex);
	return repo_tree_of(repo, hex, tree);
}

/* The tree of a parent: mostly that of the commit that was seen last. */
static int tree_of(struct fate_walk *walk, const struct oid *id, struct oid *tree)
{
	struct commit commit;
	int rc = 0;

	if (oid_equal(id, &walk->last)) {
		*tree = walk->last_tree;
		return 0;
	}
	rc = repo_commit_read(walk->fates->session->repo, id, &commit);
	if (rc)
		return rc;
	*tree = commit.tree;
	commit_release(&commit);
	return 0;
}

/* ---- what a commit changed ---- */

struct touching {
	struct fates *fates;
	bool found;
};

static bool has_followed(const char *folder, void *payload)
{
	struct touching *touching = payload;

	return map_get_str(&touching->fates->folders, folder) != NULL;
}

static int on_touch(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct touching *touching = payload;

	(void)old;
	(void)new;
	touching->found = fate_path_known(touching->fates, path) != NULL;
	return touching->found ? E_LATER : 0;
}

/*
 * Against the first parent; a shallow history begins with nothing that is new. A commit that claims
 * nothing and leaves the followed files alone changes nothing here: most do, and what it did
 * elsewhere is not read.
 */
static int find_changes(
	struct fate_walk *walk, const struct commit *commit, bool claimed, struct changes *changes)
{
	struct repo *repo = walk->fates->session->repo;
	struct touching touching = {walk->fates, claimed};
	struct oid tree, *parent = commit->parent_count ? &tree : NULL;
	int rc = 0;

	if (parent && tree_of(walk, &commit->parents[0], &tree)) {
		error_clear();
		return 0;
	}
	if (!claimed)
		rc = repo_tree_diff_in(
			repo, parent, &commit->tree, has_followed, on_touch, &touching);
	if (touching.found)
		rc = repo_tree_diff(repo, parent, &commit->tree, on_change, changes);
	return rc;
}

static void set_added(struct change *change, const struct text_lines *lines, uint32_t line)
{
	struct added *added = &change->added[change->added_count++];
	size_t len;
	const char *text = line_text(lines, line, &len);

	*added = (struct added){.line = line};
	added->hash = fate_hash(text, len, &added->trivial);
}

/* Lines that both versions have keep their owners; the others are told of. */
static void split_lines(struct change *change, const struct version *old,
	const struct text_lines texts[2], unsigned char *const marks[2])
{
	uint32_t i = 0, k = 0, old_count = texts[0].count, count = texts[1].count;
	uint32_t *owners = old ? version_owners(old) : NULL;

	change->owners = xmalloc((count + 1) * sizeof(*change->owners));
	memset(change->owners, 0xff, (count + 1) * sizeof(*change->owners));
	change->count = count;
	change->added = xcalloc(count + 1, sizeof(*change->added));
	change->removed = xcalloc(old_count + 1, sizeof(*change->removed));
	while (i < old_count || k < count) {
		if (i < old_count && (marks[0][i] || k == count)) {
			if (owners && owners[i] != FATE_NONE)
				change->removed[change->removed_count++] = owners[i];
			i++;
		} else if (marks[1][k] || i == old_count) {
			set_added(change, &texts[1], k++);
		} else {
			change->owners[k++] = owners ? owners[i] : FATE_NONE;
			i++;
		}
	}
	free(owners);
	change->added = xrealloc(change->added, (change->added_count + 1) * sizeof(*change->added));
	change->removed =
		xrealloc(change->removed, (change->removed_count + 1) * sizeof(*change->removed));
}

/*
 * Reads and compares both versions. A file that is not to be read stays closed. The texts are not
 * kept: a commit may change more files than fit in memory.
 */
static int open_change(struct fates *fates, struct change *change)
{
	struct text_lines texts[2] = {{.text = BUF_INIT}, {.text = BUF_INIT}}; /* old, new */
	unsigned char *marks[2] = {NULL, NULL};
	struct version *old = NULL;
	int rc = 0;

	if ((!change->has_old || fate_text(fates, &change->old, &texts[0])) &&
		(!change->has_new || fate_text(fates, &change->new, &texts[1])))
		change->open = true;
	if (change->open && change->number != FATE_NONE && change->has_old)
		rc = version_of(fates, &fates->paths[change->number], &change->old, &texts[0],
			VERSIONS, &old);
	if (change->open && !rc)
		rc = text_compare(&texts[0], &texts[1], &marks[0], &marks[1]);
	if (change->open && !rc)
		split_lines(change, old, texts, marks);
	for (size_t i = 0; i < 2; i++) {
		text_release(&texts[i]);
		free(marks[i]);
	}
	return rc;
}

/* ---- moves ---- */

/* Lines that left their place, by hash. */
struct left {
	struct map stacks; /* of indexes into slots */
	uint32_t **slots;  /* into the lists of removed lines */
	uint32_t count, capacity;
};

static void left_release(struct left *left)
{
	stacks_release(&left->stacks);
	free(left->slots);
}

static void collect_left(const struct fates *fates, struct change *change, struct left *left)
{
	for (uint32_t i = change->removed_count; i--;) {
		if (change->removed[i] == FATE_NONE)
			continue;
		GROW(left->slots, left->count, left->capacity);
		left->slots[left->count] = &change->removed[i];
		stack_push(&left->stacks, fates->lines[change->removed[i]].hash, left->count++);
	}
}

/* Gives them the place of an equal line that this change adds. */
static void place_moved(struct fates *fates, struct change *to, struct left *left)
{
	for (uint32_t i = 0; i < to->added_count && left->count; i++) {
		struct added *added = &to->added[i];
		uint32_t found = added->trivial || added->taken
					 ? FATE_NONE
					 : stack_pop(&left->stacks, added->hash);

		if (found == FATE_NONE)
			continue;
		if (to->number == FATE_NONE)
			to->number = fate_path_of(fates, to->path);
		fates->lines[*left->slots[found]].path = to->number;
		to->owners[added->line] = *left->slots[found];
		added->taken = true;
		*left->slots[found] = FATE_NONE;
	}
}

/* First within each file, then from file to file, then into files that were not followed. */
static int find_moves(struct fates *fates, struct changes *changes)
{
	struct left left = {.stacks = MAP_INIT};
	size_t others = 0;
	int rc = 0;

	for (size_t i = 0; i < changes->count; i++) {
		struct left own = {.stacks = MAP_INIT};

		if (!changes->list[i].open)
			continue;
		collect_left(fates, &changes->list[i], &own);
		place_moved(fates, &changes->list[i], &own);
		left_release(&own);
		collect_left(fates, &changes->list[i], &left);
	}
	for (size_t i = 0; i < changes->count && left.count && !rc; i++) {
		struct change *change = &changes->list[i];

		if (!change->open && change->number == FATE_NONE && change->has_new &&
			others++ < MOVED_FILES)
			rc = open_change(fates, change);
		if (!rc && change->open)
			place_moved(fates, change, &left);
	}
	left_release(&left);
	return rc;
}

/* What waits for a file that was renamed waits for it under its new name. */
static void move_pending(struct fates *fates, struct fate_path *from, uint32_t number)
{
	struct fate_path *into = &fates->paths[number];

	if (!into->pending_count)
		into->active = from->active;
	for (uint32_t k = 0; k < from->pending_count; k++) {
		fates->lines[from->pending[k]].path = number;
		GROW(into->pending, into->pending_count, into->pending_capacity);
		into->pending[into->pending_count++] = from->pending[k];
	}
	for (uint32_t k = 0; k < from->replaced_count; k++) {
		GROW(into->replaced, into->replaced_count, into->replaced_capacity);
		into->replaced[into->replaced_count++] = from->replaced[k];
	}
	from->pending_count = from->active = from->replaced_count = 0;
}

static void follow_rename(struct fates *fates, struct changes *changes, const struct change *gone)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct change *to = &changes->list[i];

		if (to->has_old || !to->has_new || !oid_equal(&to->new, &gone->old))
			continue;
		to->number = fate_path_of(fates, to->path);
		move_pending(fates, &fates->paths[gone->number], to->number);
		return;
	}
}

/* ---- ends ---- */

/* "This reverts commit <id>": does it mean the commit that a line came with? */
static bool is_revert_of(const struct commit *commit, const struct fate_commit *landed)
{
	const char *at = strstr(commit->message, "This reverts commit ");
	char hex[OID_HEX + 1];
	size_t len;

	if (!at || !landed)
		return false;
	at += strlen("This reverts commit ");
	len = strspn(at, "0123456789abcdef");
	oid_hex(&landed->id, hex);
	return len >= 7 && len <= OID_HEX && !strncmp(at, hex, len);
}

static void end_line(struct fates *fates, uint32_t number, const struct commit *commit)
{
	struct fate_line *line = &fates->lines[number];
	struct origin *origin = &fates->origins[line->origin];
	const struct fate_commit *landed =
		line->commit ? origin_landed(fates, origin, line->commit - 1) : NULL;

	if (line->gone)
		return;
	fate_set_gone(fates, line, commit->commit_time);
	line->end = (uint8_t)(is_revert_of(commit, landed) ? END_REVERTED : END_REWRITTEN);
	path_lose(&fates->paths[line->path], number);
}

/* ---- claims of notes and trailers ---- */

static void claim_lines(struct fates *fates, struct change *change, const struct claims *claims,
	size_t number, const struct commit *commit)
{
	const struct claim *claim = &claims->list[number];
	uint32_t origin = FATE_NONE;

	for (uint32_t i = 0; i < change->added_count; i++) {
		struct added *added = &change->added[i];
		uint32_t line;

		if (added->trivial || added->taken ||
			!claim_covers(claim, change->path, added->line + 1))
			continue;
		if (origin == FATE_NONE) {
			origin = origin_add(fates, 0, (int)number, commit->commit_time,
				claims->evidence, change->path, claim->tool, claim->model);
			origin_commit(
				fates, &fates->origins[origin], &commit->id, commit->commit_time);
		}
		line = origin_add_line(fates, origin, added->hash);
		fates->lines[line].state = LINE_KEPT;
		fates->lines[line].commit = 1;
		added->taken = true;
		change->owners[added->line] = line;
	}
}

static bool is_claimed(const struct claims *claims, const char *path)
{
	for (size_t i = 0; i < claims->count; i++)
		if (!claims->list[i].path || !strcmp(claims->list[i].path, path))
			return true;
	return false;
}

/* ---- one commit ---- */

static int open_followed(struct fates *fates, struct changes *changes, const struct claims *claims)
{
	bool claimed = changes->count <= CLAIMED_FILES;
	size_t followed = 0;
	int rc = 0;

	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];
		struct fate_path *path = fate_path_known(fates, change->path);

		if (path)
			change->number = (uint32_t)(path - fates->paths);
		else if (claimed && change->has_new && is_claimed(claims, change->path))
			change->number = fate_path_of(fates, change->path);
		if (path && change->has_old && !change->has_new)
			follow_rename(fates, changes, change);
	}
	for (size_t i = 0; i < changes->count && !rc && followed < FOLLOWED_FILES; i++) {
		struct change *change = &changes->list[i];

		if (change->number == FATE_NONE)
			continue;
		followed++;
		rc = open_change(fates, change);
	}
	return rc;
}

/* What is still to be held against the file as it was before this commit. */
static void activate_due(struct fates *fates, const struct change *change, int64_t until)
{
	struct fate_path *path = &fates->paths[change->number];
	struct text_lines before = {.text = BUF_INIT};

	if (!is_due(fates, path, until))
		return;
	activate(fates, path,
		change->has_old && fate_text(fates, &change->old, &before) ? &before : NULL, until);
	text_release(&before);
}

static int give_owners(struct fates *fates, struct changes *changes, const struct claims *claims,
	const struct commit *commit)
{
	bool any = false;
	int rc = 0;

	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		if (!change->open || change->number == FATE_NONE)
			continue;
		activate_due(fates, change, commit->commit_time + FATE_SLACK);
		match_pending(fates, change, commit, &any);
		match_lost(fates, change);
	}
	/* A transcript says more than a trailer, which covers all that a commit holds. */
	for (size_t i = 0; i < changes->count && !rc; i++) {
		struct change *change = &changes->list[i];

		if (!change->open || change->number == FATE_NONE)
			continue;
		rc = match_similar(fates, change, commit);
		if (!rc && changes->count <= CLAIMED_FILES &&
			(!any || claims->evidence != BY_TRAILER))
			for (size_t k = 0; k < claims->count; k++)
				claim_lines(fates, change, claims, k, commit);
	}
	return rc;
}

static void close_changes(struct fates *fates, struct changes *changes, const struct commit *commit)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct change *change = &changes->list[i];

		for (uint32_t k = 0; k < change->removed_count; k++)
			if (change->removed[k] != FATE_NONE)
				end_line(fates, change->removed[k], commit);
		if (!change->open || change->number == FATE_NONE || !change->has_new)
			continue;
		version_put(
			&fates->paths[change->number], &change->new, change->owners, change->count);
	}
}

/*
 * Before the first edit and the first claim there is nothing to follow, nor beside them. This must
 * not depend on what was walked before: quiet commits may be left out of a walk or not.
 */
static bool is_followed(struct fate_walk *walk, const struct commit *commit, bool claimed)
{
	bool followed = walk->all || claimed ||
			(walk->oldest && commit->commit_time + FATE_SLACK >= walk->oldest);

	for (size_t i = 0; i < commit->parent_count && !followed; i++)
		followed = map_get(&walk->followed, (const char *)commit->parents[i].raw, OID_RAW);
	if (followed)
		map_put(&walk->followed, (const char *)commit->id.raw, OID_RAW, NULL);
	else
		quiet_add(walk->quiet, commit);
	return followed;
}

static void note_session(
	struct fates *fates, const struct claims *claims, const struct commit *commit)
{
	for (size_t i = 0; i < claims->count; i++) {
		const struct claim *claim = &claims->list[i];

		if (!claim->session)
			continue;
		GROW(fates->signed_by, fates->signed_count, fates->signed_capacity);
		fates->signed_by[fates->signed_count++] =
			(struct fate_signed){xstrdup(claim->session), xstrdup(claim->path),
				commit->id, commit->commit_time};
	}
}

static int take_commit(struct fate_walk *walk, const struct commit *commit)
{
	struct fates *fates = walk->fates;
	struct changes changes = {0};
	struct claims claims = {.evidence = BY_TRAILER};
	int rc = claims_read(fates, commit, &claims);

	note_session(fates, &claims, commit);
	if (!rc && is_followed(walk, commit, claims.count > 0))
		rc = find_changes(walk, commit, claims.count > 0, &changes);
	if (!rc)
		rc = open_followed(fates, &changes, &claims);
	if (!rc)
		rc = find_moves(fates, &changes);
	if (!rc)
		rc = give_owners(fates, &changes, &claims, commit);
	if (!rc)
		close_changes(fates, &changes, commit);
	claims_release(&claims);
	changes_release(&changes);
	return rc;
}

/* ---- merges ---- */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void end_missing(struct fates *fates, const struct version *before,
	const struct version *merged, const struct commit *commit)
{
	uint32_t *kept = version_owners(merged), *owners = version_owners(before);

	qsort(kept, merged->count, sizeof(*kept), by_number);
	for (uint32_t i = 0; i < before->count; i++)
		if (owners[i] != FATE_NONE &&
			!bsearch(&owners[i], kept, merged->count, sizeof(*kept), by_number))
			end_line(fates, owners[i], commit);
	free(owners);
	free(kept);
}

/* Makes the versions that the parents have the newest ones; how many there are. */
static uint32_t raise_parents(
	struct fate_walk *walk, const struct commit *commit, struct fate_path *path)
{
	struct repo *repo = walk->fates->session->repo;
	uint32_t count = 0;

	for (size_t i = commit->parent_count; i--;) {
		struct oid tree, blob;

		if (!tree_of(walk, &commit->parents[i], &tree) &&
			!repo_tree_file(repo, &tree, path->name, &blob))
			count += version_find(path, &blob) != NULL;
	}
	error_clear();
	return count < VERSIONS ? count : VERSIONS;
}

/* A version that no parent has: lines of both live on in it, and only what it lacks has ended. */
static int merge_file(struct fate_walk *walk, const struct commit *commit, struct change *change)
{
	struct fates *fates = walk->fates;
	struct fate_path *path = fate_path_known(fates, change->path);
	struct text_lines text = {.text = BUF_INIT};
	struct version *merged = NULL;
	int rc = 0;

	if (!path || !change->has_new || version_find(path, &change->new))
		return 0;
	if (fate_text(fates, &change->new, &text))
		rc = version_of(fates, path, &change->new, &text, raise_parents(walk, commit, path),
			&merged);
	text_release(&text);
	if (rc || !merged || !change->has_old || !version_find(path, &change->old))
		return rc;
	merged = version_find(path, &change->new); /* the last one now, behind the old one */
	end_missing(fates, merged - 1, merged, commit);
	return 0;
}

static int take_merge(struct fate_walk *walk, const struct commit *commit)
{
	struct changes changes = {0};
	int rc = is_followed(walk, commit, false) ? find_changes(walk, commit, false, &changes) : 0;

	for (size_t i = 0; i < changes.count && !rc; i++)
		rc = merge_file(walk, commit, &changes.list[i]);
	changes_release(&changes);
	return rc;
}

/* ---- the walk ---- */

void fate_add_tip(struct fate_walk *walk, const struct oid *id, int64_t at)
{
	GROW(walk->tips, walk->tip_count, walk->tip_capacity);
	walk->tips[walk->tip_count++] = (struct fate_commit){*id, at};
}

static void move_tips(struct fate_walk *walk, const struct commit *commit)
{
	for (size_t i = 0; i < commit->parent_count; i++)
		for (size_t k = walk->tip_count; k--;)
			if (oid_equal(&walk->tips[k].id, &commit->parents[i]))
				walk->tips[k] = walk->tips[--walk->tip_count];
	fate_add_tip(walk, &commit->id, commit->commit_time);
}

void fate_walk_release(struct fate_walk *walk)
{
	map_release(&walk->followed);
	free(walk->tips);
	memset(walk, 0, sizeof(*walk));
}

int fate_commit(struct fate_walk *walk, const struct commit *commit)
{
	struct fates *fates = walk->fates;
	int rc;

	if (commit->commit_time > fates->newest)
		fates->newest = commit->commit_time;
	rc = fates_take_edits(fates, fates->newest + FATE_SLACK);
	if (!rc)
		rc = commit->parent_count > 1 ? take_merge(walk, commit)
					      : take_commit(walk, commit);
	walk->last = commit->id;
	walk->last_tree = commit->tree;
	move_tips(walk, commit);
	walk->seen++;
	return rc;
}
