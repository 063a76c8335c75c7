/* Parsing many blobs on a few threads. */
#include "graph/crew.h"

#include "util/error.h"
#include "util/progress.h"

/* Jobs told of at a time: what waits takes memory, and what a kill loses is little. At least those
 * that snapshot.c learns from. */
#define TOLD 256
#define READS 32 /* after so many the repository forgets */

struct jobs {
	struct job *items;
	size_t count, next, done, told;
	bool telling;                  /* a thread is, while the others go on */
	const struct job_calls *calls; /* or NULL */
};

/* Takes the next job, its text and the text that is near. NULL when there is none left. */
static struct job *take(struct crew_member *member, struct buf *near)
{
	struct crew *crew = member->crew;
	struct jobs *jobs = crew->payload;
	struct job *job = NULL;

	pthread_mutex_lock(&crew->lock);
	progress_set(crew->progress, jobs->done);
	if (interrupted() && !crew->rc)
		crew_stop(crew, fail(E_STOPPED, "stopped"));
	if (!crew->rc && jobs->next < jobs->count) {
		int rc;

		job = &jobs->items[jobs->next++];
		buf_clear(near);
		if (job->near && !crew_read(member, job->near))
			buf_add(near, member->text.ptr, member->text.len);
		rc = crew_read(member, &job->blob);
		if (rc == E_TOOBIG)
			job->skipped = "too large";
		else if (rc) /* a partial clone lacks it: recorded, not fetched */
			job->skipped = "missing";
	}
	pthread_mutex_unlock(&crew->lock);
	return job;
}

/* Tells of the next jobs that are done. Under the lock, which it lets go of meanwhile. */
static void tell(struct crew *crew, size_t least)
{
	struct jobs *jobs = crew->payload;
	size_t end = jobs->told;
	int rc;

	while (end < jobs->count && jobs->items[end].done)
		end++;
	if (end - jobs->told < least || !jobs->calls || jobs->telling)
		return;
	jobs->telling = true;
	pthread_mutex_unlock(&crew->lock);
	rc = jobs->calls->done(jobs->items + jobs->told, end - jobs->told, jobs->calls->payload);
	pthread_mutex_lock(&crew->lock);
	jobs->telling = false;
	jobs->told = end;
	if (rc)
		crew_stop(crew, rc);
}

static void finish(struct crew *crew, struct job *job, int rc)
{
	pthread_mutex_lock(&crew->lock);
	job->done = true;
	((struct jobs *)crew->payload)->done++;
	if (rc)
		crew_stop(crew, rc);
	else if (!crew->rc)
		tell(crew, TOLD);
	pthread_mutex_unlock(&crew->lock);
}

static void parse(
	struct grammar *grammar, const struct buf *text, const struct buf *near, struct job *job)
{
	const struct near_text by = {near->ptr, near->len, job->known};

	if (!near->len || !parse_near(grammar, &by, text->ptr, text->len, &job->encoded))
		parse_text(grammar, text->ptr, text->len, &job->encoded);
}

static void work(struct crew_member *member)
{
	const struct job_calls *calls = ((struct jobs *)member->crew->payload)->calls;
	struct buf near = BUF_INIT;
	struct job *job;

	while ((job = take(member, &near))) {
		struct grammar *grammar = NULL;
		int rc = job->skipped ? 0 : grammars_of(member->grammars, job->language, &grammar);

		if (!rc && grammar) {
			parse(grammar, &member->text, &near, job);
			buf_fit(&job->encoded); /* many wait together */
			rc = facts_decode(job->encoded.ptr, job->encoded.len, &job->facts);
			if (!rc && calls)
				rc = calls->parsed(job, calls->payload);
		}
		finish(member->crew, job, rc);
	}
	buf_release(&near);
}

int parse_jobs(struct session *session, const struct languages *languages, struct job *jobs,
	size_t count, const struct job_calls *calls)
{
	struct jobs all = {.items = jobs, .count = count, .calls = calls};
	struct crew crew = {session, languages, .forget_every = READS, .payload = &all};

	if (!count)
		return 0;
	crew_work(&crew, "Parsing", count, count, work);
	pthread_mutex_lock(&crew.lock);
	if (!crew.rc)
		tell(&crew, 1);
	pthread_mutex_unlock(&crew.lock);
	return crew_end(&crew);
}
