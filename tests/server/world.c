/* A world's life: made and changed by its control page, asked through one door, reported. */
#include "world.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void answer_json(struct answer *answer, unsigned status, struct js *value)
{
	buf_clear(&answer->body);
	js_write(value, &answer->body);
	js_free(value);
	answer->status = status;
	answer->type = "application/json";
}

void answer_text(struct answer *answer, unsigned status, const char *format, ...)
{
	char text[2048];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	buf_clear(&answer->body);
	buf_addstr(&answer->body, text);
	answer->status = status;
	answer->type = "text/plain; charset=utf-8";
}

bool is_call(const struct request *request, const char *method, const char *path)
{
	return !strcmp(request->method, method) && !strcmp(request->path, path);
}

const char *path_after(const struct request *request, const char *prefix)
{
	return starts_with(request->path, prefix) ? request->path + strlen(prefix) : NULL;
}

void world_error(struct world *world, const char *format, ...)
{
	char text[1024];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	js_add(world->errors, js_text(text));
}

struct world *world_new(const char *name, struct map *exams)
{
	struct world *world = xcalloc(1, sizeof(*world));

	world->name = name;
	world->exams = exams;
	world->result = xstrdup("succeeded");
	world->base = xstrdup("base");
	world->polls = 2;
	world->likelihood = true;
	world->base_skill = 40;
	world->tuned_skill = 80;
	world->denied_status = 403;
	world->errors = js_array();
	world->read = js_array();
	return world;
}

static void job_free(struct job *job)
{
	free(job->package);
	free(job->message);
	free(job);
}

void world_free(struct world *world)
{
	for (size_t i = 0; i < world->jobs.count; i++)
		job_free(world->jobs.entries[i].value.ptr);
	for (size_t i = 0; i < world->packages.count; i++) {
		struct package *package = world->packages.entries[i].value.ptr;

		buf_release(&package->bytes);
		free(package);
	}
	for (size_t i = 0; i < world->artifacts.count; i++) {
		struct buf *bytes = world->artifacts.entries[i].value.ptr;

		buf_release(bytes);
		free(bytes);
	}
	for (size_t i = 0; i < world->adapters.count; i++) {
		struct adapter *adapter = world->adapters.entries[i].value.ptr;

		free(adapter->path);
		free(adapter);
	}
	forge_free(world->forge);
	map_release(&world->jobs);
	map_release(&world->packages);
	map_release(&world->artifacts);
	map_release(&world->adapters);
	map_release(&world->seen);
	js_free(world->errors);
	js_free(world->read);
	free(world->miner);
	free(world->result);
	free(world->token);
	free(world->token_file);
	free(world->base);
	free(world);
}

/* The token in force, where the test's credential helper finds it. */
static int publish_token(const struct world *world)
{
	if (!world->token || !world->token_file)
		return 0;
	return file_write(world->token_file, world->token, strlen(world->token), 0600);
}

static int renew_token(struct world *world)
{
	free(world->token);
	world->token = xstrfmt("wire-secret-%s-%u", world->name, ++world->tokens);
	/* Twice as long as the one before: asking thousands of questions must come to an end. */
	world->token_left = world->token_requests << (world->tokens < 16 ? world->tokens - 1 : 15);
	return publish_token(world);
}

static void set_number(const struct js *wishes, const char *key, unsigned *value)
{
	*value = (unsigned)js_get_number(wishes, key, *value);
}

static void set_text(const struct js *wishes, const char *key, char **value)
{
	const char *text = js_get_text(wishes, key);

	if (!text)
		return;
	free(*value);
	*value = xstrdup(text);
}

int world_control(struct world *world, const struct js *wishes)
{
	const struct js *faults = js_get(wishes, "faults");
	const char *exam = js_get_text(wishes, "exam");
	int rc = 0;

	if (!js_is_object(wishes))
		return fail(E_INVALID, "a world is described by a JSON object");
	world->seed = (uint64_t)js_get_number(wishes, "seed", (int64_t)world->seed);
	if (faults) {
		memset(&world->faults, 0, sizeof(world->faults));
		set_number(faults, "rate", &world->faults.rate);
		set_number(faults, "serve", &world->faults.serve);
		set_number(faults, "budget", &world->faults.budget);
	}
	world->down = js_get_bool(wishes, "down", world->down);
	world->likelihood = js_get_bool(wishes, "likelihood", world->likelihood);
	world->lora = js_get_bool(wishes, "lora", world->lora);
	set_text(wishes, "result", &world->result);
	set_text(wishes, "base", &world->base);
	set_text(wishes, "miner", &world->miner);
	set_text(wishes, "token_file", &world->token_file);
	set_number(wishes, "polls", &world->polls);
	set_number(wishes, "milliseconds", &world->milliseconds);
	set_number(wishes, "restart_after", &world->restart_after);
	set_number(wishes, "token_requests", &world->token_requests);
	set_number(wishes, "denied_status", &world->denied_status);
	set_number(wishes, "base_skill", &world->base_skill);
	set_number(wishes, "tuned_skill", &world->tuned_skill);
	if (js_get(wishes, "forge"))
		forge_control(world, js_get(wishes, "forge"));
	if (js_get_bool(wishes, "restart", false))
		ray_restart(world);
	if (js_get_bool(wishes, "token", false))
		rc = renew_token(world);
	if (!rc && exam)
		rc = exam_open(world->exams, exam, &world->exam);
	return rc;
}

static struct js *report_jobs(const struct world *world)
{
	struct js *jobs = js_object();

	for (size_t i = 0; i < world->jobs.count; i++) {
		const struct job *job = world->jobs.entries[i].value.ptr;
		struct js *object = js_object();

		js_set_bool(object, "present", job->present);
		js_set_number(object, "created", job->created);
		js_set_number(object, "duplicates", job->duplicates);
		js_set_number(object, "started", job->started);
		js_set_number(object, "completed", job->completed);
		js_set_number(object, "stops", job->stops);
		js_set_text(object, "message", job->message);
		js_set(jobs, job->id, object);
	}
	return jobs;
}

/* Sums over all jobs, so that a test need not walk them. */
static void report_sums(const struct world *world, struct js *report)
{
	unsigned started = 0, completed = 0, stops = 0, puts = 0, loads = 0;

	for (size_t i = 0; i < world->jobs.count; i++) {
		const struct job *job = world->jobs.entries[i].value.ptr;

		started += job->started;
		completed += job->completed;
		stops += job->stops;
	}
	for (size_t i = 0; i < world->packages.count; i++)
		puts += ((struct package *)world->packages.entries[i].value.ptr)->puts;
	for (size_t i = 0; i < world->adapters.count; i++)
		loads += ((struct adapter *)world->adapters.entries[i].value.ptr)->loads;
	js_set_number(report, "started", started);
	js_set_number(report, "completed", completed);
	js_set_number(report, "stops", stops);
	js_set_number(report, "packages", (int64_t)world->packages.count);
	js_set_number(report, "uploads", puts);
	js_set_number(report, "artifacts", (int64_t)world->artifacts.count);
	js_set_number(report, "deployments", loads);
}

static int copy_error(struct js *list, const struct js *errors)
{
	for (size_t i = 0; i < js_count(errors); i++)
		js_add(list, js_text(js_as_text(js_at(errors, i))));
	return 0;
}

struct js *world_report(const struct world *world)
{
	struct js *report = js_object(), *faults = js_object(), *errors = js_array();

	js_set_number(report, "seed", (int64_t)world->seed);
	js_set_number(report, "requests", world->requests);
	js_set_number(report, "questions", world->questions);
	js_set_number(report, "denied", world->denied);
	js_set_number(report, "tokens", world->tokens);
	js_set_number(report, "restarts", world->restarts);
	report_sums(world, report);
	js_set(report, "jobs", report_jobs(world));
	for (int i = 1; i < FAULT_KINDS; i++)
		js_set_number(faults, fault_name((enum fault)i), world->injected[i]);
	js_set(report, "faults", faults);
	copy_error(errors, world->errors);
	js_set(report, "errors", errors);
	if (world->forge)
		js_set(report, "forge", forge_report(world));
	errors = js_array();
	copy_error(errors, world->read);
	js_set(report, "read", errors);
	return report;
}

/* False: the answer says why this caller may not ask. */
static bool admit(struct world *world, const struct request *request, struct answer *answer)
{
	char *wanted = NULL;
	bool right;

	if (request->origin || (request->agent && starts_with(request->agent, "Mozilla"))) {
		world_error(world, "%s %s looks like a browser's", request->method, request->path);
		answer_text(answer, 405, "'%s' method not allowed for browser traffic.",
			request->method);
		return false;
	}
	if (!world->token)
		return true;
	wanted = xstrfmt("Bearer %s", world->token);
	right = request->authorization && !strcmp(request->authorization, wanted);
	free(wanted);
	if (!right) {
		world->denied++;
		answer_text(answer, request->authorization ? world->denied_status : 401, "%s",
			request->authorization ? "Forbidden: Invalid authentication token"
					       : "Unauthorized: Missing authentication token");
		return false;
	}
	if (world->token_requests && !--world->token_left && renew_token(world))
		world_error(world, "%s", error_message());
	return true;
}

static void do_serve(
	struct world *world, const struct request *request, bool stale, struct answer *answer)
{
	if (admit(world, request, answer) && !forge_serve(world, request, answer) &&
		!artifacts_serve(world, request, answer) &&
		!ray_serve(world, request, stale, answer) &&
		!openai_serve(world, request, answer)) {
		world_error(world, "no such call: %s %s", request->method, request->path);
		answer_text(answer, 404, "404: Not Found");
	}
}

enum fault world_serve(struct world *world, const struct request *request, struct answer *answer)
{
	enum fault fault;

	world->requests++;
	if (world->down)
		return FAULT_DROP;
	if (world->restart_after && world->requests == world->restart_after)
		ray_restart(world);
	fault = fault_draw(world, request);
	switch (fault) {
	case FAULT_DROP:
		break;
	case FAULT_429:
		answer_text(answer, 429, "Too Many Requests");
		answer->retry_after = 1 + (long)(world->requests % 7) * 60;
		break;
	case FAULT_500:
		answer_text(answer, 500, "Traceback (most recent call last): head node is busy");
		break;
	case FAULT_503:
		answer_text(answer, 503, "Service Unavailable");
		break;
	default:
		do_serve(world, request, fault == FAULT_STALE, answer);
		if (fault == FAULT_500_AFTER)
			answer_text(answer, 500, "Traceback (most recent call last): broken pipe");
	}
	return fault;
}

const char *request_query(const struct request *request, const char *name)
{
	struct map_entry *entry = map_get_str(&request->query, name);

	return entry ? entry->value.ptr : NULL;
}

void answer_header(struct answer *answer, const char *name, const char *value)
{
	struct map_entry *entry = map_put_str(&answer->headers, name, NULL);

	free(entry->value.ptr);
	entry->value.ptr = xstrdup(value);
}
