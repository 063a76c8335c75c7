/* Files that hooks leave for the next pass. */
#include "util/spool.h"

#include "util/clock.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *spool_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

void spool_set_aside(const char *path)
{
	char *bad = xstrfmt("%s.bad", path);

	if (rename(path, bad))
		unlink(path);
	free(bad);
}

/* One that its writer never finished, because it was killed. */
static void sweep(const char *folder, const char *name)
{
	char *path = path_join(folder, name);
	struct stat st;

	if (!stat(path, &st) && st.st_mtime < clock_now() - CLOCK_DAY)
		unlink(path);
	free(path);
}

int spool_list(const char *folder, const char *prefix, struct strings *names)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir && errno != ENOENT)
		return fail(E_IO, "cannot read '%s': %s", folder, strerror(errno));
	while (dir && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (starts_with(name, prefix) && !ends_with(name, ".bad"))
			strings_add(names, name);
		if (*name == '.' && starts_with(name + 1, prefix))
			sweep(folder, name);
	}
	if (dir)
		closedir(dir);
	strings_sort_unique(names);
	return 0;
}
