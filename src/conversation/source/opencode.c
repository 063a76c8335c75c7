/*
 * OpenCode: <data home>/opencode/opencode.db, SQLite: project(id, worktree), session(id,
 * project_id, directory, time_created, ...), message(id, session_id, data), part(id, message_id,
 * data). A message is a turn, its parts are its words, thoughts, calls of tools; ids grow with
 * time.
 */
#include "conversation/raw.h"

#include "flywheel/store_foreign.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 2

struct reading {
	struct harvest *harvest;
	struct foreign *foreign;
	struct session_count *count; /* only counts, when set */
	const char *path, *session, *message, *outcome;
	char *folder;
	int64_t at;
	bool person;
	char *model;
	struct raw_draft draft;
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	(void)harvest;
	return data_files_each("opencode", ".db", DEPTH, fn, payload);
}

/* ---- a message ---- */

enum { ROLE, CREATED, MODEL, MODEL_INNER };
static const char *const message_places[] = {
	"role", "time.created", "modelID", "model.modelID", NULL};

static int take_message(size_t place, const struct js *value, void *payload)
{
	struct reading *reading = payload;
	const char *text = js_as_text(value);

	if (place == ROLE && text)
		reading->person = !strcmp(text, "user");
	else if (place == CREATED)
		reading->at = raw_time(value, reading->at);
	else if (text && !reading->model)
		reading->model = xstrdup(text);
	return 0;
}

static const char *outcome_of(const char *status)
{
	if (status && !strcmp(status, "completed"))
		return OUTCOME_APPLIED;
	return status && !strcmp(status, "error") ? OUTCOME_FAILED : NULL;
}

static struct js *as_written(const struct js *value)
{
	struct buf text = BUF_INIT;
	struct js *written;

	if (!value)
		return js_null();
	js_write(value, &text);
	written = js_text(text.ptr);
	buf_release(&text);
	return written;
}

/* All of a part but the output of its tool. */
static int take_part(size_t place, const struct js *part, void *payload)
{
	struct reading *reading = payload;
	const char *type = js_get_text(part, "type"), *text = js_get_text(part, "text");
	const struct js *state = js_get(part, "state");
	const char *call = js_get_text(part, "callID");
	const char *outcome = outcome_of(js_get_text(state, "status"));
	struct js *input;

	(void)place;
	if (type && text && !strcmp(type, "text") && !js_get_bool(part, "synthetic", false))
		raw_add_text(&reading->draft, text);
	if (!type || strcmp(type, "tool"))
		return 0;
	/* The value goes when this returns: its texts are copied, as from a text of JSON. */
	input = as_written(js_get(state, "input"));
	raw_add_call(&reading->draft, js_get_text(part, "tool"), call, input, outcome);
	js_free(input);
	return outcome && call ? harvest_outcome(reading->harvest, call, outcome) : 0;
}

static int read_json(struct reading *reading, const char *table, int64_t row,
	const char *const *places, js_stream_fn fn)
{
	int rc = foreign_json(reading->foreign, table, "data", row, places, fn, reading);

	if (rc == E_INVALID) {
		error_clear();
		harvest_malformed(reading->harvest);
		rc = 0;
	}
	return rc;
}

static int on_part(const struct foreign_row *row, void *payload)
{
	static const char *const all[] = {"", NULL};

	return read_json(payload, "part", row->id, all, take_part);
}

static int on_message(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const struct foreign_query parts = {
		.table = "part", .where = "message_id", .equals = row->values[0], .order = "id"};
	int rc;

	raw_clear(draft);
	free(reading->model);
	reading->model = NULL;
	rc = read_json(reading, "message", row->id, message_places, take_message);
	if (!rc)
		rc = foreign_each(reading->foreign, &parts, on_part, reading);
	draft->turn = (struct raw_turn){
		.record = row->values[0],
		.session = reading->session,
		.role = reading->person ? "user" : "assistant",
		.model = reading->person ? NULL : reading->model,
		.folder = reading->folder,
		.at = reading->at,
		.open = true,
	};
	if (!rc)
		rc = raw_store(draft, reading->harvest);
	return rc ? rc : harvest_interrupted();
}

/* ---- a session ---- */

static int take_worktree(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;

	if (row->values[0])
		reading->folder = xstrdup(row->values[0]);
	return 0;
}

static int read_session(struct reading *reading, const char *updated)
{
	const struct foreign_query messages = {.table = "message",
		.columns = {"id"},
		.where = "session_id",
		.equals = reading->session,
		.order = "id"};
	char *place = xstrfmt("%s#%s", reading->path, reading->session);
	struct watermark now = {.offset = updated ? strtoll(updated, NULL, 10) : 0};
	int rc = 0;

	if (!updated || !watermark_stands(reading->harvest, place, &now))
		rc = foreign_each(reading->foreign, &messages, on_message, reading);
	if (!rc && !foreign_stands(reading->foreign))
		rc = fail(E_NOTFOUND, "'%s' is being written", reading->path);
	if (!rc)
		rc = harvest_checkpoint(reading->harvest, place, &now);
	free(place);
	return rc;
}

static int on_session(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;
	const struct foreign_query project = {.table = "project",
		.columns = {"worktree"},
		.where = "id",
		.equals = row->values[2] ? row->values[2] : ""};
	int rc = 0;
	bool ours;

	reading->session = row->values[0];
	if (row->values[1] && *row->values[1])
		reading->folder = xstrdup(row->values[1]);
	else
		rc = foreign_each(reading->foreign, &project, take_worktree, reading);
	reading->at = row->values[3] ? strtoll(row->values[3], NULL, 10) / 1000 : 0;
	ours = reading->folder && harvest_worktree(reading->harvest, reading->folder);
	if (reading->count) {
		reading->count->all++;
		reading->count->ours += ours;
	} else if (!rc && ours) {
		rc = read_session(reading, row->values[4]);
	}
	free(reading->folder);
	reading->folder = NULL;
	return rc;
}

static int each_session(struct harvest *harvest, const char *path, struct session_count *count)
{
	struct foreign_query sessions = {.table = "session",
		.columns = {"id", "directory", "project_id", "time_created", "time_updated"},
		.order = "id"};
	struct reading reading = {.harvest = harvest, .path = path, .count = count};
	int rc = foreign_open(path, &reading.foreign);

	if (rc)
		return rc;
	if (!foreign_has(reading.foreign, "session", "time_updated"))
		sessions.columns[4] = NULL;
	raw_init(&reading.draft);
	rc = foreign_each(reading.foreign, &sessions, on_session, &reading);
	raw_release(&reading.draft);
	free(reading.folder);
	free(reading.model);
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

const struct conversation_source source_opencode = {
	.name = "opencode",
	.title = "OpenCode's sessions",
	.reach = REACH_MACHINE,
	.find = find,
	.count = count,
	.read = read_database,
};
