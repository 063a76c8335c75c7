/* Where the cutoff falls: on a line, over a merge, and in histories too short to have one. */
#define _GNU_SOURCE
#include "util/error.h" /* before cmocka, which has a macro named fail */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "flywheel/config.h"
#include "flywheel/split.h"
#include "util/file.h"
#include "util/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
	char folder[64];
	struct buf stream;
	struct session session;
};

static void commit_to(struct fixture *f, const char *branch, int n, const char *merged)
{
	buf_addf(&f->stream, "commit refs/heads/%s\nmark :%d\ncommitter A <a@b.c> %d +0000\n",
		branch, n, 1700000000 + n * 60);
	buf_addf(&f->stream, "data 2\nm\n");
	if (merged)
		buf_addf(&f->stream, "merge %s\n", merged);
	buf_addf(&f->stream, "M 100644 inline f%d\ndata 2\nx\n\n", n);
}

static void fixture_open(struct fixture *f)
{
	snprintf(f->folder, sizeof(f->folder), "/tmp/split-test.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	assert_int_equal(git_run(f->folder, (const char *[]){"init", "-q", "-b", "main", NULL},
				 NULL, 0, NULL),
		0);
	assert_int_equal(git_run(f->folder, (const char *[]){"fast-import", "--quiet", NULL},
				 f->stream.ptr, f->stream.len, NULL),
		0);
	assert_int_equal(repo_open(f->folder, &f->session.repo), 0);
	assert_int_equal(config_load(f->session.repo, &f->session.config), 0);
}

static void fixture_close(struct fixture *f)
{
	config_free(f->session.config);
	repo_free(f->session.repo);
	file_remove_tree(f->folder);
	buf_release(&f->stream);
}

static void assert_cutoff(struct fixture *f, const struct split *split, const char *revision)
{
	struct oid want;

	assert_int_equal(repo_resolve(f->session.repo, revision, &want), 0);
	assert_true(oid_equal(&want, &split->cutoff));
}

static int count(const struct commit *commit, void *payload)
{
	(void)commit;
	++*(size_t *)payload;
	return 0;
}

static void test_line(void **state)
{
	struct fixture f = {.stream = BUF_INIT};
	struct split split;
	size_t trained = 0, held_out = 0;

	(void)state;
	for (int i = 1; i <= 25; i++)
		commit_to(&f, "main", i, NULL);
	fixture_open(&f);
	assert_int_equal(split_compute(&f.session, &split), 0);
	assert_cutoff(&f, &split, "main~3");
	assert_int_equal(split.commits, 25);
	assert_int_equal(split.held_out, 3);
	assert_int_equal(split.cutoff_time, 1700000000 + 22 * 60);
	assert_false(oid_equal(&split.head_tree, &split.cutoff_tree));
	assert_int_equal(split_each_trained(&f.session, &split, count, &trained), 0);
	assert_int_equal(split_each_held_out(&f.session, &split, count, &held_out), 0);
	assert_int_equal(trained, 22);
	assert_int_equal(held_out, 3);
	fixture_close(&f);
}

/* A side branch that only the merge brings in is held out with the merge, however old it is. */
static void test_merge(void **state)
{
	struct fixture f = {.stream = BUF_INIT};
	struct split split;
	struct oid old;

	(void)state;
	for (int i = 1; i <= 5; i++)
		commit_to(&f, "main", i, NULL);
	buf_addstr(&f.stream, "reset refs/heads/side\nfrom :5\n\n");
	for (int i = 6; i <= 9; i++)
		commit_to(&f, "side", i, NULL);
	for (int i = 10; i <= 14; i++)
		commit_to(&f, "main", i, NULL);
	commit_to(&f, "main", 15, "refs/heads/side");
	fixture_open(&f);
	assert_int_equal(split_compute(&f.session, &split), 0);
	assert_cutoff(&f, &split, "main~1");
	assert_int_equal(split.held_out, 5);
	assert_int_equal(repo_resolve(f.session.repo, "main~1", &old), 0);
	assert_int_equal(split_compute_at(&f.session, &old, &split), 0);
	assert_int_equal(split.commits, 10);
	assert_cutoff(&f, &split, "main~2");
	fixture_close(&f);
}

static void test_too_short(void **state)
{
	struct fixture f = {.stream = BUF_INIT};
	struct split split;

	(void)state;
	commit_to(&f, "main", 1, NULL);
	fixture_open(&f);
	assert_int_equal(split_compute(&f.session, &split), E_NOTFOUND);
	assert_non_null(strstr(error_message(), "1 commit,"));
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_too_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
