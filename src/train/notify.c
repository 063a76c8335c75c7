/* Telling people that a run has ended. */
#include "flywheel/notify.h"

#include "flywheel/config.h"
#include "flywheel/http.h"
#include "flywheel/repo.h"
#include "flywheel/store_run.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/js.h"
#include "util/memory.h"
#include "util/process.h"
#include "util/strings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_TIMEOUT 60 /* seconds */

/* What a listener gets: how the run ended, and nothing of the code. */
static void write_event(struct session *session, const struct run_row *run, struct buf *out)
{
	const char *folder = repo_work_dir(session->repo);
	struct js *event = js_object();

	js_set_text(event, "repository", folder ? folder : repo_git_dir(session->repo));
	js_set_number(event, "run", run->id);
	js_set_text(event, "state", run->state);
	js_set_text(event, "origin", run->origin);
	js_set_text(event, "ref", run->ref);
	js_set_text(event, "stage", run->stage);
	js_set_text(event, "verdict", *run->verdict ? run->verdict : NULL);
	js_set_text(event, "model", *run->model ? run->model : NULL);
	js_set_text(event, "reason", *run->reason ? run->reason : run->error);
	js_set_real(event, "cost", run->cost);
	js_write(event, out);
	js_free(event);
}

static int tell_command(const struct strings *words, const struct buf *event)
{
	const char **argv = xcalloc(words->count + 1, sizeof(*argv));
	struct process_options options = {
		.input = event->ptr, .input_len = event->len, .timeout_s = COMMAND_TIMEOUT};
	int rc;

	for (size_t i = 0; i < words->count; i++)
		argv[i] = words->items[i];
	rc = process_run(argv, &options, NULL, NULL);
	if (rc > 0)
		rc = fail(E_NETWORK, "flywheel.notifyCommand: '%s' ended with %d", argv[0], rc);
	free(argv);
	return rc;
}

static int tell_url(const char *url, const struct buf *event)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	struct http_request request = {.method = "POST",
		.url = url,
		.headers = headers,
		.body = event->ptr,
		.len = event->len,
		.timeout_s = 30};
	struct http_response response = {0};
	int rc = http_request(&request, &response);

	if (!rc)
		rc = http_status_error(&response, "flywheel.notifyUrl");
	http_response_release(&response);
	return rc;
}

struct telling {
	struct session *session;
	int64_t now, owed;
	struct strings told; /* ids: rows are changed after the walk over them */
};

static int tell(const struct run_row *run, void *payload)
{
	struct telling *telling = payload;
	const struct config *config = telling->session->config;
	const struct strings *command = config_list(config, "notifyCommand");
	const char *url = config_text(config, "notifyUrl");
	bool ended = !strcmp(run->state, "done") || !strcmp(run->state, "failed");
	struct buf event = BUF_INIT;
	char id[24];
	int rc = 0;

	if (!ended || run->notified)
		return 0;
	write_event(telling->session, run, &event);
	if (command->count)
		rc = tell_command(command, &event);
	if (!rc && *url)
		rc = tell_url(url, &event);
	buf_release(&event);
	if (rc && telling->now - run->finished < CLOCK_DAY) {
		telling->owed++;
		return 0;
	}
	snprintf(id, sizeof(id), "%lld", (long long)run->id);
	strings_add(&telling->told, id);
	return 0;
}

int notify_due(struct session *session, int64_t now, int64_t *owed)
{
	struct telling telling = {.session = session, .now = now};
	int rc = run_each(session->store, tell, &telling);

	for (size_t i = 0; !rc && i < telling.told.count; i++)
		rc = run_mark_notified(session->store, strtoll(telling.told.items[i], NULL, 10));
	*owed = telling.owed;
	strings_release(&telling.told);
	return rc;
}
