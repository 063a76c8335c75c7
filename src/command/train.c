/* git flywheel train: what training would send, where to, and what it may take; sends nothing. */
#include "flywheel/command.h"

#include "flywheel/config.h"
#include "flywheel/curate.h"
#include "flywheel/package.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct wishes {
	bool dry_run, json;
	const char *show;
};

struct plan {
	struct train_job job;
	const struct trainer *trainer;
	struct package package;
	char dataset[65];
	struct buf facts; /* lines "name<TAB>value" from the trainer */
	double hours, cost;
	char *refusal; /* of the cost cap, or NULL */
};

static void plan_release(struct plan *plan)
{
	if (plan->package.path)
		unlink(plan->package.path);
	package_release(&plan->package);
	buf_release(&plan->facts);
	free(plan->refusal);
}

static int make_plan(struct session *session, struct plan *plan)
{
	int rc = trainer_configured(session, &plan->trainer);

	if (!rc)
		rc = dataset_newest(session, plan->dataset);
	plan->job = (struct train_job){.session = session,
		.key = PACKAGE_DRY_RUN, /* a run's own is made with the run */
		.dataset = plan->dataset,
		.seed = config_number(session->config, "seed")};
	if (rc || !plan->trainer->remote)
		return rc;
	rc = package_make(&plan->job, &plan->package);
	plan->job.package = &plan->package;
	if (!rc && plan->trainer->describe)
		rc = plan->trainer->describe(&plan->job, &plan->facts);
	if (!rc)
		rc = train_estimate(session, &plan->package, &plan->hours, &plan->cost);
	if (!rc && train_cost_check(session, &plan->package))
		plan->refusal = xstrdup(error_message());
	return rc;
}

typedef void (*fact_fn)(const char *name, const char *value, void *payload);

static void each_fact(struct plan *plan, fact_fn fn, void *payload)
{
	struct buf name = BUF_INIT, value = BUF_INIT;

	for (const char *line = plan->facts.ptr; *line;) {
		size_t len = strcspn(line, "\n"), tab = strcspn(line, "\t\n");

		buf_clear(&name);
		buf_clear(&value);
		buf_add_printable(&name, line, tab);
		if (tab < len)
			buf_add_printable(&value, line + tab + 1, len - tab - 1);
		fn(name.ptr, value.ptr, payload);
		line += len + (line[len] == '\n');
	}
	buf_release(&name);
	buf_release(&value);
}

static void print_fact(const char *name, const char *value, void *payload)
{
	(void)payload;
	printf("%-16s %s\n", name, value);
}

static void add_fact(const char *name, const char *value, void *payload)
{
	struct js *fact = js_object();

	js_set_text(fact, "name", name);
	js_set_text(fact, "value", value);
	js_add(payload, fact);
}

/* Parts are read back from the archive: what is shown is what would travel. */
static int list_parts(const struct package *package, struct js *list)
{
	const char *const *names = package_parts();
	char hex[DIGEST_HEX + 1];
	int rc = 0;

	for (size_t i = 0; names[i] && !rc; i++) {
		struct buf bytes = BUF_INIT;
		struct js *part;

		rc = package_part(package, names[i], &bytes);
		digest_bytes(bytes.ptr, bytes.len, hex);
		if (!rc && list) {
			part = js_object();
			js_set_text(part, "name", names[i]);
			js_set_number(part, "bytes", (int64_t)bytes.len);
			js_set_text(part, "sha256", hex);
			js_add(list, part);
		} else if (!rc) {
			printf("  %-14s %10zu bytes  %s\n", names[i], bytes.len, hex);
		}
		buf_release(&bytes);
	}
	return rc;
}

static int print_plan(struct session *session, struct plan *plan)
{
	const struct package *package = &plan->package;
	double cap = config_real(session->config, "maxCost");
	int rc;

	printf("%-16s %s: %s\n", "trainer", plan->trainer->name, plan->trainer->summary);
	if (!plan->trainer->remote) {
		printf("%-16s %.12s\nnothing leaves this machine\n", "dataset", plan->dataset);
		return 0;
	}
	each_fact(plan, print_fact, NULL);
	printf("%-16s %s\n", "dataset", plan->dataset);
	printf("%-16s %s\n%-16s %s, %zu bytes\n", "package", package->path, "", package->sha256,
		package->bytes);
	rc = list_parts(package, NULL);
	printf("%-16s %zu\n%-16s none found in any part\n", "rows", package->rows, "secrets");
	printf("%-16s %zu tokens (words and operators), about %.2f hours, cost %.2f", "estimate",
		package->tokens, plan->hours, plan->cost);
	if (cap > 0)
		printf(" of at most %.2f", cap);
	puts(cap > 0 ? "" : ", no cap");
	puts("\nNothing was sent. The key stands for that of a run; with it the package's digest "
	     "changes.");
	return rc;
}

static int print_plan_json(struct session *session, struct plan *plan)
{
	struct js *object = js_object(), *facts, *parts, *package;
	struct buf text = BUF_INIT;
	int rc = 0;

	js_set_text(object, "trainer", plan->trainer->name);
	js_set_bool(object, "remote", plan->trainer->remote);
	js_set_text(object, "dataset", plan->dataset);
	if (plan->trainer->remote) {
		facts = js_array();
		parts = js_array();
		package = js_object();
		js_set_text(package, "path", plan->package.path);
		js_set_text(package, "sha256", plan->package.sha256);
		js_set_number(package, "bytes", (int64_t)plan->package.bytes);
		rc = list_parts(&plan->package, parts);
		js_set(package, "parts", parts);
		each_fact(plan, add_fact, facts);
		js_set(object, "facts", facts);
		js_set(object, "package", package);
		js_set_number(object, "rows", (int64_t)plan->package.rows);
		js_set_number(object, "secrets", 0);
		js_set_number(object, "tokens", (int64_t)plan->package.tokens);
		js_set_real(object, "hours", plan->hours);
		js_set_real(object, "cost", plan->cost);
		js_set_real(object, "max_cost", config_real(session->config, "maxCost"));
		js_set_text(object, "refusal", plan->refusal);
	}
	js_write_pretty(object, &text);
	puts(text.ptr);
	buf_release(&text);
	js_free(object);
	return rc;
}

static int show_part(struct plan *plan, const char *name)
{
	struct buf bytes = BUF_INIT;
	int rc;

	if (!plan->trainer->remote)
		return fail(E_USAGE, "the %s trainer sends nothing", plan->trainer->name);
	rc = package_part(&plan->package, name, &bytes);
	if (!rc)
		fwrite(bytes.ptr, 1, bytes.len, stdout);
	buf_release(&bytes);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {0};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 'n', "dry-run", NULL, "show what would be sent, and to where",
			&wishes.dry_run},
		{OPTION_TEXT, 0, "show", "<part>",
			"print a part's exact bytes: train.py, job.json or dataset.jsonl",
			&wishes.show},
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &wishes.json}, OPTIONS_END};
	struct plan plan = {.facts = BUF_INIT};
	struct session session;
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "train takes no '%s'", argv[0]);
	if (!wishes.dry_run && !wishes.show)
		return command_usage(self, "`git flywheel cycle` or a push trains; this shows "
					   "what would be sent: give --dry-run");
	code = session_open(&session, false);
	if (code)
		return code;
	rc = make_plan(&session, &plan);
	if (!rc && wishes.show)
		rc = show_part(&plan, wishes.show);
	else if (!rc)
		rc = wishes.json ? print_plan_json(&session, &plan) : print_plan(&session, &plan);
	if (rc)
		code = command_fail(rc);
	else if (plan.refusal && !wishes.show) {
		fprintf(stderr, "git-flywheel: it would not start: %s\n", plan.refusal);
		code = EXIT_NO;
	}
	plan_release(&plan);
	session_close(&session);
	return code;
}

const struct command command_train = {
	.name = "train",
	.summary = "show exactly what training would send, where to, and what it may cost",
	.usage = "train --dry-run [--json] | train --show <part>",
	.group = "turn",
	.run = run,
};
