/* Which files define a name, and which look at it, as the sidecar keeps that. */
#include "graph/follow/names.h"

#include "graph/follow/seen.h"
#include "graph/follow/unparsed.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static int compare_hashes(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* The hashes of the names that a file defines, each once and in order. The caller frees. */
static uint32_t *names_of(const struct facts *facts, size_t *count)
{
	uint32_t total = facts ? facts->definition_count : 0;
	uint32_t *names = xmalloc((total + (size_t)1) * sizeof(*names));

	*count = 0;
	for (uint32_t i = 0; i < total; i++)
		names[i] = name_hash(facts->text + facts->definitions[i].name);
	if (total)
		qsort(names, total, sizeof(*names), compare_hashes);
	for (uint32_t i = 0; i < total; i++)
		if (!*count || names[i] != names[*count - 1])
			names[(*count)++] = names[i];
	return names;
}

void names_write(
	struct store_graph *store, int64_t file, const struct facts *old, const struct facts *now)
{
	size_t old_count, new_count, i = 0, k = 0;
	uint32_t *before = names_of(old, &old_count), *after = names_of(now, &new_count);

	while (i < new_count || k < old_count) {
		if (k == old_count || (i < new_count && after[i] < before[k])) {
			store_graph_add_name(store, file, after[i++]);
		} else if (i == new_count || after[i] > before[k]) {
			store_graph_remove_name(store, file, before[k++]);
		} else {
			i++;
			k++;
		}
	}
	free(before);
	free(after);
}

/* Sixteen bits a name and seven probes: one name in some thousands is held by mistake. */
#define BYTES_A_NAME 2
#define PROBES 7

static size_t probe(uint64_t hash, int number, size_t len)
{
	uint32_t low = (uint32_t)hash, high = (uint32_t)(hash >> 32) | 1;

	return (low + (uint32_t)number * high) % (len * 8);
}

/* Whether files of this language are asked for the names that they look at: see seen.h. */
static bool is_asked(const struct languages *languages, const struct language *language)
{
	for (size_t i = 0; i < languages_count(languages); i++)
		if (language_is_plain(languages_at(languages, i)) &&
			language_related(languages_at(languages, i), language))
			return true;
	return false;
}

static void add_mentioned(const struct facts *facts, struct map *names)
{
	struct units units;

	units_init(&units, facts);
	for (uint32_t unit = 0; unit < units.count; unit++)
		unit_names(&units, unit, names);
	for (uint32_t i = 0; i < facts->definition_count; i++)
		map_put_str(names, facts->text + facts->definitions[i].name, NULL);
	units_release(&units);
}

void mentions_of(const struct languages *languages, const struct language *language,
	const struct facts *facts, struct buf *out)
{
	struct map names = MAP_INIT;
	unsigned char *filter;
	size_t len;

	if (is_asked(languages, language))
		add_mentioned(facts, &names);
	imports_spelled(language, facts, &names);
	len = names.count * BYTES_A_NAME;
	filter = xcalloc(len + 1, 1);
	for (size_t i = 0; i < names.count; i++) {
		uint64_t hash = hash_bytes(names.entries[i].key, names.entries[i].len, 0);

		for (int k = 0; k < PROBES; k++) {
			size_t bit = probe(hash, k, len);

			filter[bit / 8] |= (unsigned char)(1U << bit % 8);
		}
	}
	buf_add(out, filter, len);
	free(filter);
	map_release(&names);
}

static bool holds(const unsigned char *filter, size_t len, const struct map_entry *name)
{
	uint64_t hash = hash_bytes(name->key, name->len, 0);

	for (int k = 0; k < PROBES; k++) {
		size_t bit = probe(hash, k, len);

		if (!(filter[bit / 8] & 1U << bit % 8))
			return false;
	}
	return true;
}

bool mentions_hold(const void *filter, size_t len, const struct map *names)
{
	for (size_t i = 0; i < names->count && len; i++)
		if (holds(filter, len, &names->entries[i]))
			return true;
	return false;
}
