/*
 * Claude Code's transcripts: <config>/projects/<slug>/<session>.jsonl, those of sub-agents in
 * <slug>/<session>/subagents/. A line is a record; one message may come in several lines, each
 * with its own uuid. We keep what user and assistant said and the text that edits put into
 * files; thinking, tool results and images are dropped.
 */
#include "conversation/internal.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 6 /* of folders below projects/ */

/* Which input of which tool names the file, and which holds the text that goes into it. */
static const struct edit_tool {
	const char *name, *path, *text;
} edit_tools[] = {
	{"Edit", "file_path", "new_string"},
	{"Write", "file_path", "content"},
	{"MultiEdit", "file_path", NULL}, /* edits[].new_string */
	{"NotebookEdit", "notebook_path", "new_source"},
};

struct reading {
	struct harvest *harvest;
	const char *path;
	char *folder; /* last working directory seen */
	int64_t at;   /* last time seen */
	struct raw_edit *edits;
	size_t edit_count, edit_capacity;
	struct buf text;
};

static char *projects_folder(void)
{
	const char *config = getenv("CLAUDE_CONFIG_DIR");

	if (config && *config)
		return path_join(config, "projects");
	return home_dir() ? path_join(home_dir(), ".claude/projects") : NULL;
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	char *folder = projects_folder();
	int rc = folder ? files_each(folder, ".jsonl", DEPTH, fn, payload) : 0;

	(void)harvest;
	free(folder);
	return rc;
}

/* The folder below projects/, whose name is made from the working directory. */
static const char *worktree_of_path(struct harvest *harvest, const char *path)
{
	char *folder = projects_folder(), *slug = NULL;
	size_t len = folder ? strlen(folder) : 0;
	const char *root = NULL, *end;

	if (folder && !strncmp(path, folder, len) && path[len] == '/') {
		end = strchr(path + len + 1, '/');
		slug = end ? xstrndup(path + len + 1, (size_t)(end - path) - len - 1) : NULL;
	}
	if (slug)
		root = harvest_worktree_of_slug(harvest, slug);
	free(slug);
	free(folder);
	return root;
}

static int take_folder(const char *line, size_t len, void *payload)
{
	char **folder = payload;
	struct js *record = NULL;
	const char *text;

	if (js_parse(line, len, &record))
		error_clear();
	text = js_get_text(record, "cwd");
	if (text)
		*folder = xstrdup(text);
	js_free(record);
	return *folder != NULL;
}

static bool belongs(struct harvest *harvest, const char *path)
{
	char *folder = NULL;
	bool ours;

	lines_peek(path, take_folder, &folder);
	ours = folder ? harvest_worktree(harvest, folder) != NULL
		      : worktree_of_path(harvest, path) != NULL;
	free(folder);
	return ours;
}

static void add_edit(struct reading *reading, const char *path, const char *text)
{
	if (!path || !text)
		return;
	GROW(reading->edits, reading->edit_count, reading->edit_capacity);
	reading->edits[reading->edit_count++] = (struct raw_edit){.path = path, .text = text};
}

static void take_tool_use(struct reading *reading, const struct js *block)
{
	const char *name = js_get_text(block, "name");
	const struct js *input = js_get(block, "input"), *edits = js_get(input, "edits");

	for (size_t i = 0; name && i < ARRAY_SIZE(edit_tools); i++) {
		const struct edit_tool *tool = &edit_tools[i];
		const char *path;

		if (strcmp(name, tool->name))
			continue;
		path = js_get_text(input, tool->path);
		if (tool->text)
			add_edit(reading, path, js_get_text(input, tool->text));
		else
			for (size_t k = 0; k < js_count(edits); k++)
				add_edit(reading, path, js_get_text(js_at(edits, k), "new_string"));
	}
}

/* What the tool itself put into a user's message: its own commands' output and reminders. */
static bool is_injected(const char *text)
{
	static const char *const heads[] = {"<command-", "<local-command-", "<bash-",
		"Caveat: ", "[Request interrupted", "<task-notification"};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (starts_with(text, heads[i]))
			return true;
	return false;
}

static void add_text(struct reading *reading, const char *text)
{
	static const char open[] = "<system-reminder>", close[] = "</system-reminder>";

	if (!text || is_injected(text))
		return;
	if (reading->text.len)
		buf_addstr(&reading->text, "\n\n");
	while (*text) {
		const char *start = strstr(text, open);
		const char *end = start ? strstr(start, close) : NULL;

		if (!end) {
			buf_addstr(&reading->text, text);
			break;
		}
		buf_add(&reading->text, text, (size_t)(start - text));
		text = end + strlen(close);
	}
	buf_trim(&reading->text);
}

static void take_content(struct reading *reading, const struct js *content)
{
	add_text(reading, js_as_text(content));
	for (size_t i = 0; js_is_array(content) && i < js_count(content); i++) {
		const struct js *block = js_at(content, i);
		const char *type = js_get_text(block, "type");

		if (type && !strcmp(type, "text"))
			add_text(reading, js_get_text(block, "text"));
		else if (type && !strcmp(type, "tool_use"))
			take_tool_use(reading, block);
	}
}

static bool is_talk(const struct js *record, const char *type)
{
	return type && (!strcmp(type, "user") || !strcmp(type, "assistant")) &&
	       !js_get_bool(record, "isMeta", false) &&
	       !js_get_bool(record, "isCompactSummary", false) &&
	       !js_get_bool(record, "isApiErrorMessage", false);
}

static void take_place_and_time(struct reading *reading, const struct js *record)
{
	const char *folder = js_get_text(record, "cwd"), *when = js_get_text(record, "timestamp");

	if (folder && (!reading->folder || strcmp(folder, reading->folder))) {
		free(reading->folder);
		reading->folder = xstrdup(folder);
	}
	if (when && clock_parse(when, &reading->at))
		error_clear();
}

static int take_record(struct reading *reading, const struct js *record)
{
	const char *type = js_get_text(record, "type");
	/* A sub-agent's "user" is the assistant that sent it: no person said that. */
	bool person = type && !strcmp(type, "user") && !js_get_bool(record, "isSidechain", false);
	struct raw_turn turn = {
		.record = js_get_text(record, "uuid"),
		.session = js_get_text(record, "sessionId"),
		.role = person ? "user" : "assistant",
		.branch = js_get_text(record, "gitBranch"),
	};

	take_place_and_time(reading, record);
	if (!is_talk(record, type))
		return 0;
	turn.folder = reading->folder ? reading->folder
				      : worktree_of_path(reading->harvest, reading->path);
	if (!turn.folder || !harvest_worktree(reading->harvest, turn.folder))
		return 0;
	buf_clear(&reading->text);
	reading->edit_count = 0;
	take_content(reading, js_get(js_get(record, "message"), "content"));
	turn.at = reading->at;
	turn.text = reading->text.ptr;
	turn.edits = reading->edits;
	turn.edit_count = reading->edit_count;
	return harvest_turn(reading->harvest, &turn);
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct reading reading = {.harvest = harvest, .path = path, .text = BUF_INIT};
	struct lines *lines = NULL;
	const char *line;
	size_t len;
	int rc = lines_open(harvest, path, &lines);

	while (!rc && lines_next(lines, &line, &len)) {
		struct js *record = NULL;

		if (!len)
			continue;
		if (js_parse(line, len, &record) || !js_is_object(record)) {
			error_clear();
			harvest_malformed(harvest);
		} else {
			rc = take_record(&reading, record);
		}
		js_free(record);
		if (!rc)
			rc = harvest_interrupted();
	}
	if (lines)
		rc = lines_close(lines, rc);
	free(reading.folder);
	free(reading.edits);
	buf_release(&reading.text);
	return rc;
}

const struct conversation_source source_claude_code = {
	.name = "claude-code",
	.title = "Claude Code transcripts",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
