/*
 * Claude Code's transcripts: <config>/projects/<slug>/<session>.jsonl, those of sub-agents in
 * <slug>/<session>/subagents/. A line is a record; one message may come in several lines, each
 * with its own uuid. We keep what user and assistant said and the text that edits put into
 * files; thinking, tool results, images and the tool's own summaries are dropped. A person also
 * speaks where it looks like a tool: in the reason for a refusal, in answers to the assistant's
 * questions, and in what was typed while the assistant was at work.
 */
#include "conversation/readers.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 6 /* of folders below projects/ */

static char *projects_folder(void)
{
	return tool_folder("CLAUDE_CONFIG_DIR", ".claude", "projects");
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	char *folder = projects_folder();
	int rc = folder ? files_each(folder, ".jsonl", DEPTH, fn, payload) : 0;

	(void)harvest;
	free(folder);
	return rc;
}

/* The folder below projects/, whose name is made from the working directory. */
static const char *worktree_of_path(struct harvest *harvest, const char *path)
{
	char *folder = projects_folder(), *slug = NULL;
	size_t len = folder ? strlen(folder) : 0;
	const char *root = NULL, *end;

	if (folder && !strncmp(path, folder, len) && path[len] == '/') {
		end = strchr(path + len + 1, '/');
		slug = end ? xstrndup(path + len + 1, (size_t)(end - path) - len - 1) : NULL;
	}
	if (slug)
		root = harvest_worktree_of_slug(harvest, slug);
	free(slug);
	free(folder);
	return root;
}

static int take_folder(const char *line, size_t len, void *payload)
{
	char **folder = payload;
	struct js *record = NULL;
	const char *text;

	if (js_parse(line, len, &record))
		error_clear();
	text = js_get_text(record, "cwd");
	if (text)
		*folder = xstrdup(text);
	js_free(record);
	return *folder != NULL;
}

static bool belongs(struct harvest *harvest, const char *path)
{
	char *folder = NULL;
	bool ours;

	lines_peek(path, take_folder, &folder);
	ours = folder ? harvest_worktree(harvest, folder) != NULL
		      : worktree_of_path(harvest, path) != NULL;
	free(folder);
	return ours;
}

/* ---- one record ---- */

void claude_reader_init(struct claude_reader *reader, struct harvest *harvest)
{
	memset(reader, 0, sizeof(*reader));
	reader->harvest = harvest;
	raw_init(&reader->draft);
}

void claude_reader_release(struct claude_reader *reader)
{
	raw_release(&reader->draft);
	free(reader->folder);
	free(reader->passed);
	free(reader->passed_parent);
}

/* What the tool itself put into a user's message: its own commands' output and reminders. */
static bool is_injected(const char *text)
{
	static const char *const heads[] = {"<command-", "<local-command-", "<bash-",
		"Caveat: ", "[Request interrupted", "<task-notification"};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (starts_with(text, heads[i]))
			return true;
	return false;
}

static void add_text(struct raw_draft *draft, const char *text)
{
	static const char open[] = "<system-reminder>", close[] = "</system-reminder>";
	struct buf clean = BUF_INIT;

	if (!text || is_injected(text))
		return;
	while (*text) {
		const char *start = strstr(text, open);
		const char *end = start ? strstr(start, close) : NULL;

		if (!end) {
			buf_addstr(&clean, text);
			break;
		}
		buf_add(&clean, text, (size_t)(start - text));
		text = end + strlen(close);
	}
	raw_add_text(draft, clean.ptr);
	buf_release(&clean);
}

static const char *result_text(const struct js *block)
{
	const struct js *content = js_get(block, "content");
	const char *text = js_as_text(content);

	return text ? text : js_get_text(js_at(content, 0), "text");
}

/* Why a person said no, between the tool's own words; what these ask for is no reason. */
static void add_reason(struct raw_draft *draft, const char *text)
{
	const char *said = text ? strstr(text, "the user said:") : NULL, *end;
	char *reason;

	if (!said || !strstr(text, "doesn't want to proceed"))
		return;
	said += strlen("the user said:");
	said += strspn(said, " \n");
	end = strstr(said, "\n\nNote: The user's next message");
	if (starts_with(said, "The user wants to clarify"))
		return;
	reason = xstrndup(said, end ? (size_t)(end - said) : strlen(said));
	add_text(draft, reason);
	free(reason);
}

struct answering {
	struct raw_draft *draft;
	const struct js *notes; /* by question */
};

static int add_answer(const char *question, const struct js *answer, void *payload)
{
	struct answering *answering = payload;
	const char *text = js_as_text(answer);
	char *lines = text ? xstrfmt("%s\n%s", question, text) : NULL;

	add_text(answering->draft, lines);
	add_text(answering->draft, js_get_text(js_get(answering->notes, question), "notes"));
	free(lines);
	return 0;
}

/* A person's choices, each after its question. */
static void add_answers(struct raw_draft *draft, const struct js *result)
{
	struct answering answering = {draft, js_get(result, "annotations")};
	const struct js *answers = js_get(result, "answers");

	if (js_is_object(answers))
		js_each(answers, add_answer, &answering);
}

/* What became of a call: the tool did it, failed, or a person said no or changed it first. */
static int take_result(
	struct claude_reader *reader, const struct js *record, const struct js *block)
{
	const struct js *result = js_get(record, "toolUseResult");
	const char *text = result_text(block), *outcome = OUTCOME_APPLIED;

	if (js_get_bool(block, "is_error", false))
		outcome = text && (strstr(text, "doesn't want to proceed") ||
					  strstr(text, "[Request interrupted by user"))
				  ? OUTCOME_REJECTED
				  : OUTCOME_FAILED;
	else if (js_get_bool(result, "userModified", false))
		outcome = OUTCOME_MODIFIED;
	if (js_get_bool(block, "is_error", false))
		add_reason(&reader->draft, text);
	else
		add_answers(&reader->draft, result);
	return harvest_outcome(reader->harvest, js_get_text(block, "tool_use_id"), outcome);
}

/* What the assistant says by a call: a plan, or questions with their choices. */
static void add_said_by_call(struct raw_draft *draft, const struct js *input)
{
	const struct js *questions = js_get(input, "questions");

	add_text(draft, js_get_text(input, "plan"));
	for (size_t i = 0; js_is_array(questions) && i < js_count(questions); i++)
		raw_add_question(draft, NULL, js_at(questions, i));
}

static void add_call(struct raw_draft *draft, const struct js *block)
{
	const char *name = js_get_text(block, "name");

	if (name && (!strcmp(name, "ExitPlanMode") || !strcmp(name, "AskUserQuestion")))
		add_said_by_call(draft, js_get(block, "input"));
	raw_add_call(draft, name, js_get_text(block, "id"), js_get(block, "input"), NULL);
}

static int take_content(
	struct claude_reader *reader, const struct js *record, const struct js *content)
{
	int rc = 0;

	add_text(&reader->draft, js_as_text(content));
	for (size_t i = 0; js_is_array(content) && i < js_count(content) && !rc; i++) {
		const struct js *block = js_at(content, i);
		const char *type = js_get_text(block, "type");

		if (type && !strcmp(type, "text"))
			add_text(&reader->draft, js_get_text(block, "text"));
		else if (type && !strcmp(type, "tool_use"))
			add_call(&reader->draft, block);
		else if (type && !strcmp(type, "tool_result"))
			rc = take_result(reader, record, block);
	}
	return rc;
}

/* Typed while the assistant was at work, and told to it between two of its calls. */
static bool is_queued(const struct js *record, const char *type)
{
	const struct js *attachment = js_get(record, "attachment");
	const char *kind = js_get_text(attachment, "type");
	const char *mode = js_get_text(attachment, "commandMode");
	const char *origin = js_get_text(js_get(attachment, "origin"), "kind");

	return type && !strcmp(type, "attachment") && kind && !strcmp(kind, "queued_command") &&
	       (!mode || !strcmp(mode, "prompt")) && (!origin || !strcmp(origin, "human")) &&
	       !js_get_bool(attachment, "isMeta", false);
}

static bool is_talk(const struct js *record, const char *type)
{
	const char *model = js_get_text(js_get(record, "message"), "model");

	return type &&
	       (!strcmp(type, "user") || !strcmp(type, "assistant") || is_queued(record, type)) &&
	       !js_get_bool(record, "isMeta", false) &&
	       !js_get_bool(record, "isCompactSummary", false) &&
	       !js_get_bool(record, "isApiErrorMessage", false) &&
	       !(model && !strcmp(model, "<synthetic>"));
}

static void take_place_and_time(struct claude_reader *reader, const struct js *record)
{
	const char *folder = js_get_text(record, "cwd"), *when = js_get_text(record, "timestamp");

	if (folder && (!reader->folder || strcmp(folder, reader->folder))) {
		free(reader->folder);
		reader->folder = xstrdup(folder);
	}
	if (when && clock_parse(when, &reader->at))
		error_clear();
}

/* The record that this one answers, past those without words; a boundary of a compacted talk
 * answers what stood before it. */
static const char *parent_of(const struct claude_reader *reader, const struct js *record)
{
	const char *parent = js_get_text(record, "parentUuid");

	if (!parent)
		parent = js_get_text(record, "logicalParentUuid");
	if (parent && reader->passed && !strcmp(parent, reader->passed))
		parent = reader->passed_parent;
	return parent;
}

static void pass_over(struct claude_reader *reader, const struct js *record)
{
	const char *uuid = js_get_text(record, "uuid");
	char *parent;

	if (!uuid)
		return;
	parent = xstrdup(parent_of(reader, record));
	free(reader->passed);
	free(reader->passed_parent);
	reader->passed = xstrdup(uuid);
	reader->passed_parent = parent;
}

static bool is_empty(const struct raw_draft *draft)
{
	return !draft->text.len && !draft->edit_count;
}

int claude_reader_take(struct claude_reader *reader, const struct js *record)
{
	const char *type = js_get_text(record, "type"), *folder;
	const struct js *message = js_get(record, "message");
	/* A sub-agent's "user" is the assistant that sent it: no person said that. */
	bool person =
		type && strcmp(type, "assistant") && !js_get_bool(record, "isSidechain", false);
	struct raw_draft *draft = &reader->draft;
	int rc;

	take_place_and_time(reader, record);
	folder = reader->folder ? reader->folder : reader->fallback;
	if (!is_talk(record, type) || !folder || !harvest_worktree(reader->harvest, folder)) {
		pass_over(reader, record);
		return 0;
	}
	raw_clear(draft);
	rc = take_content(reader, record,
		message ? js_get(message, "content")
			: js_get(js_get(record, "attachment"), "prompt"));
	if (rc || is_empty(draft)) {
		pass_over(reader, record);
		return rc;
	}
	draft->turn = (struct raw_turn){
		.record = js_get_text(record, "uuid"),
		.parent = parent_of(reader, record),
		.session = js_get_text(record, "sessionId"),
		.role = person ? "user" : "assistant",
		.branch = js_get_text(record, "gitBranch"),
		.model = person ? NULL : js_get_text(message, "model"),
		.tool = "claude-code",
		.folder = folder,
		.at = reader->at,
	};
	return raw_store(draft, reader->harvest);
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct claude_reader reader;
	struct lines *lines = NULL;
	struct js *record = NULL;
	int rc = lines_open(harvest, path, &lines);

	claude_reader_init(&reader, harvest);
	reader.fallback = worktree_of_path(harvest, path);
	while (!rc && lines_record(lines, &record)) {
		rc = claude_reader_take(&reader, record);
		js_free(record);
	}
	rc = lines_close(lines, rc);
	claude_reader_release(&reader);
	return rc;
}

const struct conversation_source source_claude_code = {
	.name = "claude-code",
	.title = "Claude Code transcripts",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
