/* Retention: which artifacts something still needs, and the explicit deletion of the rest. */
#include "gate/internal.h"

#include "flywheel/config.h"
#include "flywheel/refs.h"
#include "flywheel/store.h"
#include "flywheel/store_run.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct retention {
	struct session *session;
	bool dry_run;
	gate_prune_fn fn;
	void *payload;
	struct log_state log;
	struct strings models, datasets; /* to keep */
	struct strings known_datasets;
};

static int keep_runs(const struct run_row *run, void *payload)
{
	struct retention *state = payload;
	bool busy = !strcmp(run->state, "running") || !strcmp(run->state, "waiting");

	if (*run->dataset)
		strings_add(&state->known_datasets, run->dataset);
	if (!busy)
		return 0;
	if (*run->model)
		strings_add(&state->models, run->model);
	if (*run->dataset)
		strings_add(&state->datasets, run->dataset);
	return 0;
}

/* The last candidate stays while it is held: a person may promote it by hand. */
static int keep_last(struct retention *state)
{
	struct run_row run;
	int rc = run_last(state->session->store, "done", &run);

	if (rc)
		return rc == E_NOTFOUND ? 0 : rc;
	if (strcmp(run.verdict, "blocked"))
		strings_add(&state->models, run.model);
	if (*run.dataset)
		strings_add(&state->datasets, run.dataset);
	run_release(&run);
	return 0;
}

/* In force, the best ever, the last few promoted, and where a rollback would go. */
static void keep_promoted(struct retention *state)
{
	char *previous = NULL;
	size_t keep = (size_t)config_number(state->session->config, "keep");
	const struct log_state *log = &state->log;

	strings_add(&state->models, log->production);
	strings_add(&state->models, log->anchor);
	for (size_t i = log->count; i-- && log->count - i <= keep;)
		strings_add(&state->models, log->promoted[i].model);
	if (!log_previous(state->session, log, &previous) && log_by_tag(log, previous))
		strings_add(&state->models, log_by_tag(log, previous)->model);
	free(previous);
}

static int keep_datasets(const struct model_row *model, void *payload)
{
	struct retention *state = payload;

	if (!*model->dataset)
		return 0;
	strings_add(&state->known_datasets, model->dataset);
	if (strings_contains(&state->models, model->id))
		strings_add(&state->datasets, model->dataset);
	return 0;
}

static int drop_file(struct retention *state, const char *file, const char *why)
{
	char *path = path_join(store_folder(state->session->store), file);
	int rc = 0;

	if (file_exists(path)) {
		if (!state->dry_run && unlink(path))
			rc = fail(E_IO, "cannot delete %s: %s", path, strerror(errno));
		else if (state->fn)
			state->fn(file, why, state->payload);
	}
	free(path);
	return rc;
}

struct doomed { /* rows are dropped after the walk over them */
	struct retention *state;
	struct strings rows;
};

static int drop_model(const struct model_row *model, void *payload)
{
	struct doomed *doomed = payload;
	struct retention *state = doomed->state;
	bool promoted = log_by_model(&state->log, model->id) != NULL;
	char *why;
	int rc;

	if (strings_contains(&state->models, model->id))
		return 0;
	if (!promoted)
		strings_add(&doomed->rows, model->id);
	why = xstrfmt("%s%s%s",
		promoted ? "an older promoted model, beyond flywheel.keep"
			 : "a candidate that was not promoted",
		*model->uri ? "; its artifact stays for you to delete: " : "", model->uri);
	rc = drop_file(state, model->file, why);
	free(why);
	return rc;
}

static int drop_datasets(struct retention *state)
{
	int rc = 0;

	strings_sort_unique(&state->known_datasets);
	for (size_t i = 0; !rc && i < state->known_datasets.count; i++) {
		const char *sha256 = state->known_datasets.items[i];
		char *rows = xstrfmt("datasets/%s.jsonl", sha256);
		char *manifest = xstrfmt("datasets/%s.manifest.json", sha256);

		if (!strings_contains(&state->datasets, sha256)) {
			rc = drop_file(state, rows, "a dataset that no kept model names");
			if (!rc)
				rc = drop_file(
					state, manifest, "a dataset that no kept model names");
		}
		free(rows);
		free(manifest);
	}
	return rc;
}

static int gather(struct retention *state)
{
	struct store *store = state->session->store;
	int rc = run_each(store, keep_runs, state);

	if (!rc)
		rc = keep_last(state);
	if (rc)
		return rc;
	keep_promoted(state);
	strings_sort_unique(&state->models);
	rc = model_row_each(store, keep_datasets, state);
	strings_sort_unique(&state->datasets);
	return rc;
}

int gate_prune(struct session *session, bool dry_run, gate_prune_fn fn, void *payload)
{
	struct retention state = {
		.session = session, .dry_run = dry_run, .fn = fn, .payload = payload};
	struct doomed doomed = {.state = &state};
	int rc = log_load(session, &state.log);

	if (!rc)
		rc = gather(&state);
	if (!rc)
		rc = model_row_each(session->store, drop_model, &doomed);
	if (!rc)
		rc = drop_datasets(&state);
	for (size_t i = 0; !rc && !dry_run && i < doomed.rows.count; i++)
		rc = model_row_drop(session->store, doomed.rows.items[i]);
	log_release(&state.log);
	strings_release(&state.models);
	strings_release(&state.datasets);
	strings_release(&state.known_datasets);
	strings_release(&doomed.rows);
	return rc;
}

int gate_verify(struct session *session, const char *model)
{
	struct model_row row;
	int rc = model_row_get(session->store, model, &row);

	if (rc)
		return rc;
	rc = artifact_verify(session, row.file, row.sha256);
	model_row_release(&row);
	return rc;
}
