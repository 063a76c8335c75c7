/* When a revolution is due: ticks that come early or late, runs missed, clocks that jump. */
#define _GNU_SOURCE
#include "test.h"

#include "flywheel/config.h"
#include "flywheel/due.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR 3600
#define NOON 1767268800 /* 2026-01-01T12:00:00Z */

struct fixture {
	char folder[64];
	struct session session;
};

static void set(struct fixture *f, const char *key, const char *value)
{
	char *git = path_join(f->folder, ".git");

	assert_int_equal(
		git_run(git, (const char *[]){"config", key, value, NULL}, NULL, 0, NULL), 0);
	config_free(f->session.config);
	assert_int_equal(config_load(f->session.repo, &f->session.config), 0);
	free(git);
}

static void fixture_open(struct fixture *f, const char *every)
{
	char *sidecar;

	memset(f, 0, sizeof(*f));
	snprintf(f->folder, sizeof(f->folder), "/tmp/due-test.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	assert_int_equal(
		git_run(f->folder, (const char *[]){"init", "-q", NULL}, NULL, 0, NULL), 0);
	assert_int_equal(repo_open(f->folder, &f->session.repo), 0);
	set(f, "flywheel.every", every);
	sidecar = path_join(f->folder, ".git/flywheel");
	assert_int_equal(store_open(sidecar, true, &f->session.store), 0);
	free(sidecar);
}

static void fixture_close(struct fixture *f)
{
	store_close(f->session.store);
	config_free(f->session.config);
	repo_free(f->session.repo);
	file_remove_tree(f->folder);
}

static bool due_at(struct fixture *f, int64_t now)
{
	bool due = false;

	assert_int_equal(schedule_due(&f->session, now, &due), 0);
	return due;
}

static void first_is_due_at_once(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "12h");
	assert_true(due_at(&f, NOON));
	assert_int_equal(schedule_mark(&f.session, NOON), 0);
	assert_false(due_at(&f, NOON));
	assert_false(due_at(&f, NOON + 11 * HOUR));
	assert_true(due_at(&f, NOON + 12 * HOUR));
	fixture_close(&f);
}

/* The ticks of a day, each some minutes off as a random delay makes them. */
static void twelve_hours_stay_twelve(void **state)
{
	static const int delay[] = {300, 0, 120, 7, 299, 1};
	struct fixture f;
	int runs = 0;

	(void)state;
	fixture_open(&f, "12h");
	for (int tick = 0; tick < 240; tick++) {
		int64_t now = NOON + tick * HOUR + delay[tick % 6];

		if (!due_at(&f, now))
			continue;
		assert_int_equal(tick % 12, 0);
		assert_int_equal(schedule_mark(&f.session, now), 0);
		runs++;
	}
	assert_int_equal(runs, 20);
	fixture_close(&f);
}

static void missed_runs_are_made_up_for_by_one(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "1d");
	assert_int_equal(schedule_mark(&f.session, NOON), 0);
	assert_true(due_at(&f, NOON + 30 * 24 * HOUR));
	assert_int_equal(schedule_mark(&f.session, NOON + 30 * 24 * HOUR), 0);
	assert_false(due_at(&f, NOON + 30 * 24 * HOUR + HOUR));
	fixture_close(&f);
}

static void a_clock_set_back_does_not_stop_it(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "1d");
	assert_int_equal(schedule_mark(&f.session, NOON + 3650LL * 24 * HOUR), 0);
	assert_true(due_at(&f, NOON));
	assert_int_equal(schedule_mark(&f.session, NOON), 0);
	assert_false(due_at(&f, NOON + HOUR));
	assert_true(due_at(&f, NOON + 24 * HOUR));
	fixture_close(&f);
}

static void shorter_than_a_tick_is_every_tick(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "15m");
	assert_int_equal(schedule_mark(&f.session, NOON), 0);
	assert_false(due_at(&f, NOON + 60));
	assert_true(due_at(&f, NOON + HOUR));
	fixture_close(&f);
}

static void off_is_never(void **state)
{
	struct fixture f;
	struct due due;

	(void)state;
	fixture_open(&f, "12h");
	set(&f, "flywheel.enabled", "false");
	assert_false(due_at(&f, NOON));
	set(&f, "flywheel.enabled", "true");
	assert_true(due_at(&f, NOON));
	set(&f, "flywheel.every", "");
	assert_false(due_at(&f, NOON));
	set(&f, "flywheel.every", "often");
	assert_int_equal(due_read(&f.session, NOON, &due), E_INVALID);
	assert_string_equal(error_message(),
		"flywheel.every: 'often' is no schedule: want a number and a unit, 15m or more, as "
		"30m, 12h or 1d");
	fixture_close(&f);
}

static void every_has_a_shortest(void **state)
{
	int64_t seconds = 1;

	(void)state;
	assert_int_equal(every_parse("", &seconds), 0);
	assert_int_equal(seconds, 0);
	assert_int_equal(every_parse("15m", &seconds), 0);
	assert_int_equal(seconds, 900);
	assert_int_equal(every_parse("14m", &seconds), E_INVALID);
	assert_int_equal(every_parse("0h", &seconds), E_INVALID);
	assert_int_equal(seconds, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_is_due_at_once),
		cmocka_unit_test(twelve_hours_stay_twelve),
		cmocka_unit_test(missed_runs_are_made_up_for_by_one),
		cmocka_unit_test(a_clock_set_back_does_not_stop_it),
		cmocka_unit_test(shorter_than_a_tick_is_every_tick),
		cmocka_unit_test(off_is_never),
		cmocka_unit_test(every_has_a_shortest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
