/*
 * Near-duplicates of one kind: MinHash over token 5-grams, connected components above
 * flywheel.duplicateJaccard, one member of each stays. Different kinds show one function from
 * different sides on purpose, so they are not compared.
 */
#include "curate/internal.h"

#include "flywheel/config.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

struct texts {
	struct signature *signatures;
	uint32_t *kinds;
	size_t *index; /* into curation->all */
	size_t count;
};

static int on_example(
	struct curation *curation, size_t index, const struct example *example, void *payload)
{
	struct texts *texts = payload;
	struct signature *signature = &texts->signatures[texts->count];

	signature_init(signature);
	signature_add_text(signature, example->prompt, strlen(example->prompt));
	signature_add_text(signature, example->answer, strlen(example->answer));
	texts->kinds[texts->count] = curation->all[index].kind;
	texts->index[texts->count++] = index;
	return 0;
}

static int on_pair(size_t a, size_t b, void *payload)
{
	components_join(payload, a, b);
	return 0;
}

/* The best member of each component, by the component's root. */
static void keep_best(
	struct curation *curation, const struct texts *texts, struct components *components)
{
	size_t *best = xmalloc((texts->count + 1) * sizeof(*best));

	for (size_t i = 0; i < texts->count; i++)
		best[i] = i;
	for (size_t i = 0; i < texts->count; i++) {
		size_t root = components_find(components, i);

		if (candidate_is_better(curation, texts->index[i], texts->index[best[root]]))
			best[root] = i;
	}
	for (size_t i = 0; i < texts->count; i++) {
		size_t kept = best[components_find(components, i)];

		if (kept == i)
			continue;
		buf_clear(&curation->text);
		buf_addf(&curation->text, "much like %s", curation->all[texts->index[kept]].id);
		curation_reject(
			curation, &filter_near_duplicate, texts->index[i], curation->text.ptr);
	}
	free(best);
}

static int select_all(struct curation *curation, void *state)
{
	double threshold = config_real(curation->session->config, "duplicateJaccard");
	struct components components;
	struct texts texts = {
		.signatures = xmalloc((curation->alive + 1) * sizeof(*texts.signatures)),
		.kinds = xmalloc((curation->alive + 1) * sizeof(*texts.kinds)),
		.index = xmalloc((curation->alive + 1) * sizeof(*texts.index)),
	};
	int rc = curation_each(curation, on_example, &texts);

	(void)state;
	components_init(&components, texts.count);
	if (!rc)
		rc = lsh_pairs(texts.signatures, texts.kinds, texts.count, threshold, on_pair,
			&components);
	if (!rc)
		keep_best(curation, &texts, &components);
	components_release(&components);
	free(texts.signatures);
	free(texts.kinds);
	free(texts.index);
	return rc;
}

const struct filter filter_near_duplicate = {
	.name = "near-duplicate",
	.summary = "much like another one of its kind (MinHash)",
	.select = select_all,
};
