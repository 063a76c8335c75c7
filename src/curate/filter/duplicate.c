/* The same tokens twice, whatever the layout: the newest stays. */
#include "curate/internal.h"

#include "flywheel/model.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define OWN_WEIGHT 32 /* tokens: a shorter answer is the same only after the same prompt */

struct entry {
	uint64_t hash;
	size_t index;
};
struct entries {
	struct entry *items;
	size_t count, capacity;
};

static int on_token(const char *token, size_t len, size_t offset, void *payload)
{
	uint64_t *hash = payload;

	(void)offset;
	if (len && (unsigned char)token[0] > ' ')
		*hash = hash_bytes(token, len, *hash);
	return 0;
}

static int on_example(
	struct curation *curation, size_t index, const struct example *example, void *payload)
{
	struct entries *entries = payload;
	struct entry entry = {0, index};

	(void)curation;
	model_tokenize(example->answer, strlen(example->answer), on_token, &entry.hash);
	if (model_count_tokens(example->answer, strlen(example->answer)) < OWN_WEIGHT)
		model_tokenize(example->prompt, strlen(example->prompt), on_token, &entry.hash);
	GROW(entries->items, entries->count, entries->capacity);
	entries->items[entries->count++] = entry;
	return 0;
}

static int by_hash(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int select_all(struct curation *curation, void *state)
{
	struct entries entries = {0};
	int rc = curation_each(curation, on_example, &entries);

	(void)state;
	if (!rc && entries.count)
		qsort(entries.items, entries.count, sizeof(*entries.items), by_hash);
	for (size_t i = 0, end; i < entries.count && !rc; i = end) {
		size_t best = entries.items[i].index;

		for (end = i;
			end < entries.count && entries.items[end].hash == entries.items[i].hash;
			end++)
			if (candidate_is_better(curation, entries.items[end].index, best))
				best = entries.items[end].index;
		for (size_t k = i; k < end; k++) {
			if (entries.items[k].index == best)
				continue;
			buf_clear(&curation->text);
			buf_addf(&curation->text, "the same as %s", curation->all[best].id);
			curation_reject(curation, &filter_duplicate, entries.items[k].index,
				curation->text.ptr);
		}
	}
	free(entries.items);
	return rc;
}

const struct filter filter_duplicate = {
	.name = "duplicate",
	.summary = "the same tokens as another one",
	.select = select_all,
};
