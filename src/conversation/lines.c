/*
 * Files that grow line by line while their tool runs: read from the watermark on, in bounded
 * memory. A torn last line is left for the next time; a file that was rewritten is read anew,
 * and the records' ids keep its turns from being stored twice.
 */
#include "conversation/internal.h"

#include "flywheel/store_talk.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_LIMIT ((size_t)16 << 20)       /* longer lines hold images, not talk */
#define CHECKPOINT_BYTES ((int64_t)8 << 20) /* read between two commits */
#define TAIL_BYTES 4096                     /* hashed to recognise the file */
#define BLOCK ((size_t)1 << 16)
#define PEEK_LINES 200
#define PEEK_BYTES ((size_t)4 << 20)

struct lines {
	struct harvest *harvest;
	char *path;
	int fd, rc;
	struct watermark mark;   /* offset: end of the last line handed out */
	int64_t saved;           /* offset of the last checkpoint */
	struct buf bytes, clean; /* bytes read but not handed out; a line made valid */
	size_t at, searched;
	bool end, skipping; /* skipping: inside a line over the limit */
};

static int tail_hash(int fd, int64_t offset, char hex[TALK_HASH])
{
	char bytes[TAIL_BYTES];
	size_t want = offset < TAIL_BYTES ? (size_t)offset : TAIL_BYTES, got = 0;

	while (got < want) {
		ssize_t n = pread(fd, bytes + got, want - got, offset - (int64_t)(want - got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	digest_bytes(bytes, got, hex);
	return got == want;
}

/* Where to go on: the watermark, or the beginning when the file is not what it was. */
static int64_t resume_at(struct lines *lines, const struct stat *st)
{
	struct watermark old;
	char hex[TALK_HASH];

	if (!harvest_watermark(lines->harvest, lines->path, &old))
		return 0;
	if (old.offset > (int64_t)st->st_size || !tail_hash(lines->fd, old.offset, hex))
		return 0;
	return strcmp(hex, old.tail) ? 0 : old.offset;
}

int lines_open(struct harvest *harvest, const char *path, struct lines **out)
{
	struct lines *lines = xcalloc(1, sizeof(*lines));
	struct stat st;
	int rc = 0;

	*out = NULL;
	lines->harvest = harvest;
	lines->path = xstrdup(path);
	buf_init(&lines->bytes);
	buf_init(&lines->clean);
	lines->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (lines->fd < 0 || fstat(lines->fd, &st))
		rc = fail(errno == ENOENT ? E_NOTFOUND : E_IO, "cannot read '%s': %s", path,
			strerror(errno));
	if (!rc) {
		lines->mark.inode = (int64_t)st.st_ino;
		lines->mark.offset = lines->saved = resume_at(lines, &st);
		if (lseek(lines->fd, lines->mark.offset, SEEK_SET) < 0)
			rc = fail(E_IO, "cannot read '%s': %s", path, strerror(errno));
	}
	if (rc)
		return lines_close(lines, rc);
	*out = lines;
	return 0;
}

/* Reads one block more; false at the end of the file. */
static bool fill(struct lines *lines)
{
	ssize_t got;

	if (lines->at && lines->at == lines->bytes.len) {
		buf_clear(&lines->bytes);
		lines->at = lines->searched = 0;
	} else if (lines->at > BLOCK) {
		memmove(lines->bytes.ptr, lines->bytes.ptr + lines->at,
			lines->bytes.len - lines->at);
		buf_truncate(&lines->bytes, lines->bytes.len - lines->at);
		lines->searched -= lines->at;
		lines->at = 0;
	}
	buf_reserve(&lines->bytes, BLOCK);
	do {
		got = read(lines->fd, lines->bytes.ptr + lines->bytes.len, BLOCK);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		lines->rc = fail(E_IO, "cannot read '%s': %s", lines->path, strerror(errno));
	if (got <= 0)
		return false;
	lines->bytes.len += (size_t)got;
	lines->bytes.ptr[lines->bytes.len] = '\0';
	return true;
}

static int checkpoint(struct lines *lines)
{
	struct stat st;

	if (fstat(lines->fd, &st) || !tail_hash(lines->fd, lines->mark.offset, lines->mark.tail))
		return fail(E_IO, "'%s' shrank while it was read; run this again", lines->path);
	lines->mark.size = (int64_t)st.st_size;
	lines->saved = lines->mark.offset;
	return harvest_checkpoint(lines->harvest, lines->path, &lines->mark);
}

/* Bytes that are not UTF-8 become U+FFFD: one bad byte must not cost a whole record. */
static void make_valid(struct lines *lines, const char **line, size_t *len)
{
	size_t good = utf8_valid_prefix(*line, *len);

	if (good == *len)
		return;
	buf_clear(&lines->clean);
	for (;;) {
		buf_add(&lines->clean, *line, good);
		*line += good;
		*len -= good;
		if (!*len)
			break;
		buf_addstr(&lines->clean, "\xef\xbf\xbd");
		++*line;
		--*len;
		good = utf8_valid_prefix(*line, *len);
	}
	*line = lines->clean.ptr;
	*len = lines->clean.len;
}

/* A line over the limit is thrown away block by block until its end comes. */
static void drop_long_line(struct lines *lines)
{
	lines->mark.offset += (int64_t)(lines->bytes.len - lines->at);
	lines->at = lines->searched = lines->bytes.len;
	lines->skipping = true;
}

bool lines_next(struct lines *lines, const char **line, size_t *len)
{
	while (!lines->rc) {
		char *start = lines->bytes.ptr + lines->at;
		char *feed = memchr(lines->bytes.ptr + lines->searched, '\n',
			lines->bytes.len - lines->searched);

		lines->searched = lines->bytes.len;
		if (!feed && lines->bytes.len - lines->at > LINE_LIMIT) {
			drop_long_line(lines);
			continue;
		}
		if (!feed && !fill(lines))
			return false;
		if (!feed)
			continue;
		*len = (size_t)(feed - start);
		*line = start;
		*feed = '\0';
		lines->at += *len + 1;
		lines->searched = lines->at;
		if (lines->mark.offset - lines->saved > CHECKPOINT_BYTES && !lines->skipping)
			lines->rc = checkpoint(lines);
		lines->mark.offset += (int64_t)*len + 1;
		if (lines->rc || lines->skipping) {
			if (lines->skipping)
				harvest_malformed(lines->harvest);
			lines->skipping = false;
			continue;
		}
		make_valid(lines, line, len);
		return true;
	}
	return false;
}

int lines_close(struct lines *lines, int rc)
{
	if (!lines)
		return rc;
	if (!rc)
		rc = lines->rc;
	/* In the midst of a line over the limit there is nowhere to go on from: read it again. */
	if (!rc && !lines->skipping)
		rc = checkpoint(lines);
	if (lines->fd >= 0)
		close(lines->fd);
	free(lines->path);
	buf_release(&lines->bytes);
	buf_release(&lines->clean);
	free(lines);
	return rc;
}

bool lines_peek(
	const char *path, int (*fn)(const char *line, size_t len, void *payload), void *payload)
{
	struct lines lines = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)};
	bool found = false, more = lines.fd >= 0;
	size_t at = 0;

	buf_init(&lines.bytes);
	lines.path = (char *)path;
	for (int seen = 0; more && !found && seen < PEEK_LINES;) {
		char *feed = memchr(lines.bytes.ptr + at, '\n', lines.bytes.len - at);

		if (!feed) {
			more = lines.bytes.len < PEEK_BYTES && fill(&lines);
			continue;
		}
		found = fn(lines.bytes.ptr + at, (size_t)(feed - (lines.bytes.ptr + at)), payload);
		at = (size_t)(feed - lines.bytes.ptr) + 1;
		seen++;
	}
	if (lines.fd >= 0)
		close(lines.fd);
	buf_release(&lines.bytes);
	return found;
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int files_each(const char *folder, const char *suffix, int depth, place_fn fn, void *payload)
{
	struct dirent **entries = NULL;
	int count = depth > 0 ? scandir(folder, &entries, is_entry, by_bytes) : 0, rc = 0;

	for (int i = 0; i < count; i++) {
		char *path = path_join(folder, entries[i]->d_name);
		struct stat st;

		if (rc || lstat(path, &st))
			;
		else if (S_ISDIR(st.st_mode))
			rc = files_each(path, suffix, depth - 1, fn, payload);
		else if (S_ISREG(st.st_mode) && ends_with(path, suffix))
			rc = fn(path, payload);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return rc;
}
