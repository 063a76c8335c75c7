/*
 * Asking a forge, one request after the other. Nothing is asked unless the source is allowed by
 * `git config`; the token comes from the environment or from git's credential helpers, and goes
 * nowhere but to the API's own host.
 */
#include "conversation/source/forge.h"

#include "conversation/harvest.h"
#include "flywheel/config.h"
#include "flywheel/http.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/clock.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/process.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRIES 3
#define PAUSE_MILLISECONDS 200 /* before the second try; five times as long before the third */
#define LIMIT_WAIT 60          /* seconds, where a forge does not say how long */
#define PAGES_MAX 10000        /* of one list in one harvest */

/* ---- which repository there ---- */

/* "gitlab.example.org" is a GitLab by its name. */
static bool names_kind(const char *host, size_t len, const char *name)
{
	for (size_t i = 0; i + strlen(name) <= len; i++)
		if (!strncmp(host + i, name, strlen(name)))
			return true;
	return false;
}

/* "host/owner/name" of a remote, into the API's address and the name. */
static bool take_remote(
	const struct forge_kind *kind, const char *remote, struct buf *api, struct buf *repository)
{
	const char *slash = strchr(remote, '/');
	size_t host = slash ? (size_t)(slash - remote) : 0;

	if (!slash || !strchr(slash + 1, '/'))
		return false;
	if (host == strlen(kind->host) && !strncmp(remote, kind->host, host))
		buf_addstr(api, kind->api);
	else if (names_kind(remote, host, kind->name))
		buf_addf(api, "https://%.*s%s", (int)host, remote, kind->path);
	else
		return false;
	buf_addstr(repository, slash + 1);
	return true;
}

/* Settings first; else the first remote that is such a forge's by its host. */
int forge_find(const struct forge_kind *kind, struct harvest *harvest, place_fn fn, void *payload)
{
	const struct config *config = harvest_session(harvest)->config;
	struct buf api = BUF_INIT, repository = BUF_INIT, place = BUF_INIT;
	int rc = 0;

	if (config) {
		buf_addstr(&api, config_text(config, kind->url));
		buf_addstr(&repository, config_text(config, kind->repository));
	}
	for (size_t i = 0; i < harvest->owner.remotes.count && !(api.len && repository.len); i++) {
		struct buf url = BUF_INIT, name = BUF_INIT;

		if (take_remote(kind, harvest->owner.remotes.items[i], &url, &name)) {
			if (!api.len)
				buf_addstr(&api, url.ptr);
			if (!repository.len)
				buf_addstr(&repository, name.ptr);
		}
		buf_release(&url);
		buf_release(&name);
	}
	while (api.len && api.ptr[api.len - 1] == '/')
		buf_truncate(&api, api.len - 1);
	if (api.len && repository.len) {
		buf_addf(&place, "%s %s", api.ptr, repository.ptr);
		rc = fn(place.ptr, payload);
	}
	buf_release(&api);
	buf_release(&repository);
	buf_release(&place);
	return rc;
}

/* ---- the state of a place: in the sidecar, beside the watermarks ---- */

static char *state_key(const struct forge *forge, const char *name)
{
	char hex[DIGEST_HEX + 1];

	digest_bytes(forge->place, strlen(forge->place), hex);
	return xstrfmt("forge.%.16s.%s", hex, name);
}

char *forge_state(const struct forge *forge, const char *name)
{
	char *key = state_key(forge, name), *value = NULL;

	if (store_meta_get(forge->harvest->session->store, key, &value))
		error_clear();
	free(key);
	return value;
}

int forge_state_set(const struct forge *forge, const char *name, const char *value)
{
	char *key = state_key(forge, name);
	int rc = 0;

	/* With turns left out for another call the next one must ask again. */
	if (!forge->harvest->options.dry_run && !forge->harvest->left_out)
		rc = store_meta_set(forge->harvest->session->store, key, value);
	free(key);
	return rc;
}

static int64_t state_time(const struct forge *forge, const char *name)
{
	char *text = forge_state(forge, name);
	int64_t value = text ? strtoll(text, NULL, 10) : 0;

	free(text);
	return value;
}

/* ---- opening ---- */

/* For github.com git itself keeps the token under the host of its clones. */
static int find_token(struct forge *forge)
{
	const char *given = getenv(forge->kind->environment);
	bool known = !strcmp(forge->api, forge->kind->api);
	char *url = known ? xstrfmt("https://%s", forge->kind->host) : xstrdup(forge->api);
	int rc = 0;

	if (given && *given)
		buf_addstr(&forge->token, given);
	else
		rc = credential_get(
			repo_common_dir(forge->harvest->session->repo), url, &forge->token);
	if (rc == E_NOTFOUND) { /* what is public is told to everybody, if more slowly */
		error_clear();
		rc = 0;
	}
	free(url);
	return rc;
}

int forge_open(struct forge *forge, const struct forge_kind *kind, struct harvest *harvest,
	const char *place)
{
	const char *blank = strchr(place, ' ');
	int64_t until;
	char when[21];
	int rc;

	*forge =
		(struct forge){.kind = kind, .harvest = harvest, .place = place, .token = BUF_INIT};
	forge->api = xstrndup(place, blank ? (size_t)(blank - place) : 0);
	forge->repository = xstrdup(blank ? blank + 1 : "");
	until = state_time(forge, "until");
	rc = http_url_check(forge->api);
	if (!rc && until > clock_now()) {
		clock_format(until, when);
		rc = fail(E_LATER, "%s asked to be left alone until %s", kind->title, when);
	}
	return rc ? rc : find_token(forge);
}

void forge_close(struct forge *forge)
{
	free(forge->api);
	free(forge->repository);
	buf_release(&forge->token);
}

/* ---- one request ---- */

static long header_number(const struct http_response *response, const char *name)
{
	struct buf text = BUF_INIT;
	long value = http_header(response, name, &text) && isdigit((unsigned char)*text.ptr)
			     ? strtol(text.ptr, NULL, 10)
			     : -1;

	buf_release(&text);
	return value;
}

/* Nothing is left of the hour's requests, or too many came at once. */
static bool is_limited(const struct http_response *response)
{
	long left = header_number(response, "x-ratelimit-remaining");

	if (left < 0)
		left = header_number(response, "ratelimit-remaining");
	return response->status == 429 ||
	       (response->status == 403 && (!left || response->retry_after_s >= 0));
}

static int stay_away(struct forge *forge, const struct http_response *response)
{
	int64_t now = clock_now(), until = now + LIMIT_WAIT;
	long reset = header_number(response, "x-ratelimit-reset");
	char when[21], *text;
	int rc;

	if (reset < 0)
		reset = header_number(response, "ratelimit-reset");
	if (response->retry_after_s >= 0)
		until = now + response->retry_after_s;
	else if (reset > now && reset < now + HTTP_RETRY_AFTER_MAX)
		until = reset;
	clock_format(until, when);
	text = xstrfmt("%lld", (long long)until);
	rc = forge_state_set(forge, "until", text);
	free(text);
	return rc ? rc
		  : fail(E_LATER, "%s asked to be left alone until %s; what was read is kept",
			    forge->kind->title, when);
}

/* <https://...?page=2>; rel="next", <...>; rel="last": a page elsewhere is not asked for. */
static void take_next(
	const struct forge *forge, const struct http_response *response, struct buf *next)
{
	struct buf links = BUF_INIT;
	const char *at;

	if (!http_header(response, "Link", &links))
		return;
	for (at = links.ptr; (at = strchr(at, '<')); at++) {
		const char *end = strchr(at, '>'), *part = end ? end + 1 : NULL;
		size_t len = part ? strcspn(part, ",") : 0;
		char *rest = part ? xstrndup(part, len) : NULL;
		bool is_next = rest && strstr(rest, "rel=\"next\"");

		free(rest);
		if (is_next && !strncmp(at + 1, forge->api, strlen(forge->api))) {
			buf_clear(next);
			buf_add(next, at + 1, (size_t)(end - at) - 1);
			break;
		}
	}
	buf_release(&links);
}

static int take_answer(
	struct forge *forge, const struct http_response *response, struct forge_answer *answer)
{
	int rc;

	if (response->status == 304)
		return 0;
	if (is_limited(response))
		return stay_away(forge, response);
	rc = http_status_error(response, forge->kind->title);
	if (rc == E_DENIED && forge->token.len)
		return fail_context(rc, "the token for %s does not do", forge->repository);
	if (rc)
		return rc;
	rc = js_parse(response->body.ptr, response->body.len, &answer->value);
	if (rc)
		return fail(E_NETWORK, "%s answered something that is no JSON", forge->kind->title);
	http_header(response, "ETag", &answer->etag);
	take_next(forge, response, &answer->next);
	return 0;
}

static void pause_before(int attempt)
{
	long wait = PAUSE_MILLISECONDS * (attempt == 1 ? 1L : 5L);
	struct timespec time = {wait / 1000, wait % 1000 * 1000000};

	nanosleep(&time, NULL);
}

/* While a forge thinks, nobody waits for our lock: what was read so far is stored before. */
static int ask(struct forge *forge, const char *url, const char *etag, struct forge_answer *answer)
{
	char *known = etag && *etag ? xstrfmt("If-None-Match: %s", etag) : NULL;
	char *accept = xstrfmt("Accept: %s", forge->kind->accept);
	const char *const headers[] = {accept, known, NULL};
	const struct http_request request = {.url = url,
		.headers = headers,
		.token = forge->token.len ? forge->token.ptr : NULL};
	struct http_response response;
	int rc = http_request(&request, &response);

	if (!rc) {
		rc = take_answer(forge, &response, answer);
		http_response_release(&response);
	}
	free(known);
	free(accept);
	return rc;
}

int forge_get(struct forge *forge, const char *url, const char *etag, struct forge_answer *answer)
{
	int rc = harvest_unlock(forge->harvest), locked;

	*answer = (struct forge_answer){.next = BUF_INIT, .etag = BUF_INIT};
	if (rc)
		return rc;
	for (int attempt = 0; attempt < TRIES; attempt++) {
		if (attempt)
			pause_before(attempt);
		rc = ask(forge, url, etag, answer);
		if (rc != E_NETWORK || harvest_interrupted())
			break;
	}
	locked = harvest_lock(forge->harvest);
	return rc ? rc : locked;
}

void forge_answer_release(struct forge_answer *answer)
{
	js_free(answer->value);
	buf_release(&answer->next);
	buf_release(&answer->etag);
	*answer = (struct forge_answer){.next = BUF_INIT, .etag = BUF_INIT};
}

/* ---- lists ---- */

int64_t forge_time(const struct js *object, const char *key)
{
	const char *text = js_get_text(object, key);
	int64_t when = 0;

	if (text && clock_parse(text, &when))
		error_clear();
	return when;
}

void forge_escape(const char *text, struct buf *out)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr("-_.~", *text))
			buf_addch(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

struct walking {
	struct forge *forge;
	const struct forge_list *list;
	int64_t since; /* of the request at hand */
	int64_t newest;
	char *etag; /* of the last request as a whole, with its time */
};

static void url_of(const struct walking *walking, struct buf *url)
{
	char when[21];

	clock_format(walking->since, when);
	buf_clear(url);
	buf_addf(url, "%s%s", walking->forge->api, walking->list->before);
	forge_escape(when, url);
	buf_addstr(url, walking->list->after);
}

static int take_items(
	struct walking *walking, const struct js *items, forge_item_fn fn, void *payload)
{
	int rc = 0;

	if (!js_is_array(items))
		return fail(E_INVALID, "%s answered with something else than a list",
			walking->forge->kind->title);
	for (size_t i = 0; i < js_count(items) && !rc; i++) {
		const struct js *item = js_at(items, i);
		int64_t updated = forge_time(item, walking->list->updated);

		rc = fn(walking->forge, item, payload);
		if (updated > walking->newest)
			walking->newest = updated;
		if (!rc)
			rc = harvest_interrupted();
	}
	return rc;
}

/* The time to go on from, and the tag of the answer that had nothing new behind it. */
static int save(const struct walking *walking, const char *etag)
{
	char *name = xstrfmt("%s.since", walking->list->name);
	char *text = xstrfmt("%lld", (long long)walking->since);
	int rc = forge_state_set(walking->forge, name, text);

	free(name);
	free(text);
	name = xstrfmt("%s.etag", walking->list->name);
	if (!rc)
		rc = forge_state_set(walking->forge, name, etag);
	free(name);
	return rc;
}

static char *saved(const struct walking *walking, const char *what)
{
	char *name = xstrfmt("%s.%s", walking->list->name, what);
	char *text = forge_state(walking->forge, name);

	free(name);
	return text;
}

static int walk(struct walking *walking, forge_item_fn fn, void *payload)
{
	struct buf url = BUF_INIT;
	bool more = true, turned = false;
	int rc = 0;

	url_of(walking, &url);
	for (int page = 0; more && !rc && page < PAGES_MAX; page++) {
		struct forge_answer answer;
		const char *known = page ? NULL : walking->etag;

		rc = forge_get(walking->forge, url.ptr, known, &answer);
		if (!rc && !answer.value) { /* the same as last time */
			forge_answer_release(&answer);
			break;
		}
		if (!rc)
			rc = take_items(walking, answer.value, fn, payload);
		/* Asked once more from the newest time on, the end of a list is one page. */
		more = !rc && (answer.next.len || (turned && walking->newest > walking->since));
		if (more && walking->newest > walking->since) {
			walking->since = walking->newest;
			url_of(walking, &url);
			turned = false;
			rc = save(walking, "");
		} else if (more) {
			buf_clear(&url);
			buf_addstr(&url, answer.next.ptr);
			turned = true;
		} else if (!rc) {
			rc = save(walking, turned ? "" : answer.etag.ptr);
		}
		forge_answer_release(&answer);
	}
	buf_release(&url);
	return rc;
}

int forge_each(struct forge *forge, const struct forge_list *list, forge_item_fn fn, void *payload)
{
	struct walking walking = {.forge = forge, .list = list};
	char *since = saved(&walking, "since");
	int rc;

	walking.since = walking.newest = since ? strtoll(since, NULL, 10) : 0;
	walking.etag = saved(&walking, "etag");
	rc = walk(&walking, fn, payload);
	free(since);
	free(walking.etag);
	return rc;
}

int forge_all(struct forge *forge, const char *path, forge_item_fn fn, void *payload)
{
	struct buf url = BUF_INIT;
	int rc = 0;

	buf_addf(&url, "%s%s", forge->api, path);
	for (int page = 0; url.len && !rc && page < PAGES_MAX; page++) {
		struct forge_answer answer;

		rc = forge_get(forge, url.ptr, NULL, &answer);
		buf_clear(&url);
		for (size_t i = 0; !rc && i < js_count(answer.value); i++)
			rc = fn(forge, js_at(answer.value, i), payload);
		if (!rc)
			buf_addstr(&url, answer.next.ptr);
		forge_answer_release(&answer);
	}
	buf_release(&url);
	if (rc == E_NOTFOUND) { /* it was taken away since the list was made */
		error_clear();
		rc = 0;
	}
	return rc;
}
