/* Threads that read blobs of one repository and parse them. */
#include "graph/crew.h"

#include "flywheel/config.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/series.h"

#include <stdlib.h>

struct thread {
	struct crew_member member;
	void (*work)(struct crew_member *member);
	pthread_t id;
	bool started;
};

static void *run(void *payload)
{
	struct thread *thread = payload;

	thread->work(&thread->member);
	return NULL;
}

void crew_work(struct crew *crew, const char *title, size_t total, size_t tasks,
	void (*work)(struct crew_member *member))
{
	struct thread threads[THREADS_MAX];
	unsigned wanted = threads_wanted(tasks);

	pthread_mutex_init(&crew->lock, NULL);
	crew->max_bytes = (size_t)config_number(crew->session->config, "maxFileBytes");
	crew->progress = progress_start(title, total);
	for (unsigned i = 0; i < wanted; i++) {
		threads[i] = (struct thread){
			.member = {crew, grammars_new(crew->languages), BUF_INIT}, .work = work};
		if (i) /* a thread that cannot start only makes this slower */
			threads[i].started =
				!pthread_create(&threads[i].id, NULL, run, &threads[i]);
	}
	run(&threads[0]);
	for (unsigned i = 0; i < wanted; i++) {
		if (threads[i].started)
			pthread_join(threads[i].id, NULL);
		grammars_free(threads[i].member.grammars);
		buf_release(&threads[i].member.text);
	}
	progress_finish(crew->progress);
}

void crew_stop(struct crew *crew, int rc)
{
	if (crew->rc)
		return;
	crew->rc = rc;
	crew->message = xstrdup(error_message());
}

int crew_read(struct crew_member *member, const struct oid *blob)
{
	struct crew *crew = member->crew;

	if (++crew->reads % crew->forget_every == 0)
		repo_forget(crew->session->repo);
	buf_clear(&member->text);
	return repo_blob_read(crew->session->repo, blob, crew->max_bytes, &member->text);
}

int crew_end(struct crew *crew)
{
	repo_forget(crew->session->repo);
	memory_trim(); /* trees are large, and what comes next is other memory */
	if (crew->rc)
		fail(crew->rc, "%s", crew->message);
	free(crew->message);
	pthread_mutex_destroy(&crew->lock);
	return crew->rc;
}
