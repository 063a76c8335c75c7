/* Finding the generic baseline: where it was built, or where it was installed. */
#include "flywheel/model.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of this program, to be freed; NULL when the system does not tell. */
static char *program_folder(void)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (len <= 0)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	return slash ? xstrndup(path, (size_t)(slash - path)) : NULL;
}

int model_open_generic(struct model **out)
{
	/* The second and third are for programs in a folder of the build, as the tests are. */
	static const char *const places[] = {"build/generic.model", "../build/generic.model",
		"../../build/generic.model", "../share/git-flywheel/generic.model"};
	const char *chosen = getenv("FLYWHEEL_GENERIC");
	char *folder, *path = NULL;
	int rc;

	if (chosen && *chosen)
		return model_open(chosen, out);
	folder = program_folder();
	for (size_t i = 0; folder && i < ARRAY_SIZE(places); i++) {
		path = path_join(folder, places[i]);
		if (file_exists(path))
			break;
		free(path);
		path = NULL;
	}
	if (path)
		rc = model_open(path, out);
	else
		rc = fail(E_NOTFOUND, "the generic baseline is missing: run `make "
				      "build/generic.model` where git flywheel was built, or set "
				      "FLYWHEEL_GENERIC to its path");
	free(path);
	free(folder);
	return rc;
}
