/*
 * Every source's reader on its fixtures, cut and damaged at many places: it must not crash, and
 * what stands before the damage must be handed over all the same. The harvest is played by this
 * file, so that nothing is scrubbed or stored and thousands of readings take seconds.
 */
#define _GNU_SOURCE
#include "test.h"

#include "conversation/internal.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIXTURES "tests/conversation"
#define CUTS 60 /* truncations of a file, and as many damaged bytes */

static const struct conversation_source *const all_sources[] = {&source_aider, &source_amp,
	&source_claude_code, &source_cline, &source_codex, &source_continue, &source_copilot_chat,
	&source_copilot_cli, &source_cursor, &source_gemini, &source_goose, &source_opencode,
	&source_roo_code, &source_specstory, &source_zed};

/* ---- the harvest ---- */

struct harvest {
	struct session session;
	struct strings roots;
	struct map records; /* everything handed over, also what was taken back later */
	size_t turns, malformed;
	bool took_back; /* some of them */
};

int harvest_turn(struct harvest *harvest, const struct raw_turn *turn)
{
	char *key = turn->record ? xstrdup(turn->record) : xstrfmt("%s|%s", turn->role, turn->text);

	assert_non_null(turn->text);
	assert_non_null(turn->role);
	assert_true(!turn->folder || *turn->folder == '/');
	assert_true(*turn->text || turn->edit_count || turn->anchor_count);
	for (size_t i = 0; i < turn->edit_count; i++) {
		assert_true(*turn->edits[i].path);
		assert_true(strlen(turn->edits[i].text) < (size_t)1 << 30);
	}
	map_put_str(&harvest->records, key, NULL);
	harvest->turns++;
	free(key);
	return 0;
}

int harvest_outcome(struct harvest *harvest, const char *call, const char *outcome)
{
	(void)harvest;
	return call ? (int)(strlen(outcome) == 0) : 0;
}

int harvest_retract(struct harvest *harvest, const char *session, const char *record)
{
	harvest->took_back = true;
	assert_non_null(session);
	return *record ? 0 : E_FAIL;
}

int harvest_forget(struct harvest *harvest, const char *record)
{
	harvest->took_back = true;
	return *record ? 0 : E_FAIL;
}

void harvest_malformed(struct harvest *harvest)
{
	harvest->malformed++;
}

int harvest_interrupted(void)
{
	return 0;
}

struct session *harvest_session(struct harvest *harvest)
{
	return &harvest->session;
}

const char *harvest_worktree(struct harvest *harvest, const char *folder)
{
	return starts_with(folder, harvest->roots.items[0]) ? harvest->roots.items[0] : NULL;
}

const char *harvest_claim(
	struct harvest *harvest, const char *folder, const char *commit, const char *remote)
{
	(void)commit;
	(void)remote;
	return harvest_worktree(harvest, folder);
}

void harvest_adopt(struct harvest *harvest, const char *folder)
{
	(void)harvest;
	(void)folder;
}

const char *harvest_worktree_of_slug(struct harvest *harvest, const char *slug)
{
	const char *at = harvest->roots.items[0];

	for (; *at && *slug; at++, slug++)
		if (*at != *slug && *slug != '-')
			return NULL;
	return *at || *slug ? NULL : harvest->roots.items[0];
}

const struct strings *harvest_worktrees(struct harvest *harvest)
{
	return &harvest->roots;
}

bool harvest_has_session(struct harvest *harvest, const char *session)
{
	(void)harvest;
	return !*session;
}

bool harvest_knows(struct harvest *harvest, const char *beginning)
{
	(void)harvest;
	return !*beginning;
}

bool harvest_watermark(struct harvest *harvest, const char *place, struct watermark *out)
{
	(void)harvest;
	(void)place;
	memset(out, 0, sizeof(*out));
	return false;
}

int harvest_checkpoint(struct harvest *harvest, const char *place, const struct watermark *mark)
{
	(void)harvest;
	(void)place;
	return mark->size < 0;
}

int harvest_save(struct harvest *harvest)
{
	(void)harvest;
	return 0;
}

/* ---- fixtures ---- */

/* Not file_write(): that waits for the disk, and this happens thousands of times. */
static void put(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

struct fixture {
	char folder[64];
	char *repo, *home, *slug;
	struct repo *git;
};

/* The text of a fixture with the places filled in, as tests/conversation/run does it. */
static void fill_in(const struct fixture *fixture, const struct buf *text, struct buf *out)
{
	const struct {
		const char *name, *value;
	} names[] = {{"@REPO@", fixture->repo}, {"@HOME@", fixture->home},
		{"@SLUG@", fixture->slug}, {"@CURSOR@", fixture->slug + 1}};

	for (const char *at = text->ptr; at < text->ptr + text->len;) {
		size_t i = 0;

		while (i < ARRAY_SIZE(names) && !starts_with(at, names[i].name))
			i++;
		if (i < ARRAY_SIZE(names)) {
			buf_addstr(out, names[i].value);
			at += strlen(names[i].name);
		} else {
			buf_addch(out, *at++);
		}
	}
}

static void make_database(const char *sql)
{
	char *path = xstrndup(sql, strlen(sql) - strlen(".sql")), *read = xstrfmt(".read %s", sql);
	const char *const argv[] = {"sqlite3", path, read, NULL};

	assert_int_equal(process_run(argv, NULL, NULL, NULL), 0);
	unlink(sql);
	free(path);
	free(read);
}

static void lay_file(const struct fixture *fixture, const char *from, const char *to)
{
	struct buf text = BUF_INIT, filled = BUF_INIT;
	char *folder = xstrndup(to, (size_t)(path_base(to) - to) - 1);

	assert_int_equal(file_read(from, 1 << 24, &text), 0);
	fill_in(fixture, &text, &filled);
	assert_int_equal(file_mkdirs(folder, 0700), 0);
	put(to, filled.ptr, filled.len);
	if (ends_with(to, ".sql"))
		make_database(to);
	buf_release(&text);
	buf_release(&filled);
	free(folder);
}

static void lay(const struct fixture *fixture, const char *from, const char *to)
{
	DIR *dir = opendir(from);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *source = path_join(from, entry->d_name);
		struct buf name = BUF_INIT, raw = BUF_INIT;
		char *target;

		buf_addstr(&raw, entry->d_name);
		fill_in(fixture, &raw, &name);
		target = path_join(to, name.ptr);
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			;
		else if (file_is_dir(source))
			lay(fixture, source, target);
		else
			lay_file(fixture, source, target);
		free(source);
		free(target);
		buf_release(&name);
		buf_release(&raw);
	}
	if (dir)
		closedir(dir);
}

static void open_fixture(struct fixture *fixture, const char *folder)
{
	const char *const init[] = {"init", "-q", "repo", NULL};
	char *home = path_join(folder, "home"), *repo = path_join(folder, "repo");

	memcpy(fixture->folder, "/tmp/flywheel-sources-XXXXXX", 29);
	assert_non_null(mkdtemp(fixture->folder));
	fixture->repo = path_join(fixture->folder, "repo");
	fixture->home = path_join(fixture->folder, "home");
	fixture->slug = xstrdup(fixture->repo);
	for (char *at = fixture->slug; *at; at++)
		if (strchr("/.", *at))
			*at = '-';
	setenv("HOME", fixture->home, 1);
	assert_int_equal(git_run(fixture->folder, init, NULL, 0, NULL), 0);
	assert_int_equal(repo_open(fixture->repo, &fixture->git), 0);
	lay(fixture, home, fixture->home);
	lay(fixture, repo, fixture->repo);
	free(home);
	free(repo);
}

static void close_fixture(struct fixture *fixture)
{
	repo_free(fixture->git);
	file_remove_tree(fixture->folder);
	free(fixture->repo);
	free(fixture->home);
	free(fixture->slug);
}

/* ---- reading damaged files ---- */

struct reading {
	const struct conversation_source *source;
	const struct fixture *fixture;
	size_t readings;
};

static struct harvest read_place(const struct reading *reading, const char *path)
{
	struct harvest harvest = {.session = {.repo = reading->fixture->git}};
	int rc = 0;

	strings_add(&harvest.roots, reading->fixture->repo);
	if (!reading->source->belongs || reading->source->belongs(&harvest, path))
		rc = reading->source->read(&harvest, path);
	if (rc && rc != E_NOTFOUND)
		fprintf(stderr, "%s: %s\n", path, error_message());
	assert_true(!rc || rc == E_NOTFOUND);
	error_clear();
	return harvest;
}

static void release(struct harvest *harvest)
{
	strings_release(&harvest->roots);
	map_release(&harvest->records);
}

/* What is taken back later may never be handed over: only then may something miss. */
static void assert_within(
	const char *path, size_t at, const struct harvest *part, const struct harvest *all)
{
	const struct map *records = &part->records;

	for (size_t i = 0; i < records->count && !all->took_back; i++)
		if (!map_get(&all->records, records->entries[i].key, records->entries[i].len)) {
			fprintf(stderr, "%s at %zu: lost %s\n", path, at, records->entries[i].key);
			assert_true(false);
		}
}

/*
 * The file up to `at`, then the same with the byte there damaged: what the first gives stands
 * before the damage, and so the second must give it, too, as must the undamaged file.
 */
static void try_at(const struct reading *reading, const char *path, const struct buf *text,
	size_t at, const struct harvest *all, bool whole)
{
	static const char wrong[] = "\"}]{\\\n\0x\xff";
	char *bytes = xmalloc(text->len + 1);
	struct harvest cut, damaged;

	put(path, text->ptr, at);
	cut = read_place(reading, path);
	memcpy(bytes, text->ptr, text->len);
	bytes[at] = wrong[(at + (unsigned char)bytes[at]) % (sizeof(wrong) - 1)];
	put(path, bytes, text->len);
	damaged = read_place(reading, path);
	if (whole) {
		assert_within(path, at, &cut, all);
		assert_within(path, at, &cut, &damaged);
	}
	release(&cut);
	release(&damaged);
	free(bytes);
}

static int add_path(const char *path, void *payload)
{
	strings_add(payload, path);
	return 0;
}

static size_t try_place(struct reading *reading, const char *path)
{
	/* A database has no "before": there only the crash counts. */
	bool whole = !ends_with(path, ".vscdb") && !ends_with(path, ".db");
	struct buf text = BUF_INIT;
	struct harvest all = read_place(reading, path);
	size_t turns = all.turns, step;

	assert_int_equal(file_read(path, 1 << 24, &text), 0);
	step = text.len / CUTS + 1;
	for (size_t at = step / 2; at < text.len; at += step, reading->readings += 2)
		try_at(reading, path, &text, at, &all, whole);
	put(path, text.ptr, text.len);
	release(&all);
	buf_release(&text);
	return turns;
}

static void damage_never_costs_what_stands_before_it(void **state)
{
	(void)state;
	unsetenv("CLAUDE_CONFIG_DIR");
	unsetenv("CODEX_HOME");
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	for (size_t i = 0; i < ARRAY_SIZE(all_sources); i++) {
		struct reading reading = {.source = all_sources[i]};
		char *folder = path_join(FIXTURES, all_sources[i]->name);
		DIR *dir = opendir(folder);
		struct dirent *entry;
		size_t turns = 0;

		assert_non_null(dir);
		while ((entry = readdir(dir))) {
			char *name = path_join(folder, entry->d_name);
			struct harvest harvest = {0};
			struct strings places = STRINGS_INIT;
			struct fixture fixture;

			if (*entry->d_name == '.') {
				free(name);
				continue;
			}
			open_fixture(&fixture, name);
			reading.fixture = &fixture;
			strings_add(&harvest.roots, fixture.repo);
			assert_int_equal(all_sources[i]->find(&harvest, add_path, &places), 0);
			for (size_t k = 0; k < places.count; k++)
				turns += try_place(&reading, places.items[k]);
			strings_release(&places);
			strings_release(&harvest.roots);
			close_fixture(&fixture);
			free(name);
		}
		closedir(dir);
		free(folder);
		/* A fixture that is not even found would pass everything above. */
		assert_true(turns >= 3);
		assert_true(reading.readings >= CUTS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_never_costs_what_stands_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
