/* Which files' trees are kept along history: those that were asked for last. */
#include "graph/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define KEPT ((size_t)96 << 20) /* bytes of all trees: some 25 to a byte of text */

struct kept {
	char *path;
	const struct language *language;
	struct version *version;
	size_t size;
	uint64_t asked;
};

struct versions {
	struct kept *items;
	size_t count, capacity, bytes;
	size_t last; /* the one that was asked for last */
	uint64_t clock;
};

struct versions *versions_new(void)
{
	return xcalloc(1, sizeof(struct versions));
}

static void drop(struct versions *versions, size_t at)
{
	struct kept *kept = &versions->items[at];

	versions->bytes -= kept->size;
	version_free(kept->version);
	free(kept->path);
	*kept = versions->items[--versions->count];
}

void versions_free(struct versions *versions)
{
	if (!versions)
		return;
	while (versions->count)
		drop(versions, versions->count - 1);
	free(versions->items);
	free(versions);
}

struct version **versions_of(
	struct versions *versions, const struct language *language, const char *path)
{
	struct kept *kept;
	size_t at = 0;

	while (at < versions->count && (versions->items[at].language != language ||
					       strcmp(versions->items[at].path, path) != 0))
		at++;
	if (at == versions->count) {
		GROW(versions->items, versions->count, versions->capacity);
		versions->items[versions->count++] =
			(struct kept){.path = xstrdup(path), .language = language};
	}
	kept = &versions->items[at];
	kept->asked = ++versions->clock;
	versions->last = at;
	return &kept->version;
}

void versions_settle(struct versions *versions)
{
	struct kept *kept = &versions->items[versions->last];

	versions->bytes -= kept->size;
	kept->size = kept->version ? version_size(kept->version) : 0;
	versions->bytes += kept->size;
	while (versions->bytes > KEPT) {
		size_t oldest = 0;

		for (size_t i = 1; i < versions->count; i++)
			if (versions->items[i].asked < versions->items[oldest].asked)
				oldest = i;
		drop(versions, oldest);
	}
}
