/* When an unattended revolution is due: flywheel.every, and the time of the last one. */
#include "flywheel/due.h"

#include "flywheel/config.h"
#include "flywheel/store.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char last_key[] = "schedule.last";

int every_parse(const char *text, int64_t *seconds)
{
	*seconds = 0;
	if (!*text)
		return 0;
	if (duration_parse(text, seconds) || *seconds < SCHEDULE_SHORTEST) {
		*seconds = 0;
		return fail(E_INVALID,
			"'%.40s' is no schedule: want a number and a unit, 15m or more, as 30m, "
			"12h or 1d",
			text);
	}
	return 0;
}

static int read_last(struct store *store, int64_t *last)
{
	char *text = NULL;
	int rc = store_meta_get(store, last_key, &text);

	*last = rc ? 0 : strtoll(text, NULL, 10);
	free(text);
	return rc == E_NOTFOUND ? 0 : rc;
}

int due_read(struct session *session, int64_t now, struct due *out)
{
	int64_t slack;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = every_parse(config_text(session->config, "every"), &out->every);
	if (rc)
		return fail_context(rc, "flywheel.every");
	rc = read_last(session->store, &out->last);
	if (rc || !out->every)
		return rc;
	/* Half a tick: the nearest one is meant. */
	slack = out->every / 2 < SCHEDULE_TICK / 2 ? out->every / 2 : SCHEDULE_TICK / 2;
	if (out->last > 0 && out->last <= now)
		out->from = out->last + out->every - slack;
	out->now = now >= out->from && config_bool(session->config, "enabled");
	return 0;
}

int schedule_due(struct session *session, int64_t now, bool *due)
{
	struct due found;
	int rc = due_read(session, now, &found);

	*due = found.now;
	return rc;
}

int schedule_mark(struct session *session, int64_t now)
{
	char *text = xstrfmt("%" PRId64, now);
	int rc = store_meta_set(session->store, last_key, text);

	free(text);
	return rc;
}
