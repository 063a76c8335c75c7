/* The sidecar: made, reopened, refused when newer, set aside when damaged; transactions nest. */
#include "test.h"

#include "flywheel/store.h"
#include "flywheel/store_graph.h"
#include "flywheel/store_pack.h"
#include "flywheel/store_run.h"
#include "store/query.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char folder[64];
	char *path;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	memcpy(fixture->folder, "/tmp/flywheel-store-XXXXXX", 27);
	if (!mkdtemp(fixture->folder))
		return -1;
	fixture->path = path_join(fixture->folder, "flywheel.db");
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	file_remove_tree(fixture->folder);
	free(fixture->path);
	free(fixture);
	return 0;
}

static void is_made_private_and_reopened(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL;
	struct stat st;
	char *value = NULL;

	assert_int_equal(store_open(fixture->folder, false, &store), E_NOTFOUND);
	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	assert_int_equal(stat(fixture->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(fixture->folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(store_meta_set(store, "k", "v"), 0);
	assert_int_equal(store_meta_set(store, "k", "w"), 0);
	store_close(store);
	assert_int_equal(store_open(fixture->folder, false, &store), 0);
	assert_int_equal(store_meta_get(store, "k", &value), 0);
	assert_string_equal(value, "w");
	free(value);
	assert_int_equal(store_meta_get(store, "none", &value), E_NOTFOUND);
	store_close(store);
}

static void refuses_a_newer_schema(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL;

	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	assert_int_equal(store_exec(store, "PRAGMA user_version = 9999"), 0);
	store_close(store);
	assert_int_equal(store_open(fixture->folder, true, &store), E_UNSUPPORTED);
	assert_null(store);
	assert_non_null(strstr(error_message(), "newer"));
	assert_true(file_exists(fixture->path));
}

static void sets_a_damaged_file_aside(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL;
	struct buf kept = BUF_INIT;
	char *aside = path_join(fixture->folder, "flywheel.db.corrupt-1");
	const char *junk = "this was never a database, whatever its name says ........";

	assert_int_equal(file_write(fixture->path, junk, strlen(junk), 0600), 0);
	assert_int_equal(store_open(fixture->folder, false, &store), E_INVALID);
	assert_null(store);
	assert_false(file_exists(fixture->path));
	assert_int_equal(file_read(aside, 1000, &kept), 0);
	assert_string_equal(kept.ptr, junk);
	assert_non_null(strstr(error_message(), "corrupt-1"));
	buf_release(&kept);
	free(aside);
}

static void transactions_nest_and_roll_back(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL;
	char *value = NULL;

	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_meta_set(store, "a", "1"), 0);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_meta_set(store, "b", "2"), 0);
	assert_int_equal(store_commit(store), 0);
	store_rollback(store);
	assert_int_equal(store_meta_get(store, "a", &value), E_NOTFOUND);
	assert_int_equal(store_meta_get(store, "b", &value), E_NOTFOUND);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(store_meta_set(store, "a", "1"), 0);
	assert_int_equal(store_commit(store), 0);
	store_close(store);
	assert_int_equal(store_open(fixture->folder, false, &store), 0);
	assert_int_equal(store_meta_get(store, "a", &value), 0);
	free(value);
	store_close(store);
}

static void fill_piece(struct buf *piece, unsigned number)
{
	for (unsigned i = 1; i <= 60; i++)
		buf_addf(piece, "%x,%x%s", i * 2654435761U, (i + number) * 2246822519U % 251,
			i % 5 ? " " : "\n");
}

static int learn(struct store *store)
{
	struct buf pieces[200];
	int rc;

	for (unsigned i = 0; i < ARRAY_SIZE(pieces); i++) {
		buf_init(&pieces[i]);
		fill_piece(&pieces[i], i);
	}
	rc = store_learn(store, STORE_FACTS, pieces, ARRAY_SIZE(pieces), ARRAY_SIZE(pieces));
	for (unsigned i = 0; i < ARRAY_SIZE(pieces); i++)
		buf_release(&pieces[i]);
	return rc;
}

static void write_piece(struct store *store, unsigned char blob)
{
	struct store_facts *facts = store_facts_open(store);
	unsigned char id[20] = {blob};
	struct buf piece = BUF_INIT;

	fill_piece(&piece, blob);
	store_facts_write(facts, id, 1, piece.ptr, piece.len);
	assert_int_equal(store_facts_close(facts), 0);
	buf_release(&piece);
}

/* Reads it, and returns what it takes. */
static int64_t check_piece(struct store *store, unsigned char blob)
{
	struct store_facts *facts = store_facts_open(store);
	struct query *query =
		query_open(store, "SELECT length(facts) FROM blob_fact WHERE blob = ?1");
	unsigned char id[20] = {blob};
	struct buf piece = BUF_INIT, back = BUF_INIT;
	int64_t size;

	fill_piece(&piece, blob);
	assert_true(store_facts_read(facts, id, 1, &back));
	assert_int_equal(store_facts_close(facts), 0);
	assert_int_equal(back.len, piece.len);
	assert_memory_equal(back.ptr, piece.ptr, piece.len);
	query_bind_blob(query, 1, id, sizeof(id));
	assert_true(query_next(query));
	size = query_number(query, 0);
	assert_int_equal(query_close(query), 0);
	buf_release(&piece);
	buf_release(&back);
	return size;
}

/* What it was packed with is lost. */
static void refuse_piece(struct store *store, unsigned char blob)
{
	struct store_facts *facts = store_facts_open(store);
	unsigned char id[20] = {blob};
	struct buf back = BUF_INIT;

	assert_false(store_facts_read(facts, id, 1, &back));
	assert_int_equal(store_facts_close(facts), E_INVALID);
	buf_release(&back);
}

/* Of a program that sees what another one learns, and of one whose learning is rolled back. */
static void what_is_learnt_makes_facts_short(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL, *other = NULL;

	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	assert_int_equal(store_open(fixture->folder, false, &other), 0);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(learn(store), 0);
	store_rollback(store);
	write_piece(store, 1);
	check_piece(other, 1);
	assert_int_equal(store_begin(store), 0);
	assert_int_equal(learn(store), 0);
	write_piece(store, 2);
	assert_int_equal(store_commit(store), 0);
	assert_true(check_piece(other, 2) < check_piece(store, 1) / 2);
	assert_int_equal(store_exec(store, "DELETE FROM graph_dictionary"), 0);
	store_close(other);
	assert_int_equal(store_open(fixture->folder, false, &other), 0);
	refuse_piece(other, 2);
	check_piece(other, 1);
	store_close(store);
	store_close(other);
}

static int on_definer(const struct store_graph_file *file, void *payload)
{
	buf_addf(payload, "%s ", file->path);
	return 0;
}

static void check_definers(struct store *store, uint32_t name, const char *expected)
{
	struct buf paths = BUF_INIT;

	assert_int_equal(store_graph_defining(store, name, on_definer, &paths), 0);
	assert_string_equal(paths.ptr, expected);
	buf_release(&paths);
}

static int64_t add_file(struct store_graph *graph, const char *path)
{
	struct store_graph_file file = {.path = path};

	return store_graph_put(graph, &file, NULL, 0);
}

/* Names next to each other, at both ends of a row and of all hashes. */
static void names_lead_to_their_files(void **state)
{
	static const uint32_t some[] = {0, 1, (1U << 22) - 1, 1U << 22, 1U << 31, UINT32_MAX};
	struct fixture *fixture = *state;
	struct store *store = NULL;
	struct store_graph *graph;
	int64_t b, a;

	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	graph = store_graph_open(store);
	b = add_file(graph, "b.c");
	a = add_file(graph, "a.c");
	assert_int_equal(add_file(graph, "b.c"), b); /* a path has one row */
	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		store_graph_add_name(graph, b, some[i]);
		store_graph_add_name(graph, a, some[i]);
		store_graph_add_name(graph, a, some[i]);
	}
	assert_int_equal(store_graph_close(graph), 0);
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		check_definers(store, some[i], "a.c b.c ");
	check_definers(store, 2, "");
	graph = store_graph_open(store);
	store_graph_remove_name(graph, a, 1);
	store_graph_add_name(graph, b, 2);
	store_graph_remove_name(graph, b, 0);
	store_graph_add_name(graph, b, 0);
	store_graph_remove_name(graph, a, UINT32_MAX);
	store_graph_remove_name(graph, b, UINT32_MAX);
	store_graph_remove_name(graph, b, 7); /* was not there */
	assert_int_equal(store_graph_close(graph), 0);
	check_definers(store, 0, "a.c b.c ");
	check_definers(store, 1, "b.c ");
	check_definers(store, 2, "b.c ");
	check_definers(store, UINT32_MAX, "");
	graph = store_graph_open(store);
	store_graph_forget_names(graph, b);
	store_graph_add_name(graph, b, 5);
	assert_int_equal(store_graph_close(graph), 0);
	check_definers(store, 0, "a.c ");
	check_definers(store, 1, "");
	check_definers(store, 5, "b.c ");
	check_definers(store, 1U << 31, "a.c ");
	assert_int_equal(store_exec(store, "UPDATE graph_name SET pairs = x'80'"), 0);
	assert_int_equal(store_graph_defining(store, 5, on_definer, NULL), E_INVALID);
	store_close(store);
}

static void clears_what_is_derived_and_keeps_facts(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL;
	struct query *query;
	char *value = NULL;

	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	assert_int_equal(store_exec(store, "CREATE TABLE made(x); INSERT INTO made VALUES(1);"
					   "INSERT INTO derived_table VALUES(999, 'made')"),
		0);
	assert_int_equal(store_meta_set(store, "fact", "kept"), 0);
	assert_int_equal(store_clear_derived(store), 0);
	query = query_open(store, "SELECT count(*) FROM made");
	assert_true(query_next(query));
	assert_int_equal(query_number(query, 0), 0);
	assert_int_equal(query_close(query), 0);
	assert_int_equal(store_meta_get(store, "fact", &value), 0);
	free(value);
	store_close(store);
}

static void backup_is_a_whole_database(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL, *copy = NULL;
	char *folder = path_join(fixture->folder, "copy"), *path, *value = NULL;

	assert_int_equal(file_mkdirs(folder, 0700), 0);
	path = path_join(folder, "flywheel.db");
	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	assert_int_equal(store_meta_set(store, "k", "v"), 0);
	assert_int_equal(store_backup(store, path), 0);
	assert_true(store_backup(store, path) < 0);
	assert_int_equal(store_open(folder, false, &copy), 0);
	assert_int_equal(store_meta_get(copy, "k", &value), 0);
	assert_string_equal(value, "v");
	free(value);
	store_close(copy);
	store_close(store);
	free(folder);
	free(path);
}

static void facts_come_back_from_the_last_backup(void **state)
{
	struct fixture *fixture = *state;
	struct store *store = NULL;
	struct query *query;

	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	assert_int_equal(store_restore(store, NULL), E_NOTFOUND);
	assert_int_equal(
		store_exec(store, "INSERT INTO verdict VALUES('decision','1','accepted','',0);"
				  "CREATE TABLE made(x); INSERT INTO made VALUES(1);"
				  "INSERT INTO derived_table VALUES(999, 'made')"),
		0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(store_backup_rotate(store), 0);
	store_close(store);
	assert_int_equal(unlink(fixture->path), 0);
	assert_int_equal(store_open(fixture->folder, true, &store), 0);
	assert_int_equal(store_exec(store, "CREATE TABLE made(x);"
					   "INSERT INTO derived_table VALUES(999, 'made')"),
		0);
	assert_int_equal(store_restore(store, NULL), 0);
	query = query_open(
		store, "SELECT verdict FROM verdict UNION ALL SELECT count(*) FROM made");
	assert_true(query_next(query));
	assert_string_equal(query_text(query, 0), "accepted");
	assert_true(query_next(query));
	assert_int_equal(query_number(query, 0), 0);
	assert_int_equal(query_close(query), 0);
	store_close(store);
}

static void may_be_made_by_many_at_once(void **state)
{
	struct fixture *fixture = *state;
	int gate[2], status = 0;
	char byte;

	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < 16; i++) {
		struct store *store = NULL;
		int rc;

		if (fork())
			continue;
		close(gate[1]);
		rc = read(gate[0], &byte, 1) < 0; /* all start when the gate closes */
		rc = rc ? rc : store_open(fixture->folder, true, &store);
		store_close(store);
		_exit(rc != 0);
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < 16; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
}

static void write_database(const char *path, const char *sql)
{
	sqlite3 *database = NULL;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

/* The columns of every table and the indices, as text. */
static char *shape_of(struct store *store)
{
	struct query *query = query_open(store,
		"SELECT m.name || '.' || c.name || ' ' || c.type || c.\"notnull\" ||"
		" coalesce(c.dflt_value, '') FROM sqlite_master m, pragma_table_info(m.name) c"
		" WHERE m.type = 'table' UNION SELECT 'index ' || name FROM sqlite_master"
		" WHERE type = 'index' ORDER BY 1");
	struct buf text = BUF_INIT;

	while (query_next(query))
		buf_addf(&text, "%s\n", query_text(query, 0));
	assert_int_equal(query_close(query), 0);
	return buf_detach(&text);
}

/* tests/unit/schema-v1.sql is what version 1 made; its rows must come through. */
static void an_older_sidecar_is_brought_up_to_date(void **state)
{
	struct fixture *fixture = *state;
	char *fresh = path_join(fixture->folder, "fresh"), *wanted, *found;
	struct buf schema = BUF_INIT;
	struct store *store = NULL;
	struct run_row run;

	assert_int_equal(mkdir(fresh, 0700), 0);
	assert_int_equal(store_open(fresh, true, &store), 0);
	wanted = shape_of(store);
	store_close(store);

	assert_int_equal(file_read("tests/unit/schema-v1.sql", 1 << 20, &schema), 0);
	write_database(fixture->path, schema.ptr);
	write_database(fixture->path,
		"INSERT INTO run(state, stage, head, cutoff, started, updated, finished, verdict)"
		" VALUES ('done', 'done', zeroblob(20), zeroblob(20), 1, 2, 3, 'held');"
		"PRAGMA user_version = 1");
	assert_int_equal(store_open(fixture->folder, false, &store), 0);
	found = shape_of(store);
	assert_string_equal(found, wanted);
	assert_int_equal(run_last(store, "done", &run), 0);
	assert_string_equal(run.verdict, "held");
	assert_string_equal(run.origin, "person");
	assert_true(run.notified); /* nobody is told of what ended before anybody was told */
	run_release(&run);
	store_close(store);
	store = NULL;
	assert_int_equal(store_open(fixture->folder, false, &store), 0); /* and only once */
	store_close(store);
	buf_release(&schema);
	free(found);
	free(wanted);
	free(fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_made_private_and_reopened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_a_newer_schema, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_older_sidecar_is_brought_up_to_date, set_up, tear_down),
		cmocka_unit_test_setup_teardown(may_be_made_by_many_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sets_a_damaged_file_aside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(transactions_nest_and_roll_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_lead_to_their_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_learnt_makes_facts_short, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			clears_what_is_derived_and_keeps_facts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(backup_is_a_whole_database, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			facts_come_back_from_the_last_backup, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
