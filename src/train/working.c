/* The working model: written for one tree, brought to another by what differs. */
#include "flywheel/working.h"

#include "flywheel/config.h"
#include "flywheel/graph_code.h"
#include "flywheel/model_ask.h"
#include "flywheel/scrub.h"
#include "flywheel/store.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/strings.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "working-"
#define SUFFIX ".model"

/*
 * A token costs about ten times as much to learn as to be there when the file is written again,
 * which also costs some seconds to fit its weights.
 */
#define FILES_KEPT 3 /* HEAD's, and those of history that was asked about */
#define REWRITE_SHARE 10
#define REWRITE_BYTES 400000
#define TOKEN_BYTES 5 /* roughly */

struct code_file {
	char *path; /* first, for find_by_path */
	struct oid blob;
};

struct listing {
	struct code_file *files;
	size_t count, capacity;
};

#define LOOKED_UP 8 /* texts kept whose lines were asked for: an editor asks for the same again */

struct looked_up {
	struct oid blob;
	struct buf text; /* empty: nothing kept */
};

struct working {
	struct session *session;
	struct model *model;
	struct scrubber *scrubber; /* opened when a text is read */
	uint64_t distance;         /* bytes by which they differ */
	struct listing then, now;  /* the code of the file's tree, and of the tree asked for */
	struct looked_up looked_up[LOOKED_UP];
	unsigned oldest; /* of looked_up */
};

static int add_file(const char *path, const struct oid *blob, void *payload)
{
	struct listing *listing = payload;

	GROW(listing->files, listing->count, listing->capacity);
	listing->files[listing->count++] = (struct code_file){xstrdup(path), *blob};
	return 0;
}

static void listing_release(struct listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		free(listing->files[i].path);
	free(listing->files);
	memset(listing, 0, sizeof(*listing));
}

static int list_code(struct working *working, const struct oid *tree, struct listing *out)
{
	listing_release(out);
	if (oid_is_zero(tree))
		return 0;
	return graph_each_code(working->session, tree, add_file, out);
}

/* What differs between two listings, which are in order: old or new is NULL where there is none. */
typedef int (*difference_fn)(
	const char *path, const struct oid *old, const struct oid *new, void *payload);

static int each_difference(
	const struct listing *old, const struct listing *new, difference_fn fn, void *payload)
{
	size_t i = 0, k = 0;
	int rc = 0;

	while (!rc && (i < old->count || k < new->count)) {
		const struct code_file *a = i < old->count ? &old->files[i] : NULL;
		const struct code_file *b = k < new->count ? &new->files[k] : NULL;
		int order = !a ? 1 : !b ? -1 : strcmp(a->path, b->path);

		if (order < 0)
			rc = fn(a->path, &a->blob, NULL, payload);
		else if (order > 0)
			rc = fn(b->path, NULL, &b->blob, payload);
		else if (!oid_equal(&a->blob, &b->blob))
			rc = fn(a->path, &a->blob, &b->blob, payload);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

/*
 * A text as it counts: one that is too large, or that this clone does not have, or that cannot be
 * searched for secrets, counts as none. Its secrets are replaced by what depends on their form
 * alone, so that what was learnt can be forgotten.
 */
static int read_text(struct working *working, const struct oid *blob, struct buf *text)
{
	size_t max = (size_t)config_number(working->session->config, "maxFileBytes");
	struct buf raw = BUF_INIT;
	int rc = 0;

	buf_clear(text);
	if (!working->scrubber)
		rc = scrubber_open_for_code(working->session, &working->scrubber);
	if (!rc) {
		rc = repo_blob_read(working->session->repo, blob, max, &raw);
		if (rc == E_TOOBIG || rc == E_NOTFOUND ||
			(!rc && scrub_text(working->scrubber, raw.ptr, raw.len, text, NULL, NULL)))
			rc = 1;
	}
	buf_release(&raw);
	return rc;
}

/* Bytes of the texts by which two listings differ, on both sides. */
struct sizing {
	struct session *session;
	size_t max;
	uint64_t bytes;
};

static int add_size(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct sizing *sizing = payload;
	size_t size;

	(void)path;
	if (old && !repo_blob_size(sizing->session->repo, old, &size) && size <= sizing->max)
		sizing->bytes += size;
	if (new && !repo_blob_size(sizing->session->repo, new, &size) && size <= sizing->max)
		sizing->bytes += size;
	return 0;
}

static uint64_t difference(
	struct session *session, const struct listing *old, const struct listing *new)
{
	struct sizing sizing = {session, (size_t)config_number(session->config, "maxFileBytes"), 0};

	each_difference(old, new, add_size, &sizing);
	return sizing.bytes;
}

/* -- the file --------------------------------------------------------------------------------- */

static char *path_of(struct session *session, const struct oid *tree)
{
	char hex[OID_HEX + 1];

	oid_hex(tree, hex);
	return xstrfmt("%s/models/%s%s%s", store_folder(session->store), PREFIX, hex, SUFFIX);
}

static bool tree_of_name(const char *name, struct oid *tree)
{
	char hex[OID_HEX + 1];

	if (strncmp(name, PREFIX, strlen(PREFIX)) ||
		strlen(name) != strlen(PREFIX) + OID_HEX + strlen(SUFFIX) ||
		strcmp(name + strlen(PREFIX) + OID_HEX, SUFFIX))
		return false;
	memcpy(hex, name + strlen(PREFIX), OID_HEX);
	hex[OID_HEX] = '\0';
	return !oid_parse(hex, tree);
}

struct stored {
	char *path;
	struct oid tree;
	struct timespec written;
};

static int newest_first(const void *left, const void *right)
{
	const struct stored *a = left, *b = right;

	if (a->written.tv_sec != b->written.tv_sec)
		return a->written.tv_sec > b->written.tv_sec ? -1 : 1;
	if (a->written.tv_nsec != b->written.tv_nsec)
		return a->written.tv_nsec > b->written.tv_nsec ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* The files there are, newest first; those beyond FILES_KEPT are removed. */
static size_t list_stored(struct session *session, struct stored out[FILES_KEPT])
{
	char *folder = path_join(store_folder(session->store), "models");
	struct stored *all = NULL;
	size_t count = 0, capacity = 0;
	DIR *dir = opendir(folder);

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		struct stored stored;
		struct stat info;

		if (!tree_of_name(entry->d_name, &stored.tree))
			continue;
		stored.path = path_join(folder, entry->d_name);
		if (stat(stored.path, &info)) {
			free(stored.path);
			continue;
		}
		stored.written = info.st_mtim;
		GROW(all, count, capacity);
		all[count++] = stored;
	}
	if (count)
		qsort(all, count, sizeof(*all), newest_first);
	for (size_t i = 0; i < count; i++) {
		if (i < FILES_KEPT) {
			out[i] = all[i];
			continue;
		}
		unlink(all[i].path);
		free(all[i].path);
	}
	if (dir)
		closedir(dir);
	free(all);
	free(folder);
	return count < FILES_KEPT ? count : FILES_KEPT;
}

static void remove_old(struct session *session)
{
	struct stored stored[FILES_KEPT];
	size_t count = list_stored(session, stored);

	while (count--)
		free(stored[count].path);
}

/* Opens the file from which `now` is least work; a damaged one is removed. */
static void open_file(struct working *working)
{
	struct stored stored[FILES_KEPT];
	size_t count = list_stored(working->session, stored);

	for (size_t i = 0; i < count; i++) {
		struct working other = {.session = working->session};
		uint64_t bytes = 0;

		if (!list_code(working, &stored[i].tree, &other.then)) {
			bytes = difference(working->session, &other.then, &working->now);
			if ((!working->model || bytes < working->distance) &&
				!model_open(stored[i].path, &other.model)) {
				model_free(working->model);
				working->model = other.model;
				listing_release(&working->then);
				working->then = other.then;
				working->distance = bytes;
				memset(&other.then, 0, sizeof(other.then));
			}
		}
		listing_release(&other.then);
		free(stored[i].path);
	}
}

struct rewriting {
	struct working *working;
	struct model_builder *builder;
	struct progress *progress;
	struct buf text;
	uint64_t done;
};

static int rewrite_one(
	const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct rewriting *rewriting = payload;
	int rc = 0;

	progress_set(rewriting->progress, rewriting->done++);
	if (old)
		model_builder_remove(rewriting->builder, path);
	if (new)
		rc = read_text(rewriting->working, new, &rewriting->text);
	if (new && !rc)
		model_builder_add(
			rewriting->builder, path, rewriting->text.ptr, rewriting->text.len);
	if (rc >= 0 && interrupted())
		rc = fail(E_STOPPED, "stopped");
	return rc < 0 ? rc : 0;
}

/* Writes the file of `tree`, whose listing is `now`, and opens it. */
static int write_file(struct working *working, const struct oid *tree)
{
	struct rewriting rewriting = {working, model_builder_new(), NULL, BUF_INIT, 0};
	char *path = path_of(working->session, tree), *scratch = NULL, *folder = NULL;
	int rc;

	if (working->model)
		model_builder_extend(rewriting.builder, working->model);
	rewriting.progress = progress_start("reading code", working->now.count);
	rc = each_difference(&working->then, &working->now, rewrite_one, &rewriting);
	progress_finish(rewriting.progress);
	model_free(working->model);
	working->model = NULL;
	folder = path_join(store_folder(working->session->store), "models");
	scratch = xstrfmt("%s/working.%ld", folder, (long)getpid());
	if (!rc)
		rc = file_mkdirs(folder, 0700);
	if (!rc)
		rc = model_builder_write(rewriting.builder, scratch, 0, NULL);
	if (!rc && rename(scratch, path))
		rc = fail(E_IO, "cannot put the model at %s: %s", path, strerror(errno));
	if (!rc)
		rc = model_open(path, &working->model);
	remove_old(working->session);
	listing_release(&working->then);
	for (size_t i = 0; i < working->now.count; i++)
		add_file(working->now.files[i].path, &working->now.files[i].blob, &working->then);
	model_builder_free(rewriting.builder);
	buf_release(&rewriting.text);
	free(folder);
	free(scratch);
	free(path);
	return rc;
}

/* -- following -------------------------------------------------------------------------------- */

static int follow_one(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct working *working = payload;
	struct buf gone = BUF_INIT, come = BUF_INIT;
	int had = old ? read_text(working, old, &gone) : 1;
	int has = had >= 0 && new ? read_text(working, new, &come) : 1;

	(void)path;
	if (!had && !has)
		model_replace(working->model, gone.ptr, gone.len, come.ptr, come.len);
	else if (!had)
		model_forget(working->model, gone.ptr, gone.len);
	else if (!has)
		model_learn(working->model, come.ptr, come.len);
	buf_release(&gone);
	buf_release(&come);
	return had < 0 ? had : has < 0 ? has : 0;
}

static bool too_different(const struct working *working)
{
	return working->distance >
	       model_tokens(working->model) * TOKEN_BYTES / REWRITE_SHARE + REWRITE_BYTES;
}

int working_open(struct session *session, const struct oid *tree, struct working **out)
{
	struct working *working = xcalloc(1, sizeof(*working));
	int rc;

	working->session = session;
	for (unsigned i = 0; i < LOOKED_UP; i++)
		working->looked_up[i].text = (struct buf)BUF_INIT;
	rc = list_code(working, tree, &working->now);
	if (!rc)
		open_file(working);
	if (!rc && (!working->model || too_different(working)))
		rc = write_file(working, tree);
	else if (!rc)
		rc = each_difference(&working->then, &working->now, follow_one, working);
	if (rc) {
		working_free(working);
		return rc;
	}
	*out = working;
	return 0;
}

int working_move(struct working *working, const struct oid *tree)
{
	struct listing before = working->now;
	int rc;

	memset(&working->now, 0, sizeof(working->now));
	rc = list_code(working, tree, &working->now);
	/* A long walk must not fill the memory. */
	if (!rc && model_changed(working->model) > model_tokens(working->model) / REWRITE_SHARE +
							   REWRITE_BYTES / TOKEN_BYTES)
		rc = write_file(working, tree);
	else if (!rc)
		rc = each_difference(&before, &working->now, follow_one, working);
	listing_release(&before);
	return rc;
}

void working_free(struct working *working)
{
	if (!working)
		return;
	model_free(working->model);
	scrubber_free(working->scrubber);
	listing_release(&working->then);
	listing_release(&working->now);
	for (unsigned i = 0; i < LOOKED_UP; i++)
		buf_release(&working->looked_up[i].text);
	free(working);
}

struct model *working_model(struct working *working)
{
	return working->model;
}

static const struct code_file *find(const struct listing *listing, const char *path)
{
	return find_by_path(listing->files, listing->count, sizeof(*listing->files), path);
}

bool working_has(const struct working *working, const char *path)
{
	return find(&working->now, path) != NULL;
}

static const struct buf *look_up(struct working *working, const struct oid *blob)
{
	struct looked_up *held = &working->looked_up[working->oldest];

	for (unsigned i = 0; i < LOOKED_UP; i++)
		if (working->looked_up[i].text.len && oid_equal(&working->looked_up[i].blob, blob))
			return &working->looked_up[i].text;
	working->oldest = (working->oldest + 1) % LOOKED_UP;
	if (read_text(working, blob, &held->text))
		buf_clear(&held->text);
	held->blob = *blob;
	return &held->text;
}

uint32_t working_line(struct working *working, const char *name, uint32_t token, bool *current)
{
	const struct code_file *then = find(&working->then, name), *now;
	const struct buf *text;

	now = find(&working->now, name);
	*current = then && now && oid_equal(&then->blob, &now->blob);
	if (!then)
		return 0;
	text = look_up(working, &then->blob);
	return model_line_of_token(text->ptr, text->len, token);
}
