/* graph: patterns of ignored files, and what names and imports resolve to in a real tree. */
#include "test.h"

#include "flywheel/config.h"
#include "flywheel/store.h"
#include "graph/internal.h"
#include "graph/memo.h"
#include "graph/row/pack.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static void patterns_match_as_in_gitignore(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool match;
	} cases[] = {
		{"a.c", "a.c", true},
		{"a.c", "b.c", false},
		{"*.c", "a.c", true},
		{"*.c", "x/a.c", false},
		{"a?c", "abc", true},
		{"a?c", "a/c", false},
		{"**/a.c", "a.c", true},
		{"**/a.c", "x/y/a.c", true},
		{"x/**", "x/y/a.c", true},
		{"x/**", "y/a.c", false},
		{"x/**/a.c", "x/a.c", true},
		{"x/**/a.c", "x/p/q/a.c", true},
		{"[a-c]x", "bx", true},
		{"[!a-c]x", "bx", false},
		{"[]]x", "]x", true},
		{"a[b", "a[b", true},
		{"\\*x", "*x", true},
		{"\\*x", "ax", false},
		{"*a*b*c", "xxaxxbxxc", true},
		{"*a*b*c", "xxaxxbxx", false},
		{"", "", true},
		{"*", "", true},
		{"a*", "", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (pattern_match(cases[i].pattern, cases[i].text) != cases[i].match)
			assert_string_equal(cases[i].pattern, cases[i].text); /* shows both */
}

static void assert_reason(const struct ignore *ignore, const char *path, const char *reason)
{
	const char *found = ignore_reason(ignore, path);

	if (reason)
		assert_string_equal(found ? found : "(none)", reason);
	else
		assert_null(found);
}

static void rules_skip_files(void **state)
{
	struct ignore *ignore = ignore_new();

	(void)state;
	ignore_add(ignore, ".gitattributes",
		"# words\ndeps/** linguist-vendored\n*.gen.c text linguist-generated=true\n"
		"deps/ours.c -linguist-vendored\n");
	ignore_add(ignore, "sub/.gitattributes", "*.c linguist-generated=false\n");
	ignore_add(ignore, ".flywheelignore", "build/\n*.tmp.c\n!keep.tmp.c\n/top.c\n\n# no\n");
	ignore_add(ignore, "sub/.flywheelignore", "/here.c\r\n");
	assert_reason(ignore, "deps/a/b.c", "vendored");
	assert_reason(ignore, "deps/ours.c", NULL);
	assert_reason(ignore, "x/y.gen.c", "generated");
	assert_reason(ignore, "sub/y.gen.c", NULL);
	assert_reason(ignore, "build/a.c", "ignored");
	assert_reason(ignore, "x/build/y/a.c", "ignored");
	assert_reason(ignore, "build", NULL);
	assert_reason(ignore, "x/a.tmp.c", "ignored");
	assert_reason(ignore, "x/keep.tmp.c", NULL);
	assert_reason(ignore, "top.c", "ignored");
	assert_reason(ignore, "x/top.c", NULL);
	assert_reason(ignore, "sub/here.c", "ignored");
	assert_reason(ignore, "here.c", NULL);
	ignore_free(ignore);
}

struct fixture {
	char folder[64];
	struct session session;
};

static const struct {
	const char *path, *text;
} files[] = {
	{"src/a.c",
		"#include \"a.h\"\n#include <stdio.h>\n#include \"lib/util.h\"\n"
		"static int twice(int x) { return x; }\n"
		"int a(void) { twice(1); helper(); inlined(); lonely(); spread(); printf(0); "
		"p->b(); MACRO(1); variant(); }\n"
		"#if X\nint variant(void) { return 1; }\n#else\nint variant(void) { return 2; }\n"
		"#endif\n"},
	{"src/a.h", "int a(void);\nint helper(void);\n#define MACRO(x) x\n"},
	{"src/b.c", "int helper(void) { return 0; }\nstatic int twice(int x) { return x; }\n"
		    "int b(void) { return twice(2); }\n"},
	{"lib/util.h", "static inline int inlined(void) { return 0; }\n"},
	{"lib/one.c", "int lonely(void) { return 0; }\nint spread(void) { return 0; }\n"},
	{"lib/two.c", "int spread(void) { return 0; }\n"},
	{"pkg/__init__.py", "from .core import make as build\nfrom .core import Base\n"},
	{"pkg/core.py", "import os\n\n\ndef make():\n    return Base()\n\n\nclass Base:\n"
			"    def run(self):\n        return self.step()\n\n    def step(self):\n"
			"        pass\n\n    def only(self):\n        pass\n"},
	{"app.py",
		"import pkg\nimport pkg.core as c\nfrom pkg import build, Base\n"
		"from pkg.core import *\nfrom missing import gone\n\n\nclass Sub(Base):\n"
		"    def step(self):\n        self.run()\n        self.step()\n\n\n"
		"def main(x):\n    build()\n    pkg.build()\n    c.make()\n    make()\n    gone()\n"
		"    len(x)\n    x.only()\n    Base.step(x)\n    x.nothing()\n    pkg.gone()\n"},
	{"flow.py",
		"from app import Sub\nfrom missing import tool\n\n\nclass Left(Sub):\n"
		"    def only(self):\n        pass\n\n\nclass Right(Sub):\n"
		"    def step(self):\n        super().step()\n\n\nclass Both(Left, Right):\n"
		"    def __init__(self):\n        self.other = Left()\n        self.step()\n"
		"        self.other.only()\n\n\ndef take(one, two):\n    one()\n    two()\n"
		"    tool.use()\n    def one_more():\n        one()\n\n\ndef one():\n    pass\n\n\n"
		"def test_take():\n    take(one, two=tool)\n    Both().run()\n    x = Left\n"
		"    x().only()\n    one.nothing.step()\n"},
};

static int set_up(void **state)
{
	static const char *const init[] = {"init", "-q", "-b", "main", NULL};
	static const char *const import[] = {"fast-import", "--quiet", NULL};
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct buf stream = BUF_INIT;
	char *folder;

	memcpy(fixture->folder, "/tmp/flywheel-graph-XXXXXX", 27);
	if (!mkdtemp(fixture->folder))
		return -1;
	*state = fixture;
	buf_addstr(&stream, "commit refs/heads/main\n"
			    "committer A U Thor <a@example.com> 1700000000 +0000\ndata 4\none\n");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		buf_addf(&stream, "M 100644 inline %s\ndata %zu\n%s\n", files[i].path,
			strlen(files[i].text), files[i].text);
	if (git_run(fixture->folder, init, NULL, 0, NULL) ||
		git_run(fixture->folder, import, stream.ptr, stream.len, NULL) ||
		repo_open(fixture->folder, &fixture->session.repo) ||
		config_load(fixture->session.repo, &fixture->session.config))
		return -1;
	buf_release(&stream);
	folder = path_join(fixture->folder, ".git/flywheel");
	if (store_open(folder, true, &fixture->session.store))
		return -1;
	free(folder);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	store_close(fixture->session.store);
	config_free(fixture->session.config);
	repo_free(fixture->session.repo);
	file_remove_tree(fixture->folder);
	free(fixture);
	return 0;
}

static struct graph *open_main(struct fixture *fixture)
{
	struct graph *graph = NULL;
	struct oid tree;

	assert_int_equal(repo_tree_of(fixture->session.repo, "main", &tree), 0);
	assert_int_equal(graph_open(&fixture->session, &tree, &graph), 0);
	return graph;
}

/* The n-th edge of that name out of `from` (NULL: of no symbol), "confidence path:symbol". */
static char *edge_words(
	const struct graph *graph, const char *path, const char *from, const char *name, int n)
{
	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct graph_edge *edge = &graph->edges[i];
		const char *source =
			edge->from == GRAPH_NONE ? NULL : graph->symbols[edge->from].qualified;
		const char *target = NULL, *symbol = "";

		if (strcmp(graph->files[edge->file].path, path) != 0 ||
			strcmp(edge->name, name) != 0 || !from != !source ||
			(from && strcmp(from, source) != 0) || n--)
			continue;
		if (edge->to == GRAPH_NONE && edge->package && edge->kind == EDGE_CALL)
			return xstrfmt(
				"%s of %s", confidence_name(edge->confidence), edge->package);
		if (edge->to == GRAPH_NONE)
			return xstrdup(confidence_name(edge->confidence));
		if (edge->kind == EDGE_IMPORT) {
			target = graph->files[edge->to].path;
		} else {
			target = graph->files[graph->symbols[edge->to].file].path;
			symbol = graph->symbols[edge->to].qualified;
		}
		return xstrfmt("%s %s%s%s", confidence_name(edge->confidence), target,
			*symbol ? ":" : "", symbol);
	}
	return xstrdup("no such edge");
}

static void names_resolve_as_their_language_says(void **state)
{
	static const struct {
		const char *path, *from, *name;
		int n;
		const char *words;
	} cases[] = {
		{"src/a.c", NULL, "a.h", 0, "resolved src/a.h"},
		{"src/a.c", NULL, "<stdio.h>", 0, "external"},
		{"src/a.c", NULL, "lib/util.h", 0, "resolved lib/util.h"},
		{"src/a.c", "a", "twice", 0, "resolved src/a.c:twice"},
		{"src/b.c", "b", "twice", 0, "resolved src/b.c:twice"},
		{"src/a.c", "a", "helper", 0, "resolved src/b.c:helper"},
		{"src/a.c", "a", "inlined", 0, "resolved lib/util.h:inlined"},
		{"src/a.c", "a", "lonely", 0, "likely lib/one.c:lonely"},
		{"src/a.c", "a", "spread", 0, "ambiguous lib/one.c:spread"},
		{"src/a.c", "a", "printf", 0, "external"},
		{"src/a.c", "a", "b", 0, "external"},
		{"src/a.c", "a", "MACRO", 0, "resolved src/a.h:MACRO"},
		{"src/a.c", "a", "variant", 0, "likely src/a.c:variant"},
		{"app.py", NULL, "pkg", 0, "resolved pkg/__init__.py"},
		{"app.py", NULL, "pkg.core", 0, "resolved pkg/core.py"},
		{"app.py", NULL, "missing", 0, "external"},
		{"pkg/__init__.py", NULL, ".core", 0, "resolved pkg/core.py"},
		{"pkg/core.py", NULL, "os", 0, "external"},
		{"pkg/core.py", "make", "Base", 0, "resolved pkg/core.py:Base"},
		{"pkg/core.py", "Base.run", "step", 0, "resolved pkg/core.py:Base.step"},
		{"app.py", "Sub.step", "run", 0, "resolved pkg/core.py:Base.run"},
		{"app.py", "Sub.step", "step", 0, "resolved app.py:Sub.step"},
		{"app.py", "main", "build", 0, "resolved pkg/core.py:make"},
		{"app.py", "main", "build", 1, "resolved pkg/core.py:make"},
		{"app.py", "main", "make", 0, "resolved pkg/core.py:make"},
		{"app.py", "main", "make", 1, "resolved pkg/core.py:make"},
		{"app.py", "main", "gone", 0, "external of missing"},
		{"app.py", "main", "gone", 1, "external"},
		{"app.py", "main", "len", 0, "external"},
		{"app.py", "main", "only", 0, "likely pkg/core.py:Base.only"},
		{"app.py", "main", "step", 0, "resolved pkg/core.py:Base.step"},
		{"app.py", "main", "nothing", 0, "external"},
		/* What names hold, and the order of ancestors. */
		{"flow.py", "Left", "Sub", 0, "resolved app.py:Sub"},
		{"flow.py", "Right.step", "step", 0, "resolved app.py:Sub.step"},
		{"flow.py", "Both.__init__", "Left", 0, "resolved flow.py:Left"},
		{"flow.py", "Both.__init__", "step", 0, "resolved flow.py:Right.step"},
		{"flow.py", "Both.__init__", "only", 0, "likely flow.py:Left.only"},
		{"flow.py", "take", "one", 0, "likely flow.py:one"},
		{"flow.py", "take", "two", 0, "external of missing"},
		{"flow.py", "take", "use", 0, "external of missing"},
		{"flow.py", "test_take", "one", 0, "likely flow.py:one"},
		{"flow.py", "test_take", "run", 0, "likely pkg/core.py:Base.run"},
		{"flow.py", "test_take", "only", 0, "likely flow.py:Left.only"},
	};
	struct graph *graph = open_main(*state);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *words =
			edge_words(graph, cases[i].path, cases[i].from, cases[i].name, cases[i].n);

		if (strcmp(words, cases[i].words) != 0)
			print_error("%s: %s\n", cases[i].from ? cases[i].from : cases[i].path,
				cases[i].name);
		assert_string_equal(words, cases[i].words);
		free(words);
	}
	graph_free(graph);
}

static void questions_are_answered(void **state)
{
	struct graph *graph = open_main(*state);
	uint32_t file = graph_find_file(graph, "pkg/core.py"), symbol, first, end;

	assert_int_equal(graph_find_file(graph, "none.c"), GRAPH_NONE);
	symbol = graph_symbol_at(graph, file, 10);
	assert_string_equal(graph->symbols[symbol].qualified, "Base.run");
	assert_int_equal(graph_symbol_at(graph, file, 1), GRAPH_NONE);
	end = graph_edges_of(graph, symbol, &first);
	assert_int_equal(end - first, 1);
	end = graph_calls_to(graph, symbol, &first);
	assert_int_equal(end - first, 2);
	assert_string_equal(
		graph->symbols[graph->edges[graph->incoming[first]].from].qualified, "Sub.step");
	assert_int_equal(graph->symbols[symbol].fan_in, 2);
	assert_int_equal(graph->symbols[symbol].fan_out, 1);
	graph_free(graph);
}

static uint32_t count_edges(const struct graph *graph, enum edge_kind kind)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < graph->edge_count; i++)
		count += graph->edges[i].kind == kind;
	return count;
}

static void kinds_of_edges_are_told_apart(void **state)
{
	struct graph *graph = open_main(*state);

	assert_int_equal(count_edges(graph, EDGE_INHERIT), 5);
	assert_int_equal(count_edges(graph, EDGE_VALUE), 1); /* `one`, passed */
	assert_int_equal(count_edges(graph, EDGE_TYPE), 0);
	for (uint32_t i = 0; i < graph->edge_count; i++)
		if (graph->edges[i].kind == EDGE_TEST)
			assert_string_equal(
				graph->symbols[graph->edges[i].from].qualified, "test_take");
	assert_int_equal(count_edges(graph, EDGE_TEST), 5);
	graph_free(graph);
}

static void ambiguous_edges_list_their_candidates(void **state)
{
	struct graph *graph = open_main(*state);
	uint32_t found[4], total = 0;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		if (strcmp(graph->edges[i].name, "spread") != 0)
			continue;
		assert_int_equal(graph->edges[i].confidence, EDGE_AMBIGUOUS);
		total = graph_candidates(graph, &graph->edges[i], found, 4);
		assert_int_equal(graph_candidates(graph, &graph->edges[i], found, 1), 2);
	}
	assert_int_equal(total, 2);
	assert_string_equal(graph->files[graph->symbols[found[0]].file].path, "lib/one.c");
	assert_string_equal(graph->files[graph->symbols[found[1]].file].path, "lib/two.c");
	graph_free(graph);
}

static void facts_from_the_sidecar_give_the_same_graph(void **state)
{
	struct fixture *fixture = *state;
	struct graph *first = open_main(fixture), *second = open_main(fixture);
	struct whole *clean = NULL;
	char a[65], b[65], c[65];
	struct oid tree;

	assert_int_equal(repo_tree_of(fixture->session.repo, "main", &tree), 0);
	assert_int_equal(whole_open(&fixture->session, &tree, false, &clean), 0);
	graph_digest(first, a);
	graph_digest(second, b);
	graph_digest(&clean->graph, c);
	assert_string_equal(a, b);
	assert_string_equal(a, c);
	graph_free(first);
	graph_free(second);
	graph_free(&clean->graph);
}

static int on_comment(const struct graph_comment *comment, void *payload)
{
	(void)comment;
	++*(int *)payload;
	return 0;
}

static void comments_of_other_files_are_none(void **state)
{
	struct fixture *fixture = *state;
	struct oid tree, blob;
	int count = 0;

	assert_int_equal(repo_tree_of(fixture->session.repo, "main", &tree), 0);
	assert_int_equal(repo_tree_file(fixture->session.repo, &tree, "app.py", &blob), 0);
	assert_int_equal(graph_comments(&fixture->session, "app.py", &blob, on_comment, &count), 0);
	assert_int_equal(
		graph_comments(&fixture->session, "notes.txt", &blob, on_comment, &count), 0);
	assert_int_equal(count, 0);
}

static void memos_keep_until_they_forget(void **state)
{
	struct memo memo = {0};
	uint32_t value = 0;

	(void)state;
	assert_false(memo_get(&memo, 1, 2, 3, &value));
	for (uint32_t i = 0; i < 5000; i++) /* more than it begins with */
		memo_put(&memo, i % 7, i, UINT32_MAX - i, i);
	for (uint32_t i = 0; i < 5000; i++) {
		assert_true(memo_get(&memo, i % 7, i, UINT32_MAX - i, &value));
		assert_int_equal(value, i);
	}
	assert_false(memo_get(&memo, 8, 1, UINT32_MAX - 1, &value));
	memo_put(&memo, 1, 1, UINT32_MAX - 1, 9); /* the last one counts */
	assert_true(memo_get(&memo, 1, 1, UINT32_MAX - 1, &value));
	assert_int_equal(value, 9);
	memo_forget(&memo);
	assert_false(memo_get(&memo, 1, 1, UINT32_MAX - 1, &value));
	memo_put(&memo, 2, 2, 2, 4);
	assert_false(memo_get(&memo, 1, 1, UINT32_MAX - 1, &value));
	assert_true(memo_get(&memo, 2, 2, 2, &value));
	assert_int_equal(value, 4);
	memo_release(&memo);
}

/* The last one: what was asked for stays asked for. All is parsed by now, only edges are left. */
static void edges_are_stopped_by_an_interrupt(void **state)
{
	struct fixture *fixture = *state;
	struct graph *graph = open_main(fixture);
	struct oid tree;

	graph_free(graph);
	interrupt_watch();
	assert_int_equal(raise(SIGINT), 0);
	assert_int_equal(repo_tree_of(fixture->session.repo, "main", &tree), 0);
	assert_int_equal(graph_open(&fixture->session, &tree, &graph), E_STOPPED);
	assert_null(graph);
}

struct unpacking {
	struct rows *rows;
	uint32_t file, count;
	struct buf now, was;
};

static int on_edge(const struct store_graph_edge *edge, void *payload)
{
	struct unpacking *self = payload;
	struct store_graph_edge clean;

	assert_true(self->count < rows_edge_count(self->rows, self->file));
	buf_clear(&self->now);
	buf_clear(&self->was);
	line_edge(&self->now, "", edge);
	rows_edge(self->rows, self->file, self->count++, &clean);
	line_edge(&self->was, "", &clean);
	assert_string_equal(self->now.ptr, self->was.ptr);
	return 0;
}

static int on_any_edge(const struct store_graph_edge *edge, void *payload)
{
	(void)payload;
	return strlen(edge->name) + strlen(edge->to_path ? edge->to_path : "") == SIZE_MAX;
}

/* Each byte that may be hit is: an error, or edges that are safe to read. */
static void unpack_damaged(const struct buf *bytes, const struct facts *facts)
{
	for (size_t len = 0; len < bytes->len; len++)
		assert_int_equal(
			edges_unpack(bytes->ptr, len, "", facts, on_any_edge, NULL), E_INVALID);
	for (size_t i = 0; i < bytes->len * 8; i++) {
		bytes->ptr[i / 8] = (char)(bytes->ptr[i / 8] ^ 1 << i % 8);
		(void)edges_unpack(bytes->ptr, bytes->len, "", facts, on_any_edge, NULL);
		bytes->ptr[i / 8] = (char)(bytes->ptr[i / 8] ^ 1 << i % 8);
	}
}

static void packed_edges_come_back_or_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct graph *graph = open_main(fixture);
	const struct whole *whole = (const struct whole *)graph;
	struct unpacking self = {.rows = rows_new(graph), .now = BUF_INIT, .was = BUF_INIT};
	struct packer *packer = packer_new(whole, self.rows);
	struct buf bytes = BUF_INIT;
	uint32_t total = 0;

	for (self.file = 0; self.file < graph->file_count; self.file++) {
		const struct facts *facts = &whole->snapshot.files[self.file].facts;

		buf_clear(&bytes);
		self.count = 0;
		edges_pack(packer, self.file, &bytes);
		assert_int_equal(edges_unpack(bytes.ptr, bytes.len, graph->files[self.file].path,
					 facts, on_edge, &self),
			0);
		assert_int_equal(self.count, rows_edge_count(self.rows, self.file));
		total += self.count;
		unpack_damaged(&bytes, facts);
	}
	assert_int_equal(total, graph->edge_count);
	packer_free(packer);
	rows_free(self.rows);
	buf_release(&self.now);
	buf_release(&self.was);
	buf_release(&bytes);
	graph_free(graph);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_as_in_gitignore),
		cmocka_unit_test(rules_skip_files),
		cmocka_unit_test(names_resolve_as_their_language_says),
		cmocka_unit_test(questions_are_answered),
		cmocka_unit_test(kinds_of_edges_are_told_apart),
		cmocka_unit_test(ambiguous_edges_list_their_candidates),
		cmocka_unit_test(facts_from_the_sidecar_give_the_same_graph),
		cmocka_unit_test(comments_of_other_files_are_none),
		cmocka_unit_test(memos_keep_until_they_forget),
		cmocka_unit_test(packed_edges_come_back_or_are_refused),
		cmocka_unit_test(edges_are_stopped_by_an_interrupt),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
