/*
 * Copilot CLI: ~/.copilot/session-state/<id>/events.jsonl. An event is {"id","type","timestamp",
 * "parentId","data"}; what a skill put into the user's mouth is marked by its source.
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
	(void)harvest;
	return home_files_each(".copilot/session-state", "events.jsonl", 3, fn, payload);
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

static int take_message(
	struct reading *reading, const struct js *record, const struct js *data, bool person)
{
	struct raw_draft *draft = &reading->draft;
	const struct js *calls = js_get(data, "toolRequests");

	raw_add_text(draft, js_get_text(data, "content"));
	for (size_t i = 0; !person && i < js_count(calls); i++) {
		const struct js *call = js_at(calls, i);

		raw_add_call(draft, js_get_text(call, "name"), js_get_text(call, "toolCallId"),
			js_get(call, "arguments"), NULL);
	}
	draft->turn = (struct raw_turn){
		.record = js_get_text(record, "id"),
		.parent = js_get_text(record, "parentId"),
		.session = reading->session,
		.role = person ? "user" : "assistant",
		.branch = reading->branch,
		.model = person ? NULL : reading->model,
		.folder = reading->folder,
		.at = reading->at,
	};
	return raw_store(draft, reading->harvest);
}

static int take_record(struct reading *reading, const struct js *record)
{
	const char *type = js_get_text(record, "type");
	const struct js *data = js_get(record, "data");
	const char *source = js_get_text(data, "source");

	reading->at = raw_time(js_get(record, "timestamp"), reading->at);
	raw_clear(&reading->draft);
	if (!type)
		return 0;
	if (!strcmp(type, "session.start"))
		take_start(reading, data);
	if (!strcmp(type, "session.model_change"))
		set(&reading->model, js_get_text(data, "newModel"));
	if (!strcmp(type, "user.message"))
		return source && starts_with(source, "skill-")
			       ? 0
			       : take_message(reading, record, data, true);
	if (!strcmp(type, "assistant.message"))
		return take_message(reading, record, data, false);
	if (!strcmp(type, "tool.execution_complete"))
		return harvest_outcome(reading->harvest, js_get_text(data, "toolCallId"),
			js_get_bool(data, "success", false) ? OUTCOME_APPLIED : OUTCOME_FAILED);
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
