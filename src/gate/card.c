/* What a promoted model's tag says: a card for people that ends in trailers for programs. */
#include "gate/internal.h"

#include "flywheel/store_run.h"
#include "util/js.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

static void add_scores(struct buf *out, const struct js *categories)
{
	for (size_t i = 0; i < js_count(categories); i++) {
		const struct js *row = js_at(categories, i);
		int64_t items = js_get_number(row, "items", 0);

		if (!items)
			continue;
		buf_addf(out, "  %-24s %5lld items  before %5.1f %%  now %5.1f %%  %+5.1f points\n",
			js_get_text(row, "name"), (long long)items,
			100 * js_get_real(row, "production", 0) / (double)items,
			100 * js_get_real(row, "candidate", 0) / (double)items,
			js_get_real(row, "difference", 0));
	}
}

static void add_score_trailers(struct buf *out, const struct js *categories)
{
	for (size_t i = 0; i < js_count(categories); i++) {
		const struct js *row = js_at(categories, i);
		int64_t items = js_get_number(row, "items", 0);
		int64_t right = js_get_number(row, "candidate", 0);

		if (items)
			buf_addf(out, "Score-%s: %.4f (%lld/%lld)\n", js_get_text(row, "name"),
				(double)right / (double)items, (long long)right, (long long)items);
	}
}

static void add_story(struct buf *out, const struct promotion *promotion,
	const struct model_row *model, const char *trained_on, const struct js *report)
{
	buf_addf(out, "Trained by `%s` on the code at %.12s", model->trainer, trained_on);
	if (js_get(report, "kept"))
		buf_addf(out, " and %lld of %lld examples",
			(long long)js_get_number(report, "kept", 0),
			(long long)js_get_number(report, "raw", 0));
	buf_addstr(out, ".\n");
	if (promotion->by_hand)
		buf_addf(out, "Promoted by hand: %s\nThe gate's own verdict: %s.\n",
			promotion->reason, promotion->verdict);
	else
		buf_addf(out, "The gate: %s.\n", promotion->reason);
	if (!js_count(js_get(report, "categories")))
		return;
	buf_addf(out, "\nScores (benchmark %.12s, %s):\n", promotion->suite, promotion->mode);
	add_scores(out, js_get(report, "categories"));
}

void card_write(struct buf *out, const char *tag, const struct promotion *promotion,
	const struct model_row *model, const char *previous, const char *previous_tag)
{
	char trained_on[OID_HEX + 1];
	struct js *report = NULL;
	struct oid commit;
	char *text;

	memcpy(commit.raw, model->trained_on, OID_RAW);
	oid_hex(&commit, trained_on);
	if (promotion->report && js_parse(promotion->report, strlen(promotion->report), &report))
		report = NULL;
	buf_addf(out, "%s: %s\n\n", tag, model->id);
	add_story(out, promotion, model, trained_on, report);
	buf_addch(out, '\n');
	trailer_add(out, "Model-Id", model->id);
	trailer_add(out, "Base-Model", model->base);
	trailer_add(out, "Trainer", model->trainer);
	trailer_add(out, "Trained-On", trained_on);
	trailer_add(out, "Run", promotion->run);
	trailer_add(out, "Dataset", model->dataset);
	trailer_add(out, "Artifact", model->file);
	trailer_add(out, "Artifact-Sha256", model->sha256);
	buf_addf(out, "Seed: %lld\n", (long long)model->seed);
	trailer_add(out, "Benchmark", promotion->suite);
	trailer_add(out, "Scoring-Mode", promotion->mode);
	add_score_trailers(out, js_get(report, "categories"));
	text = xstrfmt(promotion->by_hand ? "by hand (%s): %s" : "%s: %s", promotion->verdict,
		promotion->reason);
	trailer_add(out, "Gate", text);
	free(text);
	text = *previous_tag ? xstrfmt("%s %s", previous_tag, previous) : xstrdup(previous);
	trailer_add(out, "Previous", text);
	free(text);
	js_free(report);
}
