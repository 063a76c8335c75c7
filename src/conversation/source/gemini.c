/*
 * Gemini CLI: ~/.gemini/tmp/<project>/chats/session-<time>-<id>.jsonl, those of sub-agents one
 * folder down; formerly one JSON document a session. The project is a name given in projects.json
 * or in a file .project_root beside the chats, formerly the SHA-256 of the folder. A record that
 * comes again under its id replaces the one before; {"$rewindTo":id} takes back all from that on.
 * What the tool told the model in a person's name (files it named, context, results of tools) is no
 * talk: where both are there, "displayContent" is what was typed. A person also speaks in answers
 * to questions and in why a plan was refused; those stand in the result of a call.
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
	const char *moved = getenv("GEMINI_CLI_HOME"), *home = moved && *moved ? moved : home_dir();

	return home ? xstrfmt("%s/.gemini/%s", home, name) : NULL;
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
	char *folder = gemini_folder("tmp");
	char *path = xstrfmt("%s/%s/.project_root", folder, project->id);
	struct buf text = BUF_INIT;

	if (file_read(path, 1 << 16, &text))
		error_clear();
	buf_trim(&text);
	if (text.len && harvest_worktree(project->harvest, text.ptr))
		project->folder = xstrdup(text.ptr);
	buf_release(&text);
	free(path);
	free(folder);
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

/* "[{"functionResponse":{"response":{"output"}}}]" */
static const char *result_of(const struct js *call)
{
	const struct js *response = js_get(js_at(js_get(call, "result"), 0), "functionResponse");

	return js_get_text(js_get(response, "response"), "output");
}

/* {"answers":{"0":...}}, by the place of the question */
static void add_answers(struct raw_draft *draft, const struct js *questions, const char *result)
{
	struct js *parsed = NULL;

	if (result && js_parse(result, strlen(result), &parsed))
		error_clear();
	for (size_t i = 0; js_is_array(questions) && i < js_count(questions); i++) {
		char *place = xstrfmt("%zu", i);

		raw_add_question(draft, NULL, js_at(questions, i));
		raw_add_reply(draft, js_get_text(js_at(questions, i), "question"),
			js_get_text(js_get(parsed, "answers"), place));
		free(place);
	}
	js_free(parsed);
}

/* Why a plan was refused, between the tool's own words. */
static void add_feedback(struct raw_draft *draft, const char *result)
{
	static const char mark[] = "Plan rejected. User feedback: ";
	const char *end = result ? strstr(result, "\n\nThe plan is stored at") : NULL;

	if (end && starts_with(result, mark)) {
		result += strlen(mark);
		raw_add_reply(draft, NULL, raw_keep(draft, result, (size_t)(end - result)));
	}
}

/* A plan is a file of the tool's own, in the folder that it keeps for the project. */
static const char *plan_of(const char *name, const struct js *arguments)
{
	const char *path = js_get_text(arguments, "file_path");

	return !strcmp(name, "write_file") && path && strstr(path, "/.gemini/tmp/") &&
			       strstr(path, "/plans/")
		       ? js_get_text(arguments, "content")
		       : NULL;
}

static int take_call(struct gemini_reader *reader, const struct js *call)
{
	struct raw_draft *draft = &reader->draft;
	const char *name = js_get_text(call, "name"), *id = js_get_text(call, "id");
	const char *outcome = outcome_of(js_get_text(call, "status"));
	const struct js *arguments = js_get(call, "args");
	const struct js *change = js_get(js_get(call, "resultDisplay"), "diffStat");
	int64_t at = raw_time(js_get(call, "timestamp"), 0);

	if (!name)
		return 0;
	if (outcome && !strcmp(outcome, OUTCOME_APPLIED) &&
		(js_get_number(change, "user_added_lines", 0) ||
			js_get_number(change, "user_removed_lines", 0)))
		outcome = OUTCOME_MODIFIED;
	raw_add_text(draft, plan_of(name, arguments));
	if (!strcmp(name, "ask_user"))
		add_answers(draft, js_get(arguments, "questions"), result_of(call));
	else if (!strcmp(name, "exit_plan_mode"))
		add_feedback(draft, result_of(call));
	if (draft->reply.len && !draft->reply_at)
		draft->reply_at = at;
	raw_add_call(draft, name, id, arguments, outcome);
	return outcome ? harvest_outcome(reader->harvest, id, outcome) : 0;
}

static int take_calls(struct gemini_reader *reader, const struct js *calls)
{
	int rc = 0;

	for (size_t i = 0; i < js_count(calls) && !rc; i++)
		rc = take_call(reader, js_at(calls, i));
	return rc;
}

/* Context that the tool puts into a person's mouth, and commands to it. */
static bool is_injected(const char *text)
{
	return *text == '/' || *text == '?' || starts_with(text, "<session_context>") ||
	       starts_with(text, "<hook_context>");
}

static void take_content(struct raw_draft *draft, const struct js *content)
{
	raw_add_text(draft, js_as_text(content));
	raw_add_text(draft, js_get_text(content, "text"));
	for (size_t i = 0; js_is_array(content) && i < js_count(content); i++) {
		const struct js *part = js_at(content, i);
		const char *text = js_as_text(part);

		if (!js_get_bool(part, "thought", false))
			raw_add_text(draft, text ? text : js_get_text(part, "text"));
	}
}

static int take_message(struct gemini_reader *reader, const struct js *record, const char *type)
{
	struct raw_draft *draft = &reader->draft;
	bool person = !strcmp(type, "user") && !reader->sub_agent;
	const struct js *typed = js_get(record, "displayContent");
	int rc;

	reader->at = raw_time(js_get(record, "timestamp"), reader->at);
	raw_clear(draft);
	take_content(draft, typed ? typed : js_get(record, "content"));
	if (person && is_injected(draft->text.ptr))
		buf_clear(&draft->text);
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

/* {"$set":{"messages"}}: all of the session anew. */
static int take_set(struct gemini_reader *reader, const struct js *messages)
{
	int rc = 0;

	for (size_t i = 0; js_is_array(messages) && i < js_count(messages) && !rc; i++)
		rc = gemini_reader_take(reader, js_at(messages, i));
	return rc;
}

int gemini_reader_take(struct gemini_reader *reader, const struct js *record)
{
	const char *type = js_get_text(record, "type");
	const struct js *set = js_get(record, "$set");
	const char *session = js_get_text(record, "sessionId");
	const char *back = js_get_text(record, "$rewindTo");

	if (session) {
		free(reader->session);
		reader->session = xstrdup(session);
		reader->at = raw_time(js_get(record, "startTime"), reader->at);
	}
	if (back && reader->session)
		return harvest_retract(reader->harvest, reader->session, back);
	if (set || js_get(record, "messages")) /* a whole document, on one line */
		return take_set(reader, js_get(set ? set : record, "messages"));
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
