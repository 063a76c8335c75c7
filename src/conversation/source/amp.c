/*
 * Amp: <data home>/amp/threads/T-<id>.json, one document a thread: {"id","created","messages",
 * "env":{"initial":{"trees":[{"uri","repository":{"url","sha"}}]}}}. A message is a place in its
 * thread; results of tools come in messages of the user.
 */
#include "conversation/raw.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <stdlib.h>
#include <string.h>

enum { THREAD, CREATED, URI, REMOTE, COMMIT };
static const char *const head_places[] = {"id", "created", "env.initial.trees[].uri",
	"env.initial.trees[].repository.url", "env.initial.trees[].repository.sha", NULL};

struct reading {
	struct harvest *harvest;
	const char *thread;
	char *folder;
	int64_t at;
	size_t position;
	struct raw_draft draft;
};

static int find(struct harvest *harvest, place_fn fn, void *payload)
{
	(void)harvest;
	return data_files_each("amp/threads", ".json", 1, fn, payload);
}

/* The first folder of the thread, when it is ours; the caller frees. */
static char *folder_of(struct harvest *harvest, const struct strings *head)
{
	char *folder = path_of_uri(head->items[URI]);

	if (folder && !harvest_claim(harvest, folder, head->items[COMMIT], head->items[REMOTE])) {
		free(folder);
		folder = NULL;
	}
	return folder;
}

static bool belongs(struct harvest *harvest, const char *path)
{
	struct strings head = STRINGS_INIT;
	char *folder;
	bool ours;

	document_head(path, head_places, &head);
	folder = folder_of(harvest, &head);
	ours = folder != NULL;
	free(folder);
	strings_release(&head);
	return ours;
}

/* {"type":"tool_result","toolUseID","run":{"status":"done"|"error"|"rejected-by-user"|...}} */
static int take_results(struct reading *reading, const struct js *content)
{
	int rc = 0;

	for (size_t i = 0; js_is_array(content) && i < js_count(content) && !rc; i++) {
		const struct js *block = js_at(content, i);
		const char *status = js_get_text(js_get(block, "run"), "status");
		const char *call = js_get_text(block, "toolUseID");

		if (!status || !call)
			continue;
		if (!strcmp(status, "done"))
			rc = harvest_outcome(reading->harvest, call, OUTCOME_APPLIED);
		else if (starts_with(status, "rejected"))
			rc = harvest_outcome(reading->harvest, call, OUTCOME_REJECTED);
		else if (!strcmp(status, "error"))
			rc = harvest_outcome(reading->harvest, call, OUTCOME_FAILED);
	}
	return rc;
}

static int take_message(size_t place, const struct js *message, void *payload)
{
	struct reading *reading = payload;
	struct raw_draft *draft = &reading->draft;
	const struct js *content = js_get(message, "content");
	const char *role = js_get_text(message, "role");
	char *position = xstrfmt("%zu", reading->position++);
	bool person = role && !strcmp(role, "user");
	int rc = 0;

	(void)place;
	raw_clear(draft);
	reading->at = raw_time(js_get(js_get(message, "meta"), "sentAt"), reading->at);
	if (person || (role && !strcmp(role, "assistant"))) {
		rc = take_results(reading, content);
		raw_add_content(draft, content);
		draft->turn = (struct raw_turn){
			.record = raw_id(draft, "amp", reading->thread, position, NULL),
			.session = reading->thread,
			.role = person ? "user" : "assistant",
			.model = person ? NULL : js_get_text(js_get(message, "usage"), "model"),
			.folder = reading->folder,
			.at = reading->at,
			.open = true,
		};
		if (!rc)
			rc = raw_store(draft, reading->harvest);
	}
	free(position);
	return rc;
}

static int read_file(struct harvest *harvest, const char *path)
{
	static const char *const talk[] = {"messages[]", NULL};
	struct reading reading = {.harvest = harvest};
	struct strings head = STRINGS_INIT;
	int rc = 0;

	document_head(path, head_places, &head);
	reading.thread = head.items[THREAD];
	reading.at = strtoll(head.items[CREATED], NULL, 10) / 1000;
	reading.folder = folder_of(harvest, &head);
	raw_init(&reading.draft);
	if (reading.folder)
		rc = document_read(harvest, path, path, talk, take_message, &reading);
	raw_release(&reading.draft);
	free(reading.folder);
	strings_release(&head);
	return rc;
}

const struct conversation_source source_amp = {
	.name = "amp",
	.title = "Amp's threads",
	.reach = REACH_MACHINE,
	.find = find,
	.belongs = belongs,
	.read = read_file,
};
