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

/* {"name","params" or "rawArgs": a text of JSON,"status","userDecision","toolCallId"} */
static void add_tool(struct raw_draft *draft, const struct js *tool)
{
	const char *decision = js_get_text(tool, "userDecision");
	const char *status = js_get_text(tool, "status"), *outcome = NULL;
	const struct js *arguments = js_get(tool, "params");

	if (status && !strcmp(status, "error"))
		outcome = OUTCOME_FAILED;
	if (decision && !strcmp(decision, "accepted"))
		outcome = OUTCOME_APPLIED;
	else if (decision && !strcmp(decision, "rejected"))
		outcome = OUTCOME_REJECTED;
	if (js_get(tool, "rawArgs"))
		arguments = js_get(tool, "rawArgs");
	raw_add_call(draft, js_get_text(tool, "name"), js_get_text(tool, "toolCallId"), arguments,
		outcome);
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
