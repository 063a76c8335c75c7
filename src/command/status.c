/* git flywheel status: the whole wheel on one screen. */
#include "flywheel/command.h"

#include "command/print_decision.h"
#include "command/scores.h"
#include "command/survival.h"
#include "flywheel/config.h"
#include "flywheel/cycle.h"
#include "flywheel/decision.h"
#include "flywheel/graph_index.h"
#include "flywheel/hook.h"
#include "flywheel/store_decision.h"
#include "flywheel/store_push.h"
#include "flywheel/store_run.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 88

static int add_graph(struct session *session, struct js *status)
{
	struct js *graph = js_object();
	struct graph_report report = {0};
	int rc = graph_report(session, &report);

	js_set_number(graph, "files", (int64_t)report.counts.files);
	js_set_number(graph, "parsed", (int64_t)report.counts.parsed);
	js_set_number(graph, "symbols", (int64_t)report.counts.symbols);
	js_set_number(graph, "edges", (int64_t)report.counts.edges);
	js_set_text(graph, "digest", report.digest);
	js_set_text(graph, "problem", report.problem);
	js_set(status, "graph", graph);
	graph_report_release(&report);
	return rc;
}

/* False until messages were looked at for decisions: none were found, then, nor missed. */
static bool is_mined(struct session *session)
{
	char *mark = NULL;
	bool mined = !store_mined_get(session->store, "commit", &mark);

	error_clear();
	free(mark);
	return mined;
}

static int add_talk(struct session *session, struct js *status)
{
	size_t decisions = 0, turns = 0, sessions = 0;
	int rc = decision_count(session, &decisions);

	js_set_bool(status, "mined", is_mined(session));
	if (!rc)
		rc = run_count_turns(session->store, &turns, &sessions);
	js_set_number(status, "decisions", (int64_t)decisions);
	js_set_number(status, "turns", (int64_t)turns);
	js_set_number(status, "sessions", (int64_t)sessions);
	return rc;
}

/* What became of the lines that assistants wrote: the outcome that the whole loop is for. */
static int add_survival(struct session *session, struct js *status)
{
	struct survival_report report;
	struct js *object = js_object(), *rows = js_array();
	int rc = conversation_link(session);

	if (!rc)
		rc = survival_report(session, &report);
	if (!rc) {
		js_set(object, "transcripts", survival_json(&report.all));
		js_set(object, "commits", survival_json(&report.claims));
		for (size_t i = 0; i < report.count; i++)
			js_add(rows, survival_json(&report.rows[i]));
		survival_report_release(&report);
	}
	js_set(object, "rows", rows);
	js_set(status, "survival", object);
	return rc;
}

static int add_runs(struct session *session, struct js *status)
{
	struct production production;
	struct run_row run;
	struct js *last = js_null();
	int rc = gate_production(session, &production);

	if (rc)
		return rc;
	js_set_text(status, "production", *production.model ? production.model : "generic");
	js_set_text(status, "tag", *production.tag ? production.tag : NULL);
	js_set_text(status, "best_ever", *production.anchor ? production.anchor : NULL);
	production_release(&production);
	rc = run_last(session->store, "done", &run);
	if (!rc) {
		struct js *report = report_parse(run.report);

		js_free(last);
		last = js_object();
		js_set_number(last, "run", run.id);
		js_set_text(last, "model", run.model);
		js_set_text(last, "verdict", run.verdict);
		js_set_text(last, "reason", run.reason);
		js_set_number(last, "raw", run.raw);
		js_set_number(last, "kept", run.kept);
		js_set(last, "report", report ? report : js_null());
	}
	js_set(status, "last", last);
	run_release(&run);
	return rc == E_NOTFOUND ? 0 : rc;
}

struct queue_counts {
	int64_t waiting, running;
};

static int count_run(const struct run_row *run, void *payload)
{
	struct queue_counts *counts = payload;

	counts->waiting += !strcmp(run->state, "waiting");
	counts->running += !strcmp(run->state, "running");
	return 0;
}

/* The queue; whoever should attend it and died is started again. */
static int add_queue(struct session *session, struct js *status)
{
	struct queue_counts counts = {0};
	struct js *queue = js_object();
	int64_t pushes = 0, next = 0;
	int rc = run_each(session->store, count_run, &counts);

	if (!rc)
		rc = push_waiting(session->store, &pushes, &next);
	js_set_number(queue, "running", counts.running);
	js_set_number(queue, "waiting", counts.waiting);
	js_set_number(queue, "pushes", pushes);
	js_set(status, "queue", queue);
	if (!rc && counts.running + counts.waiting + pushes &&
		config_bool(session->config, "enabled") && worker_start())
		error_clear(); /* a look must not fail for that */
	return rc;
}

static int add_next(struct session *session, struct js *status)
{
	struct buf next = BUF_INIT, why = BUF_INIT;
	int rc = cycle_next(session, &next, &why);

	if (!rc && !config_bool(session->config, "enabled"))
		buf_addf(&why, "%sflywheel.enabled is false: hooks and background work are off",
			why.len ? "; " : "");
	js_set_text(status, "next", next.ptr);
	js_set_text(status, "why_not_sooner", why.len ? why.ptr : NULL);
	buf_release(&next);
	buf_release(&why);
	return rc;
}

static void print_row(const char *name, const char *text)
{
	printf("%-11s", name);
	print_wrapped(text, 11, WIDTH);
}

/* One line for each tool and model. */
static void print_survival(const struct js *survival)
{
	const struct js *rows = js_get(survival, "rows");
	const char *title = "survival";
	char lines[32];

	for (size_t i = 0; i < js_count(rows); i++) {
		const struct js *row = js_at(rows, i);
		const char *model = js_get_text(row, "model");
		int64_t committed = js_get_number(row, "committed", 0);
		struct buf who = BUF_INIT;

		if (js_get_text(row, "week") || !committed)
			continue;
		buf_addf(&who, "%s%s%s", js_get_text(row, "tool"), model ? " " : "",
			model ? model : "");
		printf("%-11s", title);
		print_text(who.ptr);
		printf(": %s lines committed, %.1f %% corrected\n", grouped(committed, lines),
			100 * js_get_real(row, "correction", 0));
		title = "";
		buf_release(&who);
	}
}

static void print_counts(const struct js *status)
{
	const struct js *graph = js_get(status, "graph"), *last = js_get(status, "last");
	char a[32], b[32], c[32];
	int64_t raw = js_get_number(last, "raw", -1), kept = js_get_number(last, "kept", -1);

	printf("%-11s%s files, %s symbols, %s edges  (%.12s)\n", "graph",
		grouped(js_get_number(graph, "files", 0), a),
		grouped(js_get_number(graph, "symbols", 0), b),
		grouped(js_get_number(graph, "edges", 0), c), js_get_text(graph, "digest"));
	if (js_get_text(graph, "problem"))
		print_row("", js_get_text(graph, "problem"));
	printf("%-11s%s turns in %s sessions\n", "talk",
		grouped(js_get_number(status, "turns", 0), a),
		grouped(js_get_number(status, "sessions", 0), b));
	print_survival(js_get(status, "survival"));
	if (js_get_bool(status, "mined", true))
		printf("%-11s%s\n", "decisions", grouped(js_get_number(status, "decisions", 0), a));
	else
		printf("%-11snot looked for yet: `git flywheel why` and `cycle` do\n", "decisions");
	if (raw >= 0 && kept >= 0)
		printf("%-11s%s raw, %s kept: %.1f %% rejected\n", "examples", grouped(raw, a),
			grouped(kept, b), raw ? 100.0 * (double)(raw - kept) / (double)raw : 0.0);
	else
		printf("%-11snone yet\n", "examples");
}

static void print_queue(const struct js *queue)
{
	int64_t running = js_get_number(queue, "running", 0);
	int64_t waiting = js_get_number(queue, "waiting", 0);
	int64_t pushes = js_get_number(queue, "pushes", 0);

	if (running + waiting + pushes)
		printf("%-11s%lld running, %lld waiting, %lld pushes to be confirmed "
		       "(`git flywheel jobs`)\n",
			"queue", (long long)running, (long long)waiting, (long long)pushes);
}

static void print_status(const struct js *status)
{
	const struct js *last = js_get(status, "last");
	const char *tag = js_get_text(status, "tag"), *why = js_get_text(status, "why_not_sooner");
	const char *best = js_get_text(status, "best_ever");
	struct buf text = BUF_INIT;

	print_counts(status);
	printf("%-11s%s%s%s%s%s%s\n", "production", js_get_text(status, "production"),
		tag ? " (" : "", tag ? tag : "", tag ? ")" : "", best ? ", best ever " : "",
		best ? best : "");
	if (js_get_text(last, "model")) {
		printf("%-11s%s, run %lld\n\n", "candidate", js_get_text(last, "model"),
			(long long)js_get_number(last, "run", 0));
		scores_print(js_get(last, "report"));
		putchar('\n');
		buf_addf(
			&text, "%s: %s", js_get_text(last, "verdict"), js_get_text(last, "reason"));
		print_row("verdict", text.ptr);
	}
	print_queue(js_get(status, "queue"));
	print_row("next", js_get_text(status, "next"));
	if (why)
		print_row("", why);
	buf_release(&text);
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print the result as JSON", &json}, OPTIONS_END};
	struct session session;
	struct js *status = NULL;
	struct buf text = BUF_INIT;
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "status takes no '%s'", argv[0]);
	code = session_open_current(&session);
	if (code)
		return code;
	status = js_object();
	rc = add_graph(&session, status);
	if (!rc)
		rc = add_talk(&session, status);
	if (!rc)
		rc = add_survival(&session, status);
	if (!rc)
		rc = add_runs(&session, status);
	if (!rc)
		rc = add_queue(&session, status);
	if (!rc)
		rc = add_next(&session, status);
	if (rc) {
		code = command_fail(rc);
	} else if (json) {
		js_write_pretty(status, &text);
		puts(text.ptr);
	} else {
		print_status(status);
	}
	buf_release(&text);
	js_free(status);
	session_close(&session);
	return code;
}

const struct command command_status = {
	.name = "status",
	.summary = "show graph, decisions, examples, scores and what happens next",
	.usage = "status [--json]",
	.group = "look",
	.run = run,
};
