/*
 * Copilot CLI: ~/.copilot/session-state/<id>/events.jsonl. An event is {"id","type","timestamp",
 * "parentId","data"}; what a skill, another agent or the tool itself put into the user's mouth is
 * marked so. A person also answers questions, in the result of a call, and gives reasons for a
 * refusal; the question may have been read long before, so that these stand for themselves.
 */
#include "conversation/raw.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct reading {
	struct harvest *harvest;
	char *session, *folder, *branch, *remote, *model;
	int64_t at;
	struct raw_draft draft;
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	char *folder = tool_folder("COPILOT_HOME", ".copilot", "session-state");
	int rc = folder ? files_each(folder, "events.jsonl", 3, fn, payload) : 0;

	(void)harvest;
	free(folder);
	return rc;
}

static void set(char **to, const char *text)
{
	if (!text)
		return;
	free(*to);
	*to = xstrdup(text);
}

static void take_start(struct reading *reading, const struct js *data)
{
	const struct js *context = js_get(data, "context");

	set(&reading->session, js_get_text(data, "sessionId"));
	set(&reading->folder, js_get_text(context, "cwd"));
	set(&reading->branch, js_get_text(context, "branch"));
	set(&reading->remote, js_get_text(context, "repository"));
	set(&reading->model, js_get_text(data, "selectedModel"));
}

static int take_head(const char *line, size_t len, void *payload)
{
	struct reading *reading = payload;
	struct js *record = NULL;
	const char *type;

	if (js_parse(line, len, &record))
		error_clear();
	type = js_get_text(record, "type");
	if (type && !strcmp(type, "session.start"))
		take_start(reading, js_get(record, "data"));
	js_free(record);
	return reading->folder != NULL;
}

static void open_reading(struct reading *reading, struct harvest *harvest, const char *path)
{
	memset(reading, 0, sizeof(*reading));
	reading->harvest = harvest;
	raw_init(&reading->draft);
	lines_peek(path, take_head, reading);
}

static void close_reading(struct reading *reading)
{
	raw_release(&reading->draft);
	free(reading->session);
	free(reading->folder);
	free(reading->branch);
	free(reading->remote);
	free(reading->model);
}

static bool belongs(struct harvest *harvest, const char *path)
{
	struct reading reading;
	bool ours;

	open_reading(&reading, harvest, path);
	ours = reading.folder &&
	       harvest_claim(harvest, reading.folder, NULL, reading.remote) != NULL;
	close_reading(&reading);
	return ours;
}

static int store(struct reading *reading, const struct js *record, const char *model)
{
	struct raw_draft *draft = &reading->draft;

	draft->turn = (struct raw_turn){
		.record = js_get_text(record, "id"),
		.parent = js_get_text(record, "parentId"),
		.session = reading->session,
		.role = model ? "assistant" : "user",
		.branch = reading->branch,
		.model = model && *model ? model : NULL,
		.folder = reading->folder,
		.at = reading->at,
	};
	return raw_store(draft, reading->harvest);
}

/* Typed by a person: nobody else's words in their mouth. */
static bool is_typed(const struct js *data)
{
	const char *source = js_get_text(data, "source");

	return !(source && (starts_with(source, "skill-") || starts_with(source, "agent-"))) &&
	       !js_get_bool(data, "isAutopilotContinuation", false);
}

static int take_user(struct reading *reading, const struct js *record, const struct js *data)
{
	if (!is_typed(data))
		return 0;
	raw_add_text(&reading->draft, js_get_text(data, "content"));
	return store(reading, record, NULL);
}

static int take_assistant(struct reading *reading, const struct js *record, const struct js *data)
{
	struct raw_draft *draft = &reading->draft;
	const struct js *calls = js_get(data, "toolRequests");
	const char *model = js_get_text(data, "model");

	raw_add_text(draft, js_get_text(data, "content"));
	for (size_t i = 0; i < js_count(calls); i++) {
		const struct js *call = js_at(calls, i), *arguments = js_get(call, "arguments");
		const char *name = js_get_text(call, "name");

		if (name && !strcmp(name, "ask_user"))
			raw_add_question(draft, NULL, arguments);
		else if (name && !strcmp(name, "exit_plan_mode"))
			raw_add_text(draft, js_get_text(arguments, "summary"));
		raw_add_call(draft, name, js_get_text(call, "toolCallId"), arguments, NULL);
	}
	if (!model)
		model = reading->model ? reading->model : "";
	return store(reading, record, model);
}

/* The result of a call: what became of it, and what a person answered in it. */
static int take_result(struct reading *reading, const struct js *record, const struct js *data)
{
	static const char *const heads[] = {"User selected: ", "User responded: "};
	const char *text = js_get_text(js_get(data, "result"), "content");
	const char *code = js_get_text(js_get(data, "error"), "code");
	bool success = js_get_bool(data, "success", false);
	const char *outcome = success                             ? OUTCOME_APPLIED
			      : code && !strcmp(code, "rejected") ? OUTCOME_REJECTED
								  : OUTCOME_FAILED;
	int rc = harvest_outcome(reading->harvest, js_get_text(data, "toolCallId"), outcome);

	for (size_t i = 0; i < ARRAY_SIZE(heads) && !rc && success && text; i++)
		if (starts_with(text, heads[i])) {
			raw_add_text(&reading->draft, text + strlen(heads[i]));
			return store(reading, record, NULL);
		}
	return rc;
}

static int take_permission(struct reading *reading, const struct js *record, const struct js *data)
{
	const struct js *result = js_get(data, "result");
	const char *kind = js_get_text(result, "kind");
	int rc;

	if (!kind || strcmp(kind, "denied-interactively-by-user"))
		return 0;
	rc = harvest_outcome(reading->harvest, js_get_text(data, "toolCallId"), OUTCOME_REJECTED);
	raw_add_text(&reading->draft, js_get_text(result, "feedback"));
	return rc ? rc : store(reading, record, NULL);
}

static int take_record(struct reading *reading, const struct js *record)
{
	const char *type = js_get_text(record, "type");
	const struct js *data = js_get(record, "data");

	reading->at = raw_time(js_get(record, "timestamp"), reading->at);
	raw_clear(&reading->draft);
	if (!type)
		return 0;
	if (!strcmp(type, "session.start"))
		take_start(reading, data);
	if (!strcmp(type, "session.model_change"))
		set(&reading->model, js_get_text(data, "newModel"));
	if (!strcmp(type, "user.message"))
		return take_user(reading, record, data);
	if (!strcmp(type, "assistant.message"))
		return take_assistant(reading, record, data);
	if (!strcmp(type, "tool.execution_complete"))
		return take_result(reading, record, data);
	if (!strcmp(type, "permission.completed"))
		return take_permission(reading, record, data);
	return 0;
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct reading reading;
	struct lines *lines = NULL;
	struct js *record = NULL;
	int rc = lines_open(harvest, path, &lines);

	open_reading(&reading, harvest, path);
	while (!rc && reading.folder && lines_record(lines, &record)) {
		rc = take_record(&reading, record);
		js_free(record);
	}
	rc = lines_close(lines, rc);
	close_reading(&reading);
	return rc;
}

const struct conversation_source source_copilot_cli = {
	.name = "copilot-cli",
	.title = "Copilot CLI sessions",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
