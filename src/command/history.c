/* git flywheel history: scores, dataset and verdict of each revolution. Does it compound? */
#include "flywheel/command.h"

#include "command/scores.h"
#include "flywheel/gate.h"
#include "flywheel/store_run.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double percent(int64_t part, int64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

/* One event of the log as a flat object; the list is collected newest first. */
static int take_event(const struct gate_event *event, void *payload)
{
	struct js *object = js_object();
	const struct js *pooled = js_get(event->report, "pooled");
	int64_t items = js_get_number(pooled, "items", 0);
	char when[21];

	clock_format(event->at, when);
	js_set_text(object, "commit", event->id);
	js_set_text(object, "at", when);
	js_set_text(object, "who", event->who);
	js_set_text(object, "event", event->event);
	js_set_text(object, "model", event->model);
	js_set_text(object, "tag", *event->tag ? event->tag : NULL);
	js_set_text(object, "verdict", *event->verdict ? event->verdict : NULL);
	js_set_text(object, "reason", *event->reason ? event->reason : NULL);
	js_set_text(object, "run", *event->run ? event->run : NULL);
	if (event->report) {
		js_set_text(object, "suite", js_get_text(event->report, "suite"));
		js_set_number(object, "raw", js_get_number(event->report, "raw", 0));
		js_set_number(object, "kept", js_get_number(event->report, "kept", 0));
		js_set_number(object, "items", items);
		if (js_get(event->report, "correction"))
			js_set_real(
				object, "correction", js_get_real(event->report, "correction", 0));
		js_set_real(object, "base", percent(js_get_number(pooled, "base", 0), items));
		js_set_real(object, "production",
			percent(js_get_number(pooled, "production", 0), items));
		js_set_real(
			object, "candidate", percent(js_get_number(pooled, "candidate", 0), items));
	}
	js_add(payload, object);
	return 0;
}

static void print_event(const struct js *event)
{
	const char *model = js_get_text(event, "model"), *tag = js_get_text(event, "tag");
	const char *verdict = js_get_text(event, "verdict");
	bool by_hand = !strcmp(js_get_text(event, "event"), "promotion-by-hand");
	char kept[32];

	printf("%.10s %-20s %-13s ", js_get_text(event, "at"), model, tag ? tag : "-");
	if (js_get_number(event, "items", 0))
		printf("%6.1f %6.1f %6.1f %6lld ", js_get_real(event, "base", 0),
			js_get_real(event, "production", 0), js_get_real(event, "candidate", 0),
			(long long)js_get_number(event, "items", 0));
	else
		printf("%6s %6s %6s %6s ", "", "", "", "");
	if (js_get_number(event, "raw", 0))
		printf("%9s %5.1f ", grouped(js_get_number(event, "kept", 0), kept),
			percent(js_get_number(event, "kept", 0), js_get_number(event, "raw", 0)));
	else
		printf("%9s %5s ", "", "");
	fputs(by_hand ? "by hand" : verdict ? verdict : js_get_text(event, "event"), stdout);
	if (js_get(event, "correction"))
		printf(", %.1f %% corrected", 100 * js_get_real(event, "correction", 0));
	putchar('\n');
}

static int take_unfinished(const struct run_row *run, void *payload)
{
	struct js *object;

	if (!strcmp(run->state, "done"))
		return 0;
	object = js_object();
	js_set_number(object, "run", run->id);
	js_set_text(object, "state", run->state);
	js_set_text(object, "stage", run->stage);
	js_set_text(object, "error", run->error);
	js_add(payload, object);
	return 0;
}

static void print_all(const struct js *events, const struct js *unfinished)
{
	struct buf text = BUF_INIT;

	if (!js_count(events) && !js_count(unfinished)) {
		puts("no revolution yet: `git flywheel cycle` makes the first");
		return;
	}
	printf("%-10s %-20s %-13s %6s %6s %6s %6s %9s %5s %s\n", "date", "model", "tag", "base",
		"prod.", "cand.", "items", "kept", "%", "verdict");
	for (size_t i = 0; i < js_count(events); i++)
		print_event(js_at(events, i));
	for (size_t i = 0; i < js_count(unfinished); i++) {
		const struct js *run = js_at(unfinished, i);
		const char *error = js_get_text(run, "error");

		buf_clear(&text);
		buf_add_printable(&text, error, strlen(error));
		printf("run %lld is %s at %s%s%s\n", (long long)js_get_number(run, "run", 0),
			!strcmp(js_get_text(run, "state"), "failed") ? "set aside" : "unfinished",
			js_get_text(run, "stage"), *error ? ": " : "", text.ptr);
	}
	if (js_count(events) > 1)
		puts("scores compare only within one row: each revolution's exam is newer than the "
		     "last");
	buf_release(&text);
}

static int history(struct session *session, bool json)
{
	struct js *newest = js_array(), *events = js_array(), *unfinished = js_array();
	struct js *object = js_object();
	struct buf text = BUF_INIT;
	int code = EXIT_OK;
	int rc = gate_log_each(session, take_event, newest);

	if (!rc)
		rc = run_each(session->store, take_unfinished, unfinished);
	for (size_t i = js_count(newest); i--;) {
		struct js *copy = NULL;

		buf_clear(&text);
		js_write(js_at(newest, i), &text);
		if (!js_parse(text.ptr, text.len, &copy))
			js_add(events, copy);
	}
	buf_clear(&text);
	if (rc)
		code = command_fail(rc);
	else if (!json)
		print_all(events, unfinished);
	js_set(object, "revolutions", events);
	js_set(object, "unfinished", unfinished);
	if (!rc && json) {
		js_write_pretty(object, &text);
		puts(text.ptr);
	}
	buf_release(&text);
	js_free(newest);
	js_free(object);
	return code;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print the result as JSON", &json}, OPTIONS_END};
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "history takes no '%s'", argv[0]);
	code = session_open(&session, false);
	if (code)
		return code;
	code = history(&session, json);
	session_close(&session);
	return code;
}

const struct command command_history = {
	.name = "history",
	.summary = "show scores, dataset and verdict of each revolution",
	.usage = "history [--json]",
	.group = "look",
	.run = run,
};
