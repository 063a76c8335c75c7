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

	assert_int_equal(conversation_harvest(&fixture->session, NULL, false, &report), 0);
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
	assert_non_null(owner_find_slug(&owner, "-home-a-b-my-p-"));
	assert_non_null(owner_find_slug(&owner, "-r---"));
	assert_null(owner_find_slug(&owner, "-home-a-b-my-p"));
	assert_null(owner_find_slug(&owner, "-home-a-b-my-p-x"));
	assert_null(owner_find_slug(&owner, ""));
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
		cmocka_unit_test_setup_teardown(test_owner, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
