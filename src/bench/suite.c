/* Builds the suite: a seeded sample of candidates per category, frozen by a digest. */
#include "bench/internal.h"

#include "flywheel/config.h"
#include "flywheel/scrub.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"

#include <stdlib.h>
#include <string.h>

#define TRIES_PER_ITEM 40 /* candidates looked at for each item wanted */
#define PER_SYMBOL 2      /* items of one category about one definition */

static const struct category *const categories[BENCH_CATEGORIES] = {
	&category_understanding,
	&category_architecture,
	&category_routing,
	&category_intent,
	&category_call_graph,
	&category_pattern,
	&category_errors,
	&category_recall,
	&category_completion,
};

const char *bench_category_name(int category)
{
	return categories[category]->name;
}

const char *bench_category_about(int category)
{
	return categories[category]->about;
}

void candidates_add(struct candidates *list, uint64_t order, uint32_t a, uint32_t b)
{
	GROW(list->items, list->count, list->capacity);
	list->items[list->count++] = (struct candidate){order, a, b};
}

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

struct bench_item *suite_add(struct bench_suite *suite)
{
	GROW(suite->items, suite->count, suite->capacity);
	memset(suite->items + suite->count, 0, sizeof(*suite->items));
	return suite->items + suite->count++;
}

/* Counts one more under a key; false when that is more than `max`. */
static bool within(struct map *counts, const char *key, int64_t max)
{
	return !*key || ++map_put_str(counts, key, NULL)->value.num <= max;
}

/* Takes a finished item unless its like is there or its place has given enough. */
static bool take(
	struct bench_suite *suite, struct map *taken, struct bench_item *item, size_t limit)
{
	char *place = xstrfmt("%s\n%s", item->path, *item->symbol ? item->symbol : item->id);
	bool fits = within(taken, item->id, 1) && within(taken, place, PER_SYMBOL) &&
		    within(taken, item->path, limit < 64 ? 8 : (int64_t)limit / 8);

	free(place);
	if (fits)
		*suite_add(suite) = *item;
	else
		item_release(item);
	return fits;
}

static int build_category(
	struct material *material, int category, size_t limit, struct bench_suite *suite)
{
	struct balance balance = {.credit = MAP_INIT};
	size_t made = 0;
	struct candidates list = {0};
	struct map taken = MAP_INIT;
	int rc = categories[category]->list(material, &list);

	if (!rc && list.count)
		qsort(list.items, list.count, sizeof(*list.items), compare_candidates);
	for (size_t i = 0; !rc && i < list.count && i < limit * TRIES_PER_ITEM && made < limit;
		i++) {
		struct draft draft = {.prompt = BUF_INIT};
		struct bench_item item;

		rc = categories[category]->make(material, list.items + i, &draft);
		if (!rc)
			rc = draft_finish(&draft, category, material, &balance, &item);
		if (!rc && take(suite, &taken, &item, limit)) {
			made++;
			balance_note(&balance, material, suite->items + suite->count - 1);
		}
		draft_release(&draft);
		if (rc == NO_ITEM)
			rc = 0;
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "stopped");
	}
	free(list.items);
	map_release(&taken);
	map_release(&balance.credit);
	return rc;
}

static int compare_items(const void *a, const void *b)
{
	const struct bench_item *x = a, *y = b;

	return x->category != y->category ? x->category - y->category : strcmp(x->id, y->id);
}

static bool holds_secret(struct scrubber *scrubber, const struct bench_item *item)
{
	size_t count = scrub_count_secrets(scrubber, item->prompt, strlen(item->prompt));

	for (int c = 0; c < BENCH_CHOICES && !count; c++)
		count = scrub_count_secrets(scrubber, item->choices[c], strlen(item->choices[c]));
	return count > 0;
}

/* Questions go to models that others serve: what looks like a secret is not asked. */
static int drop_secrets(struct session *session, struct bench_suite *suite)
{
	struct scrubber *scrubber = NULL;
	size_t kept = 0;
	int rc = scrubber_open_for_code(session, &scrubber);

	for (size_t i = 0; i < suite->count && !rc; i++) {
		if (holds_secret(scrubber, suite->items + i))
			item_release(suite->items + i);
		else
			suite->items[kept++] = suite->items[i];
	}
	suite->count = rc ? suite->count : kept;
	scrubber_free(scrubber);
	return rc;
}

/* Sorts, drops doubles (a team's item may be ours), counts and digests. */
static void freeze(struct bench_suite *suite)
{
	struct digest *digest = digest_new();
	size_t kept = 0;

	if (suite->count)
		qsort(suite->items, suite->count, sizeof(*suite->items), compare_items);
	for (size_t i = 0; i < suite->count; i++) {
		struct bench_item *item = suite->items + i;

		if (kept && !compare_items(suite->items + kept - 1, item)) {
			item_release(item);
			continue;
		}
		suite->items[kept++] = *item;
		suite->per_category[item->category]++;
		digest_addstr(digest, item->id);
		digest_addstr(digest, bench_category_name(item->category));
		digest_addstr(digest, item->prompt);
		for (int c = 0; c < BENCH_CHOICES; c++)
			digest_addstr(digest, item->choices[c]);
		digest_addstr(digest, item->choices[item->answer]);
	}
	suite->count = kept;
	digest_finish(digest, suite->digest);
}

static void add_module(struct map *modules, const char *path, int64_t flag)
{
	char *module = graph_module(path);

	map_put_str(modules, module, NULL)->value.num |= flag;
	free(module);
}

/* Which folders of HEAD have items, and which are new and have none. */
static void measure_coverage(const struct material *material, struct bench_suite *suite)
{
	enum { NOW = 1, OLD = 2, ASKED = 4 };
	struct map modules = MAP_INIT;

	for (uint32_t i = 0; i < material->head->file_count; i++)
		if (material->head->files[i].language)
			add_module(&modules, material->head->files[i].path, NOW);
	for (uint32_t i = 0; i < material->cutoff->file_count; i++)
		if (material->cutoff->files[i].language)
			add_module(&modules, material->cutoff->files[i].path, OLD);
	for (size_t i = 0; i < suite->count; i++)
		if (*suite->items[i].path)
			add_module(&modules, suite->items[i].path, ASKED);
	for (size_t i = 0; i < modules.count; i++) {
		int64_t flags = modules.entries[i].value.num;

		if (!(flags & NOW))
			continue;
		suite->modules++;
		suite->covered += (flags & ASKED) != 0;
		suite->uncovered_new += !(flags & (OLD | ASKED));
	}
	map_release(&modules);
}

int bench_suite_build(struct session *session, const struct split *split, struct bench_suite *out)
{
	size_t limit = (size_t)config_number(session->config, "itemsPerCategory");
	struct progress *progress = NULL;
	struct material material = {0};
	int rc;

	memset(out, 0, sizeof(*out));
	rc = material_open(session, split, &material);
	if (!rc)
		progress = progress_start("Writing the exam", BENCH_CATEGORIES);
	for (int c = 0; !rc && c < BENCH_CATEGORIES; c++) {
		rc = build_category(&material, c, limit, out);
		progress_set(progress, (size_t)c + 1);
	}
	progress_finish(progress);
	if (!rc)
		rc = team_items(session, split, out);
	if (!rc)
		rc = drop_secrets(session, out);
	if (!rc) {
		freeze(out);
		measure_coverage(&material, out);
	} else {
		bench_suite_release(out);
	}
	material_close(&material);
	return rc;
}

void bench_suite_release(struct bench_suite *suite)
{
	for (size_t i = 0; i < suite->count; i++)
		item_release(suite->items + i);
	free(suite->items);
	memset(suite, 0, sizeof(*suite));
}
