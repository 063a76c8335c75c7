/*
 * Copilot Chat in VS Code and what grew from it: <user folder>/workspaceStorage/<hash>/
 * chatSessions/<id>.json, one document a session, or <id>.jsonl, a log of operations on such a
 * document: 0 all of it, 1 set, 2 cut and push, 3 delete, each at a path of keys. The folder stands
 * in workspace.json.
 *
 * Of a log only the last request is kept in memory: it is handed over when the next one begins.
 */
#include "conversation/raw.h"

#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define PUSHED_MAX 20000 /* parts added to one request */

struct reading {
	struct harvest *harvest;
	char *folder, *session;
	int64_t at;
	struct js *last;     /* request in hand */
	struct strings ids;  /* of all requests so far, in order */
	struct strings gone; /* taken back, unless they came again */
	size_t pushed;
	struct raw_draft draft;
};

/* ---- where the sessions lie ---- */

struct forward {
	place_fn fn;
	void *payload;
};

static int hand_on(const char *path, void *payload)
{
	struct forward *forward = payload;

	return strstr(path, "/chatSessions/") ? forward->fn(path, forward->payload) : 0;
}

static int find_in_user(const char *user, void *payload)
{
	char *folder = path_join(user, "workspaceStorage");
	int rc = files_each(folder, ".json", 3, hand_on, payload);

	if (!rc)
		rc = files_each(folder, ".jsonl", 3, hand_on, payload);
	free(folder);
	return rc;
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	struct forward forward = {fn, payload};

	(void)harvest;
	return editor_users_each(find_in_user, &forward);
}

/* The folder of the window, or the one that holds its .code-workspace; the caller frees. */
static char *folder_of(const char *path)
{
	static const char *const places[] = {"folder", "workspace", NULL};
	const char *chats = strstr(path, "/chatSessions/");
	char *file = xstrfmt("%.*s/workspace.json", (int)(chats - path), path), *folder = NULL;
	struct strings head = STRINGS_INIT;

	document_head(file, places, &head);
	if (*head.items[0])
		folder = path_of_uri(head.items[0]);
	else if (*head.items[1])
		folder = path_of_uri(head.items[1]);
	if (folder && !*head.items[0] && strrchr(folder, '/'))
		*strrchr(folder, '/') = '\0';
	strings_release(&head);
	free(file);
	return folder;
}

static bool belongs(struct harvest *harvest, const char *path)
{
	char *folder = folder_of(path);
	bool ours = folder && harvest_worktree(harvest, folder) != NULL;

	free(folder);
	return ours;
}

/* ---- one request ---- */

/* {"kind":"textEditGroup","uri":{"fsPath"},"edits":[[{"text","range"}]],"done"} */
static void add_edit_group(struct raw_draft *draft, const struct js *part)
{
	const struct js *uri = js_get(part, "uri"), *groups = js_get(part, "edits");
	const char *path = js_get_text(uri, "fsPath");
	struct buf text = BUF_INIT;

	if (!path)
		path = js_get_text(uri, "path");
	for (size_t i = 0; i < js_count(groups); i++)
		for (size_t k = 0; k < js_count(js_at(groups, i)); k++) {
			const char *words = js_get_text(js_at(js_at(groups, i), k), "text");

			buf_addstr(&text, words ? words : "");
		}
	if (path && text.len)
		raw_add_edit(draft, &(struct raw_edit){.path = path,
					    .text = raw_keep(draft, text.ptr, text.len),
					    .action = "textEditGroup"});
	buf_release(&text);
}

/* A text, or {"value"} */
static const char *words_of(const struct js *value)
{
	return js_as_text(value) ? js_as_text(value) : js_get_text(value, "value");
}

/* What the tool says for a person who is not there. */
static bool is_away(const char *text)
{
	return text && starts_with(text, "The user is not available to respond");
}

/* Words, {"selectedValue","freeformValue"} or {"selectedValues":[],"freeformValue"} */
static void add_answer(struct raw_draft *draft, const char *question, const struct js *answer)
{
	const struct js *chosen = js_get(answer, "selectedValues");
	const char *words[] = {js_as_text(answer), js_get_text(answer, "selectedValue"),
		js_get_text(answer, "freeformValue")};
	struct buf text = BUF_INIT;

	for (size_t i = 0; js_is_array(chosen) && i < js_count(chosen); i++)
		if (js_as_text(js_at(chosen, i)))
			buf_addf(&text, "%s%s", text.len ? "\n" : "", js_as_text(js_at(chosen, i)));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i] && *words[i] && !is_away(words[i]))
			buf_addf(&text, "%s%s", text.len ? "\n" : "", words[i]);
	raw_add_reply(draft, question, text.ptr);
	buf_release(&text);
}

/* {"kind":"questionCarousel","questions":[{"id","message","options"}],"data":{id:answer}} */
static void add_questions(struct raw_draft *draft, const struct js *part)
{
	const struct js *questions = js_get(part, "questions"), *answers = js_get(part, "data");
	bool answered = !js_get_bool(part, "autoReply", false);

	for (size_t i = 0; js_is_array(questions) && i < js_count(questions); i++) {
		const struct js *question = js_at(questions, i);
		const char *words = words_of(js_get(question, "message"));
		const char *id = js_get_text(question, "id");

		if (!words)
			words = js_get_text(question, "title");
		raw_add_question(draft, words, question);
		if (id && answered)
			add_answer(draft, words, js_get(answers, id));
	}
}

/* {"kind":"planReview","content","data":{"rejected","feedback"}} */
static void add_plan(struct raw_draft *draft, const struct js *part)
{
	const char *feedback = js_get_text(js_get(part, "data"), "feedback");

	raw_add_text(draft, words_of(js_get(part, "content")));
	raw_add_reply(draft, NULL, feedback);
}

static void add_response(struct raw_draft *draft, const struct js *parts)
{
	struct buf words = BUF_INIT;

	for (size_t i = 0; i < js_count(parts); i++) {
		const struct js *part = js_at(parts, i);
		const char *kind = js_get_text(part, "kind"), *text = js_get_text(part, "value");

		if (kind && !strcmp(kind, "markdownContent"))
			text = js_get_text(js_get(part, "content"), "value");
		else if (kind && !strcmp(kind, "textEditGroup"))
			add_edit_group(draft, part);
		if (text && (!kind || !strcmp(kind, "markdownContent")))
			buf_addstr(&words, text); /* a sentence may come in several parts */
		if (!kind || (strcmp(kind, "questionCarousel") && strcmp(kind, "planReview")))
			continue;
		raw_add_text(draft, words.ptr); /* what led to it */
		buf_clear(&words);
		if (!strcmp(kind, "planReview"))
			add_plan(draft, part);
		else
			add_questions(draft, part);
	}
	raw_add_text(draft, words.ptr);
	buf_release(&words);
}

/* What the editor itself tells the assistant, in the place of a person's words. */
static bool is_notice(const struct js *request, const char *text)
{
	return js_get_bool(request, "isSystemInitiated", false) ||
	       (text && starts_with(text, "[Terminal ") && strstr(text, " notification:"));
}

static int take_request(struct reading *reading, const struct js *request)
{
	const char *said = js_get_text(js_get(request, "message"), "text");
	struct raw_draft *draft = &reading->draft;
	const char *id = js_get_text(request, "requestId");
	struct raw_turn turn = {
		.record = id,
		.session = reading->session,
		.role = "user",
		.folder = reading->folder,
		.at = raw_time(js_get(request, "timestamp"), reading->at),
		.open = true,
	};
	char *answer;
	int rc;

	if (!id)
		return 0;
	raw_clear(draft);
	if (!is_notice(request, said))
		raw_add_text(draft, said);
	draft->turn = turn;
	rc = raw_store(draft, reading->harvest);
	if (rc)
		return rc;
	answer = xstrfmt("%s-answer", id);
	add_response(draft, js_get(request, "response"));
	turn.record = answer;
	turn.parent = id;
	turn.role = "assistant";
	turn.model = js_get_text(request, "modelId");
	draft->turn = turn;
	rc = raw_store(draft, reading->harvest);
	free(answer);
	return rc;
}

/* ---- a document ---- */

enum { SESSION, CREATED };
static const char *const head_places[] = {"sessionId", "creationDate", NULL};
static const char *const talk_places[] = {"requests[]", NULL};

static int take_value(size_t place, const struct js *value, void *payload)
{
	(void)place;
	return take_request(payload, value);
}

static int read_document(struct reading *reading, const char *path)
{
	struct strings head = STRINGS_INIT;
	int rc;

	document_head(path, head_places, &head);
	reading->session = xstrdup(head.items[SESSION]);
	reading->at = strtoll(head.items[CREATED], NULL, 10) / 1000;
	strings_release(&head);
	rc = document_read(reading->harvest, path, path, talk_places, take_value, reading);
	return rc;
}

/* ---- a log of operations ---- */

static int hand_over(struct reading *reading)
{
	int rc = reading->last ? take_request(reading, reading->last) : 0;

	js_free(reading->last);
	reading->last = NULL;
	reading->pushed = 0;
	return rc;
}

static int add_request(struct reading *reading, const struct js *request)
{
	const char *id = js_get_text(request, "requestId");
	int rc = hand_over(reading);

	reading->last = js_share(request);
	strings_add(&reading->ids, id ? id : "");
	return rc;
}

/* Requests from `count` on are replaced by what follows: by themselves, changed, or by others. */
static void cut_requests(struct reading *reading, size_t count)
{
	if (count >= reading->ids.count)
		return;
	js_free(reading->last);
	reading->last = NULL;
	while (reading->ids.count > count) {
		char *id = reading->ids.items[--reading->ids.count];

		strings_add(&reading->gone, id);
		free(id);
	}
}

/* At the end of the log: those that did not come again were taken back by the user. */
static int forget_gone(struct reading *reading)
{
	int rc = 0;

	for (size_t i = 0; i < reading->gone.count && !rc; i++) {
		const char *id = reading->gone.items[i];
		char *answer, *reply;

		if (!*id || strings_contains(&reading->ids, id))
			continue;
		answer = xstrfmt("%s-answer", id);
		reply = xstrfmt("%s" RAW_REPLY, answer);
		rc = harvest_forget(reading->harvest, id);
		if (!rc)
			rc = harvest_forget(reading->harvest, answer);
		if (!rc)
			rc = harvest_forget(reading->harvest, reply);
		free(answer);
		free(reply);
	}
	return rc;
}

static int take_whole(struct reading *reading, const struct js *value)
{
	const char *session = js_get_text(value, "sessionId");
	const struct js *requests = js_get(value, "requests");
	int rc = 0;

	cut_requests(reading, 0);
	if (session) {
		free(reading->session);
		reading->session = xstrdup(session);
	}
	reading->at = raw_time(js_get(value, "creationDate"), reading->at);
	for (size_t i = 0; i < js_count(requests) && !rc; i++)
		rc = add_request(reading, js_at(requests, i));
	return rc;
}

/* The container that holds what the last key of the path names; NULL when there is none. */
static struct js *container_of(struct js *from, const struct js *keys)
{
	struct js *at = from;

	for (size_t i = 2; at && i + 1 < js_count(keys); i++) {
		const char *key = js_as_text(js_at(keys, i));
		const struct js *inner =
			key ? js_get(at, key) : js_at(at, (size_t)js_as_number(js_at(keys, i), -1));

		at = js_mutable(inner);
	}
	return at;
}

/* An operation inside of the request in hand. */
static void change_request(
	struct reading *reading, int64_t kind, const struct js *keys, const struct js *record)
{
	const struct js *name = js_at(keys, js_count(keys) - 1), *value = js_get(record, "v");
	struct js *into = container_of(reading->last, keys), *list;
	const char *key = js_as_text(name);

	if (!into || reading->pushed > PUSHED_MAX)
		return;
	if (kind == 1 && key)
		js_set(into, key, js_share(value));
	else if (kind == 1)
		js_put(into, (size_t)js_as_number(name, -1), js_share(value));
	else if (kind == 3 && key)
		js_set(into, key, js_null());
	if (kind != 2 || !key)
		return;
	if (!js_is_array(js_get(into, key)))
		js_set(into, key, js_array());
	list = js_mutable(js_get(into, key));
	js_cut(list, (size_t)js_get_number(record, "i", INT64_MAX));
	for (size_t i = 0; i < js_count(value); i++, reading->pushed++)
		js_add(list, js_share(js_at(value, i)));
}

static int take_operation(struct reading *reading, const struct js *record)
{
	const struct js *keys = js_get(record, "k"), *value = js_get(record, "v");
	int64_t kind = js_get_number(record, "kind", -1);
	const char *first = js_as_text(js_at(keys, 0));
	int rc = 0;

	if (kind == 0)
		return take_whole(reading, value);
	if (!first || strcmp(first, "requests"))
		return 0;
	if (js_count(keys) > 2) {
		if (js_as_number(js_at(keys, 1), -1) == (int64_t)reading->ids.count - 1)
			change_request(reading, kind, keys, record);
		return 0;
	}
	if (kind == 2 || (kind == 1 && js_count(keys) == 1)) {
		cut_requests(
			reading, kind == 1 ? 0 : (size_t)js_get_number(record, "i", INT64_MAX));
		for (size_t i = 0; i < js_count(value) && !rc; i++)
			rc = add_request(reading, js_at(value, i));
	} else if (kind == 1 &&
		   js_as_number(js_at(keys, 1), -1) == (int64_t)reading->ids.count - 1) {
		js_free(reading->last);
		reading->last = js_share(value);
	}
	return rc;
}

/* A log that was compacted begins with all of the session in one line, of any size. */
static int take_first(size_t place, const struct js *value, void *payload)
{
	struct reading *reading = payload;

	if (place == 0 && js_as_text(value)) {
		free(reading->session);
		reading->session = xstrdup(js_as_text(value));
	} else if (place == 1) {
		reading->at = raw_time(value, reading->at);
	} else if (place == 2) {
		return add_request(reading, value);
	}
	return 0;
}

static int read_log(struct reading *reading, const char *path)
{
	static const char *const head[] = {"v.sessionId", NULL};
	static const char *const places[] = {"v.sessionId", "v.creationDate", "v.requests[]", NULL};
	struct watermark now;
	struct lines *lines = NULL;
	struct js *record = NULL;
	int rc = document_changed(reading->harvest, path, &now, &lines);

	if (rc || !lines)
		return rc;
	document_head(path, head, &reading->ids);
	reading->session = xstrdup(reading->ids.items[0]);
	strings_release(&reading->ids);
	reading->ids = (struct strings)STRINGS_INIT;
	rc = lines_values(lines, places, take_first, reading);
	while (!rc && lines_record(lines, &record)) {
		rc = take_operation(reading, record);
		js_free(record);
	}
	if (!rc)
		rc = hand_over(reading);
	if (!rc)
		rc = forget_gone(reading);
	rc = lines_close(lines, rc);
	return rc ? rc : harvest_checkpoint(reading->harvest, path, &now);
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct reading reading = {.harvest = harvest};
	int rc = 0;

	reading.folder = folder_of(path);
	raw_init(&reading.draft);
	if (reading.folder && harvest_worktree(harvest, reading.folder))
		rc = ends_with(path, ".jsonl") ? read_log(&reading, path)
					       : read_document(&reading, path);
	raw_release(&reading.draft);
	js_free(reading.last);
	strings_release(&reading.ids);
	strings_release(&reading.gone);
	free(reading.folder);
	free(reading.session);
	return rc;
}

const struct conversation_source source_copilot_chat = {
	.name = "copilot-chat",
	.title = "Copilot Chat in VS Code",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
