/* git flywheel models: every model that is or was here; their records, bytes and retention. */
#include "flywheel/command.h"

#include "command/scores.h"
#include "flywheel/gate.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "flywheel/store_run.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js.h"
#include "util/map.h"
#include "util/memory.h"
#include "util/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listing {
	struct session *session;
	struct production production;
	struct map tags; /* model -> its tag */
	struct js *json; /* NULL: print */
	const char *only;
	size_t count;
};

static int take_tag(const struct gate_event *event, void *payload)
{
	struct listing *listing = payload;
	bool added = false;
	struct map_entry *entry;

	if (strncmp(event->event, "promotion", 9))
		return 0;
	entry = map_put_str(&listing->tags, event->model, &added);
	if (added)
		entry->value.ptr = xstrdup(event->tag);
	return 0;
}

static void listing_release(struct listing *listing)
{
	for (size_t i = 0; i < listing->tags.count; i++)
		free(listing->tags.entries[i].value.ptr);
	map_release(&listing->tags);
	production_release(&listing->production);
	js_free(listing->json);
}

static bool has_file(const struct listing *listing, const struct model_row *model)
{
	char *path = path_join(store_folder(listing->session->store), model->file);
	bool there = file_exists(path);

	free(path);
	return there;
}

static struct js *model_json(const struct listing *listing, const struct model_row *model,
	const char *tag, const char *verdict)
{
	struct js *object = js_object();
	char hex[OID_HEX + 1], when[21];
	struct oid commit;

	memcpy(commit.raw, model->trained_on, OID_RAW);
	oid_hex(&commit, hex);
	clock_format(model->at, when);
	js_set_text(object, "id", model->id);
	js_set_text(object, "tag", tag);
	js_set_text(object, "verdict", verdict);
	js_set_bool(object, "in_force", !strcmp(listing->production.model, model->id));
	js_set_text(object, "trainer", model->trainer);
	js_set_text(object, "base", model->base);
	js_set_text(object, "trained_on", hex);
	js_set_text(object, "dataset", model->dataset);
	js_set_text(object, "file", model->file);
	js_set_bool(object, "present", has_file(listing, model));
	js_set_text(object, "sha256", model->sha256);
	js_set_number(object, "seed", model->seed);
	js_set_text(object, "made", when);
	return object;
}

static void show_detail(const struct js *object)
{
	static const char *const keys[] = {"id", "tag", "verdict", "trainer", "base", "trained_on",
		"dataset", "file", "sha256", "made"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = js_get_text(object, keys[i]);

		printf("%-11s %s\n", keys[i], value && *value ? value : "-");
	}
	printf("%-11s %s\n%-11s %s\n", "present",
		js_get_bool(object, "present", false) ? "yes" : "no", "in force",
		js_get_bool(object, "in_force", false) ? "yes" : "no");
}

static int list_one(const struct model_row *model, void *payload)
{
	struct listing *listing = payload;
	struct map_entry *entry = map_get_str(&listing->tags, model->id);
	const char *tag = entry ? entry->value.ptr : NULL, *verdict = "none";
	struct run_row run;
	struct js *object;

	if (listing->only && strcmp(listing->only, model->id))
		return 0;
	listing->count++;
	if (!run_of_model(listing->session->store, model->id, &run))
		verdict = run.verdict;
	object = model_json(listing, model, tag, verdict);
	if (listing->json) {
		js_add(listing->json, object);
		object = NULL;
	} else if (listing->only) {
		show_detail(object);
	} else {
		printf("%c %-22s %-14s %-9s %-8s %s%s\n",
			js_get_bool(object, "in_force", false) ? '*' : ' ', model->id,
			tag ? tag : "-", verdict, model->trainer, js_get_text(object, "made"),
			js_get_bool(object, "present", false) ? "" : "  (pruned)");
	}
	js_free(object);
	run_release(&run);
	return 0;
}

static int list(struct session *session, const char *only, bool json)
{
	struct listing listing = {
		.session = session, .only = only, .json = json ? js_array() : NULL};
	struct buf text = BUF_INIT;
	int code = EXIT_OK;
	int rc = gate_production(session, &listing.production);

	if (!rc)
		rc = gate_log_each(session, take_tag, &listing);
	if (!rc)
		rc = model_row_each(session->store, list_one, &listing);
	if (!rc && only && !listing.count)
		rc = fail(E_NOTFOUND, "no model '%s' here: `git flywheel models list` names them",
			only);
	if (rc) {
		code = command_fail(rc);
	} else if (json) {
		js_write_pretty(only ? js_at(listing.json, 0) : listing.json, &text);
		puts(text.ptr);
	} else if (!listing.count) {
		puts("no models yet: `git flywheel cycle` trains the first; the generic base "
		     "serves");
	}
	buf_release(&text);
	listing_release(&listing);
	return code;
}

struct check {
	struct session *session;
	const char *only;
	size_t good, bad;
};

static int check_one(const struct model_row *model, void *payload)
{
	struct check *check = payload;
	int rc;

	if (check->only && strcmp(check->only, model->id))
		return 0;
	rc = gate_verify(check->session, model->id);
	if (rc == E_NOTFOUND && !check->only) {
		printf("pruned  %s\n", model->id);
	} else if (rc) {
		check->bad++;
		printf("BAD     %s: %s\n", model->id, error_message());
	} else {
		check->good++;
		printf("ok      %s\n", model->id);
	}
	return 0;
}

static int verify(struct session *session, const char *only)
{
	struct check check = {.session = session, .only = only};
	int rc = model_row_each(session->store, check_one, &check);

	if (!rc && only && !check.good && !check.bad)
		rc = fail(E_NOTFOUND, "no model '%s' here", only);
	if (rc)
		return command_fail(rc);
	return check.bad ? EXIT_NO : EXIT_OK;
}

static void show_pruned(const char *file, const char *why, void *payload)
{
	size_t *count = payload;

	++*count;
	printf("%s: %s\n", file, why);
}

static int prune(struct session *session, bool dry_run)
{
	size_t count = 0;
	int rc = gate_prune(session, dry_run, show_pruned, &count);

	if (rc)
		return command_fail(rc);
	if (!count)
		puts("nothing to delete: every artifact here is still needed");
	else
		printf("%zu file%s %s\n", count, count == 1 ? "" : "s",
			dry_run ? "would be deleted" : "deleted");
	return EXIT_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	bool json = false, dry_run = false;
	const struct option_spec specs[] = {
		{OPTION_FLAG, 0, "json", NULL, "with list and show: print JSON", &json},
		{OPTION_FLAG, 'n', "dry-run", NULL, "with prune: only say what would go", &dry_run},
		OPTIONS_END};
	const char *verb = "list", *model = NULL;
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left > 0)
		verb = argv[0];
	if (left > 1)
		model = argv[1];
	if (left > 2 || (!strcmp(verb, "show") && !model) ||
		(model && strcmp(verb, "show") && strcmp(verb, "verify")))
		return command_usage(self, "want list, show <model>, verify [<model>] or prune");
	if (strcmp(verb, "list") && strcmp(verb, "show") && strcmp(verb, "verify") &&
		strcmp(verb, "prune"))
		return command_usage(self, "'%s' is not list, show, verify or prune", verb);
	code = session_open(&session, false);
	if (code)
		return code;
	if (!strcmp(verb, "verify"))
		code = verify(&session, model);
	else if (!strcmp(verb, "prune"))
		code = prune(&session, dry_run);
	else
		code = list(&session, model, json);
	session_close(&session);
	return code;
}

const struct command command_models = {
	.name = "models",
	.summary = "list, show, verify and prune models",
	.usage = "models [list | show <model> | verify [<model>] | prune] [--dry-run] [--json]",
	.group = "look",
	.run = run,
};
