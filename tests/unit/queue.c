/* The queue: a row per commit, newer commits taken in, cancel and retry, pauses within bounds. */
#define _GNU_SOURCE
#include "test.h"

#include "flywheel/queue.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	struct session session;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	memcpy(f->folder, "/tmp/flywheel-queue-XXXXXX", 27);
	if (!mkdtemp(f->folder) || store_open(f->folder, true, &f->session.store))
		return -1;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_close(f->session.store);
	file_remove_tree(f->folder);
	free(f);
	return 0;
}

static int64_t add(struct fixture *f, unsigned char commit, const char *origin, const char *ref)
{
	struct oid oid = {{commit}};
	int64_t id = 0;

	assert_int_equal(queue_add(&f->session, &oid, origin, ref, &id), 0);
	return id;
}

static void get(struct fixture *f, int64_t id, struct run_row *row)
{
	assert_int_equal(run_get(f->session.store, id, row), 0);
}

/* As whoever drains the queue would leave it. */
static void leave(struct fixture *f, int64_t id, const char *at, const char *stage, const char *key)
{
	struct run_row row;

	get(f, id, &row);
	run_set(&row.state, at);
	run_set(&row.stage, stage);
	run_set(&row.key, key);
	row.submitted = *key ? 1000 : 0;
	row.next_at = 5000;
	row.attempts = 7;
	assert_int_equal(run_save(f->session.store, &row), 0);
	run_release(&row);
}

static int count_row(const struct run_row *row, void *payload)
{
	(void)row;
	++*(int *)payload;
	return 0;
}

static int count(struct fixture *f)
{
	int rows = 0;

	assert_int_equal(run_each(f->session.store, count_row, &rows), 0);
	return rows;
}

static void a_waiting_run_takes_the_newer_commit(void **state)
{
	struct fixture *f = *state;
	int64_t id = add(f, 1, "push", "refs/heads/main");
	struct run_row row;

	assert_int_equal(add(f, 2, "push", "refs/heads/main"), id);
	assert_int_equal(add(f, 3, "schedule", ""), id);
	assert_int_equal(count(f), 1);
	get(f, id, &row);
	assert_int_equal(row.head[0], 3);
	assert_string_equal(row.state, "waiting");
	run_release(&row);
}

static void a_running_run_keeps_its_commit(void **state)
{
	struct fixture *f = *state;
	int64_t id = add(f, 1, "push", "refs/heads/main"), next;
	struct run_row row;

	leave(f, id, "running", "train", "");
	assert_int_equal(add(f, 1, "push", "refs/heads/main"), id); /* pushed to a second remote */
	next = add(f, 2, "push", "refs/heads/main");
	assert_int_not_equal(next, id);
	get(f, id, &row);
	assert_int_equal(row.head[0], 1);
	run_release(&row);
	assert_int_equal(run_next(f->session.store, &row), 0);
	assert_int_equal(row.id, id); /* one at a time: the running one first */
	run_release(&row);
	leave(f, id, "done", "done", "");
	assert_int_equal(add(f, 1, "schedule", ""), id); /* judged before */
	assert_int_equal(count(f), 2);
}

static void a_retry_goes_on_under_a_new_key(void **state)
{
	struct fixture *f = *state;
	int64_t id = add(f, 1, "push", "refs/heads/main");
	struct run_row row;

	assert_int_equal(queue_retry(&f->session, id), E_EXISTS);
	leave(f, id, "failed", "train", "flywheel-0123456789abcdef");
	assert_int_equal(queue_retry(&f->session, id), 0);
	get(f, id, &row);
	assert_string_equal(row.key, "flywheel-0123456789abcdef-2");
	assert_string_equal(row.stage, "upload");
	assert_string_equal(row.state, "waiting");
	assert_int_equal(row.submitted, 0);
	assert_int_equal(row.next_at, 0);
	assert_int_equal(row.attempts, 0);
	run_release(&row);
	leave(f, id, "failed", "train", "flywheel-0123456789abcdef-2");
	assert_int_equal(queue_retry(&f->session, id), 0);
	get(f, id, &row);
	assert_string_equal(row.key, "flywheel-0123456789abcdef-3");
	run_release(&row);
	/* Nothing was ever submitted: the same stage, the same key. */
	leave(f, id, "failed", "benchmark", "");
	assert_int_equal(queue_retry(&f->session, id), 0);
	get(f, id, &row);
	assert_string_equal(row.stage, "benchmark");
	assert_string_equal(row.key, "");
	run_release(&row);
	assert_int_equal(queue_retry(&f->session, 99), E_NOTFOUND);
}

static void cancel_ends_what_waits_and_asks_what_runs(void **state)
{
	struct fixture *f = *state;
	int64_t id = add(f, 1, "push", "refs/heads/main");
	struct run_row row;
	bool asked = true;

	assert_int_equal(queue_cancel(&f->session, id), 0);
	get(f, id, &row);
	assert_string_equal(row.state, "done");
	assert_string_equal(row.verdict, "cancelled");
	run_release(&row);
	assert_int_equal(queue_cancel(&f->session, id), E_EXISTS);
	assert_int_equal(queue_retry(&f->session, id), 0); /* changed one's mind */
	leave(f, id, "running", "train", "");
	assert_int_equal(run_cancel_asked(f->session.store, id, &asked), 0);
	assert_false(asked);
	assert_int_equal(queue_cancel(&f->session, id), 0);
	assert_int_equal(run_cancel_asked(f->session.store, id, &asked), 0);
	assert_true(asked);
	get(f, id, &row);
	assert_string_equal(row.state, "running");
	run_release(&row);
}

static void pauses_double_within_bounds(void **state)
{
	bool differ = false;

	(void)state;
	for (int64_t attempts = 0; attempts < 200; attempts++) {
		int64_t full = attempts < 2 ? 2 : attempts > 9 ? 900 : (int64_t)1 << attempts;

		full = full > 900 ? 900 : full;
		for (uint64_t salt = 0; salt < 100; salt++) {
			int64_t pause = queue_backoff(attempts, salt);

			assert_in_range(pause, full - full / 3, full);
			differ |= pause != full;
		}
	}
	assert_true(differ);
	assert_in_range(queue_backoff(INT64_MAX, 1), 600, 900);
}

static void one_holds_the_lock(void **state)
{
	struct fixture *f = *state;
	int first = -1, second = -1;

	assert_int_equal(queue_lock(&f->session, &first), 0);
	assert_int_equal(queue_lock(&f->session, &second), E_LOCKED);
	close(first);
	assert_int_equal(queue_lock(&f->session, &second), 0);
	close(second);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_waiting_run_takes_the_newer_commit),
		TEST(a_running_run_keeps_its_commit),
		TEST(a_retry_goes_on_under_a_new_key),
		TEST(cancel_ends_what_waits_and_asks_what_runs),
		TEST(pauses_double_within_bounds),
		TEST(one_holds_the_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
