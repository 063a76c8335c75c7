/*
 * The table of filters, in order, cheap ones first, and the engine: the first filter that rejects
 * an example gives its one reason. Examples stream past; only what identifies them is in memory.
 */
#include "curate/internal.h"

#include "flywheel/model.h"
#include "flywheel/store_example.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/strings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct filter *const filters[] = {
	&filter_verdict,
	&filter_vendored,
	&filter_boilerplate,
	&filter_stub,
	&filter_message,
	&filter_reverted,
	&filter_complexity,
	&filter_context,
	&filter_short,
	&filter_long,
	&filter_syntax,
	&filter_secret,
	&filter_duplicate,
	&filter_near_duplicate,
	&filter_contamination,
	&filter_novelty,
	&filter_cap,
	NULL,
};

int filter_index(const char *name)
{
	for (int i = 0; filters[i]; i++)
		if (!strcmp(filters[i]->name, name))
			return i;
	return -1;
}

bool example_is_code(const struct example *example)
{
	return !strcmp(example->kind, "function") || !strcmp(example->kind, "house-pattern") ||
	       !strcmp(example->kind, "test");
}

bool example_is_change(const struct example *example)
{
	return starts_with(example->kind, "change-");
}

uint32_t candidate_tokens(const struct example *example)
{
	return (uint32_t)(model_count_tokens(example->prompt, strlen(example->prompt)) +
			  model_count_tokens(example->answer, strlen(example->answer)));
}

bool candidate_is_better(const struct curation *curation, size_t a, size_t b)
{
	const struct candidate *x = &curation->all[a], *y = &curation->all[b];

	if (x->accepted != y->accepted)
		return x->accepted;
	return x->at != y->at ? x->at > y->at : a < b;
}

static uint32_t intern(struct map *map, const char *text)
{
	bool added;
	struct map_entry *entry = map_put_str(map, text, &added);

	if (added)
		entry->value.num = (int64_t)map->count - 1;
	return (uint32_t)entry->value.num;
}

const char *curation_name(const struct map *map, uint32_t number)
{
	return map->entries[number].key;
}

const char *curation_reason(const struct curation *curation, const struct candidate *candidate)
{
	return curation_name(&curation->reasons, candidate->reason);
}

void curation_reject(
	struct curation *curation, const struct filter *filter, size_t index, const char *reason)
{
	struct candidate *candidate = &curation->all[index];
	int at = filter_index(filter->name);

	if (candidate->filter || (candidate->accepted && !filter->binding))
		return;
	candidate->filter = at + 1;
	candidate->reason = intern(&curation->reasons, reason);
	curation->filters[at].rejected++;
	curation->alive--;
}

static int on_candidate(const struct example *example, void *payload)
{
	struct curation *curation = payload;
	struct map_entry *verdict = map_get_str(&curation->verdicts, example->id);
	struct candidate *candidate;

	GROW(curation->all, curation->count, curation->capacity);
	candidate = &curation->all[curation->count++];
	memset(candidate, 0, sizeof(*candidate));
	memcpy(candidate->id, example->id, sizeof(candidate->id));
	candidate->accepted = verdict && verdict->value.num;
	candidate->kind = intern(&curation->kinds, example->kind);
	candidate->path = intern(&curation->paths, example->path);
	candidate->author = intern(&curation->authors, example->author);
	candidate->context = example->context;
	candidate->at = example->at;
	return 0;
}

static int on_verdict(const char *id, const char *verdict, const char *reason, void *payload)
{
	struct curation *curation = payload;

	(void)reason;
	map_put_str(&curation->verdicts, id, NULL)->value.num = !strcmp(verdict, "accepted");
	return 0;
}

struct pass {
	struct curation *curation;
	candidate_fn fn;
	void *payload;
	size_t index;
	struct progress *progress;
};

static int on_pass(const struct example *example, void *payload)
{
	struct pass *pass = payload;
	size_t index = pass->index++;

	if (interrupted())
		return fail(E_STOPPED, "stopped: the last curation stands");
	progress_set(pass->progress, index);
	/* The order of ids is the order in which the candidates were read. */
	assert(!strcmp(pass->curation->all[index].id, example->id));
	if (pass->curation->all[index].filter)
		return 0;
	return pass->fn(pass->curation, index, example, pass->payload);
}

int curation_each(struct curation *curation, candidate_fn fn, void *payload)
{
	struct pass pass = {.curation = curation, .fn = fn, .payload = payload};
	int rc;

	pass.progress = progress_start("curating", curation->count);
	rc = example_each(curation->session, on_pass, &pass);
	progress_finish(pass.progress);
	return rc;
}

/* A run of filters that look at one example at a time shares one pass. */
struct run {
	size_t first, end;
	void *states[CURATE_MAX_REASONS];
};

static int on_example(
	struct curation *curation, size_t index, const struct example *example, void *payload)
{
	struct run *run = payload;

	for (size_t i = run->first; i < run->end && !curation->all[index].filter; i++) {
		const char *reason;

		if (curation->filters[i].note ||
			(curation->all[index].accepted && !filters[i]->binding))
			continue;
		reason = filters[i]->reject(example, curation, run->states[i]);
		if (reason)
			curation_reject(curation, filters[i], index, reason);
	}
	return 0;
}

static int open_filter(struct curation *curation, size_t i, void **state)
{
	int rc = filters[i]->open ? filters[i]->open(curation, state) : 0;

	if (rc != CURATE_SKIPPED)
		return rc;
	curation->filters[i].note = curation->note ? curation->note : xstrdup("cannot run here");
	curation->note = NULL;
	return 0;
}

static int run_single(struct curation *curation, size_t first, size_t *end)
{
	struct run run = {.first = first};
	int rc = 0;

	for (run.end = first; filters[run.end] && filters[run.end]->reject && !rc; run.end++)
		rc = open_filter(curation, run.end, &run.states[run.end]);
	if (!rc)
		rc = curation_each(curation, on_example, &run);
	for (size_t i = first; i < run.end; i++)
		if (filters[i]->close)
			filters[i]->close(run.states[i]);
	*end = run.end;
	return rc;
}

static int run_select(struct curation *curation, size_t i)
{
	void *state = NULL;
	int rc = open_filter(curation, i, &state);

	if (!rc && !curation->filters[i].note)
		rc = filters[i]->select(curation, state);
	if (filters[i]->close)
		filters[i]->close(state);
	return rc;
}

int curation_run(struct curation *curation)
{
	int rc = store_example_verdicts(curation->session->store, on_verdict, curation);

	if (!rc)
		rc = example_each(curation->session, on_candidate, curation);
	curation->alive = curation->count;
	for (size_t i = 0; filters[i] && !rc;) {
		if (filters[i]->reject)
			rc = run_single(curation, i, &i);
		else
			rc = run_select(curation, i++);
	}
	return rc;
}

void curation_release(struct curation *curation)
{
	for (size_t i = 0; i < ARRAY_SIZE(curation->filters); i++)
		free(curation->filters[i].note);
	free(curation->note);
	free(curation->all);
	map_release(&curation->kinds);
	map_release(&curation->paths);
	map_release(&curation->authors);
	map_release(&curation->reasons);
	map_release(&curation->verdicts);
	buf_release(&curation->text);
}
