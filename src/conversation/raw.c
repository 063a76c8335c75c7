/* A turn in the making; and what the tools of all assistants that write files are called. */
#include "conversation/raw.h"

#include "util/clock.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define ANCHORS_MAX 10000 /* of one turn: more is no talk of a tool's */

/* Tools that write files, whoever's they are. */
static const char *const writers[] = {"Edit", "Write", "MultiEdit", "NotebookEdit", "Update",
	"replace", "write_file", "edit", "write", "multiedit", "create", "create_file", "edit_file",
	"str_replace", "str_replace_editor", "str_replace_based_edit_tool", "insert_edit_into_file",
	"replace_string_in_file", "multi_replace_string_in_file", "write_to_file",
	"replace_in_file", "apply_diff", "insert_content", "search_and_replace", "search_replace",
	"edit_existing_file", "create_new_file", "single_find_and_replace", "multi_edit",
	"apply_patch", "patch", "new_file", "editedExistingFile", "newFileCreated",
	"developer__text_editor", "edit_file_v2", "reapply", "file_edit", "new_rule", "editor",
	"developer__write", "developer__edit"};

static const char *const path_keys[] = {"file_path", "filePath", "filepath", "path", "target_file",
	"notebook_path", "relativeWorkspacePath", "relative_workspace_path", "targetFile", "file"};
static const char *const old_keys[] = {
	"old_string", "oldString", "old_str", "search", "old_text", "before"};
static const char *const new_keys[] = {"new_string", "newString", "new_str", "replace", "content",
	"contents", "file_text", "new_source", "code_edit", "code", "changes", "new_text", "after"};
static const char *const patch_keys[] = {"patch", "patchText", "input", "diff"};
static const char *const list_keys[] = {"edits", "replacements"};

void raw_init(struct raw_draft *draft)
{
	memset(draft, 0, sizeof(*draft));
	buf_init(&draft->text);
	buf_init(&draft->reply);
}

void raw_clear(struct raw_draft *draft)
{
	buf_clear(&draft->text);
	buf_clear(&draft->reply);
	draft->reply_at = 0;
	draft->edit_count = draft->own_count = draft->anchor_count = 0;
	strings_release(&draft->owned);
	memset(&draft->owned, 0, sizeof(draft->owned));
	memset(&draft->turn, 0, sizeof(draft->turn));
}

void raw_release(struct raw_draft *draft)
{
	raw_clear(draft);
	buf_release(&draft->text);
	buf_release(&draft->reply);
	free(draft->edits);
	free(draft->anchors);
}

const char *raw_keep(struct raw_draft *draft, const char *text, size_t len)
{
	strings_add_len(&draft->owned, text, len);
	return draft->owned.items[draft->owned.count - 1];
}

static void add_words(struct buf *to, const char *text)
{
	if (!text)
		return;
	text += strspn(text, "\r\n");
	if (!*text)
		return;
	if (to->len)
		buf_addstr(to, "\n\n");
	buf_addstr(to, text);
	buf_trim(to);
}

void raw_add_text(struct raw_draft *draft, const char *text)
{
	add_words(&draft->text, text);
}

void raw_add_edit(struct raw_draft *draft, const struct raw_edit *edit)
{
	if (!edit->path || !*edit->path || !edit->text)
		return;
	GROW(draft->edits, draft->edit_count, draft->edit_capacity);
	draft->edits[draft->edit_count++] = *edit;
}

void raw_add_anchor(struct raw_draft *draft, const struct raw_anchor *anchor)
{
	if (draft->anchor_count == ANCHORS_MAX)
		return;
	GROW(draft->anchors, draft->anchor_count, draft->anchor_capacity);
	draft->anchors[draft->anchor_count++] = *anchor;
}

/* ---- calls of tools ---- */

bool raw_is_writer(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		if (!strcmp(writers[i], name))
			return true;
	return false;
}

static const char *first_text(const struct js *object, const char *const *keys, size_t count)
{
	const char *found = NULL;

	for (size_t i = 0; i < count && !found; i++)
		found = js_get_text(object, keys[i]);
	return found;
}
#define FIRST_TEXT(object, keys) first_text((object), (keys), ARRAY_SIZE(keys))

/* An argument that is itself a list of edits, each perhaps with a path of its own. */
static bool add_list(
	struct raw_draft *draft, const struct raw_edit *like, const struct js *arguments)
{
	for (size_t i = 0; i < ARRAY_SIZE(list_keys); i++) {
		const struct js *list = js_get(arguments, list_keys[i]);

		if (!js_is_array(list))
			continue;
		for (size_t k = 0; k < js_count(list); k++) {
			const struct js *item = js_at(list, k);
			const char *path = FIRST_TEXT(item, path_keys);
			struct raw_edit edit = *like;

			edit.path = path ? path : like->path;
			edit.old = FIRST_TEXT(item, old_keys);
			edit.text = FIRST_TEXT(item, new_keys);
			raw_add_edit(draft, &edit);
		}
		return true;
	}
	return false;
}

static void add_arguments(
	struct raw_draft *draft, const struct raw_edit *like, const struct js *arguments)
{
	const char *patch = FIRST_TEXT(arguments, patch_keys);
	struct raw_edit edit = *like;

	edit.path = FIRST_TEXT(arguments, path_keys);
	edit.old = FIRST_TEXT(arguments, old_keys);
	edit.text = FIRST_TEXT(arguments, new_keys);
	if (add_list(draft, &edit, arguments))
		return;
	if (patch && strstr(patch, "*** Begin Patch"))
		raw_add_patch(draft, like, patch);
	else if (patch && edit.path && !edit.text)
		raw_add_blocks(draft, &edit, patch);
	else
		raw_add_edit(draft, &edit);
}

static bool is_view(const struct js *arguments)
{
	const char *command = js_get_text(arguments, "command");

	return command && !strcmp(command, "view");
}

void raw_own(struct raw_draft *draft)
{
	for (; draft->own_count < draft->edit_count; draft->own_count++) {
		struct raw_edit *edit = &draft->edits[draft->own_count];

		edit->path = raw_keep(draft, edit->path, strlen(edit->path));
		edit->text = raw_keep(draft, edit->text, strlen(edit->text));
		if (edit->old)
			edit->old = raw_keep(draft, edit->old, strlen(edit->old));
	}
}

void raw_add_call(struct raw_draft *draft, const char *name, const char *call,
	const struct js *arguments, const char *outcome)
{
	const char *text = js_as_text(arguments);
	struct raw_edit like = {.outcome = outcome};
	struct js *parsed = NULL;

	if (!name || !raw_is_writer(name))
		return;
	like.action = raw_keep(draft, name, strlen(name));
	if (call)
		like.call = raw_keep(draft, call, strlen(call));
	if (text && strstr(text, "*** Begin Patch") && *text != '{') {
		raw_add_patch(draft, &like, text);
		return;
	}
	if (text && js_parse(text, strlen(text), &parsed))
		error_clear();
	if (!text || parsed) {
		if (!is_view(parsed ? parsed : arguments))
			add_arguments(draft, &like, parsed ? parsed : arguments);
		if (parsed)
			raw_own(draft);
	}
	js_free(parsed);
}

/* ---- questions ---- */

static void add_choice(struct buf *out, const struct js *choice)
{
	static const char *const label_keys[] = {"label", "answer", "text", "title"};
	const char *label = js_as_text(choice);
	const char *words = js_get_text(choice, "description");

	if (!label)
		label = FIRST_TEXT(choice, label_keys);
	if (!label || !*label)
		return;
	buf_addstr(out, "\n- ");
	buf_add_line(out, label);
	if (words && *words) {
		buf_addstr(out, ": ");
		buf_add_line(out, words);
	}
}

void raw_add_question(struct raw_draft *draft, const char *words, const struct js *question)
{
	static const char *const choice_keys[] = {"options", "choices", "suggest", "follow_up"};
	const struct js *choices = NULL;
	struct buf text = BUF_INIT;

	if (!words)
		words = js_get_text(question, "question");
	if (!words)
		return;
	buf_add_line(&text, words);
	buf_trim(&text);
	for (size_t i = 0; i < ARRAY_SIZE(choice_keys) && !js_is_array(choices); i++)
		choices = js_get(question, choice_keys[i]);
	for (size_t i = 0; js_is_array(choices) && i < js_count(choices); i++)
		add_choice(&text, js_at(choices, i));
	raw_add_text(draft, text.ptr);
	buf_release(&text);
}

void raw_add_reply(struct raw_draft *draft, const char *question, const char *answer)
{
	char *both;

	if (!answer || !answer[strspn(answer, " \t\r\n")])
		return;
	both = question ? xstrfmt("%s\n%s", question, answer) : NULL;
	add_words(&draft->reply, both ? both : answer);
	free(both);
}

void raw_add_content(struct raw_draft *draft, const struct js *content)
{
	raw_add_text(draft, js_as_text(content));
	for (size_t i = 0; js_is_array(content) && i < js_count(content); i++) {
		const struct js *block = js_at(content, i);
		const char *type = js_get_text(block, "type");

		if (type && !strcmp(type, "text"))
			raw_add_text(draft, js_get_text(block, "text"));
		else if (type && !strcmp(type, "tool_use"))
			raw_add_call(draft, js_get_text(block, "name"), js_get_text(block, "id"),
				js_get(block, "input"), NULL);
	}
}

/* What a person said within the record that the draft's turn is. */
static int store_reply(const struct raw_draft *draft, struct harvest *harvest)
{
	const struct raw_turn *turn = &draft->turn;
	char *record = turn->record ? xstrfmt("%s" RAW_REPLY, turn->record) : NULL;
	int rc = harvest_turn(harvest, &(struct raw_turn){
					       .record = record,
					       .parent = turn->record,
					       .session = turn->session,
					       .branch = turn->branch,
					       .role = "user",
					       .folder = turn->folder,
					       .at = draft->reply_at ? draft->reply_at : turn->at,
					       .text = draft->reply.ptr,
					       .open = true,
				       });

	free(record);
	return rc;
}

int raw_store(struct raw_draft *draft, struct harvest *harvest)
{
	int rc = 0;

	draft->turn.text = draft->text.ptr;
	draft->turn.edits = draft->edits;
	draft->turn.edit_count = draft->edit_count;
	draft->turn.anchors = draft->anchors;
	draft->turn.anchor_count = draft->anchor_count;
	if (draft->text.len || draft->edit_count || draft->anchor_count)
		rc = harvest_turn(harvest, &draft->turn);
	if (!rc && draft->reply.len)
		rc = store_reply(draft, harvest);
	raw_clear(draft);
	return rc;
}

const char *raw_id(
	struct raw_draft *draft, const char *tool, const char *a, const char *b, const char *c)
{
	const char *const parts[] = {a, b, c};
	struct digest *digest = digest_new();
	char hex[DIGEST_HEX + 1], *id;
	const char *kept;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		digest_addstr(digest, parts[i] ? parts[i] : "");
	digest_finish(digest, hex);
	id = xstrfmt("%s-%.32s", tool, hex);
	kept = raw_keep(draft, id, strlen(id));
	free(id);
	return kept;
}

int64_t raw_time(const struct js *value, int64_t otherwise)
{
	const char *text = js_as_text(value);
	double number;
	int64_t at;

	if (text && strspn(text, "0123456789.") < strlen(text)) {
		if (!clock_parse(text, &at))
			return at;
		error_clear();
		return otherwise;
	}
	number = text ? strtod(text, NULL) : js_as_real(value, 0);
	if (!(number > 0 && number < 1e15))
		return otherwise;
	return (int64_t)(number > 1e11 ? number / 1000 : number);
}
