/* Who runs now, what happens next, and why not sooner. */
#include "flywheel/cycle.h"
#include "gate/judge.h"

#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* `status` looks by taking the lock for a moment: that must not turn a cycle away. */
static int lock_patiently(int fd)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

	for (int tries = 0; tries < 20; tries++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return 0;
		nanosleep(&pause, NULL);
	}
	return -1;
}

int cycle_lock(struct session *session, int *fd)
{
	char *path = path_join(store_folder(session->store), "cycle.lock");
	int rc = 0;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		rc = fail(E_IO, "cannot open %s: %s", path, strerror(errno));
	else if (lock_patiently(*fd))
		rc = fail(E_LOCKED, "another cycle is running here: wait for it, or see `git "
				    "flywheel status`");
	free(path);
	return rc;
}

static bool is_running(struct session *session)
{
	int fd = -1;
	bool locked = cycle_lock(session, &fd) == E_LOCKED;

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
	if (is_running(session)) {
		buf_addf(next, "run %lld is at %s", (long long)run->id, run->stage);
		return;
	}
	buf_addf(next, "`git flywheel cycle` goes on with run %lld at %s", (long long)run->id,
		run->stage);
	buf_addstr(why, *run->error ? run->error : "it was stopped there");
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
	buf_addstr(why, "the background pass keeps graph, talk and decisions current; training "
			"starts when you say so");
	return 0;
}

int cycle_next(struct session *session, struct buf *next, struct buf *why)
{
	struct split split;
	struct run_row run;
	int rc = run_last(session->store, "running", &run);

	if (!rc)
		say_unfinished(session, &run, next, why);
	if (!rc || rc != E_NOTFOUND)
		goto out;
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
