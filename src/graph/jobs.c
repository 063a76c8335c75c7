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

static void *work(void *payload)
{
	struct worker *worker = payload;
	struct job *job;

	while ((job = take(worker))) {
		struct grammar *grammar = NULL;
		int rc = job->skipped ? 0 : grammars_of(worker->grammars, job->language, &grammar);

		if (!rc && grammar) {
			parse_text(grammar, worker->text.ptr, worker->text.len, &job->encoded);
			buf_fit(&job->encoded); /* all files' wait together */
			rc = facts_decode(job->encoded.ptr, job->encoded.len, &job->facts);
		}
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
	worker->grammars = grammars_new(pool->languages);
	buf_init(&worker->text);
}

static void worker_release(struct worker *worker)
{
	grammars_free(worker->grammars);
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
	memory_trim(); /* trees are large, and what comes next is other memory */
	if (pool.rc)
		fail(pool.rc, "%s", pool.message);
	free(pool.message);
	pthread_mutex_destroy(&pool.lock);
	return pool.rc;
}
