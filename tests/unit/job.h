/* A repository with a sidecar, a frozen dataset of three rows and a job for it: what drivers get.
 */
#ifndef TESTS_UNIT_JOB_H
#define TESTS_UNIT_JOB_H

#include "test.h"

#include "flywheel/config.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "flywheel/train.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "flywheel-00112233445566aa"

struct job_fixture {
	char folder[64], dataset[DIGEST_HEX + 1];
	char *results, *home; /* flywheel.artifacts; $HOME, empty */
	struct session session;
	struct train_job job;
	struct package package;
};

/* One git setting, read at once. */
static inline void set(struct job_fixture *f, const char *key, const char *value)
{
	const char *const args[] = {"config", key, value, NULL};

	assert_int_equal(git_run(f->folder, args, NULL, 0, NULL), 0);
	config_free(f->session.config);
	f->session.config = NULL;
	assert_int_equal(config_load(f->session.repo, &f->session.config), 0);
}

/* Freezes three rows; `third` is the answer of the last. */
static inline void freeze(struct job_fixture *f, const char *third)
{
	char *folder = path_join(store_folder(f->session.store), "datasets"), *path;
	struct buf rows = BUF_INIT;

	for (int i = 1; i <= 3; i++)
		buf_addf(&rows,
			"{\"id\":\"%016d\",\"kind\":\"rule\",\"prompt\":\"What is rule "
			"%d?\",\"answer\":\"%s\"}\n",
			i, i, i == 3 ? third : "A rule \\\"of\\\" this house\\nin two lines");
	digest_bytes(rows.ptr, rows.len, f->dataset);
	path = xstrfmt("%s/%s.jsonl", folder, f->dataset);
	assert_int_equal(file_mkdirs(folder, 0700), 0);
	assert_int_equal(file_write(path, rows.ptr, rows.len, 0600), 0);
	free(path);
	free(folder);
	buf_release(&rows);
}

static inline void job_set_up(struct job_fixture *f)
{
	static const char *const init[] = {"init", "-q", NULL};
	char *folder;

	snprintf(f->folder, sizeof(f->folder), "/tmp/flywheel-job-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->home = path_join(f->folder, "home");
	f->results = path_join(f->folder, "results");
	assert_int_equal(file_mkdirs(f->home, 0700) || file_mkdirs(f->results, 0700), 0);
	setenv("HOME", f->home, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("RAY_AUTH_TOKEN");
	unsetenv("RAY_AUTH_TOKEN_PATH");
	unsetenv("FLYWHEEL_ARTIFACTS_TOKEN");
	assert_int_equal(git_run(f->folder, init, NULL, 0, NULL), 0);
	assert_int_equal(repo_open(f->folder, &f->session.repo), 0);
	folder = path_join(f->folder, ".git/flywheel");
	assert_int_equal(store_open(folder, true, &f->session.store), 0);
	free(folder);
	set(f, "flywheel.artifacts", f->results);
	set(f, "flywheel.base", "some/model");
	freeze(f, "The last rule");
	f->job = (struct train_job){.session = &f->session,
		.key = KEY,
		.dataset = f->dataset,
		.seed = 7,
		.package = &f->package};
}

static inline void job_tear_down(struct job_fixture *f)
{
	package_release(&f->package);
	store_close(f->session.store);
	config_free(f->session.config);
	repo_free(f->session.repo);
	file_remove_tree(f->folder);
	free(f->home);
	free(f->results);
}

#endif
