/*
 * aider: <worktree>/.aider.chat.history.md. "# aider chat started at <local time>" begins a run,
 * "#### " lines are the user's, "> " lines are aider's own, the rest is the assistant's. Edits are
 * blocks of search and replace in its words; "> Applied edit to F", "> Skipping edits to F" (a
 * person said no) and "> Commit <id>" tell what came of them.
 *
 * There are no ids: a turn is its run's time and its place in the run. So a run is always read
 * from its beginning, and its turns may have grown since the last time.
 */
#include "conversation/raw.h"

#include "flywheel/repo.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STARTED "# aider chat started at "
#define NOTES_MAX 1000               /* edits and commits told of after one turn */
#define TEXT_LIMIT ((size_t)1 << 20) /* of one turn in memory */

enum speaker { NOBODY, PERSON, ASSISTANT };

struct reading {
	struct harvest *harvest;
	char *folder, *run, *model;
	int64_t at, written; /* written: the file, for a run that does not say when */
	size_t position;     /* of the turn in its run */
	enum speaker speaker;
	struct buf text;
	struct strings applied, skipped,
		commits; /* what "> " lines said after the assistant's words */
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	const struct strings *roots = harvest_worktrees(harvest);
	int rc = 0;

	for (size_t i = 0; i < roots->count && !rc; i++) {
		char *path = worktree_path(roots->items[i], ".aider.chat.history.md");

		if (path && file_exists(path))
			rc = fn(path, payload);
		free(path);
	}
	return rc;
}

/* The time is the user's own, without a zone. */
static int64_t local_time(const char *text, int64_t otherwise)
{
	struct tm tm = {.tm_isdst = -1};
	int n = sscanf(text, "%d-%d-%d %d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		&tm.tm_min, &tm.tm_sec);
	time_t when;

	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	when = n == 6 ? mktime(&tm) : -1;
	return when < 0 ? otherwise : (int64_t)when;
}

static void add_commits(struct reading *reading, struct raw_draft *draft)
{
	struct repo *repo = harvest_session(reading->harvest)->repo;

	for (size_t i = 0; i < reading->commits.count; i++) {
		struct oid commit;
		char hex[OID_HEX + 1];

		if (repo_resolve(repo, reading->commits.items[i], &commit)) {
			error_clear();
			continue;
		}
		oid_hex(&commit, hex);
		raw_add_anchor(
			draft, &(struct raw_anchor){.commit = raw_keep(draft, hex, OID_HEX)});
	}
}

static int store(struct reading *reading)
{
	struct raw_draft draft;
	bool person = reading->speaker == PERSON;
	char *place = xstrfmt("%zu", reading->position++);
	int rc;

	raw_init(&draft);
	raw_add_text(&draft, reading->text.ptr);
	if (!person) {
		raw_add_blocks(
			&draft, &(struct raw_edit){.action = "edit block"}, reading->text.ptr);
		for (size_t i = 0; i < draft.edit_count; i++)
			if (strings_contains(&reading->applied, draft.edits[i].path))
				draft.edits[i].outcome = OUTCOME_APPLIED;
			else if (strings_contains(&reading->skipped, draft.edits[i].path))
				draft.edits[i].outcome = OUTCOME_REJECTED;
		add_commits(reading, &draft);
	}
	draft.turn = (struct raw_turn){
		.record = raw_id(&draft, "aider", reading->run, place, NULL),
		.session = raw_id(&draft, "aider", reading->run, NULL, NULL),
		.role = person ? "user" : "assistant",
		.model = person ? NULL : reading->model,
		.folder = reading->folder,
		.at = reading->at,
		.open = true,
	};
	rc = raw_store(&draft, reading->harvest);
	raw_release(&draft);
	free(place);
	return rc;
}

/* The turn in hand is over; `next` speaks from here on. */
static int change_speaker(struct reading *reading, enum speaker next)
{
	int rc = 0;

	buf_trim(&reading->text);
	if (reading->speaker != NOBODY && reading->text.len && reading->run)
		rc = store(reading);
	buf_clear(&reading->text);
	strings_release(&reading->applied);
	strings_release(&reading->skipped);
	strings_release(&reading->commits);
	reading->applied = reading->skipped = reading->commits = (struct strings)STRINGS_INIT;
	reading->speaker = next;
	return rc;
}

static void add_line(struct reading *reading, const char *line)
{
	if (reading->text.len + strlen(line) >= TEXT_LIMIT)
		return;
	if (*line || reading->text.len) {
		buf_addstr(&reading->text, line);
		buf_addch(&reading->text, '\n');
	}
}

/* "1234567 Subject": only what looks like an id is asked for. */
static void add_commit(struct reading *reading, const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");

	if (len >= 7 && len <= OID_HEX && (text[len] == ' ' || !text[len]))
		strings_add_len(&reading->commits, text, len);
}

/* "> ..." */
static void take_note(struct reading *reading, const char *line)
{
	static const char applied[] = "Applied edit to ", commit[] = "Commit ";
	static const char skipped[] = "Skipping edits to ";
	static const char *const models[] = {"Main model: ", "Model: "};
	size_t len = strlen(line);

	while (len && line[len - 1] == ' ')
		len--;
	if (reading->applied.count + reading->skipped.count + reading->commits.count >= NOTES_MAX)
		;
	else if (starts_with(line, applied))
		strings_add_len(&reading->applied, line + strlen(applied), len - strlen(applied));
	else if (starts_with(line, skipped))
		strings_add_len(&reading->skipped, line + strlen(skipped), len - strlen(skipped));
	else if (starts_with(line, commit))
		add_commit(reading, line + strlen(commit));
	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		if (starts_with(line, models[i])) {
			line += strlen(models[i]);
			free(reading->model);
			reading->model = xstrndup(line, strcspn(line, " "));
		}
}

/* Commands of aider's own are no talk, but for those that ask the assistant. */
static bool is_command(const char *line)
{
	static const char *const talk[] = {"/ask ", "/code ", "/architect "};

	for (size_t i = 0; i < ARRAY_SIZE(talk); i++)
		if (starts_with(line, talk[i]))
			return false;
	return *line == '/' || *line == '!';
}

static int begin_run(struct reading *reading, const char *time)
{
	int rc = change_speaker(reading, NOBODY);

	free(reading->run);
	reading->run = xstrdup(time);
	reading->at = local_time(time, reading->written);
	reading->position = 0;
	return rc;
}

static int take_line(struct reading *reading, const char *line)
{
	int rc = 0;

	if (starts_with(line, STARTED))
		return begin_run(reading, line + strlen(STARTED));
	if (starts_with(line, "#### ")) {
		if (reading->speaker != PERSON)
			rc = change_speaker(reading, PERSON);
		if (!is_command(line + 5))
			add_line(reading, line + 5);
		return rc;
	}
	if (starts_with(line, "> ")) {
		if (reading->speaker == PERSON)
			rc = change_speaker(reading, NOBODY);
		take_note(reading, line + 2);
		return rc;
	}
	if (reading->speaker != ASSISTANT && *line)
		rc = change_speaker(reading, ASSISTANT);
	if (reading->speaker == ASSISTANT)
		add_line(reading, line);
	return rc;
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct reading reading = {.harvest = harvest, .text = BUF_INIT};
	struct lines *lines = NULL;
	struct watermark now;
	const char *line;
	size_t len;
	int rc = lines_open(harvest, path, &lines);

	reading.folder = xstrndup(path, (size_t)(path_base(path) - path) - 1);
	if (!watermark_of(path, &now))
		reading.written = now.offset / 1000000000;
	while (!rc && lines_next(lines, &line, &len)) {
		if (starts_with(line, STARTED))
			lines_hold(lines);
		rc = take_line(&reading, line);
	}
	if (!rc && lines)
		rc = change_speaker(&reading, NOBODY);
	rc = lines_close(lines, rc);
	buf_release(&reading.text);
	free(reading.folder);
	free(reading.run);
	free(reading.model);
	return rc;
}

const struct conversation_source source_aider = {
	.name = "aider",
	.title = "aider's chat history in the worktree",
	.reach = REACH_REPOSITORY,
	.find = find,
	.read = read_file,
};
