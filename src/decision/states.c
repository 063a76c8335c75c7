/*
 * What later decisions say of earlier ones. A person's links count first, then what records say of
 * each other, then the words: a decision that was taken "instead of X" supersedes an earlier one
 * for X about the same code; one for X contradicts an earlier one that was taken "instead of X".
 */
#include "decision/life.h"

#include "util/error.h"
#include "util/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SHARED_MAX 400 /* decisions of one file that are compared, the newest */
#define WORDS_MAX 24   /* of a text that are compared */

/* Words of a text that tell what it is about, as sorted hashes. */
struct words {
	uint64_t hash[WORDS_MAX];
	size_t count;
	bool named; /* holds what looks like code: one such word is enough */
};

struct item {
	char *id, *place; /* place: of a record, its path */
	int64_t at;
	struct words chosen, instead;
	struct strings files;
	bool compared; /* not rejected, and of a message or talk */
	size_t by;     /* the item that took its place, or SIZE_MAX */
	bool superseded;
};

struct states {
	struct session *session;
	struct item *items; /* oldest first */
	size_t count, capacity;
	struct map ids, places; /* index + 1 */
};

/* Too common to tell two things apart. */
static bool is_common(const char *word, size_t len)
{
	static const char *const common[] = {"a", "all", "an", "and", "any", "are", "as", "at",
		"be", "because", "before", "being", "both", "but", "by", "call", "calls", "can",
		"case", "change", "code", "current", "direct", "directly", "do", "does", "doing",
		"each", "every", "existing", "file", "files", "first", "for", "from", "function",
		"functions", "get", "has", "have", "having", "if", "in", "instead", "into", "is",
		"it", "its", "just", "keep", "like", "make", "making", "method", "more", "new",
		"no", "not", "now", "of", "old", "on", "one", "only", "or", "other", "our", "own",
		"previous", "rather", "same", "set", "should", "simple", "single", "so", "some",
		"such", "than", "that", "the", "their", "them", "then", "there", "these", "they",
		"this", "to", "up", "use", "used", "using", "value", "was", "way", "we", "when",
		"which", "will", "with", "would"};
	size_t low = 0, high = ARRAY_SIZE(common);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strncmp(word, common[mid], len);

		if (!order && common[mid][len])
			order = -1;
		if (!order)
			return true;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

static int by_number(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

	return (one > other) - (one < other);
}

static bool looks_like_code(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (word[i] == '_' || (i && isupper((unsigned char)word[i]) &&
					      islower((unsigned char)word[i - 1])))
			return true;
	return false;
}

static void read_words(const char *text, struct words *out)
{
	char lower[64];

	memset(out, 0, sizeof(*out));
	while (*text && out->count < WORDS_MAX) {
		size_t len = 0;

		while (isalnum((unsigned char)text[len]) || text[len] == '_')
			len++;
		if (!len) {
			text++;
			continue;
		}
		for (size_t i = 0; i < len && i < sizeof(lower); i++)
			lower[i] = (char)tolower((unsigned char)text[i]);
		if (len < sizeof(lower) && !is_common(lower, len)) {
			out->hash[out->count++] = hash_bytes(lower, len, 0);
			out->named = out->named || looks_like_code(text, len);
		}
		text += len;
	}
	qsort(out->hash, out->count, sizeof(*out->hash), by_number);
}

static bool holds(const struct words *all, uint64_t hash)
{
	return bsearch(&hash, all->hash, all->count, sizeof(hash), by_number) != NULL;
}

/* Says enough to be told by, and all of it is there. */
static bool is_within(const struct words *few, const struct words *all)
{
	if (few->count < 2 && !few->named)
		return false;
	for (size_t i = 0; i < few->count; i++)
		if (!holds(all, few->hash[i]))
			return false;
	return few->count > 0;
}

static void leave_out(struct words *words, const struct words *others)
{
	size_t kept = 0;

	for (size_t i = 0; i < words->count; i++)
		if (!holds(others, words->hash[i]))
			words->hash[kept++] = words->hash[i];
	words->count = kept;
}

static int on_item(const struct life_item *from, void *payload)
{
	struct states *states = payload;
	const char *colon = strrchr(from->origin, ':');
	struct item *item;

	GROW(states->items, states->count, states->capacity);
	item = &states->items[states->count++];
	memset(item, 0, sizeof(*item));
	item->id = xstrdup(from->id);
	item->at = from->at;
	item->by = SIZE_MAX;
	item->compared = strcmp(from->verdict, "rejected") != 0 &&
			 strcmp(from->source, "comment") != 0 && strcmp(from->source, "adr") != 0;
	read_words(from->instead_of, &item->instead);
	read_words(from->statement, &item->chosen);
	leave_out(&item->chosen, &item->instead);
	strings_split(&item->files, from->files, '\n');
	map_put_str(&states->ids, item->id, NULL)->value.num = (int64_t)states->count;
	if (!strcmp(from->source, "adr") && colon) {
		item->place = xstrndup(from->origin, (size_t)(colon - from->origin));
		map_put_str(&states->places, item->place, NULL)->value.num = (int64_t)states->count;
	}
	return 0;
}

static int on_link(
	const char *id, const char *relation, const char *target, int64_t at, void *payload)
{
	struct states *states = payload;
	const struct map_entry *from = map_get_str(&states->ids, id);
	bool supersedes = !strcmp(relation, "supersedes");

	if ((!supersedes && strcmp(relation, "contradicts") != 0) || !from)
		return 0;
	return store_state_put(
		states->session->store, target, supersedes ? "superseded" : "contradicted", id, at);
}

/* By its path, or by "<folder>/#5": the record of that number. NULL: it is not there. */
static const struct map_entry *record_at(const struct states *states, const char *path)
{
	const char *number = strstr(path, "/#");
	size_t folder = number ? (size_t)(number - path) + 1 : 0;

	if (!number)
		return map_get_str(&states->places, path);
	for (size_t i = 0; i < states->places.count; i++) {
		const struct map_entry *entry = &states->places.entries[i];
		const char *base = strrchr(entry->key, '/');

		if (!base || (size_t)(base - entry->key) + 1 != folder ||
			strncmp(entry->key, path, folder) != 0)
			continue;
		base += strcspn(base, "0123456789");
		if (*base && strtol(base, NULL, 10) == strtol(number + 2, NULL, 10))
			return entry;
	}
	return NULL;
}

/* Of two records, by their paths. */
static int on_refer(
	const char *path, const char *relation, const char *target, int64_t at, void *payload)
{
	struct states *states = payload;
	bool by_target = !strcmp(relation, "superseded");
	const struct map_entry *old = record_at(states, by_target ? path : target);
	const struct map_entry *new = record_at(states, by_target ? target : path);
	const struct item *later;

	(void)at;
	if (!old || !new || old == new)
		return 0;
	later = &states->items[new->value.num - 1];
	return store_state_put(states->session->store, states->items[old->value.num - 1].id,
		"superseded", later->id, later->at);
}

/* `later` was decided after `early`, and both speak about a file. */
static void compare(struct states *states, size_t early, size_t later)
{
	struct item *a = &states->items[early];
	const struct item *b = &states->items[later];

	if (a->at >= b->at)
		return;
	if (is_within(&b->instead, &a->chosen)) {
		if (!a->superseded || later > a->by)
			a->by = later;
		a->superseded = true;
	} else if (!a->superseded && (a->by == SIZE_MAX || later > a->by) &&
		   is_within(&a->instead, &b->chosen)) {
		a->by = later;
	}
}

struct shelf { /* decisions on one file, oldest first */
	size_t *items;
	size_t count, capacity;
};

static void compare_shelf(struct states *states, const struct shelf *shelf)
{
	size_t first = shelf->count > SHARED_MAX ? shelf->count - SHARED_MAX : 0;

	for (size_t i = first; i < shelf->count; i++)
		for (size_t k = i + 1; k < shelf->count; k++)
			compare(states, shelf->items[i], shelf->items[k]);
}

static int compare_words(struct states *states)
{
	struct map shelves = MAP_INIT;
	int rc = 0;

	for (size_t i = 0; i < states->count; i++) {
		const struct item *item = &states->items[i];

		for (size_t k = 0; item->compared && k < item->files.count; k++) {
			struct map_entry *entry = map_put_str(&shelves, item->files.items[k], NULL);
			struct shelf *shelf = entry->value.ptr;

			if (!*item->files.items[k])
				continue;
			if (!shelf)
				entry->value.ptr = shelf = xcalloc(1, sizeof(*shelf));
			GROW(shelf->items, shelf->count, shelf->capacity);
			shelf->items[shelf->count++] = i;
		}
	}
	for (size_t i = 0; i < shelves.count; i++) {
		struct shelf *shelf = shelves.entries[i].value.ptr;

		if (!shelf)
			continue; /* those without a file */
		compare_shelf(states, shelf);
		free(shelf->items);
		free(shelf);
	}
	map_release(&shelves);
	for (size_t i = 0; i < states->count && !rc; i++) {
		const struct item *item = &states->items[i];

		if (item->by != SIZE_MAX)
			rc = store_state_put(states->session->store, item->id,
				item->superseded ? "superseded" : "contradicted",
				states->items[item->by].id, states->items[item->by].at);
	}
	return rc;
}

int states_update(struct session *session)
{
	struct states states = {.session = session};
	struct store *store = session->store;
	int rc = store_state_clear(store);

	if (!rc)
		rc = store_life_each(store, on_item, &states);
	if (!rc)
		rc = store_link_each(store, NULL, on_link, &states);
	if (!rc)
		rc = store_refer_each(store, on_refer, &states);
	if (!rc)
		rc = compare_words(&states);
	if (!rc)
		rc = anchors_judge(session);
	for (size_t i = 0; i < states.count; i++) {
		free(states.items[i].id);
		free(states.items[i].place);
		strings_release(&states.items[i].files);
	}
	free(states.items);
	map_release(&states.ids);
	map_release(&states.places);
	return rc;
}
