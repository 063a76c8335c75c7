/*
 * Comparing both sides of many changes. The changes of one path follow each other: each version of
 * the file is parsed out of the one before it, and read once. Paths go to threads, long ones first.
 */
#include "graph/delta.h"
#include "graph/internal.h"

#include "flywheel/config.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define HELD 2    /* versions of a file: history goes forth and back between branches */
#define READS 256 /* after so many the repository forgets */

/* The changes of one path, in the order of history. */
struct lineage {
	const struct language *language; /* NULL: the two sides are of different ones */
	struct change **changes;
	size_t count, capacity;
};

struct pool {
	struct session *session;
	const struct languages *languages;
	struct lineage *lineages;
	size_t count, capacity, next, done, reads;
	size_t max_bytes;
	struct progress *progress;
	pthread_mutex_t lock; /* of this struct and of the repository: libgit2 reads under it */
	int rc;
	char *message; /* of the first error: messages are per thread */
};

/* A version that was parsed; NULL: it has no facts. */
struct held {
	struct oid blob;
	struct version *version;
};

struct worker {
	struct pool *pool;
	struct grammars *grammars;
	struct buf text;
	struct held held[HELD]; /* the last that was asked for first */
	size_t held_count;
};

static const struct language *language_of_side(
	struct pool *pool, const struct change *change, bool has, const struct oid *blob)
{
	return has ? language_of(pool->session, pool->languages, change->path, blob) : NULL;
}

static void add_to_lineage(struct pool *pool, struct map *known, struct change *change,
	const struct language *language)
{
	struct buf key = BUF_INIT;
	struct map_entry *entry;
	struct lineage *lineage;
	bool added;

	buf_addf(&key, "%zu %s", language ? language_index(language) + 1 : 0, change->path);
	entry = map_put_str(known, key.ptr, &added);
	if (added) {
		entry->value.num = (int64_t)pool->count;
		GROW(pool->lineages, pool->count, pool->capacity);
		pool->lineages[pool->count++] = (struct lineage){.language = language};
	}
	lineage = &pool->lineages[entry->value.num];
	GROW(lineage->changes, lineage->count, lineage->capacity);
	lineage->changes[lineage->count++] = change;
	buf_release(&key);
}

static int compare_lengths(const void *left, const void *right)
{
	const struct lineage *a = left, *b = right;

	return (a->count < b->count) - (a->count > b->count);
}

/* What is of no language has nothing to compare. */
static void list_lineages(struct pool *pool, struct change **changes, size_t count)
{
	struct map known = MAP_INIT;

	for (size_t i = 0; i < count; i++) {
		struct change *change = changes[i];
		const struct language *old, *new;

		old = language_of_side(pool, change, change->has_old, &change->old);
		new = language_of_side(pool, change, change->has_new, &change->new);
		if (!old && !new)
			change->compared = true;
		else
			add_to_lineage(pool, &known, change,
				old && new &&old != new ? NULL
				: old                   ? old
							: new);
	}
	map_release(&known);
	if (pool->count)
		qsort(pool->lineages, pool->count, sizeof(*pool->lineages), compare_lengths);
}

/* Too large, or missing in a partial clone: no text, as in a whole tree. */
static bool read_text(struct worker *worker, const struct oid *blob)
{
	struct pool *pool = worker->pool;
	int rc;

	buf_clear(&worker->text);
	pthread_mutex_lock(&pool->lock);
	rc = repo_blob_read(pool->session->repo, blob, pool->max_bytes, &worker->text);
	if (++pool->reads % READS == 0)
		repo_forget(pool->session->repo);
	pthread_mutex_unlock(&pool->lock);
	if (rc)
		error_clear();
	return !rc;
}

static struct version *nearest(const struct worker *worker)
{
	for (size_t i = 0; i < worker->held_count; i++)
		if (worker->held[i].version)
			return worker->held[i].version;
	return NULL;
}

/* To the front; the last one goes when there are too many. */
static const struct facts *facts_at(
	struct worker *worker, struct grammar *grammar, const struct oid *blob)
{
	static const struct facts none = {.text = NULL};
	struct held found = {.blob = *blob};
	size_t at = 0;

	while (at < worker->held_count && !oid_equal(&worker->held[at].blob, blob))
		at++;
	if (at < worker->held_count) {
		found = worker->held[at];
	} else {
		if (read_text(worker, blob))
			found.version = version_parse(
				grammar, worker->text.ptr, worker->text.len, nearest(worker));
		if (worker->held_count == HELD)
			version_free(worker->held[--at].version);
		else
			worker->held_count++;
	}
	memmove(worker->held + 1, worker->held, at * sizeof(found));
	worker->held[0] = found;
	return found.version ? version_facts(found.version) : &none;
}

static void compare_versions(struct worker *worker, struct grammar *grammar, struct change *change)
{
	static const struct facts none = {.text = NULL};
	const struct facts *new = change->has_new ? facts_at(worker, grammar, &change->new) : &none;
	const struct facts *old = change->has_old ? facts_at(worker, grammar, &change->old) : &none;

	change_compare(change, old, new);
	change->compared = true;
}

/* Of a script that became one of another language: both versions as wholes. */
static int compare_strangers(struct worker *worker, struct change *change)
{
	const struct oid *blobs[] = {&change->old, &change->new};
	struct facts facts[2] = {{.text = NULL}, {.text = NULL}};
	int rc = 0;

	for (int i = 0; i < 2 && !rc; i++) {
		struct pool *pool = worker->pool;
		const struct language *language;
		struct grammar *grammar = NULL;
		struct buf bytes = BUF_INIT;

		pthread_mutex_lock(&pool->lock);
		language = language_of(pool->session, pool->languages, change->path, blobs[i]);
		pthread_mutex_unlock(&pool->lock);
		if (language)
			rc = grammars_of(worker->grammars, language, &grammar);
		if (grammar && read_text(worker, blobs[i])) {
			parse_text(grammar, worker->text.ptr, worker->text.len, &bytes);
			rc = facts_decode(bytes.ptr, bytes.len, &facts[i]);
		}
		buf_release(&bytes);
	}
	if (!rc)
		change_compare(change, &facts[0], &facts[1]);
	change->compared = !rc;
	facts_release(&facts[0]);
	facts_release(&facts[1]);
	return rc;
}

static void stop(struct pool *pool, int rc)
{
	if (pool->rc)
		return;
	pool->rc = rc;
	pool->message = xstrdup(error_message());
}

/* False: to be left as it is. */
static bool step(struct pool *pool, int rc)
{
	bool goes_on;

	pthread_mutex_lock(&pool->lock);
	progress_set(pool->progress, ++pool->done);
	if (!rc && interrupted())
		rc = fail(E_STOPPED, "stopped; the same command goes on");
	if (rc)
		stop(pool, rc);
	goes_on = !pool->rc;
	pthread_mutex_unlock(&pool->lock);
	return goes_on;
}

static void follow(struct worker *worker, const struct lineage *lineage)
{
	struct grammar *grammar = NULL;
	size_t i = 0;
	int rc = 0;

	if (lineage->language)
		rc = grammars_of(worker->grammars, lineage->language, &grammar);
	if (rc) {
		step(worker->pool, rc);
		return;
	}
	if (!grammar) {
		while (i < lineage->count &&
			step(worker->pool, compare_strangers(worker, lineage->changes[i])))
			i++;
		return;
	}
	versions_begin(grammar);
	do
		compare_versions(worker, grammar, lineage->changes[i]);
	while (step(worker->pool, 0) && ++i < lineage->count);
	while (worker->held_count)
		version_abandon(worker->held[--worker->held_count].version);
	versions_end(grammar);
}

static const struct lineage *take(struct pool *pool)
{
	const struct lineage *lineage = NULL;

	pthread_mutex_lock(&pool->lock);
	if (!pool->rc && pool->next < pool->count)
		lineage = &pool->lineages[pool->next++];
	pthread_mutex_unlock(&pool->lock);
	return lineage;
}

static void *work(void *payload)
{
	struct worker *worker = payload;
	const struct lineage *lineage;

	while ((lineage = take(worker->pool)))
		follow(worker, lineage);
	return NULL;
}

static void run_workers(struct pool *pool)
{
	struct worker workers[THREADS_MAX] = {{.pool = pool}};
	pthread_t threads[THREADS_MAX];
	bool started[THREADS_MAX] = {false};
	int wanted = threads_wanted(pool->count);

	for (int i = 0; i < wanted; i++) {
		workers[i].pool = pool;
		workers[i].grammars = grammars_new(pool->languages);
		buf_init(&workers[i].text);
		if (i) /* a thread that cannot start only makes this slower */
			started[i] = !pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	work(&workers[0]);
	for (int i = 0; i < wanted; i++) {
		if (started[i])
			pthread_join(threads[i], NULL);
		grammars_free(workers[i].grammars);
		buf_release(&workers[i].text);
	}
	repo_forget(pool->session->repo);
	memory_trim();
}

int changes_compare(struct session *session, const struct languages *languages,
	struct change **changes, size_t count)
{
	struct pool pool = {.session = session,
		.languages = languages,
		.max_bytes = (size_t)config_number(session->config, "maxFileBytes"),
		.lock = PTHREAD_MUTEX_INITIALIZER};

	list_lineages(&pool, changes, count);
	pool.progress = progress_start("Comparing versions", count);
	run_workers(&pool);
	progress_finish(pool.progress);
	for (size_t i = 0; i < pool.count; i++)
		free(pool.lineages[i].changes);
	free(pool.lineages);
	if (pool.rc)
		fail(pool.rc, "%s", pool.message);
	free(pool.message);
	pthread_mutex_destroy(&pool.lock);
	return pool.rc;
}
