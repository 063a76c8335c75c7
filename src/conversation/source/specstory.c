/*
 * SpecStory: <worktree>/.specstory/history/<name>.md, written anew as the session grows.
 * "<!-- Claude Code Session <id> (<time>) -->" names tool and session, "_**User (<time>)**_" and
 * "_**Agent (<model> <time>)**_" begin a turn, <tool-use ...> and <think> blocks are no talk.
 * A session that is known from its tool's own files is not read a second time.
 */
#include "conversation/raw.h"

#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT ((size_t)1 << 20)

struct reading {
	struct harvest *harvest;
	char *folder, *session, *tool, *model;
	int64_t at;
	size_t position;
	bool person, begun;
	const char *until; /* inside of a block that ends with this */
	struct buf text;
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	const struct strings *roots = harvest_worktrees(harvest);
	int rc = 0;

	for (size_t i = 0; i < roots->count && !rc; i++) {
		char *folder = worktree_path(roots->items[i], ".specstory/history");

		if (folder)
			rc = files_each(folder, ".md", 3, fn, payload);
		free(folder);
	}
	return rc;
}

/* A line of dashes stands between two turns. */
static void drop_rule(struct buf *text)
{
	buf_trim(text);
	if (ends_with(text->ptr, "\n---") || !strcmp(text->ptr, "---"))
		buf_truncate(text, text->len - strlen("---"));
}

static int store(struct reading *reading)
{
	struct raw_draft draft;
	char *place = xstrfmt("%zu", reading->position++);
	int rc = 0;

	raw_init(&draft);
	drop_rule(&reading->text);
	raw_add_text(&draft, reading->text.ptr);
	draft.turn = (struct raw_turn){
		.record = raw_id(&draft, "specstory", reading->session, place, NULL),
		.session = reading->session,
		.role = reading->person ? "user" : "assistant",
		.tool = reading->tool,
		.model = reading->person ? NULL : reading->model,
		.folder = reading->folder,
		.at = reading->at,
		.open = true,
	};
	if (reading->begun && reading->session)
		rc = raw_store(&draft, reading->harvest);
	raw_release(&draft);
	buf_clear(&reading->text);
	free(place);
	return rc;
}

/* "2026-01-31 10:00:00Z" or ISO; what stands before it (a model) is left in `out`. */
static void take_stamp(struct reading *reading, const char *text, size_t len, struct buf *out)
{
	size_t date = 0;
	struct js *value;
	char *iso;

	while (date < len && !(isdigit((unsigned char)text[date]) && date + 10 <= len &&
				     text[date + 4] == '-' && text[date + 7] == '-'))
		date++;
	buf_add(out, text, date);
	buf_trim(out);
	if (date == len)
		return;
	iso = xstrndup(text + date, len - date);
	if (iso[10] == ' ')
		iso[10] = 'T';
	value = js_text(iso);
	reading->at = raw_time(value, reading->at);
	js_free(value);
	free(iso);
}

/* "<!-- Claude Code Session <id> (<time>) -->" */
static bool take_session(struct reading *reading, const char *line)
{
	const char *mark = strstr(line, " Session "), *id, *open;
	struct buf rest = BUF_INIT;

	if (!starts_with(line, "<!-- ") || !mark)
		return false;
	id = mark + strlen(" Session ");
	free(reading->tool);
	free(reading->session);
	reading->tool = xstrndup(line + 5, (size_t)(mark - line) - 5);
	for (char *at = reading->tool; *at; at++)
		*at = *at == ' ' ? '-' : (char)tolower((unsigned char)*at);
	reading->session = xstrndup(id, strcspn(id, " "));
	open = strchr(id, '(');
	if (open)
		take_stamp(reading, open + 1, strcspn(open + 1, ")"), &rest);
	buf_release(&rest);
	return true;
}

/* "_**User (<time>)**_", "_**Agent (<model> <time>)**_", "_**Assistant**_" */
static int take_head(struct reading *reading, const char *line, bool *is_head)
{
	static const char *const names[] = {"_**User", "_**Agent", "_**Assistant"};
	const char *open, *after = NULL;
	struct buf model = BUF_INIT;
	size_t i;
	int rc = 0;

	for (i = 0; i < ARRAY_SIZE(names) && !after; i++)
		if (starts_with(line, names[i]) && strchr(" *", line[strlen(names[i])]))
			after = line + strlen(names[i]);
	*is_head = after && ends_with(after, "**_");
	if (!*is_head)
		return 0;
	rc = store(reading);
	reading->begun = true;
	/* What was said to a sub-agent was said by an assistant. */
	reading->person = i == 1 && !starts_with(after, " - sidechain");
	open = strchr(after, '(');
	if (open)
		take_stamp(reading, open + 1, strcspn(open + 1, ")"), &model);
	free(reading->model);
	reading->model = model.len ? buf_detach(&model) : NULL;
	buf_release(&model);
	return rc;
}

static int take_line(struct reading *reading, const char *line)
{
	static const struct {
		const char *begin, *end;
	} blocks[] = {{"<tool-use", "</tool-use>"}, {"<think>", "</think>"},
		{"<details><summary>Thought", "</details>"}};
	bool is_head = false;
	int rc;

	if (reading->until) {
		if (strstr(line, reading->until))
			reading->until = NULL;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		if (starts_with(line, blocks[i].begin)) {
			if (!strstr(line, blocks[i].end))
				reading->until = blocks[i].end;
			return 0;
		}
	if (take_session(reading, line) || starts_with(line, "<!-- message-id: "))
		return 0;
	rc = take_head(reading, line, &is_head);
	if (!is_head && reading->text.len + strlen(line) < TEXT_LIMIT) {
		buf_addstr(&reading->text, line);
		buf_addch(&reading->text, '\n');
	}
	return rc;
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct reading reading = {.harvest = harvest, .text = BUF_INIT};
	struct watermark now;
	struct lines *lines = NULL;
	const char *line;
	size_t len;
	int rc = document_changed(harvest, path, &now, &lines);

	if (rc || !lines)
		return rc;
	reading.at = now.offset / 1000000000; /* where nothing says it */
	reading.folder = xstrndup(path, (size_t)(strstr(path, "/.specstory/") - path));
	while (!rc && lines_next(lines, &line, &len)) {
		rc = take_line(&reading, line);
		if (reading.session && !reading.begun &&
			harvest_has_session(harvest, reading.session))
			break;
	}
	if (!rc)
		rc = store(&reading);
	rc = lines_close(lines, rc);
	if (!rc)
		rc = harvest_checkpoint(harvest, path, &now);
	buf_release(&reading.text);
	free(reading.folder);
	free(reading.session);
	free(reading.tool);
	free(reading.model);
	return rc;
}

const struct conversation_source source_specstory = {
	.name = "specstory",
	.title = "SpecStory's history in the worktree",
	.reach = REACH_REPOSITORY,
	.find = find,
	.read = read_file,
};
