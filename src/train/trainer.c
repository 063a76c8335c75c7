/* The table of trainers, and models that come from elsewhere. */
#include "flywheel/train.h"
#include "train/internal.h"

#include "flywheel/config.h"
#include "flywheel/model.h"
#include "flywheel/store.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_TAIL ((size_t)1 << 20)
#define MAX_MODEL ((size_t)2 << 30)

static const struct trainer *const trainers[] = {
	&trainer_house,
	&trainer_ray,
	&trainer_command,
	NULL,
};

const struct trainer *trainer_find(const char *name)
{
	for (size_t i = 0; trainers[i]; i++)
		if (!strcmp(trainers[i]->name, name))
			return trainers[i];
	return NULL;
}

int trainer_configured(struct session *session, const struct trainer **out)
{
	const char *name = config_text(session->config, "trainer");
	const struct trainer *trainer = trainer_find(name);

	*out = NULL;
	if (!trainer)
		return fail(
			E_INVALID, "flywheel.trainer is '%s': want house, ray or command", name);
	*out = trainer;
	return trainer->check ? trainer->check(session) : 0;
}

void train_artifact_release(struct train_artifact *artifact)
{
	if (!artifact)
		return;
	free(artifact->file);
	free(artifact->base);
	free(artifact->uri);
	memset(artifact, 0, sizeof(*artifact));
}

void log_tail(const char *text, struct buf *out)
{
	size_t len = strlen(text);
	const char *line = text;

	if (len > LOG_TAIL) {
		text += len - LOG_TAIL;
		line = strchr(text, '\n');
		line = line ? line + 1 : text;
	}
	buf_addstr(out, line);
}

void artifact_name(struct train_artifact *artifact, const char *prefix)
{
	snprintf(artifact->id, sizeof(artifact->id), "%s-%.12s", prefix, artifact->sha256);
	free(artifact->file);
	artifact->file = xstrfmt("models/%s.model", artifact->id);
}

static int copy(struct session *session, const char *path, const char *file)
{
	char *folder = path_join(store_folder(session->store), "models");
	char *target = path_join(store_folder(session->store), file);
	struct buf bytes = BUF_INIT;
	int rc = file_read(path, MAX_MODEL, &bytes);

	if (!rc)
		rc = file_mkdirs(folder, 0700);
	if (!rc)
		rc = file_write(target, bytes.ptr, bytes.len, 0600);
	buf_release(&bytes);
	free(folder);
	free(target);
	return rc;
}

int train_adopt(struct session *session, const char *path, struct train_artifact *out)
{
	struct model *model = NULL;
	int rc = model_open(path, &model);

	memset(out, 0, sizeof(*out));
	model_free(model);
	if (rc)
		return fail_context(rc, "cannot judge '%s'", path);
	rc = digest_file(path, out->sha256);
	if (rc)
		return rc;
	artifact_name(out, "given");
	out->trainer = "given";
	out->base = xstrdup("unknown");
	out->uri = xstrdup("");
	rc = copy(session, path, out->file);
	if (rc)
		train_artifact_release(out);
	return rc;
}
