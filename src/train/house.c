/* The embedded trainer: code at the cutoff and the kept examples into one house model, at once. */
#include "train/internal.h"

#include "flywheel/config.h"
#include "flywheel/scrub.h"
#include "flywheel/curate.h"
#include "flywheel/graph.h"
#include "flywheel/model.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/progress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The parsed files of the tree, in order of their paths. */
static int add_code(struct session *session, const struct oid *tree, struct model_builder *builder)
{
	size_t max = (size_t)config_number(session->config, "maxFileBytes");
	struct progress *progress = NULL;
	struct buf text = BUF_INIT, clean = BUF_INIT;
	struct scrubber *scrubber = NULL;
	struct graph *graph = NULL;
	int rc = graph_open(session, tree, &graph);

	if (!rc)
		rc = scrubber_open_for_code(session, &scrubber);
	if (rc) {
		graph_free(graph);
		return rc;
	}
	progress = progress_start("reading code", graph->file_count);
	for (uint32_t i = 0; i < graph->file_count && !rc; i++) {
		const struct graph_file *file = &graph->files[i];

		progress_set(progress, i);
		if (!file->language)
			continue;
		buf_clear(&text);
		rc = repo_blob_read(session->repo, &file->blob, max, &text);
		buf_clear(&clean);
		/* A file that cannot be searched for secrets teaches nothing. */
		if (!rc && !scrub_text(scrubber, text.ptr, text.len, &clean, NULL, NULL))
			model_builder_add(builder, file->path, clean.ptr, clean.len);
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "stopped");
	}
	progress_finish(progress);
	buf_release(&text);
	buf_release(&clean);
	scrubber_free(scrubber);
	graph_free(graph);
	return rc;
}

struct example_state {
	struct model_builder *builder;
	struct buf text;
};

static int add_example(
	const char *id, const char *kind, const char *prompt, const char *answer, void *payload)
{
	struct example_state *state = payload;

	(void)kind;
	buf_clear(&state->text);
	buf_addf(&state->text, "%s\n%s", prompt, answer);
	model_builder_add(state->builder, id, state->text.ptr, state->text.len);
	return 0;
}

static int write_model(struct session *session, struct model_builder *builder, int64_t seed,
	struct train_artifact *out)
{
	char *folder = path_join(store_folder(session->store), "models");
	char *scratch = path_join(folder, "house.training");
	char *target = NULL;
	int rc = file_mkdirs(folder, 0700);

	if (!rc)
		rc = model_builder_write(builder, scratch, seed, out->sha256);
	if (!rc) {
		artifact_name(out, "house");
		target = path_join(store_folder(session->store), out->file);
		if (chmod(scratch, 0600) || rename(scratch, target)) /* it knows private talk */
			rc = fail(E_IO, "cannot put the model at %s: %s", target, strerror(errno));
	}
	free(folder);
	free(scratch);
	free(target);
	return rc;
}

static int house_collect(const struct train_job *job, struct train_artifact *out)
{
	struct session *session = job->session;
	struct example_state state = {.builder = model_builder_new(), .text = BUF_INIT};
	int rc;

	memset(out, 0, sizeof(*out));
	out->trainer = "house";
	out->base = xstrdup("none");
	out->uri = xstrdup("");
	rc = add_code(session, &job->split->cutoff_tree, state.builder);
	if (!rc)
		rc = dataset_each(session, job->dataset, add_example, &state);
	if (!rc)
		rc = write_model(session, state.builder, job->seed, out);
	model_builder_free(state.builder);
	buf_release(&state.text);
	if (rc)
		train_artifact_release(out);
	return rc;
}

const struct trainer trainer_house = {
	.name = "house",
	.summary = "the embedded model: here, at once, without a GPU",
	.collect = house_collect,
};
