/* git flywheel rebuild: make again everything that git can give back. */
#include "flywheel/command.h"

#include "flywheel/graph_index.h"
#include "flywheel/repo.h"
#include "flywheel/store.h"
#include "util/error.h"
#include "util/file.h"
#include "util/options.h"
#include "util/progress.h"

#include <stdio.h>
#include <stdlib.h>

/* Whether this repository was set up, and whether its sidecar's file is there. */
static int look(bool *folder_there, bool *file_there)
{
	struct repo *repo = NULL;
	char *folder, *file;
	int rc = repo_open(".", &repo);

	if (rc)
		return rc;
	folder = path_join(repo_common_dir(repo), "flywheel");
	file = path_join(folder, "flywheel.db");
	*folder_there = file_is_dir(folder);
	*file_there = file_exists(file);
	free(file);
	free(folder);
	repo_free(repo);
	return 0;
}

/* A damaged sidecar is set aside by the first attempt to open it; the second makes a new one. */
static int open_or_make(struct session *session, bool *made)
{
	bool folder = false, file = false;
	int rc = look(&folder, &file), code;

	*made = false;
	if (rc)
		return command_fail(rc);
	code = session_open(session, folder);
	if (code && !look(&folder, &file) && folder && !file) {
		code = session_open(session, true);
		*made = !code;
	} else if (!code) {
		*made = !file;
	}
	return code;
}

static int run(const struct command *self, int argc, char **argv)
{
	const struct option_spec specs[] = {OPTIONS_END};
	struct graph_report report = {.problem = NULL};
	struct session session;
	bool made = false;
	int code = EXIT_OK, rc = 0;
	int left = command_options(self, argc, argv, specs, &code);

	if (left < 0)
		return code;
	if (left)
		return command_usage(self, "rebuild takes no argument");
	interrupt_watch();
	code = open_or_make(&session, &made);
	if (code)
		return code;
	if (made) {
		rc = store_restore(session.store, NULL);
		if (!rc)
			puts("made a new sidecar and took the private facts of the last backup");
		else if (rc == E_NOTFOUND)
			puts("made a new sidecar; there is no backup to take private facts from");
		rc = rc == E_NOTFOUND ? 0 : rc;
	}
	if (!rc)
		rc = graph_rebuild(&session);
	if (!rc)
		rc = graph_report(&session, &report);
	if (rc)
		code = command_fail(rc);
	else
		printf("indexed %zu files: %zu symbols, digest %s\n", report.counts.files,
			report.counts.symbols, report.digest);
	graph_report_release(&report);
	session_close(&session);
	return code;
}

const struct command command_rebuild = {
	.name = "rebuild",
	.summary = "make everything again that comes from git",
	.usage = "rebuild",
	.group = "plumbing",
	.run = run,
};
