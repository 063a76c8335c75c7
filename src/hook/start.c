/* Starting the background worker by hand, the way the hooks do. */
#include "flywheel/hook.h"

#include "util/process.h"

#include <stdlib.h>

int worker_start(void)
{
	const char *internal = getenv("FLYWHEEL_INTERNAL");
	char *program = NULL, *trampoline = NULL;
	int rc;

	if (internal && *internal)
		return 0;
	rc = hook_programs(&program, &trampoline);
	if (!rc)
		rc = process_run(
			(const char *const[]){trampoline, program, NULL}, NULL, NULL, NULL);
	free(program);
	free(trampoline);
	return rc < 0 ? rc : 0;
}
