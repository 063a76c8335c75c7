/*
 * Single JSON documents, which their tools write anew each time: read only when they changed, and
 * then value by value, never as a whole.
 */
#include "conversation/internal.h"

#include "flywheel/store_talk.h"
#include "util/error.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK ((size_t)1 << 16)

int place_fail(const char *path)
{
	return fail(errno == EACCES || errno == EPERM ? E_DENIED : E_NOTFOUND,
		"cannot read '%s': %s", path, strerror(errno));
}

int watermark_of(const char *path, struct watermark *out)
{
	struct stat st;

	memset(out, 0, sizeof(*out));
	if (stat(path, &st))
		return place_fail(path);
	out->inode = (int64_t)st.st_ino;
	out->size = (int64_t)st.st_size;
	out->offset = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return 0;
}

/* With its log. */
static int watermark_of_database(const char *path, struct watermark *out)
{
	char *log = xstrfmt("%s-wal", path);
	struct watermark more;
	int rc = watermark_of(path, out);

	if (!rc && !watermark_of(log, &more)) {
		out->size += more.size;
		out->offset = more.offset > out->offset ? more.offset : out->offset;
	} else if (!rc) {
		error_clear();
	}
	free(log);
	return rc;
}

bool watermark_stands(struct harvest *harvest, const char *place, const struct watermark *now)
{
	struct watermark old;

	return harvest_watermark(harvest, place, &old) && old.inode == now->inode &&
	       old.size == now->size && old.offset == now->offset;
}

bool document_stands(struct harvest *harvest, const char *path)
{
	struct watermark now;
	bool stands = !watermark_of(path, &now) && watermark_stands(harvest, path, &now);

	error_clear();
	return stands;
}

int database_read(struct harvest *harvest, const char *path, sessions_fn read)
{
	struct watermark now;
	int rc = watermark_of_database(path, &now);

	if (rc || watermark_stands(harvest, path, &now))
		return rc;
	rc = read(harvest, path, NULL);
	return rc ? rc : harvest_checkpoint(harvest, path, &now);
}

int document_each(const char *path, const char *const *places, js_stream_fn fn, void *payload)
{
	struct js_stream *stream;
	char *block;
	ssize_t got = 1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc = 0;

	if (fd < 0)
		return place_fail(path);
	stream = js_stream_new(places, fn, payload);
	block = xmalloc(BLOCK);
	while (!rc && got) {
		got = read(fd, block, BLOCK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			rc = place_fail(path);
		else
			rc = js_stream_feed(stream, block, (size_t)got);
		if (!rc)
			rc = harvest_interrupted();
	}
	if (!rc)
		rc = js_stream_finish(stream);
	js_stream_free(stream);
	free(block);
	close(fd);
	return rc;
}

int document_read(struct harvest *harvest, const char *place, const char *path,
	const char *const *places, js_stream_fn fn, void *payload)
{
	struct watermark now;
	int rc = watermark_of(path, &now);

	if (rc || watermark_stands(harvest, place, &now))
		return rc;
	rc = document_each(path, places, fn, payload);
	if (rc == E_INVALID) { /* what came before the damage has been taken */
		error_clear();
		harvest_malformed(harvest);
		rc = 0;
	}
	return rc ? rc : harvest_checkpoint(harvest, place, &now);
}

struct head {
	const char *const *places;
	struct strings *out;
	size_t left;
};

static int take_head(size_t place, const struct js *value, void *payload)
{
	struct head *head = payload;
	const char *text = js_as_text(value);
	char *number;

	if (!*head->out->items[place]) {
		number = text ? xstrdup(text) : xstrfmt("%lld", (long long)js_as_number(value, 0));
		free(head->out->items[place]);
		head->out->items[place] = number;
		head->left--;
	}
	return head->left ? 0 : E_STOPPED;
}

void document_head(const char *path, const char *const *places, struct strings *out)
{
	struct head head = {.places = places, .out = out};

	for (size_t i = 0; places[i]; i++, head.left++)
		strings_add(out, "");
	if (document_each(path, places, take_head, &head))
		error_clear();
}

int document_changed(
	struct harvest *harvest, const char *path, struct watermark *now, struct lines **lines)
{
	int rc = watermark_of(path, now), fd;

	*lines = NULL;
	if (rc || watermark_stands(harvest, path, now))
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return place_fail(path);
	*lines = lines_from(harvest, fd);
	return 0;
}

/* ---- refs ---- */

int ref_state_open(struct harvest *harvest, const char *ref, struct ref_state *out)
{
	struct repo *repo = harvest_session(harvest)->repo;
	struct watermark mark;
	char hex[OID_HEX + 1];
	int rc = repo_tree_of(repo, ref, &out->tree);

	memset(out->old_tree.raw, 0, OID_RAW);
	out->changed = out->known = false;
	if (rc)
		return fail(E_NOTFOUND, "cannot read '%s'", ref);
	oid_hex(&out->tree, hex);
	out->changed = true;
	if (!harvest_watermark(harvest, ref, &mark))
		return 0;
	out->changed = strcmp(mark.tail, hex) != 0;
	/* A tree that was pruned meanwhile cannot be compared with: all is read again. */
	out->known = !repo_tree_of(repo, mark.tail, &out->old_tree);
	error_clear();
	return 0;
}

int ref_state_save(struct harvest *harvest, const char *ref, const struct ref_state *state)
{
	struct watermark mark = {0};

	oid_hex(&state->tree, mark.tail);
	return harvest_checkpoint(harvest, ref, &mark);
}
