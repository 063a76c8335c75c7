/*
 * Our git hooks and the background pass that they start. Three hooks, no more: post-commit,
 * post-rewrite and pre-push. Each runs first what stood there before, then starts the pass through
 * a tiny static program and returns. What a hook misses, the next command catches up on.
 */
#ifndef FLYWHEEL_HOOK_H
#define FLYWHEEL_HOOK_H

#include "flywheel/repo.h"
#include "flywheel/session.h"
#include "util/buf.h"

#include <stdbool.h>

#define HOOK_COUNT 3

enum hook_state {
	HOOK_CURRENT,   /* ours already, and up to date */
	HOOK_WRITTEN,   /* new, or an older one of ours renewed */
	HOOK_CHAINED,   /* new; the user's own is kept as <name>.before-flywheel and runs first */
	HOOK_FOREIGN,   /* not ours to write: hooks_advice() says which line to add where */
	HOOK_EDITED,    /* ours, but changed by hand since: left alone */
	HOOK_COLLISION, /* a foreign hook, and a <name>.before-flywheel that we would overwrite */
	HOOK_REMOVED,
	HOOK_RESTORED, /* removed; the user's own is back in its place */
	HOOK_ABSENT,   /* nothing of ours there */
};

enum hook_manager { MANAGER_NONE, MANAGER_HUSKY, MANAGER_LEFTHOOK, MANAGER_SHARED };

struct hook_report {
	const char *names[HOOK_COUNT]; /* static */
	enum hook_state states[HOOK_COUNT];
	char *folder;              /* where git looks for hooks; absolute */
	enum hook_manager manager; /* who owns it, when a state is HOOK_FOREIGN */
};

/*
 * Writes what is missing or old, and never over what we did not write. `program` is the absolute
 * path of git-flywheel, `trampoline` that of git-flywheel-hook. E_UNSUPPORTED: a bare repository.
 */
int hooks_install(
	struct repo *repo, const char *program, const char *trampoline, struct hook_report *report);
/* Removes ours and puts back what stood there before. */
int hooks_remove(struct repo *repo, struct hook_report *report);
void hook_report_release(struct hook_report *report);
/* What to add where, for a folder that is not ours to write. Several lines. */
void hooks_advice(const struct hook_report *report, struct buf *out);

/* Absolute paths of this program and of its trampoline; the caller frees both. E_NOTFOUND. */
int hook_programs(char **program, char **trampoline);

/*
 * One background pass: index, talk, decisions. One at a time per repository; when another runs
 * already, it is told to go round once more and this returns 0 at once (with `wait`: after it, and
 * after a pass of our own). `log` (may be NULL) is told in one line what each pass did.
 */
typedef void (*worker_log_fn)(const char *line, void *payload);
int worker_run(struct session *session, bool wait, worker_log_fn log, void *payload);
/*
 * Attends the queue until nothing in it is on its way: confirms pushes, asks the schedule, carries
 * runs on, tells people. `once`: only what is due now. Returns at once when somebody does it
 * already. `next`: when to come again, 0: nothing is left. What goes wrong with a run stands in its
 * row.
 */
int attend_queue(
	struct session *session, bool once, worker_log_fn log, void *payload, int64_t *next);
/* Starts pass and attendance in the background, as the hooks do. Not under FLYWHEEL_INTERNAL. */
int worker_start(void);
/* Takes the pass's lock until the descriptor is closed. E_LOCKED: another pass holds it, no `wait`.
 */
int worker_lock(const char *folder, bool wait, int *fd);

#endif
