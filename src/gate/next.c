/* Who runs now, what happens next, and why not sooner. */
#include "flywheel/cycle.h"
#include "flywheel/queue.h"

#include "util/clock.h"
#include "util/error.h"

#include <string.h>
#include <unistd.h>

static bool is_running(struct session *session)
{
	int fd = -1;
	bool locked = queue_lock(session, &fd) == E_LOCKED;

	if (fd >= 0)
		close(fd);
	return locked;
}

static int count_commit(const struct commit *commit, void *payload)
{
	size_t *count = payload;

	(void)commit;
	++*count;
	return 0;
}

static void say_unfinished(
	struct session *session, const struct run_row *run, struct buf *next, struct buf *why)
{
	char when[21];

	clock_format(run->next_at, when);
	if (!strcmp(run->state, "waiting"))
		buf_addf(next, "run %lld waits to begin", (long long)run->id);
	else if (is_running(session))
		buf_addf(next, "run %lld is at %s", (long long)run->id, run->stage);
	else
		buf_addf(next,
			"run %lld stands at %s: the background worker goes on with it, or "
			"`git flywheel cycle`",
			(long long)run->id, run->stage);
	if (*run->remote)
		buf_addf(why, "%s says: %s", run->trainer, run->remote);
	if (*run->error)
		buf_addf(why, "%s%s (attempt %lld; next %s)", why->len ? "; " : "", run->error,
			(long long)run->attempts, run->next_at ? when : "at once");
}

static void say_failed(const struct run_row *run, struct buf *next, struct buf *why)
{
	buf_addf(next,
		"`git flywheel cycle` or `git flywheel jobs retry %lld` goes on with run "
		"%lld at %s",
		(long long)run->id, (long long)run->id, run->stage);
	buf_addstr(why, run->error);
}

static int say_after(struct session *session, const struct split *split, const struct run_row *run,
	struct buf *next, struct buf *why)
{
	struct log_options options = {.from = &split->head};
	struct oid last;
	size_t commits = 0;
	int rc;

	memcpy(last.raw, run->head, OID_RAW);
	if (oid_equal(&last, &split->head)) {
		buf_addstr(next, "the next commit makes another revolution worth its time");
		buf_addf(why, "run %lld has judged this commit: %s (`cycle --force` repeats it)",
			(long long)run->id, run->verdict);
		return 0;
	}
	options.hide = &last;
	rc = repo_log(session->repo, &options, count_commit, &commits);
	if (rc) {
		error_clear();
		buf_addstr(next, "`git flywheel cycle` judges the rewritten history");
		return 0;
	}
	buf_addf(next,
		"`git flywheel cycle` trains and judges a candidate: %zu commit%s since run "
		"%lld",
		commits, commits == 1 ? "" : "s", (long long)run->id);
	buf_addstr(why, "training starts with a push to a branch that flywheel.trainBranch names, "
			"with the schedule, or when you say so");
	return 0;
}

int cycle_next(struct session *session, struct buf *next, struct buf *why)
{
	struct split split;
	struct run_row run;
	int rc = run_next(session->store, &run);

	if (!rc)
		say_unfinished(session, &run, next, why);
	if (rc == E_NOTFOUND) {
		rc = run_last(session->store, NULL, &run);
		if (!rc && !strcmp(run.state, "failed"))
			say_failed(&run, next, why);
		else if (!rc)
			rc = E_NOTFOUND;
	}
	if (rc != E_NOTFOUND)
		goto out;
	run_release(&run);
	error_clear();
	rc = split_compute(session, &split);
	if (rc == E_NOTFOUND) {
		buf_addstr(next, "no revolution yet: this history is too short");
		buf_addstr(why, error_message());
		error_clear();
		return 0;
	}
	if (!rc)
		rc = run_last(session->store, "done", &run);
	if (!rc) {
		rc = say_after(session, &split, &run, next, why);
	} else if (rc == E_NOTFOUND) {
		error_clear();
		rc = 0;
		buf_addf(next,
			"`git flywheel cycle` trains the first candidate and judges it on "
			"what changed in the newest %zu of %zu commits",
			split.held_out, split.commits);
	}
out:
	run_release(&run);
	return rc;
}
