/* The insertion-ordered hash map: entries in an array, an open-addressing index beside it. */
#include "util/map.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, len, seed);
}

void hash_wide(const void *bytes, size_t len, unsigned char out[HASH_WIDE])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, len));
	memcpy(out, canonical.digest, HASH_WIDE);
}

void map_release(struct map *map)
{
	for (size_t i = 0; i < map->count; i++)
		free(map->entries[i].key);
	free(map->entries);
	free(map->slots);
	memset(map, 0, sizeof(*map));
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t find_slot(const struct map *map, const char *key, size_t len, uint64_t hash)
{
	size_t mask = map->slot_count - 1;
	size_t slot = hash & mask;

	while (map->slots[slot]) {
		const struct map_entry *entry = &map->entries[map->slots[slot] - 1];

		if (entry->hash == hash && entry->len == len && !memcmp(entry->key, key, len))
			break;
		slot = (slot + 1) & mask;
	}
	return slot;
}

static void rehash(struct map *map, size_t slot_count)
{
	free(map->slots);
	map->slots = xcalloc(slot_count, sizeof(*map->slots));
	map->slot_count = slot_count;
	for (size_t i = 0; i < map->count; i++) {
		size_t slot = map->entries[i].hash & (slot_count - 1);

		while (map->slots[slot])
			slot = (slot + 1) & (slot_count - 1);
		map->slots[slot] = (uint32_t)i + 1;
	}
}

struct map_entry *map_get(const struct map *map, const char *key, size_t len)
{
	size_t slot;

	if (!map->slot_count)
		return NULL;
	slot = find_slot(map, key, len, hash_bytes(key, len, 0));
	return map->slots[slot] ? &map->entries[map->slots[slot] - 1] : NULL;
}

struct map_entry *map_get_str(const struct map *map, const char *key)
{
	return map_get(map, key, strlen(key));
}

struct map_entry *map_put(struct map *map, const char *key, size_t len, bool *added)
{
	uint64_t hash = hash_bytes(key, len, 0);
	struct map_entry *entry;
	size_t slot;

	if (map->count * 2 >= map->slot_count)
		rehash(map, map->slot_count ? map->slot_count * 2 : 32);
	slot = find_slot(map, key, len, hash);
	if (added)
		*added = !map->slots[slot];
	if (map->slots[slot])
		return &map->entries[map->slots[slot] - 1];
	GROW(map->entries, map->count, map->capacity);
	entry = &map->entries[map->count++];
	entry->key = xstrndup(key, len);
	entry->len = len;
	entry->hash = hash;
	memset(&entry->value, 0, sizeof(entry->value));
	map->slots[slot] = (uint32_t)map->count;
	return entry;
}

struct map_entry *map_put_str(struct map *map, const char *key, bool *added)
{
	return map_put(map, key, strlen(key), added);
}

bool map_meets(const struct map *a, const struct map *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (map_get(b, a->entries[i].key, a->entries[i].len))
			return true;
	return false;
}
