/*
 * OpenCode: <data home>/opencode/opencode.db, SQLite: project(id, worktree), session(id,
 * project_id, parent_id, directory, time_created, time_updated), message(id, session_id, data),
 * part(id, message_id, session_id, time_updated, data). A message is a turn, its parts are its
 * words, thoughts, calls of tools; ids grow with time. In a session that has a parent an assistant
 * speaks as the user. A person's answers and reasons for a refusal stand in what calls came to.
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
	bool person, sub_agent;
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
		reading->person = !strcmp(text, "user") && !reading->sub_agent;
	else if (place == CREATED)
		reading->at = raw_time(value, reading->at);
	else if (text && !reading->model)
		reading->model = xstrdup(text);
	return 0;
}

static const char *outcome_of(const struct js *state)
{
	const char *status = js_get_text(state, "status"), *error = js_get_text(state, "error");

	if (status && !strcmp(status, "completed"))
		return OUTCOME_APPLIED;
	if (!status || strcmp(status, "error"))
		return NULL;
	return error && strstr(error, "The user rejected") ? OUTCOME_REJECTED : OUTCOME_FAILED;
}

/* Why a person said no. */
static void add_reason(struct raw_draft *draft, const char *error)
{
	static const char mark[] = "with the following feedback: ";
	const char *said = error ? strstr(error, mark) : NULL;

	if (said && strstr(error, "The user rejected"))
		raw_add_reply(draft, NULL, said + strlen(mark));
}

/* Questions of the call, and {"answers":[[label or words...]...]} in the same order. */
static void add_questions(struct raw_draft *draft, const struct js *state)
{
	const struct js *questions = js_get(js_get(state, "input"), "questions");
	const struct js *answers = js_get(js_get(state, "metadata"), "answers");

	for (size_t i = 0; js_is_array(questions) && i < js_count(questions); i++) {
		const struct js *chosen = js_at(answers, i);
		struct buf answer = BUF_INIT;

		for (size_t k = 0; js_is_array(chosen) && k < js_count(chosen); k++) {
			const char *words = js_as_text(js_at(chosen, k));

			buf_addf(&answer, "%s%s", answer.len ? "\n" : "", words ? words : "");
		}
		raw_add_question(draft, NULL, js_at(questions, i));
		raw_add_reply(draft, js_get_text(js_at(questions, i), "question"), answer.ptr);
		buf_release(&answer);
	}
}

static void add_replies(struct raw_draft *draft, const char *tool, const struct js *state)
{
	if (tool && !strcmp(tool, "question"))
		add_questions(draft, state);
	add_reason(draft, js_get_text(state, "error"));
	if (draft->reply.len)
		draft->reply_at = raw_time(js_get(js_get(state, "time"), "end"), draft->reply_at);
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
	const char *outcome = outcome_of(state), *tool = js_get_text(part, "tool");
	struct js *input;

	(void)place;
	if (type && text && !strcmp(type, "text") && !js_get_bool(part, "synthetic", false) &&
		!js_get_bool(part, "ignored", false))
		raw_add_text(&reading->draft, text);
	if (!type || strcmp(type, "tool"))
		return 0;
	add_replies(&reading->draft, tool, state);
	/* The value goes when this returns: its texts are copied, as from a text of JSON. */
	input = as_written(js_get(state, "input"));
	raw_add_call(&reading->draft, tool, call, input, outcome);
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

static int add_part_time(const struct foreign_row *row, void *payload)
{
	struct watermark *mark = payload;
	const char *updated = row->values[0] ? row->values[0] : "";

	mark->size++;
	mark->offset += (int64_t)(hash_bytes(updated, strlen(updated), (uint64_t)row->id) >> 24);
	return 0;
}

/* How the session stands: its own time does not change while an answer grows, that of its parts
 * does. False when the database does not tell. */
static bool session_mark(struct reading *reading, const char *updated, struct watermark *out)
{
	const struct foreign_query parts = {.table = "part",
		.columns = {"time_updated"},
		.where = "session_id",
		.equals = reading->session};

	*out = (struct watermark){.inode = updated ? strtoll(updated, NULL, 10) : 0};
	if (!updated || !foreign_has(reading->foreign, "part", "session_id") ||
		!foreign_has(reading->foreign, "part", "time_updated"))
		return false;
	if (!foreign_each(reading->foreign, &parts, add_part_time, out))
		return true;
	error_clear();
	return false;
}

static int read_session(struct reading *reading, const char *updated)
{
	const struct foreign_query messages = {.table = "message",
		.columns = {"id"},
		.where = "session_id",
		.equals = reading->session,
		.order = "id"};
	char *place = xstrfmt("%s#%s", reading->path, reading->session);
	struct watermark now;
	int rc = 0;

	if (!session_mark(reading, updated, &now) ||
		!watermark_stands(reading->harvest, place, &now))
		rc = foreign_each(reading->foreign, &messages, on_message, reading);
	if (!rc && !foreign_stands(reading->foreign))
		rc = fail(E_NOTFOUND, "'%s' is being written", reading->path);
	if (!rc)
		rc = harvest_checkpoint(reading->harvest, place, &now);
	free(place);
	return rc;
}

enum { ID, DIRECTORY, PROJECT, SESSION_CREATED, PARENT, UPDATED };

static int on_session(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;
	const struct foreign_query project = {.table = "project",
		.columns = {"worktree"},
		.where = "id",
		.equals = row->values[PROJECT] ? row->values[PROJECT] : ""};
	int rc = 0;
	bool ours;

	reading->session = row->values[ID];
	reading->sub_agent = row->values[PARENT] && *row->values[PARENT];
	if (row->values[DIRECTORY] && *row->values[DIRECTORY])
		reading->folder = xstrdup(row->values[DIRECTORY]);
	else
		rc = foreign_each(reading->foreign, &project, take_worktree, reading);
	reading->at = row->values[SESSION_CREATED]
			      ? strtoll(row->values[SESSION_CREATED], NULL, 10) / 1000
			      : 0;
	ours = reading->folder && harvest_worktree(reading->harvest, reading->folder);
	if (reading->count) {
		reading->count->all++;
		reading->count->ours += ours;
	} else if (!rc && ours) {
		rc = read_session(reading, row->values[UPDATED]);
	}
	free(reading->folder);
	reading->folder = NULL;
	return rc;
}

static int each_session(struct harvest *harvest, const char *path, struct session_count *count)
{
	struct foreign_query sessions = {.table = "session",
		.columns = {"id", "directory", "project_id", "time_created", "parent_id",
			"time_updated"},
		.order = "id"};
	struct reading reading = {.harvest = harvest, .path = path, .count = count};
	int rc = foreign_open(path, &reading.foreign);

	if (rc)
		return rc;
	if (!foreign_has(reading.foreign, "session", "time_updated"))
		sessions.columns[UPDATED] = NULL;
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
