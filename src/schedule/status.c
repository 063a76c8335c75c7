/* What the schedule is and will do: the tick, and each repository's last and next time. */
#define _GNU_SOURCE
#include "schedule/internal.h"

#include "flywheel/config.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The first tick at or after `when`; the minute is one of local time. */
static int64_t tick_after(int64_t when, unsigned minute)
{
	time_t seconds = (time_t)when;
	int64_t tick = when;
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		tick += ((int64_t)minute - tm.tm_min) * 60 - tm.tm_sec;
	return tick < when ? tick + SCHEDULE_TICK : tick;
}

static int look(struct schedule_row *row, int64_t now, unsigned minute)
{
	struct session session = {0};
	char *folder = NULL;
	int rc = repository_open(row->repository, &session.repo);

	row->exists = !rc;
	if (!rc)
		rc = config_load(session.repo, &session.config);
	if (!rc) {
		row->every = xstrdup(config_text(session.config, "every"));
		row->enabled = config_bool(session.config, "enabled");
		folder = path_join(repo_common_dir(session.repo), "flywheel");
		rc = store_open(folder, false, &session.store);
	}
	if (!rc)
		rc = due_read(&session, now, &row->due);
	if (!rc && row->due.every && row->enabled)
		row->next = tick_after(row->due.from > now ? row->due.from : now, minute);
	free(folder);
	store_close(session.store);
	config_free(session.config);
	repo_free(session.repo);
	return rc;
}

int schedule_status(struct repo *repo, int64_t now, struct schedule_status *out)
{
	const struct scheduler *scheduler;
	struct strings list = STRINGS_INIT;
	enum unit unit;
	int rc;

	memset(out, 0, sizeof(*out));
	scheduler = scheduler_in_use(&unit, &out->minute);
	if (scheduler) {
		out->scheduler = scheduler->name;
		out->outdated = unit == UNIT_OUTDATED;
	}
	if (repo)
		out->here = repository_path(repo);
	rc = repositories_list(&list);
	if (!rc) {
		out->rows = xcalloc(list.count + 1, sizeof(*out->rows));
		out->count = list.count;
	}
	for (size_t i = 0; i < out->count; i++) {
		out->rows[i].repository = xstrdup(list.items[i]);
		if (look(&out->rows[i], now, out->minute))
			out->rows[i].problem = xstrdup(error_message());
		error_clear();
	}
	strings_release(&list);
	return rc;
}

void schedule_status_release(struct schedule_status *status)
{
	for (size_t i = 0; i < status->count; i++) {
		free(status->rows[i].repository);
		free(status->rows[i].problem);
		free(status->rows[i].every);
	}
	free(status->rows);
	free(status->here);
	memset(status, 0, sizeof(*status));
}
