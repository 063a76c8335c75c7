/* Files to train or evaluate on, from a list of paths. */
#include "flywheel/model.h"

#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/strings.h"

#include <stdlib.h>

#define LIST_MAX ((size_t)64 << 20)
#define FILE_MAX ((size_t)64 << 20)

int model_each_file(const char *list, model_file_fn fn, void *payload)
{
	struct strings paths = STRINGS_INIT;
	struct progress *progress = NULL;
	struct buf text = BUF_INIT;
	int rc = file_read(list, LIST_MAX, &text);

	if (!rc)
		strings_split(&paths, text.ptr, '\n');
	progress = progress_start("reading", paths.count);
	for (size_t i = 0; !rc && i < paths.count; i++) {
		if (!*paths.items[i])
			continue;
		buf_clear(&text);
		rc = file_read(paths.items[i], FILE_MAX, &text);
		if (!rc)
			rc = fn(paths.items[i], text.ptr, text.len, payload);
		if (!rc && interrupted())
			rc = fail(E_STOPPED, "interrupted");
		progress_set(progress, i + 1);
	}
	progress_finish(progress);
	buf_release(&text);
	strings_release(&paths);
	return rc;
}
