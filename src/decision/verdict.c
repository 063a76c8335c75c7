/* What a person says of a decision: a fact, kept for its id, and shown in the notes. */
#include "decision/internal.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct judged {
	struct oid *commits;
	size_t count, capacity;
};

static int on_judged(const struct decision_view *view, void *payload)
{
	struct judged *judged = payload;

	if (oid_is_zero(&view->row.commit))
		return 0;
	GROW(judged->commits, judged->count, judged->capacity);
	judged->commits[judged->count++] = view->row.commit;
	return 0;
}

int decision_judge(struct session *session, const char *id, const char *verdict, const char *reason)
{
	char full[13];
	struct judged judged = {0};
	struct decision_filter filter = {.every = true};
	int rc = decision_expand(session, id, full);

	if (!rc)
		rc = store_judge(session->store, "decision", full, verdict, reason, clock_now());
	filter.id = full;
	if (!rc)
		rc = store_decision_each(session->store, &filter, on_judged, &judged);
	if (!rc)
		rc = notes_update(session, judged.commits, judged.count, false);
	free(judged.commits);
	return rc;
}
