/* git flywheel curate: choose what is worth teaching, and answer for each choice. */
#include "command/funnel.h"
#include "flywheel/command.h"

#include "flywheel/curate.h"
#include "flywheel/decision.h"
#include "flywheel/example.h"
#include "flywheel/store_example.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wishes {
	bool json;
	const char *explain, *accept, *reject, *reason, *filter;
	long samples;
};

static int ignore_example(const struct example *example, void *payload)
{
	(void)example;
	(void)payload;
	return 0;
}

static int judge(struct session *session, const struct wishes *wishes)
{
	const char *id = wishes->accept ? wishes->accept : wishes->reject;
	int rc = example_find(session, id, ignore_example, NULL);

	if (!rc)
		rc = store_judge(session->store, "example", id,
			wishes->accept ? "accepted" : "rejected",
			wishes->reason ? wishes->reason : "", clock_now());
	if (!rc)
		printf("%s %s: counts from the next `git flywheel curate`, here in this clone\n",
			id, wishes->accept ? "accepted" : "rejected");
	return rc;
}

static int on_sample(const char *id, const char *reason, void *payload)
{
	struct session *session = payload;

	(void)reason;
	putchar('\n');
	return example_explain(session, id, false);
}

static int turn(struct session *session, const struct wishes *wishes)
{
	struct bench_suite suite = {0};
	struct dataset dataset = {0};
	struct split split;
	int rc = split_compute(session, &split);

	if (!rc) /* an example kind asks for decisions: without them two clones would differ */
		rc = decision_mine(session, NULL);
	if (!rc)
		rc = bench_suite_build(session, &split, &suite);
	if (!rc)
		rc = curate_run(session, &split, &suite, &dataset);
	if (!rc)
		rc = store_example_problems(session->store, funnel_print_problem, NULL);
	if (!rc)
		rc = wishes->json ? funnel_print_json(session, &dataset)
				  : funnel_print(session, &dataset);
	dataset_release(&dataset);
	bench_suite_release(&suite);
	return rc;
}

static int act(struct session *session, const struct wishes *wishes)
{
	int rc;

	if (wishes->accept || wishes->reject)
		return judge(session, wishes);
	if (wishes->explain)
		return example_explain(session, wishes->explain, wishes->json);
	rc = turn(session, wishes);
	/* Ids are hashes: the first ones in order are a random sample that stays the same. */
	if (!rc && wishes->samples > 0 && !wishes->json)
		rc = store_curated_each(session->store, wishes->filter ? wishes->filter : "",
			(size_t)wishes->samples, on_sample, session);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {0};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &wishes.json},
		{OPTION_TEXT, 0, "explain", "id",
			"show an example, where it is from and its verdict", &wishes.explain},
		{OPTION_TEXT, 0, "accept", "id", "keep this example, whatever the filters say",
			&wishes.accept},
		{OPTION_TEXT, 0, "reject", "id", "leave this example out", &wishes.reject},
		{OPTION_TEXT, 0, "reason", "text", "why, for --accept and --reject",
			&wishes.reason},
		{OPTION_NUMBER, 'n', "samples", "number", "also show this many kept examples",
			&wishes.samples},
		{OPTION_TEXT, 0, "filter", "name",
			"with -n: show what this filter rejected instead", &wishes.filter},
		OPTIONS_END};
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc;

	if (left < 0)
		return code;
	if (left || (wishes.accept && wishes.reject) || wishes.samples < 0)
		return command_usage(self, "one thing at a time");
	if (wishes.reject && !wishes.reason)
		return command_usage(self, "--reject wants --reason");
	interrupt_watch();
	code = session_open_current(&session);
	if (code)
		return code;
	rc = act(&session, &wishes);
	if (rc)
		code = command_fail(rc);
	session_close(&session);
	return code;
}

const struct command command_curate = {
	.name = "curate",
	.summary = "choose what is worth training on, with a reason for each rejection",
	.usage = "curate [--json] [-n <number> [--filter <name>]] | --explain <id> | "
		 "--accept <id> | --reject <id> --reason <text>",
	.group = "turn",
	.run = run,
};
