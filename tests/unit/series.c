/* series: what threads make is taken whole and in order, not far behind, until the first error. */
#include "test.h"

#include "util/error.h"
#include "util/memory.h"
#include "util/series.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 5000

struct squares {
	unsigned long made[COUNT], taken[COUNT];
	atomic_size_t taken_count;
	atomic_int hands, most_ahead;
	size_t fails_at; /* make does; COUNT: never */
	size_t ends_at;  /* take does */
};

static void *begin(void *payload)
{
	((struct squares *)payload)->hands++;
	return xcalloc(1, sizeof(unsigned long));
}

static void end(void *own, void *payload)
{
	((struct squares *)payload)->hands--;
	free(own);
}

/* Some take longer than others, so that they are not done in order. */
static int make(size_t at, void *own, void *payload)
{
	struct squares *squares = payload;
	unsigned long *scratch = own;
	int ahead = (int)(at - squares->taken_count);

	if (at == squares->fails_at)
		return fail(E_TOOBIG, "the one at %zu", at);
	*scratch = 0;
	for (size_t i = 0; i < at * (at % 7 ? 1 : 50); i++)
		*scratch += i % at == 0 ? at : 0;
	if (ahead > squares->most_ahead)
		squares->most_ahead = ahead;
	squares->made[at] = at * at;
	return 0;
}

static int take(size_t at, void *payload)
{
	struct squares *squares = payload;

	assert_int_equal(at, squares->taken_count);
	squares->taken[at] = squares->made[at];
	squares->taken_count++;
	return at == squares->ends_at ? fail(E_STOPPED, "enough") : 0;
}

static int run(struct squares *squares, size_t count)
{
	return series_run(&(struct series){count, begin, end, make, take, squares});
}

static void all_is_taken_in_order(void **state)
{
	struct squares squares = {.fails_at = COUNT, .ends_at = COUNT};

	(void)state;
	assert_int_equal(run(&squares, COUNT), 0);
	assert_int_equal(squares.taken_count, COUNT);
	assert_int_equal(squares.hands, 0);
	assert_true(squares.most_ahead < SERIES_AHEAD);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(squares.taken[i], i * i);
	squares.taken_count = 0;
	assert_int_equal(run(&squares, 0), 0);
	assert_int_equal(run(&squares, 1), 0);
	assert_int_equal(squares.taken_count, 1);
}

static void the_first_error_ends_it(void **state)
{
	struct squares failing = {.fails_at = 1234, .ends_at = COUNT};
	struct squares ending = {.fails_at = COUNT, .ends_at = 77};

	(void)state;
	assert_int_equal(run(&failing, COUNT), E_TOOBIG);
	assert_string_equal(error_message(), "the one at 1234");
	assert_true(failing.taken_count <= 1234);
	assert_int_equal(run(&ending, COUNT), E_STOPPED);
	assert_string_equal(error_message(), "enough");
	assert_int_equal(ending.taken_count, 78);
	assert_int_equal(failing.hands + ending.hands, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_taken_in_order), cmocka_unit_test(the_first_error_ends_it)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
