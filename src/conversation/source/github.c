/*
 * GitHub: comments on lines of pull requests, reviews, comments and descriptions of issues and
 * pull requests. People's names are not kept; what a comment is about is.
 */
#include "conversation/source/forge.h"

#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static const struct forge_kind github = {
	.name = "github",
	.title = "GitHub",
	.url = "github.url",
	.repository = "github.repository",
	.host = "github.com",
	.api = "https://api.github.com",
	.path = "/api/v3",
	.environment = "GITHUB_TOKEN",
	.accept = "application/vnd.github+json",
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	return forge_find(&github, harvest, fn, payload);
}

/* What all kinds of comments have in common. `record` and `session` are the caller's. */
static int take(struct forge *forge, const struct js *item, const char *record, const char *session,
	const char *parent, const struct raw_anchor *anchor)
{
	const struct js *user = js_get(item, "user");
	const char *type = js_get_text(user, "type"), *body = js_get_text(item, "body");
	bool machine = type && !strcmp(type, "Bot");
	struct raw_turn turn = {
		.record = record,
		.parent = parent,
		.session = session,
		.role = machine ? "assistant" : "user",
		.tool = machine ? js_get_text(user, "login") : NULL,
		.text = body ? body : "",
		.anchors = anchor,
		.anchor_count = anchor != NULL,
		.open = true, /* comments are edited */
	};

	turn.at = forge_time(item, js_get(item, "submitted_at") ? "submitted_at" : "created_at");
	if (!js_is_object(item) || js_get_number(item, "id", 0) <= 0) {
		harvest_malformed(forge->harvest);
		return 0;
	}
	return *turn.text ? harvest_turn(forge->harvest, &turn) : 0;
}

/* A comment on a line; the answers to it are one conversation with it. */
static int take_line_comment(struct forge *forge, const struct js *item, void *payload)
{
	long long id = (long long)js_get_number(item, "id", 0);
	long long root = (long long)js_get_number(item, "in_reply_to_id", id);
	char *record = xstrfmt("github-comment-%lld", id);
	char *session = xstrfmt("github-thread-%lld", root);
	char *parent = root != id ? xstrfmt("github-comment-%lld", root) : NULL;
	struct raw_anchor anchor = {.path = js_get_text(item, "path"),
		.line = js_get_number(item, "line", 0),
		.commit = js_get_text(item, "commit_id")};
	int rc;

	(void)payload;
	if (!anchor.line) { /* the line is gone from the newest version: where it was, then */
		anchor.line = js_get_number(item, "original_line", 0);
		anchor.commit = js_get_text(item, "original_commit_id");
	}
	rc = take(forge, item, record, session, parent, &anchor);
	free(record);
	free(session);
	free(parent);
	return rc;
}

/* The number at the end of ".../issues/12". */
static const char *number_of(const struct js *item, const char *key)
{
	const char *url = js_get_text(item, key), *slash = url ? strrchr(url, '/') : NULL;

	return slash && slash[1] && strspn(slash + 1, "0123456789") == strlen(slash + 1) ? slash + 1
											 : NULL;
}

static int take_issue_comment(struct forge *forge, const struct js *item, void *payload)
{
	const char *number = number_of(item, "issue_url");
	char *record = xstrfmt("github-remark-%lld", (long long)js_get_number(item, "id", 0));
	char *session = xstrfmt("github-issue-%s", number ? number : "0");
	int rc = take(forge, item, record, session, NULL, NULL);

	(void)payload;
	free(record);
	free(session);
	return rc;
}

static int take_review(struct forge *forge, const struct js *item, void *payload)
{
	char *record = xstrfmt("github-review-%lld", (long long)js_get_number(item, "id", 0));
	struct raw_anchor anchor = {.commit = js_get_text(item, "commit_id")};
	int rc = take(forge, item, record, payload, NULL, anchor.commit ? &anchor : NULL);

	free(record);
	return rc;
}

/* An issue's description; a pull request is one, too, and has reviews. */
static int take_issue(struct forge *forge, const struct js *item, void *payload)
{
	long long number = (long long)js_get_number(item, "number", 0);
	char *record = xstrfmt("github-opening-%lld", (long long)js_get_number(item, "id", 0));
	char *session = xstrfmt("github-issue-%lld", number);
	char *reviews = xstrfmt(
		"/repos/%s/pulls/%lld/reviews?per_page=%d", forge->repository, number, FORGE_PAGE);
	int rc = take(forge, item, record, session, NULL, NULL);

	(void)payload;
	if (!rc && js_is_object(js_get(item, "pull_request")))
		rc = forge_all(forge, reviews, take_review, session);
	free(record);
	free(session);
	free(reviews);
	return rc;
}

static int read_list(struct forge *forge, const char *what, const char *more, forge_item_fn fn)
{
	char *before = xstrfmt("/repos/%s/%s?%ssort=updated&direction=asc&per_page=%d&since=",
		forge->repository, what, more, FORGE_PAGE);
	const struct forge_list list = {what, before, "", "updated_at"};
	int rc = forge_each(forge, &list, fn, NULL);

	free(before);
	return rc;
}

/* Comments can be deleted by whoever wrote them; descriptions and reviews that were sent cannot. */
static int recheck(struct forge *forge, const char *what, const char *record)
{
	char *one = xstrfmt("/repos/%s/%s/", forge->repository, what);
	char *list = xstrfmt("/repos/%s/%s?sort=created&direction=asc&per_page=%d",
		forge->repository, what, FORGE_PAGE);
	const struct forge_kept kept = {what, list, record, one};
	int rc = forge_recheck(forge, &kept);

	free(one);
	free(list);
	return rc;
}

static int read_place(struct harvest *harvest, const char *place)
{
	struct forge forge;
	int rc = forge_open(&forge, &github, harvest, place);

	if (!rc)
		rc = read_list(&forge, "issues", "state=all&", take_issue);
	if (!rc)
		rc = read_list(&forge, "pulls/comments", "", take_line_comment);
	if (!rc)
		rc = read_list(&forge, "issues/comments", "", take_issue_comment);
	if (!rc)
		rc = recheck(&forge, "pulls/comments", "github-comment-");
	if (!rc)
		rc = recheck(&forge, "issues/comments", "github-remark-");
	if (rc == E_NOTFOUND) /* "no such place" would be passed over in silence */
		rc = fail(E_DENIED, "GitHub has no repository '%s', or the token may not see it",
			forge.repository);
	forge_close(&forge);
	return rc;
}

const struct conversation_source source_github = {
	.name = "github",
	.title = "GitHub reviews and comments",
	.reach = REACH_REMOTE,
	.find = find,
	.read = read_place,
};
