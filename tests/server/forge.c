/*
 * A forge: lists of JSON objects by their path, with GitHub's and GitLab's way of handing them out:
 * sorted by the time of the last change, from a time on, page by page with Link, with ETags whose
 * 304 costs nothing, and with a limit of requests.
 *
 * The world's wish "forge" is {page, left, reset, wait, lists {path: [...]}, shift {list, id, at}}.
 * page: objects of a page at most; left: requests until the limit; reset: when it ends; wait:
 * seconds that the next request is sent away for, once; shift: after the first page of a list an
 * object of it changes, and so the pages behind it shift.
 */
#include "world.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct forge {
	struct js *lists, *shift;
	int64_t page, left, reset, wait;
	unsigned asked, unchanged, limited;
};

void forge_free(struct forge *forge)
{
	if (!forge)
		return;
	js_free(forge->lists);
	js_free(forge->shift);
	free(forge);
}

static struct js *copy_of(const struct js *value)
{
	struct buf text = BUF_INIT;
	struct js *copy = NULL;

	js_write(value, &text);
	if (js_parse(text.ptr, text.len, &copy))
		error_clear();
	buf_release(&text);
	return copy;
}

void forge_control(struct world *world, const struct js *wishes)
{
	struct forge *forge = world->forge;

	if (!forge) {
		world->forge = forge = xcalloc(1, sizeof(*forge));
		forge->page = 100;
		forge->left = 5000;
	}
	forge->page = js_get_number(wishes, "page", forge->page);
	forge->left = js_get_number(wishes, "left", forge->left);
	forge->reset = js_get_number(wishes, "reset", forge->reset);
	forge->wait = js_get_number(wishes, "wait", forge->wait);
	if (js_get(wishes, "lists")) {
		js_free(forge->lists);
		forge->lists = copy_of(js_get(wishes, "lists"));
	}
	if (js_get(wishes, "shift")) {
		js_free(forge->shift);
		forge->shift = copy_of(js_get(wishes, "shift"));
	}
}

struct js *forge_report(const struct world *world)
{
	struct js *report = js_object();

	js_set_number(report, "asked", world->forge->asked);
	js_set_number(report, "unchanged", world->forge->unchanged);
	js_set_number(report, "limited", world->forge->limited);
	return report;
}

static void number_header(struct answer *out, const char *name, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	answer_header(out, name, text);
}

static bool limit(struct forge *forge, struct answer *out)
{
	if (forge->wait > 0) {
		answer_text(
			out, 429, "{\"message\": \"You have exceeded a secondary rate limit\"}");
		out->retry_after = (long)forge->wait;
		forge->wait = 0;
	} else if (forge->left <= 0) {
		answer_text(out, 403, "{\"message\": \"API rate limit exceeded\"}");
		number_header(out, "x-ratelimit-remaining", 0);
		number_header(out, "x-ratelimit-reset", forge->reset);
	} else {
		return false;
	}
	forge->limited++;
	return true;
}

static int by_change(const void *a, const void *b)
{
	const struct js *x = *(const struct js *const *)a, *y = *(const struct js *const *)b;
	const char *one = js_get_text(x, "updated_at"), *two = js_get_text(y, "updated_at");
	int order = strcmp(one ? one : "", two ? two : "");
	int64_t by_id = js_get_number(x, "id", 0) - js_get_number(y, "id", 0);

	return order ? order : by_id < 0 ? -1 : by_id > 0;
}

/* The objects that fit, in order. The caller frees the array. */
static const struct js **select_items(
	const struct request *request, const struct js *list, size_t *count)
{
	const char *since = request_query(request, "since");
	const struct js **items = xcalloc(js_count(list) + 1, sizeof(struct js *));

	if (!since)
		since = request_query(request, "updated_after");
	*count = 0;
	for (size_t i = 0; i < js_count(list); i++) {
		const char *updated = js_get_text(js_at(list, i), "updated_at");

		if (!since || !updated || strcmp(updated, since) >= 0)
			items[(*count)++] = js_at(list, i);
	}
	if (request_query(request, "sort"))
		qsort((void *)items, *count, sizeof(struct js *), by_change);
	return items;
}

static void link_header(
	const struct request *request, int64_t page, int64_t last, struct answer *out)
{
	struct buf url = BUF_INIT, link = BUF_INIT;

	buf_addf(&url, "%s%s?", request->base, request->path);
	for (size_t i = 0; i < request->query.count; i++)
		if (strcmp(request->query.entries[i].key, "page") != 0)
			buf_addf(&url, "%s=%s&", request->query.entries[i].key,
				(const char *)request->query.entries[i].value.ptr);
	if (page < last)
		buf_addf(&link, "<%spage=%lld>; rel=\"next\", <%spage=%lld>; rel=\"last\"", url.ptr,
			(long long)page + 1, url.ptr, (long long)last);
	else if (page > 1)
		buf_addf(&link, "<%spage=1>; rel=\"first\"", url.ptr);
	if (link.len)
		answer_header(out, "Link", link.ptr);
	buf_release(&url);
	buf_release(&link);
}

static int64_t query_number(const struct request *request, const char *name, int64_t otherwise)
{
	const char *text = request_query(request, name);

	return text ? strtoll(text, NULL, 10) : otherwise;
}

static void shift_pages(struct forge *forge, const struct request *request)
{
	const char *list = js_get_text(forge->shift, "list");
	const struct js *items = js_get(forge->lists, request->path);

	if (!list || strcmp(list, request->path) != 0)
		return;
	for (size_t i = 0; i < js_count(items); i++)
		if (js_get_number(js_at(items, i), "id", 0) ==
			js_get_number(forge->shift, "id", -1))
			js_set_text((struct js *)(uintptr_t)js_at(items, i), "updated_at",
				js_get_text(forge->shift, "at"));
	js_free(forge->shift);
	forge->shift = NULL;
}

static void hand_out(struct forge *forge, const struct request *request, const struct js *list,
	struct answer *out)
{
	int64_t page = query_number(request, "page", 1),
		size = query_number(request, "per_page", 30);
	struct buf body = BUF_INIT, tag = BUF_INIT;
	size_t count;
	const struct js **items = select_items(request, list, &count);

	if (size > forge->page)
		size = forge->page;
	buf_addch(&body, '[');
	for (size_t i = (size_t)((page - 1) * size); i < count && i < (size_t)(page * size); i++) {
		if (body.len > 1)
			buf_addch(&body, ',');
		js_write(items[i], &body);
	}
	buf_addch(&body, ']');
	buf_addf(&tag, "W/\"%016llx%016llx\"",
		(unsigned long long)hash_bytes(body.ptr, body.len, 1),
		(unsigned long long)hash_bytes(body.ptr, body.len, 2));
	answer_header(out, "ETag", tag.ptr);
	if (request->known && !strcmp(request->known, tag.ptr)) {
		out->status = 304;
		forge->unchanged++;
	} else {
		link_header(request, page, ((int64_t)count + size - 1) / size, out);
		answer_text(out, 200, "%s", body.ptr);
		out->type = "application/json; charset=utf-8";
		number_header(out, "x-ratelimit-remaining", --forge->left);
		shift_pages(forge, request);
	}
	free((void *)items);
	buf_release(&body);
	buf_release(&tag);
}

bool forge_serve(struct world *world, const struct request *request, struct answer *out)
{
	struct forge *forge = world->forge;
	const struct js *list = forge ? js_get(forge->lists, request->path) : NULL;

	if (!forge)
		return false;
	forge->asked++;
	if (strcmp(request->method, "GET") != 0)
		world_error(world, "a forge is only asked: %s", request->method);
	if (limit(forge, out))
		return true;
	if (list)
		hand_out(forge, request, list, out);
	else
		answer_text(out, 404, "{\"message\": \"Not Found\"}");
	return true;
}
