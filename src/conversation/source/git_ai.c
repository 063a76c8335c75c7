/*
 * git-ai: refs/notes/ai. A note says of its commit which lines an assistant wrote: a line with a
 * path, lines "  <session key> 1-4,9" (the key may go on with "::<turn>"), a line "---", and JSON
 * that names assistant, model and conversation of each key. Each session of a commit becomes a turn
 * without words that is anchored at those lines; where the JSON holds the talk as well, that is
 * taken, too.
 */
#include "conversation/raw.h"

#include "flywheel/refs.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define REF "refs/notes/ai"
#define NOTE_MAX ((size_t)4 << 20)
#define SESSIONS_MAX 200 /* of one note */

struct reading {
	struct harvest *harvest;
	char commit[OID_HEX + 1];
	int64_t at; /* of the commit */
	size_t sessions;
	const char *lines, *json;
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	struct oid tip;

	if (ref_read(harvest_session(harvest)->repo, REF, &tip)) {
		error_clear();
		return 0;
	}
	return fn(REF, payload);
}

/* ---- the lines of one session ---- */

static void add_ranges(struct raw_draft *draft, const char *commit, const char *path,
	const char *ranges, size_t len)
{
	for (const char *at = ranges; at < ranges + len;) {
		char *end;
		struct raw_anchor anchor = {.path = path, .commit = commit};

		anchor.line = strtoll(at, &end, 10);
		if (end == at)
			break;
		anchor.last = anchor.line;
		if (*end == '-')
			anchor.last = strtoll(end + 1, &end, 10);
		raw_add_anchor(draft, &anchor);
		at = *end == ',' ? end + 1 : ranges + len;
	}
}

/* Paths that hold blanks are quoted. */
static const char *path_of(struct raw_draft *draft, const char *line, size_t len)
{
	if (len > 1 && *line == '"' && line[len - 1] == '"')
		return raw_keep(draft, line + 1, len - 2);
	return raw_keep(draft, line, len);
}

/* The last word of a line, which is the last that it holds. */
static size_t ranges_length(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && line[len - 1 - n] != ' ')
		n++;
	return n;
}

static void add_lines(const struct reading *reading, struct raw_draft *draft, const char *key)
{
	const char *path = NULL;
	size_t key_len = strlen(key);

	for (const char *line = reading->lines; *line;) {
		size_t len = strcspn(line, "\n");

		if (*line != ' ')
			path = path_of(draft, line, len);
		else if (path && len > key_len + 3 && !strncmp(line + 2, key, key_len) &&
			 strchr(" :", line[2 + key_len]))
			add_ranges(draft, reading->commit, path,
				line + len - ranges_length(line, len), ranges_length(line, len));
		line += len + (line[len] == '\n');
	}
}

/* ---- one session ---- */

static int store_message(const struct reading *reading, const struct js *message, size_t position,
	const char *session, const struct js *agent)
{
	const char *type = js_get_text(message, "type");
	bool person = type && !strcmp(type, "user");
	char *place = xstrfmt("%zu", position);
	struct raw_draft draft;
	int rc = 0;

	raw_init(&draft);
	if (person || (type && !strcmp(type, "assistant"))) {
		raw_add_text(&draft, js_get_text(message, "text"));
		draft.turn = (struct raw_turn){
			.record = raw_id(&draft, "git-ai", session, place, NULL),
			.session = session,
			.role = person ? "user" : "assistant",
			.tool = js_get_text(agent, "tool"),
			.model = person ? NULL : js_get_text(agent, "model"),
			.at = raw_time(js_get(message, "timestamp"), reading->at),
		};
		rc = raw_store(&draft, reading->harvest);
	}
	raw_release(&draft);
	free(place);
	return rc;
}

static int take_session(const char *key, const struct js *value, void *payload)
{
	struct reading *reading = payload;
	const struct js *agent = js_get(value, "agent_id"), *messages = js_get(value, "messages");
	const char *session = js_get_text(agent, "id");
	struct raw_draft draft;
	int rc = 0;

	if (reading->sessions++ == SESSIONS_MAX)
		return fail(E_INVALID, "a note of more sessions than work on a commit");
	if (!session)
		session = key;
	/* What the tool's own files say is better than this copy. */
	for (size_t i = 0; i < js_count(messages) && !rc; i++)
		if (!harvest_has_session(reading->harvest, session))
			rc = store_message(reading, js_at(messages, i), i, session, agent);
	raw_init(&draft);
	add_lines(reading, &draft, key);
	draft.turn = (struct raw_turn){
		.record = raw_id(&draft, "git-ai", reading->commit, key, NULL),
		.session = session,
		.role = "assistant",
		.tool = js_get_text(agent, "tool"),
		.model = js_get_text(agent, "model"),
		.at = reading->at,
	};
	if (!rc)
		rc = raw_store(&draft, reading->harvest);
	raw_release(&draft);
	return rc;
}

static int take_sessions(size_t place, const struct js *value, void *payload)
{
	(void)place;
	return js_is_object(value) ? js_each(value, take_session, payload) : 0;
}

static int take_note(struct reading *reading, struct buf *note)
{
	static const char *const places[] = {"sessions", "prompts", NULL};
	char *rule = starts_with(note->ptr, "---\n") ? note->ptr : strstr(note->ptr, "\n---\n");
	struct js_stream *stream;
	int rc;

	if (!rule && *note->ptr != '{')
		return fail(E_INVALID, "a note of another kind");
	reading->json = rule ? strstr(rule, "---\n") + 4 : note->ptr;
	reading->lines = rule ? note->ptr : "";
	if (rule)
		*rule = '\0';
	stream = js_stream_new(places, take_sessions, reading);
	rc = js_stream_feed(stream, reading->json, note->len - (size_t)(reading->json - note->ptr));
	if (!rc)
		rc = js_stream_finish(stream);
	js_stream_free(stream);
	return rc;
}

/* A note's path is its commit's id, with slashes between. */
static bool commit_of(const char *path, struct oid *out)
{
	char hex[OID_HEX + 1];
	size_t len = 0;

	for (; *path; path++)
		if (*path != '/' && len < OID_HEX)
			hex[len++] = *path;
	hex[len] = '\0';
	if (!oid_parse(hex, out))
		return true;
	error_clear();
	return false;
}

static int on_note(const char *path, const struct oid *old, const struct oid *new, void *payload)
{
	struct reading *reading = payload;
	struct repo *repo = harvest_session(reading->harvest)->repo;
	struct buf note = BUF_INIT;
	struct commit commit;
	struct oid id;
	int rc;

	(void)old;
	if (!new || !commit_of(path, &id))
		return 0;
	oid_hex(&id, reading->commit);
	reading->at = 0;
	reading->sessions = 0;
	if (!repo_commit_read(repo, &id, &commit)) {
		reading->at = commit.commit_time;
		commit_release(&commit);
	}
	error_clear();
	rc = repo_blob_read(repo, new, NOTE_MAX, &note);
	if (!rc)
		rc = take_note(reading, &note);
	if (rc == E_INVALID || rc == E_TOOBIG || rc == E_NOTFOUND) {
		error_clear();
		harvest_malformed(reading->harvest);
		rc = 0;
	}
	buf_release(&note);
	return rc ? rc : harvest_interrupted();
}

static int read_notes(struct harvest *harvest, const char *ref)
{
	struct reading reading = {.harvest = harvest};
	struct ref_state state;
	int rc = ref_state_open(harvest, ref, &state);

	if (rc || !state.changed)
		return rc;
	rc = repo_tree_diff(harvest_session(harvest)->repo, state.known ? &state.old_tree : NULL,
		&state.tree, on_note, &reading);
	return rc ? rc : ref_state_save(harvest, ref, &state);
}

const struct conversation_source source_git_ai = {
	.name = "git-ai",
	.title = "git-ai's notes of who wrote which line",
	.reach = REACH_REPOSITORY,
	.find = find,
	.read = read_notes,
};
