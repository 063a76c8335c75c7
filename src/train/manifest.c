/* Results of remote training: found, held against their digests, kept by their manifest. */
#include "flywheel/manifest.h"

#include "flywheel/config.h"
#include "flywheel/http.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/strings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FORMAT 1
#define MANIFEST_MAX ((size_t)16 << 20)
#define TOKEN "FLYWHEEL_ARTIFACTS_TOKEN"

struct listed { /* one file of an artifact; borrowed from the manifest */
	const char *path, *sha256;
	int64_t size;
};

struct manifest {
	struct js *js;
	const char *artifact, *sha256; /* borrowed from js */
	struct listed *files;          /* sorted by path */
	size_t count;
};

static void manifest_release(struct manifest *manifest)
{
	js_free(manifest->js);
	free(manifest->files);
	memset(manifest, 0, sizeof(*manifest));
}

static bool is_url(const char *place)
{
	return strstr(place, "://") != NULL;
}

int artifacts_check(struct session *session)
{
	const char *place = config_text(session->config, "artifacts");

	if (!*place)
		return fail(E_INVALID,
			"flywheel.artifacts is not set: name a folder that this machine and the "
			"trainer's both see, or an https URL that takes PUT");
	if (is_url(place)) {
		int rc = http_url_check(place);

		return rc ? fail_context(rc, "flywheel.artifacts") : 0;
	}
	if (*place != '/')
		return fail(E_INVALID,
			"flywheel.artifacts is '%s': want an absolute folder or an https URL",
			place);
	return 0;
}

int artifacts_token(struct session *session, struct buf *token, const char **source)
{
	const char *place = config_text(session->config, "artifacts");
	const char *given = getenv(TOKEN);
	int rc;

	*source = "none";
	if (!is_url(place))
		return 0;
	if (given && *given) {
		*source = TOKEN;
		buf_addstr(token, given);
		return 0;
	}
	rc = credential_get(repo_common_dir(session->repo), place, token);
	if (!rc)
		*source = "git credential";
	return rc == E_NOTFOUND ? 0 : rc;
}

/* "<artifacts>/<key>/<name>" */
static char *place_of(const struct train_job *job, const char *name)
{
	const char *place = config_text(job->session->config, "artifacts");
	size_t len = strlen(place);

	while (len > 1 && place[len - 1] == '/')
		len--;
	return xstrfmt("%.*s/%s/%s", (int)len, place, job->key, name);
}

/* Text of a file's name in a URL. */
static void add_escaped(struct buf *out, const char *path)
{
	for (; *path; path++)
		if (isalnum((unsigned char)*path) || strchr("-._~/", *path))
			buf_addch(out, *path);
		else
			buf_addf(out, "%%%02X", (unsigned char)*path);
}

static int ask(struct session *session, const char *method, const char *url, struct buf *out)
{
	struct http_response response = {.body = BUF_INIT};
	struct http_request request = {.method = method, .url = url, .max = MANIFEST_MAX};
	struct buf token = BUF_INIT;
	const char *source;
	int rc = artifacts_token(session, &token, &source);

	request.token = token.len ? token.ptr : NULL;
	if (!rc)
		rc = http_request(&request, &response);
	if (!rc) {
		rc = http_status_error(&response, "flywheel.artifacts");
		if (!rc && out)
			buf_add(out, response.body.ptr, response.body.len);
		http_response_release(&response);
	}
	buf_release(&token);
	return rc;
}

static int read_published(const struct train_job *job, struct buf *out)
{
	const char *place = config_text(job->session->config, "artifacts");
	char *path = place_of(job, "manifest.json");
	struct js *js = NULL;
	int rc;

	if (is_url(place))
		rc = ask(job->session, "GET", path, out);
	else if (!file_is_dir(place))
		rc = fail(
			E_IO, "flywheel.artifacts: there is no folder '%s': is it mounted?", place);
	else
		rc = file_read(path, MANIFEST_MAX, out);
	if (!rc && is_url(place) && (js_parse(out->ptr, out->len, &js) || !js_is_object(js)))
		rc = fail(E_NETWORK, "flywheel.artifacts: the manifest came damaged");
	js_free(js);
	if (rc == E_NOTFOUND)
		rc = fail(E_NOTFOUND, "the job has published nothing: no %s", path);
	free(path);
	return rc;
}

/* Relative, and never out of its folder. */
static bool path_is_safe(const char *path)
{
	if (!path || !*path || *path == '/')
		return false;
	for (const char *part = path; part; part = strchr(part, '/')) {
		size_t len;

		part += *part == '/';
		len = strcspn(part, "/");
		if (!len || (len == 1 && *part == '.') || (len == 2 && starts_with(part, "..")))
			return false;
	}
	for (; *path; path++)
		if (iscntrl((unsigned char)*path) || *path == '\\')
			return false;
	return true;
}

static bool is_digest(const char *text)
{
	return text && strlen(text) == DIGEST_HEX && strspn(text, "0123456789abcdef") == DIGEST_HEX;
}

static int by_path(const void *a, const void *b)
{
	const struct listed *left = a, *right = b;

	return strcmp(left->path, right->path);
}

static int take_files(struct manifest *manifest)
{
	const struct js *files = js_get(manifest->js, "files");

	manifest->count = js_count(files);
	manifest->files = xcalloc(manifest->count + 1, sizeof(*manifest->files));
	for (size_t i = 0; i < manifest->count; i++) {
		const struct js *file = js_at(files, i);
		struct listed *to = &manifest->files[i];

		to->path = js_get_text(file, "path");
		to->sha256 = js_get_text(file, "sha256");
		to->size = js_get_number(file, "size", -1);
		if (!path_is_safe(to->path) || !is_digest(to->sha256) || to->size < 0)
			return fail(E_INVALID, "file %zu of the manifest is malformed", i + 1);
	}
	qsort(manifest->files, manifest->count, sizeof(*manifest->files), by_path);
	for (size_t i = 1; i < manifest->count; i++)
		if (!strcmp(manifest->files[i].path, manifest->files[i - 1].path))
			return fail(E_INVALID, "the manifest lists '%s' twice",
				manifest->files[i].path);
	return 0;
}

/* The artifact's digest is that of its listing: one line a file, sorted. */
static int check_listing(const struct manifest *manifest)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX + 1];

	if (!manifest->count)
		return fail(E_INVALID, "the manifest lists no file");
	for (size_t i = 0; i < manifest->count; i++)
		buf_addf(&text, "%s  %s\n", manifest->files[i].sha256, manifest->files[i].path);
	digest_bytes(text.ptr, text.len, hex);
	buf_release(&text);
	if (strcmp(hex, manifest->sha256))
		return fail(E_INVALID, "the manifest's digest %.12s is not that of its files",
			manifest->sha256);
	return 0;
}

static int manifest_parse(const struct buf *text, struct manifest *out)
{
	int rc = js_parse(text->ptr, text->len, &out->js);

	if (rc)
		return fail_context(rc, "the job's manifest");
	if (js_get_number(out->js, "format", 0) != FORMAT)
		return fail(E_INVALID, "the job's manifest is not of format %d", FORMAT);
	out->artifact = js_get_text(out->js, "artifact");
	out->sha256 = js_get_text(out->js, "sha256");
	return 0;
}

static int check_artifact(struct manifest *manifest)
{
	int rc;

	if (!manifest->artifact || !is_digest(manifest->sha256))
		return fail(E_INVALID, "the manifest names no artifact");
	rc = take_files(manifest);
	return rc ? rc : check_listing(manifest);
}

/* Is it the manifest of this job, and did the job do what it was for? */
static int check_job(const struct manifest *manifest, const struct train_job *job)
{
	const char *key = js_get_text(manifest->js, "key");
	const char *dataset = js_get_text(manifest->js, "dataset");
	const char *status = js_get_text(manifest->js, "status");
	const char *error = js_get_text(manifest->js, "error");

	if (!key || strcmp(key, job->key))
		return fail(E_INVALID, "the manifest is of job '%s', not '%s'", key ? key : "?",
			job->key);
	if (!dataset || strcmp(dataset, job->dataset))
		return fail(E_INVALID, "the manifest is of dataset %.12s, not %.12s",
			dataset ? dataset : "?", job->dataset);
	if (status && !strcmp(status, "failed"))
		return fail(E_FAIL, "training failed: %s", error ? error : "it did not say why");
	if (!status || strcmp(status, "succeeded"))
		return fail(E_INVALID, "the manifest's status is '%s'", status ? status : "?");
	return 0;
}

/* Later checks go by the manifest alone, so it must not point anywhere but to its own folder. */
static int check_place(const struct manifest *manifest, const struct train_job *job)
{
	char *place = place_of(job, "model");
	size_t len = strlen(manifest->artifact);
	int rc = 0;

	while (len > 1 && manifest->artifact[len - 1] == '/')
		len--;
	if (len != strlen(place) || strncmp(manifest->artifact, place, len))
		rc = fail(E_INVALID, "the artifact is at '%s', not at '%s'", manifest->artifact,
			place);
	free(place);
	return rc;
}

static int check_file(const char *path, const struct listed *file)
{
	char hex[DIGEST_HEX + 1];
	struct stat status;
	int rc = 0;

	if (stat(path, &status))
		return fail(errno == ENOENT || errno == ENOTDIR ? E_NOTFOUND : E_IO,
			"file '%s' of the artifact: %s", file->path, strerror(errno));
	if (status.st_size != file->size)
		return fail(E_INVALID, "file '%s' of the artifact has %jd bytes instead of %jd",
			file->path, (intmax_t)status.st_size, (intmax_t)file->size);
	rc = digest_file(path, hex);
	if (!rc && strcmp(hex, file->sha256))
		rc = fail(E_INVALID, "file '%s' of the artifact was changed", file->path);
	return rc;
}

static int check_url(struct session *session, const char *artifact, const struct listed *file)
{
	struct buf url = BUF_INIT;
	int rc;

	buf_addf(&url, "%s/", artifact);
	add_escaped(&url, file->path);
	rc = ask(session, "HEAD", url.ptr, NULL);
	if (rc == E_NOTFOUND)
		rc = fail(E_NOTFOUND, "file '%s' of the artifact is gone", file->path);
	buf_release(&url);
	return rc;
}

static int check_files(struct session *session, const struct manifest *manifest)
{
	struct progress *progress = progress_start("checking the artifact", manifest->count);
	int rc = 0;

	for (size_t i = 0; i < manifest->count && !rc; i++) {
		const struct listed *file = &manifest->files[i];

		progress_set(progress, i);
		if (is_url(manifest->artifact)) {
			rc = check_url(session, manifest->artifact, file);
		} else {
			char *path = path_join(manifest->artifact, file->path);

			rc = check_file(path, file);
			free(path);
		}
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "stopped");
	}
	progress_finish(progress);
	return rc;
}

static int keep(const struct train_job *job, const struct manifest *manifest,
	const struct buf *text, const char *trainer, struct train_artifact *out)
{
	const char *folder = store_folder(job->session->store);
	const char *base = js_get_text(manifest->js, "base");
	char *models = path_join(folder, "models");
	char *target;
	int rc = file_mkdirs(models, 0700);

	memcpy(out->sha256, manifest->sha256, sizeof(out->sha256));
	snprintf(out->id, sizeof(out->id), "%s-%.12s", trainer, out->sha256);
	out->file = xstrfmt("models/%s.manifest.json", out->id);
	out->trainer = trainer;
	out->base = xstrdup(base ? base : config_text(job->session->config, "base"));
	out->uri = xstrdup(manifest->artifact);
	target = path_join(folder, out->file);
	if (!rc)
		rc = file_write(target, text->ptr, text->len, 0600);
	free(models);
	free(target);
	return rc;
}

int manifest_collect(const struct train_job *job, const char *trainer, struct train_artifact *out)
{
	struct manifest manifest = {0};
	struct buf text = BUF_INIT;
	int rc = read_published(job, &text);

	memset(out, 0, sizeof(*out));
	if (!rc)
		rc = manifest_parse(&text, &manifest);
	if (!rc)
		rc = check_job(&manifest, job);
	if (!rc)
		rc = check_artifact(&manifest);
	if (!rc)
		rc = check_place(&manifest, job);
	if (!rc)
		rc = check_files(job->session, &manifest);
	if (!rc)
		rc = keep(job, &manifest, &text, trainer, out);
	if (rc)
		train_artifact_release(out);
	manifest_release(&manifest);
	buf_release(&text);
	return rc;
}

int manifest_verify(struct session *session, const char *file, const char *sha256)
{
	char *path = path_join(store_folder(session->store), file);
	struct manifest manifest = {0};
	struct buf text = BUF_INIT;
	int rc = file_read(path, MANIFEST_MAX, &text);

	if (!rc)
		rc = manifest_parse(&text, &manifest);
	if (!rc)
		rc = check_artifact(&manifest);
	if (!rc && strcmp(manifest.sha256, sha256))
		rc = fail(E_INVALID, "'%s' is of %.12s, not %.12s", file, manifest.sha256, sha256);
	if (!rc)
		rc = check_files(session, &manifest);
	manifest_release(&manifest);
	buf_release(&text);
	free(path);
	return rc;
}
