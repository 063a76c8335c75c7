/* refs/flywheel/log: an append-only chain of commits, one per event; the newest one rules. */
#include "gate/internal.h"

#include "flywheel/refs.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FILE (8u << 20)

char *trailer_get(const char *message, const char *key)
{
	size_t len = strlen(key);
	const char *found = NULL;

	for (const char *line = message; line && *line;) {
		const char *end = strchr(line, '\n');

		if (*line == '\n')
			found = NULL; /* only the last paragraph counts */
		if (starts_with(line, "-----BEGIN"))
			break; /* a signature follows the message */
		if (!strncmp(line, key, len) && line[len] == ':')
			found = line + len + 1;
		line = end ? end + 1 : NULL;
		if (line && *line == '\n' && !line[1])
			break; /* a trailing empty line ends no paragraph */
	}
	if (!found)
		return xstrdup("");
	found += *found == ' ';
	return xstrndup(found, strcspn(found, "\n"));
}

void trailer_add(struct buf *message, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	buf_addf(message, "%s: ", key);
	for (; *value; value++)
		buf_addch(message, (unsigned char)*value < ' ' ? ' ' : *value);
	buf_addch(message, '\n');
}

/* A file of a log commit's tree; "" when it has none. */
static int read_file(struct session *session, const struct oid *tree, const char *name, char **out)
{
	struct buf text = BUF_INIT;
	struct oid blob;
	int rc = repo_tree_file(session->repo, tree, name, &blob);

	if (rc == E_NOTFOUND)
		rc = 0;
	else if (!rc)
		rc = repo_blob_read(session->repo, &blob, MAX_FILE, &text);
	*out = buf_detach(&text);
	if (!*out)
		*out = xstrdup("");
	return rc;
}

static void chomp(char *text)
{
	text[strcspn(text, "\n")] = '\0';
}

static void take_promoted(struct log_state *state, const char *text)
{
	struct strings lines = STRINGS_INIT, words = STRINGS_INIT;
	size_t capacity = 0;

	strings_split(&lines, text, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		strings_split(&words, lines.items[i], ' ');
		if (words.count >= 3) {
			GROW(state->promoted, state->count, capacity);
			state->promoted[state->count++] =
				(struct promoted){.tag = xstrdup(words.items[0]),
					.model = xstrdup(words.items[1]),
					.sha256 = xstrdup(words.items[2])};
		}
		strings_release(&words);
	}
	strings_release(&lines);
}

int log_load(struct session *session, struct log_state *out)
{
	struct commit commit = {0};
	char *models = NULL;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = ref_read(session->repo, REF_LOG, &out->tip);
	if (rc == E_NOTFOUND) {
		out->production = xstrdup(GENERIC);
		out->tag = xstrdup("");
		out->anchor = xstrdup("");
		return 0;
	}
	out->exists = true;
	if (!rc)
		rc = repo_commit_read(session->repo, &out->tip, &commit);
	if (!rc)
		rc = read_file(session, &commit.tree, "production", &out->production);
	if (!rc)
		rc = read_file(session, &commit.tree, "tag", &out->tag);
	if (!rc)
		rc = read_file(session, &commit.tree, "anchor", &out->anchor);
	if (!rc)
		rc = read_file(session, &commit.tree, "models", &models);
	if (!rc) {
		chomp(out->production);
		chomp(out->tag);
		chomp(out->anchor);
		take_promoted(out, models);
		if (!*out->production)
			rc = fail(E_INVALID,
				"%s names no model in force: its newest commit has no "
				"file `production`",
				REF_LOG);
	}
	commit_release(&commit);
	free(models);
	if (rc)
		log_release(out);
	return rc;
}

void log_release(struct log_state *state)
{
	if (!state)
		return;
	for (size_t i = 0; i < state->count; i++) {
		free(state->promoted[i].tag);
		free(state->promoted[i].model);
		free(state->promoted[i].sha256);
	}
	free(state->promoted);
	free(state->production);
	free(state->tag);
	free(state->anchor);
	memset(state, 0, sizeof(*state));
}

const struct promoted *log_by_tag(const struct log_state *state, const char *tag)
{
	for (size_t i = 0; i < state->count; i++)
		if (!strcmp(state->promoted[i].tag, tag))
			return &state->promoted[i];
	return NULL;
}

const struct promoted *log_by_model(const struct log_state *state, const char *model)
{
	for (size_t i = state->count; i--;)
		if (!strcmp(state->promoted[i].model, model))
			return &state->promoted[i];
	return NULL;
}

int log_commit(struct session *session, const struct log_state *state, const char *message,
	const char *report, struct oid *out)
{
	struct buf production = BUF_INIT, tag = BUF_INIT, anchor = BUF_INIT, models = BUF_INIT;
	struct tree_entry entries[5];
	size_t count = 0;
	int rc;

	buf_addf(&production, "%s\n", state->production);
	buf_addf(&tag, "%s\n", state->tag);
	buf_addf(&anchor, "%s\n", state->anchor);
	for (size_t i = 0; i < state->count; i++)
		buf_addf(&models, "%s %s %s\n", state->promoted[i].tag, state->promoted[i].model,
			state->promoted[i].sha256);
	entries[count++] = (struct tree_entry){"production", production.ptr, production.len};
	if (*state->tag)
		entries[count++] = (struct tree_entry){"tag", tag.ptr, tag.len};
	if (*state->anchor)
		entries[count++] = (struct tree_entry){"anchor", anchor.ptr, anchor.len};
	if (models.len)
		entries[count++] = (struct tree_entry){"models", models.ptr, models.len};
	if (report)
		entries[count++] = (struct tree_entry){"report.json", report, strlen(report)};
	rc = commit_make(
		session->repo, state->exists ? &state->tip : NULL, entries, count, message, out);
	buf_release(&production);
	buf_release(&tag);
	buf_release(&anchor);
	buf_release(&models);
	return rc;
}

struct find_state {
	const char *event, *run, *model;
	bool found;
	char *tag;
};

static int find_event(const struct commit *commit, void *payload)
{
	struct find_state *state = payload;
	char *event = trailer_get(commit->message, "Event");
	char *run = trailer_get(commit->message, "Run");
	char *model = trailer_get(commit->message, "Model-Id");

	if (!strcmp(event, state->event) && !strcmp(run, state->run) &&
		!strcmp(model, state->model)) {
		state->found = true;
		state->tag = trailer_get(commit->message, "Tag");
	}
	free(event);
	free(run);
	free(model);
	return state->found ? E_STOPPED : 0;
}

int log_find(struct session *session, const char *event, const char *run, const char *model,
	bool *found, char **tag)
{
	struct find_state state = {.event = event, .run = run, .model = model};
	struct log_options options = {0};
	struct oid tip;
	int rc = ref_read(session->repo, REF_LOG, &tip);

	*found = false;
	*tag = NULL;
	if (rc == E_NOTFOUND || !*run)
		return 0;
	options.from = &tip;
	if (!rc)
		rc = repo_log(session->repo, &options, find_event, &state);
	if (rc == E_STOPPED && state.found)
		rc = 0;
	*found = state.found;
	*tag = state.tag;
	return rc;
}

struct each_state {
	struct session *session;
	gate_event_fn fn;
	void *payload;
};

static int show_event(const struct commit *commit, void *payload)
{
	struct each_state *state = payload;
	struct gate_event event = {.at = commit->commit_time, .who = commit->author};
	char *kind = trailer_get(commit->message, "Event");
	char *model = trailer_get(commit->message, "Model-Id");
	char *tag = trailer_get(commit->message, "Tag");
	char *verdict = trailer_get(commit->message, "Verdict");
	char *run = trailer_get(commit->message, "Run");
	char *reason = trailer_get(commit->message, "Reason");
	char *text = NULL;
	struct js *report = NULL;
	int rc = read_file(state->session, &commit->tree, "report.json", &text);

	oid_hex(&commit->id, event.id);
	event.event = kind;
	event.model = model;
	event.tag = tag;
	event.verdict = verdict;
	event.run = run;
	event.reason = reason;
	if (!rc && *text && !js_parse(text, strlen(text), &report))
		event.report = report;
	if (!rc)
		rc = state->fn(&event, state->payload);
	js_free(report);
	free(kind);
	free(model);
	free(tag);
	free(verdict);
	free(run);
	free(reason);
	free(text);
	return rc;
}

int gate_log_each(struct session *session, gate_event_fn fn, void *payload)
{
	struct each_state state = {.session = session, .fn = fn, .payload = payload};
	struct log_options options = {0};
	struct oid tip;
	int rc = ref_read(session->repo, REF_LOG, &tip);

	if (rc == E_NOTFOUND)
		return 0;
	options.from = &tip;
	return rc ? rc : repo_log(session->repo, &options, show_event, &state);
}
