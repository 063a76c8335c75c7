/*
 * ray: what the driver decides when answers are lost, late, wrong or not Ray's. The server counts
 * the jobs that it really made.
 */
#include "job.h"
#include "server.h"

#include "util/js.h"

#include <unistd.h>

#define JOB "/api/jobs/" KEY
#define TOKEN "0123456789abcdef0123456789abcdef"

enum fault {
	NONE,
	CREATE_AND_DROP, /* the job is made, the answer never comes */
	CREATE_AND_500,  /* as a duplicate is answered */
	NO_CREATE_500,
	NO_CREATE_400,
	NO_CREATE_PAGE, /* 200 and a page for a browser */
	LOOK_500,
	LOOK_HALF, /* JSON cut short */
	NOT_RAY,   /* every path is unknown */
	STOP_500
};

struct ray_fixture {
	struct job_fixture job;
	struct server server;
	enum fault fault;
	bool package, needs_token;
	int posts, jobs, puts;
	const char *status; /* of the job, or NULL: not there */
	const char *error_type;
	struct buf request; /* the last job asked for */
	char *message;
};

static enum MHD_Result say_job(const struct asked *asked, const struct ray_fixture *f)
{
	struct js *answer = js_object(), *environment = js_object();
	char *uri = xstrfmt("gcs://_ray_pkg_%s.zip", f->job.package.sha256);
	struct buf text = BUF_INIT;
	enum MHD_Result result;

	js_set_text(answer, "submission_id", KEY);
	js_set_text(answer, "status", f->status);
	js_set_text(answer, "message", f->message);
	js_set_text(answer, "error_type", f->error_type);
	js_set_text(environment, "working_dir", uri);
	js_set(answer, "runtime_env", environment);
	free(uri);
	js_write(answer, &text);
	js_free(answer);
	result = say(asked, 200, text.ptr, NULL, NULL);
	buf_release(&text);
	return result;
}

static enum MHD_Result on_look(const struct asked *asked, const struct ray_fixture *f)
{
	if (f->fault == LOOK_500)
		return say(asked, 500, "oops", NULL, NULL);
	if (f->fault == LOOK_HALF)
		return say(asked, 200, "{\"status\": \"SUCC", NULL, NULL);
	if (!f->status)
		return say(asked, 404, "Job " KEY " does not exist", NULL, NULL);
	return say_job(asked, f);
}

static enum MHD_Result on_post(const struct asked *asked, struct ray_fixture *f)
{
	f->posts++;
	buf_clear(&f->request);
	buf_add(&f->request, asked->body.ptr, asked->body.len);
	if (f->fault == NO_CREATE_500)
		return say(asked, 500, "no", NULL, NULL);
	if (f->fault == NO_CREATE_400)
		return say(asked, 400,
			"Traceback (most recent call last):\n  File x\nTypeError: bad pip\n.\n",
			NULL, NULL);
	if (f->fault == NO_CREATE_PAGE)
		return say(asked, 200, "<html>log in</html>", NULL, NULL);
	if (f->status)
		return say(asked, 500, "Traceback\nValueError: it already exists", NULL, NULL);
	f->status = "PENDING";
	f->jobs++;
	if (f->fault == CREATE_AND_DROP)
		return MHD_NO;
	if (f->fault == CREATE_AND_500)
		return say(asked, 500, "Traceback\nValueError: it already exists", NULL, NULL);
	return say_job(asked, f);
}

static enum MHD_Result on_stop(const struct asked *asked, const struct ray_fixture *f)
{
	if (f->fault == STOP_500)
		return say(asked, 500, "no", NULL, NULL);
	return f->status ? say(asked, 200, "{\"stopped\": true}", NULL, NULL)
			 : say(asked, 404, "Job does not exist", NULL, NULL);
}

static enum MHD_Result on_package(const struct asked *asked, struct ray_fixture *f)
{
	if (!strcmp(asked->method, "PUT")) {
		char hex[DIGEST_HEX + 1];

		digest_bytes(asked->body.ptr, asked->body.len, hex);
		f->puts++;
		f->package = strstr(asked->path, hex) != NULL;
		return say(asked, 200, "", NULL, NULL);
	}
	return say(asked, f->package ? 200 : 404, "", NULL, NULL);
}

static enum MHD_Result answer(const struct asked *asked, void *payload)
{
	struct ray_fixture *f = payload;
	const char *bearer = asked_header(asked, MHD_HTTP_HEADER_AUTHORIZATION);

	if (f->needs_token && (!bearer || strcmp(bearer, "Bearer " TOKEN)))
		return say(asked, bearer ? 403 : 401, "Forbidden: Invalid authentication token",
			NULL, NULL);
	if (f->fault == NOT_RAY)
		return say(asked, 404, "default backend - 404", NULL, NULL);
	if (!strcmp(asked->path, "/api/version"))
		return say(
			asked, 200, "{\"version\":\"4\",\"ray_version\":\"2.60.0\"}", NULL, NULL);
	if (!strncmp(asked->path, "/api/packages/gcs/_ray_pkg_", 27))
		return on_package(asked, f);
	if (!strcmp(asked->path, "/api/jobs/") && !strcmp(asked->method, "POST"))
		return on_post(asked, f);
	if (!strcmp(asked->path, JOB) && !strcmp(asked->method, "DELETE")) {
		f->status = f->error_type = NULL;
		return say(asked, 200, "{\"deleted\": true}", NULL, NULL);
	}
	if (!strcmp(asked->path, JOB))
		return on_look(asked, f);
	if (!strcmp(asked->path, JOB "/stop"))
		return on_stop(asked, f);
	return say(asked, 404, "no such route", NULL, NULL);
}

static int set_up(void **state)
{
	struct ray_fixture *f = xcalloc(1, sizeof(*f));

	buf_init(&f->request);
	job_set_up(&f->job);
	server_start(&f->server, answer, f, NULL, NULL);
	set(&f->job, "flywheel.ray.url", f->server.base);
	assert_int_equal(package_make(&f->job.job, &f->job.package), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct ray_fixture *f = *state;

	server_stop(&f->server);
	job_tear_down(&f->job);
	buf_release(&f->request);
	free(f->message);
	free(f);
	return 0;
}

static const struct trainer *ray(void)
{
	return trainer_find("ray");
}

static int submit(struct ray_fixture *f)
{
	return ray()->submit(&f->job.job);
}

static int look(struct ray_fixture *f, enum remote_state *state, struct buf *message)
{
	*state = REMOTE_STOPPED;
	buf_clear(message);
	return ray()->poll(&f->job.job, state, message);
}

static void submit_brings_package_and_job_once(void **state)
{
	struct ray_fixture *f = *state;
	struct js *request = NULL;
	const struct js *environment;

	assert_int_equal(ray()->check(&f->job.session), 0);
	assert_int_equal(ray()->upload(&f->job.job), 0);
	assert_true(f->package);
	assert_int_equal(submit(f), 0);
	assert_int_equal(submit(f), 0);
	f->status = "FAILED"; /* ended or not, it is this run's job */
	assert_int_equal(submit(f), 0);
	assert_int_equal(f->puts, 1);
	assert_int_equal(f->posts, 1);
	assert_int_equal(js_parse(f->request.ptr, f->request.len, &request), 0);
	assert_string_equal(js_get_text(request, "submission_id"), KEY);
	assert_string_equal(js_get_text(request, "entrypoint"), "python3 train.py job.json");
	assert_string_equal(js_get_text(js_get(request, "metadata"), "dataset"), f->job.dataset);
	assert_null(js_get(request, "entrypoint_num_gpus"));
	environment = js_get(request, "runtime_env");
	assert_non_null(strstr(js_get_text(environment, "working_dir"), f->job.package.sha256));
	assert_null(js_get(environment, "pip"));
	assert_null(js_get(environment, "env_vars"));
	js_free(request);
}

/* The package may have been dropped since it was uploaded: an unused one lives ten minutes. */
static void submit_brings_a_lost_package_again(void **state)
{
	struct ray_fixture *f = *state;

	assert_int_equal(ray()->upload(&f->job.job), 0);
	f->package = false;
	assert_int_equal(submit(f), 0);
	assert_int_equal(f->puts, 2);
	assert_true(f->package);
}

/* The cluster lost it after that: the job there failed before it began, and its key is used anew.
 */
static void job_that_never_began_is_made_anew(void **state)
{
	struct ray_fixture *f = *state;
	struct buf message = BUF_INIT;
	enum remote_state at;

	assert_int_equal(submit(f), 0);
	f->status = "FAILED";
	f->error_type = "RUNTIME_ENV_SETUP_FAILURE";
	assert_int_equal(look(f, &at, &message), 0); /* its package is there: it failed otherwise */
	assert_int_equal(at, REMOTE_FAILED);
	assert_int_equal(submit(f), 0);
	assert_int_equal(f->jobs, 1);
	f->package = false;
	assert_int_equal(look(f, &at, &message), 0);
	assert_int_equal(at, REMOTE_UNSTARTED);
	assert_int_equal(submit(f), 0);
	assert_int_equal(f->jobs, 2);
	assert_true(f->package);
	assert_int_equal(look(f, &at, &message), 0);
	assert_int_equal(at, REMOTE_WAITING);
	buf_release(&message);
}

static void settings_reach_the_job(void **state)
{
	struct ray_fixture *f = *state;
	char *url = xstrfmt("%s/out", f->server.base);

	set(&f->job, "flywheel.ray.gpus", "2");
	set(&f->job, "flywheel.ray.pip", "trl==0.24");
	set(&f->job, "flywheel.ray.python", "/opt/a b/it's/python");
	set(&f->job, "flywheel.artifacts", url);
	setenv("FLYWHEEL_ARTIFACTS_TOKEN", "for-artifacts", 1);
	assert_int_equal(submit(f), 0);
	unsetenv("FLYWHEEL_ARTIFACTS_TOKEN");
	assert_non_null(strstr(f->request.ptr, "\"pip\":[\"trl==0.24\"]"));
	assert_non_null(strstr(f->request.ptr, "\"entrypoint_num_gpus\":2"));
	assert_non_null(strstr(f->request.ptr, "'/opt/a b/it'\\\\''s/python' train.py job.json"));
	assert_non_null(strstr(
		f->request.ptr, "\"env_vars\":{\"FLYWHEEL_ARTIFACTS_TOKEN\":\"for-artifacts\"}"));
	free(url);
}

static void lost_answer_is_no_second_job(void **state)
{
	static const enum fault faults[] = {CREATE_AND_DROP, CREATE_AND_500};
	struct ray_fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		f->fault = faults[i];
		f->status = NULL;
		f->jobs = 0;
		assert_int_equal(submit(f), 0);
		f->fault = NONE;
		assert_int_equal(submit(f), 0);
		assert_int_equal(f->jobs, 1);
	}
}

static void job_that_was_not_made_is_told_and_made_later(void **state)
{
	static const struct {
		enum fault fault;
		int code;
	} cases[] = {{NO_CREATE_500, E_NETWORK}, {NO_CREATE_400, E_INVALID},
		{NO_CREATE_PAGE, E_NETWORK}};
	struct ray_fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->fault = cases[i].fault;
		assert_int_equal(submit(f), cases[i].code);
		if (cases[i].fault == NO_CREATE_400)
			assert_string_equal(error_message(), "ray: HTTP 400: TypeError: bad pip");
	}
	f->fault = NONE;
	assert_int_equal(submit(f), 0);
	assert_int_equal(f->jobs, 1);
}

static void unsure_of_the_job_nothing_is_made(void **state)
{
	static const enum fault faults[] = {LOOK_500, LOOK_HALF, NOT_RAY};
	struct ray_fixture *f = *state;
	struct buf message = BUF_INIT;
	enum remote_state at;

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		f->fault = faults[i];
		assert_int_equal(submit(f), E_NETWORK);
		assert_int_equal(look(f, &at, &message), E_NETWORK);
	}
	assert_int_equal(f->posts, 0);
	server_stop(&f->server);
	assert_int_equal(submit(f), E_NETWORK);
	assert_int_equal(look(f, &at, &message), E_NETWORK);
	server_start(&f->server, answer, f, NULL, NULL); /* for tear_down */
	buf_release(&message);
}

static void statuses_are_understood(void **state)
{
	static const struct {
		const char *status;
		enum remote_state state;
	} cases[] = {{"PENDING", REMOTE_WAITING}, {"RUNNING", REMOTE_RUNNING},
		{"SUCCEEDED", REMOTE_SUCCEEDED}, {"FAILED", REMOTE_FAILED},
		{"STOPPED", REMOTE_STOPPED}, {"HIBERNATING", REMOTE_RUNNING},
		{NULL, REMOTE_ABSENT}};
	struct ray_fixture *f = *state;
	struct buf message = BUF_INIT;
	enum remote_state at;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->status = cases[i].status;
		assert_int_equal(look(f, &at, &message), 0);
		assert_int_equal(at, cases[i].state);
	}
	assert_non_null(strstr(message.ptr, "cluster was restarted"));
	buf_release(&message);
}

static void long_message_keeps_its_ends(void **state)
{
	struct ray_fixture *f = *state;
	struct buf message = BUF_INIT;
	enum remote_state at;

	f->status = "FAILED";
	for (int i = 0; i < 2000; i++)
		buf_addf(&message, i ? "\nline %d" : "exit code 3, logs:", i);
	f->message = buf_detach(&message);
	assert_int_equal(look(f, &at, &message), 0);
	assert_int_equal(strncmp(message.ptr, "exit code 3, logs:\n...\nline ", 28), 0);
	assert_string_equal(message.ptr + message.len - 9, "line 1999");
	assert_true(message.len < 4100);
	buf_release(&message);
}

static void refused_token_is_read_anew(void **state)
{
	struct ray_fixture *f = *state;
	char *own = path_join(f->job.home, ".ray"), *file = path_join(own, "auth_token");

	f->needs_token = true;
	assert_int_equal(submit(f), E_DENIED);
	assert_non_null(strstr(error_message(), "(token from: none)"));
	setenv("RAY_AUTH_TOKEN", "stale", 1);
	assert_int_equal(submit(f), E_DENIED);
	assert_non_null(strstr(error_message(), "(token from: RAY_AUTH_TOKEN)"));
	assert_null(strstr(error_message(), "stale"));
	unsetenv("RAY_AUTH_TOKEN");
	assert_int_equal(f->posts, 0);
	assert_int_equal(file_mkdirs(own, 0700), 0);
	assert_int_equal(file_write(file, TOKEN "\n", strlen(TOKEN) + 1, 0600), 0);
	assert_int_equal(submit(f), 0);
	setenv("RAY_AUTH_TOKEN_PATH", "/nowhere", 1);
	assert_int_equal(submit(f), E_DENIED);
	unsetenv("RAY_AUTH_TOKEN_PATH");
	free(own);
	free(file);
}

static void cancel_ends_what_is_there(void **state)
{
	struct ray_fixture *f = *state;

	assert_int_equal(ray()->cancel(&f->job.job), 0);
	f->status = "RUNNING";
	assert_int_equal(ray()->cancel(&f->job.job), 0);
	f->fault = STOP_500;
	assert_int_equal(ray()->cancel(&f->job.job), E_NETWORK);
	f->status = "STOPPED";
	assert_int_equal(ray()->cancel(&f->job.job), 0);
}

static void dry_run_names_no_secret(void **state)
{
	struct ray_fixture *f = *state;
	struct buf facts = BUF_INIT;

	setenv("RAY_AUTH_TOKEN", TOKEN, 1);
	assert_int_equal(ray()->describe(&f->job.job, &facts), 0);
	unsetenv("RAY_AUTH_TOKEN");
	assert_non_null(strstr(facts.ptr, "token\tRAY_AUTH_TOKEN\n"));
	assert_null(strstr(facts.ptr, TOKEN));
	buf_release(&facts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(submit_brings_package_and_job_once),
		TEST(submit_brings_a_lost_package_again),
		TEST(job_that_never_began_is_made_anew),
		TEST(settings_reach_the_job),
		TEST(lost_answer_is_no_second_job),
		TEST(job_that_was_not_made_is_told_and_made_later),
		TEST(unsure_of_the_job_nothing_is_made),
		TEST(statuses_are_understood),
		TEST(long_message_keeps_its_ends),
		TEST(refused_token_is_read_anew),
		TEST(cancel_ends_what_is_there),
		TEST(dry_run_names_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
