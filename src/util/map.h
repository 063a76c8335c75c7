/*
 * A hash map from byte strings to a pointer-sized value. Keys are copied. Iteration goes in
 * insertion order, so that what is built from a map does not depend on hash values.
 */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

struct map_entry {
	char *key; /* NUL-terminated copy; `len` bytes */
	size_t len;
	uint64_t hash;
	union {
		void *ptr;
		int64_t num;
	} value;
};

struct map {
	struct map_entry *entries; /* insertion order */
	size_t count, capacity;
	uint32_t *slots; /* index + 1 into entries; 0 is free */
	size_t slot_count;
};

#define MAP_INIT                                                                                   \
	{                                                                                          \
		0                                                                                  \
	}

void map_release(struct map *map); /* does not free the values */

/* The entry of a key, or NULL. Borrowed until the next map_put. */
struct map_entry *map_get(const struct map *map, const char *key, size_t len);
struct map_entry *map_get_str(const struct map *map, const char *key);

/* The entry of a key, made with value 0 when new (`*added` may be NULL). */
struct map_entry *map_put(struct map *map, const char *key, size_t len, bool *added);
struct map_entry *map_put_str(struct map *map, const char *key, bool *added);
/* Whether two maps have a key in common. */
bool map_meets(const struct map *a, const struct map *b);

uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed); /* XXH3, 64 bits */
/* XXH3, 128 bits, the same bytes on every machine. Tells apart what nobody forges, and fast. */
#define HASH_WIDE 16
void hash_wide(const void *bytes, size_t len, unsigned char out[HASH_WIDE]);

#endif
