/* git flywheel promote: what the gate passed; anything else only by hand, with a reason. */
#include "flywheel/command.h"

#include "command/scores.h"
#include "flywheel/gate.h"
#include "flywheel/repo.h"
#include "flywheel/store_run.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wishes {
	bool by_hand;
	const char *reason, *model;
};

/* What the last run that judged the model knows of it; all of it may be missing. */
static void fill(struct promotion *promotion, const struct run_row *run, const struct js *report)
{
	const char *name = js_get_text(report, "run"), *mode = js_get_text(report, "mode");

	promotion->run = name ? name : "";
	promotion->mode = mode ? mode : "";
	promotion->suite = run->suite ? run->suite : "";
	promotion->verdict = run->verdict && *run->verdict ? run->verdict : "none";
	promotion->report = run->report && *run->report ? run->report : NULL;
}

static int promote(struct session *session, const struct wishes *wishes, char **tag)
{
	struct promotion promotion = {
		.model = wishes->model, .by_hand = wishes->by_hand, .reason = wishes->reason};
	struct js *report = NULL;
	struct model_row model;
	struct run_row run;
	int code = EXIT_OK;
	int rc = model_row_get(session->store, wishes->model, &model);

	model_row_release(&model);
	if (rc)
		return command_fail(rc);
	rc = run_of_model(session->store, wishes->model, &run);
	if (rc && rc != E_NOTFOUND)
		return command_fail(rc);
	report = report_parse(run.report);
	fill(&promotion, &run, report);
	if (!wishes->by_hand && strcmp(promotion.verdict, "promoted")) {
		fprintf(stderr,
			"git-flywheel: the gate did not pass %s (%s%s%s): `promote --by-hand "
			"--reason \"...\"` overrules it, on the record\n",
			wishes->model, promotion.verdict, run.reason && *run.reason ? ": " : "",
			run.reason ? run.reason : "");
		code = EXIT_NO;
	} else {
		if (!wishes->by_hand) {
			promotion.reason = run.reason;
			promotion.against = js_get_text(report, "production");
			promotion.best = js_get_bool(report, "best", false);
		}
		rc = gate_promote(session, &promotion, tag);
		code = rc ? command_fail(rc) : EXIT_OK;
	}
	js_free(report);
	run_release(&run);
	return code;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {0};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "by-hand", NULL,
			"also what the gate did not pass; recorded as such", &wishes.by_hand},
		{OPTION_TEXT, 0, "reason", "<text>", "why; needed with --by-hand", &wishes.reason},
		OPTIONS_END};
	struct session session;
	char *tag = NULL;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left != 1)
		return command_usage(self, "name one model: `git flywheel models list`");
	if (wishes.by_hand && (!wishes.reason || !*wishes.reason))
		return command_usage(self, "--by-hand needs a --reason: it goes on the record");
	if (!wishes.by_hand && wishes.reason)
		return command_usage(self, "--reason goes with --by-hand");
	wishes.model = argv[0];
	code = session_open(&session, false);
	if (code)
		return code;
	code = promote(&session, &wishes, &tag);
	if (!code)
		printf("%s serves now as %s%s\n", wishes.model, tag,
			wishes.by_hand ? ", by hand" : "");
	free(tag);
	session_close(&session);
	return code;
}

const struct command command_promote = {
	.name = "promote",
	.summary = "promote a model that the gate passed, or any by hand with a reason",
	.usage = "promote <model> [--by-hand --reason <text>]",
	.group = "turn",
	.run = run,
};
