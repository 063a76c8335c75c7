/* git flywheel graph: questions to the code graph. Each group of questions has a file graph_*.c. */
#include "command/graph_request.h"

#include "util/memory.h"
#include "util/options.h"

#include <string.h>

#define MAX_DEPTH 1000

static const struct graph_question questions[] = {
	{"symbol", 1, 1, false, true, graph_ask_symbol},
	{"callers", 1, 1, false, false, graph_ask_callers},
	{"callees", 1, 1, false, false, graph_ask_callees},
	{"path", 2, 2, false, true, graph_ask_path},
	{"importers", 1, 1, false, false, graph_ask_importers},
	{"modules", 0, 0, false, true, graph_ask_modules},
	{"cross-domain", 0, 2, false, false, graph_ask_cross_domain},
	{"hotspots", 0, 1, false, false, graph_ask_hotspots},
	{"clones", 0, 1, false, false, graph_ask_clones},
	{"dead", 0, 1, false, false, graph_ask_dead},
	{"diff", 1, 2, true, false, graph_ask_diff},
	{"dump", 0, 0, true, false, graph_dump},
};

static const struct graph_question *question_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		if (!strcmp(questions[i].name, name))
			return &questions[i];
	return NULL;
}

static int answer(const struct graph_question *question, struct graph_request *request)
{
	struct oid tree;
	int code, rc;

	if (question->bare)
		return question->answer(request);
	code = session_open_current(&request->session);
	if (code)
		return code;
	rc = repo_tree_of(request->session.repo, "HEAD", &tree);
	if (!rc)
		rc = graph_open(&request->session, &tree, &request->graph);
	code = rc ? command_fail(rc) : question->answer(request);
	graph_free(request->graph);
	session_close(&request->session);
	return code;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct graph_request request = {.command = self};
	const struct option_spec specs[] = {
		{OPTION_NUMBER, 'd', "depth", "N",
			"follow N steps (1); modules, cross-domain: join folders below the Nth",
			&request.depth},
		{OPTION_NUMBER, 'n', "limit", "N", "show the first N of a ranking (20)",
			&request.limit},
		{OPTION_FLAG, 0, "history", NULL,
			"symbol: also how often it changed, when, and by whom", &request.history},
		{OPTION_TEXT, 0, "tree", "tree-ish", "dump: this tree instead of HEAD's",
			&request.tree},
		{OPTION_TEXT, 0, "dir", "folder", "dump: this folder, in a repository or not",
			&request.folder},
		{OPTION_FLAG, 0, "dot", NULL, "symbol, path, modules: draw for Graphviz",
			&request.dot},
		{OPTION_FLAG, 0, "mermaid", NULL, "symbol, path, modules: draw for Mermaid",
			&request.mermaid},
		{OPTION_FLAG, 0, "json", NULL, "print JSON", &request.json},
		OPTIONS_END,
	};
	const struct graph_question *question;
	int code = EXIT_OK, left;

	request.depth = request.limit = -1;
	left = command_options(self, argc, argv, specs, &code);
	if (left < 0)
		return code;
	if (!left)
		return command_usage(self, "what shall be asked of the graph?");
	question = question_of(argv[0]);
	if (!question)
		return command_usage(self, "'%s' is no question that graph knows", argv[0]);
	if (left - 1 < question->least || left - 1 > question->most)
		return command_usage(self, "%s takes %d to %d words, not %d", question->name,
			question->least, question->most, left - 1);
	if ((request.dot || request.mermaid) && !question->drawn)
		return command_usage(self, "%s cannot be drawn", question->name);
	if (request.dot + request.mermaid + request.json > 1)
		return command_usage(self, "one of --json, --dot and --mermaid");
	if ((request.tree || request.folder) && question->answer != graph_dump)
		return command_usage(self, "--tree and --dir go with dump");
	if (request.depth < -1 || !request.depth || request.depth > MAX_DEPTH)
		return command_usage(self, "--depth is from 1 to %d", MAX_DEPTH);
	if (request.limit < -1 || !request.limit)
		return command_usage(self, "--limit is from 1");
	request.words = argv + 1;
	request.count = left - 1;
	return answer(question, &request);
}

const struct command command_graph = {
	.name = "graph",
	.summary = "ask the code graph: who calls what, what is hot, alike, dead, or between two "
		   "commits",
	.usage = "graph symbol (<name> | <path>:<line>) [--depth N] [--history]\n"
		 "   or: graph (callers | callees) (<name> | <path>:<line>) [--depth N]\n"
		 "   or: graph path <name> <name>\n"
		 "   or: graph importers <path> [--depth N]\n"
		 "   or: graph modules [--depth N]\n"
		 "   or: graph cross-domain [<folder> [<folder>]] [--depth N]\n"
		 "   or: graph (hotspots | clones | dead) [<folder>] [--limit N]\n"
		 "   or: graph diff <commit> [<commit>]\n"
		 "   or: graph dump [--tree <tree-ish> | --dir <folder>]",
	.group = "look",
	.run = run,
};
