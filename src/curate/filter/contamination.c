/*
 * Nothing of the exam may be taught: the same symbol in the same file as a question, a run of 13
 * tokens in common with one, or as a whole much like its prompt.
 */
#include "curate/internal.h"

#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define RUN_TOKENS 13
#define ALIKE 0.5
#define COMMON_ITEMS 8 /* a run in more questions than this is the wording of a category */

struct run {
	uint64_t hash;
	size_t item;
};

struct exam {
	struct map symbols; /* "path\nsymbol" */
	struct run *runs;   /* sorted, unique by hash */
	size_t count, capacity, item;
	struct signature *prompts;
	size_t prompt_count;
	struct signature signature; /* of the example at hand */
	struct map bands;           /* of the prompts: hash -> item + 1 */
	size_t rows;
};

static int add_run(uint64_t shingle, void *payload)
{
	struct exam *exam = payload;

	GROW(exam->runs, exam->count, exam->capacity);
	exam->runs[exam->count].hash = shingle;
	exam->runs[exam->count++].item = exam->item;
	return 0;
}

static int by_hash(const void *left, const void *right)
{
	const struct run *a = left, *b = right;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->item < b->item ? -1 : a->item > b->item;
}

/* Sorts the runs, drops the wording of categories, leaves one of each. */
static void settle_runs(struct exam *exam)
{
	size_t used = 0;

	if (exam->count)
		qsort(exam->runs, exam->count, sizeof(*exam->runs), by_hash);
	for (size_t i = 0, end; i < exam->count; i = end) {
		size_t items = 1;

		for (end = i + 1; end < exam->count && exam->runs[end].hash == exam->runs[i].hash;
			end++)
			items += exam->runs[end].item != exam->runs[end - 1].item;
		if (items <= COMMON_ITEMS)
			exam->runs[used++] = exam->runs[i];
	}
	exam->count = used;
}

static void add_item(struct exam *exam, const struct bench_item *item)
{
	const char *right = item->choices[item->answer];
	struct signature *signature = &exam->prompts[exam->prompt_count++];
	char *key = xstrfmt("%s\n%s", item->path, item->symbol);

	if (*item->symbol)
		map_put_str(&exam->symbols, key, NULL);
	free(key);
	text_shingles(item->prompt, strlen(item->prompt), RUN_TOKENS, add_run, exam);
	text_shingles(right, strlen(right), RUN_TOKENS, add_run, exam);
	signature_init(signature);
	signature_add_text(signature, item->prompt, strlen(item->prompt));
	for (size_t band = 0; band + exam->rows <= MINHASH_SIZE; band += exam->rows) {
		uint64_t hash =
			hash_bytes(signature->min + band, exam->rows * sizeof(uint32_t), band);

		map_put(&exam->bands, (const char *)&hash, sizeof(hash), NULL)->value.num =
			(int64_t)exam->prompt_count;
	}
}

static int open_state(struct curation *curation, void **state)
{
	struct exam *exam;

	if (!curation->suite || !curation->suite->count) {
		curation->note = xstrdup("no benchmark suite to compare with");
		return CURATE_SKIPPED;
	}
	exam = xcalloc(1, sizeof(*exam));
	exam->rows = lsh_rows(ALIKE);
	exam->prompts = xmalloc(curation->suite->count * sizeof(*exam->prompts));
	for (exam->item = 0; exam->item < curation->suite->count; exam->item++)
		add_item(exam, &curation->suite->items[exam->item]);
	settle_runs(exam);
	*state = exam;
	return 0;
}

static int is_run(uint64_t shingle, void *payload)
{
	const struct exam *exam = payload;
	size_t low = 0, high = exam->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (exam->runs[middle].hash == shingle)
			return 1;
		if (exam->runs[middle].hash < shingle)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

static bool like_a_prompt(struct exam *exam)
{
	for (size_t band = 0; band + exam->rows <= MINHASH_SIZE; band += exam->rows) {
		uint64_t hash =
			hash_bytes(exam->signature.min + band, exam->rows * sizeof(uint32_t), band);
		const struct map_entry *entry =
			map_get(&exam->bands, (const char *)&hash, sizeof(hash));

		if (entry && signature_similarity(&exam->prompts[entry->value.num - 1],
				     &exam->signature) >= ALIKE)
			return true;
	}
	return false;
}

static const char *reject(const struct example *example, struct curation *curation, void *state)
{
	struct exam *exam = state;
	size_t prompt = strlen(example->prompt), answer = strlen(example->answer);
	char *key = xstrfmt("%s\n%s", example->path, example->symbol);
	bool asked = *example->symbol && map_get_str(&exam->symbols, key);

	(void)curation;
	free(key);
	if (asked)
		return "about a symbol that the benchmark asks about";
	if (text_shingles(example->prompt, prompt, RUN_TOKENS, is_run, exam) ||
		text_shingles(example->answer, answer, RUN_TOKENS, is_run, exam))
		return "13 tokens in a row stand in a benchmark question";
	signature_init(&exam->signature);
	signature_add_text(&exam->signature, example->prompt, prompt);
	signature_add_text(&exam->signature, example->answer, answer);
	return like_a_prompt(exam) ? "much like a benchmark question" : NULL;
}

static void close_state(void *state)
{
	struct exam *exam = state;

	if (!exam)
		return;
	map_release(&exam->symbols);
	map_release(&exam->bands);
	free(exam->runs);
	free(exam->prompts);
	free(exam);
}

const struct filter filter_contamination = {
	.name = "contamination",
	.summary = "the benchmark asks about it",
	.binding = true,
	.open = open_state,
	.reject = reject,
	.close = close_state,
};
