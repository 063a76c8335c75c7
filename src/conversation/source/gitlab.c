/*
 * GitLab: descriptions and discussions of merge requests, on lines or as a whole. What the system
 * itself notes ("changed the description") is no talk.
 */
#include "conversation/source/forge.h"

#include "conversation/harvest.h"
#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static const struct forge_kind gitlab = {
	.name = "gitlab",
	.title = "GitLab",
	.url = "gitlab.url",
	.repository = "gitlab.project",
	.host = "gitlab.com",
	.api = "https://gitlab.com/api/v4",
	.path = "/api/v4",
	.environment = "GITLAB_TOKEN",
	.accept = "application/json",
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	return forge_find(&gitlab, harvest, fn, payload);
}

struct discussion {
	const char *session;
	char *parent; /* the note before this one; of the first one the request's description */
};

/* One merge request while its discussions are read. */
struct request {
	const char *opening, *path; /* its record; its URL from the API on */
	bool known;                 /* it was read before */
	struct map notes;           /* records that it has now */
};

static int take_note(struct forge *forge, const struct js *note, struct discussion *discussion)
{
	const struct js *place = js_get(note, "position");
	const char *body = js_get_text(note, "body");
	char *record = xstrfmt("gitlab-note-%lld", (long long)js_get_number(note, "id", 0));
	struct raw_anchor anchor = {.path = js_get_text(place, "new_path"),
		.line = js_get_number(place, "new_line", 0),
		.commit = js_get_text(place, "head_sha")};
	struct raw_turn turn = {.record = record,
		.parent = discussion->parent,
		.session = discussion->session,
		.role = "user",
		.at = forge_time(note, "created_at"),
		.text = body ? body : "",
		.anchors = &anchor,
		.anchor_count = anchor.path != NULL,
		.open = true};
	int rc = 0;

	if (!anchor.line) { /* a line that was taken out: it stands in the old version only */
		anchor.line = js_get_number(place, "old_line", 0);
		anchor.commit = js_get_text(place, "base_sha");
		if (js_get_text(place, "old_path"))
			anchor.path = js_get_text(place, "old_path");
	}
	if (js_get_number(note, "id", 0) <= 0)
		harvest_malformed(forge->harvest);
	else if (!js_get_bool(note, "system", false) && *turn.text)
		rc = harvest_turn(forge->harvest, &turn);
	free(discussion->parent);
	discussion->parent = record;
	return rc;
}

static bool is_known(struct forge *forge, const struct js *note)
{
	char *record = xstrfmt("gitlab-note-%lld", (long long)js_get_number(note, "id", 0));
	bool known = harvest_knows(forge->harvest, record);

	free(record);
	return known;
}

static int take_discussion(struct forge *forge, const struct js *item, void *payload)
{
	const struct js *notes = js_get(item, "notes");
	const char *id = js_get_text(item, "id");
	char *session = xstrfmt("gitlab-thread-%s", id ? id : "");
	struct request *request = payload;
	struct discussion discussion = {.session = session, .parent = xstrdup(request->opening)};
	int rc = 0;

	for (size_t i = 0; i < js_count(notes) && !rc; i++) {
		request->known |= is_known(forge, js_at(notes, i));
		rc = take_note(forge, js_at(notes, i), &discussion);
		map_put_str(&request->notes, discussion.parent, NULL);
	}
	free(discussion.parent);
	free(session);
	return rc;
}

static int take_missing(const char *record, void *payload)
{
	strings_add(payload, record);
	return 0;
}

/* Notes that were stored of it and are not among those it has now. */
static int drop_missing(struct forge *forge, const struct request *request)
{
	static const char beginning[] = "gitlab-note-";
	struct strings known = STRINGS_INIT;
	int rc = talk_each_below(
		forge->harvest->session->store, request->opening, take_missing, &known);

	for (size_t i = 0; i < known.count && !rc; i++) {
		char *url;

		if (!starts_with(known.items[i], beginning) ||
			map_get_str(&request->notes, known.items[i]))
			continue;
		url = xstrfmt("%s%s/notes/%s", forge->api, request->path,
			known.items[i] + strlen(beginning));
		rc = forge_verify(forge, url, known.items[i]);
		free(url);
	}
	strings_release(&known);
	return rc;
}

static int read_discussions(struct forge *forge, const char *opening, const char *path, bool known)
{
	struct request request = {opening, path, known, MAP_INIT};
	char *all = xstrfmt("%s/discussions?per_page=%d", path, FORGE_PAGE);
	int rc = forge_all(forge, all, take_discussion, &request);

	if (!rc && request.known)
		rc = drop_missing(forge, &request);
	map_release(&request.notes);
	free(all);
	return rc;
}

static int take_request(struct forge *forge, const struct js *item, void *payload)
{
	const char *body = js_get_text(item, "description"), *project = payload;
	long long id = (long long)js_get_number(item, "id", 0);
	long long number = (long long)js_get_number(item, "iid", 0);
	char *record = xstrfmt("gitlab-opening-%lld", id);
	char *session = xstrfmt("gitlab-request-%lld", id);
	char *path = xstrfmt("/projects/%s/merge_requests/%lld", project, number);
	struct raw_anchor anchor = {.commit = js_get_text(item, "merge_commit_sha")};
	struct raw_turn turn = {.record = record,
		.session = session,
		.role = "user",
		.at = forge_time(item, "created_at"),
		.text = body ? body : "",
		.anchors = &anchor,
		.anchor_count = anchor.commit != NULL,
		.open = true};
	bool known = harvest_knows(forge->harvest, record);
	int rc = 0;

	if (id <= 0)
		harvest_malformed(forge->harvest);
	else if (*turn.text)
		rc = harvest_turn(forge->harvest, &turn);
	if (!rc && number > 0)
		rc = read_discussions(forge, record, path, known);
	free(record);
	free(session);
	free(path);
	return rc;
}

/* A note that is deleted may leave its request's time as it was: open ones are read again. */
static int recheck_open(struct forge *forge, char *project)
{
	char *list = xstrfmt("/projects/%s/merge_requests?scope=all&state=opened&per_page=%d",
		project, FORGE_PAGE);
	int rc = 0;

	if (forge_is_due(forge, "opened")) {
		rc = forge_all(forge, list, take_request, project);
		if (!rc)
			rc = forge_set_checked(forge, "opened");
	}
	free(list);
	return rc;
}

static int read_place(struct harvest *harvest, const char *place)
{
	struct buf project = BUF_INIT;
	struct forge_list list = {.name = "merge_requests", .after = "", .updated = "updated_at"};
	struct forge forge;
	char *before;
	int rc = forge_open(&forge, &gitlab, harvest, place);

	forge_escape(forge.repository, &project);
	list.before = before = xstrfmt("/projects/%s/merge_requests?scope=all&state=all&"
				       "order_by=updated_at&sort=asc&per_page=%d&updated_after=",
		project.ptr, FORGE_PAGE);
	if (!rc)
		rc = forge_each(&forge, &list, take_request, project.ptr);
	if (!rc)
		rc = recheck_open(&forge, project.ptr);
	if (rc == E_NOTFOUND)
		rc = fail(E_DENIED, "GitLab has no project '%s', or the token may not see it",
			forge.repository);
	free(before);
	buf_release(&project);
	forge_close(&forge);
	return rc;
}

const struct conversation_source source_gitlab = {
	.name = "gitlab",
	.title = "GitLab discussions",
	.reach = REACH_REMOTE,
	.find = find,
	.read = read_place,
};
