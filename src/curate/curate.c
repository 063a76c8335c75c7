/* One curation: generate, filter, keep every verdict, freeze what is left. */
#include "curate/internal.h"

#include "flywheel/store_example.h"
#include "util/error.h"
#include "util/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void funnel_fill(const struct curation *curation, struct funnel *out)
{
	memset(out, 0, sizeof(*out));
	out->raw = curation->count;
	out->kept = curation->alive;
	for (int i = 0; filters[i]; i++) {
		out->reasons[i].filter = filters[i]->name;
		out->reasons[i].rejected = curation->filters[i].rejected;
		out->reason_count++;
	}
}

/* Every raw example has exactly one fate: a sum that is off would mean that we lie about it. */
static void check_funnel(const struct funnel *funnel)
{
	size_t sum = funnel->kept;

	for (size_t i = 0; i < funnel->reason_count; i++)
		sum += funnel->reasons[i].rejected;
	assert(sum == funnel->raw);
	(void)sum;
}

static int keep_verdicts(const struct curation *curation)
{
	struct store *store = curation->session->store;
	struct curated_insert *insert;
	int rc = store_curated_clear(store), closed;

	insert = store_curated_open(store);
	for (size_t i = 0; i < curation->count && !rc; i++) {
		const struct candidate *c = &curation->all[i];

		rc = store_curated_put(insert, c->id, c->filter ? filters[c->filter - 1]->name : "",
			c->filter ? curation_reason(curation, c) : "");
	}
	closed = store_curated_close(insert);
	rc = rc ? rc : closed;
	for (int i = 0; filters[i] && !rc; i++) {
		struct funnel_row row = {.filter = filters[i]->name,
			.rejected = curation->filters[i].rejected,
			.note = curation->filters[i].note ? curation->filters[i].note : ""};

		rc = store_funnel_put(store, i, &row);
	}
	return rc;
}

int curate_run(struct session *session, const struct split *split, const struct bench_suite *suite,
	struct dataset *out)
{
	struct curation curation = {
		.session = session, .split = split, .suite = suite, .text = BUF_INIT};
	int rc = example_generate(session, split, NULL);

	memset(out, 0, sizeof(*out));
	if (!rc)
		rc = curation_run(&curation);
	if (!rc) {
		funnel_fill(&curation, &out->funnel);
		check_funnel(&out->funnel);
		rc = store_begin(session->store);
	}
	if (!rc) {
		rc = keep_verdicts(&curation);
		if (!rc)
			rc = dataset_freeze(&curation, out);
		if (!rc)
			rc = store_commit(session->store);
		else
			store_rollback(session->store);
	}
	if (rc)
		dataset_release(out);
	curation_release(&curation);
	return rc;
}

struct reporting {
	filter_fn fn;
	void *payload;
	size_t count;
};

static int on_funnel(const struct funnel_row *row, void *payload)
{
	struct reporting *reporting = payload;
	int at = filter_index(row->filter);
	struct filter_report report = {.note = row->note, .rejected = row->rejected};

	if (at < 0) /* of an older program */
		return 0;
	report.name = filters[at]->name;
	report.summary = filters[at]->summary;
	reporting->count++;
	return reporting->fn(&report, reporting->payload);
}

int curate_each_filter(struct session *session, filter_fn fn, void *payload)
{
	struct reporting reporting = {fn, payload, 0};
	int rc = store_funnel_each(session->store, on_funnel, &reporting);

	if (!rc && !reporting.count)
		return fail(E_NOTFOUND, "nothing was curated yet: run `git flywheel curate`");
	return rc;
}
