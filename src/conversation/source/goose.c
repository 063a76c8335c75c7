/*
 * Goose: <data home>/goose/sessions/sessions.db, SQLite: sessions(id, working_dir, ...) and
 * messages(id, session_id, role, content_json, created_timestamp). Contents are blocks: text,
 * toolRequest, toolResponse.
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
	const char *session, *folder;
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

static int take_outcome(struct reading *reading, const struct js *block)
{
	const char *status = js_get_text(js_get(block, "toolResult"), "status");

	if (!status)
		return 0;
	return harvest_outcome(reading->harvest, js_get_text(block, "id"),
		strcmp(status, "success") ? OUTCOME_FAILED : OUTCOME_APPLIED);
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
	}
	draft->turn = turn;
	return rc ? rc : raw_store(draft, reading->harvest);
}

enum { ID, ROLE, CREATED };

static int on_message(const struct foreign_row *row, void *payload)
{
	static const char *const all[] = {"", NULL};
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const char *role = row->values[ROLE];
	bool person = role && !strcmp(role, "user");
	int rc;

	raw_clear(draft);
	draft->turn = (struct raw_turn){
		.record = raw_id(draft, "goose", reading->session, row->values[ID], NULL),
		.session = reading->session,
		.role = person ? "user" : "assistant",
		.folder = reading->folder,
		.at = row->values[CREATED] ? strtoll(row->values[CREATED], NULL, 10) : 0,
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

static int on_session(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;
	const struct foreign_query messages = {.table = "messages",
		.columns = {"id", "role", "created_timestamp"},
		.where = "session_id",
		.equals = row->values[0] ? row->values[0] : "",
		.order = "id"};
	bool ours = row->values[0] && row->values[1] &&
		    harvest_worktree(reading->harvest, row->values[1]);
	int rc = 0;

	reading->session = row->values[0];
	reading->folder = row->values[1];
	if (reading->count) {
		reading->count->all++;
		reading->count->ours += ours;
	} else if (ours) {
		rc = foreign_each(reading->foreign, &messages, on_message, reading);
		if (!rc && !foreign_stands(reading->foreign))
			rc = fail(E_NOTFOUND, "Goose's database is being written");
		if (!rc)
			rc = harvest_save(reading->harvest);
	}
	return rc;
}

static int each_session(struct harvest *harvest, const char *path, struct session_count *count)
{
	const struct foreign_query sessions = {
		.table = "sessions", .columns = {"id", "working_dir"}, .order = "id"};
	struct reading reading = {.harvest = harvest, .count = count};
	int rc = foreign_open(path, &reading.foreign);

	if (rc)
		return rc;
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
