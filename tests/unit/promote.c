/* The gate's log and tags in a real repository: promotion, rollback, retention, lost races. */
#include "test.h"

#include "flywheel/config.h"
#include "flywheel/gate.h"
#include "flywheel/refs.h"
#include "flywheel/store.h"
#include "flywheel/store_run.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
	char folder[64];
	struct session session;
};

static int git(struct fixture *fixture, struct buf *out, const char *a, const char *b,
	const char *c, const char *d)
{
	const char *const args[] = {a, b, c, d, NULL};

	return git_run(fixture->folder, args, NULL, 0, out);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char *sidecar;
	int rc;

	memcpy(fixture->folder, "/tmp/flywheel-gate-XXXXXX", 26);
	if (!mkdtemp(fixture->folder))
		return -1;
	*state = fixture;
	rc = git(fixture, NULL, "init", "-q", "-b", "main");
	if (!rc)
		rc = git(fixture, NULL, "config", "user.name", "A U Thor", NULL);
	if (!rc)
		rc = git(fixture, NULL, "config", "user.email", "a@example.com", NULL);
	if (!rc)
		rc = git(fixture, NULL, "config", "tag.gpgSign", "false", NULL);
	if (!rc)
		rc = git(fixture, NULL, "commit", "-q", "--allow-empty", "-mone");
	if (!rc)
		rc = repo_open(fixture->folder, &fixture->session.repo);
	if (!rc)
		rc = config_load(fixture->session.repo, &fixture->session.config);
	sidecar = path_join(fixture->folder, ".git/flywheel");
	if (!rc)
		rc = store_open(sidecar, true, &fixture->session.store);
	free(sidecar);
	return rc;
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

static char *artifact_path(struct fixture *fixture, const char *id)
{
	return xstrfmt("%s/models/%s.model", store_folder(fixture->session.store), id);
}

/* A model is its bytes: its own name will do. */
static void add_model(struct fixture *fixture, const char *id)
{
	char *folder = path_join(store_folder(fixture->session.store), "models");
	char *path = artifact_path(fixture, id), *file = xstrfmt("models/%s.model", id);
	char sha256[DIGEST_HEX + 1];
	struct model_row row = {.at = 1};

	digest_bytes(id, strlen(id), sha256);
	row.id = xstrdup(id);
	row.trainer = xstrdup("house");
	row.base = xstrdup("none");
	row.file = file;
	row.sha256 = sha256;
	row.dataset = xstrdup("");
	assert_int_equal(file_mkdirs(folder, 0700), 0);
	assert_int_equal(file_write(path, id, strlen(id), 0600), 0);
	assert_int_equal(model_row_put(fixture->session.store, &row), 0);
	free(row.id);
	free(row.trainer);
	free(row.base);
	free(row.dataset);
	free(file);
	free(path);
	free(folder);
}

static const char report[] =
	"{\"raw\": 10, \"kept\": 4, \"categories\": [{\"name\": \"call-graph\","
	"\"items\": 4, \"production\": 1, \"candidate\": 3}]}";

static int promote(struct fixture *fixture, const char *model, const char *run, char **tag)
{
	const struct promotion promotion = {.model = model,
		.report = report,
		.run = run,
		.suite = "s1",
		.mode = "likelihood",
		.reason = "a significant gain",
		.verdict = "promoted",
		.best = true};

	return gate_promote(&fixture->session, &promotion, tag);
}

static void expect_promotion(struct fixture *fixture, const char *model, const char *expected)
{
	char *tag = NULL;

	add_model(fixture, model);
	assert_int_equal(promote(fixture, model, model, &tag), 0);
	assert_string_equal(tag, expected);
	free(tag);
}

static void expect_production(struct fixture *fixture, const char *model, const char *tag)
{
	struct production production;

	assert_int_equal(gate_production(&fixture->session, &production), 0);
	assert_string_equal(production.model, model);
	assert_string_equal(production.tag, tag);
	production_release(&production);
}

static void expect_trailer(struct fixture *fixture, const char *key, const char *expected)
{
	char *format = xstrfmt("--format=%%(contents:trailers:key=%s,valueonly)", key);
	struct buf out = BUF_INIT;

	assert_int_equal(
		git(fixture, &out, "for-each-ref", format, "refs/tags/flywheel/v1", NULL), 0);
	buf_trim(&out);
	assert_string_equal(out.ptr, expected);
	buf_release(&out);
	free(format);
}

static void test_promotion(void **state)
{
	struct fixture *fixture = *state;
	struct buf out = BUF_INIT;
	struct oid head, tagged;
	char *tag = NULL;

	expect_production(fixture, "", "");
	expect_promotion(fixture, "house-a", "flywheel/v1");
	expect_production(fixture, "house-a", "flywheel/v1");
	expect_trailer(fixture, "Model-Id", "house-a");
	expect_trailer(fixture, "Score-call-graph", "0.7500 (3/4)");
	expect_trailer(fixture, "Previous", "generic");
	expect_trailer(fixture, "Gate", "promoted: a significant gain");
	expect_trailer(fixture, "Artifact", "models/house-a.model");
	assert_int_equal(git(fixture, &out, "show", "refs/flywheel/log:production", NULL, NULL), 0);
	assert_string_equal(out.ptr, "house-a\n");

	/* The tag's commit is the log's, never a user's. */
	assert_int_equal(repo_resolve(fixture->session.repo, "flywheel/v1", &tagged), 0);
	assert_int_equal(ref_read(fixture->session.repo, REF_LOG, &head), 0);
	assert_true(oid_equal(&head, &tagged));

	/* The same run again is the same tag; the same model for another run is refused. */
	assert_int_equal(promote(fixture, "house-a", "house-a", &tag), 0);
	assert_string_equal(tag, "flywheel/v1");
	free(tag);
	assert_int_equal(promote(fixture, "house-a", "another", &tag), E_EXISTS);
	assert_int_equal(promote(fixture, "house-x", "x", &tag), E_NOTFOUND);
	buf_release(&out);
}

static void test_rollback(void **state)
{
	struct fixture *fixture = *state;
	struct production production;
	struct session *session = &fixture->session;
	char *path = artifact_path(fixture, "house-b");

	assert_int_equal(gate_rollback(session, NULL, &production), E_NOTFOUND);
	expect_promotion(fixture, "house-a", "flywheel/v1");
	expect_promotion(fixture, "house-b", "flywheel/v2");
	assert_int_equal(gate_rollback(session, NULL, &production), 0);
	assert_string_equal(production.model, "house-a");
	production_release(&production);
	assert_int_equal(gate_rollback(session, "v1", &production), E_EXISTS);
	assert_int_equal(gate_rollback(session, "flywheel/v9", &production), E_NOTFOUND);
	assert_non_null(strstr(error_message(), "flywheel/v1, flywheel/v2"));

	/* The next promotion takes the next number; the one before it is what served. */
	expect_promotion(fixture, "house-c", "flywheel/v3");
	assert_int_equal(gate_rollback(session, NULL, &production), 0);
	assert_string_equal(production.tag, "flywheel/v1");
	production_release(&production);
	assert_int_equal(gate_rollback(session, NULL, &production), 0);
	assert_string_equal(production.model, ""); /* the generic base */
	production_release(&production);

	/* Bytes that changed, and bytes that are gone, do not come back into service. */
	assert_int_equal(file_write(path, "x", 1, 0600), 0);
	assert_int_equal(gate_rollback(session, "v2", &production), E_INVALID);
	assert_int_equal(remove(path), 0);
	assert_int_equal(gate_rollback(session, "v2", &production), E_NOTFOUND);
	expect_production(fixture, "", "");
	free(path);
}

static void test_signing(void **state)
{
	struct fixture *fixture = *state;
	struct oid log;
	char *tag = NULL;

	add_model(fixture, "house-a");
	assert_int_equal(git(fixture, NULL, "config", "tag.gpgSign", "true", NULL), 0);
	assert_int_equal(git(fixture, NULL, "config", "gpg.program", "false", NULL), 0);
	assert_true(promote(fixture, "house-a", "r", &tag) < 0);
	assert_non_null(strstr(error_message(), "gpgSign"));
	assert_null(tag);
	assert_int_equal(ref_read(fixture->session.repo, REF_LOG, &log), E_NOTFOUND);
	assert_int_equal(
		ref_read(fixture->session.repo, "refs/tags/flywheel/v1", &log), E_NOTFOUND);
	expect_production(fixture, "", "");
}

/* Another clone took the number: the tag is there, its event is not in our log. */
static void test_lost_race(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(git(fixture, NULL, "tag", "-a", "-mtheirs", "flywheel/v1"), 0);
	expect_promotion(fixture, "house-a", "flywheel/v2");
	expect_production(fixture, "house-a", "flywheel/v2");
}

static void test_moved_production(void **state)
{
	struct fixture *fixture = *state;
	struct promotion promotion = {.model = "house-b",
		.run = "r",
		.suite = "",
		.mode = "",
		.against = "generic",
		.reason = "gain",
		.verdict = "promoted"};
	char *tag = NULL;

	expect_promotion(fixture, "house-a", "flywheel/v1");
	add_model(fixture, "house-b");
	assert_int_equal(gate_promote(&fixture->session, &promotion, &tag), E_STOPPED);
	expect_production(fixture, "house-a", "flywheel/v1");
}

static int count_event(const struct gate_event *event, void *payload)
{
	size_t *count = payload;

	assert_true(*event->event != '\0');
	++*count;
	return 0;
}

static void test_record(void **state)
{
	struct fixture *fixture = *state;
	const struct promotion held = {.model = "house-a",
		.report = report,
		.run = "r1",
		.suite = "",
		.mode = "",
		.reason = "too few items",
		.verdict = "held"};
	size_t count = 0;

	assert_int_equal(gate_record(&fixture->session, &held), 0);
	assert_int_equal(gate_record(&fixture->session, &held), 0);
	assert_int_equal(gate_log_each(&fixture->session, count_event, &count), 0);
	assert_int_equal(count, 1);
	expect_production(fixture, "", "");
}

static void test_by_hand(void **state)
{
	struct fixture *fixture = *state;
	const struct promotion by_hand = {.model = "house-a",
		.run = "",
		.suite = "",
		.mode = "",
		.reason = "bootstrap:\nwe know it",
		.verdict = "held",
		.by_hand = true};
	struct production production;
	char *tag = NULL;

	add_model(fixture, "house-a");
	assert_int_equal(gate_promote(&fixture->session, &by_hand, &tag), 0);
	assert_string_equal(tag, "flywheel/v1");
	expect_trailer(fixture, "Gate", "by hand (held): bootstrap: we know it");
	assert_int_equal(gate_production(&fixture->session, &production), 0);
	assert_string_equal(production.anchor, ""); /* nothing proved it the best */
	production_release(&production);
	free(tag);
}

static void note_pruned(const char *file, const char *why, void *payload)
{
	assert_true(*why != '\0');
	buf_addf(payload, "%s\n", file);
}

static void test_prune(void **state)
{
	struct fixture *fixture = *state;
	struct buf gone = BUF_INIT;
	struct model_row row;
	char name[] = "house-0", tag[] = "flywheel/v0";

	for (int i = 1; i <= 5; i++) {
		name[6] = (char)('0' + i);
		tag[10] = (char)('0' + i);
		expect_promotion(fixture, name, tag);
	}
	add_model(fixture, "house-failed");
	assert_int_equal(gate_prune(&fixture->session, true, note_pruned, &gone), 0);
	assert_string_equal(gone.ptr,
		"models/house-1.model\nmodels/house-2.model\nmodels/house-failed.model\n");
	buf_clear(&gone);
	assert_int_equal(gate_verify(&fixture->session, "house-1"), 0); /* it was a dry run */
	assert_int_equal(gate_prune(&fixture->session, false, note_pruned, &gone), 0);
	assert_int_equal(gate_verify(&fixture->session, "house-1"), E_NOTFOUND);
	assert_int_equal(gate_verify(&fixture->session, "house-3"), 0);
	assert_int_equal(gate_verify(&fixture->session, "house-5"), 0);
	assert_int_equal(model_row_get(fixture->session.store, "house-failed", &row), E_NOTFOUND);
	buf_clear(&gone);
	assert_int_equal(gate_prune(&fixture->session, false, note_pruned, &gone), 0);
	assert_int_equal(gone.len, 0);
	buf_release(&gone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_promotion, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rollback, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_signing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_race, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_moved_production, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_record, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_by_hand, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_prune, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
