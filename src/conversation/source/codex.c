/*
 * Codex CLI: <home>/sessions/YYYY/MM/DD/rollout-<time>-<id>.jsonl and archived_sessions/; after a
 * week a file is packed (.jsonl.zst), and unpacked again when its session goes on. A line
 * is {"timestamp","type","payload"}. A person's words are taken from event_msg only, because a
 * response_item of the role "user" also holds context that the tool put there; those of the
 * assistant from response_item only, because event_msg repeats them. Answers to the assistant's
 * questions stand in the output of its call, which may come long after it: they answer its record.
 *
 * Words have no ids. A turn's is made from session, role and words, and ends in its time: a fork
 * begins by repeating the lines of the session that it comes from, at the time of the fork, and its
 * turns are known by the first half of their ids until the first that is not.
 */
#include "conversation/readers.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH 6

static char *codex_home(void)
{
	return tool_folder("CODEX_HOME", ".codex", NULL);
}

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	static const char *const folders[] = {"archived_sessions", "sessions"};
	/* The older ones first: what forks of them repeat is to be known. */
	static const char *const suffixes[] = {".jsonl.zst", ".jsonl"};
	char *home = codex_home();
	int rc = 0;

	(void)harvest;
	for (size_t i = 0; i < ARRAY_SIZE(folders) && home && !rc; i++) {
		char *folder = path_join(home, folders[i]);

		for (size_t k = 0; k < ARRAY_SIZE(suffixes) && !rc; k++)
			rc = files_each(folder, suffixes[k], DEPTH, fn, payload);
		free(folder);
	}
	free(home);
	return rc;
}

/* ---- one record ---- */

void codex_reader_init(struct codex_reader *reader, struct harvest *harvest)
{
	memset(reader, 0, sizeof(*reader));
	reader->harvest = harvest;
	raw_init(&reader->draft);
}

void codex_reader_release(struct codex_reader *reader)
{
	raw_release(&reader->draft);
	free(reader->session);
	free(reader->folder);
	free(reader->branch);
	free(reader->model);
	free(reader->commit);
	free(reader->remote);
	free(reader->when);
	strings_release(&reader->ancestors);
}

static void set(char **to, const char *text)
{
	if (!text)
		return;
	free(*to);
	*to = xstrdup(text);
}

static void add_ancestor(struct codex_reader *reader, const char *id)
{
	if (!id || (reader->session && !strcmp(id, reader->session)) ||
		strings_contains(&reader->ancestors, id))
		return;
	strings_add(&reader->ancestors, id);
	reader->replaying = true;
}

/* True for words that an ancestor said, as long as everything before them was repeated, too. */
static bool is_replayed(struct codex_reader *reader, const char *role)
{
	struct raw_draft *draft = &reader->draft;

	for (size_t i = 0; i < reader->ancestors.count && reader->replaying; i++)
		if (harvest_knows(
			    reader->harvest, raw_id(draft, "codex", reader->ancestors.items[i],
						     role, draft->text.ptr)))
			return true;
	reader->replaying = false;
	return false;
}

/* "codex-<session, role and words>-<time>" */
static const char *id_of_words(struct codex_reader *reader, const char *role)
{
	struct raw_draft *draft = &reader->draft;
	const char *half = raw_id(draft, "codex", reader->session, role, draft->text.ptr);
	char *whole = xstrfmt("%s-%.12s", half, raw_id(draft, "", reader->when, NULL, NULL) + 1);
	const char *kept = raw_keep(draft, whole, strlen(whole));

	free(whole);
	return kept;
}

static void take_meta(struct codex_reader *reader, const struct js *payload)
{
	const struct js *git = js_get(payload, "git");
	const struct js *spawn =
		js_get(js_get(js_get(payload, "source"), "subagent"), "thread_spawn");
	const char *id = js_get_text(payload, "id");

	add_ancestor(reader, js_get_text(payload, "forked_from_id"));
	add_ancestor(reader, js_get_text(spawn, "parent_thread_id"));
	/* A fork repeats this record as well: the first one is its own. */
	if (reader->session) {
		add_ancestor(reader, id);
	} else {
		set(&reader->session, id);
		reader->sub_agent = js_get(js_get(payload, "source"), "subagent") != NULL;
	}
	set(&reader->folder, js_get_text(payload, "cwd"));
	set(&reader->branch, js_get_text(git, "branch"));
	set(&reader->commit, js_get_text(git, "commit_hash"));
	set(&reader->remote, js_get_text(git, "repository_url"));
}

static bool is_ours(struct codex_reader *reader)
{
	return reader->folder && harvest_claim(reader->harvest, reader->folder, reader->commit,
					 reader->remote) != NULL;
}

/* The turn in the draft; `id` NULL: made from what it says. */
static int store(struct codex_reader *reader, const char *role, const char *id)
{
	struct raw_draft *draft = &reader->draft;
	bool person = !strcmp(role, "user") && !reader->sub_agent;

	if (!id && is_replayed(reader, role))
		return 0;
	draft->turn = (struct raw_turn){
		.record = id ? raw_id(draft, "codex", id, NULL, NULL) : id_of_words(reader, role),
		.session = reader->session,
		.role = person ? "user" : "assistant",
		.branch = reader->branch,
		.tool = "codex",
		.model = person ? NULL : reader->model,
		.folder = reader->folder,
		.at = reader->at,
	};
	return raw_store(draft, reader->harvest);
}

static void take_message(struct raw_draft *draft, const struct js *payload)
{
	const struct js *content = js_get(payload, "content");

	raw_add_text(draft, js_as_text(content));
	for (size_t i = 0; i < js_count(content); i++) {
		const struct js *block = js_at(content, i);
		const char *type = js_get_text(block, "type");

		if (type && !strcmp(type, "output_text"))
			raw_add_text(draft, js_get_text(block, "text"));
	}
}

/* A shell command that feeds a patch to apply_patch, as a text or as the last of its words. */
static const char *patch_of_command(const struct js *arguments)
{
	static const char *const keys[] = {"cmd", "command", "input"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct js *value = js_get(arguments, keys[i]);
		const char *text = js_as_text(value);

		if (!text && js_count(value))
			text = js_as_text(js_at(value, js_count(value) - 1));
		if (text && strstr(text, "apply_patch"))
			text = strstr(text, "*** Begin Patch");
		if (text && starts_with(text, "*** Begin Patch"))
			return text;
	}
	return NULL;
}

static void add_questions(struct raw_draft *draft, const struct js *questions)
{
	for (size_t i = 0; js_is_array(questions) && i < js_count(questions); i++)
		raw_add_question(draft, NULL, js_at(questions, i));
}

static void take_call(struct raw_draft *draft, const struct js *payload)
{
	const char *call = js_get_text(payload, "call_id"), *name = js_get_text(payload, "name");
	const char *input = js_get_text(payload, "input"), *patch;
	const char *arguments = js_get_text(payload, "arguments");
	const struct raw_edit like = {.call = call, .action = "apply_patch"};
	struct js *parsed = NULL;

	if (input) {
		if (name && !strcmp(name, "apply_patch"))
			raw_add_patch(draft, &like, input);
		return;
	}
	if (arguments && js_parse(arguments, strlen(arguments), &parsed))
		error_clear();
	if (name && !strcmp(name, "request_user_input"))
		add_questions(draft, js_get(parsed, "questions"));
	patch = patch_of_command(parsed ? parsed : js_get(payload, "action"));
	if (patch)
		raw_add_patch(draft, &like, patch);
	js_free(parsed);
}

/* One of several, by the id of the question: {"answers":[label, "user_note: ..."]} */
static int add_answers(const char *question, const struct js *answer, void *payload)
{
	static const char note[] = "user_note: ";
	const struct js *list = js_get(answer, "answers");

	(void)question;
	for (size_t i = 0; js_is_array(list) && i < js_count(list); i++) {
		const char *text = js_as_text(js_at(list, i));

		if (text && starts_with(text, note))
			text += strlen(note);
		raw_add_reply(payload, NULL, text);
	}
	return 0;
}

static int take_answers(struct codex_reader *reader, const char *call, const char *output)
{
	struct js *parsed = NULL;

	if (!starts_with(output, "{\"answers\":") || reader->sub_agent)
		return 0;
	if (js_parse(output, strlen(output), &parsed))
		error_clear();
	if (js_is_object(js_get(parsed, "answers")))
		js_each(js_get(parsed, "answers"), add_answers, &reader->draft);
	js_free(parsed);
	/* The turn is empty: only the reply to it is stored. */
	return store(reader, "assistant", call);
}

static int take_outcome(struct codex_reader *reader, const struct js *payload)
{
	const char *call = js_get_text(payload, "call_id");
	const char *text = js_get_text(payload, "output");
	const char *outcome = OUTCOME_APPLIED;
	int rc;

	if (!text)
		text = js_get_text(js_get(payload, "output"), "content");
	if (!call || !text)
		return 0;
	if (strstr(text, "rejected by user") || strstr(text, "aborted by user"))
		outcome = OUTCOME_REJECTED;
	else if (strstr(text, "verification failed") || strstr(text, "\"exit_code\":1") ||
		 starts_with(text, "Exit code: 1"))
		outcome = OUTCOME_FAILED;
	rc = take_answers(reader, call, text);
	return rc ? rc : harvest_outcome(reader->harvest, call, outcome);
}

static int take_item(struct codex_reader *reader, const struct js *payload)
{
	const char *type = js_get_text(payload, "type"), *role = js_get_text(payload, "role");

	if (!type)
		return 0;
	if (!strcmp(type, "message") && role && !strcmp(role, "assistant")) {
		take_message(&reader->draft, payload);
		return store(reader, "assistant", js_get_text(payload, "id"));
	}
	if (ends_with(type, "_call")) {
		take_call(&reader->draft, payload);
		return store(reader, "assistant", js_get_text(payload, "call_id"));
	}
	return ends_with(type, "_call_output") ? take_outcome(reader, payload) : 0;
}

static int take_event(struct codex_reader *reader, const struct js *payload)
{
	const char *type = js_get_text(payload, "type");

	if (type && !strcmp(type, "patch_apply_end"))
		return harvest_outcome(reader->harvest, js_get_text(payload, "call_id"),
			js_get_bool(payload, "success", false) ? OUTCOME_APPLIED : OUTCOME_FAILED);
	if (!type || strcmp(type, "user_message"))
		return 0;
	raw_add_text(&reader->draft, js_get_text(payload, "message"));
	return store(reader, "user", NULL);
}

int codex_reader_take(struct codex_reader *reader, const struct js *record)
{
	const char *type = js_get_text(record, "type"), *when = js_get_text(record, "timestamp");
	const struct js *payload = js_get(record, "payload");
	int rc = 0;

	reader->at = raw_time(js_get(record, "timestamp"), reader->at);
	if (!type)
		return 0;
	set(&reader->when, when);
	if (!strcmp(type, "session_meta"))
		take_meta(reader, payload);
	else if (!strcmp(type, "turn_context"))
		set(&reader->model, js_get_text(payload, "model"));
	else if (!is_ours(reader))
		rc = 0;
	else if (!strcmp(type, "response_item"))
		rc = take_item(reader, payload);
	else if (!strcmp(type, "event_msg"))
		rc = take_event(reader, payload);
	raw_clear(&reader->draft);
	return rc;
}

/* ---- files ---- */

/* What the beginning of a file says of the session: a later reading starts in the middle. */
static int take_head(const char *line, size_t len, void *payload)
{
	struct codex_reader *reader = payload;
	struct js *record = NULL;
	const char *type;

	if (js_parse(line, len, &record))
		error_clear();
	type = js_get_text(record, "type");
	if (type && !strcmp(type, "session_meta"))
		take_meta(reader, js_get(record, "payload"));
	if (type && !strcmp(type, "turn_context"))
		set(&reader->model, js_get_text(js_get(record, "payload"), "model"));
	js_free(record);
	return reader->folder && reader->model;
}

static bool belongs(struct harvest *harvest, const char *path)
{
	struct codex_reader reader;
	bool ours;

	codex_reader_init(&reader, harvest);
	lines_peek(path, take_head, &reader);
	ours = is_ours(&reader);
	codex_reader_release(&reader);
	return ours;
}

static int read_file(struct harvest *harvest, const char *path)
{
	struct codex_reader reader;
	struct lines *lines = NULL;
	struct js *record = NULL;
	int rc = lines_open(harvest, path, &lines);

	codex_reader_init(&reader, harvest);
	lines_peek(path, take_head, &reader);
	while (!rc && lines_record(lines, &record)) {
		rc = codex_reader_take(&reader, record);
		js_free(record);
	}
	rc = lines_close(lines, rc);
	codex_reader_release(&reader);
	return rc;
}

const struct conversation_source source_codex = {
	.name = "codex",
	.title = "Codex CLI sessions",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
