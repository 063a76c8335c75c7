/* What the files of src/schedule/ share: the schedulers, and the list of repositories. */
#ifndef SCHEDULE_INTERNAL_H
#define SCHEDULE_INTERNAL_H

#include "flywheel/schedule.h"
#include "util/buf.h"
#include "util/strings.h"

#define TOOL_SECONDS 60 /* a scheduler's program that takes longer hangs */

/* What a scheduler is to do: run `<program> schedule run` each hour at this minute. */
struct tick {
	char *tool;    /* the scheduler's program: a name on PATH, or a test's path */
	char *program; /* absolute path of git-flywheel */
	unsigned minute;
};

enum unit { UNIT_ABSENT, UNIT_OUTDATED, UNIT_CURRENT };

/* All methods are required. */
struct scheduler {
	const char *name;
	const char *tool;
	/* 0, or why it cannot be used here. Changes nothing. */
	int (*available)(const struct tick *tick);
	/* Writes what is missing or different. After an error all is as it was. */
	int (*install)(const struct tick *tick);
	/* Removes ours; nothing there is no error. */
	int (*remove)(const struct tick *tick);
	int (*installed)(const struct tick *tick, enum unit *unit);
};

extern const struct scheduler scheduler_systemd;
extern const struct scheduler scheduler_crontab;
extern const struct scheduler scheduler_launchd;

/* NULL-terminated, in the order in which they are tried. */
extern const struct scheduler *const schedulers[];

/* The one that holds a tick of ours, or NULL; `minute` is when it comes. */
const struct scheduler *scheduler_in_use(enum unit *unit, unsigned *minute);
/* E_NOTFOUND: the test's environment says that there is no such scheduler. */
int tick_init(const struct scheduler *scheduler, struct tick *tick);
void tick_release(struct tick *tick);

/* Runs a scheduler's program; a status other than 0 is E_FAIL with its own first line. */
int tool_run(const char *const *argv, struct buf *out);
/* Writes `text` unless the file holds it already; makes the folder. */
int unit_write(const char *path, const struct buf *text);
bool unit_same(const char *path, const struct buf *text);

/* flywheel.repo of the global settings, in its order. */
int repositories_list(struct strings *out);
int repositories_add(const char *path);
int repositories_remove(const char *path);
/* What stands there for this repository: its main work tree, or a bare one's folder. */
char *repository_path(struct repo *repo);
/* E_NOTFOUND: that repository is no longer at `path`. */
int repository_open(const char *path, struct repo **out);

#endif
