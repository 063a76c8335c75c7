/*
 * Gemini CLI: ~/.gemini/tmp/<project>/chats/session-<time>-<id>.jsonl, those of sub-agents one
 * folder down; formerly one JSON document a session. The project is a name given in projects.json
 * or in a file .project_root beside the chats, formerly the SHA-256 of the folder. A record that
 * comes again under its id replaces the one before; {"$rewindTo":id} takes back all from that on.
 */
#include "conversation/readers.h"

#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 4 /* below tmp/ */
#define INDEX_MAX ((size_t)4 << 20)

static char *gemini_folder(const char *name)
{
	return home_dir() ? xstrfmt("%s/.gemini/%s", home_dir(), name) : NULL;
}

static bool is_chat(const char *path)
{
	return strstr(path, "/chats/") && starts_with(path_base(path), "session-");
}

struct forward {
	place_fn fn;
	void *payload;
};

/* Files of sub-agents have names of their own: all under chats/ are talk. */
static int hand_on(const char *path, void *payload)
{
	struct forward *forward = payload;

	return strstr(path, "/chats/") ? forward->fn(path, forward->payload) : 0;
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	struct forward forward = {fn, payload};
	char *folder = gemini_folder("tmp");
	int rc = folder ? files_each(folder, ".json", DEPTH, hand_on, &forward) : 0;

	(void)harvest;
	if (!rc && folder)
		rc = files_each(folder, ".jsonl", DEPTH, hand_on, &forward);
	free(folder);
	return rc;
}

/* ---- whose project it is ---- */

struct project {
	struct harvest *harvest;
	const char *id;
	char *folder;
};

static int match_project(const char *key, const struct js *value, void *payload)
{
	struct project *project = payload;
	const char *id = js_as_text(value);

	if (!id || strcmp(id, project->id) || !harvest_worktree(project->harvest, key))
		return 0;
	project->folder = xstrdup(key);
	return 1;
}

static void match_index(struct project *project)
{
	char *path = gemini_folder("projects.json");
	struct buf text = BUF_INIT;
	struct js *index = NULL;

	if (!path || file_read(path, INDEX_MAX, &text) || js_parse(text.ptr, text.len, &index))
		error_clear();
	js_each(js_get(index, "projects"), match_project, project);
	js_free(index);
	buf_release(&text);
	free(path);
}

static void match_root_file(struct project *project)
{
	char *path = xstrfmt("%s/.gemini/tmp/%s/.project_root", home_dir(), project->id);
	struct buf text = BUF_INIT;

	if (file_read(path, 1 << 16, &text))
		error_clear();
	buf_trim(&text);
	if (text.len && harvest_worktree(project->harvest, text.ptr))
		project->folder = xstrdup(text.ptr);
	buf_release(&text);
	free(path);
}

static void match_hash(struct project *project)
{
	const struct strings *roots = harvest_worktrees(project->harvest);
	char hex[DIGEST_HEX + 1];

	for (size_t i = 0; i < roots->count && !project->folder; i++) {
		digest_bytes(roots->items[i], strlen(roots->items[i]), hex);
		if (!strcmp(hex, project->id))
			project->folder = xstrdup(roots->items[i]);
	}
}

/* The folder in which the session of a file worked, when it is ours; the caller frees. */
static char *folder_of(struct harvest *harvest, const char *path)
{
	char *tmp = gemini_folder("tmp"), *id;
	struct project project = {.harvest = harvest};
	const char *rest;

	if (!tmp || !starts_with(path, tmp)) {
		free(tmp);
		return NULL;
	}
	rest = path + strlen(tmp) + 1;
	id = xstrndup(rest, strcspn(rest, "/"));
	project.id = id;
	match_index(&project);
	if (!project.folder)
		match_root_file(&project);
	if (!project.folder)
		match_hash(&project);
	free(id);
	free(tmp);
	return project.folder;
}

static bool belongs(struct harvest *harvest, const char *path)
{
	char *folder = folder_of(harvest, path);
	bool ours = folder != NULL;

	free(folder);
	return ours;
}

/* ---- one record ---- */

void gemini_reader_init(struct gemini_reader *reader, struct harvest *harvest)
{
	memset(reader, 0, sizeof(*reader));
	reader->harvest = harvest;
	raw_init(&reader->draft);
}

void gemini_reader_release(struct gemini_reader *reader)
{
	raw_release(&reader->draft);
	free(reader->session);
	free(reader->folder);
}

static const char *outcome_of(const char *status)
{
	static const struct {
		const char *status, *outcome;
	} outcomes[] = {{"success", OUTCOME_APPLIED}, {"error", OUTCOME_FAILED},
		{"cancelled", OUTCOME_REJECTED}};

	for (size_t i = 0; status && i < ARRAY_SIZE(outcomes); i++)
		if (!strcmp(outcomes[i].status, status))
			return outcomes[i].outcome;
	return NULL;
}

static int take_calls(struct gemini_reader *reader, const struct js *calls)
{
	int rc = 0;

	for (size_t i = 0; i < js_count(calls) && !rc; i++) {
		const struct js *call = js_at(calls, i);
		const char *outcome = outcome_of(js_get_text(call, "status"));

		raw_add_call(&reader->draft, js_get_text(call, "name"), js_get_text(call, "id"),
			js_get(call, "args"), outcome);
		if (outcome)
			rc = harvest_outcome(reader->harvest, js_get_text(call, "id"), outcome);
	}
	return rc;
}

static void take_content(struct raw_draft *draft, const struct js *content)
{
	raw_add_text(draft, js_as_text(content));
	for (size_t i = 0; js_is_array(content) && i < js_count(content); i++) {
		const struct js *part = js_at(content, i);
		const char *text = js_as_text(part);

		raw_add_text(draft, text ? text : js_get_text(part, "text"));
	}
}

static int take_message(struct gemini_reader *reader, const struct js *record, const char *type)
{
	struct raw_draft *draft = &reader->draft;
	bool person = !strcmp(type, "user") && !reader->sub_agent;
	int rc;

	reader->at = raw_time(js_get(record, "timestamp"), reader->at);
	raw_clear(draft);
	take_content(draft, js_get(record, "content"));
	rc = take_calls(reader, js_get(record, "toolCalls"));
	draft->turn = (struct raw_turn){
		.record = js_get_text(record, "id"),
		.session = reader->session,
		.role = person ? "user" : "assistant",
		.tool = "gemini",
		.model = person ? NULL : js_get_text(record, "model"),
		.folder = reader->folder,
		.at = reader->at,
		.open = true,
	};
	return rc ? rc : raw_store(draft, reader->harvest);
}

int gemini_reader_take(struct gemini_reader *reader, const struct js *record)
{
	const char *type = js_get_text(record, "type");
	const char *session = js_get_text(record, "sessionId");
	const char *back = js_get_text(record, "$rewindTo");

	if (session) {
		free(reader->session);
		reader->session = xstrdup(session);
		reader->at = raw_time(js_get(record, "startTime"), reader->at);
	}
	if (back && reader->session)
		return harvest_retract(reader->harvest, reader->session, back);
	if (!type || !reader->folder || (strcmp(type, "user") && strcmp(type, "gemini")))
		return 0;
	return take_message(reader, record, type);
}

/* ---- files ---- */

static int take_head(const char *line, size_t len, void *payload)
{
	struct gemini_reader *reader = payload;
	struct js *record = NULL;
	const char *session;

	if (js_parse(line, len, &record))
		error_clear();
	session = js_get_text(record, "sessionId");
	if (session)
		reader->session = xstrdup(session);
	js_free(record);
	return reader->session != NULL;
}

static int read_lines(struct gemini_reader *reader, const char *path)
{
	struct lines *lines = NULL;
	struct js *record = NULL;
	int rc = lines_open(reader->harvest, path, &lines);

	lines_peek(path, take_head, reader);
	while (!rc && lines_record(lines, &record)) {
		rc = gemini_reader_take(reader, record);
		js_free(record);
	}
	return lines_close(lines, rc);
}

static int take_value(size_t place, const struct js *value, void *payload)
{
	(void)place;
	return gemini_reader_take(payload, value);
}

static int read_document(struct gemini_reader *reader, const char *path)
{
	static const char *const head[] = {"sessionId", NULL}, *const talk[] = {"messages[]", NULL};
	struct strings values = STRINGS_INIT;
	int rc;

	document_head(path, head, &values);
	reader->session = xstrdup(values.items[0]);
	strings_release(&values);
	rc = document_read(reader->harvest, path, path, talk, take_value, reader);
	return rc;
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct gemini_reader reader;
	int rc = 0;

	gemini_reader_init(&reader, harvest);
	reader.folder = folder_of(harvest, path);
	reader.sub_agent = !is_chat(path);
	if (reader.folder)
		rc = ends_with(path, ".jsonl") ? read_lines(&reader, path)
					       : read_document(&reader, path);
	gemini_reader_release(&reader);
	return rc;
}

const struct conversation_source source_gemini = {
	.name = "gemini",
	.title = "Gemini CLI chats",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
