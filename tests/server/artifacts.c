/* A store of artifacts by GET, HEAD and PUT: what a job publishes to where there is no shared disk.
 */
#include "world.h"

#include "util/memory.h"

#include <string.h>

void artifact_put(struct world *world, const char *path, const void *bytes, size_t len)
{
	struct map_entry *entry = map_put_str(&world->artifacts, path, NULL);
	struct buf *stored = entry->value.ptr;

	if (!stored) {
		stored = entry->value.ptr = xcalloc(1, sizeof(*stored));
		buf_init(stored);
	}
	buf_clear(stored);
	buf_add(stored, bytes, len);
}

bool artifacts_serve(struct world *world, const struct request *request, struct answer *out)
{
	const char *path = path_after(request, "/artifacts/");
	struct map_entry *entry;

	if (!path)
		return false;
	if (!strcmp(request->method, "PUT")) {
		artifact_put(world, path, request->body.ptr, request->body.len);
		answer_text(out, 201, "stored");
		return true;
	}
	entry = map_get_str(&world->artifacts, path);
	if (!entry) {
		answer_text(out, 404, "no such artifact");
		return true;
	}
	out->status = 200;
	out->type = "application/octet-stream";
	buf_clear(&out->body);
	buf_add(&out->body, ((struct buf *)entry->value.ptr)->ptr,
		((struct buf *)entry->value.ptr)->len);
	return true;
}
