/* git flywheel backup: a consistent copy of the sidecar, private facts included. */
#include "flywheel/command.h"

#include "flywheel/store.h"
#include "util/options.h"

#include <stdio.h>

static int run(const struct command *self, int argc, char **argv)
{
	const struct option_spec specs[] = {OPTIONS_END};
	struct session session;
	int code = EXIT_OK;
	int left = command_options(self, argc, argv, specs, &code);
	int rc;

	if (left < 0)
		return code;
	if (left != 1)
		return command_usage(self, "name the file to write");
	code = session_open(&session, false);
	if (code)
		return code;
	rc = store_backup(session.store, argv[0]);
	if (rc)
		code = command_fail(rc);
	else
		printf("wrote %s: it holds private talk, keep it as you keep your home folder\n",
			argv[0]);
	session_close(&session);
	return code;
}

const struct command command_backup = {
	.name = "backup",
	.summary = "copy the sidecar, private facts included, to a file",
	.usage = "backup <file>",
	.group = "plumbing",
	.run = run,
};
