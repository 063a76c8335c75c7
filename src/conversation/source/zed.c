/*
 * Zed's agent: <data home>/zed/threads/threads.db, SQLite: threads(id, summary, updated_at, data),
 * newer ones with folder_paths (a line each) and created_at. `data` is JSON, mostly packed by zstd:
 * {"messages":[{"User":{"content":[{"Text"}]}},{"Agent":{"content":[{"Text"},{"ToolUse":{"id",
 * "name","input"}}],"tool_results":{id:{"is_error","output"}}}},"Resume"]}, and before version
 * 0.3.0 {"role","segments":[{"type":"text","text"}],"tool_uses":[...],"tool_results":[...]}.
 * Messages have no time of their own. In the thread of a sub-agent an assistant speaks as the user.
 */
#include "conversation/raw.h"

#include "flywheel/store_foreign.h"
#include "flywheel/store_talk.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct reading {
	struct harvest *harvest;
	struct foreign *foreign;
	struct session_count *count; /* only counts, when set */
	const char *path, *thread;
	char *folder, *model;
	int64_t at;
	size_t position;
	bool sub_agent;
	struct raw_draft draft;
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	int rc;

	(void)harvest;
	rc = data_files_each("zed/threads", "threads.db", 1, fn, payload);
	return rc ? rc
		  : home_files_each("Library/Application Support/Zed/threads", "threads.db", 1, fn,
			    payload);
}

/* ---- calls of tools ---- */

/* Paths begin with the name of a folder of the project. */
static void place_edits(const struct reading *reading, struct raw_draft *draft, size_t from)
{
	const char *slash = strrchr(reading->folder, '/');
	const char *name = slash ? slash + 1 : reading->folder;
	size_t len = strlen(name);

	for (size_t i = from; i < draft->edit_count; i++) {
		struct raw_edit *edit = &draft->edits[i];
		char *full;

		if (!len || strncmp(edit->path, name, len) || edit->path[len] != '/')
			continue;
		full = path_join(reading->folder, edit->path + len + 1);
		edit->path = raw_keep(draft, full, strlen(full));
		free(full);
	}
}

/* {"is_error","content"}: a text, {"Text"}, or a list of these */
static const char *outcome_of(const struct js *result)
{
	const struct js *content = js_get(result, "content");
	const char *text;

	if (js_is_array(content))
		content = js_at(content, 0);
	text = js_as_text(content) ? js_as_text(content) : js_get_text(content, "Text");
	if (!result)
		return NULL;
	if (!js_get_bool(result, "is_error", false))
		return OUTCOME_APPLIED;
	return text && strstr(text, "denied by user") ? OUTCOME_REJECTED : OUTCOME_FAILED;
}

/* Where a second model made the edit, the call has no text and the result has all of both. */
static void take_call(struct reading *reading, const struct js *call, const struct js *result)
{
	struct raw_draft *draft = &reading->draft;
	const struct js *input = js_get(call, "input"), *output = js_get(result, "output");
	const char *name = js_get_text(call, "name"), *id = js_get_text(call, "id");
	const char *outcome = outcome_of(result);
	size_t before = draft->edit_count;

	raw_add_call(draft, name, id, input, outcome);
	if (draft->edit_count == before && name && !strcmp(name, "edit_file"))
		raw_add_edit(draft, &(struct raw_edit){.path = js_get_text(input, "path"),
					    .old = js_get_text(output, "old_text"),
					    .text = js_get_text(output, "new_text"),
					    .call = id,
					    .action = name,
					    .outcome = outcome});
	place_edits(reading, draft, before);
}

static const struct js *result_of(const struct js *results, const char *call)
{
	if (!call || js_is_object(results))
		return call ? js_get(results, call) : NULL;
	for (size_t i = 0; i < js_count(results); i++) {
		const char *id = js_get_text(js_at(results, i), "tool_use_id");

		if (id && !strcmp(id, call))
			return js_at(results, i);
	}
	return NULL;
}

/* ---- messages ---- */

static void take_content(struct reading *reading, const struct js *said)
{
	const struct js *content = js_get(said, "content"), *results = js_get(said, "tool_results");

	for (size_t i = 0; i < js_count(content); i++) {
		const struct js *block = js_at(content, i), *call = js_get(block, "ToolUse");

		raw_add_text(&reading->draft, js_get_text(block, "Text"));
		if (call)
			take_call(reading, call, result_of(results, js_get_text(call, "id")));
	}
}

static void take_segments(struct reading *reading, const struct js *message)
{
	const struct js *segments = js_get(message, "segments");
	const struct js *calls = js_get(message, "tool_uses");
	const struct js *results = js_get(message, "tool_results");

	raw_add_text(&reading->draft, js_get_text(message, "text"));
	for (size_t i = 0; i < js_count(segments); i++) {
		const char *type = js_get_text(js_at(segments, i), "type");

		if (type && !strcmp(type, "text"))
			raw_add_text(&reading->draft, js_get_text(js_at(segments, i), "text"));
	}
	for (size_t i = 0; i < js_count(calls); i++)
		take_call(reading, js_at(calls, i),
			result_of(results, js_get_text(js_at(calls, i), "id")));
}

static int take_message(size_t place, const struct js *message, void *payload)
{
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const struct js *user = js_get(message, "User"), *agent = js_get(message, "Agent");
	const char *role = js_get_text(message, "role");
	bool person = (user || (role && !strcmp(role, "user"))) && !reading->sub_agent;
	char *position = xstrfmt("%zu", reading->position++);
	int rc = 0;

	(void)place;
	raw_clear(draft);
	if (user || agent)
		take_content(reading, user ? user : agent);
	else if (role && (!strcmp(role, "user") || !strcmp(role, "assistant")))
		take_segments(reading, message);
	draft->turn = (struct raw_turn){
		.record = raw_id(draft, "zed", reading->thread, position, NULL),
		.session = reading->thread,
		.role = person ? "user" : "assistant",
		.model = person ? NULL : reading->model,
		.folder = reading->folder,
		.at = reading->at,
		.open = true,
	};
	rc = raw_store(draft, reading->harvest);
	free(position);
	return rc ? rc : harvest_interrupted();
}

/* ---- threads ---- */

static void claim(struct reading *reading, const char *folder, const char *commit, const char *url)
{
	if (!reading->folder && folder && harvest_claim(reading->harvest, folder, commit, url))
		reading->folder = xstrdup(folder);
}

enum { MODEL, WORKTREE, SENDER };
static const char *const head_places[] = {"model.model",
	"initial_project_snapshot.worktree_snapshots[]", "subagent_context.parent_thread_id", NULL};

static int take_head(size_t place, const struct js *value, void *payload)
{
	struct reading *reading = payload;
	const struct js *state = js_get(value, "git_state");

	if (place == WORKTREE)
		claim(reading, js_get_text(value, "worktree_path"), js_get_text(state, "head_sha"),
			js_get_text(state, "remote_url"));
	else if (place == SENDER)
		reading->sub_agent = true;
	else if (!reading->model && js_as_text(value))
		reading->model = xstrdup(js_as_text(value));
	return 0;
}

static int read_json(
	struct reading *reading, int64_t row, const char *const *places, js_stream_fn fn)
{
	int rc = foreign_json(reading->foreign, "threads", "data", row, places, fn, reading);

	if (rc != E_INVALID)
		return rc;
	error_clear(); /* what came before the damage has been taken */
	if (!reading->count && fn == take_message)
		harvest_malformed(reading->harvest);
	return 0;
}

static int read_thread(struct reading *reading, const struct foreign_row *row, const char *updated)
{
	static const char *const messages[] = {"messages[]", NULL};
	char *place = xstrfmt("%s#%s", reading->path, reading->thread);
	struct watermark now = {.inode = row->id,
		.size = foreign_size(reading->foreign, "threads", "data", row->id),
		.offset = (int64_t)(hash_bytes(updated, strlen(updated), 0) >> 1)};
	int rc = 0;

	if (!watermark_stands(reading->harvest, place, &now)) {
		reading->position = 0;
		rc = read_json(reading, row->id, messages, take_message);
		if (!rc && !foreign_stands(reading->foreign))
			rc = fail(E_NOTFOUND, "Zed's database is being written");
		if (!rc)
			rc = harvest_checkpoint(reading->harvest, place, &now);
	}
	free(place);
	return rc;
}

enum { ID, UPDATED, FOLDERS, CREATED };

static int64_t time_of(const char *text)
{
	int64_t when = 0;

	if (text && clock_parse(text, &when))
		error_clear();
	return when;
}

static int on_thread(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;
	struct strings folders = STRINGS_INIT;
	int rc = 0;

	if (!row->values[ID] || !row->values[UPDATED])
		return 0;
	reading->thread = row->values[ID];
	reading->sub_agent = false;
	reading->at = time_of(row->values[CREATED]);
	if (!reading->at)
		reading->at = time_of(row->values[UPDATED]);
	strings_split(&folders, row->values[FOLDERS] ? row->values[FOLDERS] : "", '\n');
	for (size_t i = 0; i < folders.count; i++)
		claim(reading, folders.items[i], NULL, NULL);
	if (!folders.count || (reading->folder && !reading->count))
		rc = read_json(reading, row->id, head_places, take_head);
	if (reading->count) {
		reading->count->all++;
		reading->count->ours += reading->folder != NULL;
	} else if (!rc && reading->folder) {
		rc = read_thread(reading, row, row->values[UPDATED]);
	}
	strings_release(&folders);
	free(reading->folder);
	free(reading->model);
	reading->folder = reading->model = NULL;
	return rc;
}

/* Columns came one after the other; what is missing is NULL. */
static int each_thread(struct harvest *harvest, const char *path, struct session_count *count)
{
	struct reading reading = {.harvest = harvest, .count = count, .path = path};
	struct foreign_query threads = {.table = "threads", .order = "id"};
	int rc = foreign_open(path, &reading.foreign);

	if (rc)
		return rc;
	threads.columns[ID] = "id";
	threads.columns[UPDATED] = "updated_at";
	if (foreign_has(reading.foreign, "threads", "folder_paths"))
		threads.columns[FOLDERS] = "folder_paths";
	if (threads.columns[FOLDERS] && foreign_has(reading.foreign, "threads", "created_at"))
		threads.columns[CREATED] = "created_at";
	raw_init(&reading.draft);
	rc = foreign_each(reading.foreign, &threads, on_thread, &reading);
	raw_release(&reading.draft);
	foreign_close(reading.foreign);
	return rc;
}

static int count(struct harvest *harvest, const char *path, struct session_count *out)
{
	*out = (struct session_count){0, 0};
	return each_thread(harvest, path, out);
}

static int read_database(struct harvest *harvest, const char *path)
{
	return database_read(harvest, path, each_thread);
}

const struct conversation_source source_zed = {
	.name = "zed",
	.title = "threads of Zed's agent",
	.reach = REACH_MACHINE,
	.find = find,
	.count = count,
	.read = read_database,
};
