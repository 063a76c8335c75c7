/* Pushes in real repositories: which of them arrived, and when somebody is told. */
#include "test.h"

#include "flywheel/config.h"
#include "flywheel/push.h"
#include "flywheel/store.h"
#include "flywheel/store_push.h"
#include "store/query.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIT(fixture, ...) git(fixture, (const char *const[]){__VA_ARGS__, NULL})

struct fixture {
	char folder[64];
	char *work, *remote;
	struct session session;
	struct strings told; /* "<ref> <remote>" of each arrival */
	struct oid last;
	int answer; /* what the callback returns */
	int64_t now, next;
};

static void git(struct fixture *fixture, const char *const *args)
{
	assert_int_equal(git_run(fixture->work, args, NULL, 0, NULL), 0);
}

static int git_fails(struct fixture *fixture, const char *const *args)
{
	return git_run(fixture->work, args, NULL, 0, NULL);
}

static void open_session(struct fixture *fixture)
{
	char *sidecar = path_join(fixture->work, ".git/flywheel");

	store_close(fixture->session.store);
	config_free(fixture->session.config);
	repo_free(fixture->session.repo);
	assert_int_equal(repo_open(fixture->work, &fixture->session.repo), 0);
	assert_int_equal(config_load(fixture->session.repo, &fixture->session.config), 0);
	assert_int_equal(store_open(sidecar, true, &fixture->session.store), 0);
	free(sidecar);
}

static struct oid head(struct fixture *fixture)
{
	struct oid commit;

	assert_int_equal(repo_head(fixture->session.repo, &commit), 0);
	return commit;
}

static void commit(struct fixture *fixture)
{
	char *message = xstrfmt("-mcommit %zu %lld", fixture->told.count, (long long)fixture->now);

	GIT(fixture, "commit", "-q", "--allow-empty", message);
	free(message);
}

static int told(struct session *session, const struct oid *oid, const char *ref, const char *remote,
	void *payload)
{
	struct fixture *fixture = payload;
	char *line = xstrfmt("%s %s", ref, remote);

	assert_ptr_equal(session, &fixture->session);
	if (!fixture->answer)
		strings_add(&fixture->told, line);
	fixture->last = *oid;
	free(line);
	return fixture->answer;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	memcpy(fixture->folder, "/tmp/flywheel-push-XXXXXX", 26);
	if (!mkdtemp(fixture->folder))
		return -1;
	*state = fixture;
	fixture->now = clock_now();
	fixture->work = path_join(fixture->folder, "work");
	fixture->remote = path_join(fixture->folder, "remote.git");
	assert_int_equal(git_run(fixture->folder,
				 (const char *const[]){"init", "-q", "-b", "main", "work", NULL},
				 NULL, 0, NULL),
		0);
	GIT(fixture, "init", "-q", "--bare", "-b", "main", fixture->remote);
	GIT(fixture, "config", "user.name", "A U Thor");
	GIT(fixture, "config", "user.email", "a@example.com");
	GIT(fixture, "remote", "add", "origin", fixture->remote);
	commit(fixture);
	open_session(fixture);
	/* The first look only takes note of what was pushed before. */
	assert_int_equal(
		push_confirm(&fixture->session, fixture->now, told, fixture, &fixture->next), 0);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	store_close(fixture->session.store);
	config_free(fixture->session.config);
	repo_free(fixture->session.repo);
	file_remove_tree(fixture->folder);
	strings_release(&fixture->told);
	free(fixture->work);
	free(fixture->remote);
	free(fixture);
	return 0;
}

/* As the hook leaves it. */
static void note(struct fixture *fixture, const char *name, long pid, const char *remote,
	const char *url, const char *refs)
{
	char *folder = path_join(store_folder(fixture->session.store), "spool");
	char *path = path_join(folder, name);
	char *text = xstrfmt("flywheel-push 1\nprocess %ld %d\nremote %s\nurl %s\n%send\n", pid,
		pid ? 1 : 0, remote, url, refs);

	assert_int_equal(file_mkdirs(folder, 0700), 0);
	assert_int_equal(file_write(path, text, strlen(text), 0600), 0);
	free(text);
	free(path);
	free(folder);
}

/* HEAD to a ref; the process that pushed is gone. */
static void note_head(struct fixture *fixture, const char *name, const char *remote,
	const char *url, const char *ref)
{
	struct oid at = head(fixture);
	char hex[OID_HEX + 1], *line;

	oid_hex(&at, hex);
	line = xstrfmt("refs/heads/main %s %s %040d\n", hex, ref, 0);
	note(fixture, name, 1, remote, url, line);
	free(line);
}

static void collect(struct fixture *fixture)
{
	assert_int_equal(push_collect(&fixture->session, NULL, NULL), 0);
}

static int confirm(struct fixture *fixture)
{
	return push_confirm(&fixture->session, fixture->now, told, fixture, &fixture->next);
}

static void assert_told(struct fixture *fixture, size_t count)
{
	assert_int_equal(confirm(fixture), 0);
	assert_int_equal(fixture->told.count, count);
}

/* Looks again whenever asked to, until nothing waits. */
static void run_out(struct fixture *fixture)
{
	int looks = 0;

	do {
		assert_int_equal(confirm(fixture), 0);
		if (fixture->next)
			fixture->now = fixture->next;
		assert_true(++looks < 20);
	} while (fixture->next);
}

static char *state_of(struct fixture *fixture)
{
	struct query *query = query_open(fixture->session.store,
		"SELECT state || ' ' || attempts FROM push ORDER BY id DESC LIMIT 1");
	char *state = query_next(query) ? xstrdup(query_text(query, 0)) : xstrdup("none");

	assert_int_equal(query_close(query), 0);
	return state;
}

static void assert_state(struct fixture *fixture, const char *want)
{
	char *state = state_of(fixture);

	assert_string_equal(state, want);
	free(state);
}

static void a_push_that_arrived_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	struct oid at = head(fixture);

	note_head(fixture, "push-1-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	GIT(fixture, "push", "-q", "origin", "main");
	assert_told(fixture, 1);
	assert_string_equal(fixture->told.items[0], "refs/heads/main origin");
	assert_true(oid_equal(&at, &fixture->last));
	assert_int_equal(fixture->next, 0);
	assert_state(fixture, "arrived 0");
	/* The same once more, to another branch, and from a note that was read already. */
	note_head(fixture, "push-1-1", "origin", fixture->remote, "refs/heads/main");
	note_head(fixture, "push-2-1", "origin", fixture->remote, "refs/heads/main");
	note_head(fixture, "push-3-1", "origin", fixture->remote, "refs/heads/master");
	GIT(fixture, "push", "-q", "origin", "main:master");
	collect(fixture);
	assert_told(fixture, 1);
	assert_int_equal(fixture->next, 0);
}

static void a_rejected_push_is_lost_and_a_later_one_arrives(void **state)
{
	struct fixture *fixture = *state;
	char *hook = path_join(fixture->remote, "hooks/pre-receive");
	const char *const push[] = {"push", "-q", "origin", "main", NULL};

	assert_int_equal(file_write(hook, "#!/bin/sh\nexit 1\n", 17, 0755), 0);
	note_head(fixture, "push-1-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	assert_int_not_equal(git_fails(fixture, push), 0);
	run_out(fixture);
	assert_int_equal(fixture->told.count, 0);
	assert_state(fixture, "lost 4");
	unlink(hook);
	note_head(fixture, "push-2-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	GIT(fixture, "push", "-q", "origin", "main");
	assert_told(fixture, 1);
	free(hook);
}

static void what_is_no_fast_forward_is_lost_and_a_forced_one_arrives(void **state)
{
	struct fixture *fixture = *state;
	const char *const push[] = {"push", "-q", "origin", "main", NULL};

	GIT(fixture, "push", "-q", "origin", "main");
	assert_told(fixture, 1); /* no note: its log told */
	GIT(fixture, "commit", "-q", "--amend", "--allow-empty", "-mother");
	note_head(fixture, "push-1-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	assert_int_not_equal(git_fails(fixture, push), 0);
	run_out(fixture);
	assert_int_equal(fixture->told.count, 1);
	assert_state(fixture, "lost 4");
	note_head(fixture, "push-2-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	GIT(fixture, "push", "-q", "--force", "origin", "main");
	/* Something is forced over it before we look: it arrived all the same. */
	GIT(fixture, "commit", "-q", "--amend", "--allow-empty", "-mthird");
	GIT(fixture, "push", "-q", "--force", "origin", "main");
	assert_told(fixture, 3);
}

static void a_push_to_a_url_is_asked_for(void **state)
{
	struct fixture *fixture = *state;

	note_head(fixture, "push-1-1", fixture->remote, fixture->remote, "refs/heads/main");
	collect(fixture);
	assert_told(fixture, 0);
	assert_state(fixture, "waiting 1");
	assert_int_equal(fixture->next, fixture->now + 2);
	GIT(fixture, "push", "-q", fixture->remote, "main");
	assert_told(fixture, 0); /* not due yet */
	fixture->now += 2;
	assert_told(fixture, 1);
	assert_int_equal(fixture->next, 0);
}

static void a_broken_connection_is_settled_by_the_remote(void **state)
{
	struct fixture *fixture = *state;

	/* It has the commit, and the tracking ref does not know. */
	GIT(fixture, "push", "-q", fixture->remote, "main");
	note_head(fixture, "push-1-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	run_out(fixture);
	assert_int_equal(fixture->told.count, 1);
	assert_state(fixture, "arrived 4");
}

static void an_unreachable_remote_is_waited_for(void **state)
{
	struct fixture *fixture = *state;
	char *away = xstrfmt("%s.away", fixture->remote);

	GIT(fixture, "push", "-q", fixture->remote, "main");
	assert_int_equal(rename(fixture->remote, away), 0);
	note_head(fixture, "push-1-1", fixture->remote, fixture->remote, "refs/heads/main");
	collect(fixture);
	for (int i = 0; i < 12; i++) {
		assert_told(fixture, 0);
		assert_true(fixture->next > fixture->now);
		assert_true(fixture->next <= fixture->now + 900);
		fixture->now = fixture->next;
	}
	/* Days later, or a clock that jumped: it is not given up after a few looks. */
	fixture->now += 20 * CLOCK_DAY;
	assert_told(fixture, 0);
	assert_int_equal(fixture->next, fixture->now + 900);
	assert_int_equal(rename(away, fixture->remote), 0);
	/* The clock is set back by weeks: it is due all the same. */
	fixture->now -= 30 * CLOCK_DAY;
	assert_told(fixture, 1);
	assert_int_equal(fixture->next, 0);
	free(away);
}

static void what_nobody_can_reach_is_given_up_in_the_end(void **state)
{
	struct fixture *fixture = *state;

	note_head(fixture, "push-1-1", "/nowhere/at/all", "/nowhere/at/all", "refs/heads/main");
	collect(fixture);
	assert_told(fixture, 0);
	assert_int_equal(store_exec(fixture->session.store, "UPDATE push SET attempts = 200"), 0);
	fixture->now += 15 * CLOCK_DAY;
	assert_told(fixture, 0);
	assert_state(fixture, "lost 201");
	assert_int_equal(fixture->next, 0);
}

static void while_git_pushes_nothing_is_decided(void **state)
{
	struct fixture *fixture = *state;
	struct oid at = head(fixture);
	char hex[OID_HEX + 1], *path, *line;
	struct buf stat = BUF_INIT;
	long long start = 0;
	const char *field;
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	path = xstrfmt("/proc/%ld/stat", (long)pid);
	assert_int_equal(file_read(path, 4096, &stat), 0);
	field = strrchr(stat.ptr, ')');
	for (int i = 2; i < 22; i++)
		field = strchr(field + 1, ' ');
	start = strtoll(field, NULL, 10);
	oid_hex(&at, hex);
	line = xstrfmt("HEAD@{1 day ago} %s refs/heads/main %040d\n", hex, 0);
	note(fixture, "push-1-1", (long)pid, "origin", fixture->remote, line);
	collect(fixture);
	free(line);
	line = xstrfmt("UPDATE push SET pid_start = %lld", start);
	assert_int_equal(store_exec(fixture->session.store, line), 0);
	assert_told(fixture, 0);
	assert_state(fixture, "waiting 0");
	assert_int_equal(fixture->next, fixture->now + 1);
	/* Killed, and not yet waited for: it pushes no more. */
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
	fixture->now++;
	assert_told(fixture, 0);
	assert_state(fixture, "waiting 1");
	waitpid(pid, NULL, 0);
	free(line);
	free(path);
	buf_release(&stat);
}

static void the_number_of_a_process_alone_says_nothing(void **state)
{
	struct fixture *fixture = *state;

	/* Process 1 lives, but began at another time than the note's. */
	note_head(fixture, "push-1-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	assert_told(fixture, 0);
	assert_state(fixture, "waiting 1");
}

static void deletions_tags_and_other_refs_are_nothing_to_wait_for(void **state)
{
	struct fixture *fixture = *state;
	struct oid at = head(fixture);
	char hex[OID_HEX + 1], *lines;

	oid_hex(&at, hex);
	lines = xstrfmt("(delete) %040d refs/heads/main %s\n"
			"refs/tags/v1 %s refs/tags/v1 %040d\n"
			"refs/notes/flywheel/graph %s refs/notes/flywheel/graph %040d\n",
		0, hex, hex, 0, hex, 0);
	note(fixture, "push-1-1", 1, "origin", fixture->remote, lines);
	collect(fixture);
	assert_told(fixture, 0);
	assert_state(fixture, "none");
	assert_int_equal(fixture->next, 0);
	free(lines);
}

static void only_wanted_branches_are_told(void **state)
{
	struct fixture *fixture = *state;

	note_head(fixture, "push-1-1", "origin", fixture->remote, "refs/heads/feature");
	collect(fixture);
	GIT(fixture, "push", "-q", "origin", "main:feature");
	assert_told(fixture, 0);
	assert_state(fixture, "ignored 0");
	/* The same commit, later on a branch that is wanted. */
	note_head(fixture, "push-2-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	GIT(fixture, "push", "-q", "origin", "main");
	assert_told(fixture, 1);
}

static void wanted(struct fixture *fixture, const char *remote, const char *branch, bool want)
{
	char *ref = xstrfmt("refs/heads/%s", branch);

	assert_int_equal(push_wanted(&fixture->session, remote, ref), want);
	free(ref);
}

static void the_policy_is_the_users_or_the_default_branch(void **state)
{
	struct fixture *fixture = *state;

	wanted(fixture, "origin", "main", true);
	wanted(fixture, "origin", "master", true);
	wanted(fixture, "origin", "trunk", false);
	assert_false(push_wanted(&fixture->session, "origin", "refs/tags/main"));
	GIT(fixture, "push", "-q", "origin", "main:trunk");
	GIT(fixture, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
	wanted(fixture, "origin", "main", false);
	wanted(fixture, "origin", "trunk", true);
	wanted(fixture, "/some/url.git", "trunk", true);
	GIT(fixture, "config", "flywheel.trainBranch", "release/*");
	GIT(fixture, "config", "--add", "flywheel.trainBranch", "dev");
	open_session(fixture);
	wanted(fixture, "origin", "trunk", false);
	wanted(fixture, "origin", "dev", true);
	wanted(fixture, "origin", "release/1/x", true);
	wanted(fixture, "origin", "release", false);
}

static void pushes_that_no_hook_saw_are_found_in_the_logs(void **state)
{
	struct fixture *fixture = *state;

	GIT(fixture, "config", "flywheel.trainBranch", "release/*");
	GIT(fixture, "config", "--add", "flywheel.trainBranch", "main");
	open_session(fixture);
	GIT(fixture, "push", "-q", "origin", "main", "main:feature");
	assert_told(fixture, 1);
	assert_told(fixture, 1);
	commit(fixture);
	GIT(fixture, "push", "-q", "origin", "main:release/1", "main:feature");
	assert_told(fixture, 2);
	assert_string_equal(fixture->told.items[1], "refs/heads/release/1 origin");
	/* What was fetched is not what was pushed. */
	commit(fixture);
	GIT(fixture, "push", "-q", fixture->remote, "main");
	GIT(fixture, "fetch", "-q", "origin");
	assert_told(fixture, 2);
	/* A hook manager that keeps the refs to itself: its note keeps us looking. */
	commit(fixture);
	note(fixture, "push-1-1", 0, "origin", fixture->remote, "");
	collect(fixture);
	assert_told(fixture, 2);
	assert_int_equal(fixture->next, fixture->now + 2);
	GIT(fixture, "push", "-q", "origin", "main");
	fixture->now += 2;
	assert_told(fixture, 3);
	run_out(fixture);
	assert_int_equal(fixture->told.count, 3);
}

static void what_was_pushed_before_anybody_watched_starts_nothing(void **state)
{
	struct fixture *fixture = *state;

	GIT(fixture, "push", "-q", "origin", "main");
	assert_int_equal(store_exec(fixture->session.store, "DELETE FROM meta"), 0);
	assert_told(fixture, 0);
	assert_told(fixture, 0);
	commit(fixture);
	GIT(fixture, "push", "-q", "origin", "main");
	assert_told(fixture, 1);
}

static void a_refused_arrival_is_told_again(void **state)
{
	struct fixture *fixture = *state;

	note_head(fixture, "push-1-1", "origin", fixture->remote, "refs/heads/main");
	collect(fixture);
	GIT(fixture, "push", "-q", "origin", "main");
	fixture->answer = E_NOTFOUND;
	assert_int_equal(confirm(fixture), E_NOTFOUND);
	assert_state(fixture, "waiting 0");
	fixture->answer = 0;
	assert_told(fixture, 1);
}

static void count_line(const char *line, void *payload)
{
	assert_non_null(strstr(line, ".bad"));
	++*(int *)payload;
}

static void malformed_notes_are_set_aside(void **state)
{
	static const char *const bad[] = {"", "flywheel-push 2\n",
		"flywheel-push 1\nprocess 1 1\nremote o\nurl u\n",
		"flywheel-push 1\nprocess 1 1\nremote o\nend\n",
		"flywheel-push 1\nprocess x\nremote o\nurl u\nend\n",
		"flywheel-push 1\nprocess 1 1\nremote o\nurl u\na b refs/heads/main d\nend\n",
		"flywheel-push 1\nprocess 1 1\nremote o\nurl u\none two\nend\n",
		"flywheel-push 1\nprocess 1 1\nremote o\nurl u\nend\nmore\n",
		"flywheel-push 1\nprocess 1 1\nremote o\nurl u\n(delete) "
		"0000000000000000000000000000000000000000 refs/heads/x y\nbroken\nend\n"};
	struct fixture *fixture = *state;
	char *spool = path_join(store_folder(fixture->session.store), "spool");
	int lines = 0;

	assert_int_equal(file_mkdirs(spool, 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *path = xstrfmt("%s/push-2-%zu", spool, i);

		assert_int_equal(file_write(path, bad[i], strlen(bad[i]), 0600), 0);
		free(path);
	}
	note_head(fixture, "push-3-1", "origin", fixture->remote, "refs/heads/main");
	assert_int_equal(push_collect(&fixture->session, count_line, &lines), 0);
	assert_int_equal(lines, ARRAY_SIZE(bad));
	assert_state(fixture, "waiting 0");
	assert_int_equal(push_collect(&fixture->session, count_line, &lines), 0);
	assert_int_equal(lines, ARRAY_SIZE(bad));
	free(spool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_push_that_arrived_is_told_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rejected_push_is_lost_and_a_later_one_arrives, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_no_fast_forward_is_lost_and_a_forced_one_arrives, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_push_to_a_url_is_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_broken_connection_is_settled_by_the_remote, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_unreachable_remote_is_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_nobody_can_reach_is_given_up_in_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			while_git_pushes_nothing_is_decided, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_number_of_a_process_alone_says_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			deletions_tags_and_other_refs_are_nothing_to_wait_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_wanted_branches_are_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_policy_is_the_users_or_the_default_branch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			pushes_that_no_hook_saw_are_found_in_the_logs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_pushed_before_anybody_watched_starts_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_refused_arrival_is_told_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(malformed_notes_are_set_aside, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
