/* Parsing many blobs on a few threads. */
#include "graph/internal.h"

#include "flywheel/config.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FEW_JOBS 8 /* below this, starting threads costs more than it brings */
#define TOLD 256   /* jobs at a time: what waits takes memory, and what a kill loses is little */
#define READS 32   /* after so many the repository forgets */

struct pool {
	struct session *session;
	const struct languages *languages;
	struct job *jobs;
	size_t count, next, done, told;
	jobs_fn fn;
	void *payload;
	size_t max_bytes;
	struct progress *progress;
	pthread_mutex_t lock; /* of this struct and of the repository: libgit2 reads under it */
	int rc;
	char *message; /* of the first error: messages are per thread */
};

struct worker {
	struct pool *pool;
	struct grammars *grammars;
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
		if (pool->next % READS == 0)
			repo_forget(pool->session->repo);
		rc = repo_blob_read(
			pool->session->repo, &job->blob, pool->max_bytes, &worker->text);
		if (rc == E_TOOBIG)
			job->skipped = "too large";
		else if (rc) /* a partial clone lacks it: recorded, not fetched */
			job->skipped = "missing";
	}
	pthread_mutex_unlock(&pool->lock);
	return job;
}

/* Tells of the next jobs that are done. Under the lock. */
static void tell(struct pool *pool, size_t least)
{
	size_t end = pool->told;
	int rc;

	while (end < pool->count && pool->jobs[end].done)
		end++;
	if (end - pool->told < least || !pool->fn)
		return;
	rc = pool->fn(pool->jobs + pool->told, end - pool->told, pool->payload);
	pool->told = end;
	if (rc)
		stop(pool, rc);
}

static void finish(struct pool *pool, struct job *job, int rc)
{
	pthread_mutex_lock(&pool->lock);
	job->done = true;
	pool->done++;
	if (rc)
		stop(pool, rc);
	else if (!pool->rc)
		tell(pool, TOLD);
	pthread_mutex_unlock(&pool->lock);
}

static void *work(void *payload)
{
	struct worker *worker = payload;
	struct job *job;

	while ((job = take(worker))) {
		struct grammar *grammar = NULL;
		int rc = job->skipped ? 0 : grammars_of(worker->grammars, job->language, &grammar);

		if (!rc && grammar) {
			parse_text(grammar, worker->text.ptr, worker->text.len, &job->encoded);
			buf_fit(&job->encoded); /* many wait together */
			rc = facts_decode(job->encoded.ptr, job->encoded.len, &job->facts);
		}
		finish(worker->pool, job, rc);
	}
	return NULL;
}

static void worker_init(struct worker *worker, struct pool *pool)
{
	worker->pool = pool;
	worker->grammars = grammars_new(pool->languages);
	buf_init(&worker->text);
}

static void worker_release(struct worker *worker)
{
	grammars_free(worker->grammars);
	buf_release(&worker->text);
}

int threads_wanted(size_t jobs)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return jobs < FEW_JOBS || cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (int)cores;
}

int parse_jobs(struct session *session, const struct languages *languages, struct job *jobs,
	size_t count, jobs_fn fn, void *payload)
{
	struct pool pool = {.session = session,
		.languages = languages,
		.jobs = jobs,
		.count = count,
		.fn = fn,
		.payload = payload,
		.lock = PTHREAD_MUTEX_INITIALIZER};
	struct worker workers[THREADS_MAX];
	pthread_t threads[THREADS_MAX];
	bool started[THREADS_MAX] = {false};
	int wanted = threads_wanted(count);

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
	if (!pool.rc)
		tell(&pool, 1);
	repo_forget(session->repo);
	memory_trim(); /* trees are large, and what comes next is other memory */
	if (pool.rc)
		fail(pool.rc, "%s", pool.message);
	free(pool.message);
	pthread_mutex_destroy(&pool.lock);
	return pool.rc;
}
