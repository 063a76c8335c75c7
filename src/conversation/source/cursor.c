/*
 * Cursor: <user folder>/globalStorage/state.vscdb, a SQLite database of all projects. In its table
 * cursorDiskKV "composerData:<id>" is a session, whose bubbles are its messages, in the order of
 * its headers: "bubbleId:<session>:<bubble>". A session need not name its folder; then the
 * workspace does, whose own state.vscdb (older) or whose rows of the table composerHeaders (newer)
 * list it. Plain transcripts, of sessions that the database
 * does not have: ~/.cursor/projects/<slug>/agent-transcripts/<id>.txt or .jsonl.
 */
#include "conversation/cursor.h"

#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define TABLE "cursorDiskKV"
#define SESSION_KEY "composerData:"

static int find_in_user(const char *user, void *payload)
{
	struct strings *paths = payload;
	char *path = path_join(user, "globalStorage/state.vscdb");

	if (strstr(path, "ursor") && file_exists(path))
		strings_add(paths, path);
	free(path);
	return 0;
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	struct strings paths = STRINGS_INIT;
	int rc = editor_users_each(find_in_user, &paths);

	for (size_t i = 0; i < paths.count && !rc; i++)
		rc = fn(paths.items[i], payload);
	strings_release(&paths);
	return rc ? rc : cursor_transcripts_find(harvest, fn, payload);
}

struct lookup {
	struct harvest *harvest;
	const char *session;
	bool found;
};

static int look_up(const char *user, void *payload)
{
	struct lookup *lookup = payload;
	char *place =
		xstrfmt("%s/globalStorage/state.vscdb#" SESSION_KEY "%s", user, lookup->session);
	struct watermark mark;

	lookup->found |= harvest_watermark(lookup->harvest, place, &mark);
	free(place);
	return 0;
}

bool cursor_database_has(struct harvest *harvest, const char *session)
{
	struct lookup lookup = {harvest, session, false};

	editor_users_each(look_up, &lookup);
	return lookup.found;
}

/* ---- sessions whose folder only their workspace knows ---- */

struct workspaces {
	struct harvest *harvest;
	struct map folders;           /* session -> index into `names` */
	struct strings names, hashes; /* folders of ours, and what stands for them in file names */
	const char *file;             /* the workspace.json in hand */
};

static int add_session(size_t place, const struct js *value, void *payload)
{
	struct workspaces *workspaces = payload;
	const char *id = js_as_text(value);

	(void)place;
	if (id)
		map_put_str(&workspaces->folders, id, NULL)->value.num =
			(int64_t)workspaces->names.count - 1;
	return 0;
}

struct json_value {
	struct foreign *foreign;
	void *payload;
};

static int read_sessions(const struct foreign_row *row, void *payload)
{
	static const char *const places[] = {"allComposers[].composerId", NULL};
	struct json_value *value = payload;

	return foreign_json(
		value->foreign, "ItemTable", "value", row->id, places, add_session, value->payload);
}

/* Of a workspace that is ours: the sessions that its database lists. */
static int add_workspace(const char *path, void *payload)
{
	static const char *const places[] = {"folder", NULL};
	const struct foreign_query query = {
		.table = "ItemTable", .where = "key", .equals = "composer.composerData"};
	struct workspaces *workspaces = payload;
	struct json_value value = {NULL, workspaces};
	struct strings head = STRINGS_INIT;
	char *folder, *database;

	document_head(path, places, &head);
	folder = path_of_uri(head.items[0]);
	database = xstrfmt("%.*sstate.vscdb", (int)(path_base(path) - path), path);
	if (folder && harvest_worktree(workspaces->harvest, folder)) {
		const char *end = path_base(path) - 1, *start = end;

		while (start > path && start[-1] != '/')
			start--;
		strings_add(&workspaces->names, folder);
		strings_add_len(&workspaces->hashes, start, (size_t)(end - start));
		if (foreign_open(database, &value.foreign) ||
			foreign_each(value.foreign, &query, read_sessions, &value))
			error_clear();
		foreign_close(value.foreign);
	}
	strings_release(&head);
	free(folder);
	free(database);
	return 0;
}

/* `path`: <user folder>/globalStorage/state.vscdb */
static void workspaces_open(
	struct workspaces *workspaces, struct harvest *harvest, const char *path)
{
	size_t user = strlen(path) - strlen("/globalStorage/state.vscdb");
	char *folder = xstrfmt("%.*s/workspaceStorage", (int)user, path);

	memset(workspaces, 0, sizeof(*workspaces));
	workspaces->harvest = harvest;
	files_each(folder, "/workspace.json", 2, add_workspace, workspaces);
	free(folder);
}

static void workspaces_release(struct workspaces *workspaces)
{
	map_release(&workspaces->folders);
	strings_release(&workspaces->names);
	strings_release(&workspaces->hashes);
}

struct headers {
	struct workspaces *workspaces;
	size_t workspace;
};

static int add_header(const struct foreign_row *row, void *payload)
{
	struct headers *headers = payload;

	if (row->values[0])
		map_put_str(&headers->workspaces->folders, row->values[0], NULL)->value.num =
			(int64_t)headers->workspace;
	return 0;
}

static void workspaces_add_headers(struct workspaces *workspaces, struct foreign *foreign)
{
	struct headers headers = {workspaces, 0};

	if (!foreign_has(foreign, "composerHeaders", "workspaceId"))
		return;
	for (; headers.workspace < workspaces->hashes.count; headers.workspace++) {
		const struct foreign_query query = {.table = "composerHeaders",
			.columns = {"composerId"},
			.where = "workspaceId",
			.equals = workspaces->hashes.items[headers.workspace]};

		if (foreign_each(foreign, &query, add_header, &headers))
			error_clear();
	}
}

/* ---- one session ---- */

enum { FOLDER, FOLDER_PATH, CREATED, MODEL, HEADER, INLINE };
static const char *const places[] = {"workspaceIdentifier.uri.fsPath",
	"workspaceIdentifier.uri.path", "createdAt", "modelConfig.modelName",
	"fullConversationHeadersOnly[].bubbleId", "conversation[]", NULL};

struct reading {
	struct harvest *harvest;
	struct foreign *foreign;
	struct workspaces workspaces;
	struct session_count *count; /* only counts, when set */
	const char *path, *session;
	char *folder, *model;
	int64_t at;
	struct strings bubbles;
	size_t position; /* of the bubble in hand */
	size_t inlined;  /* messages that stand in the session itself */
	int64_t size;    /* bytes of messages counted so far */
	struct raw_draft draft;
};

static int take_session(size_t place, const struct js *value, void *payload)
{
	struct reading *reading = payload;
	const char *text = js_as_text(value);

	if ((place == FOLDER || place == FOLDER_PATH) && text && !reading->folder)
		reading->folder = xstrdup(text);
	else if (place == CREATED)
		reading->at = raw_time(value, reading->at);
	else if (place == MODEL && text && !reading->model)
		reading->model = xstrdup(text);
	else if (place == HEADER && text && !reading->count)
		strings_add(&reading->bubbles, text);
	else if (place == INLINE)
		reading->inlined++;
	return 0;
}

/* A message that stands in the session itself, as the oldest ones do. */
static int take_inline(size_t place, const struct js *value, void *payload)
{
	struct reading *reading = payload;
	const char *id = js_get_text(value, "bubbleId");

	(void)place;
	return id ? cursor_take_bubble(reading->harvest, &reading->draft, value,
			    &(struct raw_turn){.record = id,
				    .session = reading->session,
				    .model = reading->model,
				    .folder = reading->folder,
				    .at = reading->at})
		  : 0;
}

static int take_bubble(size_t place, const struct js *value, void *payload)
{
	struct reading *reading = payload;

	(void)place;
	reading->at = cursor_bubble_time(value, reading->at);
	return cursor_take_bubble(reading->harvest, &reading->draft, value,
		&(struct raw_turn){.record = reading->bubbles.items[reading->position],
			.session = reading->session,
			.model = reading->model,
			.folder = reading->folder,
			.at = reading->at});
}

static int read_bubble(const struct foreign_row *row, void *payload)
{
	static const char *const all[] = {"", NULL};
	struct reading *reading = payload;
	int rc = foreign_json(reading->foreign, TABLE, "value", row->id, all, take_bubble, reading);

	if (rc == E_INVALID) {
		error_clear();
		harvest_malformed(reading->harvest);
		rc = 0;
	}
	return rc;
}

static int read_bubbles(struct reading *reading)
{
	int rc = 0;

	for (size_t i = 0; i < reading->bubbles.count && !rc; i++) {
		char *key = xstrfmt("bubbleId:%s:%s", reading->session, reading->bubbles.items[i]);
		const struct foreign_query query = {.table = TABLE, .where = "key", .equals = key};

		reading->position = i;
		rc = foreign_each(reading->foreign, &query, read_bubble, reading);
		free(key);
		if (!rc)
			rc = harvest_interrupted();
	}
	return rc;
}

static void forget_session(struct reading *reading)
{
	free(reading->folder);
	free(reading->model);
	strings_release(&reading->bubbles);
	reading->folder = reading->model = NULL;
	reading->bubbles = (struct strings)STRINGS_INIT;
	reading->inlined = 0;
}

/* What the session says of itself; false when it is none of ours. */
static bool open_session(struct reading *reading, int64_t row)
{
	const struct map_entry *entry;

	if (foreign_json(reading->foreign, TABLE, "value", row, places, take_session, reading))
		error_clear(); /* what is whole of it counts */
	entry = map_get_str(&reading->workspaces.folders, reading->session);
	if (!reading->folder && entry)
		reading->folder = xstrdup(reading->workspaces.names.items[entry->value.num]);
	return reading->folder && harvest_worktree(reading->harvest, reading->folder);
}

static int read_session(struct reading *reading, int64_t row)
{
	static const char *const inlined[] = {"conversation[]", NULL};
	int rc = 0;

	if (reading->inlined)
		rc = foreign_json(
			reading->foreign, TABLE, "value", row, inlined, take_inline, reading);
	if (rc == E_INVALID) {
		error_clear();
		rc = 0;
	}
	return rc ? rc : read_bubbles(reading);
}

static int add_size(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;

	reading->size += 1 + foreign_size(reading->foreign, TABLE, "value", row->id);
	return 0;
}

/* How much its messages hold: one that grows changes nothing in the session itself. */
static int64_t bubbles_size(struct reading *reading)
{
	char *prefix = xstrfmt("bubbleId:%s:", reading->session);
	const struct foreign_query query = {.table = TABLE, .where = "key", .prefix = prefix};

	reading->size = 0;
	if (foreign_each(reading->foreign, &query, add_size, reading))
		error_clear();
	free(prefix);
	return reading->size;
}

/* Sessions of others have no watermark: their messages are not looked at. */
static bool session_stands(struct reading *reading, const char *place, struct watermark *now)
{
	struct watermark old;

	if (!harvest_watermark(reading->harvest, place, &old))
		return false;
	now->offset = bubbles_size(reading);
	return watermark_stands(reading->harvest, place, now);
}

static int on_session(const struct foreign_row *row, void *payload)
{
	struct reading *reading = payload;
	char *place = xstrfmt("%s#%s", reading->path, row->values[0]);
	struct watermark now = {
		.inode = row->id, .size = foreign_size(reading->foreign, TABLE, "value", row->id)};
	int rc = 0;

	reading->session = row->values[0] + strlen(SESSION_KEY);
	if (reading->count) {
		reading->count->all++;
		reading->count->ours += open_session(reading, row->id);
	} else if (!session_stands(reading, place, &now) && open_session(reading, row->id)) {
		now.offset = bubbles_size(reading);
		rc = read_session(reading, row->id);
		if (!rc && !foreign_stands(reading->foreign))
			rc = fail(E_NOTFOUND, "'%s' is being written", reading->path);
		if (!rc)
			rc = harvest_checkpoint(reading->harvest, place, &now);
	}
	forget_session(reading);
	free(place);
	return rc;
}

static int each_session(struct harvest *harvest, const char *path, struct session_count *count)
{
	const struct foreign_query query = {
		.table = TABLE, .columns = {"key"}, .where = "key", .prefix = SESSION_KEY};
	struct reading reading = {.harvest = harvest, .path = path, .count = count};
	int rc = foreign_open(path, &reading.foreign);

	if (rc)
		return rc;
	raw_init(&reading.draft);
	workspaces_open(&reading.workspaces, harvest, path);
	workspaces_add_headers(&reading.workspaces, reading.foreign);
	rc = foreign_each(reading.foreign, &query, on_session, &reading);
	workspaces_release(&reading.workspaces);
	raw_release(&reading.draft);
	foreign_close(reading.foreign);
	return rc;
}

static bool is_database(const char *path)
{
	return ends_with(path, ".vscdb");
}

static int count(struct harvest *harvest, const char *path, struct session_count *out)
{
	*out = (struct session_count){0, 0};
	if (is_database(path))
		return each_session(harvest, path, out);
	*out = (struct session_count){1, cursor_transcript_belongs(harvest, path)};
	return 0;
}

static bool belongs(struct harvest *harvest, const char *path)
{
	return is_database(path) || cursor_transcript_belongs(harvest, path);
}

static int read_place(struct harvest *harvest, const char *path)
{
	return is_database(path) ? database_read(harvest, path, each_session)
				 : cursor_transcript_read(harvest, path);
}

const struct conversation_source source_cursor = {
	.name = "cursor",
	.title = "Cursor's sessions and transcripts",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.count = count,
	.read = read_place,
};
