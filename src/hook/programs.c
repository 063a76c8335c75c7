/* Where this program and its trampoline lie. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "flywheel/hook.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As `make install` lays it out, then as `make` and `make sanitize` do. */
static const char *const places[] = {"../libexec/git-flywheel/git-flywheel-hook",
	"build/git-flywheel-hook", "git-flywheel-hook", NULL};

int hook_programs(char **program, char **trampoline)
{
	char path[PATH_MAX], real[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *folder;

	*program = *trampoline = NULL;
	if (len < 0)
		return fail(E_NOTFOUND, "cannot tell where git-flywheel lies: is /proc mounted?");
	path[len] = '\0';
	*program = xstrdup(path);
	folder = xstrndup(path, (size_t)(path_base(path) - path));
	for (size_t i = 0; places[i] && !*trampoline; i++) {
		char *candidate = path_join(folder, places[i]);

		if (!access(candidate, X_OK) && realpath(candidate, real))
			*trampoline = xstrdup(real);
		free(candidate);
	}
	free(folder);
	if (*trampoline)
		return 0;
	free(*program);
	*program = NULL;
	return fail(E_NOTFOUND,
		"git-flywheel-hook is not where '%s' expects it: install with ./install.sh", path);
}
