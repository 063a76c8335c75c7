/*
 * No file, author or kind may fill the dataset. A share below twice the even one cannot be asked
 * for (ten kinds at 5 % each would leave half of the dataset empty), so that is the least.
 */
#include "curate/internal.h"

#include "flywheel/config.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define LEAST 8 /* examples that any file, author or kind may have */

struct quota {
	size_t *used; /* by number */
	size_t limit;
};

struct ranked {
	int context; /* how many kinds of context it carries */
	int64_t at;
	size_t index;
};

static size_t count_alive(const struct curation *curation, const struct map *map, size_t offset)
{
	bool *seen = xcalloc(map->count + 1, sizeof(*seen));
	size_t distinct = 0;

	for (size_t i = 0; i < curation->count; i++) {
		uint32_t number;

		memcpy(&number, (const char *)&curation->all[i] + offset, sizeof(number));
		if (curation->all[i].filter || seen[number] || !*curation_name(map, number))
			continue;
		seen[number] = true;
		distinct++;
	}
	free(seen);
	return distinct;
}

static void quota_open(
	struct quota *quota, const struct curation *curation, const struct map *map, size_t offset)
{
	double share = config_real(curation->session->config, "capShare");
	size_t distinct = count_alive(curation, map, offset);
	double even = distinct ? 2.0 / (double)distinct : 1;

	share = even > share ? even : share;
	quota->used = xcalloc(map->count + 1, sizeof(*quota->used));
	quota->limit = (size_t)(share * (double)curation->alive);
	quota->limit = quota->limit < LEAST ? LEAST : quota->limit;
}

/* "" is no file and no author: what comes from nowhere in particular is not capped. */
static bool is_full(const struct quota *quota, const struct map *map, uint32_t number)
{
	return *curation_name(map, number) && quota->used[number] >= quota->limit;
}

static int by_worth(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->context != b->context)
		return a->context > b->context ? -1 : 1;
	if (a->at != b->at)
		return a->at > b->at ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static struct ranked *rank(const struct curation *curation, size_t *count)
{
	struct ranked *ranked = xmalloc((curation->alive + 1) * sizeof(*ranked));

	*count = 0;
	for (size_t i = 0; i < curation->count; i++) {
		const struct candidate *candidate = &curation->all[i];

		if (candidate->filter)
			continue;
		ranked[*count].context = candidate->accepted ? 32 : 0;
		for (unsigned bits = candidate->context; bits; bits &= bits - 1)
			ranked[*count].context++;
		ranked[*count].at = candidate->at;
		ranked[(*count)++].index = i;
	}
	if (*count)
		qsort(ranked, *count, sizeof(*ranked), by_worth);
	return ranked;
}

static int select_all(struct curation *curation, void *state)
{
	struct quota file, author, kind;
	size_t count;
	struct ranked *ranked = rank(curation, &count);

	(void)state;
	quota_open(&file, curation, &curation->paths, offsetof(struct candidate, path));
	quota_open(&author, curation, &curation->authors, offsetof(struct candidate, author));
	quota_open(&kind, curation, &curation->kinds, offsetof(struct candidate, kind));
	for (size_t i = 0; i < count; i++) {
		const struct candidate *c = &curation->all[ranked[i].index];
		const char *reason = is_full(&kind, &curation->kinds, c->kind)         ? "kind"
				     : is_full(&file, &curation->paths, c->path)       ? "file"
				     : is_full(&author, &curation->authors, c->author) ? "author"
										       : NULL;

		if (reason && !c->accepted) {
			buf_clear(&curation->text);
			buf_addf(&curation->text, "its %s has its share already", reason);
			curation_reject(curation, &filter_cap, ranked[i].index, curation->text.ptr);
			continue;
		}
		kind.used[c->kind]++;
		file.used[c->path]++;
		author.used[c->author]++;
	}
	free(kind.used);
	free(file.used);
	free(author.used);
	free(ranked);
	return 0;
}

const struct filter filter_cap = {
	.name = "cap",
	.summary = "its file, author or kind has its share already",
	.select = select_all,
};
