/* Reading decisions: the row, the verdict of a person, and what the repository says of it now. */
#include "decision/internal.h"

#include "flywheel/graph_place.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

void reading_init(struct reading *reading, struct session *session)
{
	memset(reading, 0, sizeof(*reading));
	reading->session = session;
	reading->has_tree = !repo_tree_of(session->repo, "HEAD", &reading->tree);
}

void reading_release(struct reading *reading)
{
	map_release(&reading->files);
	map_release(&reading->bases);
	map_release(&reading->names);
	strings_release(&reading->qualified);
}

static int on_place(const struct symbol_place *place, void *payload)
{
	strings_add(payload, place->qualified);
	return 0;
}

/* The qualified name where exactly one symbol of HEAD bears it, else the name as written. */
static const char *qualify(struct reading *reading, const char *name)
{
	struct strings found = STRINGS_INIT;
	bool added = false;
	struct map_entry *entry = map_put_str(&reading->names, name, &added);

	if (added) {
		if (graph_place_find(reading->session, name, 2, on_place, &found))
			error_clear(); /* the name as written is good enough */
		strings_add(&reading->qualified, found.count == 1 ? found.items[0] : name);
		entry->value.num = (int64_t)reading->qualified.count - 1;
		strings_release(&found);
	}
	return reading->qualified.items[entry->value.num];
}

int reading_visit(
	struct reading *reading, const struct decision_view *view, decision_fn fn, void *payload)
{
	const struct decision_row *row = &view->row;
	const char **files = xcalloc(view->files.count + 1, sizeof(*files));
	const char **names = xcalloc(view->names.count + 1, sizeof(*names));
	char hex[OID_HEX + 1];
	struct decision decision = {.id = row->id,
		.statement = row->statement,
		.because = row->because,
		.instead_of = row->instead_of,
		.consequences = row->consequences,
		.evidence = row->evidence,
		.source = row->source,
		.origin = row->origin,
		.status = reading_status(reading, view),
		.reason = view->reason,
		.judged_at = view->judged_at,
		.commit = row->commit,
		.confidence = row->confidence,
		.at = row->at,
		.files = files,
		.symbols = names};
	int rc;

	reading_by(view, decision.status, hex, &decision.by);
	for (size_t i = 0; i < view->files.count; i++)
		files[i] = view->files.items[i];
	for (size_t i = 0; i < view->names.count; i++)
		names[i] = qualify(reading, view->names.items[i]);
	rc = fn(&decision, payload);
	free(files);
	free(names);
	return rc;
}

struct each_state {
	struct reading reading;
	decision_fn fn;
	void *payload;
	bool in_force; /* this pass: those in force, or the others */
	size_t left;
};

static int on_view(const struct decision_view *view, void *payload)
{
	struct each_state *state = payload;
	bool in_force = decision_in_force(reading_status(&state->reading, view));

	if (!state->left || in_force != state->in_force)
		return 0;
	state->left--;
	return reading_visit(&state->reading, view, state->fn, state->payload);
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
	reading_init(&state.reading, session);
	rc = store_decision_each(session->store, &filter, on_view, &state);
	state.in_force = false;
	if (!rc && state.left)
		rc = store_decision_each(session->store, &filter, on_view, &state);
	reading_release(&state.reading);
	return rc;
}

int decision_count(struct session *session, size_t *count)
{
	return store_decision_count(session->store, count);
}

struct find_state {
	struct reading reading;
	decision_fn fn;
	void *payload;
	size_t found;
	char id[13];
};

static int on_found(const struct decision_view *view, void *payload)
{
	struct find_state *state = payload;

	memcpy(state->id, view->row.id, strnlen(view->row.id, 12));
	if (++state->found > 1 || !state->fn)
		return 0;
	return reading_visit(&state->reading, view, state->fn, state->payload);
}

/* The full id that a prefix stands for. */
static int expand(struct session *session, const char *id, struct find_state *state)
{
	struct decision_filter filter = {.id = id, .limit = 2};
	size_t len = strlen(id);
	int rc;

	if (len < 4 || len > 12 || strspn(id, "0123456789abcdef") != len)
		return fail(E_INVALID,
			"'%.40s' is not a decision's id: want 4 to 12 hex digits, as "
			"`git flywheel decisions list` prints them",
			id);
	rc = store_decision_each(session->store, &filter, on_found, state);
	if (!rc && !state->found)
		return fail(E_NOTFOUND, "no decision '%s'", id);
	if (!rc && state->found > 1)
		return fail(E_INVALID, "several decisions begin with '%s': give more digits", id);
	return rc;
}

int decision_find(struct session *session, const char *id, decision_fn fn, void *payload)
{
	struct find_state state = {0};
	char full[13];
	int rc = expand(session, id, &state);

	if (rc)
		return rc;
	memcpy(full, state.id, sizeof(full));
	memset(&state, 0, sizeof(state));
	state.fn = fn;
	state.payload = payload;
	reading_init(&state.reading, session);
	rc = store_decision_each(
		session->store, &(struct decision_filter){.id = full}, on_found, &state);
	reading_release(&state.reading);
	return rc;
}

int decision_expand(struct session *session, const char *id, char out[13])
{
	struct find_state state = {0};
	int rc = expand(session, id, &state);

	memcpy(out, state.id, sizeof(state.id));
	return rc;
}
