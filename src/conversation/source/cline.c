/*
 * Cline: <editor's user folder>/globalStorage/saoudrizwan.claude-dev/tasks/<id>/. ui_messages.json
 * holds what was said, with times: {"ts","type":"say"|"ask","say"|"ask":<kind>,"text"}. The folder
 * stands in history_item.json (Roo Code), else in what was told to the model in
 * api_conversation_history.json; the model in task_metadata.json, else there as well. Since version
 * 4 Cline keeps sessions of another form, cline_session.c; the tasks stay where they were.
 */
#include "conversation/cline.h"
#include "conversation/raw.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 2 /* below tasks/ */

struct search {
	const char *extension;
	place_fn fn;
	void *payload;
};

static int find_in_user(const char *user, void *payload)
{
	struct search *search = payload;
	char *folder = xstrfmt("%s/globalStorage/%s/tasks", user, search->extension);
	int rc = files_each(folder, "/ui_messages.json", DEPTH, search->fn, search->payload);

	free(folder);
	return rc;
}

int cline_find(const char *extension, place_fn fn, void *payload)
{
	struct search search = {extension, fn, payload};

	return editor_users_each(find_in_user, &search);
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	int rc = cline_find("saoudrizwan.claude-dev", fn, payload);

	(void)harvest;
	return rc ? rc : cline_data_find(fn, payload);
}

/* ---- the task's folder and model ---- */

static char *beside(const char *path, const char *name)
{
	return xstrfmt("%.*s%s", (int)(path_base(path) - path), path, name);
}

static int take_directory(size_t place, const struct js *value, void *payload)
{
	static const char mark[] = "Current Working Directory (";
	const char *text = js_as_text(value), *start = text ? strstr(text, mark) : NULL;
	const char *end;

	(void)place;
	if (!start)
		start = text ? strstr(text, "Current Workspace Directory (") : NULL;
	if (!start)
		return 0;
	start = strchr(start, '(') + 1;
	end = strchr(start, ')');
	if (end)
		*(char **)payload = xstrndup(start, (size_t)(end - start));
	return end ? E_STOPPED : 0;
}

/* NULL when nothing says it; the caller frees. */
static char *folder_of(const char *path)
{
	static const char *const item[] = {"workspace", NULL};
	static const char *const texts[] = {"[].content", "[].content[].text", NULL};
	struct strings head = STRINGS_INIT;
	char *file = beside(path, "history_item.json"), *folder = NULL;

	document_head(file, item, &head);
	if (*head.items[0])
		folder = xstrdup(head.items[0]);
	strings_release(&head);
	free(file);
	if (folder)
		return folder;
	file = beside(path, "api_conversation_history.json");
	if (document_each(file, texts + 1, take_directory, &folder))
		error_clear();
	if (!folder && document_each(file, texts, take_directory, &folder))
		error_clear();
	free(file);
	return folder;
}

bool cline_belongs(struct harvest *harvest, const char *path)
{
	char *folder = folder_of(path);
	bool ours = folder && harvest_worktree(harvest, folder) != NULL;

	free(folder);
	return ours;
}

struct reading {
	struct harvest *harvest;
	char *folder, *task, *model;
	bool begun; /* the first message is behind us */
	struct raw_draft draft;
};

static int take_model(size_t place, const struct js *value, void *payload)
{
	struct reading *reading = payload;
	const char *model = js_get_text(value, "model_id");

	(void)place;
	if (model) {
		free(reading->model);
		reading->model = xstrdup(model);
	}
	return 0;
}

/* "<model>name</model>" in what the tool told of the surroundings. */
static int take_told_model(size_t place, const struct js *value, void *payload)
{
	static const char open[] = "<model>";
	struct reading *reading = payload;
	const char *text = js_as_text(value), *start = text ? strstr(text, open) : NULL;
	size_t len = start ? strcspn(start + strlen(open), "<\n") : 0;

	(void)place;
	if (!start || start[strlen(open) + len] != '<')
		return 0;
	reading->model = xstrndup(start + strlen(open), len);
	return E_STOPPED;
}

static void find_model(struct reading *reading, const char *path)
{
	static const char *const usage[] = {"model_usage[]", NULL};
	static const char *const told[] = {"[].content[].text", NULL};
	char *file = beside(path, "task_metadata.json");

	if (document_each(file, usage, take_model, reading))
		error_clear();
	free(file);
	file = beside(path, "api_conversation_history.json");
	if (!reading->model && document_each(file, told, take_told_model, reading))
		error_clear();
	free(file);
}

/* ---- one message ---- */

/* What is talk, and whose; `key`: where the words stand in a text that is JSON. */
static const struct kind {
	const char *name;
	bool person;
	const char *key;
} kinds[] = {
	{"task", true, NULL},
	{"user_feedback", true, NULL},
	{"text", false, NULL},
	{"completion_result", false, NULL},
	{"followup", false, "question"},
	{"plan_mode_respond", false, "response"},
	{"tool", false, NULL},
};

static void add_words(struct raw_draft *draft, const struct kind *kind, const char *text)
{
	struct js *parsed = NULL;
	const char *words = NULL;

	if (kind->key && *text == '{' && js_parse(text, strlen(text), &parsed))
		error_clear();
	if (parsed)
		words = js_get_text(parsed, kind->key);
	if (words && !strcmp(kind->key, "question"))
		raw_add_question(draft, NULL, parsed);
	else
		raw_add_text(draft, words ? words : text);
	/* One of the choices; what was typed instead comes as a message of its own. */
	raw_add_reply(draft, js_get_text(parsed, "question"), js_get_text(parsed, "selected"));
	js_free(parsed);
}

static const char *diff_in(const struct js *object)
{
	static const char *const keys[] = {"content", "diff"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *text = js_get_text(object, keys[i]);

		if (text && raw_is_diff(text))
			return text;
	}
	return NULL;
}

/* Of the file that `object` names: Roo shows a diff of whatever its tools are about to do, beside
 * the blocks where those are what was asked for. False: it has neither. */
static bool add_change(struct raw_draft *draft, const char *tool, const struct js *object)
{
	const struct raw_edit like = {.path = js_get_text(object, "path"), .action = tool};
	const char *blocks = js_get_text(object, "diff"), *diff = diff_in(object);
	size_t before = draft->edit_count;

	if (like.path && blocks)
		raw_add_blocks(draft, &like, blocks);
	if (like.path && diff && draft->edit_count == before)
		raw_add_diff(draft, &like, diff);
	return diff || draft->edit_count > before;
}

/* {"tool":"editedExistingFile","path":...,"content" or "diff":...}, or "batchDiffs" of such */
static void add_tool(struct raw_draft *draft, const char *text)
{
	struct js *parsed = NULL;
	const struct js *batch;
	const char *tool;

	if (js_parse(text, strlen(text), &parsed))
		error_clear();
	tool = js_get_text(parsed, "tool");
	if (tool && (raw_is_writer(tool) || !strcmp(tool, "appliedDiff"))) {
		tool = raw_keep(draft, tool, strlen(tool));
		batch = js_get(parsed, "batchDiffs");
		for (size_t i = 0; js_is_array(batch) && i < js_count(batch); i++)
			add_change(draft, tool, js_at(batch, i));
		if (!add_change(draft, tool, parsed))
			raw_add_call(draft, tool, NULL, parsed, NULL);
	}
	raw_own(draft);
	js_free(parsed);
}

/* "<...>/tasks/<id>/ui_messages.json" */
static char *task_of(const char *path)
{
	const char *end = path_base(path) - 1, *start = end;

	while (start > path && start[-1] != '/')
		start--;
	return xstrndup(start, (size_t)(end - start));
}

static int take_message(size_t place, const struct js *message, void *payload)
{
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const char *type = js_get_text(message, "type"), *text = js_get_text(message, "text");
	const char *name = type ? js_get_text(message, type) : NULL;
	const struct kind *kind = NULL;
	char *when;
	int rc;

	(void)place;
	/* The first message is the task, said by the person under the name of "text". */
	if (name && !reading->begun && !strcmp(name, "text"))
		name = "task";
	reading->begun = true;
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && name; i++)
		if (!strcmp(kinds[i].name, name))
			kind = &kinds[i];
	if (!kind || !text || js_get_bool(message, "partial", false))
		return 0;
	raw_clear(draft);
	if (!strcmp(kind->name, "tool"))
		add_tool(draft, text);
	else
		add_words(draft, kind, text);
	when = xstrfmt("%lld", (long long)js_get_number(message, "ts", 0));
	draft->turn = (struct raw_turn){
		.record = raw_id(draft, "cline", reading->task, when, name),
		.session = reading->task,
		.role = kind->person ? "user" : "assistant",
		.model = kind->person ? NULL : reading->model,
		.folder = reading->folder,
		.at = raw_time(js_get(message, "ts"), 0),
		.open = true,
	};
	rc = raw_store(draft, reading->harvest);
	free(when);
	return rc;
}

int cline_read(struct harvest *harvest, const char *path)
{
	static const char *const places[] = {"[]", NULL};
	struct reading reading = {.harvest = harvest};
	int rc = 0;

	raw_init(&reading.draft);
	if (!document_stands(harvest, path))
		reading.folder = folder_of(path);
	reading.task = task_of(path);
	if (reading.folder && harvest_worktree(harvest, reading.folder)) {
		find_model(&reading, path);
		rc = document_read(harvest, path, path, places, take_message, &reading);
	}
	raw_release(&reading.draft);
	free(reading.folder);
	free(reading.task);
	free(reading.model);
	return rc;
}

static bool belongs(struct harvest *harvest, const char *path)
{
	return cline_is_session(path) ? cline_session_belongs(harvest, path)
				      : cline_belongs(harvest, path);
}

static int read_file(struct harvest *harvest, const char *path)
{
	return cline_is_session(path) ? cline_session_read(harvest, path)
				      : cline_read(harvest, path);
}

const struct conversation_source source_cline = {
	.name = "cline",
	.title = "Cline's tasks",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
