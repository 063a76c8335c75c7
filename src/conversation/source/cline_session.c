/*
 * Cline since it keeps sessions: <data>/sessions/<id>/<id>.messages.json, those of sub-agents
 * beside it under their own names; <id>.json says where and with which model. Messages are in
 * Anthropic's form. What a person typed is wrapped; in answers to questions and in reasons for a
 * refusal they speak in the result of a call.
 */
#include "conversation/cline.h"
#include "conversation/raw.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 2
#define SUFFIX ".messages.json"

/* The folder of Cline's own data, for the caller to free; NULL without a home. */
static char *data_folder(void)
{
	const char *data = getenv("CLINE_DATA_DIR");

	return data && *data ? xstrdup(data) : tool_folder("CLINE_DIR", ".cline", "data");
}

int cline_data_find(place_fn fn, void *payload)
{
	const char *moved = getenv("CLINE_SESSION_DATA_DIR");
	char *data = data_folder(), *folder = NULL;
	int rc = 0;

	if (data) {
		folder = path_join(data, "tasks");
		rc = files_each(folder, "/ui_messages.json", DEPTH, fn, payload);
		free(folder);
	}
	folder = moved && *moved ? xstrdup(moved) : data ? path_join(data, "sessions") : NULL;
	if (!rc && folder)
		rc = files_each(folder, SUFFIX, DEPTH, fn, payload);
	free(folder);
	free(data);
	return rc;
}

bool cline_is_session(const char *path)
{
	return ends_with(path, SUFFIX);
}

/* ---- whose it is ---- */

enum { FOLDER, ROOT, MODEL };
static const char *const places[] = {"cwd", "workspace_root", "model", NULL};

/* The name of the folder that holds the file: the session's. The caller frees. */
static char *root_of(const char *path)
{
	const char *end = path_base(path) - 1, *start = end;

	while (start > path && start[-1] != '/')
		start--;
	return xstrndup(start, (size_t)(end - start));
}

/* What the session says of itself: `head` is filled. */
static void read_manifest(const char *path, struct strings *head)
{
	char *root = root_of(path);
	char *manifest = xstrfmt("%.*s%s.json", (int)(path_base(path) - path), path, root);

	document_head(manifest, places, head);
	free(manifest);
	free(root);
}

static const char *folder_of(const struct strings *head)
{
	return *head->items[FOLDER] ? head->items[FOLDER] : head->items[ROOT];
}

bool cline_session_belongs(struct harvest *harvest, const char *path)
{
	struct strings head = STRINGS_INIT;
	bool ours;

	read_manifest(path, &head);
	ours = *folder_of(&head) && harvest_worktree(harvest, folder_of(&head));
	strings_release(&head);
	return ours;
}

/* ---- messages ---- */

struct reading {
	struct harvest *harvest;
	const char *folder, *model;
	char *session;
	bool sub_agent;     /* whose "user" is the assistant that sent it */
	char *asked, *call; /* the last question, and the call that put it */
	struct buf said;    /* by the person, as it stands there */
	size_t position;
	struct raw_draft draft;
};

static void cut_elements(struct buf *text, const char *open, const char *close)
{
	char *start, *end;

	while ((start = strstr(text->ptr, open)) && (end = strstr(start, close))) {
		char *rest = xstrdup(end + strlen(close));

		buf_truncate(text, (size_t)(start - text->ptr));
		buf_addstr(text, rest);
		free(rest);
	}
}

/* What stands in the element, when there is one; everything around it is the tool's. */
static void unwrap(struct buf *text, const char *open, const char *close)
{
	char *start = strstr(text->ptr, open), *end = start ? strstr(start, close) : NULL;
	char *inner = end ? memchr(start, '>', (size_t)(end - start)) : NULL;

	if (!inner)
		return;
	inner = xstrndup(inner + 1, (size_t)(end - inner) - 1);
	buf_clear(text);
	buf_addstr(text, inner);
	free(inner);
}

/* Only what was typed. */
static void add_typed(struct raw_draft *draft, struct buf *text)
{
	cut_elements(text, "<mode_notice>", "</mode_notice>");
	unwrap(text, "<user_input", "</user_input>");
	unwrap(text, "<user_command", "</user_command>");
	cut_elements(text, "<file_content", "</file_content>");
	buf_trim(text);
	if (!starts_with(text->ptr, "The user approved switching to act mode."))
		raw_add_text(draft, text->ptr);
}

static void set(char **to, const char *text)
{
	free(*to);
	*to = text ? xstrdup(text) : NULL;
}

static void take_call(struct reading *reading, const struct js *block)
{
	const char *name = js_get_text(block, "name"), *id = js_get_text(block, "id");
	const struct js *input = js_get(block, "input");

	if (!name)
		return;
	if (!strcmp(name, "ask_question") || !strcmp(name, "ask_followup_question")) {
		raw_add_question(&reading->draft, NULL, input);
		set(&reading->asked, js_get_text(input, "question"));
		set(&reading->call, id);
	} else if (!strcmp(name, "attempt_completion")) {
		raw_add_text(&reading->draft, js_get_text(input, "result"));
	} else if (!strcmp(name, "submit_and_exit")) {
		raw_add_text(&reading->draft, js_get_text(input, "summary"));
	}
	raw_add_call(&reading->draft, name, id, input, NULL);
}

static bool is_denied(const char *text)
{
	static const char *const marks[] = {"User denied the tool execution",
		"The user denied this edit", "was denied by user", "User rejected the tool call"};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strstr(text, marks[i]))
			return true;
	return false;
}

static void add_feedback(struct raw_draft *draft, const char *text)
{
	static const char open[] = "<feedback>", close[] = "</feedback>";
	const char *start = strstr(text, open), *end = start ? strstr(start, close) : NULL;
	char *said;

	if (!end)
		return;
	start += strlen(open);
	said = xstrndup(start, (size_t)(end - start));
	raw_add_text(draft, said);
	free(said);
}

static int take_result(struct reading *reading, const struct js *block)
{
	const struct js *content = js_get(block, "content");
	const char *call = js_get_text(block, "tool_use_id"), *text = js_as_text(content);
	bool failed = js_get_bool(block, "is_error", false);
	const char *outcome = failed ? OUTCOME_FAILED : OUTCOME_APPLIED;

	if (!text)
		text = js_get_text(js_at(content, 0), "text");
	if (failed && text && is_denied(text)) {
		outcome = OUTCOME_REJECTED;
		add_feedback(&reading->draft, text);
	} else if (!failed && text && *text && call && reading->call &&
		   !strcmp(call, reading->call)) {
		char *both = xstrfmt("%s\n%s", reading->asked ? reading->asked : "", text);

		raw_add_text(&reading->draft, both);
		free(both);
	}
	return call ? harvest_outcome(reading->harvest, call, outcome) : 0;
}

static int take_block(struct reading *reading, const struct js *block, bool typed)
{
	const char *type = js_get_text(block, "type"), *text = js_get_text(block, "text");

	if (!type)
		return 0;
	if (!strcmp(type, "text") && text && typed)
		buf_addf(&reading->said, "%s%s", reading->said.len ? "\n\n" : "", text);
	else if (!strcmp(type, "text"))
		raw_add_text(&reading->draft, text);
	else if (!strcmp(type, "tool_use"))
		take_call(reading, block);
	else if (!strcmp(type, "tool_result"))
		return take_result(reading, block);
	return 0;
}

static int take_content(struct reading *reading, const struct js *content, bool typed)
{
	const char *text = js_as_text(content);
	int rc = 0;

	if (typed)
		buf_addstr(&reading->said, text ? text : "");
	else
		raw_add_text(&reading->draft, text);
	for (size_t i = 0; js_is_array(content) && i < js_count(content) && !rc; i++)
		rc = take_block(reading, js_at(content, i), typed);
	if (typed)
		add_typed(&reading->draft, &reading->said);
	return rc;
}

static bool is_talk(const struct js *message, const char *role)
{
	const char *shown = js_get_text(js_get(message, "metadata"), "displayRole");

	return role && (!strcmp(role, "user") || !strcmp(role, "assistant")) &&
	       !(shown && (!strcmp(shown, "system") || !strcmp(shown, "status")));
}

static int take_message(size_t place, const struct js *message, void *payload)
{
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const char *role = js_get_text(message, "role"), *id = js_get_text(message, "id");
	const char *model = js_get_text(js_get(message, "modelInfo"), "id");
	bool typed = role && !strcmp(role, "user"), person = typed && !reading->sub_agent;
	char *position = xstrfmt("%zu", reading->position++);
	char *when = xstrfmt("%lld", (long long)js_get_number(message, "ts", 0));
	int rc = 0;

	(void)place;
	raw_clear(draft);
	buf_clear(&reading->said);
	if (is_talk(message, role))
		rc = take_content(reading, js_get(message, "content"), typed);
	/* A fork repeats messages under their ids, with their times. */
	draft->turn = (struct raw_turn){
		.record = id ? raw_id(draft, "cline", id, when, NULL)
			     : raw_id(draft, "cline", reading->session, position, NULL),
		.session = reading->session,
		.role = person ? "user" : "assistant",
		.tool = "cline",
		.model = person  ? NULL
			 : model ? model
				 : reading->model,
		.folder = reading->folder,
		.at = raw_time(js_get(message, "ts"), 0),
		.open = true,
	};
	free(position);
	free(when);
	return rc ? rc : raw_store(draft, reading->harvest);
}

int cline_session_read(struct harvest *harvest, const char *path)
{
	static const char *const talk[] = {"messages[]", NULL};
	struct strings head = STRINGS_INIT;
	struct reading reading = {.harvest = harvest, .said = BUF_INIT};
	char *root = root_of(path);
	const char *name = path_base(path);
	int rc = 0;

	read_manifest(path, &head);
	reading.folder = folder_of(&head);
	reading.model = *head.items[MODEL] ? head.items[MODEL] : NULL;
	reading.sub_agent =
		strncmp(name, root, strlen(root)) || strcmp(name + strlen(root), SUFFIX);
	reading.session = reading.sub_agent ? xstrfmt("%s__%.*s", root,
						      (int)(strlen(name) - strlen(SUFFIX)), name)
					    : xstrdup(root);
	raw_init(&reading.draft);
	if (*reading.folder && harvest_worktree(harvest, reading.folder))
		rc = document_read(harvest, path, path, talk, take_message, &reading);
	raw_release(&reading.draft);
	buf_release(&reading.said);
	free(reading.asked);
	free(reading.call);
	free(reading.session);
	free(root);
	strings_release(&head);
	return rc;
}
