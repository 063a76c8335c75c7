/* The tick: every repository gets its worker, whatever becomes of the others. */
#define _GNU_SOURCE
#include "test.h"

#include "flywheel/schedule.h"
#include "util/error.h"
#include "util/file.h"
#include "util/process.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	char *program;
	struct strings said;
};

static char *in(const struct fixture *f, const char *name)
{
	return path_join(f->folder, name);
}

static void fixture_open(struct fixture *f, const char *script)
{
	char *config;

	memset(f, 0, sizeof(*f));
	snprintf(f->folder, sizeof(f->folder), "/tmp/schedule-test.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	config = in(f, "config");
	setenv("GIT_CONFIG_GLOBAL", config, 1);
	setenv("FOLDER", f->folder, 1);
	f->program = in(f, "program");
	assert_int_equal(file_write(f->program, script, strlen(script), 0755), 0);
	free(config);
}

static void fixture_close(struct fixture *f)
{
	file_remove_tree(f->folder);
	strings_release(&f->said);
	free(f->program);
	unsetenv("GIT_CONFIG_GLOBAL");
}

static void enter(const struct fixture *f, const char *name, bool make)
{
	char *path = in(f, name);

	if (make)
		assert_int_equal(
			git_run(NULL, (const char *[]){"init", "-q", path, NULL}, NULL, 0, NULL),
			0);
	assert_int_equal(git_run(NULL,
				 (const char *[]){"config", "--global", "--add", "flywheel.repo",
					 path, NULL},
				 NULL, 0, NULL),
		0);
	free(path);
}

static void note(const char *repository, const char *what, void *payload)
{
	struct fixture *f = payload;

	strings_add(&f->said, path_base(repository));
	strings_add(&f->said, what);
}

static void assert_visited(const struct fixture *f, const char *want)
{
	char *path = in(f, "visited");
	struct buf text = BUF_INIT;

	assert_int_equal(file_read(path, 10000, &text), 0);
	assert_string_equal(text.ptr, want);
	buf_release(&text);
	free(path);
}

static void one_that_fails_does_not_stop_the_others(void **state)
{
	struct fixture f;
	size_t problems = 0;

	(void)state;
	fixture_open(&f, "#!/bin/sh\n"
			 "echo \"${PWD##*/} $*\" >>\"$FOLDER/visited\"\n"
			 "case $PWD in */bad) echo first >&2; echo 'the last line' >&2; exit 3 ;; "
			 "*/mute) exit 4 ;; esac\n");
	enter(&f, "a 100%", true);
	enter(&f, "bad", true);
	enter(&f, "gone", false);
	enter(&f, "mute", true);
	enter(&f, "z", true);
	enter(&f, "z", false); /* twice in the list is once */
	assert_int_equal(schedule_run(f.program, 20, note, &f, &problems), 0);
	assert_visited(&f, "a 100% worker --scheduled\nbad worker --scheduled\n"
			   "mute worker --scheduled\nz worker --scheduled\n");
	assert_int_equal(problems, 3);
	assert_int_equal(f.said.count, 6);
	assert_string_equal(f.said.items[0], "bad");
	assert_string_equal(f.said.items[1], "its worker ended with status 3: the last line");
	assert_string_equal(f.said.items[2], "gone");
	assert_string_equal(f.said.items[3], "it is gone");
	assert_string_equal(f.said.items[4], "mute");
	assert_non_null(strstr(f.said.items[5], "status 4: see '/"));
	assert_non_null(strstr(f.said.items[5], "/mute/.git/flywheel/log/worker.log'"));
	fixture_close(&f);
}

/* The folder above is a repository too: it must not get the worker of one that is gone. */
static void a_repository_above_does_not_stand_in(void **state)
{
	struct fixture f;
	size_t problems = 0;
	char *path, *visited;

	(void)state;
	fixture_open(&f, "#!/bin/sh\ntouch \"$FOLDER/visited\"\n");
	assert_int_equal(git_run(f.folder, (const char *[]){"init", "-q", NULL}, NULL, 0, NULL), 0);
	path = in(&f, "inner");
	assert_int_equal(mkdir(path, 0700), 0);
	enter(&f, "inner", false);
	assert_int_equal(schedule_run(f.program, 20, note, &f, &problems), 0);
	assert_int_equal(problems, 1);
	assert_string_equal(f.said.items[1], "no repository is there any more");
	visited = in(&f, "visited");
	assert_false(file_exists(visited));
	free(path);
	free(visited);
	fixture_close(&f);
}

static void workers_are_asked_nothing_and_told_no_repository(void **state)
{
	struct fixture f;
	size_t problems = 0;

	(void)state;
	fixture_open(&f, "#!/bin/sh\n"
			 "{ git config credential.interactive; git config user.name\n"
			 "echo \"$GIT_TERMINAL_PROMPT ${GIT_ASKPASS-unset} ${GIT_DIR-unset} "
			 "${GIT_INDEX_FILE-unset}\"; } >\"$FOLDER/visited\"\n");
	enter(&f, "a", true);
	setenv("GIT_DIR", "/nowhere", 1);
	setenv("GIT_INDEX_FILE", "/nowhere/index", 1);
	setenv("GIT_ASKPASS", "/nowhere/window", 1);
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "user.name", 1);
	setenv("GIT_CONFIG_VALUE_0", "Ann", 1);
	assert_int_equal(schedule_run(f.program, 20, note, &f, &problems), 0);
	unsetenv("GIT_DIR");
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_ASKPASS");
	unsetenv("GIT_CONFIG_COUNT");
	assert_int_equal(problems, 0);
	assert_visited(&f, "false\nAnn\n0  unset unset\n");
	fixture_close(&f);
}

static void a_long_one_is_left_to_its_work(void **state)
{
	struct fixture f;
	size_t problems = 0;
	char *go;

	(void)state;
	/* The first works until the second has had its turn: who waits for it waits for ever. */
	fixture_open(&f, "#!/bin/sh\n"
			 "case $PWD in\n"
			 "*/long) while [ ! -e \"$FOLDER/go\" ]; do sleep 0.05; done\n"
			 "echo \"long\" >>\"$FOLDER/visited\"; touch \"$FOLDER/done\" ;;\n"
			 "*) echo short >>\"$FOLDER/visited\" ;;\n"
			 "esac\n");
	enter(&f, "long", true);
	enter(&f, "short", true);
	assert_int_equal(schedule_run(f.program, 0.2, note, &f, &problems), 0);
	assert_int_equal(problems, 0);
	assert_visited(&f, "short\n");
	go = in(&f, "go");
	assert_int_equal(file_write(go, "", 0, 0600), 0);
	free(go);
	go = in(&f, "done");
	for (int i = 0; i < 400 && !file_exists(go); i++)
		usleep(50000);
	assert_visited(&f, "short\nlong\n");
	free(go);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_fails_does_not_stop_the_others),
		cmocka_unit_test(a_repository_above_does_not_stand_in),
		cmocka_unit_test(workers_are_asked_nothing_and_told_no_repository),
		cmocka_unit_test(a_long_one_is_left_to_its_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
