/* The package of a remote job: program, settings and rows, scanned for secrets as they leave. */
#include "flywheel/package.h"

#include "flywheel/config.h"
#include "flywheel/scrub.h"
#include "flywheel/curate.h"
#include "flywheel/model.h"
#include "flywheel/store.h"
#include "util/archive.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/strings.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PACKAGE_MAX ((size_t)100 << 20) /* what a Ray cluster takes */
#define PART_MAX ((size_t)4 << 30)
#define FORMAT "trl"

enum part { PART_PROGRAM, PART_JOB, PART_ROWS, PARTS };

static const char *const names[PARTS + 1] = {"train.py", "job.json", "dataset.jsonl", NULL};

extern const char train_py[]; /* src/train/entrypoint/train.py */

struct counting {
	size_t rows, tokens, longest; /* longest: tokens of a row that count */
};

const char *const *package_parts(void)
{
	return names;
}

static int count_row(
	const char *id, const char *kind, const char *prompt, const char *answer, void *payload)
{
	struct counting *counting = payload;
	size_t tokens = model_count_tokens(prompt, strlen(prompt)) +
			model_count_tokens(answer, strlen(answer));

	(void)id;
	(void)kind;
	counting->rows++;
	counting->tokens += tokens < counting->longest ? tokens : counting->longest;
	return 0;
}

static int write_job(const struct train_job *job, const struct counting *counts, struct buf *out)
{
	const struct config *config = job->session->config;
	const char *form = config_text(config, "form");
	int64_t rank = config_number(config, "loraRank");
	struct js *object;

	if (strcmp(form, "merged") && strcmp(form, "adapter"))
		return fail(E_INVALID, "flywheel.form is '%s': want merged or adapter", form);
	object = js_object();
	js_set_text(object, "key", job->key);
	js_set_text(object, "dataset", job->dataset);
	js_set_number(object, "rows", (int64_t)counts->rows);
	js_set_text(object, "base", config_text(config, "base"));
	js_set_number(object, "seed", job->seed);
	js_set_text(object, "output", config_text(config, "artifacts"));
	js_set_text(object, "form", form);
	js_set_real(object, "epochs", config_real(config, "epochs"));
	js_set_number(object, "max_steps", config_number(config, "maxSteps"));
	js_set_real(object, "learning_rate", config_real(config, "learningRate"));
	js_set_number(object, "lora_rank", rank);
	js_set_number(object, "lora_alpha", 2 * rank);
	js_set_number(object, "max_length", config_number(config, "maxLength"));
	js_set_number(object, "batch", config_number(config, "batch"));
	js_write(object, out);
	buf_addch(out, '\n');
	js_free(object);
	return 0;
}

static int scan(struct session *session, const struct buf *program, const struct buf *settings)
{
	const struct buf *parts[PARTS] = {[PART_PROGRAM] = program, [PART_JOB] = settings};
	struct scrubber *scrubber = NULL;
	int rc = scrubber_open_for_code(session, &scrubber);

	for (int i = 0; i < PARTS && !rc; i++)
		if (parts[i] && scrub_count_secrets(scrubber, parts[i]->ptr, parts[i]->len))
			rc = fail(E_INVALID,
				"%s of the package holds what looks like a secret, nothing was "
				"written: look for it in your settings with `git config "
				"--get-regexp ^flywheel`",
				names[i]);
	scrubber_free(scrubber);
	return rc;
}

/*
 * The rows were scanned one by one as they were written; here go the other parts. The job's names
 * are left out: they are digests of ours, and as random as the secrets that are looked for.
 */
static int scan_settings(
	const struct train_job *job, const struct counting *counts, const struct buf *program)
{
	struct train_job nameless = *job;
	struct buf settings = BUF_INIT;
	int rc;

	nameless.key = nameless.dataset = "";
	rc = write_job(&nameless, counts, &settings);
	if (!rc)
		rc = scan(job->session, program, &settings);
	buf_release(&settings);
	return rc;
}

static int fill(const struct train_job *job, struct buf *parts, struct counting *counts)
{
	int rc = dataset_export(job->session, job->dataset, FORMAT, &parts[PART_ROWS]);

	if (rc)
		return fail_context(rc, "%s of the package", names[PART_ROWS]);
	counts->longest = (size_t)config_number(job->session->config, "maxLength");
	rc = dataset_each(job->session, job->dataset, count_row, counts);
	buf_addstr(&parts[PART_PROGRAM], train_py);
	if (!rc)
		rc = write_job(job, counts, &parts[PART_JOB]);
	return rc ? rc : scan_settings(job, counts, &parts[PART_PROGRAM]);
}

static int write_package(const struct train_job *job, const struct buf *zip, struct package *out)
{
	char *folder = path_join(store_folder(job->session->store), "spool");
	char *path = xstrfmt("%s/%s.zip", folder, job->key);
	int rc = file_mkdirs(folder, 0700);

	if (!rc)
		rc = file_write(path, zip->ptr, zip->len, 0600);
	free(folder);
	if (rc) {
		free(path);
		return rc;
	}
	out->path = path;
	out->bytes = zip->len;
	digest_bytes(zip->ptr, zip->len, out->sha256);
	return 0;
}

int package_make(const struct train_job *job, struct package *out)
{
	struct buf bytes[PARTS] = {BUF_INIT, BUF_INIT, BUF_INIT}, zip = BUF_INIT;
	struct archive_part parts[PARTS];
	struct counting counts = {0};
	int rc = fill(job, bytes, &counts);

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < PARTS; i++)
		parts[i] = (struct archive_part){names[i], bytes[i].ptr, bytes[i].len};
	if (!rc)
		rc = archive_make(parts, PARTS, &zip);
	if (!rc && zip.len > PACKAGE_MAX)
		rc = fail(E_TOOBIG,
			"the package is %zu MiB, a cluster takes %zu: keep fewer examples (lower "
			"flywheel.maxTokens or raise flywheel.minComplexity) and curate again",
			zip.len >> 20, PACKAGE_MAX >> 20);
	if (!rc)
		rc = write_package(job, &zip, out);
	out->rows = counts.rows;
	out->tokens = counts.tokens;
	for (int i = 0; i < PARTS; i++)
		buf_release(&bytes[i]);
	buf_release(&zip);
	return rc;
}

void package_sweep(struct session *session)
{
	char *folder = path_join(store_folder(session->store), "spool");
	DIR *spool = opendir(folder);
	struct dirent *entry;

	while (spool && (entry = readdir(spool))) {
		const char *name = entry->d_name;

		if (starts_with(name, "flywheel-") && strstr(name, ".zip") &&
			!starts_with(name, PACKAGE_DRY_RUN)) {
			char *path = path_join(folder, name);

			unlink(path); /* what stays is tried again at the next sweep */
			free(path);
		}
	}
	if (spool)
		closedir(spool);
	free(folder);
}

void package_release(struct package *package)
{
	if (!package)
		return;
	free(package->path);
	memset(package, 0, sizeof(*package));
}

int package_part(const struct package *package, const char *name, struct buf *out)
{
	for (int i = 0; i < PARTS; i++)
		if (!strcmp(names[i], name))
			return archive_read(package->path, name, PART_MAX, out);
	return fail(E_NOTFOUND, "no part '%s': train.py, job.json or dataset.jsonl", name);
}
