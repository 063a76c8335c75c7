/* What was deleted at a forge since it was read: seen only by what is missing in a whole list. */
#include "conversation/source/forge.h"

#include "conversation/harvest.h"
#include "flywheel/store_talk.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERY (7 * (int64_t)CLOCK_DAY)
#define ASKED_MAX 200 /* single records in one call: a list in another order than it says */
#define PAGES_MAX 10000

struct ids {
	int64_t *list;
	size_t count, capacity;
};

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void ids_add(struct ids *ids, int64_t id)
{
	GROW(ids->list, ids->count, ids->capacity);
	ids->list[ids->count++] = id;
}

static bool ids_have(const struct ids *ids, int64_t id)
{
	return ids->count && bsearch(&id, ids->list, ids->count, sizeof(id), by_id);
}

static int64_t state_number(struct forge *forge, const char *list, const char *what)
{
	char *name = xstrfmt("%s.%s", list, what), *text = forge_state(forge, name);
	int64_t number = text ? strtoll(text, NULL, 10) : 0;

	free(name);
	free(text);
	return number;
}

static int set_number(struct forge *forge, const char *list, const char *what, int64_t number)
{
	char *name = xstrfmt("%s.%s", list, what), *text = xstrfmt("%lld", (long long)number);
	int rc = forge_state_set(forge, name, text);

	free(name);
	free(text);
	return rc;
}

int forge_set_checked(struct forge *forge, const char *name)
{
	return set_number(forge, name, "checked", clock_now());
}

bool forge_is_due(struct forge *forge, const char *name)
{
	int64_t last = state_number(forge, name, "checked");

	if (!last && forge_set_checked(forge, name))
		error_clear(); /* the next call asks again */
	return last && !forge->harvest->options.dry_run && clock_now() >= last + EVERY;
}

int forge_verify(struct forge *forge, const char *url, const char *record)
{
	struct forge_answer answer;
	int rc = forge_get(forge, url, NULL, &answer);

	forge_answer_release(&answer);
	if (rc != E_NOTFOUND)
		return rc;
	error_clear();
	return harvest_forget(forge->harvest, record);
}

struct sweep {
	struct forge *forge;
	const struct forge_kept *kept;
	struct ids stored;
	int64_t low; /* records up to this id were checked */
	size_t asked;
};

static int take_record(const char *record, void *payload)
{
	struct sweep *sweep = payload;
	long long id = strtoll(record + strlen(sweep->kept->record), NULL, 10);

	if (id > 0)
		ids_add(&sweep->stored, id);
	return 0;
}

/* Records between the page before and the end of this one, which it does not have. */
static int check_page(struct sweep *sweep, const struct ids *page, int64_t high)
{
	int rc = 0;

	for (size_t i = 0; i < sweep->stored.count && !rc; i++) {
		int64_t id = sweep->stored.list[i];
		char *url, *record;

		if (id <= sweep->low || id > high || ids_have(page, id))
			continue;
		if (sweep->asked++ == ASKED_MAX)
			return fail(E_LATER, "more is missing at %s than can be asked for at once",
				sweep->forge->kind->title);
		url = xstrfmt("%s%s%lld", sweep->forge->api, sweep->kept->one, (long long)id);
		record = xstrfmt("%s%lld", sweep->kept->record, (long long)id);
		rc = forge_verify(sweep->forge, url, record);
		free(url);
		free(record);
	}
	return rc;
}

static int take_page(struct sweep *sweep, const struct forge_answer *answer)
{
	struct ids page = {0};
	int64_t high = sweep->low;
	int rc;

	for (size_t i = 0; i < js_count(answer->value); i++)
		ids_add(&page, js_get_number(js_at(answer->value, i), "id", 0));
	if (page.count)
		qsort(page.list, page.count, sizeof(*page.list), by_id);
	if (page.count && page.list[page.count - 1] > high)
		high = page.list[page.count - 1];
	if (!answer->next.len)
		high = INT64_MAX;
	rc = check_page(sweep, &page, high);
	sweep->low = high;
	free(page.list);
	return rc;
}

static int save_place(struct sweep *sweep, const char *url)
{
	char *name = xstrfmt("%s.next", sweep->kept->name);
	int rc = forge_state_set(sweep->forge, name, url);

	free(name);
	return rc ? rc : set_number(sweep->forge, sweep->kept->name, "low", *url ? sweep->low : 0);
}

/* A page is saved when it is done: limits end a call at any of them. */
static int go_through(struct sweep *sweep)
{
	char *name = xstrfmt("%s.next", sweep->kept->name), *next = forge_state(sweep->forge, name);
	struct buf url = BUF_INIT;
	int rc = 0;

	if (next && *next)
		buf_addstr(&url, next);
	else
		buf_addf(&url, "%s%s", sweep->forge->api, sweep->kept->list);
	for (int page = 0; url.len && !rc && page < PAGES_MAX; page++) {
		struct forge_answer answer;

		rc = forge_get(sweep->forge, url.ptr, NULL, &answer);
		buf_clear(&url);
		if (!rc)
			rc = take_page(sweep, &answer);
		if (!rc)
			buf_addstr(&url, answer.next.ptr);
		forge_answer_release(&answer);
		if (!rc)
			rc = save_place(sweep, url.ptr);
	}
	buf_release(&url);
	free(name);
	free(next);
	return rc;
}

int forge_recheck(struct forge *forge, const struct forge_kept *kept)
{
	struct sweep sweep = {.forge = forge, .kept = kept};
	int rc;

	if (!forge_is_due(forge, kept->name))
		return 0;
	rc = talk_each_record(forge->harvest->session->store, kept->record, take_record, &sweep);
	if (sweep.stored.count)
		qsort(sweep.stored.list, sweep.stored.count, sizeof(*sweep.stored.list), by_id);
	sweep.low = state_number(forge, kept->name, "low");
	if (!rc && sweep.stored.count)
		rc = go_through(&sweep);
	if (!rc)
		rc = forge_set_checked(forge, kept->name);
	free(sweep.stored.list);
	return rc;
}
