/* graph queries and metrics on graphs made by hand: walks, ranks, modules; tokens and shapes. */
#include "test.h"

#include "flywheel/graph_metric.h"
#include "flywheel/graph_query.h"
#include "graph/query/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Symbols a to g: a -> b -> d, a -> c -> d -> e -> d; f named by b; g alone. */
static struct graph_file files[] = {
	{.path = "app/x.c", .language = "c", .first_symbol = 0, .symbol_count = 3, .lines = 30},
	{.path = "base/y.c", .language = "c", .first_symbol = 3, .symbol_count = 2, .lines = 20},
	{.path = "base/z.c", .language = "c", .first_symbol = 5, .symbol_count = 2, .lines = 20},
	{.path = "notes.txt", .skipped = "no language"},
};
#define SYMBOL(n, f)                                                                               \
	{                                                                                          \
		.file = f, .parent = GRAPH_NONE, .name = n, .qualified = n, .cyclomatic = 1        \
	}
static struct graph_symbol symbols[] = {SYMBOL("a", 0), SYMBOL("b", 0), SYMBOL("c", 0),
	SYMBOL("d", 1), SYMBOL("e", 1), SYMBOL("f", 2), SYMBOL("g", 2)};
static struct graph_edge edges[] = {
	{0, 0, 1, EDGE_CALL, EDGE_RESOLVED, 1, 0, "b", NULL},
	{0, 0, 2, EDGE_CALL, EDGE_RESOLVED, 2, 0, "c", NULL},
	{1, 0, 3, EDGE_CALL, EDGE_LIKELY, 3, 0, "d", NULL},
	{1, 0, 5, EDGE_VALUE, EDGE_RESOLVED, 4, 0, "f", NULL},
	{2, 0, 3, EDGE_CALL, EDGE_RESOLVED, 5, 0, "d", NULL},
	{3, 1, 4, EDGE_CALL, EDGE_RESOLVED, 6, 0, "e", NULL},
	{4, 1, 3, EDGE_CALL, EDGE_AMBIGUOUS, 7, 0, "d", NULL},
	{4, 1, GRAPH_NONE, EDGE_CALL, EDGE_EXTERNAL, 8, 0, "puts", NULL},
	{GRAPH_NONE, 0, 1, EDGE_IMPORT, EDGE_RESOLVED, 1, 0, "y", NULL},
	{GRAPH_NONE, 1, 2, EDGE_IMPORT, EDGE_RESOLVED, 1, 0, "z", NULL},
};
static const struct graph graph = {.files = files,
	.symbols = symbols,
	.edges = edges,
	.file_count = 4,
	.symbol_count = 7,
	.edge_count = 10};

static void steps_are_counted_both_ways(void **state)
{
	const uint32_t from = 0, to = 3;
	struct graph_links links;
	uint32_t *steps;

	(void)state;
	graph_links_init(&links, &graph, GRAPH_CALLS, EDGE_AMBIGUOUS);
	assert_int_equal(links.first_in[4] - links.first_in[3], 3);
	steps = graph_reach(&links, &from, 1, false, GRAPH_NONE);
	assert_int_equal(steps[0], 0);
	assert_int_equal(steps[3], 2);
	assert_int_equal(steps[4], 3);
	assert_int_equal(steps[5], 2);
	assert_int_equal(steps[6], GRAPH_NONE);
	free(steps);
	steps = graph_reach(&links, &from, 1, false, 1);
	assert_int_equal(steps[3], GRAPH_NONE);
	free(steps);
	steps = graph_reach(&links, &to, 1, true, 1);
	assert_int_equal(steps[4], 1);
	assert_int_equal(steps[0], GRAPH_NONE);
	free(steps);
	graph_links_release(&links);
}

static void the_shortest_path_takes_the_lowest_symbols(void **state)
{
	const uint32_t a = 0, e = 4, ends[] = {6, 4};
	struct graph_links links;
	uint32_t *path;
	size_t length;

	(void)state;
	graph_links_init(&links, &graph, GRAPH_KIND(EDGE_CALL), EDGE_LIKELY);
	path = graph_path(&links, &a, 1, ends, 2, &length);
	assert_int_equal(length, 3);
	assert_int_equal(path[0], 0); /* by b, not by c */
	assert_int_equal(path[1], 2);
	assert_int_equal(path[2], 5);
	free(path);
	assert_null(graph_path(&links, &e, 1, &a, 1, &length));
	assert_int_equal(length, 0);
	assert_null(graph_path(&links, &a, 1, &a, 1, &length));
	graph_links_release(&links);
}

static void importers_come_by_level(void **state)
{
	struct graph_importer *found;
	size_t count;

	(void)state;
	found = graph_importers(&graph, 2, 9, &count);
	assert_int_equal(count, 2);
	assert_int_equal(found[0].file, 1);
	assert_int_equal(found[1].file, 0);
	assert_int_equal(found[1].level, 2);
	free(found);
	found = graph_importers(&graph, 2, 1, &count);
	assert_int_equal(count, 1);
	free(found);
	found = graph_importers(&graph, 0, 9, &count);
	assert_int_equal(count, 0);
	free(found);
}

static void ranks_sum_to_one_and_are_the_same_twice(void **state)
{
	struct graph_metrics one, two;
	double sum = 0;

	(void)state;
	graph_metrics_init(&one, &graph);
	graph_metrics_init(&two, &graph);
	for (uint32_t i = 0; i < graph.symbol_count; i++)
		sum += one.rank[i];
	assert_true(fabs(sum - 1) < 1e-9);
	assert_memory_equal(one.rank, two.rank, graph.symbol_count * sizeof(double));
	assert_true(one.rank[3] > one.rank[1] && one.rank[1] > one.rank[0]);
	assert_int_equal(one.callers[3], 2); /* the ambiguous one does not count */
	assert_int_equal(one.roles[0], ROLE_ENTRY);
	assert_int_equal(one.roles[3], ROLE_BOUNDARY);
	assert_int_equal(one.roles[6], ROLE_LEAF);
	graph_metrics_release(&one);
	graph_metrics_release(&two);
}

static void modules_are_folders_in_layers(void **state)
{
	struct modules modules;

	(void)state;
	modules_init(&modules, &graph, 0);
	assert_int_equal(modules.count, 2);
	assert_string_equal(modules.items[0].path, "app");
	assert_int_equal(modules.items[0].layer, 1);
	assert_int_equal(modules.items[1].layer, 0);
	assert_int_equal(modules.items[1].files, 2);
	assert_int_equal(modules.link_count, 1);
	assert_int_equal(modules.links[0].edges[EDGE_CALL], 2);
	assert_int_equal(modules.links[0].total, 4);
	assert_int_equal(modules.of_file[3], GRAPH_NONE);
	modules_release(&modules);
	assert_true(modules_apart("a", "b"));
	assert_true(modules_apart("a/b", "a/bc"));
	assert_false(modules_apart("a", "a/b"));
	assert_false(modules_apart(".", "a"));
}

static uint64_t shape_of(const char *text, const char *own)
{
	struct shape shape;

	shape_init(&shape, text, 0, strlen(text), NULL, own);
	return shape.hash;
}

static void shapes_leave_names_out(void **state)
{
	(void)state;
	assert_true(shape_of("f(a, 1, \"x\")", NULL) == shape_of("g( b,22,  'y z' )", NULL));
	assert_true(shape_of("if (a) b();", NULL) != shape_of("while (a) b();", NULL));
	assert_true(shape_of("a + b", NULL) != shape_of("a - b", NULL));
	assert_true(shape_of("int f(int n) { return f(n); }", "f") ==
		    shape_of("int g(int n) { return g(n); }", "g"));
	assert_true(shape_of("int f(int n) { return n; }", "f") !=
		    shape_of("int g(int m) { return m; }", "g"));
	/* A lone quote is no string: what follows it counts. */
	assert_true(
		shape_of("fn f<'a>(x) { x + 1 }", NULL) != shape_of("fn f<'a>(x) { x - 1 }", NULL));
	/* Text that ends anywhere. */
	for (const char *odd = "\"\"\"a\\'b`c"; *odd; odd++)
		shape_of(odd, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_counted_both_ways),
		cmocka_unit_test(the_shortest_path_takes_the_lowest_symbols),
		cmocka_unit_test(importers_come_by_level),
		cmocka_unit_test(ranks_sum_to_one_and_are_the_same_twice),
		cmocka_unit_test(modules_are_folders_in_layers),
		cmocka_unit_test(shapes_leave_names_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
