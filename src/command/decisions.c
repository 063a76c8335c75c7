/* git flywheel decisions: list and show what was decided, and say what holds. */
#include "command/decisions.h"

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

struct listing {
	const struct decisions_request *request;
	struct js *list;
	long shown;
};

static int on_listed(const struct decision *decision, void *payload)
{
	struct listing *listing = payload;
	const struct decisions_request *request = listing->request;
	char date[21];

	if ((request->status && strcmp(request->status, decision->status)) ||
		(request->source && strcmp(request->source, decision->source)))
		return 0;
	if (listing->shown++ >= request->limit)
		return 0;
	if (request->json) {
		js_add(listing->list, decision_json(decision));
		return 0;
	}
	clock_format(decision->at, date);
	date[10] = '\0';
	printf("%s %s %-10s %-8s ", decision->id, date, decision->status, decision->source);
	print_text(decision->statement);
	putchar('\n');
	return 0;
}

int decisions_list(struct decisions_request *request)
{
	struct listing listing = {.request = request};
	struct buf out = BUF_INIT;
	int rc;

	if (request->review)
		return decisions_review(request);
	listing.list = js_array();
	rc = decision_each(request->session, NULL, on_listed, &listing);
	if (!rc && request->json) {
		js_write_pretty(listing.list, &out);
		puts(out.ptr);
	} else if (!rc && listing.shown > request->limit) {
		printf("... and %ld more: -n <N> lists more of them\n",
			listing.shown - request->limit);
	} else if (!rc && !listing.shown) {
		puts("no decision mined");
	}
	js_free(listing.list);
	buf_release(&out);
	if (rc)
		return command_fail(rc);
	return listing.shown ? EXIT_OK : EXIT_NO;
}

/* Only for the one that is shown: git has to walk the file's history for it. */
static void print_blame(struct session *session, const struct decision *decision)
{
	const char *colon = strrchr(decision->origin, ':');
	char hex[OID_HEX + 1], *path;
	struct oid commit;

	if (strcmp(decision->source, "comment") || !colon)
		return;
	path = xstrndup(decision->origin, (size_t)(colon - decision->origin));
	if (!why_blame(session, path, (uint32_t)strtoul(colon + 1, NULL, 10), &commit) &&
		!oid_is_zero(&commit)) {
		oid_hex(&commit, hex);
		printf("  %-10s %.12s (as the work tree's line is blamed)\n", "written in", hex);
	}
	error_clear();
	free(path);
}

static int on_link_json(const char *relation, const char *target, void *payload)
{
	struct js *link = js_object();

	js_set_text(link, "relation", relation);
	js_set_text(link, "target", target);
	js_add(payload, link);
	return 0;
}

static int on_link(const char *relation, const char *target, void *payload)
{
	(void)payload;
	printf("  %-10s ", relation);
	print_text(target);
	putchar('\n');
	return 0;
}

static void print_list(const char *label, const char *const *list)
{
	for (size_t i = 0; list[i]; i++) {
		printf("  %-10s ", i ? "" : label);
		print_text(list[i]);
		putchar('\n');
	}
}

static int on_shown(const struct decision *decision, void *payload)
{
	struct decisions_request *request = payload;
	struct buf out = BUF_INIT;
	struct js *object, *links;
	int rc;

	if (!request->json) {
		print_decision(request->session, NULL, decision);
		print_blame(request->session, decision);
		print_list("files", decision->files);
		print_list("names", decision->symbols);
		return decision_links(request->session, decision->id, on_link, NULL);
	}
	object = decision_json(decision);
	links = js_array();
	rc = decision_links(request->session, decision->id, on_link_json, links);
	js_set(object, "links", links);
	js_write_pretty(object, &out);
	if (!rc)
		puts(out.ptr);
	buf_release(&out);
	js_free(object);
	return rc;
}

int decisions_finish(int rc)
{
	if (rc != E_NOTFOUND)
		return rc ? command_fail(rc) : EXIT_OK;
	command_fail(rc);
	return EXIT_NO;
}

int decisions_show(struct decisions_request *request)
{
	return decisions_finish(
		decision_find(request->session, request->words[0], on_shown, request));
}

static const struct verb {
	const char *name, *wants;
	int least, most; /* words after it */
	int (*run)(struct decisions_request *request);
} verbs[] = {
	{"list", "no further word", 0, 0, decisions_list},
	{"show", "one id", 1, 1, decisions_show},
	{"accept", "one id or more", 1, 1000, decisions_accept},
	{"reject", "one id or more", 1, 1000, decisions_reject},
	{"edit", "one id", 1, 1, decisions_edit},
	{"add", "files only", 0, 1000, decisions_add},
	{"link", "an id, a relation where it is not plain, and a target", 2, 3, decisions_link},
	{"forget", "one id", 1, 1, decisions_forget},
	{"review", "no further word", 0, 0, decisions_review},
	{"export", "--adr <folder>, and ids or nothing", 0, 1000, decisions_export},
	{"merge", "one notes ref", 1, 1, decisions_merge},
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static int act(const struct verb *verb, struct decisions_request *request)
{
	struct session session;
	int code, rc;

	interrupt_watch();
	code = session_open_current(&session);
	if (code)
		return code;
	request->session = &session;
	rc = decision_mine(&session, NULL);
	code = rc ? command_fail(rc) : verb->run(request);
	session_close(&session);
	return code;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct decisions_request request = {.command = self, .limit = 50};
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &request.json},
		{OPTION_NUMBER, 'n', "limit", "N", "list at most N (50)", &request.limit},
		{OPTION_TEXT, 0, "status", "name",
			"list only proposed, accepted, rejected, stale, superseded or contradicted "
			"ones",
			&request.status},
		{OPTION_TEXT, 0, "source", "name",
			"list only those of commit, comment, adr, person or an assistant",
			&request.source},
		{OPTION_FLAG, 0, "review", NULL, "judge what nobody has judged, one key each",
			&request.review},
		{OPTION_TEXT, 0, "reason", "text", "why it is accepted or rejected",
			&request.reason},
		{OPTION_TEXT, 0, "decision", "text", "what was decided (edit, add)",
			&request.text.statement},
		{OPTION_TEXT, 0, "because", "text", "the reason (edit, add)",
			&request.text.because},
		{OPTION_TEXT, 0, "instead-of", "text", "what was not chosen (edit, add)",
			&request.text.instead_of},
		{OPTION_TEXT, 0, "consequences", "text", "what follows from it (edit, add)",
			&request.text.consequences},
		{OPTION_TEXT, 0, "commit", "commit", "where it was decided (add; HEAD)",
			&request.commit},
		{OPTION_FLAG, 0, "remove", NULL, "take a link away", &request.remove},
		{OPTION_TEXT, 0, "adr", "folder", "where to export records to", &request.adr},
		{OPTION_FLAG, 0, "nygard", NULL, "records with Nygard's headings, not MADR's",
			&request.nygard},
		OPTIONS_END};
	bool classify = argc > 1 && !strcmp(argv[1], "classify"); /* its options are others */
	int code = EXIT_OK;
	int left = classify ? 0 : command_options(self, argc, argv, specs, &code);
	const char *name = left > 0 ? argv[0] : "list";
	const struct verb *verb = find_verb(name);

	if (classify)
		return decisions_classify(self, argc - 1, argv + 1);
	if (left < 0)
		return code;
	if (!verb)
		return command_usage(self,
			"'%.40s' is none of list, show, accept, reject, edit, add, link, forget, "
			"review, export, merge, classify",
			name);
	request.words = argv + (left > 0);
	request.count = left > 0 ? left - 1 : 0;
	if (request.count < verb->least || request.count > verb->most)
		return command_usage(self, "%s wants %s", verb->name, verb->wants);
	return act(verb, &request);
}

const struct command command_decisions = {
	.name = "decisions",
	.summary = "what was decided, mined from messages, comments, records and talk",
	.usage = "decisions [list] [--review] | show <id> | (accept | reject) <id>... |\n"
		 "       edit <id> | add [<file>...] | link <id> [<relation>] <target> |\n"
		 "       forget <id> | export --adr <folder> [<id>...] | merge <notes ref> |\n"
		 "       classify",
	.group = "look",
	.run = run,
};
