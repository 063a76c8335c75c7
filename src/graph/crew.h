/* Threads that read blobs of one repository and parse them, each with grammars of its own. */
#ifndef GRAPH_CREW_H
#define GRAPH_CREW_H

#include "graph/internal.h"

#include <pthread.h>

struct progress;
/* What the threads share. Who uses it sets the first four; `payload` is the work's own. */
struct crew {
	struct session *session;
	const struct languages *languages;
	size_t forget_every; /* reads, after which the repository lets go of what it holds */
	void *payload;

	size_t reads, max_bytes;
	struct progress *progress;
	pthread_mutex_t lock; /* of all this, the payload and the repository, for libgit2's sake */
	int rc;
	char *message; /* of the first error: messages are per thread */
};

/* One thread's. */
struct crew_member {
	struct crew *crew;
	struct grammars *grammars;
	struct buf text;
};

/* Runs `work` on as many threads as so many tasks are worth, and waits; `title` and `total` are for
 * the progress. `work` takes tasks until there are none or crew->rc is set. */
void crew_work(struct crew *crew, const char *title, size_t total, size_t tasks,
	void (*work)(struct crew_member *member));
/* The first error is kept, and ends the work. Under the lock. */
void crew_stop(struct crew *crew, int rc);
/* Reads a blob into the member's text: 0, E_TOOBIG, or what else keeps it from being read. Under
 * the lock. */
int crew_read(struct crew_member *member, const struct oid *blob);
/* Lets go of what the work took, and gives its error, told anew. */
int crew_end(struct crew *crew);

#endif
