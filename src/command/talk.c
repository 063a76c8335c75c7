/* git flywheel talk: the conversations behind a path, a line, a symbol or a commit. */
#include "flywheel/command.h"

#include "command/print_decision.h"
#include "flywheel/conversation_link.h"
#include "flywheel/graph_place.h"
#include "flywheel/why.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/progress.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXCERPT 400 /* bytes of a turn that are shown to people */
#define TURNS 6     /* of a conversation that are shown to people */

struct answering {
	struct session *session;
	struct js *list; /* NULL: print for people */
	bool whole;
	size_t found;
};

/* The turns of one conversation, while they are read. */
struct telling {
	const struct talk_found *found;
	bool whole;
	size_t shown;
	struct js *turns; /* NULL: print */
	char *asked;      /* what a person said before the turn at hand, not yet shown */
};

static bool is_linked(const struct talk_found *found, int64_t turn)
{
	for (size_t i = 0; i < found->turn_count; i++)
		if (found->turns[i] == turn)
			return true;
	return false;
}

static void print_words(const char *who, const char *text, bool whole)
{
	size_t len = strlen(text);
	char *part;

	if (!len)
		return;
	if (!whole && len > EXCERPT)
		len = utf8_valid_prefix(text, EXCERPT);
	part = xstrfmt("%.*s%s", (int)len, text, text[len] ? " ..." : "");
	printf("  %s\n", who);
	command_print_foreign(part, "    ");
	free(part);
}

static void add_turn(struct js *turns, const struct turn *turn, bool linked)
{
	struct js *object = js_object();

	js_set_number(object, "id", turn->id);
	js_set_text(object, "role", turn->role);
	js_set_text(object, "tool", turn->tool);
	js_set_text(object, "model", turn->model);
	js_set_number(object, "at", turn->at);
	js_set_text(object, "text", turn->text);
	js_set_bool(object, "linked", linked);
	js_add(turns, object);
}

/* People see the linked turns, each with the last thing that a person had said. */
static int tell(const struct turn *turn, void *payload)
{
	struct telling *telling = payload;
	bool linked = is_linked(telling->found, turn->id);
	bool person = !strcmp(turn->role, "user");

	if (telling->turns) {
		add_turn(telling->turns, turn, linked);
		return 0;
	}
	if (telling->whole || linked) {
		if (telling->shown++ >= TURNS && !telling->whole)
			return 0;
		if (telling->asked && !telling->whole)
			print_words("user", telling->asked, false);
		print_words(person        ? "user"
			    : *turn->tool ? turn->tool
					  : turn->role,
			turn->text, telling->whole);
		free(telling->asked);
		telling->asked = NULL;
	} else if (person && *turn->text) {
		free(telling->asked);
		telling->asked = xstrdup(turn->text);
	}
	return 0;
}

static char *subject_of(struct session *session, const struct oid *id)
{
	struct commit commit;
	char *subject;

	if (oid_is_zero(id) || repo_commit_read(session->repo, id, &commit)) {
		error_clear();
		return NULL;
	}
	subject = first_line(commit.message + strspn(commit.message, "\n"), 200);
	commit_release(&commit);
	return subject;
}

static void print_head(const struct answering *answering, const struct talk_found *found)
{
	char *subject = subject_of(answering->session, &found->commit);
	char date[21], hex[OID_HEX + 1];

	clock_format(found->at, date);
	oid_hex(&found->commit, hex);
	if (answering->found)
		putchar('\n');
	printf("%.2f %-7s %.10s %s ", found->confidence, found->reason, date, found->source);
	print_text(found->session);
	if (*found->branch) {
		fputs(" on ", stdout);
		print_text(found->branch);
	}
	putchar('\n');
	if (*found->path) {
		fputs("  in ", stdout);
		print_text(found->path);
		if (*found->symbol) {
			fputs(", ", stdout);
			print_text(found->symbol);
		}
		putchar('\n');
	}
	if (subject) {
		printf("  commit %.12s ", hex);
		print_text(subject);
		putchar('\n');
	}
	free(subject);
}

static int add_found(struct answering *answering, const struct talk_found *found)
{
	struct js *object = js_object(), *turns = js_array();
	struct telling telling = {.found = found, .whole = true, .turns = turns};
	char hex[OID_HEX + 1];
	int rc = talk_read(answering->session, found->source, found->session, tell, &telling);

	oid_hex(&found->commit, hex);
	js_set_text(object, "source", found->source);
	js_set_text(object, "session", found->session);
	js_set_text(object, "branch", found->branch);
	js_set_text(object, "reason", found->reason);
	js_set_real(object, "confidence", found->confidence);
	js_set_number(object, "at", found->at);
	js_set_number(object, "turn", found->turn);
	js_set_text(object, "path", *found->path ? found->path : NULL);
	js_set_text(object, "symbol", *found->symbol ? found->symbol : NULL);
	js_set_text(object, "commit", oid_is_zero(&found->commit) ? NULL : hex);
	js_set(object, "turns", turns);
	js_add(answering->list, object);
	return rc;
}

static int on_found(const struct talk_found *found, void *payload)
{
	struct answering *answering = payload;
	struct telling telling = {.found = found, .whole = answering->whole};
	int rc;

	if (answering->list) {
		rc = add_found(answering, found);
	} else {
		print_head(answering, found);
		rc = talk_read(answering->session, found->source, found->session, tell, &telling);
		if (!rc && telling.shown > TURNS && !telling.whole)
			printf("  (%zu more linked turns: --whole shows all)\n",
				telling.shown - TURNS);
		free(telling.asked);
	}
	answering->found++;
	return rc;
}

struct extent {
	const char *qualified;
	uint32_t end;
};

static int take_end(const struct symbol_place *place, void *payload)
{
	struct extent *extent = payload;

	if (!strcmp(place->qualified, extent->qualified))
		extent->end = place->end_line;
	return 0;
}

static int ask(struct answering *answering, const char *words, size_t limit)
{
	struct talk_question question = {.limit = limit};
	struct why_answer meant = {0};
	char *prefix = command_prefix(answering->session), *folder = NULL;
	int rc = why_resolve(answering->session, prefix, words, &meant);

	free(prefix);
	if (!rc && meant.kind == WHY_WORDS)
		rc = fail(E_USAGE, "no path, symbol or commit is called '%.100s'", words);
	if (!rc) {
		question.path = meant.path;
		question.symbol = meant.symbol;
		if (meant.kind == WHY_FOLDER)
			question.path = folder = xstrfmt("%s/", meant.path);
		if (meant.kind == WHY_LINE || meant.kind == WHY_SYMBOL)
			question.line = meant.line;
		if (meant.kind == WHY_SYMBOL) {
			struct extent extent = {meant.symbol, meant.line};

			rc = graph_place_each(answering->session, meant.path, take_end, &extent);
			question.end_line = extent.end;
		}
		if (!oid_is_zero(&meant.commit))
			question.commit = &meant.commit;
	}
	if (!rc)
		rc = talk_ask(answering->session, &question, on_found, answering);
	free(folder);
	why_release(&meant);
	return rc;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false, whole = false;
	long limit = 5;
	const struct option_spec specs[] = {{OPTION_FLAG, 0, "json", NULL, "print JSON", &json},
		{OPTION_FLAG, 0, "whole", NULL, "show conversations from beginning to end", &whole},
		{OPTION_NUMBER, 'n', "limit", "N", "at most N conversations (5)", &limit},
		OPTIONS_END};
	struct answering answering = {0};
	struct buf text = BUF_INIT;
	struct session session;
	int code = EXIT_OK, rc;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left != 1 || limit < 1)
		return command_usage(
			self, limit < 1 ? "-n wants 1 or more" : "ask about one thing");
	interrupt_watch();
	code = session_open_current(&session);
	if (code)
		return code;
	answering.session = &session;
	answering.whole = whole;
	answering.list = json ? js_array() : NULL;
	rc = conversation_link(&session);
	if (!rc)
		rc = ask(&answering, argv[0], (size_t)limit);
	if (rc) {
		code = command_fail(rc);
	} else if (json) {
		js_write_pretty(answering.list, &text);
		puts(text.ptr);
	} else if (!answering.found) {
		puts("no stored conversation leads there");
	}
	if (!rc && !answering.found)
		code = EXIT_NO;
	buf_release(&text);
	js_free(answering.list);
	session_close(&session);
	return code;
}

const struct command command_talk = {
	.name = "talk",
	.summary = "show the conversations behind a path, line, symbol or commit",
	.usage = "talk [--json] [--whole] [-n <N>] <path>[:<line>] | <symbol> | <commit>",
	.group = "look",
	.run = run,
};
