/*
 * Where commits went. git tells our post-rewrite hook of amend and rebase; what it does not tell
 * (cherry-pick, a rebase on another machine) is found again by the same change: equal patch
 * identity, or the same author's second with the same first line.
 */
#include "decision/life.h"

#include "flywheel/refs.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPOOLED_MAX ((size_t)5 << 20) /* the hook keeps 4 MiB of pairs */

static int on_rewrite(const struct oid *old, const struct oid *new, const char *how, void *payload)
{
	struct rewrites *rewrites = payload;

	GROW(rewrites->list, rewrites->count, rewrites->capacity);
	rewrites->list[rewrites->count++] = (struct rewrite){*old, *new, !strcmp(how, "copy")};
	return 0;
}

int rewrites_load(struct session *session, struct rewrites *out)
{
	memset(out, 0, sizeof(*out));
	return store_rewrite_each(session->store, on_rewrite, out);
}

void rewrites_release(struct rewrites *rewrites)
{
	free(rewrites->list);
	memset(rewrites, 0, sizeof(*rewrites));
}

/* The first of an old commit; they are sorted by it. */
static size_t first_of(const struct rewrites *rewrites, const struct oid *old)
{
	size_t low = 0, high = rewrites->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (memcmp(rewrites->list[mid].old.raw, old->raw, OID_RAW) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct oid *rewrites_follow(
	const struct rewrites *rewrites, const struct oid *commit, size_t *count)
{
	struct oid *all = xmalloc(sizeof(*all) * 16);
	size_t capacity = 16;

	all[0] = *commit;
	*count = 1;
	for (size_t done = 0; done < *count; done++) {
		size_t i = first_of(rewrites, &all[done]);

		for (; i < rewrites->count && oid_equal(&rewrites->list[i].old, &all[done]); i++) {
			size_t k = 0;

			while (k < *count && !oid_equal(&all[k], &rewrites->list[i].new))
				k++;
			if (k < *count)
				continue;
			GROW(all, *count, capacity);
			all[(*count)++] = rewrites->list[i].new;
		}
	}
	return all;
}

/* ---- What the hook left ---------------------------------------------------------------------- */

struct pair {
	struct oid old, new;
};

static int parse_pairs(char *text, struct pair **out, size_t *count)
{
	char *at = text, *line = spool_line(&at);
	size_t capacity = 0;

	if (!line || strcmp(line, "flywheel-rewrite 1") != 0)
		return fail(E_INVALID, "it is of another version");
	line = spool_line(&at);
	if (!line || !starts_with(line, "command "))
		return fail(E_INVALID, "its head is malformed");
	while ((line = spool_line(&at)) && strcmp(line, "end") != 0) {
		struct pair pair;
		char *space = strchr(line, ' ');

		if (!space)
			return fail(E_INVALID, "a line of it has too few words");
		*space++ = '\0';
		space[strcspn(space, " ")] = '\0';
		if (oid_parse(line, &pair.old) || oid_parse(space, &pair.new))
			return E_INVALID;
		GROW(*out, *count, capacity);
		(*out)[(*count)++] = pair;
	}
	return line && !*at ? 0 : fail(E_INVALID, "it does not end as it should");
}

static int by_new(const void *a, const void *b)
{
	return memcmp(
		((const struct pair *)a)->new.raw, ((const struct pair *)b)->new.raw, OID_RAW);
}

/*
 * A squash throws messages away that nobody meant to take back: what the notes say that they had
 * decided goes on to the commit that swallowed them. A message that was amended was meant.
 */
static int keep_squashed(struct session *session, const struct pair *pairs, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		bool alone = (!i || by_new(&pairs[i - 1], &pairs[i])) &&
			     (i + 1 == count || by_new(&pairs[i], &pairs[i + 1]));

		if (!alone)
			rc = notes_keep(session, &pairs[i].old, &pairs[i].new);
	}
	return rc;
}

static int take_pairs(
	struct session *session, struct pair *pairs, size_t count, struct touched *touched)
{
	int64_t now = clock_now();
	bool added = false;
	int rc = 0;

	if (count)
		qsort(pairs, count, sizeof(*pairs), by_new);
	for (size_t i = 0; i < count && !rc; i++) {
		rc = store_rewrite_add(
			session->store, &pairs[i].old, &pairs[i].new, "rewrite", now, &added);
		if (!rc && note_is_there(session, &pairs[i].old))
			life_touch(touched, &pairs[i].new);
	}
	return rc ? rc : keep_squashed(session, pairs, count);
}

static int take_file(struct session *session, const char *path, struct touched *touched)
{
	struct pair *pairs = NULL;
	struct buf text = BUF_INIT;
	size_t count = 0;
	int rc = file_read(path, SPOOLED_MAX, &text);

	if (!rc)
		rc = parse_pairs(text.ptr, &pairs, &count);
	if (!rc)
		rc = take_pairs(session, pairs, count, touched);
	free(pairs);
	buf_release(&text);
	return rc;
}

bool rewrites_wait(struct session *session)
{
	char *folder = path_join(store_folder(session->store), "spool");
	struct strings names = STRINGS_INIT;
	bool wait = !spool_list(folder, "rewrite-", &names) && names.count;

	error_clear();
	strings_release(&names);
	free(folder);
	return wait;
}

int rewrites_collect(struct session *session, struct strings *taken, struct touched *touched)
{
	char *folder = path_join(store_folder(session->store), "spool");
	struct strings names = STRINGS_INIT;
	int rc = spool_list(folder, "rewrite-", &names);

	for (size_t i = 0; i < names.count && !rc; i++) {
		char *path = path_join(folder, names.items[i]);

		rc = take_file(session, path, touched);
		if (rc == E_INVALID || rc == E_TOOBIG)
			spool_set_aside(path);
		else if (!rc)
			strings_add(taken, path);
		if (rc == E_INVALID || rc == E_TOOBIG || rc == E_NOTFOUND) {
			error_clear(); /* malformed, or somebody else has read it meanwhile */
			rc = 0;
		}
		free(path);
	}
	strings_release(&names);
	free(folder);
	return rc;
}

/* ---- What is found again --------------------------------------------------------------------- */

#define FRESH_MAX 64 /* new commits of a pass that are asked for their patch identity */
#define LOST_MAX 32  /* kept commits that HEAD lacks, the same */

struct watched {
	struct oid id;
	char *key; /* author, time and first line; NULL: the commit is not here */
};

struct waiting { /* accepted, and not yet carried out */
	char *id;
	struct strings files;
	int64_t at;
};

struct carrying {
	struct session *session;
	struct rewrites rewrites;
	struct map ids, keys; /* index + 1 into watched; a key: the first one that has it */
	struct watched *watched;
	size_t count, capacity;
	struct waiting *waiting;
	size_t waiting_count, waiting_capacity;
	struct touched *touched;
	struct oid fresh[FRESH_MAX]; /* new commits that are no known copy */
	size_t fresh_count;          /* over FRESH_MAX: too many to ask */
};

static char *key_of(const struct commit *commit)
{
	char *subject = first_line(commit->message + strspn(commit->message, "\n"), 200);
	char *key = xstrfmt("%s %" PRId64 " %s", commit->email, commit->author_time, subject);

	free(subject);
	return key;
}

static void watch(struct carrying *carrying, const struct oid *id)
{
	struct watched *watched;
	struct commit commit;
	struct map_entry *entry;
	bool added;

	if (oid_is_zero(id))
		return;
	entry = map_put(&carrying->ids, (const char *)id->raw, OID_RAW, &added);
	if (!added)
		return;
	GROW(carrying->watched, carrying->count, carrying->capacity);
	watched = &carrying->watched[carrying->count++];
	memset(watched, 0, sizeof(*watched));
	watched->id = *id;
	entry->value.num = (int64_t)carrying->count;
	if (repo_commit_read(carrying->session->repo, id, &commit)) {
		error_clear();
		return;
	}
	watched->key = key_of(&commit);
	commit_release(&commit);
	entry = map_put_str(&carrying->keys, watched->key, &added);
	if (added)
		entry->value.num = (int64_t)carrying->count;
}

static int on_kept(const struct kept_row *kept, void *payload)
{
	struct carrying *carrying = payload;
	struct waiting *waiting;
	size_t count = 0;
	struct oid *all = rewrites_follow(&carrying->rewrites, &kept->row.commit, &count);

	for (size_t i = 0; i < count; i++)
		watch(carrying, &all[i]);
	free(all);
	if (!oid_is_zero(&kept->row.commit) || strcmp(kept->verdict, "accepted") != 0 ||
		!*kept->files || !strcmp(kept->row.source, "comment"))
		return 0;
	GROW(carrying->waiting, carrying->waiting_count, carrying->waiting_capacity);
	waiting = &carrying->waiting[carrying->waiting_count++];
	*waiting = (struct waiting){.id = xstrdup(kept->row.id), .at = kept->row.at};
	strings_split(&waiting->files, kept->files, '\n');
	return 0;
}

static int on_link(
	const char *id, const char *relation, const char *target, int64_t at, void *payload)
{
	struct oid commit;

	(void)id;
	(void)at;
	if (!strcmp(relation, "commit") && !oid_parse(target, &commit))
		watch(payload, &commit);
	return 0;
}

static int add_copy(struct carrying *carrying, const struct watched *watched, const struct oid *id)
{
	bool added;
	int rc = store_rewrite_add(
		carrying->session->store, &watched->id, id, "copy", clock_now(), &added);

	if (!rc && added)
		life_touch(carrying->touched, id);
	return rc ? rc : store_here_add(carrying->session->store, id);
}

/* By the same author in the same second with the same first line: the same commit, made again. */
static int find_copy(struct carrying *carrying, const struct commit *commit)
{
	char *key = key_of(commit);
	const struct map_entry *entry = map_get_str(&carrying->keys, key);

	free(key);
	if (entry)
		return add_copy(carrying, &carrying->watched[entry->value.num - 1], &commit->id);
	if (carrying->fresh_count < FRESH_MAX)
		carrying->fresh[carrying->fresh_count] = commit->id;
	carrying->fresh_count++;
	return 0;
}

static void add_hex(struct buf *out, const struct oid *id)
{
	char hex[OID_HEX + 1];

	oid_hex(id, hex);
	buf_addf(out, "%s\n", hex);
}

/* "<patch identity> <commit>" a line, as git computes it; merges have none. */
static int patches_of(struct carrying *carrying, const struct buf *commits, struct buf *out)
{
	static const char *const diff[] = {"diff-tree", "--stdin", "-p", "-r", "--root", NULL};
	static const char *const patch[] = {"patch-id", "--stable", NULL};
	const char *folder = repo_git_dir(carrying->session->repo);
	struct buf patches = BUF_INIT;
	int rc = git_run(folder, diff, commits->ptr, commits->len, &patches);

	if (!rc)
		rc = git_run(folder, patch, patches.ptr, patches.len, out);
	buf_release(&patches);
	return rc;
}

static int match_patches(struct carrying *carrying, char *lines)
{
	struct map lost = MAP_INIT;
	char *at = lines, *line;
	int rc = 0;

	while (!rc && (line = spool_line(&at))) {
		const struct map_entry *entry;
		struct oid id;

		if (strlen(line) != 2 * OID_HEX + 1 || oid_parse(line + OID_HEX + 1, &id))
			continue;
		entry = map_get(&carrying->ids, (const char *)id.raw, OID_RAW);
		if (entry) { /* the kept ones come first */
			map_put(&lost, line, OID_HEX, NULL)->value.num = entry->value.num;
			continue;
		}
		entry = map_get(&lost, line, OID_HEX);
		if (entry)
			rc = add_copy(carrying, &carrying->watched[entry->value.num - 1], &id);
	}
	map_release(&lost);
	return rc;
}

/* A reworded cherry-pick, a rebase that set the dates anew: the patch is still the same. */
static int find_patches(struct carrying *carrying)
{
	struct buf ask = BUF_INIT, answer = BUF_INIT;
	size_t lost = 0;
	int rc = 0;

	if (!carrying->fresh_count || carrying->fresh_count > FRESH_MAX)
		return 0;
	for (size_t i = carrying->count; i-- > 0 && lost < LOST_MAX;) {
		const struct watched *watched = &carrying->watched[i];

		if (!watched->key || store_here_has(carrying->session->store, &watched->id))
			continue;
		add_hex(&ask, &watched->id);
		lost++;
	}
	for (size_t i = 0; lost && i < carrying->fresh_count; i++)
		add_hex(&ask, &carrying->fresh[i]);
	if (lost && patches_of(carrying, &ask, &answer))
		error_clear(); /* an object that a partial clone lacks: nothing is found again */
	else if (lost)
		rc = match_patches(carrying, answer.ptr);
	buf_release(&ask);
	buf_release(&answer);
	return rc;
}

struct settled {
	const struct oid *commit;
	struct session *session;
};

static int on_waiting(const struct kept_row *old, void *payload)
{
	struct settled *settled = payload;
	struct kept_row kept = *old;

	kept.row.commit = *settled->commit;
	return store_kept_put(settled->session->store, &kept);
}

static int try_waiting(struct carrying *carrying, const struct commit *commit)
{
	struct settled settled = {&commit->id, carrying->session};
	struct strings files = STRINGS_INIT;
	int rc = commit_files(carrying->session->repo, commit, &files);

	for (size_t i = 0; i < carrying->waiting_count && !rc; i++) {
		struct waiting *waiting = &carrying->waiting[i];
		bool touches = false;

		for (size_t k = 0; waiting->id && k < waiting->files.count && !touches; k++)
			touches = *waiting->files.items[k] &&
				  strings_contains(&files, waiting->files.items[k]);
		if (!touches || commit->commit_time < waiting->at)
			continue;
		rc = store_kept_each(carrying->session->store, waiting->id, on_waiting, &settled);
		free(waiting->id);
		waiting->id = NULL;
		if (!rc)
			rc = store_here_add(carrying->session->store, &commit->id);
	}
	strings_release(&files);
	return rc;
}

static int on_commit(const struct commit *commit, void *payload)
{
	struct carrying *carrying = payload;
	int rc = 0;

	if (map_get(&carrying->ids, (const char *)commit->id.raw, OID_RAW))
		return store_here_add(carrying->session->store, &commit->id);
	rc = find_copy(carrying, commit);
	if (!rc && carrying->waiting_count && commit->parent_count < 2)
		rc = try_waiting(carrying, commit);
	return rc;
}

static void carrying_release(struct carrying *carrying)
{
	for (size_t i = 0; i < carrying->count; i++)
		free(carrying->watched[i].key);
	free(carrying->watched);
	for (size_t i = 0; i < carrying->waiting_count; i++) {
		free(carrying->waiting[i].id);
		strings_release(&carrying->waiting[i].files);
	}
	free(carrying->waiting);
	map_release(&carrying->ids);
	map_release(&carrying->keys);
	rewrites_release(&carrying->rewrites);
}

static int on_gone(const struct commit *commit, void *payload)
{
	return store_here_drop(((struct carrying *)payload)->session->store, &commit->id);
}

/* From where the walk last stood: what left the history goes, what came is looked at. */
static int walk(struct carrying *carrying, const struct oid *head)
{
	struct session *session = carrying->session;
	struct log_options added = {.from = head, .oldest_first = true};
	struct oid old;
	char *mark = NULL;
	int rc = 0;

	if (!store_mined_get(session->store, "carry", &mark) && !oid_parse(mark, &old) &&
		!repo_resolve(session->repo, mark, &old))
		added.hide = &old;
	error_clear();
	free(mark);
	if (!added.hide)
		rc = store_here_clear(session->store);
	else if (!oid_equal(&old, head) && !repo_is_ancestor(session->repo, &old, head))
		rc = repo_log(session->repo, &(struct log_options){.from = &old, .hide = head},
			on_gone, carrying);
	if (!rc && !(added.hide && oid_equal(&old, head)))
		rc = repo_log(session->repo, &added, on_commit, carrying);
	return rc ? rc : find_patches(carrying);
}

int carry_commits(struct session *session, const struct oid *head, struct touched *touched)
{
	struct carrying carrying = {.session = session, .touched = touched};
	char hex[OID_HEX + 1];
	int rc = rewrites_load(session, &carrying.rewrites);

	if (!rc)
		rc = store_kept_each(session->store, NULL, on_kept, &carrying);
	if (!rc)
		rc = store_link_each(session->store, NULL, on_link, &carrying);
	if (!rc && (carrying.count || carrying.waiting_count))
		rc = walk(&carrying, head);
	oid_hex(head, hex);
	if (!rc)
		rc = store_mined_set(session->store, "carry", hex);
	carrying_release(&carrying);
	return rc;
}

int carried_out(struct session *session, const char *files, int64_t at, struct oid *out)
{
	struct strings list = STRINGS_INIT;
	struct buf answer = BUF_INIT;
	char *since = xstrfmt("--since=%" PRId64, at);
	const char **args;
	size_t count = 4;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	strings_split(&list, files, '\n');
	args = xcalloc(list.count + 6, sizeof(*args));
	args[0] = "rev-list";
	args[1] = since;
	args[2] = "HEAD";
	args[3] = "--";
	for (size_t i = 0; i < list.count; i++)
		if (*list.items[i])
			args[count++] = list.items[i];
	if (count > 4)
		rc = git_run(repo_git_dir(session->repo), args, NULL, 0, &answer);
	buf_trim(&answer);
	if (!rc && answer.len >= OID_HEX)
		rc = oid_parse(answer.ptr + answer.len - OID_HEX, out);
	free(args);
	free(since);
	buf_release(&answer);
	strings_release(&list);
	return rc;
}
