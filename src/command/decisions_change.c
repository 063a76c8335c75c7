/* git flywheel decisions accept, reject, forget, edit, add, link, merge: what a person says. */
#include "command/decisions.h"

#include "command/print_decision.h"
#include "flywheel/decision_note.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)64 << 10)

/* One line for people, or an object. */
static void print_done(const struct decisions_request *request, const char *what, const char *id)
{
	struct js *object;
	struct buf out = BUF_INIT;

	if (!request->json) {
		printf("%s ", what);
		print_text(id);
		putchar('\n');
		return;
	}
	object = js_object();
	js_set_text(object, "id", id);
	js_set_text(object, "done", what);
	js_write_pretty(object, &out);
	puts(out.ptr);
	buf_release(&out);
	js_free(object);
}

static int judge(struct decisions_request *request, const char *verdict)
{
	int code = EXIT_OK;

	for (int i = 0; i < request->count && code == EXIT_OK; i++) {
		int rc = decision_judge(request->session, request->words[i], verdict,
			request->reason ? request->reason : "");

		if (!rc)
			print_done(request, verdict, request->words[i]);
		code = decisions_finish(rc);
	}
	return code;
}

int decisions_accept(struct decisions_request *request)
{
	return judge(request, "accepted");
}

int decisions_reject(struct decisions_request *request)
{
	return judge(request, "rejected");
}

int decisions_forget(struct decisions_request *request)
{
	int rc = decision_forget(request->session, request->words[0]);

	if (!rc)
		print_done(request, "forgotten", request->words[0]);
	return decisions_finish(rc);
}

/* As git finds it: GIT_EDITOR, core.editor, VISUAL, EDITOR. It may have options of its own. */
int decisions_edit_text(struct session *session, struct buf *text)
{
	static const char *const ask[] = {"var", "GIT_EDITOR", NULL};
	struct buf editor = BUF_INIT;
	char *file = path_join(repo_git_dir(session->repo), "FLYWHEEL_DECISION");
	char *script = NULL;
	int rc = git_run(repo_git_dir(session->repo), ask, NULL, 0, &editor);

	buf_trim(&editor);
	if (!rc)
		rc = file_write(file, text->ptr, text->len, 0600);
	if (!rc) {
		script = xstrfmt("%s \"$@\"", editor.ptr);
		rc = process_foreground(
			(const char *const[]){"sh", "-c", script, editor.ptr, file, NULL});
		if (rc > 0)
			rc = fail(E_STOPPED,
				"the editor '%.100s' ended with %d: nothing was changed",
				editor.ptr, rc);
	}
	buf_clear(text);
	if (!rc)
		rc = file_read(file, TEXT_MAX, text);
	unlink(file);
	free(script);
	free(file);
	buf_release(&editor);
	return rc;
}

#define FORM                                                                                       \
	"# What was decided, in a sentence; why; what was not chosen; what follows from it.\n"     \
	"# A value may go on over lines that begin with a blank. Lines that begin with # are\n"    \
	"# left out. Without a decision nothing is changed.\n"

static void add_field(struct buf *out, const char *label, const char *value)
{
	buf_addf(out, "%s: %s\n", label, value ? value : "");
}

/* "Label: value" with the lines that go on; NULL when it is not there. */
static char *take_field(const char *text, const char *label)
{
	struct strings lines = STRINGS_INIT;
	struct buf value = BUF_INIT;
	size_t len = strlen(label);
	bool inside = false, found = false;

	strings_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i];

		if (*line == '#')
			continue;
		if (*line != ' ' && *line != '\t')
			inside = starts_with(line, label) && line[len] == ':';
		if (!inside)
			continue;
		found = true;
		buf_addf(&value, "%s ", *line == ' ' || *line == '\t' ? line : line + len + 1);
	}
	strings_release(&lines);
	if (found)
		return buf_detach(&value);
	buf_release(&value);
	return NULL;
}

static const char *without_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static int add(struct decisions_request *request, const struct decision_words *words)
{
	struct oid commit;
	char id[13];
	int rc = request->commit ? repo_resolve(request->session->repo, request->commit, &commit)
				 : 0;

	request->words[request->count] = NULL;
	if (!rc)
		rc = decision_add(request->session, words, request->commit ? &commit : NULL,
			(const char *const *)(uintptr_t)request->words, id);
	if (!rc)
		print_done(request, "added", id);
	return rc;
}

int decisions_edit_words(
	struct decisions_request *request, const char *id, const struct decision *decision)
{
	struct buf text = BUF_INIT;
	struct decision_words words = {0};
	int rc;

	add_field(&text, "Decision", decision ? decision->statement : NULL);
	add_field(&text, "Because", decision ? decision->because : NULL);
	add_field(&text, "Instead-of", decision ? decision->instead_of : NULL);
	add_field(&text, "Consequences", decision ? decision->consequences : NULL);
	buf_addstr(&text, FORM);
	if (decision)
		buf_addf(&text, "#\n# It was taken from:\n#   %s\n", decision->evidence);
	rc = decisions_edit_text(request->session, &text);
	words.statement = take_field(text.ptr, "Decision");
	words.because = take_field(text.ptr, "Because");
	words.instead_of = take_field(text.ptr, "Instead-of");
	words.consequences = take_field(text.ptr, "Consequences");
	if (!rc && (!words.statement || !*without_blanks(words.statement)))
		rc = fail(E_STOPPED, "no decision was written: nothing was changed");
	if (!rc)
		rc = id ? decision_edit(request->session, id, &words) : add(request, &words);
	free((char *)(uintptr_t)words.statement);
	free((char *)(uintptr_t)words.because);
	free((char *)(uintptr_t)words.instead_of);
	free((char *)(uintptr_t)words.consequences);
	buf_release(&text);
	return rc;
}

static bool has_text(const struct decision_words *words)
{
	return words->statement || words->because || words->instead_of || words->consequences;
}

static int on_edited(const struct decision *decision, void *payload)
{
	struct decisions_request *request = payload;

	return decisions_edit_words(request, decision->id, decision);
}

int decisions_edit(struct decisions_request *request)
{
	const char *id = request->words[0];
	int rc = has_text(&request->text) ? decision_edit(request->session, id, &request->text)
					  : decision_find(request->session, id, on_edited, request);

	if (!rc)
		print_done(request, "edited", id);
	return decisions_finish(rc);
}

int decisions_add(struct decisions_request *request)
{
	int rc = has_text(&request->text) ? add(request, &request->text)
					  : decisions_edit_words(request, NULL, NULL);

	return decisions_finish(rc);
}

int decisions_link(struct decisions_request *request)
{
	bool plain = request->count == 2;
	int rc =
		decision_link(request->session, request->words[0], plain ? NULL : request->words[1],
			request->words[request->count - 1], request->remove);

	if (!rc)
		print_done(request, request->remove ? "unlinked" : "linked", request->words[0]);
	return decisions_finish(rc);
}

int decisions_merge(struct decisions_request *request)
{
	size_t changed = 0;
	int rc = decision_notes_take(request->session, request->words[0], &changed);
	struct js *object;
	struct buf out = BUF_INIT;

	if (!rc)
		rc = decision_mine(request->session, NULL); /* what is new in them counts at once */
	if (rc)
		return decisions_finish(rc);
	if (!request->json) {
		printf("merged %s: %zu notes changed\n", request->words[0], changed);
		return EXIT_OK;
	}
	object = js_object();
	js_set_text(object, "ref", request->words[0]);
	js_set_number(object, "changed", (int64_t)changed);
	js_write_pretty(object, &out);
	puts(out.ptr);
	buf_release(&out);
	js_free(object);
	return EXIT_OK;
}
