/*
 * Files that grow line by line while their tool runs: read from the watermark on, in bounded
 * memory. A torn last line is left for the next time; a file that was rewritten is read anew,
 * and the records' ids keep its turns from being stored twice.
 *
 * What a tool has packed by zstd (.zst) grows no more: it is read as a whole once, and its
 * watermark counts the bytes of the file.
 */
#include "conversation/internal.h"

#include "flywheel/store_talk.h"
#include "util/compress.h"
#include "util/digest.h"
#include "util/error.h"
#include "util/file.h"
#include "util/js_stream.h"
#include "util/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_LIMIT ((size_t)256 << 10)      /* of a line in memory; longer ones are streamed */
#define CHECKPOINT_BYTES ((int64_t)8 << 20) /* read between two commits */
#define TAIL_BYTES 4096                     /* hashed to recognise the file */
#define BLOCK ((size_t)1 << 16)
#define PACKED_BLOCK                                                                               \
	((size_t)1 << 10) /* what it unpacks to may be some ten thousand times as much */
#define PEEK_LINES 200
#define PEEK_BYTES ((size_t)4 << 20)

struct lines {
	struct harvest *harvest;
	char *path;
	int fd, rc;
	struct watermark stored; /* as it is in the sidecar; all 0: it is not */
	struct watermark mark;   /* offset: end of the last line handed out */
	int64_t saved;           /* offset of the last checkpoint */
	int64_t before, hold;    /* beginning of that line; where the next reading begins, or -1 */
	struct buf bytes, clean; /* bytes read but not handed out; a line made valid */
	size_t at, searched;
	struct unpacker *unpacker; /* NULL: not packed */
	bool fed, broken;          /* of what is packed: anything read; its end is missing */
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
	const struct watermark *old = &lines->stored;
	char hex[TALK_HASH];

	if (!harvest_watermark(lines->harvest, lines->path, &lines->stored))
		return 0;
	if (old->offset > (int64_t)st->st_size || !tail_hash(lines->fd, old->offset, hex))
		return 0;
	return strcmp(hex, old->tail) ? 0 : old->offset;
}

static struct lines *lines_new(struct harvest *harvest, const char *path)
{
	struct lines *lines = xcalloc(1, sizeof(*lines));

	lines->harvest = harvest;
	lines->hold = -1;
	lines->path = xstrdup(path);
	buf_init(&lines->bytes);
	buf_init(&lines->clean);
	return lines;
}

struct lines *lines_from(struct harvest *harvest, int fd)
{
	struct lines *lines = lines_new(harvest, NULL);

	lines->fd = fd;
	return lines;
}

static int take_unpacked(const char *bytes, size_t len, void *payload)
{
	buf_add(&((struct lines *)payload)->bytes, bytes, len);
	return 0;
}

static bool is_packed_name(const char *path)
{
	return ends_with(path, ".zst");
}

int lines_open(struct harvest *harvest, const char *path, struct lines **out)
{
	struct lines *lines = lines_new(harvest, path);
	struct stat st;
	int rc = 0;

	*out = NULL;
	lines->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (lines->fd < 0 || fstat(lines->fd, &st))
		rc = place_fail(path);
	if (!rc) {
		lines->mark.inode = (int64_t)st.st_ino;
		lines->mark.offset = resume_at(lines, &st);
		if (is_packed_name(path))
			lines->unpacker = unpacker_new(take_unpacked, lines);
		if (lines->unpacker && lines->mark.offset != (int64_t)st.st_size)
			lines->mark.offset = 0;
		lines->saved = lines->mark.offset;
		if (lseek(lines->fd, lines->mark.offset, SEEK_SET) < 0)
			rc = place_fail(path);
	}
	if (rc)
		return lines_close(lines, rc);
	*out = lines;
	return 0;
}

static ssize_t read_some(struct lines *lines, char *to, size_t most)
{
	ssize_t got;

	do {
		got = read(lines->fd, to, most);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		lines->rc = place_fail(lines->path ? lines->path : "a pipe");
	return got;
}

/* Reads on until something comes out. */
static bool fill_unpacked(struct lines *lines)
{
	char block[PACKED_BLOCK];
	size_t before = lines->bytes.len;

	while (lines->bytes.len == before && !lines->broken) {
		ssize_t got = read_some(lines, block, sizeof(block));

		if (got <= 0) {
			lines->broken = !got && lines->fed && unpacker_finish(lines->unpacker);
			break;
		}
		lines->fed = true;
		lines->broken = unpacker_feed(lines->unpacker, block, (size_t)got) != 0;
	}
	if (lines->broken)
		error_clear();
	return lines->bytes.len > before;
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
	if (lines->unpacker)
		return fill_unpacked(lines);
	buf_reserve(&lines->bytes, BLOCK);
	got = read_some(lines, lines->bytes.ptr + lines->bytes.len, BLOCK);
	if (got <= 0)
		return false;
	lines->bytes.len += (size_t)got;
	lines->bytes.ptr[lines->bytes.len] = '\0';
	return true;
}

static int checkpoint(struct lines *lines, bool ended)
{
	struct watermark mark = lines->mark;
	struct stat st;

	lines->saved = lines->mark.offset;
	if (!lines->path || (lines->unpacker && !ended))
		return harvest_save(lines->harvest);
	if (lines->hold >= 0)
		mark.offset = lines->hold;
	if (fstat(lines->fd, &st) || !tail_hash(lines->fd, mark.offset, mark.tail))
		return fail(E_NOTFOUND, "'%s' shrank while it was read", lines->path);
	mark.size = (int64_t)st.st_size;
	/* Most files are as they were: each would cost a write to say so. */
	if (mark.inode == lines->stored.inode && mark.size == lines->stored.size &&
		mark.offset == lines->stored.offset && !strcmp(mark.tail, lines->stored.tail))
		return 0;
	lines->stored = mark;
	return harvest_checkpoint(lines->harvest, lines->path, &mark);
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

/* The line that begins at `at`, when all of it is in memory; otherwise NULL. */
static char *whole_line(struct lines *lines, size_t *len)
{
	char *start = lines->bytes.ptr + lines->at, *feed;

	for (;;) {
		feed = memchr(lines->bytes.ptr + lines->searched, '\n',
			lines->bytes.len - lines->searched);
		lines->searched = lines->bytes.len;
		if (feed || lines->bytes.len - lines->at > LINE_LIMIT || !fill(lines))
			break;
		start = lines->bytes.ptr + lines->at;
	}
	if (!feed)
		return NULL;
	*feed = '\0';
	*len = (size_t)(feed - start);
	lines->at += *len + 1;
	lines->searched = lines->at;
	return start;
}

/*
 * A line over the limit goes through block by block, into the stream (NULL: nowhere). False when
 * its end is not there yet: then it is read again the next time, for there is nowhere between to
 * go on from.
 */
static bool pass_long_line(struct lines *lines, struct js_stream *stream, int64_t *taken)
{
	bool more = true;

	*taken = 0;
	while (more) {
		char *start = lines->bytes.ptr + lines->at;
		size_t left = lines->bytes.len - lines->at;
		char *feed = memchr(start, '\n', left);
		size_t len = feed ? (size_t)(feed - start) : left;

		if (stream)
			js_stream_feed(stream, start, len);
		*taken += (int64_t)len + (feed != NULL);
		lines->at += len + (feed != NULL);
		lines->searched = lines->at;
		if (feed)
			return true;
		lines->rc = harvest_interrupted();
		more = !lines->rc && fill(lines);
	}
	return false;
}

/* Before a line is handed out: the mark stands at its beginning. */
static bool begin_line(struct lines *lines)
{
	if (!lines->rc)
		lines->rc = harvest_interrupted();
	if (!lines->rc && lines->mark.offset - lines->saved > CHECKPOINT_BYTES)
		lines->rc = checkpoint(lines, false);
	lines->before = lines->mark.offset;
	return !lines->rc;
}

bool lines_next(struct lines *lines, const char **line, size_t *len)
{
	while (begin_line(lines)) {
		int64_t taken;

		*line = whole_line(lines, len);
		if (*line) {
			lines->mark.offset += (int64_t)*len + 1;
			make_valid(lines, line, len);
			return true;
		}
		if (lines->bytes.len - lines->at <= LINE_LIMIT ||
			!pass_long_line(lines, NULL, &taken))
			return false;
		lines->mark.offset += taken;
		harvest_malformed(lines->harvest);
	}
	return false;
}

static int keep_value(size_t place, const struct js *value, void *payload)
{
	(void)place;
	*(struct js **)payload = js_share(value);
	return 0;
}

/* A record of a line over the limit, its long strings cut; NULL where it is no JSON. */
static bool long_record(struct lines *lines, struct js **record)
{
	static const char *const all[] = {"", NULL};
	struct js_stream *stream = js_stream_new(all, keep_value, record);
	int64_t taken;
	bool ended = pass_long_line(lines, stream, &taken);

	if (js_stream_finish(stream)) {
		error_clear();
		js_free(*record);
		*record = NULL;
	}
	js_stream_free(stream);
	if (ended)
		lines->mark.offset += taken;
	return ended;
}

bool lines_record(struct lines *lines, struct js **record)
{
	*record = NULL;
	while (begin_line(lines)) {
		size_t len = 0;
		const char *line = whole_line(lines, &len);

		if (line) {
			lines->mark.offset += (int64_t)len + 1;
			make_valid(lines, &line, &len);
			if (strspn(line, " \t\r") == len)
				continue;
			if (js_parse(line, len, record))
				error_clear();
		} else if (lines->bytes.len - lines->at <= LINE_LIMIT ||
			   !long_record(lines, record)) {
			break;
		}
		if (js_is_object(*record))
			return true;
		js_free(*record);
		*record = NULL;
		harvest_malformed(lines->harvest);
	}
	return false;
}

int lines_values(struct lines *lines, const char *const *places, js_stream_fn fn, void *payload)
{
	struct js_stream *stream;
	int64_t taken;
	int rc;

	if (!begin_line(lines))
		return 0; /* lines_close() tells why */
	stream = js_stream_new(places, fn, payload);
	if (pass_long_line(lines, stream, &taken))
		lines->mark.offset += taken;
	rc = js_stream_finish(stream);
	if (rc == E_INVALID) {
		error_clear();
		harvest_malformed(lines->harvest);
		rc = 0;
	}
	js_stream_free(stream);
	return rc;
}

void lines_hold(struct lines *lines)
{
	lines->hold = lines->before;
}

/* What is damaged is not read again until the file is another one. */
static void end_packed(struct lines *lines)
{
	if (lines->broken)
		harvest_malformed(lines->harvest);
	if (lines->fed)
		lines->mark.offset = (int64_t)lseek(lines->fd, 0, SEEK_CUR);
}

int lines_close(struct lines *lines, int rc)
{
	if (!lines)
		return rc;
	if (!rc)
		rc = lines->rc;
	if (!rc && lines->unpacker)
		end_packed(lines);
	if (!rc)
		rc = checkpoint(lines, true);
	if (lines->fd >= 0)
		close(lines->fd);
	free(lines->path);
	buf_release(&lines->bytes);
	buf_release(&lines->clean);
	unpacker_free(lines->unpacker);
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
	if (is_packed_name(path))
		lines.unpacker = unpacker_new(take_unpacked, &lines);
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
	unpacker_free(lines.unpacker);
	buf_release(&lines.bytes);
	return found;
}
