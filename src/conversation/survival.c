/* What became of the lines that assistants wrote, added up by tool, model and week. */
#include "flywheel/conversation_link.h"

#include "conversation/fate.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_SHORT (14 * (int64_t)CLOCK_DAY)
#define WINDOW_LONG (90 * (int64_t)CLOCK_DAY)

struct adding {
	struct survival_report *report;
	struct map rows; /* "tool\nmodel\nclaimed\nweek": index */
	size_t capacity;
	int64_t head_time;
};

/* Its Monday: the epoch was a Thursday. */
static void week_of(int64_t at, char out[11])
{
	char text[21];
	int64_t days = at / CLOCK_DAY;

	clock_format((days - (days + 3) % 7) * CLOCK_DAY, text);
	memcpy(out, text, 10);
	out[10] = '\0';
}

static size_t row_of(struct adding *adding, const struct fates *fates, const struct origin *origin,
	bool claimed, const char *week)
{
	struct survival_report *report = adding->report;
	const char *tool = origin_tool(fates, origin), *model = origin_model(fates, origin);
	char *key = xstrfmt("%s\n%s\n%d\n%s", tool, model, claimed, week);
	bool added = false;
	struct map_entry *entry = map_put_str(&adding->rows, key, &added);

	if (added) {
		GROW(report->rows, report->count, adding->capacity);
		report->rows[report->count] = (struct survival){
			.tool = xstrdup(tool), .model = xstrdup(model), .claimed = claimed};
		memcpy(report->rows[report->count].week, week, strlen(week) + 1);
		entry->value.num = (int64_t)report->count++;
	}
	free(key);
	return (size_t)entry->value.num;
}

static void add_kept(struct survival *row, const struct fates *fates, const struct origin *origin,
	const struct fate_line *line, int64_t head_time)
{
	int64_t gone = fate_gone(fates, line);
	int64_t landed =
		line->commit ? origin_landed(fates, origin, line->commit - 1)->at : origin->at;

	row->kept++;
	row->aged_14 += head_time - landed >= WINDOW_SHORT;
	row->aged_90 += head_time - landed >= WINDOW_LONG;
	if (!gone) {
		row->alive++;
		return;
	}
	row->gone++;
	row->reverted += line->end == END_REVERTED;
	row->rewritten_14 += gone - landed <= WINDOW_SHORT;
	row->rewritten_90 += gone - landed <= WINDOW_LONG;
}

static void add_line(struct survival *row, const struct fates *fates, const struct origin *origin,
	const struct fate_line *line, int64_t head_time)
{
	row->proposed++;
	switch (line->state) {
	case LINE_KEPT:
		add_kept(row, fates, origin, line, head_time);
		break;
	case LINE_EDITED:
		row->edited++;
		break;
	case LINE_PENDING:
		row->waiting++;
		break;
	default: /* its file was committed without it, or it waited for too long */
		row->dropped++;
		break;
	}
}

static int add_origin(const struct fates *fates, const struct origin *origin, void *payload)
{
	struct adding *adding = payload;
	struct survival_report *report = adding->report;
	bool claimed = !origin->turn;
	size_t whole, weekly;
	char week[11];

	if (!origin->count || !*origin_tool(fates, origin)) /* a patch by mail is a person's */
		return 0;
	week_of(origin->at, week);
	whole = row_of(adding, fates, origin, claimed, "");
	weekly = row_of(adding, fates, origin, claimed, week);
	for (uint32_t i = 0; i < origin->count; i++) {
		const struct fate_line *line = &fates->lines[i];
		int64_t now = adding->head_time;

		add_line(&report->rows[whole], fates, origin, line, now);
		add_line(&report->rows[weekly], fates, origin, line, now);
		add_line(claimed ? &report->claims : &report->all, fates, origin, line, now);
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct survival *x = a, *y = b;
	int order = strcmp(x->tool, y->tool);

	if (!order)
		order = strcmp(x->model, y->model);
	if (!order)
		order = x->claimed - y->claimed;
	return order ? order : strcmp(x->week, y->week);
}

int survival_report(struct session *session, struct survival_report *out)
{
	struct fates fates = {.session = session};
	struct adding adding = {.report = out};
	struct commit commit;
	struct oid head;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = repo_head(session->repo, &head);
	if (rc == E_NOTFOUND) { /* nothing is committed yet, and so nothing followed */
		error_clear();
		return 0;
	}
	if (!rc)
		rc = repo_commit_read(session->repo, &head, &commit);
	if (rc)
		return rc;
	adding.head_time = commit.commit_time;
	commit_release(&commit);
	rc = fates_each(&fates, add_origin, &adding);
	if (out->count)
		qsort(out->rows, out->count, sizeof(*out->rows), by_name);
	map_release(&adding.rows);
	fates_release(&fates);
	if (rc)
		survival_report_release(out);
	return rc;
}

void survival_report_release(struct survival_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->rows[i].tool);
		free(report->rows[i].model);
	}
	free(report->rows);
	memset(report, 0, sizeof(*report));
}

double survival_correction(const struct survival *survival)
{
	int64_t committed = survival->kept + survival->edited;

	if (!committed)
		return -1;
	return (double)(survival->edited + survival->rewritten_14) / (double)committed;
}
