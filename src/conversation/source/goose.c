/*
 * Goose: <data home>/goose/sessions/sessions.db, SQLite: sessions(id, working_dir, ...,
 * session_type, model_config_json) and messages(id, session_id, role, content_json,
 * created_timestamp, metadata_json). Contents are blocks: text, toolRequest, toolResponse,
 * actionRequired. When a session is compacted all of its messages are written anew, with other ids:
 * a turn is known by its time, its role and its place among those of the same time.
 */
#include "conversation/raw.h"

#include "flywheel/store_foreign.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct reading {
	struct harvest *harvest;
	struct foreign *foreign;
	struct session_count *count; /* only counts, when set */
	const char *session, *folder, *role;
	char *model;
	int64_t at;
	size_t nth;     /* among those of this time and role */
	bool sub_agent; /* whose "user" is the assistant that sent it */
	struct raw_draft draft;
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	(void)harvest;
	return data_files_each("goose/sessions", ".db", 1, fn, payload);
}

/* {"type":"toolRequest","id","toolCall":{"status","value":{"name","arguments"}}} */
static void add_request(struct raw_draft *draft, const struct js *block)
{
	const struct js *call = js_get(js_get(block, "toolCall"), "value");
	const struct js *arguments = js_get(call, "arguments");

	raw_add_call(draft, js_get_text(call, "name"), js_get_text(block, "id"), arguments, NULL);
}

/* {"toolResult":{"status","value":{"content":[{"text"}],"isError"}}} */
static int take_outcome(struct reading *reading, const struct js *block)
{
	const struct js *result = js_get(block, "toolResult"), *value = js_get(result, "value");
	const char *status = js_get_text(result, "status"), *outcome = OUTCOME_APPLIED;
	const struct js *content = js_is_array(value) ? value : js_get(value, "content");
	const char *text = js_get_text(js_at(content, 0), "text");

	if (!status)
		return 0;
	if (text && starts_with(text, "The user has declined to run this tool"))
		outcome = OUTCOME_REJECTED;
	else if (strcmp(status, "success") || js_get_bool(value, "isError", false))
		outcome = OUTCOME_FAILED;
	return harvest_outcome(reading->harvest, js_get_text(block, "id"), outcome);
}

static int add_field(const char *name, const struct js *value, void *payload)
{
	(void)name;
	raw_add_text(payload, js_as_text(value));
	return 0;
}

/* {"data":{"actionType":"elicitation","message"}}, and what a person filled in */
static void add_action(struct raw_draft *draft, const struct js *data)
{
	const char *type = js_get_text(data, "actionType");
	const struct js *filled = js_get(data, "user_data");

	if (type && !strcmp(type, "elicitation"))
		raw_add_text(draft, js_get_text(data, "message"));
	if (!filled)
		filled = js_get(data, "userData");
	if (js_is_object(filled))
		js_each(filled, add_field, draft);
}

/* The whole message at once: its blocks are borrowed until the turn is stored. */
static int take_content(size_t place, const struct js *content, void *payload)
{
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const struct raw_turn turn = draft->turn;
	int rc = 0;

	(void)place;
	for (size_t i = 0; i < js_count(content) && !rc; i++) {
		const struct js *block = js_at(content, i);
		const char *type = js_get_text(block, "type");

		if (type && !strcmp(type, "text"))
			raw_add_text(draft, js_get_text(block, "text"));
		else if (type && !strcmp(type, "toolRequest"))
			add_request(draft, block);
		else if (type && !strcmp(type, "toolResponse"))
			rc = take_outcome(reading, block);
		else if (type && !strcmp(type, "actionRequired"))
			add_action(draft, js_get(block, "data"));
	}
	draft->turn = turn;
	return rc ? rc : raw_store(draft, reading->harvest);
}

enum { ROLE, CREATED, METADATA };

/* {"userVisible"}: what a person does not see they have not said. */
static bool is_hidden(const char *metadata)
{
	struct js *parsed = NULL;
	bool hidden;

	if (!metadata || js_parse(metadata, strlen(metadata), &parsed))
		error_clear();
	hidden = !js_get_bool(parsed, "userVisible", true);
	js_free(parsed);
	return hidden;
}

static const char *record_of(struct reading *reading, const char *role, int64_t at)
{
	char *when, *nth;
	const char *id;

	reading->nth = at == reading->at && !strcmp(role, reading->role) ? reading->nth + 1 : 0;
	reading->at = at;
	reading->role = !strcmp(role, "user") ? "user" : "assistant";
	when = xstrfmt("%lld %s", (long long)at, reading->role);
	nth = xstrfmt("%zu", reading->nth);
	id = raw_id(&reading->draft, "goose", reading->session, when, nth);
	free(when);
	free(nth);
	return id;
}

static int on_message(const struct foreign_row *row, void *payload)
{
	static const char *const all[] = {"", NULL};
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const char *role = row->values[ROLE] ? row->values[ROLE] : "";
	bool person = !strcmp(role, "user") && !reading->sub_agent;
	int64_t at = row->values[CREATED] ? strtoll(row->values[CREATED], NULL, 10) : 0;
	int rc;

	if (is_hidden(row->values[METADATA]))
		return 0;
	raw_clear(draft);
	draft->turn = (struct raw_turn){
		.record = record_of(reading, role, at),
		.session = reading->session,
		.role = person ? "user" : "assistant",
		.model = person ? NULL : reading->model,
		.folder = reading->folder,
		.at = at,
		.open = true,
	};
	rc = foreign_json(
		reading->foreign, "messages", "content_json", row->id, all, take_content, reading);
	if (rc == E_INVALID) {
		error_clear();
		harvest_malformed(reading->harvest);
		rc = 0;
	}
	return rc ? rc : harvest_interrupted();
}

static int read_session(struct reading *reading)
{
	struct foreign_query messages = {.table = "messages",
		.columns = {"role", "created_timestamp"},
		.where = "session_id",
		.equals = reading->session,
		.order = "created_timestamp, id"};
	int rc;

	if (foreign_has(reading->foreign, "messages", "metadata_json"))
		messages.columns[METADATA] = "metadata_json";
	reading->at = -1;
	reading->role = "";
	rc = foreign_each(reading->foreign, &messages, on_message, reading);
	if (!rc && !foreign_stands(reading->foreign))
		rc = fail(E_NOTFOUND, "Goose's database is being written");
	return rc ? rc : harvest_save(reading->harvest);
}

enum { ID, FOLDER, TYPE, CONFIG };

/* {"model_name"} */
static char *model_of(const char *config)
{
	struct js *parsed = NULL;
	const char *name;
	char *model;

	if (!config || js_parse(config, strlen(config), &parsed))
		error_clear();
	name = js_get_text(parsed, "model_name");
	model = name ? xstrdup(name) : NULL;
	js_free(parsed);
	return model;
}

static int on_session(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;
	const char *type = row->values[TYPE];
	bool ours = row->values[ID] && row->values[FOLDER] &&
		    harvest_worktree(reading->harvest, row->values[FOLDER]);
	int rc = 0;

	reading->session = row->values[ID];
	reading->folder = row->values[FOLDER];
	reading->sub_agent = type && !strcmp(type, "sub_agent");
	if (reading->count) {
		reading->count->all++;
		reading->count->ours += ours;
	} else if (ours) {
		reading->model = model_of(row->values[CONFIG]);
		rc = read_session(reading);
		free(reading->model);
		reading->model = NULL;
	}
	return rc;
}

static int each_session(struct harvest *harvest, const char *path, struct session_count *count)
{
	struct foreign_query sessions = {
		.table = "sessions", .columns = {"id", "working_dir"}, .order = "id"};
	struct reading reading = {.harvest = harvest, .count = count};
	int rc = foreign_open(path, &reading.foreign);

	if (rc)
		return rc;
	/* Columns came one after the other; what is missing is NULL. */
	if (foreign_has(reading.foreign, "sessions", "session_type"))
		sessions.columns[TYPE] = "session_type";
	if (sessions.columns[TYPE] && foreign_has(reading.foreign, "sessions", "model_config_json"))
		sessions.columns[CONFIG] = "model_config_json";
	raw_init(&reading.draft);
	rc = foreign_each(reading.foreign, &sessions, on_session, &reading);
	raw_release(&reading.draft);
	foreign_close(reading.foreign);
	return rc;
}

static int count(struct harvest *harvest, const char *path, struct session_count *out)
{
	*out = (struct session_count){0, 0};
	return each_session(harvest, path, out);
}

static int read_database(struct harvest *harvest, const char *path)
{
	return database_read(harvest, path, each_session);
}

const struct conversation_source source_goose = {
	.name = "goose",
	.title = "Goose's sessions",
	.reach = REACH_MACHINE,
	.find = find,
	.count = count,
	.read = read_database,
};
