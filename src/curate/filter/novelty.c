/*
 * The novelty band: of each kind, the tenth whose answers cost the fewest bits per token under the
 * generic model (what anybody writes, or what the prompt gives away) and the twentieth that cost
 * the most even after their prompt (noise) go. Without the prompt the costliest were the house's
 * own names, which is what we want to teach. The generic model, not the one in production: it is
 * the same in every clone, and knows nothing of this house.
 */
#include "curate/internal.h"

#include "flywheel/model.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define LOWEST 0.10
#define HIGHEST 0.05
#define KIND_MIN 40 /* fewer examples of a kind have no tenth worth the name */

struct scored {
	uint32_t kind;
	double bits; /* per token */
	size_t index;
};
struct scores {
	struct model *model;
	struct scored *items;
	size_t count, capacity;
};

static int open_state(struct curation *curation, void **state)
{
	struct model *model = NULL;

	if (model_open_generic(&model)) {
		curation->note = xstrdup("no generic model to ask");
		return CURATE_SKIPPED;
	}
	*state = model;
	return 0;
}

static int on_example(
	struct curation *curation, size_t index, const struct example *example, void *payload)
{
	struct scores *scores = payload;
	size_t tokens = 0;
	double bits = model_bits(scores->model, example->prompt, strlen(example->prompt),
		example->answer, strlen(example->answer), &tokens);

	GROW(scores->items, scores->count, scores->capacity);
	scores->items[scores->count].kind = curation->all[index].kind;
	scores->items[scores->count].bits = tokens ? bits / (double)tokens : 0;
	scores->items[scores->count++].index = index;
	return 0;
}

static int by_kind_and_bits(const void *left, const void *right)
{
	const struct scored *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->bits < b->bits || a->bits > b->bits)
		return a->bits < b->bits ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int select_all(struct curation *curation, void *state)
{
	struct scores scores = {.model = state};
	int rc = curation_each(curation, on_example, &scores);

	if (!rc && scores.count)
		qsort(scores.items, scores.count, sizeof(*scores.items), by_kind_and_bits);
	for (size_t i = 0, end; i < scores.count && !rc; i = end) {
		size_t low, high;

		for (end = i; end < scores.count && scores.items[end].kind == scores.items[i].kind;)
			end++;
		if (end - i < KIND_MIN)
			continue;
		low = i + (size_t)((double)(end - i) * LOWEST);
		high = end - (size_t)((double)(end - i) * HIGHEST);
		for (size_t k = i; k < end; k++)
			if (k < low || k >= high)
				curation_reject(curation, &filter_novelty, scores.items[k].index,
					k < low ? "what anybody would say after this prompt"
						: "unpredictable even after its prompt: noise");
	}
	free(scores.items);
	return rc;
}

static void close_state(void *state)
{
	model_free(state);
}

const struct filter filter_novelty = {
	.name = "novelty",
	.summary = "outside the band of bits per token under the generic model",
	.open = open_state,
	.select = select_all,
	.close = close_state,
};
