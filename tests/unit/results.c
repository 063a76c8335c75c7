/* results: what a trainer published is taken when it is this job's and whole; and a user's program
 * as the trainer, from its words to its result. */
#include "job.h"
#include "server.h"

#include "flywheel/manifest.h"
#include "util/strings.h"

#include <sys/stat.h>
#include <unistd.h>

#define WEIGHTS "these are weights"
#define SETTINGS "{\"hidden\": 1}"

/* What one published manifest says; a test changes one thing. */
struct published {
	const char *key, *status, *error, *artifact, *path, *digest;
	int format;
};

static int set_up(void **state)
{
	*state = xcalloc(1, sizeof(struct job_fixture));
	job_set_up(*state);
	return 0;
}

static int tear_down(void **state)
{
	job_tear_down(*state);
	free(*state);
	return 0;
}

static void write_text(const char *folder, const char *name, const char *text)
{
	char *path = path_join(folder, name);

	assert_int_equal(file_write(path, text, strlen(text), 0600), 0);
	free(path);
}

/* The digest of the artifact, as `sha256sum` in its folder would make it. */
static void listing_digest(const char *path, char hex[DIGEST_HEX + 1])
{
	struct buf text = BUF_INIT;
	char one[DIGEST_HEX + 1];

	digest_bytes(SETTINGS, strlen(SETTINGS), one);
	buf_addf(&text, "%s  config.json\n", one);
	digest_bytes(WEIGHTS, strlen(WEIGHTS), one);
	buf_addf(&text, "%s  %s\n", one, path);
	digest_bytes(text.ptr, text.len, hex);
	buf_release(&text);
}

/* Files are listed in the other order than they are digested in. */
static void manifest_text(
	struct job_fixture *f, const struct published *with, const char *artifact, struct buf *out)
{
	const char *path = with->path ? with->path : "model.safetensors";
	char all[DIGEST_HEX + 1], weights[DIGEST_HEX + 1], settings[DIGEST_HEX + 1];

	listing_digest(path, all);
	digest_bytes(WEIGHTS, strlen(WEIGHTS), weights);
	digest_bytes(SETTINGS, strlen(SETTINGS), settings);
	buf_addf(out,
		"{\"format\":%d,\"key\":\"%s\",\"status\":\"%s\",\"error\":\"%s\",\"artifact\":\"%"
		"s\","
		"\"form\":\"merged\",\"sha256\":\"%s\",\"files\":[{\"path\":\"%s\",\"size\":%zu,"
		"\"sha256\":\"%s\"},{\"path\":\"config.json\",\"size\":%zu,\"sha256\":\"%s\"}],"
		"\"base\":\"some/model\",\"dataset\":\"%s\"}",
		with->format ? with->format : 1, with->key ? with->key : KEY,
		with->status ? with->status : "succeeded", with->error ? with->error : "",
		with->artifact ? with->artifact : artifact, with->digest ? with->digest : all, path,
		strlen(WEIGHTS), weights, strlen(SETTINGS), settings, f->dataset);
}

static void publish(struct job_fixture *f, const struct published *with)
{
	char *folder = xstrfmt("%s/%s", f->results, KEY), *model = path_join(folder, "model");
	struct buf text = BUF_INIT;

	assert_int_equal(file_mkdirs(model, 0700), 0);
	write_text(model, "model.safetensors", WEIGHTS);
	write_text(model, "config.json", SETTINGS);
	manifest_text(f, with, model, &text);
	write_text(folder, "manifest.json", text.ptr);
	buf_release(&text);
	free(folder);
	free(model);
}

static int collect(struct job_fixture *f, struct train_artifact *out)
{
	train_artifact_release(out);
	return manifest_collect(&f->job, "ray", out);
}

static void whole_result_is_taken(void **state)
{
	struct job_fixture *f = *state;
	struct train_artifact got = {0};
	char *uri = xstrfmt("%s/" KEY "/model", f->results), *id;

	publish(f, &(struct published){0});
	assert_int_equal(collect(f, &got), 0);
	assert_int_equal(collect(f, &got), 0); /* again: the same */
	id = xstrfmt("ray-%.12s", got.sha256);
	assert_string_equal(got.id, id);
	assert_string_equal(got.trainer, "ray");
	assert_string_equal(got.base, "some/model");
	assert_string_equal(got.uri, uri);
	assert_true(starts_with(got.file, "models/ray-") && ends_with(got.file, ".manifest.json"));
	assert_int_equal(manifest_verify(&f->session, got.file, got.sha256), 0);
	assert_int_equal(manifest_verify(&f->session, got.file, f->dataset), E_INVALID);
	train_artifact_release(&got);
	free(uri);
	free(id);
}

static void changed_or_lost_file_is_found(void **state)
{
	struct job_fixture *f = *state;
	struct train_artifact got = {0};
	char *model = xstrfmt("%s/" KEY "/model", f->results);
	char *weights = path_join(model, "model.safetensors");

	publish(f, &(struct published){0});
	assert_int_equal(collect(f, &got), 0);
	write_text(model, "model.safetensors", "these are weighty");
	assert_int_equal(manifest_verify(&f->session, got.file, got.sha256), E_INVALID);
	assert_non_null(strstr(error_message(), "was changed"));
	write_text(model, "model.safetensors", "short");
	assert_int_equal(manifest_verify(&f->session, got.file, got.sha256), E_INVALID);
	assert_non_null(strstr(error_message(), "5 bytes instead of 17"));
	assert_int_equal(unlink(weights), 0);
	assert_int_equal(manifest_verify(&f->session, got.file, got.sha256), E_NOTFOUND);
	assert_int_equal(collect(f, &got), E_NOTFOUND);
	train_artifact_release(&got);
	free(model);
	free(weights);
}

static void wrong_manifests_are_refused(void **state)
{
	static const struct {
		struct published with;
		int code;
		const char *words;
	} cases[] = {
		{{.key = "flywheel-ffffffffffffffff"}, E_INVALID, "of job 'flywheel-ffff"},
		{{.status = "failed", .error = "CUDA out of memory"}, E_FAIL, "CUDA out of memory"},
		{{.status = "perhaps"}, E_INVALID, "'perhaps'"},
		{{.artifact = "/etc"}, E_INVALID, "is at '/etc'"},
		{{.path = "../../secret"}, E_INVALID, "malformed"},
		{{.path = "/etc/passwd"}, E_INVALID, "malformed"},
		{{.path = "a//b"}, E_INVALID, "malformed"},
		{{.path = "config.json"}, E_INVALID, "twice"},
		{{.digest = "0000000000000000000000000000000000000000000000000000000000000000"},
			E_INVALID, "not that of its files"},
		{{.digest = "00"}, E_INVALID, "no artifact"},
		{{.format = 2}, E_INVALID, "format"},
	};
	struct job_fixture *f = *state;
	struct train_artifact got = {0};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		publish(f, &cases[i].with);
		assert_int_equal(collect(f, &got), cases[i].code);
		assert_non_null(strstr(error_message(), cases[i].words));
		assert_null(got.file);
	}
}

static void nothing_published_is_told_from_nothing_mounted(void **state)
{
	struct job_fixture *f = *state;
	struct train_artifact got = {0};

	assert_int_equal(collect(f, &got), E_NOTFOUND);
	assert_int_equal(file_remove_tree(f->results), 0);
	assert_int_equal(collect(f, &got), E_IO);
	assert_non_null(strstr(error_message(), "mounted"));
}

struct place { /* an artifact server */
	struct job_fixture *job;
	struct server server;
	bool cut, gone;
};

static enum MHD_Result on_place(const struct asked *asked, void *payload)
{
	struct place *place = payload;
	char *artifact = xstrfmt("%s/out/" KEY "/model", place->server.base);
	const char *bearer = asked_header(asked, MHD_HTTP_HEADER_AUTHORIZATION);
	struct buf text = BUF_INIT;
	enum MHD_Result result;

	manifest_text(place->job, &(struct published){.path = "model 1.bin"}, artifact, &text);
	if (!bearer || strcmp(bearer, "Bearer for-artifacts"))
		result = say(asked, 401, "who are you?", NULL, NULL);
	else if (!strcmp(asked->path, "/out/" KEY "/manifest.json"))
		result = say(asked, 200, place->cut ? "{\"format\":1," : text.ptr, NULL, NULL);
	else if (strcmp(asked->method, "HEAD") || place->gone)
		result = say(asked, 404, "gone", NULL, NULL);
	else if (!strcmp(asked->path, "/out/" KEY "/model/model 1.bin") ||
		 !strcmp(asked->path, "/out/" KEY "/model/config.json"))
		result = say(asked, 200, "", NULL, NULL);
	else
		result = say(asked, 404, "no", NULL, NULL);
	buf_release(&text);
	free(artifact);
	return result;
}

static void result_behind_a_url(void **state)
{
	struct job_fixture *f = *state;
	struct place place = {.job = f};
	struct train_artifact got = {0};
	char *url;

	server_start(&place.server, on_place, &place, NULL, NULL);
	url = xstrfmt("%s/out/", place.server.base);
	set(f, "flywheel.artifacts", url);
	assert_int_equal(artifacts_check(&f->session), 0);
	assert_int_equal(collect(f, &got), E_DENIED);
	setenv("FLYWHEEL_ARTIFACTS_TOKEN", "for-artifacts", 1);
	place.cut = true;
	assert_int_equal(collect(f, &got), E_NETWORK); /* later it may be whole */
	place.cut = false;
	assert_int_equal(collect(f, &got), 0);
	assert_true(starts_with(got.uri, place.server.base));
	place.gone = true;
	assert_int_equal(manifest_verify(&f->session, got.file, got.sha256), E_NOTFOUND);
	unsetenv("FLYWHEEL_ARTIFACTS_TOKEN");
	train_artifact_release(&got);
	server_stop(&place.server);
	free(url);
}

static const struct trainer *command(void)
{
	return trainer_find("command");
}

/* A trainer of five lines: its jobs are files in the results' folder. */
static void use_program(struct job_fixture *f, const char *body)
{
	const char *const clear[] = {"config", "--unset-all", "flywheel.command", NULL};
	const char *const add[] = {"config", "--add", "flywheel.command", "two words", NULL};
	char *path = path_join(f->folder, "trainer");
	struct buf text = BUF_INIT;

	buf_addf(&text,
		"#!/bin/sh\njob=$FLYWHEEL_ARTIFACTS/$FLYWHEEL_KEY.job\n"
		"echo \"$2\" >>\"$FLYWHEEL_ARTIFACTS/said\"\n%s\n",
		body);
	assert_int_equal(file_write(path, text.ptr, text.len, 0700), 0);
	git_run(f->folder, clear, NULL, 0, NULL); /* fails when there is none */
	set(f, "flywheel.command", path);
	assert_int_equal(git_run(f->folder, add, NULL, 0, NULL), 0);
	set(f, "flywheel.seed", "1"); /* reads the list again */
	buf_release(&text);
	free(path);
}

static void assert_said(struct job_fixture *f, const char *words)
{
	char *path = path_join(f->results, "said");
	struct buf text = BUF_INIT;

	assert_int_equal(file_read(path, 1000, &text), 0);
	assert_string_equal(text.ptr, words);
	buf_release(&text);
	unlink(path);
	free(path);
}

static void program_trains(void **state)
{
	struct job_fixture *f = *state;
	struct train_artifact got = {0};
	struct buf out = BUF_INIT;
	enum remote_state at;

	use_program(f, "[ \"$1\" = 'two words' ] || exit 3\n"
		       "case $2 in\n"
		       "poll) [ -e \"$job\" ] && echo running step 3 of 9 || echo absent;;\n"
		       "submit) [ -r \"$FLYWHEEL_PACKAGE\" ] && printf '%s %s %s' "
		       "$FLYWHEEL_PACKAGE_SHA256 $FLYWHEEL_BASE $FLYWHEEL_SEED >\"$job\";;\n"
		       "log) cat \"$job\";;\n"
		       "cancel) rm -f \"$job\";;\n"
		       "esac");
	assert_int_equal(command()->check(&f->session), 0);
	assert_int_equal(package_make(&f->job, &f->package), 0);
	assert_int_equal(command()->submit(&f->job), 0);
	assert_int_equal(command()->submit(&f->job), 0);
	assert_said(f, "poll\nsubmit\npoll\n");
	assert_int_equal(command()->poll(&f->job, &at, &out), 0);
	assert_int_equal(at, REMOTE_RUNNING);
	assert_string_equal(out.ptr, "step 3 of 9");
	buf_clear(&out);
	assert_int_equal(command()->log(&f->job, &out), 0);
	assert_true(starts_with(out.ptr, f->package.sha256));
	assert_string_equal(out.ptr + DIGEST_HEX, " some/model 7");
	assert_int_equal(command()->collect(&f->job, &got), E_NOTFOUND);
	publish(f, &(struct published){0});
	assert_int_equal(command()->collect(&f->job, &got), 0);
	assert_true(starts_with(got.id, "command-"));
	train_artifact_release(&got);
	assert_int_equal(command()->cancel(&f->job), 0);
	buf_clear(&out);
	assert_int_equal(command()->poll(&f->job, &at, &out), 0);
	assert_int_equal(at, REMOTE_ABSENT);
	buf_release(&out);
}

static void program_that_fails_says_when_to_come_back(void **state)
{
	struct job_fixture *f = *state;
	struct buf out = BUF_INIT;
	enum remote_state at;

	use_program(f, "echo 'queue is full' >&2; echo second >&2; exit 75");
	assert_int_equal(command()->poll(&f->job, &at, &out), E_NETWORK);
	assert_non_null(strstr(error_message(), "trainer poll: queue is full"));
	assert_null(strstr(error_message(), "second"));
	use_program(f, "exit 2");
	assert_int_equal(command()->poll(&f->job, &at, &out), E_INVALID);
	assert_non_null(strstr(error_message(), "exit status 2"));
	use_program(f, "echo runningish");
	assert_int_equal(command()->poll(&f->job, &at, &out), E_INVALID);
	assert_non_null(strstr(error_message(), "poll printed 'runningish'"));
	/* Killed after it had made the job: the job counts, not its status. */
	use_program(f, "[ $2 = submit ] && touch \"$job\" && exit 1\n"
		       "[ -e \"$job\" ] && echo waiting || echo absent");
	assert_int_equal(command()->submit(&f->job), 0);
	buf_release(&out);
}

static void missing_program_is_named(void **state)
{
	struct job_fixture *f = *state;
	struct buf out = BUF_INIT;
	enum remote_state at;

	assert_int_equal(command()->check(&f->session), E_INVALID);
	set(f, "flywheel.command", "/nowhere/trainer");
	assert_int_equal(command()->poll(&f->job, &at, &out), E_INVALID);
	assert_non_null(strstr(error_message(), "no program '/nowhere/trainer'"));
	buf_release(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whole_result_is_taken),
		TEST(changed_or_lost_file_is_found),
		TEST(wrong_manifests_are_refused),
		TEST(nothing_published_is_told_from_nothing_mounted),
		TEST(result_behind_a_url),
		TEST(program_trains),
		TEST(program_that_fails_says_when_to_come_back),
		TEST(missing_program_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
