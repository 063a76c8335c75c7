/* git flywheel why: what was decided about a path, a line, a symbol, a commit, or some words. */
#include "flywheel/command.h"

#include "command/print_decision.h"
#include "flywheel/why.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answering {
	struct session *session;
	const struct why_answer *answer;
	struct js *list; /* NULL: print for people */
	bool headed;
};

static void print_commit(const struct why_answer *answer)
{
	char hex[OID_HEX + 1], date[21];

	oid_hex(&answer->commit, hex);
	clock_format(answer->commit_time, date);
	date[10] = '\0';
	printf("%.12s %s ", hex, date);
	print_text(answer->subject);
	putchar('\n');
}

static void print_head(const struct why_answer *answer)
{
	if (answer->path) {
		print_text(answer->path);
		if (answer->line)
			printf(":%u", answer->line);
		if (answer->last)
			printf("-%u", answer->last);
		if (answer->symbol) {
			fputs(answer->kind == WHY_SYMBOL ? " defines " : " in ", stdout);
			print_text(answer->symbol);
		}
		if (answer->places > 1 && answer->kind == WHY_SYMBOL)
			printf(" (and %zu other places)", answer->places - 1);
		putchar('\n');
	}
	if (answer->uncommitted)
		puts("this line is not committed yet");
	else if (answer->subject) {
		if (answer->kind == WHY_LINE)
			fputs(answer->last ? "the newest of them came with "
					   : "the line came with ",
				stdout);
		print_commit(answer);
	}
}

static int on_decision(enum why_relation relation, const struct decision *decision, void *payload)
{
	struct answering *answering = payload;
	struct js *object;

	if (!answering->list) {
		if (!answering->headed)
			print_head(answering->answer);
		if (answering->headed || answering->answer->path || answering->answer->subject)
			putchar('\n');
		answering->headed = true;
		print_decision(answering->session, why_relation_name(relation), decision);
		return 0;
	}
	object = decision_json(decision);
	js_set_text(object, "relation", why_relation_name(relation));
	js_add(answering->list, object);
	return 0;
}

static void print_json(const struct why_answer *answer, struct js *list)
{
	struct js *object = js_object(), *commit = NULL;
	struct buf out = BUF_INIT;
	char hex[OID_HEX + 1];

	js_set_text(object, "kind", why_kind_name(answer->kind));
	js_set_text(object, "path", answer->path);
	js_set_number(object, "line", answer->line);
	js_set_number(object, "last", answer->last);
	js_set_text(object, "symbol", answer->symbol);
	js_set_bool(object, "uncommitted", answer->uncommitted);
	if (answer->subject) {
		oid_hex(&answer->commit, hex);
		commit = js_object();
		js_set_text(commit, "id", hex);
		js_set_text(commit, "subject", answer->subject);
		js_set_number(commit, "at", answer->commit_time);
	}
	js_set(object, "commit", commit ? commit : js_null());
	js_set(object, "decisions", list);
	js_write_pretty(object, &out);
	puts(out.ptr);
	buf_release(&out);
	js_free(object);
}

/* Nothing was mined for it: say so, and what there is instead. */
static int print_nothing(const struct why_answer *answer, const char *words)
{
	print_head(answer);
	if (answer->uncommitted)
		return EXIT_NO;
	fputs("no decision mined", stdout);
	if (answer->kind == WHY_WORDS) {
		fputs(": no path, symbol or commit is called '", stdout);
		print_text(words);
		fputs("', and no decision has such words", stdout);
	}
	putchar('\n');
	/* The commit of a line is an answer, if a short one. */
	return answer->kind == WHY_LINE ? EXIT_OK : EXIT_NO;
}

static int answer(struct session *session, const char *words, size_t limit, bool json)
{
	struct why_answer found = {0};
	struct answering answering = {.session = session, .answer = &found};
	char *prefix = command_prefix(session);
	int code = EXIT_OK, rc;

	rc = decision_mine(session, NULL);
	if (rc) { /* for example no identity for the notes: old decisions are still an answer */
		fprintf(stderr, "git-flywheel: decisions may be out of date: %s\n",
			error_message());
		error_clear();
	}
	answering.list = json ? js_array() : NULL;
	rc = why_resolve(session, prefix, words, &found);
	if (!rc)
		rc = why_each(session, &found, words, limit, on_decision, &answering);
	if (rc) {
		js_free(answering.list);
		code = command_fail(rc);
	} else if (json) {
		print_json(&found, answering.list);
		code = found.found || found.kind == WHY_LINE ? EXIT_OK : EXIT_NO;
	} else if (!found.found) {
		code = print_nothing(&found, words);
	}
	why_release(&found);
	free(prefix);
	return code;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false;
	long limit = 10;
	const struct option_spec specs[] = {{OPTION_FLAG, 0, "json", NULL, "print JSON", &json},
		{OPTION_NUMBER, 'n', "limit", "N", "at most N decisions (10)", &limit},
		OPTIONS_END};
	struct buf words = BUF_INIT;
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (!left || limit < 1)
		return command_usage(self, left ? "-n wants 1 or more" : "ask about something");
	interrupt_watch();
	code = session_open_current(&session);
	if (code)
		return code;
	for (int i = 0; i < left; i++)
		buf_addf(&words, "%s%s", i ? " " : "", argv[i]);
	code = answer(&session, words.ptr, (size_t)limit, json);
	buf_release(&words);
	session_close(&session);
	return code;
}

const struct command command_why = {
	.name = "why",
	.summary = "why is it like this: the decisions behind a path, line, symbol or commit",
	.usage =
		"why [--json] [-n <N>] <path>[:<line>[-<line>]] | <symbol> | <commit> | <words>...",
	.group = "look",
	.run = run,
};
