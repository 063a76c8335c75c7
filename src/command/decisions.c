/* git flywheel decisions: list and show what was mined, and say what holds. */
#include "flywheel/command.h"

#include "command/print_decision.h"
#include "flywheel/why.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wishes {
	bool json;
	long limit;
	const char *status, *source, *reason;
	struct session *session;
	struct js *list;
	long shown;
};

static int on_listed(const struct decision *decision, void *payload)
{
	struct wishes *wishes = payload;
	char date[21];

	if ((wishes->status && strcmp(wishes->status, decision->status)) ||
		(wishes->source && strcmp(wishes->source, decision->source)))
		return 0;
	if (wishes->shown++ >= wishes->limit)
		return 0;
	if (wishes->json) {
		js_add(wishes->list, decision_json(decision));
		return 0;
	}
	clock_format(decision->at, date);
	date[10] = '\0';
	printf("%s %s %-10s %-8s ", decision->id, date, decision->status, decision->source);
	print_text(decision->statement);
	putchar('\n');
	return 0;
}

static int list(struct session *session, struct wishes *wishes)
{
	struct buf out = BUF_INIT;
	int rc;

	wishes->list = js_array();
	rc = decision_each(session, NULL, on_listed, wishes);
	if (!rc && wishes->json) {
		js_write_pretty(wishes->list, &out);
		puts(out.ptr);
	} else if (!rc && wishes->shown > wishes->limit) {
		printf("... and %ld more: -n <N> lists more of them\n",
			wishes->shown - wishes->limit);
	} else if (!rc && !wishes->shown) {
		puts("no decision mined");
	}
	js_free(wishes->list);
	buf_release(&out);
	if (rc)
		return command_fail(rc);
	return wishes->shown ? EXIT_OK : EXIT_NO;
}

/* Only for the one that is shown: git has to walk the file's history for it. */
static void print_blame(struct session *session, const struct decision *decision)
{
	const char *colon = strrchr(decision->origin, ':');
	char hex[OID_HEX + 1], *path;
	struct oid commit;

	if (strcmp(decision->source, "comment") || !colon)
		return;
	path = strndup(decision->origin, (size_t)(colon - decision->origin));
	if (path && !why_blame(session, path, (uint32_t)strtoul(colon + 1, NULL, 10), &commit) &&
		!oid_is_zero(&commit)) {
		oid_hex(&commit, hex);
		printf("  %-10s %.12s (as the work tree's line is blamed)\n", "written in", hex);
	}
	error_clear();
	free(path);
}

static int on_shown(const struct decision *decision, void *payload)
{
	struct wishes *wishes = payload;
	struct buf out = BUF_INIT;
	struct js *object;

	if (wishes->json) {
		object = decision_json(decision);
		js_write_pretty(object, &out);
		puts(out.ptr);
		buf_release(&out);
		js_free(object);
		return 0;
	}
	print_decision(wishes->session, NULL, decision);
	print_blame(wishes->session, decision);
	for (size_t i = 0; decision->files[i]; i++) {
		printf("  %-10s ", i ? "" : "files");
		print_text(decision->files[i]);
		putchar('\n');
	}
	for (size_t i = 0; decision->symbols[i]; i++) {
		printf("  %-10s ", i ? "" : "names");
		print_text(decision->symbols[i]);
		putchar('\n');
	}
	return 0;
}

/* "No such decision" is an answer; everything else is a failure. */
static int finish(int rc)
{
	if (rc != E_NOTFOUND)
		return rc ? command_fail(rc) : EXIT_OK;
	command_fail(rc);
	return EXIT_NO;
}

static int judge(
	struct session *session, const char *id, const char *verdict, const struct wishes *wishes)
{
	int rc = decision_judge(session, id, verdict, wishes->reason ? wishes->reason : "");

	if (!rc && !wishes->json) {
		printf("%s ", verdict);
		print_text(id);
		putchar('\n');
	}
	return finish(rc);
}

static int act(struct session *session, const char *verb, const char *id, struct wishes *wishes)
{
	int rc = decision_mine(session, NULL);

	if (rc)
		return command_fail(rc);
	wishes->session = session;
	if (!strcmp(verb, "list"))
		return list(session, wishes);
	if (!strcmp(verb, "show"))
		return finish(decision_find(session, id, on_shown, wishes));
	return judge(session, id, strcmp(verb, "accept") ? "rejected" : "accepted", wishes);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct wishes wishes = {.limit = 50};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &wishes.json},
		{OPTION_NUMBER, 'n', "limit", "N", "list at most N (50)", &wishes.limit},
		{OPTION_TEXT, 0, "status", "name",
			"list only proposed, accepted, rejected, stale or superseded ones",
			&wishes.status},
		{OPTION_TEXT, 0, "source", "name",
			"list only those of commit, comment, adr or an assistant", &wishes.source},
		{OPTION_TEXT, 0, "reason", "text", "why it is accepted or rejected",
			&wishes.reason},
		OPTIONS_END};
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	const char *verb = left > 0 ? argv[0] : "list";

	if (left < 0)
		return code;
	if (strcmp(verb, "list") && strcmp(verb, "show") && strcmp(verb, "accept") &&
		strcmp(verb, "reject"))
		return command_usage(self, "'%.40s' is none of list, show, accept, reject", verb);
	if (strcmp(verb, "list") ? left != 2 : left > 1)
		return command_usage(self, "%s wants %s", verb,
			strcmp(verb, "list") ? "one id" : "no further word");
	interrupt_watch();
	code = session_open_current(&session);
	if (code)
		return code;
	code = act(&session, verb, left > 1 ? argv[1] : NULL, &wishes);
	session_close(&session);
	return code;
}

const struct command command_decisions = {
	.name = "decisions",
	.summary = "what was decided, mined from messages, comments, records and talk",
	.usage = "decisions [list] | show <id> | accept <id> | reject <id> [--reason <text>]",
	.group = "look",
	.run = run,
};
