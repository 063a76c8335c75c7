/* Cursor's messages: bubbles of its database, and lines of its plain transcripts. */
#include "conversation/cursor.h"

#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT ((size_t)1 << 20)

/* ---- bubbles ---- */

int64_t cursor_bubble_time(const struct js *bubble, int64_t otherwise)
{
	const struct js *timing = js_get(bubble, "timingInfo");
	int64_t at = raw_time(js_get(timing, "clientStartTime"), otherwise);

	return raw_time(js_get(bubble, "createdAt"), at);
}

static const char *outcome_of(const struct js *tool, const struct js *result)
{
	const char *decision = js_get_text(tool, "userDecision");
	const char *status = js_get_text(tool, "status");

	if (decision && !strcmp(decision, "accepted"))
		return OUTCOME_APPLIED;
	if (decision && !strcmp(decision, "rejected"))
		return OUTCOME_REJECTED;
	return (status && !strcmp(status, "error")) || js_get_bool(result, "applyFailed", false)
		       ? OUTCOME_FAILED
		       : NULL;
}

/* A call without the text may tell in its result what it changed:
 * {"diff":{"chunks":[{"diffString"}]}}
 */
static void add_changes(
	struct raw_draft *draft, const struct raw_edit *like, const struct js *result)
{
	const struct js *chunks = js_get(js_get(result, "diff"), "chunks");

	for (size_t i = 0; js_is_array(chunks) && i < js_count(chunks); i++) {
		const char *lines = js_get_text(js_at(chunks, i), "diffString");
		char *hunk = lines ? xstrfmt("@@\n%s", lines) : NULL;

		if (hunk)
			raw_add_diff(draft, like, hunk);
		free(hunk);
	}
}

static struct js *parsed(const struct js *value)
{
	const char *text = js_as_text(value);
	struct js *out = NULL;

	if (text && js_parse(text, strlen(text), &out))
		error_clear();
	return out;
}

/* {"name","params" or "rawArgs": a text of JSON,"result","status","userDecision","toolCallId"} */
static void add_tool(struct raw_draft *draft, const struct js *tool)
{
	const struct js *arguments = js_get(tool, "rawArgs");
	struct js *result = parsed(js_get(tool, "result")),
		  *params = parsed(js_get(tool, "params"));
	const char *name = js_get_text(tool, "name");
	const char *path = js_get_text(params, "relativeWorkspacePath");
	struct raw_edit like = {.call = js_get_text(tool, "toolCallId"),
		.action = name,
		.outcome = outcome_of(tool, result)};

	raw_add_call(draft, name, like.call, arguments ? arguments : js_get(tool, "params"),
		like.outcome);
	if (!draft->edit_count && name && path && raw_is_writer(name)) {
		like.path = raw_keep(draft, path, strlen(path));
		add_changes(draft, &like, result);
	}
	js_free(result);
	js_free(params);
}

int cursor_take_bubble(struct harvest *harvest, struct raw_draft *draft, const struct js *bubble,
	const struct raw_turn *like)
{
	bool person = js_get_number(bubble, "type", 0) == 1;
	const struct js *tool = js_get(bubble, "toolFormerData");
	const char *model = js_get_text(js_get(bubble, "modelInfo"), "modelName");
	int rc = 0;

	raw_clear(draft);
	raw_add_text(draft, js_get_text(bubble, "text"));
	add_tool(draft, tool);
	for (size_t i = 0; i < draft->edit_count && !rc; i++)
		if (draft->edits[i].call && draft->edits[i].outcome)
			rc = harvest_outcome(
				harvest, draft->edits[i].call, draft->edits[i].outcome);
	draft->turn = *like;
	draft->turn.role = person ? "user" : "assistant";
	draft->turn.model = person ? NULL : model ? model : like->model;
	draft->turn.open = true;
	return rc ? rc : raw_store(draft, harvest);
}

/* ---- transcripts ---- */

struct forward {
	place_fn fn;
	void *payload;
};

static int hand_on(const char *path, void *payload)
{
	struct forward *forward = payload;

	return strstr(path, "/agent-transcripts/") ? forward->fn(path, forward->payload) : 0;
}

int cursor_transcripts_find(struct harvest *harvest, place_fn fn, void *payload)
{
	struct forward forward = {fn, payload};
	int rc = home_files_each(".cursor/projects", ".jsonl", 4, hand_on, &forward);

	(void)harvest;
	return rc ? rc : home_files_each(".cursor/projects", ".txt", 4, hand_on, &forward);
}

/* The worktree whose slug the folder below projects/ is; Cursor's has no '-' in front. */
static const char *worktree_of(struct harvest *harvest, const char *path)
{
	const char *talk = strstr(path, "/agent-transcripts/"), *start = talk;
	const char *root;
	char *slug;

	while (start > path && start[-1] != '/')
		start--;
	slug = xstrfmt("-%.*s", (int)(talk - start), start);
	root = harvest_worktree_of_slug(harvest, slug);
	if (!root)
		root = harvest_worktree_of_slug(harvest, slug + 1);
	free(slug);
	return root;
}

bool cursor_transcript_belongs(struct harvest *harvest, const char *path)
{
	return worktree_of(harvest, path) != NULL;
}

struct transcript {
	struct harvest *harvest;
	const char *folder;
	char *session;
	int64_t at;
	size_t position;
	bool person, begun, passing; /* passing: inside of a tool's call, result or a thought */
	struct raw_draft draft;
};

static int store(struct transcript *transcript)
{
	struct raw_draft *draft = &transcript->draft;
	char *place = xstrfmt("%zu", transcript->position++);
	int rc;

	draft->turn = (struct raw_turn){
		.record = raw_id(draft, "cursor", transcript->session, place, NULL),
		.session = transcript->session,
		.role = transcript->person ? "user" : "assistant",
		.folder = transcript->folder,
		.at = transcript->at,
		.open = true,
	};
	rc = raw_store(draft, transcript->harvest);
	free(place);
	return rc;
}

/* What the tool put around a person's words. */
static void unwrap(struct buf *text)
{
	static const char open[] = "<user_query>", close[] = "</user_query>";
	char *start = strstr(text->ptr, open), *end = start ? strstr(start, close) : NULL;
	char *inner;

	if (!end)
		return;
	start += strlen(open);
	start += strspn(start, "\n");
	inner = xstrndup(start, (size_t)(end - start));
	buf_clear(text);
	buf_addstr(text, inner);
	buf_trim(text);
	free(inner);
}

/* {"role":"user","message":{"content":[blocks]}} */
static int take_record(struct transcript *transcript, const struct js *record)
{
	const char *role = js_get_text(record, "role");
	const struct js *content = js_get(js_get(record, "message"), "content");

	if (!role || (strcmp(role, "user") && strcmp(role, "assistant")))
		return 0;
	transcript->person = !strcmp(role, "user");
	raw_add_content(&transcript->draft, content);
	if (transcript->person)
		unwrap(&transcript->draft.text);
	return store(transcript);
}

/* "user:" and "assistant:" begin a turn; "[Tool call]" and the like, what is no talk. */
static int take_line(struct transcript *transcript, const char *line)
{
	bool user = !strcmp(line, "user:"), assistant = !strcmp(line, "assistant:");
	struct buf *text = &transcript->draft.text;
	int rc = 0;

	if (user || assistant) {
		if (transcript->begun) {
			if (transcript->person)
				unwrap(text);
			buf_trim(text);
			rc = store(transcript);
		}
		transcript->begun = true;
		transcript->person = user;
		transcript->passing = false;
	} else if (starts_with(line, "[Tool ") || starts_with(line, "[Thinking]")) {
		transcript->passing = true;
	} else if (transcript->passing ? !*line : text->len + strlen(line) < TEXT_LIMIT) {
		transcript->passing = false;
		if (*line || text->len) {
			buf_addstr(text, line);
			buf_addch(text, '\n');
		}
	}
	return rc;
}

static int read_lines(struct transcript *transcript, struct lines *lines)
{
	const char *line;
	size_t len;
	int rc = 0;

	while (!rc && lines_next(lines, &line, &len))
		rc = take_line(transcript, line);
	if (!rc && transcript->begun) {
		if (transcript->person)
			unwrap(&transcript->draft.text);
		buf_trim(&transcript->draft.text);
		rc = store(transcript);
	}
	return rc;
}

static int read_records(struct transcript *transcript, struct lines *lines)
{
	struct js *record = NULL;
	int rc = 0;

	while (!rc && lines_record(lines, &record)) {
		rc = take_record(transcript, record);
		js_free(record);
	}
	return rc;
}

/* Lines have neither ids nor times: a turn is its place, its time the file's. */
int cursor_transcript_read(struct harvest *harvest, const char *path)
{
	struct transcript transcript = {.harvest = harvest};
	struct watermark now;
	struct lines *lines = NULL;
	int rc = document_changed(harvest, path, &now, &lines);

	if (rc || !lines)
		return rc;
	transcript.folder = worktree_of(harvest, path);
	transcript.session = xstrndup(path_base(path), strcspn(path_base(path), "."));
	transcript.at = now.offset / 1000000000;
	raw_init(&transcript.draft);
	if (transcript.folder && !cursor_database_has(harvest, transcript.session))
		rc = ends_with(path, ".txt") ? read_lines(&transcript, lines)
					     : read_records(&transcript, lines);
	rc = lines_close(lines, rc);
	if (!rc)
		rc = harvest_checkpoint(harvest, path, &now);
	raw_release(&transcript.draft);
	free(transcript.session);
	return rc;
}
