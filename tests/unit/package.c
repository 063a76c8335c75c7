/* package: same bytes, what is in it, what may not leave, and what it may cost. */
#include "job.h"

#include "flywheel/package.h"
#include "util/archive.h"

#include <sys/stat.h>

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

static void made_again_it_has_the_same_bytes(void **state)
{
	struct job_fixture *f = *state;
	struct package again = {0};
	char first[DIGEST_HEX + 1], second[DIGEST_HEX + 1];
	struct stat status;

	assert_int_equal(package_make(&f->job, &f->package), 0);
	assert_int_equal(digest_file(f->package.path, first), 0);
	assert_int_equal(stat(f->package.path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal((size_t)status.st_size, f->package.bytes);
	assert_string_equal(first, f->package.sha256);
	setenv("TZ", "Asia/Tokyo", 1); /* a zip's times are local ones */
	assert_int_equal(remove(f->package.path), 0);
	assert_int_equal(package_make(&f->job, &again), 0);
	unsetenv("TZ");
	assert_int_equal(digest_file(again.path, second), 0);
	assert_string_equal(first, second);
	package_release(&again);
	f->job.seed = 8;
	assert_int_equal(package_make(&f->job, &again), 0);
	assert_string_not_equal(again.sha256, first);
	package_release(&again);
}

/* Somebody else's reader, since ours could make the same mistake as our writer. */
static void python_reads_the_same_parts(void **state)
{
	static const char program[] =
		"import sys, zipfile\n"
		"z = zipfile.ZipFile(sys.argv[1])\n"
		"assert z.testzip() is None\n"
		"assert z.namelist() == ['train.py', 'job.json', 'dataset.jsonl'], z.namelist()\n"
		"assert {i.date_time for i in z.infolist()} == {(1980, 1, 1, 0, 0, 0)}\n"
		"assert {i.external_attr >> 16 for i in z.infolist()} == {0o100644}\n"
		"sys.stdout.buffer.write(z.read(sys.argv[2]))\n";
	struct job_fixture *f = *state;
	const char *const *names = package_parts();

	assert_int_equal(package_make(&f->job, &f->package), 0);
	for (size_t i = 0; names[i]; i++) {
		const char *const argv[] = {
			"python3", "-c", program, f->package.path, names[i], NULL};
		struct buf ours = BUF_INIT, theirs = BUF_INIT;

		assert_int_equal(process_run(argv, NULL, &theirs, NULL), 0);
		assert_int_equal(package_part(&f->package, names[i], &ours), 0);
		assert_true(ours.len > 0);
		assert_int_equal(ours.len, theirs.len);
		assert_memory_equal(ours.ptr, theirs.ptr, ours.len);
		buf_release(&ours);
		buf_release(&theirs);
	}
	assert_int_equal(f->package.rows, 3);
}

static void rows_are_conversations(void **state)
{
	struct job_fixture *f = *state;
	struct buf rows = BUF_INIT, job = BUF_INIT;

	assert_int_equal(package_make(&f->job, &f->package), 0);
	assert_int_equal(package_part(&f->package, "dataset.jsonl", &rows), 0);
	assert_non_null(strstr(rows.ptr,
		"{\"prompt\":[{\"role\":\"user\",\"content\":\"What is rule 3?\"}],\"completion\":"
		"[{\"role\":\"assistant\",\"content\":\"The last rule\"}]}\n"));
	assert_int_equal(package_part(&f->package, "job.json", &job), 0);
	assert_non_null(strstr(job.ptr, "{\"key\":\"" KEY "\",\"dataset\":\""));
	assert_non_null(strstr(job.ptr, "\"rows\":3,\"base\":\"some/model\",\"seed\":7,"));
	assert_int_equal(package_part(&f->package, "../job.json", &job), E_NOTFOUND);
	buf_release(&rows);
	buf_release(&job);
}

static void secret_does_not_leave(void **state)
{
	struct job_fixture *f = *state;
	char *spool = path_join(store_folder(f->session.store), "spool");

	freeze(f, "token = ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
	assert_int_equal(package_make(&f->job, &f->package), E_INVALID);
	assert_non_null(strstr(error_message(), "dataset.jsonl"));
	assert_non_null(strstr(error_message(), "row 3 (example 0000000000000003)"));
	assert_false(file_exists(spool));
	free(spool);
}

/* A digest of ours looks like anybody's key; what a person set is looked at all the same. */
static void own_key_is_no_secret(void **state)
{
	struct job_fixture *f = *state;

	f->job.key = "flywheel-7ec5f42e8901b96a";
	assert_int_equal(package_make(&f->job, &f->package), 0);
	package_release(&f->package);
	set(f, "flywheel.artifacts",
		"https://store.acme.io/?token=ghp_"
		"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
	assert_int_equal(package_make(&f->job, &f->package), E_INVALID);
	assert_non_null(strstr(error_message(), "job.json of the package"));
}

static void sweep_leaves_no_code_behind(void **state)
{
	struct job_fixture *f = *state;
	char *spool = path_join(store_folder(f->session.store), "spool");
	char *note = path_join(spool, "push-1"), *half = path_join(spool, KEY ".zip.aB3dEf");

	assert_int_equal(package_make(&f->job, &f->package), 0);
	assert_int_equal(file_write(half, "x", 1, 0600) || file_write(note, "x", 1, 0600), 0);
	package_sweep(&f->session);
	assert_false(file_exists(f->package.path) || file_exists(half));
	assert_true(file_exists(note));
	free(spool);
	free(note);
	free(half);
}

static void unknown_form_is_refused(void **state)
{
	struct job_fixture *f = *state;

	set(f, "flywheel.form", "gguf");
	assert_int_equal(package_make(&f->job, &f->package), E_INVALID);
	assert_non_null(strstr(error_message(), "merged or adapter"));
}

static void estimate_follows_the_settings(void **state)
{
	struct job_fixture *f = *state;
	double hours, cost;

	f->package = (struct package){.rows = 10, .tokens = 36000};
	set(f, "flywheel.tokensPerSecond", "10");
	set(f, "flywheel.costPerHour", "3");
	assert_int_equal(train_estimate(&f->session, &f->package, &hours, &cost), 0);
	assert_true(hours > 0.999 && hours < 1.001 && cost > 2.999 && cost < 3.001);
	set(f, "flywheel.epochs", "2.5");
	train_estimate(&f->session, &f->package, &hours, &cost);
	assert_true(hours > 2.499 && hours < 2.501);
	set(f, "flywheel.maxSteps", "5"); /* steps of 4 rows of 3600 tokens */
	train_estimate(&f->session, &f->package, &hours, &cost);
	assert_true(hours > 1.999 && hours < 2.001 && cost > 5.999 && cost < 6.001);
	assert_int_equal(train_cost_check(&f->session, &f->package), 0);
	set(f, "flywheel.maxCost", "5.5");
	assert_int_equal(train_cost_check(&f->session, &f->package), E_INVALID);
	assert_non_null(strstr(error_message(), "6.00"));
	assert_non_null(strstr(error_message(), "5.50 of flywheel.maxCost"));
	set(f, "flywheel.maxCost", "6.5");
	assert_int_equal(train_cost_check(&f->session, &f->package), 0);
	set(f, "flywheel.costPerHour", "0");
	assert_int_equal(train_cost_check(&f->session, &f->package), E_INVALID);
}

static void damaged_archive_is_refused(void **state)
{
	struct job_fixture *f = *state;
	char *path = path_join(f->folder, "x.zip");
	struct buf out = BUF_INIT;

	assert_int_equal(archive_read(path, "a", 10, &out), E_NOTFOUND);
	assert_int_equal(file_write(path, "PK\3\4 not really", 15, 0600), 0);
	assert_int_equal(archive_read(path, "a", 10, &out), E_INVALID);
	assert_int_equal(package_make(&f->job, &f->package), 0);
	assert_int_equal(archive_read(f->package.path, "job.json", 10, &out), E_TOOBIG);
	buf_release(&out);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			made_again_it_has_the_same_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(python_reads_the_same_parts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows_are_conversations, set_up, tear_down),
		cmocka_unit_test_setup_teardown(secret_does_not_leave, set_up, tear_down),
		cmocka_unit_test_setup_teardown(own_key_is_no_secret, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sweep_leaves_no_code_behind, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unknown_form_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(estimate_follows_the_settings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged_archive_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
