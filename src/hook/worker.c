/*
 * The background pass. A lock file makes it one at a time; a flag file makes sure that a commit
 * made during a pass is not lost: who wants a pass raises the flag first and asks for the lock
 * then, who holds the lock lowers the flag before each pass and looks once more after unlocking.
 */
#include "hook/internal.h"

#include "flywheel/conversation.h"
#include "flywheel/decision.h"
#include "flywheel/graph.h"
#include "flywheel/conversation_link.h"
#include "flywheel/store.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A model that does not answer is no reason to leave the rest undone. */
static void ask(struct session *session, worker_log_fn log, void *payload)
{
	size_t asked = 0;
	int rc = decision_ask(session, &asked);
	char *line;

	if (rc || asked) {
		line = rc ? xstrfmt("mining model: %s", error_message())
			  : xstrfmt("mining model: asked about %zu texts", asked);
		if (log)
			log(line, payload);
		free(line);
	}
	error_clear();
}

static int pass(struct session *session, worker_log_fn log, void *payload)
{
	const struct harvest_options unattended = {.unattended = true};
	struct harvest_report harvest = {0};
	double start = clock_monotonic();
	size_t decisions = 0;
	struct oid head;
	char *line;
	int rc;

	if (repo_head(session->repo, &head) == E_NOTFOUND)
		return 0;
	rc = graph_catch_up(session);
	if (!rc)
		rc = conversation_harvest(session, &unattended, &harvest);
	if (!rc)
		rc = conversation_link(session);
	if (!rc) /* before what may fail: questions about lines need them, and nobody's name */
		rc = decision_read_versions(session);
	if (!rc)
		ask(session, log, payload);
	if (!rc)
		rc = decision_mine(session, &decisions);
	if (!rc)
		rc = store_backup_when_older(session->store, clock_now(), CLOCK_DAY);
	line = rc ? xstrfmt("failed: %s", error_message())
		  : xstrfmt("index current, %zu turns, %zu decisions, %.2f s%s%s", harvest.turns,
			    decisions, clock_monotonic() - start, *harvest.problem ? "; " : "",
			    harvest.problem);
	if (log)
		log(line, payload);
	free(line);
	return rc;
}

int worker_run(struct session *session, bool wait, worker_log_fn log, void *payload)
{
	const char *folder = store_folder(session->store);
	char *flag = path_join(folder, "worker.again");
	int rc = flag_raise(flag);

	while (!rc) {
		int fd;

		rc = worker_lock(folder, wait, &fd);
		if (rc)
			break;
		while (!rc && !unlink(flag))
			rc = pass(session, log, payload);
		close(fd);
		if (!file_exists(flag))
			break;
	}
	free(flag);
	return rc == E_LOCKED ? 0 : rc;
}
