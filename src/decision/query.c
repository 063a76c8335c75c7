/* Reading decisions: the row, the verdict of a person, and what the repository says of it now. */
#include "decision/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct each_state {
	decision_fn fn;
	void *payload;
	bool in_force; /* this pass: those in force, or the others */
	size_t left, seen;
};

static const char *status_of(const struct decision_view *view)
{
	if (view->verdict[0])
		return view->verdict;
	return view->reverted ? "superseded" : view->row.status;
}

static bool is_in_force(const char *status)
{
	return !strcmp(status, "proposed") || !strcmp(status, "accepted");
}

static int on_view(const struct decision_view *view, void *payload)
{
	struct each_state *state = payload;
	const struct decision_row *row = &view->row;
	const char *status = status_of(view);
	struct decision decision = {.id = row->id,
		.statement = row->statement,
		.because = row->because,
		.instead_of = row->instead_of,
		.evidence = row->evidence,
		.source = row->source,
		.origin = row->origin,
		.status = status,
		.commit = row->commit,
		.confidence = row->confidence,
		.at = row->at};
	const char **files, **names;
	int rc;

	if (!state->left || is_in_force(status) != state->in_force)
		return 0;
	files = xcalloc(view->files.count + 1, sizeof(*files));
	names = xcalloc(view->names.count + 1, sizeof(*names));
	for (size_t i = 0; i < view->files.count; i++)
		files[i] = view->files.items[i];
	for (size_t i = 0; i < view->names.count; i++)
		names[i] = view->names.items[i];
	decision.files = files;
	decision.symbols = names;
	state->left--;
	state->seen++;
	rc = state->fn(&decision, state->payload);
	free(files);
	free(names);
	return rc;
}

int decision_each(
	struct session *session, const struct decision_query *query, decision_fn fn, void *payload)
{
	struct each_state state = {
		.fn = fn, .payload = payload, .in_force = true, .left = SIZE_MAX};
	struct decision_filter filter = {0};
	int rc;

	if (query) {
		filter = (struct decision_filter){.path = query->path,
			.name = query->symbol,
			.commit = query->commit,
			.words = query->words};
		state.left = query->limit ? query->limit : SIZE_MAX;
	}
	rc = store_decision_each(session->store, &filter, on_view, &state);
	state.in_force = false;
	if (!rc && state.left)
		rc = store_decision_each(session->store, &filter, on_view, &state);
	return rc;
}

int decision_count(struct session *session, size_t *count)
{
	return store_decision_count(session->store, count);
}
