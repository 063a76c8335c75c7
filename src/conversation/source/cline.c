/*
 * Cline: <editor's user folder>/globalStorage/saoudrizwan.claude-dev/tasks/<id>/. ui_messages.json
 * holds what was said, with times: {"ts","type":"say"|"ask","say"|"ask":<kind>,"text"}. The folder
 * stands in history_item.json (Roo Code), else in what was told to the model in
 * api_conversation_history.json; the model in task_metadata.json.
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
	(void)harvest;
	return cline_find("saoudrizwan.claude-dev", fn, payload);
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

static void find_model(struct reading *reading, const char *path)
{
	static const char *const places[] = {"model_usage[]", NULL};
	char *file = beside(path, "task_metadata.json");

	if (document_each(file, places, take_model, reading))
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
	raw_add_text(draft, words ? words : text);
	js_free(parsed);
}

/* {"tool":"editedExistingFile","path":...,"content" or "diff":...} */
static void add_tool(struct raw_draft *draft, const char *text)
{
	struct js *parsed = NULL, *arguments = js_text(text);

	if (js_parse(text, strlen(text), &parsed))
		error_clear();
	raw_add_call(draft, js_get_text(parsed, "tool"), NULL, arguments, NULL);
	js_free(parsed);
	js_free(arguments);
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

	reading.folder = folder_of(path);
	reading.task = task_of(path);
	raw_init(&reading.draft);
	find_model(&reading, path);
	if (reading.folder && harvest_worktree(harvest, reading.folder))
		rc = document_read(harvest, path, path, places, take_message, &reading);
	raw_release(&reading.draft);
	free(reading.folder);
	free(reading.task);
	free(reading.model);
	return rc;
}

const struct conversation_source source_cline = {
	.name = "cline",
	.title = "Cline's tasks",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = cline_belongs,
	.read = cline_read,
};
