/* Parsing many blobs on a few threads, and the facts of single blobs. */
#include "graph/internal.h"

#include "flywheel/config.h"
#include "flywheel/store_graph.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_THREADS 4
#define FEW_JOBS 8 /* below this, starting threads costs more than it brings */

struct pool {
	struct session *session;
	const struct languages *languages;
	struct job *jobs;
	size_t count, next, done;
	size_t max_bytes;
	struct progress *progress;
	pthread_mutex_t lock; /* of this struct and of the repository: libgit2 reads under it */
	int rc;
	char *message; /* of the first error: messages are per thread */
};

struct worker {
	struct pool *pool;
	struct grammar **grammars; /* by language; opened when first needed */
	struct buf text;
};

static void stop(struct pool *pool, int rc)
{
	if (pool->rc)
		return;
	pool->rc = rc;
	pool->message = xstrdup(error_message());
}

/* Takes the next job and its text, under the lock. NULL when there is none left. */
static struct job *take(struct worker *worker)
{
	struct pool *pool = worker->pool;
	struct job *job = NULL;

	pthread_mutex_lock(&pool->lock);
	progress_set(pool->progress, pool->done);
	if (interrupted() && !pool->rc)
		stop(pool, fail(E_STOPPED, "stopped"));
	if (!pool->rc && pool->next < pool->count) {
		int rc;

		job = &pool->jobs[pool->next++];
		buf_clear(&worker->text);
		rc = repo_blob_read(
			pool->session->repo, &job->blob, pool->max_bytes, &worker->text);
		if (rc == E_TOOBIG)
			job->skipped = "too large";
		else if (rc) /* a partial clone lacks it: recorded, not fetched */
			job->skipped = "missing";
		pool->done++;
	}
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static int grammar_of(struct worker *worker, const struct language *language, struct grammar **out)
{
	struct grammar **slot = &worker->grammars[language_index(language)];
	int rc = *slot ? 0 : language_grammar(language, slot);

	*out = *slot;
	return rc;
}

static void *work(void *payload)
{
	struct worker *worker = payload;
	struct job *job;

	while ((job = take(worker))) {
		struct grammar *grammar = NULL;
		int rc = job->skipped ? 0 : grammar_of(worker, job->language, &grammar);

		if (!rc && grammar)
			parse_text(grammar, worker->text.ptr, worker->text.len, &job->facts);
		if (!rc)
			continue;
		pthread_mutex_lock(&worker->pool->lock);
		stop(worker->pool, rc);
		pthread_mutex_unlock(&worker->pool->lock);
	}
	return NULL;
}

static void worker_init(struct worker *worker, struct pool *pool)
{
	worker->pool = pool;
	worker->grammars = xcalloc(languages_count(pool->languages) + 1, sizeof(*worker->grammars));
	buf_init(&worker->text);
}

static void worker_release(struct worker *worker)
{
	for (size_t i = 0; i < languages_count(worker->pool->languages); i++)
		grammar_free(worker->grammars[i]);
	free(worker->grammars);
	buf_release(&worker->text);
}

int parse_jobs(
	struct session *session, const struct languages *languages, struct job *jobs, size_t count)
{
	struct pool pool = {.session = session,
		.languages = languages,
		.jobs = jobs,
		.count = count,
		.lock = PTHREAD_MUTEX_INITIALIZER};
	struct worker workers[MAX_THREADS];
	pthread_t threads[MAX_THREADS];
	bool started[MAX_THREADS] = {false};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int wanted = count < FEW_JOBS      ? 1
		     : cores < 1           ? 1
		     : cores > MAX_THREADS ? MAX_THREADS
					   : (int)cores;

	if (!count)
		return 0;
	pool.max_bytes = (size_t)config_number(session->config, "maxFileBytes");
	pool.progress = progress_start("Parsing", count);
	for (int i = 0; i < wanted; i++) {
		worker_init(&workers[i], &pool);
		if (i) /* a thread that cannot start only makes this slower */
			started[i] = !pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	work(&workers[0]);
	for (int i = 0; i < wanted; i++) {
		if (started[i])
			pthread_join(threads[i], NULL);
		worker_release(&workers[i]);
	}
	progress_finish(pool.progress);
	if (pool.rc)
		fail(pool.rc, "%s", pool.message);
	free(pool.message);
	pthread_mutex_destroy(&pool.lock);
	return pool.rc;
}

struct fact_source {
	struct session *session;
	struct languages *languages;
	struct store_facts *stored;
	int64_t *versions; /* by language */
};

int fact_source_open(struct session *session, struct fact_source **out)
{
	struct fact_source *source = xcalloc(1, sizeof(*source));
	int rc = languages_load(&source->languages);

	*out = NULL;
	source->session = session;
	if (!rc) {
		source->versions = xcalloc(languages_count(source->languages) + 1, sizeof(int64_t));
		source->stored = store_facts_open(session->store);
	}
	for (size_t i = 0; !rc && i < languages_count(source->languages); i++)
		rc = store_version_id(session->store,
			language_version(languages_at(source->languages, i)), false,
			&source->versions[i]);
	if (rc)
		fact_source_free(source);
	else
		*out = source;
	return rc;
}

void fact_source_free(struct fact_source *source)
{
	if (!source)
		return;
	store_facts_close(source->stored);
	languages_free(source->languages);
	free(source->versions);
	free(source);
}

const struct languages *fact_source_languages(const struct fact_source *source)
{
	return source->languages;
}

int fact_source_read(
	struct fact_source *source, const char *path, const struct oid *blob, struct facts *out)
{
	const struct language *language = languages_find(source->languages, path);
	struct buf bytes = BUF_INIT;
	struct job job = {.language = language, .blob = *blob, .facts = BUF_INIT};
	int64_t max = config_number(source->session->config, "maxFileBytes"), version;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (!language)
		return fail(E_NOTFOUND, "'%s' is in no language that is parsed", path);
	version = source->versions[language_index(language)];
	if (version && store_facts_read(source->stored, blob->raw, version, &bytes)) {
		rc = facts_decode(bytes.ptr, bytes.len, out);
	} else {
		rc = parse_jobs(source->session, source->languages, &job, 1);
		if (!rc && job.facts.len)
			rc = facts_decode(job.facts.ptr, job.facts.len, out);
		else if (!rc)
			rc = fail(E_NOTFOUND, "'%s' is not parsed: %s", path, job.skipped);
	}
	if (!rc && (out->skip != PARSE_OK || out->size > max)) {
		facts_release(out);
		rc = fail(E_NOTFOUND, "'%s' is not parsed", path);
	}
	buf_release(&bytes);
	buf_release(&job.facts);
	return rc;
}
