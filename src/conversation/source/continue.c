/*
 * Continue: ~/.continue/sessions/<id>.json, one document a session; sessions.json beside them says
 * when each began. Messages have neither ids nor times: a turn is its place in the session.
 */
#include "conversation/raw.h"

#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SESSION, FOLDER };
static const char *const head_places[] = {"sessionId", "workspaceDirectory", NULL};

struct reading {
	struct harvest *harvest;
	const char *session;
	char *folder, *model;
	int64_t at;
	size_t position;
	struct raw_draft draft;
};

struct forward {
	place_fn fn;
	void *payload;
};

static int hand_on(const char *path, void *payload)
{
	struct forward *forward = payload;

	return strcmp(path_base(path), "sessions.json") ? forward->fn(path, forward->payload) : 0;
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	struct forward forward = {fn, payload};
	char *folder = tool_folder("CONTINUE_GLOBAL_DIR", ".continue", "sessions");
	int rc = folder ? files_each(folder, ".json", 1, hand_on, &forward) : 0;

	(void)harvest;
	free(folder);
	return rc;
}

static char *folder_of(const char *text)
{
	return starts_with(text, "file://") ? path_of_uri(text) : xstrdup(text);
}

static bool belongs(struct harvest *harvest, const char *path)
{
	struct strings head = STRINGS_INIT;
	char *folder;
	bool ours;

	document_head(path, head_places, &head);
	folder = folder_of(head.items[FOLDER]);
	ours = folder && harvest_worktree(harvest, folder) != NULL;
	free(folder);
	strings_release(&head);
	return ours;
}

/* In the index: [{"sessionId","dateCreated","title",...}] */
static int match_session(size_t place, const struct js *value, void *payload)
{
	struct reading *reading = payload;
	const char *id = js_get_text(value, "sessionId");

	(void)place;
	if (!id || strcmp(id, reading->session))
		return 0;
	reading->at = raw_time(js_get(value, "dateCreated"), reading->at);
	return E_STOPPED;
}

static void find_time(struct reading *reading, const char *path)
{
	static const char *const places[] = {"[]", NULL};
	char *index = xstrfmt("%.*s/sessions.json", (int)(path_base(path) - path) - 1, path);
	struct watermark now;

	if (!watermark_of(path, &now))
		reading->at = now.offset / 1000000000; /* where the index does not say it */

	if (document_each(index, places, match_session, reading))
		error_clear();
	free(index);
}

/* It stands behind all that was said: only what changed is read for it. */
static void find_model(struct reading *reading, const char *path)
{
	static const char *const places[] = {"chatModelTitle", NULL};
	struct strings title = STRINGS_INIT;

	document_head(path, places, &title);
	if (*title.items[0])
		reading->model = xstrdup(title.items[0]);
	strings_release(&title);
}

static const char *outcome_of(const char *status)
{
	static const struct {
		const char *status, *outcome;
	} outcomes[] = {{"done", OUTCOME_APPLIED}, {"errored", OUTCOME_FAILED},
		{"canceled", OUTCOME_REJECTED}};

	for (size_t i = 0; status && i < ARRAY_SIZE(outcomes); i++)
		if (!strcmp(outcomes[i].status, status))
			return outcomes[i].outcome;
	return NULL;
}

/* 'User selected option 1: "..."', 'User provided custom answer: "..."', 'User answered: "..."' */
static void add_answer(struct raw_draft *draft, const struct js *arguments, const char *output)
{
	const char *start = output && starts_with(output, "User ") ? strchr(output, '"') : NULL;
	const char *end = start ? strrchr(start, '"') : NULL;

	raw_add_question(draft, NULL, arguments);
	if (end > start)
		raw_add_reply(draft, js_get_text(arguments, "question"),
			raw_keep(draft, start + 1, (size_t)(end - start) - 1));
}

static void take_calls(struct raw_draft *draft, const struct js *states)
{
	for (size_t i = 0; i < js_count(states); i++) {
		const struct js *state = js_at(states, i);
		const struct js *function = js_get(js_get(state, "toolCall"), "function");
		const struct js *arguments = js_get(state, "parsedArgs");
		const char *name = js_get_text(function, "name");

		if (name && !strcmp(name, "AskQuestion"))
			add_answer(draft, arguments,
				js_get_text(js_at(js_get(state, "output"), 0), "content"));
		raw_add_call(draft, name, js_get_text(state, "toolCallId"),
			arguments ? arguments : js_get(function, "arguments"),
			outcome_of(js_get_text(state, "status")));
	}
}

static int take_item(size_t place, const struct js *item, void *payload)
{
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const struct js *message = js_get(item, "message");
	const char *role = js_get_text(message, "role");
	char *position = xstrfmt("%zu", reading->position++);
	const char *model = js_get_text(js_at(js_get(item, "promptLogs"), 0), "modelTitle");
	bool person = role && !strcmp(role, "user");
	int rc = 0;

	(void)place;
	raw_clear(draft);
	if (person || (role && !strcmp(role, "assistant"))) {
		raw_add_content(draft, js_get(message, "content"));
		take_calls(draft, js_get(item, "toolCallStates"));
		draft->turn = (struct raw_turn){
			.record = raw_id(draft, "continue", reading->session, position, NULL),
			.session = reading->session,
			.role = person ? "user" : "assistant",
			.model = person  ? NULL
				 : model ? model
					 : reading->model,
			.folder = reading->folder,
			.at = reading->at,
			.open = true,
		};
		rc = raw_store(draft, reading->harvest);
	}
	free(position);
	return rc;
}

static int read_file(struct harvest *harvest, const char *path)
{
	static const char *const talk[] = {"history[]", NULL};
	struct reading reading = {.harvest = harvest};
	struct strings head = STRINGS_INIT;
	int rc = 0;

	document_head(path, head_places, &head);
	reading.session = head.items[SESSION];
	reading.folder = folder_of(head.items[FOLDER]);
	raw_init(&reading.draft);
	if (reading.folder && harvest_worktree(harvest, reading.folder) &&
		!document_stands(harvest, path)) {
		find_time(&reading, path);
		find_model(&reading, path);
		rc = document_read(harvest, path, path, talk, take_item, &reading);
	}
	raw_release(&reading.draft);
	free(reading.folder);
	free(reading.model);
	strings_release(&head);
	return rc;
}

const struct conversation_source source_continue = {
	.name = "continue",
	.title = "Continue's sessions",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
