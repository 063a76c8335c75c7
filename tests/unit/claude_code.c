/* Claude Code's transcripts: whose they are, what is kept, resuming at the watermark. */
#define _GNU_SOURCE
#include "test.h"

#include "conversation/internal.h"
#include "flywheel/repo.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	char *work, *talk; /* repository; folder of transcripts */
	struct session session;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const char *const init[] = {"init", "-q", "repo", NULL};
	char *config, *sidecar;

	memcpy(fixture->folder, "/tmp/flywheel-talk-XXXXXX", 26);
	if (!mkdtemp(fixture->folder) || git_run(fixture->folder, init, NULL, 0, NULL))
		return -1;
	fixture->work = path_join(fixture->folder, "repo");
	config = path_join(fixture->folder, "claude");
	fixture->talk = path_join(fixture->folder, "claude/projects/any");
	sidecar = path_join(fixture->work, ".git/flywheel");
	setenv("CLAUDE_CONFIG_DIR", config, 1);
	if (file_mkdirs(fixture->talk, 0700) || repo_open(fixture->work, &fixture->session.repo) ||
		store_open(sidecar, true, &fixture->session.store))
		return -1;
	free(sidecar);
	free(config);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	store_close(fixture->session.store);
	repo_free(fixture->session.repo);
	file_remove_tree(fixture->folder);
	free(fixture->work);
	free(fixture->talk);
	free(fixture);
	return 0;
}

static void add_record(struct buf *out, const struct fixture *fixture, const char *uuid, int second,
	const char *text)
{
	buf_addf(out,
		"{\"type\":\"user\",\"uuid\":\"%s\",\"sessionId\":\"s\",\"cwd\":\"%s\","
		"\"timestamp\":\"2026-01-01T10:00:%02dZ\",\"message\":{\"content\":\"%s\"}}\n",
		uuid, fixture->work, second, text);
}

static void write_talk(const struct fixture *fixture, const char *name, const struct buf *text)
{
	char *path = path_join(fixture->talk, name);

	assert_int_equal(file_write(path, text->ptr, text->len, 0600), 0);
	free(path);
}

static struct harvest_report harvest(struct fixture *fixture)
{
	struct harvest_report report;

	assert_int_equal(conversation_harvest(&fixture->session, NULL, &report), 0);
	return report;
}

static int add_words(const struct turn *turn, void *payload)
{
	buf_addf(payload, "%s:%s:%s ", turn->session, turn->role, turn->text);
	return 0;
}

static void test_turns_in_order_of_time(void **state)
{
	struct fixture *fixture = *state;
	struct buf text = BUF_INIT, words = BUF_INIT;

	add_record(&text, fixture, "u2", 20, "second");
	add_record(&text, fixture, "u1", 10, "first");
	add_record(&text, fixture, "u1", 10, "first again");
	write_talk(fixture, "a.jsonl", &text);
	assert_int_equal(harvest(fixture).turns, 2);
	assert_int_equal(conversation_each(&fixture->session, add_words, &words), 0);
	assert_string_equal(words.ptr, "s:user:first s:user:second ");
	buf_release(&text);
	buf_release(&words);
}

/* More than one checkpoint in one file; then growth, then a file that shrank. */
static void test_resumes(void **state)
{
	struct fixture *fixture = *state;
	struct talk_counts counts;
	struct buf text = BUF_INIT;
	char *filler = xmalloc(200001), id[16];

	for (int i = 0; i < 200000; i++)
		filler[i] = i % 7 ? 'w' : ' ';
	filler[200000] = '\0';
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "u%d", i);
		add_record(&text, fixture, id, i % 60, filler);
	}
	write_talk(fixture, "big.jsonl", &text);
	assert_int_equal(harvest(fixture).turns, 100);
	assert_int_equal(harvest(fixture).turns, 0);
	add_record(&text, fixture, "v1", 1, "grown");
	write_talk(fixture, "big.jsonl", &text);
	assert_int_equal(harvest(fixture).turns, 1);
	buf_clear(&text);
	add_record(&text, fixture, "u5", 1, "replayed");
	add_record(&text, fixture, "w1", 1, "shrunk");
	write_talk(fixture, "big.jsonl", &text);
	assert_int_equal(harvest(fixture).turns, 1);
	assert_int_equal(talk_count(fixture->session.store, &counts), 0);
	assert_int_equal(counts.turns, 102);
	assert_int_equal(counts.files, 1);
	assert_int_equal(counts.sessions, 1);
	free(filler);
	buf_release(&text);
}

static void test_slugs(void **state)
{
	struct owner owner = {0};

	(void)state;
	strings_add(&owner.roots, "/home/a.b/my_p\xc3\xa9");
	strings_add(&owner.roots, "/r/\xf0\x9f\x8e\xa1");
	owner.worktrees = 2;
	assert_non_null(owner_find_slug(&owner, "-home-a-b-my-p-"));
	assert_non_null(owner_find_slug(&owner, "-r---"));
	assert_null(owner_find_slug(&owner, "-home-a-b-my-p"));
	assert_null(owner_find_slug(&owner, "-home-a-b-my-p-x"));
	assert_null(owner_find_slug(&owner, ""));
	owner_release(&owner);
}

static void test_remotes(void **state)
{
	static const char *const same[] = {"git@Host.org:a/b.git", "https://u:p@host.org/a/b",
		"ssh://git@host.org:22/a/b/", "https://host.org/a/b.git", "host.org:a/b"};
	struct buf normal = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		buf_clear(&normal);
		remote_normalise(same[i], &normal);
		assert_string_equal(normal.ptr, "host.org/a/b");
	}
	buf_clear(&normal);
	remote_normalise("/srv/git/a.git", &normal);
	assert_string_equal(normal.ptr, "/srv/git/a.git");
	buf_release(&normal);
}

/* Another clone is ours by a commit or a remote that is known here, and by nothing else. */
static void test_other_clones(void **state)
{
	struct fixture *fixture = *state;
	const char *const commit[] = {"-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q",
		"--allow-empty", "-m", "x", NULL};
	const char *const remote[] = {
		"remote", "add", "origin", "https://user@host.org/team/thing.git", NULL};
	struct owner owner;
	struct oid head;
	char hex[OID_HEX + 1];
	struct buf path = BUF_INIT;

	assert_int_equal(git_run(fixture->work, commit, NULL, 0, NULL), 0);
	assert_int_equal(git_run(fixture->work, remote, NULL, 0, NULL), 0);
	assert_int_equal(repo_head(fixture->session.repo, &head), 0);
	oid_hex(&head, hex);
	assert_int_equal(owner_open(fixture->session.repo, &owner), 0);
	assert_null(owner_claim(&owner, "/none/one", NULL, "git@host.org:team/other.git"));
	assert_null(owner_claim(&owner, "/none/one", "HEAD", NULL));
	assert_null(
		owner_claim(&owner, "/none/one", "0123456789012345678901234567890123456789", NULL));
	assert_null(owner_find(&owner, "/none/one/deeper"));
	assert_string_equal(owner_claim(&owner, "/none/one", hex, NULL), "/none/one");
	assert_string_equal(owner_find(&owner, "/none/one/deeper"), "/none/one");
	assert_true(owner_relative(&owner, "/none/one", "a.c", &path));
	assert_string_equal(path.ptr, "a.c");
	assert_string_equal(
		owner_claim(&owner, "/none/two", NULL, "git@host.org:team/thing.git"), "/none/two");
	assert_null(owner_find_slug(&owner, "-none-two"));
	buf_release(&path);
	owner_release(&owner);
}

static void test_owner(void **state)
{
	struct fixture *fixture = *state;
	struct owner owner;
	struct buf path = BUF_INIT;
	char *gone = path_join(fixture->work, "gone/deeper"),
	     *up = path_join(fixture->work, "../x");

	assert_int_equal(owner_open(fixture->session.repo, &owner), 0);
	assert_int_equal(owner.roots.count, 1);
	assert_non_null(owner_find(&owner, gone));
	assert_null(owner_find(&owner, fixture->folder));
	assert_null(owner_find(&owner, "/"));
	assert_null(owner_find(&owner, "relative"));
	assert_true(owner_relative(&owner, fixture->work, "a/b.c", &path));
	assert_string_equal(path.ptr, "a/b.c");
	assert_false(owner_relative(&owner, fixture->work, "/etc/passwd", &path));
	assert_false(owner_relative(&owner, fixture->work, up, &path));
	buf_release(&path);
	owner_release(&owner);
	free(gone);
	free(up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_turns_in_order_of_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_resumes, set_up, tear_down),
		cmocka_unit_test(test_slugs),
		cmocka_unit_test(test_remotes),
		cmocka_unit_test_setup_teardown(test_other_clones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_owner, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
