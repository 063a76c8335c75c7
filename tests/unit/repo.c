/* repo: trees and their differences, history, notes in bulk, all-or-none ref changes, tags. */
#include "test.h"

#include "flywheel/refs.h"
#include "flywheel/repo.h"
#include "repo/internal.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	struct repo *repo;
};

/* Every object that the tests look at, in one stream: two commits, a folder that becomes a file. */
static const char stream[] = "commit refs/heads/main\nmark :1\n"
			     "committer A U Thor <a@example.com> 1700000000 +0000\n"
			     "data 4\none\n"
			     "M 100644 inline a.c\ndata 6\nint a;\n"
			     "M 100644 inline b/deep/c.c\ndata 6\nint c;\n"
			     "M 100644 inline b.c\ndata 6\nint b;\n"
			     "M 120000 inline link\ndata 3\na.c\n\n"
			     "commit refs/heads/main\nmark :2\n"
			     "committer A U Thor <a@example.com> 1700000100 +0000\n"
			     "data 4\ntwo\nfrom :1\n"
			     "D b/deep/c.c\n"
			     "M 100644 inline b\ndata 6\nint d;\n"
			     "M 100644 inline a.c\ndata 6\nint z;\n\n";

static int set_up(void **state)
{
	static const char *const init[] = {"init", "-q", "-b", "main", NULL};
	static const char *const import[] = {"fast-import", "--quiet", NULL};
	static const char *const settings[][4] = {{"config", "user.name", "A U Thor", NULL},
		{"config", "user.email", "a@example.com", NULL},
		{"config", "tag.gpgSign", "false", NULL}};
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	memcpy(fixture->folder, "/tmp/flywheel-repo-XXXXXX", 26);
	if (!mkdtemp(fixture->folder))
		return -1;
	*state = fixture;
	if (git_run(fixture->folder, init, NULL, 0, NULL) ||
		git_run(fixture->folder, import, stream, sizeof(stream) - 1, NULL))
		return -1;
	for (size_t i = 0; i < 3; i++)
		if (git_run(fixture->folder, settings[i], NULL, 0, NULL))
			return -1;
	return repo_open(fixture->folder, &fixture->repo);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	repo_free(fixture->repo);
	file_remove_tree(fixture->folder);
	free(fixture);
	return 0;
}

static int note_change(
	const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	buf_addf(payload, "%c%c %s\n", old ? '-' : ' ', new ? '+' : ' ', path);
	return 0;
}

static int note_file(const char *path, const struct oid *blob, unsigned mode, void *payload)
{
	(void)blob;
	buf_addf(payload, "%s %o\n", path, mode);
	return 0;
}

static bool no_folder(const char *path, void *payload)
{
	(void)payload;
	assert_string_equal(path, "b/");
	return false;
}

static void trees_walk_and_differ(void **state)
{
	struct fixture *fixture = *state;
	struct buf text = BUF_INIT;
	struct oid old, new, blob;

	assert_int_equal(repo_tree_of(fixture->repo, "main~1", &old), 0);
	assert_int_equal(repo_tree_of(fixture->repo, "main", &new), 0);
	assert_int_equal(repo_tree_walk(fixture->repo, &old, note_file, &text), 0);
	assert_string_equal(text.ptr, "a.c 100644\nb.c 100644\nb/deep/c.c 100644\n");
	buf_clear(&text);
	assert_int_equal(repo_tree_diff(fixture->repo, &old, &new, note_change, &text), 0);
	assert_string_equal(text.ptr, "-+ a.c\n + b\n-  b/deep/c.c\n");
	buf_clear(&text);
	assert_int_equal(repo_tree_diff(fixture->repo, NULL, &new, note_change, &text), 0);
	assert_string_equal(text.ptr, " + a.c\n + b\n + b.c\n");
	buf_clear(&text);
	assert_int_equal(
		repo_tree_diff_in(fixture->repo, &old, &new, no_folder, note_change, &text), 0);
	assert_string_equal(text.ptr, "-+ a.c\n + b\n");
	buf_clear(&text);
	assert_int_equal(repo_tree_diff(fixture->repo, &new, &new, note_change, &text), 0);
	assert_int_equal(text.len, 0);
	assert_int_equal(repo_tree_file(fixture->repo, &old, "b/deep/c.c", &blob), 0);
	assert_int_equal(repo_blob_read(fixture->repo, &blob, 100, &text), 0);
	assert_string_equal(text.ptr, "int c;");
	assert_int_equal(repo_blob_read(fixture->repo, &blob, 2, &text), E_TOOBIG);
	assert_int_equal(repo_tree_file(fixture->repo, &old, "b/deep", &blob), E_NOTFOUND);
	buf_release(&text);
}

static int note_commit(const struct commit *commit, void *payload)
{
	buf_addf(payload, "%s", commit->message);
	return 0;
}

static void history_walks_both_ways(void **state)
{
	struct fixture *fixture = *state;
	struct log_options options = {0};
	struct buf text = BUF_INIT;
	struct oid old, new;

	assert_int_equal(repo_head(fixture->repo, &new), 0);
	assert_int_equal(repo_resolve(fixture->repo, "main~1", &old), 0);
	assert_int_equal(repo_log(fixture->repo, &options, note_commit, &text), 0);
	assert_string_equal(text.ptr, "two\none\n");
	buf_clear(&text);
	options.oldest_first = true;
	assert_int_equal(repo_log(fixture->repo, &options, note_commit, &text), 0);
	assert_string_equal(text.ptr, "one\ntwo\n");
	buf_clear(&text);
	options.hide = &old;
	assert_int_equal(repo_log(fixture->repo, &options, note_commit, &text), 0);
	assert_string_equal(text.ptr, "two\n");
	assert_true(repo_is_ancestor(fixture->repo, &old, &new));
	assert_false(repo_is_ancestor(fixture->repo, &new, &old));
	assert_int_equal(repo_resolve(fixture->repo, "nope", &old), E_NOTFOUND);
	buf_release(&text);
}

static void notes_are_written_in_bulk(void **state)
{
	struct fixture *fixture = *state;
	struct note notes[2] = {{.text = "first\n"}, {.text = "second\n---\nmore\n"}};
	struct buf text = BUF_INIT;

	assert_int_equal(repo_resolve(fixture->repo, "main~1", &notes[0].commit), 0);
	assert_int_equal(repo_head(fixture->repo, &notes[1].commit), 0);
	assert_int_equal(
		note_read(fixture->repo, NOTES_GRAPH, &notes[0].commit, &text), E_NOTFOUND);
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, notes, 2, "why"), 0);
	assert_int_equal(note_read(fixture->repo, NOTES_GRAPH, &notes[1].commit, &text), 0);
	assert_string_equal(text.ptr, "second\n---\nmore\n");
	notes[1].text = NULL;
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, notes + 1, 1, "gone"), 0);
	buf_clear(&text);
	assert_int_equal(
		note_read(fixture->repo, NOTES_GRAPH, &notes[1].commit, &text), E_NOTFOUND);
	assert_int_equal(note_read(fixture->repo, NOTES_GRAPH, &notes[0].commit, &text), 0);
	assert_string_equal(text.ptr, "first\n");
	buf_release(&text);
}

/* As many commits as need folders, each with a note. */
static void write_many(struct fixture *fixture, struct note *notes, size_t count)
{
	static const char *const import[] = {"fast-import", "--quiet", NULL};
	static const char *const list[] = {"rev-list", "refs/heads/many", NULL};
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < count; i++)
		buf_addf(&text,
			"commit refs/heads/many\ncommitter A <a@example.com> %zu +0000\ndata "
			"1\na\n",
			1700000000 + i);
	assert_int_equal(git_run(fixture->folder, import, text.ptr, text.len, NULL), 0);
	buf_clear(&text);
	assert_int_equal(git_run(fixture->folder, list, NULL, 0, &text), 0);
	for (size_t i = 0; i < count; i++) {
		char *id = text.ptr + i * (OID_HEX + 1);

		id[OID_HEX] = '\0';
		assert_int_equal(oid_parse(id, &notes[i].commit), 0);
		notes[i].text = "many\n";
	}
	buf_release(&text);
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, notes, count, "many"), 0);
}

/* Single notes among many: changed, removed, put back; the last of its folder, and the first. */
static void a_note_finds_its_place_among_many(void **state)
{
	static const char *const list[] = {"notes", "--ref", NOTES_GRAPH, "list", NULL};
	static const char *const check[] = {"fsck", "--strict", NULL};
	struct fixture *fixture = *state;
	struct note many[700] = {{.text = NULL}}, one;
	struct buf text = BUF_INIT, before = BUF_INIT;

	write_many(fixture, many, 700);
	assert_int_equal(git_run(fixture->folder, list, NULL, 0, &before), 0);
	assert_int_equal(before.len, 700 * (2 * OID_HEX + 2));
	one = (struct note){many[300].commit, "one\n"};
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, &one, 1, "changed"), 0);
	assert_int_equal(note_read(fixture->repo, NOTES_GRAPH, &one.commit, &text), 0);
	assert_string_equal(text.ptr, "one\n");
	for (size_t i = 0; i < 700; i += 7) { /* some of them empty their folder */
		one = (struct note){many[i].commit, NULL};
		assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, &one, 1, "gone"), 0);
	}
	buf_clear(&text);
	assert_int_equal(git_run(fixture->folder, list, NULL, 0, &text), 0);
	assert_int_equal(text.len, 600 * (2 * OID_HEX + 2));
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, &one, 1, "gone already"), 0);
	for (size_t i = 0; i < 700; i += 7)
		assert_int_equal(
			notes_write(fixture->repo, NOTES_GRAPH, &many[i], 1, "put back"), 0);
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, &many[300], 1, "as it was"), 0);
	buf_clear(&text);
	assert_int_equal(git_run(fixture->folder, list, NULL, 0, &text), 0);
	assert_int_equal(text.len, before.len);
	assert_string_equal(text.ptr, before.ptr); /* git finds all of them, in order */
	assert_int_equal(git_run(fixture->folder, check, NULL, 0, NULL), 0);
	buf_release(&before);
	buf_release(&text);
}

/* Another program that writes to the same ref is waited for, one that never ends is told of. */
static void a_locked_ref_is_waited_for(void **state)
{
	struct fixture *fixture = *state;
	struct note note = {.text = "first\n"};
	const struct timespec soon = {0, 50000000};
	char *lock = xstrfmt("%s/.git/" NOTES_GRAPH ".lock", fixture->folder);
	pid_t child;

	assert_int_equal(repo_head(fixture->repo, &note.commit), 0);
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, &note, 1, "why"), 0);
	assert_int_equal(file_write(lock, "", 0, 0600), 0);
	note.text = "second\n";
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, &note, 1, "why"), E_LOCKED);
	assert_non_null(strstr(error_message(), "is locked by another program"));
	child = fork();
	if (!child) {
		nanosleep(&soon, NULL);
		unlink(lock);
		free(lock);
		_exit(0);
	}
	assert_int_equal(notes_write(fixture->repo, NOTES_GRAPH, &note, 1, "why"), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	free(lock);
}

static void refs_change_together_or_not_at_all(void **state)
{
	struct fixture *fixture = *state;
	struct ref_update updates[2] = {{.name = REF_LOG}, {.name = "refs/tags/flywheel/v1"}};
	struct oid old, read;

	assert_int_equal(repo_head(fixture->repo, &updates[0].new), 0);
	assert_int_equal(repo_resolve(fixture->repo, "main~1", &old), 0);
	updates[1].new = updates[0].new;
	updates[1].old = old; /* a lie: the tag does not exist */
	assert_int_equal(refs_update(fixture->repo, updates, 2, "test"), E_LOCKED);
	assert_int_equal(ref_read(fixture->repo, REF_LOG, &read), E_NOTFOUND);
	memset(&updates[1].old, 0, sizeof(updates[1].old));
	assert_int_equal(refs_update(fixture->repo, updates, 2, "test"), 0);
	assert_int_equal(ref_read(fixture->repo, REF_LOG, &read), 0);
	assert_true(oid_equal(&read, &updates[0].new));
}

/* A caller begins anew when a ref has moved, and must not do so for what will never change. */
static void refused_updates_say_why(void **state)
{
	struct fixture *fixture = *state;
	struct ref_update update = {.name = "refs/flywheel/log"};
	char *lock = path_join(fixture->folder, ".git/refs/flywheel/log.lock");
	char *folder = path_join(fixture->folder, ".git/refs/flywheel");

	assert_int_equal(repo_head(fixture->repo, &update.new), 0);
	/* Another process is writing just now. */
	assert_int_equal(file_mkdirs(folder, 0755), 0);
	assert_int_equal(file_write(lock, "", 0, 0644), 0);
	assert_int_equal(refs_update(fixture->repo, &update, 1, "test"), E_LOCKED);
	assert_int_equal(unlink(lock), 0);
	/* It was quicker. */
	assert_int_equal(refs_update(fixture->repo, &update, 1, "test"), 0);
	assert_int_equal(refs_update(fixture->repo, &update, 1, "test"), E_LOCKED);
	assert_string_equal(
		error_message(), "refs not changed: 'refs/flywheel/log' was moved meanwhile");
	/* An object that is not there, a name that cannot be: no new attempt will help. */
	update.old = update.new;
	memset(&update.new, 0x11, sizeof(update.new));
	assert_int_equal(refs_update(fixture->repo, &update, 1, "test"), E_FAIL);
	update.new = update.old;
	memset(&update.old, 0, sizeof(update.old));
	update.name = "refs/flywheel/log/below";
	assert_int_equal(refs_update(fixture->repo, &update, 1, "test"), E_FAIL);
	assert_non_null(strstr(error_message(), "refs/flywheel/log"));
	free(lock);
	free(folder);
}

static void log_commits_and_tags_are_made_unreferenced(void **state)
{
	struct fixture *fixture = *state;
	struct tree_entry entries[] = {{"production", "model-1\n", 8}, {"report.json", "{}", 2}};
	struct oid commit, tag, target, read;
	struct buf message = BUF_INIT;

	assert_int_equal(
		commit_make(fixture->repo, NULL, entries, 2, "promote model-1\n", &commit), 0);
	assert_int_equal(tag_make(fixture->repo, "flywheel/v1", &commit,
				 "A card\n\n# not a comment\n\nModel-Id: model-1\n", &tag),
		0);
	assert_int_equal(tag_read(fixture->repo, &tag, &target, &message), 0);
	assert_true(oid_equal(&target, &commit));
	assert_non_null(strstr(message.ptr, "# not a comment"));
	assert_int_equal(ref_read(fixture->repo, "refs/tags/flywheel/v1", &read), E_NOTFOUND);
	buf_release(&message);
}

static void an_unusable_key_stops_the_tag(void **state)
{
	static const char *const sign[] = {"config", "tag.gpgSign", "true", NULL};
	static const char *const program[] = {"config", "gpg.program", "/bin/false", NULL};
	struct fixture *fixture = *state;
	struct oid head, tag;

	assert_int_equal(git_run(fixture->folder, sign, NULL, 0, NULL), 0);
	assert_int_equal(git_run(fixture->folder, program, NULL, 0, NULL), 0);
	assert_int_equal(repo_head(fixture->repo, &head), 0);
	assert_int_equal(tag_make(fixture->repo, "flywheel/v1", &head, "x\n", &tag), E_FAIL);
	assert_non_null(strstr(error_message(), "gpgSign"));
}

static int note_line(const struct diff_line *line, void *payload)
{
	buf_addf(payload, "%s%c%.*s", line->hunk_start ? "@" : "", line->origin, (int)line->len,
		line->text);
	return 0;
}

static void texts_differ_by_lines(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	assert_int_equal(repo_text_diff("a\nb\nc\n", 6, "a\nB\nc\n", 6, 1, note_line, &text), 0);
	assert_string_equal(text.ptr, "@ a\n-b\n+B\n c\n");
	buf_release(&text);
}

static void refusals_are_clear(void **state)
{
	char folder[] = "/tmp/flywheel-none-XXXXXX";
	static const char *const init[] = {"init", "-q", "--object-format=sha256", NULL};
	struct repo *repo = NULL;
	struct oid head;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(repo_open(folder, &repo), E_NOTFOUND);
	assert_non_null(strstr(error_message(), "git init"));
	assert_int_equal(git_run(folder, init, NULL, 0, NULL), 0);
	if (!repo_open(folder, &repo)) /* opened: then it must at least say there is no commit */
		assert_int_equal(repo_head(repo, &head), E_NOTFOUND);
	else
		assert_non_null(strstr(error_message(), "SHA-256"));
	repo_free(repo);
	file_remove_tree(folder);
}

/* git's own answer, or "" where it refuses to give one. */
static void ask_git(const char *folder, struct buf *out)
{
	static const char *const args[] = {"var", "GIT_COMMITTER_IDENT", NULL};

	if (git_run(folder, args, NULL, 0, out))
		buf_clear(out);
	buf_trim(out);
}

static void without_time(struct buf *line)
{
	char *end = strrchr(line->ptr, '>'), *zone = strrchr(line->ptr, ' ');

	if (end && zone > end)
		memmove(end + 1, zone, strlen(zone) + 1);
}

static void check_identity(struct fixture *fixture, bool timed)
{
	struct buf ours = BUF_INIT, theirs = BUF_INIT;

	ask_git(fixture->folder, &theirs);
	if (repo_identity(fixture->repo, &ours))
		buf_clear(&ours);
	if (!timed) {
		without_time(&ours);
		without_time(&theirs);
	}
	assert_string_equal(ours.ptr, theirs.ptr);
	buf_release(&ours);
	buf_release(&theirs);
}

static void set(struct fixture *fixture, const char *key, const char *value)
{
	const char *const args[] = {"config", key, value, NULL};

	assert_int_equal(git_run(fixture->folder, args, NULL, 0, NULL), 0);
}

static void who_commits_is_whom_git_says(void **state)
{
	static const char *const names[] = {" Dr. A", "B.", "C <c>", "D\nE", "", "F  G",
		"\303\211mile", "\"H\"", "I'", "J,", "\tK"};
	static const char *const variables[] = {"GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL",
		"GIT_COMMITTER_DATE", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "TZ",
		"GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"};
	static const char *const zones[] = {"UTC", "Asia/Kathmandu", "America/St_Johns"};
	struct fixture *fixture = *state;
	char *more = xstrfmt("%s/more", fixture->folder);
	char *condition = xstrfmt("includeIf.gitdir:%s/.path", fixture->folder);
	char *before[ARRAY_SIZE(variables)];

	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		before[i] = getenv(variables[i]) ? xstrdup(getenv(variables[i])) : NULL;
		unsetenv(variables[i]);
	}
	check_identity(fixture, false);
	set(fixture, "committer.email", "c@example.com");
	check_identity(fixture, false);
	setenv("GIT_COMMITTER_NAME", "From Outside", 1);
	check_identity(fixture, false);
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		setenv("TZ", zones[i], 1);
		tzset();
		check_identity(fixture, false);
	}
	setenv("GIT_COMMITTER_DATE", "2001-02-03T04:05:06 +0700", 1);
	check_identity(fixture, true);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		setenv("GIT_COMMITTER_NAME", names[i], 1);
		check_identity(fixture, true);
	}
	unsetenv("GIT_COMMITTER_DATE");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		setenv("GIT_COMMITTER_NAME", names[i], 1);
		check_identity(fixture, false);
		setenv("GIT_COMMITTER_NAME", "A", 1);
		setenv("GIT_COMMITTER_EMAIL", names[i], 1);
		check_identity(fixture, false);
		unsetenv("GIT_COMMITTER_EMAIL");
		unsetenv("GIT_COMMITTER_NAME");
		set(fixture, "user.name", names[i]);
		check_identity(fixture, false);
	}
	set(fixture, "user.name", "A U Thor");
	assert_int_equal(file_write(more, "[user]\n\tname = Included\n", 24, 0600), 0);
	set(fixture, condition, more);
	check_identity(fixture, false);
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "committer.name", 1);
	setenv("GIT_CONFIG_VALUE_0", "For Once", 1);
	check_identity(fixture, false);
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		if (before[i])
			setenv(variables[i], before[i], 1);
		else
			unsetenv(variables[i]);
		free(before[i]);
	}
	tzset();
	free(condition);
	free(more);
}

static void nobody_is_made_up_where_git_refuses_to(void **state)
{
	static const char *const unset[][4] = {{"config", "--unset", "user.name", NULL},
		{"config", "--unset", "user.email", NULL}};
	struct fixture *fixture = *state;
	struct buf who = BUF_INIT;

	unsetenv("GIT_COMMITTER_NAME");
	unsetenv("GIT_COMMITTER_EMAIL");
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	set(fixture, "user.useConfigOnly", "true");
	for (size_t i = 0; i < ARRAY_SIZE(unset); i++)
		assert_int_equal(git_run(fixture->folder, unset[i], NULL, 0, NULL), 0);
	assert_int_not_equal(repo_identity(fixture->repo, &who), 0);
	check_identity(fixture, false);
	unsetenv("GIT_CONFIG_GLOBAL");
	unsetenv("GIT_CONFIG_NOSYSTEM");
	buf_release(&who);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trees_walk_and_differ, set_up, tear_down),
		cmocka_unit_test_setup_teardown(history_walks_both_ways, set_up, tear_down),
		cmocka_unit_test_setup_teardown(notes_are_written_in_bulk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_note_finds_its_place_among_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_locked_ref_is_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			refs_change_together_or_not_at_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused_updates_say_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			log_commits_and_tags_are_made_unreferenced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_unusable_key_stops_the_tag, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_commits_is_whom_git_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			nobody_is_made_up_where_git_refuses_to, set_up, tear_down),
		cmocka_unit_test(texts_differ_by_lines),
		cmocka_unit_test(refusals_are_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
