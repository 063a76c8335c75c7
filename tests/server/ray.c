/*
 * The Ray head's job interface, answers and errors as a real one gives them. A job "runs" by being
 * polled, or by time; what it would do is in job.c.
 */
#include "world.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdlib.h>
#include <string.h>

#define PACKAGE_URI "gcs://"
#define PACKAGE_NAME "_ray_pkg_"

static const char *const statuses[] = {"PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"};

static bool is_over(const struct job *job)
{
	return job->status >= JOB_STOPPED;
}

static void say(struct job *job, const char *message)
{
	free(job->message);
	job->message = xstrdup(message);
}

/* Jobs and packages live in the head's memory. */
void ray_restart(struct world *world)
{
	world->restarts++;
	for (size_t i = 0; i < world->jobs.count; i++)
		((struct job *)world->jobs.entries[i].value.ptr)->present = false;
	for (size_t i = 0; i < world->packages.count; i++)
		((struct package *)world->packages.entries[i].value.ptr)->present = false;
}

static struct package *find_package(const struct world *world, const char *name)
{
	struct map_entry *entry = map_get_str(&world->packages, name);
	struct package *package = entry ? entry->value.ptr : NULL;

	return package && package->present ? package : NULL;
}

static struct job *find_job(const struct world *world, const char *id, struct answer *out)
{
	struct map_entry *entry = map_get_str(&world->jobs, id);
	struct job *job = entry ? entry->value.ptr : NULL;

	if (job && job->present)
		return job;
	answer_text(out, 404, "Job %s does not exist", id);
	return NULL;
}

/* The name is a content hash by agreement; Ray takes any, we hold our client to its word. */
static void put_package(struct world *world, const struct request *request, const char *name)
{
	struct map_entry *entry = map_put_str(&world->packages, name, NULL);
	struct package *package = entry->value.ptr;
	char hex[DIGEST_HEX + 1];

	digest_bytes(request->body.ptr, request->body.len, hex);
	if (!starts_with(name, PACKAGE_NAME) || !ends_with(name, ".zip") ||
		strncmp(name + strlen(PACKAGE_NAME), hex,
			strcspn(name + strlen(PACKAGE_NAME), ".")) != 0)
		world_error(world, "package %s has other bytes than its name says", name);
	if (!package) {
		package = entry->value.ptr = xcalloc(1, sizeof(*package));
		buf_init(&package->bytes);
	}
	buf_clear(&package->bytes);
	buf_add(&package->bytes, request->body.ptr, request->body.len);
	package->present = true;
	package->puts++;
}

static bool serve_package(
	struct world *world, const struct request *request, const char *name, struct answer *out)
{
	if (!strcmp(request->method, "GET")) {
		if (find_package(world, name))
			answer_text(out, 200, "%s", "");
		else
			answer_text(out, 404, "Package " PACKAGE_URI "%s does not exist", name);
		return true;
	}
	if (strcmp(request->method, "PUT") != 0)
		return false;
	put_package(world, request, name);
	answer_text(out, 200, "%s", "");
	return true;
}

static void begin_job(struct world *world, struct job *job, const struct js *wishes)
{
	const char *folder = js_get_text(js_get(wishes, "runtime_env"), "working_dir");

	job->present = true;
	job->status = job->before = JOB_PENDING;
	job->polls = 0;
	job->since = clock_monotonic();
	job->created++;
	free(job->package);
	job->package = NULL;
	say(job, "Job has not started yet.");
	if (!folder || !starts_with(folder, PACKAGE_URI)) {
		world_error(world, "job %s has no package", job->id);
		return;
	}
	job->package = xstrdup(folder + strlen(PACKAGE_URI));
	job->lost = !find_package(world, job->package);
	if (job->lost) {
		job->status = JOB_FAILED;
		say(job, "runtime_env setup failed: Failed to download runtime_env file package");
	} else {
		job->started++;
	}
}

static int check_field(const char *key, const struct js *value, void *payload)
{
	static const char *const known[] = {"entrypoint", "submission_id", "runtime_env",
		"metadata", "entrypoint_num_cpus", "entrypoint_num_gpus", "entrypoint_memory",
		"entrypoint_resources"};
	const char **unknown = payload;

	(void)value;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i], key))
			return 0;
	*unknown = key;
	return 1;
}

/* NULL: it is not well formed, and the answer says so. */
static struct js *parse_submission(
	struct world *world, const struct request *request, struct answer *out)
{
	const char *problem = "entrypoint";
	struct js *wishes = NULL;

	if (js_parse(request->body.ptr, request->body.len, &wishes)) {
		world_error(world, "a submission that is no JSON");
		answer_text(out, 500, "500 Internal Server Error");
		return NULL;
	}
	if (js_get_text(wishes, "entrypoint") && js_get_text(wishes, "submission_id") &&
		!js_each(wishes, check_field, &problem))
		return wishes;
	world_error(world, "a submission is off: %s", problem);
	answer_text(out, 400,
		"Traceback (most recent call last):\n  File \"job_head.py\"\nTypeError: "
		"JobSubmitRequest.__init__() got an unexpected keyword argument '%s'",
		problem);
	js_free(wishes);
	return NULL;
}

static void submit(struct world *world, const struct request *request, struct answer *out)
{
	struct js *wishes = parse_submission(world, request, out), *object;
	struct map_entry *entry;
	struct job *job;
	const char *id;

	if (!wishes)
		return;
	id = js_get_text(wishes, "submission_id");
	entry = map_put_str(&world->jobs, id, NULL);
	if (!entry->value.ptr)
		entry->value.ptr = xcalloc(1, sizeof(*job));
	job = entry->value.ptr;
	job->id = entry->key;
	if (job->present) {
		job->duplicates++;
		answer_text(out, 500,
			"Traceback (most recent call last):\n  File \"job_head.py\"\nValueError: "
			"Job "
			"with submission_id %s already exists. Please use a different "
			"submission_id.",
			id);
	} else {
		begin_job(world, job, wishes);
		object = js_object();
		js_set_text(object, "job_id", id);
		js_set_text(object, "submission_id", id);
		answer_json(out, 200, object);
	}
	js_free(wishes);
}

static void finish(struct world *world, struct job *job)
{
	job->completed++;
	if (!strcmp(world->result, "stopped")) {
		job->status = JOB_STOPPED;
		say(job, "Job was intentionally stopped.");
	} else if (job_run(world, job)) {
		job->status = JOB_SUCCEEDED;
		say(job, "Job finished successfully.");
	} else {
		job->status = JOB_FAILED;
		say(job, "Job entrypoint command failed with exit code 1, last available logs "
			 "(truncated to 20,000 chars):\nRuntimeError: CUDA out of memory");
	}
}

/* One look at a job moves it on. */
static void advance(struct world *world, struct job *job)
{
	job->before = job->status;
	if (is_over(job))
		return;
	if (++job->polls > world->polls &&
		clock_monotonic() - job->since >= world->milliseconds / 1000.0) {
		finish(world, job);
	} else {
		job->status = JOB_RUNNING;
		say(job, "Job is currently running.");
	}
}

static struct js *job_json(const struct job *job, enum job_status status)
{
	struct js *object = js_object(), *environment = js_object();
	char *uri;

	js_set_text(object, "type", "SUBMISSION");
	js_set(object, "job_id", js_null());
	js_set_text(object, "submission_id", job->id);
	js_set_text(object, "status", statuses[status]);
	js_set_text(object, "entrypoint", "python3 train.py job.json");
	js_set_text(object, "message", job->message);
	uri = job->package ? xstrfmt(PACKAGE_URI "%s", job->package) : NULL;
	js_set_text(environment, "working_dir", uri);
	free(uri);
	js_set(object, "runtime_env", environment);
	js_set_text(object, "error_type",
		status != JOB_FAILED ? NULL
		: job->lost          ? "RUNTIME_ENV_SETUP_FAILURE"
				     : "JOB_ENTRYPOINT_COMMAND_ERROR");
	js_set_number(object, "start_time", 1767229200000);
	js_set(object, "end_time", status >= JOB_STOPPED ? js_number(1767229260000) : js_null());
	js_set(object, "driver_exit_code",
		status >= JOB_SUCCEEDED ? js_number(status == JOB_FAILED) : js_null());
	return object;
}

static void serve_logs(const struct job *job, struct answer *out)
{
	struct js *object = js_object();
	char *logs = xstrfmt("{\"step\": %u, \"loss\": 1.5}\n%s\n", job->polls, job->message);

	js_set_text(object, "logs", logs);
	answer_json(out, 200, object);
	free(logs);
}

static void stop(struct job *job, struct answer *out)
{
	struct js *object = js_object();
	bool running = !is_over(job);

	job->stops++;
	if (running) {
		job->status = JOB_STOPPED;
		say(job, "Job was intentionally stopped.");
	}
	js_set_bool(object, "stopped", running);
	answer_json(out, 200, object);
}

static void remove_job(struct job *job, struct answer *out)
{
	struct js *object;

	if (!is_over(job)) {
		answer_text(out, 500,
			"Traceback (most recent call last):\nRuntimeError: Attempted "
			"to delete job '%s', but it is in a non-terminal state %s.\n.",
			job->id, statuses[job->status]);
		return;
	}
	job->present = false;
	object = js_object();
	js_set_bool(object, "deleted", true);
	answer_json(out, 200, object);
}

static bool serve_job(struct world *world, const struct request *request, const char *rest,
	bool stale, struct answer *out)
{
	size_t len = strcspn(rest, "/");
	char *id = xstrndup(rest, len);
	const char *verb = rest + len;
	struct job *job = find_job(world, id, out);
	bool get = !strcmp(request->method, "GET");

	free(id);
	if (!job)
		return true;
	if (get && !*verb) {
		if (!stale)
			advance(world, job);
		answer_json(out, 200, job_json(job, stale ? job->before : job->status));
	} else if (get && !strcmp(verb, "/logs")) {
		serve_logs(job, out);
	} else if (!strcmp(request->method, "POST") && !strcmp(verb, "/stop")) {
		stop(job, out);
	} else if (!strcmp(request->method, "DELETE") && !*verb) {
		remove_job(job, out);
	} else {
		return false;
	}
	return true;
}

bool ray_serve(struct world *world, const struct request *request, bool stale, struct answer *out)
{
	const char *rest;
	struct js *object;

	if (is_call(request, "GET", "/api/version")) {
		object = js_object();
		js_set_text(object, "version", "4");
		js_set_text(object, "ray_version", "2.60.0");
		js_set_text(object, "ray_commit", "0000000000000000000000000000000000000000");
		answer_json(out, 200, object);
		return true;
	}
	if (is_call(request, "POST", "/api/jobs/")) {
		submit(world, request, out);
		return true;
	}
	rest = path_after(request, "/api/packages/gcs/");
	if (rest)
		return serve_package(world, request, rest, out);
	rest = path_after(request, "/api/jobs/");
	return rest && *rest && serve_job(world, request, rest, stale, out);
}
