/*
 * Ray Jobs. The job's id is chosen here, so whatever is lost on the way, asking for the id tells
 * whether the job is there: it is asked before a job is made, and again whenever making one did
 * not plainly succeed.
 */
#include "flywheel/config.h"
#include "flywheel/http.h"
#include "flywheel/manifest.h"
#include "flywheel/repo.h"
#include "train/internal.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MAX ((size_t)64 << 20) /* Ray gives a log whole or not at all */
#define MESSAGE_MAX ((size_t)4000)
#define WORDS_MAX 300
#define TOKEN_MAX 65536
#define SLOWEST 65536 /* bytes a second that an upload may be slow */

struct ray { /* one cluster, for one call */
	char *url;
	struct buf token;
	const char *source; /* where the token came from */
};

/* Appends a token file's text; true when there is one. */
static bool read_token(const char *path, struct buf *token)
{
	bool found = !file_read(path, TOKEN_MAX, token);

	buf_trim(token);
	return found && token->len;
}

/* Ray's own places in Ray's own order, then git's. */
static int find_token(struct session *session, struct ray *ray)
{
	const char *given = getenv("RAY_AUTH_TOKEN"), *file = getenv("RAY_AUTH_TOKEN_PATH");
	char *own = home_dir() ? path_join(home_dir(), ".ray/auth_token") : NULL;
	int rc = 0;

	ray->source = "none";
	if (given && *given) {
		ray->source = "RAY_AUTH_TOKEN";
		buf_addstr(&ray->token, given);
	} else if (file && *file) {
		ray->source = "RAY_AUTH_TOKEN_PATH";
		if (!read_token(file, &ray->token))
			rc = fail(E_DENIED, "no token in '%s' (RAY_AUTH_TOKEN_PATH)", file);
	} else if (own && read_token(own, &ray->token)) {
		ray->source = "~/.ray/auth_token";
	} else {
		rc = credential_get(repo_common_dir(session->repo), ray->url, &ray->token);
		if (!rc)
			ray->source = "git credential";
		rc = rc == E_NOTFOUND ? 0 : rc;
	}
	free(own);
	return rc;
}

static void ray_close(struct ray *ray)
{
	buf_release(&ray->token);
	free(ray->url);
}

/* The token is read anew for every call: whoever renews it need not restart anything. */
static int ray_open(struct session *session, struct ray *ray)
{
	const char *url = config_text(session->config, "ray.url");
	size_t len = strlen(url);
	int rc;

	while (len && url[len - 1] == '/')
		len--;
	*ray = (struct ray){.url = xstrndup(url, len), .token = BUF_INIT};
	rc = find_token(session, ray);
	if (rc)
		ray_close(ray);
	return rc;
}

static int ray_call(const struct ray *ray, struct http_request *request, const char *path,
	struct http_response *response)
{
	char *url = xstrfmt("%s%s", ray->url, path);
	int rc;

	request->url = url;
	request->token = ray->token.len ? ray->token.ptr : NULL;
	rc = http_request(request, response);
	free(url);
	return rc ? fail_context(rc, "ray") : 0;
}

static int ray_get(const struct ray *ray, const char *path, struct http_response *response)
{
	struct http_request request = {.method = "GET"};

	return ray_call(ray, &request, path, response);
}

/* Ray answers with Python's traceback: the reason is its last line, after which a "." may stand. */
static const char *reason_in(const char *text)
{
	const char *reason = text;

	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		if (len > 1)
			reason = line;
		line += len + (line[len] == '\n');
	}
	return reason;
}

/* 0 for 2xx. */
static int ray_status(const struct ray *ray, const struct http_response *response)
{
	int rc = http_status_error(response, "ray");
	char *words;

	if (rc == E_NOTFOUND) /* a gateway says so while the head restarts: not the last word */
		return fail(E_NETWORK,
			"ray: HTTP 404: is flywheel.ray.url the address of a Ray dashboard?");
	if (rc && strstr(response->body.ptr, "Traceback")) {
		words = first_line(reason_in(response->body.ptr), WORDS_MAX);
		fail(rc, "ray: HTTP %ld: %s", response->status, words);
		free(words);
	}
	if (rc != E_DENIED)
		return rc;
	words = xstrdup(error_message());
	fail(E_DENIED,
		"%s (token from: %s): put a fresh one into RAY_AUTH_TOKEN, ~/.ray/auth_token or "
		"`git credential approve`",
		words, ray->source);
	free(words);
	return rc;
}

static int parse(const struct http_response *response, const char *needed, struct js **out)
{
	if (js_parse(response->body.ptr, response->body.len, out))
		return fail(E_NETWORK, "ray: the answer is not JSON");
	if (js_get_text(*out, needed))
		return 0;
	js_free(*out);
	*out = NULL;
	return fail(E_NETWORK, "ray: the answer has no \"%s\"", needed);
}

/* Is it a Ray dashboard that answers? Otherwise its 404 says nothing about the job. */
static int prove(const struct ray *ray)
{
	struct http_response response = {.body = BUF_INIT};
	struct js *version = NULL;
	int rc = ray_get(ray, "/api/version", &response);

	if (rc)
		return rc;
	rc = ray_status(ray, &response);
	if (!rc)
		rc = parse(&response, "ray_version", &version);
	js_free(version);
	http_response_release(&response);
	return rc;
}

/* The job as Ray tells of it. E_NOTFOUND: Ray says that there is none. */
static int look(const struct ray *ray, const char *key, struct js **out)
{
	struct http_response response = {.body = BUF_INIT};
	char *path = xstrfmt("/api/jobs/%s", key);
	int rc = ray_get(ray, path, &response);

	free(path);
	*out = NULL;
	if (rc)
		return rc;
	if (response.status == 404)
		rc = prove(ray);
	else
		rc = ray_status(ray, &response);
	if (!rc && response.status == 404)
		rc = fail(E_NOTFOUND, "ray knows no job %s", key);
	else if (!rc)
		rc = parse(&response, "status", out);
	http_response_release(&response);
	return rc;
}

static int ray_check(struct session *session)
{
	const char *url = config_text(session->config, "ray.url");
	int rc;

	if (!*url)
		return fail(E_INVALID, "flywheel.ray.url is not set: name the Ray dashboard, for "
				       "example http://127.0.0.1:8265");
	rc = http_url_check(url);
	if (rc)
		return fail_context(rc, "flywheel.ray.url");
	if (!*config_text(session->config, "base"))
		return fail(E_INVALID, "flywheel.base is not set: name the model to start from, as "
				       "the cluster knows it");
	return artifacts_check(session);
}

#define PACKAGE_URI "gcs://"
#define PACKAGE_PATH "/api/packages/gcs/"

static char *package_uri(const struct package *package)
{
	return xstrfmt(PACKAGE_URI "_ray_pkg_%s.zip", package->sha256);
}

static int put_package(const struct ray *ray, const struct package *package, const char *path)
{
	static const char *const headers[] = {"Content-Type: application/octet-stream", NULL};
	struct http_response response = {.body = BUF_INIT};
	struct http_request request = {.method = "PUT",
		.headers = headers,
		.body_file = package->path,
		.timeout_s = HTTP_TIMEOUT + (long)(package->bytes / SLOWEST)};
	int rc = ray_call(ray, &request, path, &response);

	if (rc)
		return rc;
	rc = ray_status(ray, &response);
	http_response_release(&response);
	return rc;
}

static int bring_package(const struct ray *ray, const struct package *package)
{
	struct http_response response = {.body = BUF_INIT};
	char *path = xstrfmt(PACKAGE_PATH "_ray_pkg_%s.zip", package->sha256);
	int rc = ray_get(ray, path, &response);

	if (!rc && response.status == 404)
		rc = put_package(ray, package, path);
	else if (!rc)
		rc = ray_status(ray, &response);
	http_response_release(&response);
	free(path);
	return rc;
}

static int ray_upload(const struct train_job *job)
{
	struct ray ray;
	int rc = ray_open(job->session, &ray);

	if (rc)
		return rc;
	rc = bring_package(&ray, job->package);
	ray_close(&ray);
	return rc;
}

static struct js *runtime_env(const struct train_job *job, const struct buf *token)
{
	const struct strings *pip = config_list(job->session->config, "ray.pip");
	struct js *environment = js_object(), *variables, *list;
	char *uri = package_uri(job->package);

	js_set_text(environment, "working_dir", uri);
	if (pip->count) {
		list = js_array();
		for (size_t i = 0; i < pip->count; i++)
			js_add(list, js_text(pip->items[i]));
		js_set(environment, "pip", list);
	}
	if (token->len) {
		variables = js_object();
		js_set_text(variables, "FLYWHEEL_ARTIFACTS_TOKEN", token->ptr);
		js_set(environment, "env_vars", variables);
	}
	free(uri);
	return environment;
}

/* Ray hands its line to /bin/sh over there; the interpreter stays one word, whatever is in it. */
static void add_entrypoint(const struct config *config, struct buf *out)
{
	const char *python = config_text(config, "ray.python");

	if (python[strcspn(python, " \t\n\"'`$&|;<>()*?[]#~%!{}\\")]) {
		buf_addch(out, '\'');
		for (; *python; python++)
			if (*python == '\'')
				buf_addstr(out, "'\\''");
			else
				buf_addch(out, *python);
		buf_addch(out, '\'');
	} else {
		buf_addstr(out, python);
	}
	buf_addstr(out, " train.py job.json");
}

static int write_request(const struct train_job *job, struct buf *out)
{
	const struct config *config = job->session->config;
	struct js *request = js_object(), *metadata = js_object();
	struct buf token = BUF_INIT, entrypoint = BUF_INIT;
	const char *source;
	int rc = artifacts_token(job->session, &token, &source);

	add_entrypoint(config, &entrypoint);
	js_set_text(metadata, "key", job->key);
	js_set_text(metadata, "dataset", job->dataset);
	js_set_text(request, "entrypoint", entrypoint.ptr);
	js_set_text(request, "submission_id", job->key);
	js_set(request, "runtime_env", runtime_env(job, &token));
	js_set(request, "metadata", metadata);
	if (config_real(config, "ray.cpus") > 0)
		js_set_real(request, "entrypoint_num_cpus", config_real(config, "ray.cpus"));
	if (config_real(config, "ray.gpus") > 0)
		js_set_real(request, "entrypoint_num_gpus", config_real(config, "ray.gpus"));
	js_write(request, out);
	js_free(request);
	buf_release(&entrypoint);
	buf_release(&token);
	return rc;
}

/* 0 only when the answer itself names our job. */
static int post_job(const struct ray *ray, const struct train_job *job, const struct buf *body)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	struct http_response response = {.body = BUF_INIT};
	struct http_request request = {
		.method = "POST", .headers = headers, .body = body->ptr, .len = body->len};
	struct js *answer = NULL;
	int rc = ray_call(ray, &request, "/api/jobs/", &response);

	if (rc)
		return rc;
	rc = ray_status(ray, &response);
	if (!rc)
		rc = parse(&response, "submission_id", &answer);
	if (!rc && strcmp(js_get_text(answer, "submission_id"), job->key))
		rc = fail(E_NETWORK, "ray: the answer is about another job");
	js_free(answer);
	http_response_release(&response);
	return rc;
}

/* A failure that leaves the job there is none; one that left nothing is told as it was. */
static int make_job(const struct ray *ray, const struct train_job *job, const struct buf *body)
{
	struct js *there = NULL;
	char *words;
	int rc = post_job(ray, job, body), seen;

	if (!rc)
		return 0;
	words = xstrdup(error_message());
	seen = look(ray, job->key, &there);
	if (seen == E_NOTFOUND)
		rc = fail(rc, "%s", words);
	else
		rc = seen;
	js_free(there);
	free(words);
	return rc;
}

/*
 * Did the job end without a beginning because the cluster had lost its package? It restarted
 * between upload and submission, or the job waited for a place until the package was dropped.
 */
static int is_unstarted(const struct ray *ray, const struct js *job, bool *out)
{
	struct http_response response = {.body = BUF_INIT};
	const char *uri = js_get_text(js_get(job, "runtime_env"), "working_dir");
	const char *type = js_get_text(job, "error_type");
	char *path;
	int rc;

	*out = false;
	if (!type || strcmp(type, "RUNTIME_ENV_SETUP_FAILURE") || !uri ||
		!starts_with(uri, PACKAGE_URI))
		return 0;
	path = xstrfmt(PACKAGE_PATH "%s", uri + strlen(PACKAGE_URI));
	rc = ray_get(ray, path, &response);
	if (!rc && response.status == 404)
		*out = true;
	else if (!rc)
		rc = ray_status(ray, &response);
	http_response_release(&response);
	free(path);
	return rc;
}

/* Its key is free again when it is gone; killed here, the next submission finds none and goes on.
 */
static int forget(const struct ray *ray, const char *key)
{
	struct http_response response = {.body = BUF_INIT};
	struct http_request request = {.method = "DELETE"};
	char *path = xstrfmt("/api/jobs/%s", key);
	int rc = ray_call(ray, &request, path, &response);

	if (!rc && response.status != 404)
		rc = ray_status(ray, &response);
	http_response_release(&response);
	free(path);
	return rc;
}

/* E_NOTFOUND: no such job, or none any more. */
static int look_for_started(const struct ray *ray, const char *key)
{
	struct js *there = NULL;
	bool unstarted = false;
	int rc = look(ray, key, &there);

	if (!rc)
		rc = is_unstarted(ray, there, &unstarted);
	if (!rc && unstarted)
		rc = forget(ray, key);
	if (!rc && unstarted)
		rc = E_NOTFOUND;
	js_free(there);
	return rc;
}

static int ray_submit(const struct train_job *job)
{
	struct buf body = BUF_INIT;
	struct ray ray;
	int rc = ray_open(job->session, &ray);

	if (rc)
		return rc;
	rc = look_for_started(&ray, job->key);
	if (rc == E_NOTFOUND) {
		rc = write_request(job, &body);
		/* Again: a cluster drops a package that no job used for some minutes. */
		if (!rc)
			rc = bring_package(&ray, job->package);
		if (!rc)
			rc = make_job(&ray, job, &body);
	}
	buf_release(&body);
	ray_close(&ray);
	return rc;
}

static enum remote_state state_of(const struct js *job)
{
	static const struct {
		const char *name;
		enum remote_state state;
	} states[] = {{"PENDING", REMOTE_WAITING}, {"RUNNING", REMOTE_RUNNING},
		{"SUCCEEDED", REMOTE_SUCCEEDED}, {"FAILED", REMOTE_FAILED},
		{"STOPPED", REMOTE_STOPPED}};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (!strcmp(js_get_text(job, "status"), states[i].name))
			return states[i].state;
	return REMOTE_RUNNING; /* a newer Ray's word: only known ones end a job */
}

/* A failed job's message is a sentence and the end of its log: the sentence and what fits of that.
 */
static void add_message(const char *words, struct buf *out)
{
	size_t len = strlen(words), first = strcspn(words, "\n");

	if (len > MESSAGE_MAX && first < MESSAGE_MAX / 2) {
		buf_add(out, words, first);
		buf_addstr(out, "\n...");
		words = strchr(words + len - (MESSAGE_MAX - first), '\n');
		len = words ? strlen(words) : 0;
	}
	if (len)
		buf_add(out, words, len < MESSAGE_MAX ? len : MESSAGE_MAX);
}

static int ray_poll(const struct train_job *job, enum remote_state *state, struct buf *message)
{
	struct js *there = NULL;
	bool unstarted = false;
	const char *words;
	struct ray ray;
	int rc = ray_open(job->session, &ray);

	if (rc)
		return rc;
	rc = look(&ray, job->key, &there);
	if (!rc)
		rc = is_unstarted(&ray, there, &unstarted);
	if (!rc) {
		*state = unstarted ? REMOTE_UNSTARTED : state_of(there);
		words = js_get_text(there, "message");
		if (words)
			add_message(words, message);
	} else if (rc == E_NOTFOUND) {
		*state = REMOTE_ABSENT;
		buf_addf(message,
			"ray knows no job %s: the cluster was restarted, or the job deleted",
			job->key);
		rc = 0;
	}
	js_free(there);
	ray_close(&ray);
	return rc;
}

static int ray_log(const struct train_job *job, struct buf *out)
{
	struct http_response response = {.body = BUF_INIT};
	struct http_request request = {.method = "GET", .max = LOG_MAX};
	char *path = xstrfmt("/api/jobs/%s/logs", job->key);
	struct js *answer = NULL;
	struct ray ray;
	int rc = ray_open(job->session, &ray);

	if (rc) {
		free(path);
		return rc;
	}
	rc = ray_call(&ray, &request, path, &response);
	if (!rc && response.status == 404)
		rc = fail(E_NOTFOUND, "ray has no log of job %s", job->key);
	else if (!rc)
		rc = ray_status(&ray, &response);
	if (!rc)
		rc = parse(&response, "logs", &answer);
	if (!rc)
		log_tail(js_get_text(answer, "logs"), out);
	js_free(answer);
	http_response_release(&response);
	ray_close(&ray);
	free(path);
	return rc;
}

/* What Ray says of a stop is no proof either way; what it says of the job is. */
static int ray_cancel(const struct train_job *job)
{
	struct http_response response = {.body = BUF_INIT};
	struct http_request request = {.method = "POST"};
	char *path = xstrfmt("/api/jobs/%s/stop", job->key), *words = NULL;
	struct js *there = NULL;
	struct ray ray;
	int rc = ray_open(job->session, &ray), seen;

	if (rc)
		goto out;
	rc = ray_call(&ray, &request, path, &response);
	if (!rc)
		rc = ray_status(&ray, &response);
	if (rc) {
		words = xstrdup(error_message());
		seen = look(&ray, job->key, &there);
		if (seen == E_NOTFOUND || (!seen && state_of(there) >= REMOTE_SUCCEEDED))
			rc = 0;
		else
			fail(rc, "%s", words);
	}
	http_response_release(&response);
	ray_close(&ray);
out:
	js_free(there);
	free(words);
	free(path);
	return rc;
}

static int ray_collect(const struct train_job *job, struct train_artifact *out)
{
	return manifest_collect(job, "ray", out);
}

static int ray_describe(const struct train_job *job, struct buf *out)
{
	const struct config *config = job->session->config;
	const struct strings *pip = config_list(config, "ray.pip");
	char *uri = job->package ? package_uri(job->package) : NULL;
	struct buf token = BUF_INIT;
	const char *source;
	struct ray ray;
	int rc = artifacts_token(job->session, &token, &source);

	if (!rc)
		rc = ray_open(job->session, &ray);
	if (rc)
		goto out;
	buf_addf(out, "destination\t%s/api/jobs/\nentrypoint\t", ray.url);
	add_entrypoint(config, out);
	buf_addf(out, "\nsubmission id\t%s\nworking folder\t%s\n", job->key, uri ? uri : "");
	buf_addf(out, "CPUs\t%g\nGPUs\t%g\n", config_real(config, "ray.cpus"),
		config_real(config, "ray.gpus"));
	for (size_t i = 0; i < pip->count; i++)
		buf_addf(out, "pip\t%s\n", pip->items[i]);
	if (token.len)
		buf_addf(out, "environment\tFLYWHEEL_ARTIFACTS_TOKEN (from %s)\n", source);
	buf_addf(out, "token\t%s\nresults\t%s/%s/\n", ray.source, config_text(config, "artifacts"),
		job->key);
	ray_close(&ray);
out:
	buf_release(&token);
	free(uri);
	return rc;
}

const struct trainer trainer_ray = {
	.name = "ray",
	.summary = "a Ray cluster, by its Jobs API",
	.remote = true,
	.check = ray_check,
	.upload = ray_upload,
	.submit = ray_submit,
	.poll = ray_poll,
	.log = ray_log,
	.cancel = ray_cancel,
	.collect = ray_collect,
	.describe = ray_describe,
};
